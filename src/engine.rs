//! The replica: what an engine's write path makes of one record, exactly.
//!
//! In: a mapping, the index settings that take part, and records one at a time. Out: the fate of each, and the mapping as it
//! grows. It follows `TransportShardBulkAction`: parse against the mapping, build an update from what is new, check limits,
//! merge, parse again; only the second parse (and Lucene) can refuse a record whose fields stay. It refuses to know files,
//! clusters, and the order of records. Types whose rules it does not know take everything, and [`Index::opaque`] names them.

pub mod check;
pub mod date;
pub mod number;
pub mod pattern;
pub mod witness;

mod document;
mod dynamic;
mod encoding;
mod failure;
mod field;
mod limits;
mod live;
mod metadata;
mod names;
mod settings;
#[doc(hidden)]
pub mod switches;
mod tape;
mod template;
mod tree;
mod update;

use std::borrow::Cow;
use std::sync::Arc;

pub use settings::Settings;

use crate::model::engine::Engine;
use crate::model::fate::{Fate, RejectClass};
use crate::model::mapping::Mapping;
use crate::model::path::FieldPath;
use crate::model::timeline::Decision;

use check::Check;
use document::{NewMapper, Walked, World};
use dynamic::Detector;
use failure::{Failure, Outcome};
use switches::Switches;
use tape::Tape;
use template::Template;
use tree::{FieldNode, Node, ObjectNode, Surroundings};

/// An index: a compiled mapping, the engine's switches, settings. Cheap to clone: branches are shared until they change.
#[derive(Clone, Debug)]
pub struct Index {
    world: World,
    mapping: Arc<Mapping>,
    /// What the index is known to be at the end, where it is.
    live: Option<Arc<Mapping>>,
}

/// What one record did.
#[derive(Clone, Debug, PartialEq)]
pub struct Indexed {
    /// Taken or refused.
    pub fate: Fate,
    /// Fields that the mapping gained, also where the second parse refused the record. Sorted by path.
    pub added: Vec<(FieldPath, Decision)>,
}

/// A mapping that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{place}`: {problem}")]
pub struct IndexError {
    /// What part of the mapping.
    pub place: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Index {
    /// Compiles a mapping for an engine.
    pub fn new(engine: Engine, mapping: Mapping, settings: Settings) -> Result<Self, IndexError> {
        Self::with(Switches::of(engine), mapping, settings)
    }

    /// Compiles a mapping for an engine that decides as `switches` say: a version that never was, where one of them is changed.
    #[doc(hidden)]
    pub fn with(
        switches: Switches,
        mapping: Mapping,
        settings: Settings,
    ) -> Result<Self, IndexError> {
        let engine = switches.engine;
        let mapping = crate::mapping::as_printed(mapping, engine, settings.ignore_malformed);
        let root = {
            let around = Surroundings { switches: &switches, settings: &settings };
            Arc::new(tree::root(&mapping, around))
        };
        let compile = |template| Template::compile(template, &switches);
        let world = World {
            templates: mapping.dynamic_templates.iter().map(compile).collect(),
            dates: detectors(&mapping, engine)?,
            numeric_detection: mapping.numeric_detection.unwrap_or(false),
            runtime: Arc::new(mapping.runtime.keys().cloned().collect()),
            has_mapping: Mapping { type_name: None, ..mapping.clone() } != Mapping::default(),
            type_name: mapping.type_name.as_deref().unwrap_or("_doc").into(),
            root,
            switches,
            settings,
        };
        Ok(Self { world, mapping: Arc::new(mapping), live: None })
    }

    /// The same index, known to end with this mapping: new fields get its types, whatever a record would have made of them.
    #[must_use]
    pub fn ending_as(self, live: Mapping) -> Self {
        Self { live: Some(Arc::new(live)), ..self }
    }

    /// The whole write path for one record.
    pub fn index(&mut self, record: &[u8]) -> Indexed {
        let mut added = Vec::new();
        let fate = match self.write(record, &mut added) {
            Ok(walked) => {
                self.world.has_mapping = true;
                let mut losses = walked.losses;
                losses.sort();
                losses.dedup();
                Fate::Accepted(losses)
            }
            Err(failure) => Fate::Rejected(failure.into_reject()),
        };
        added.sort();
        Indexed { fate, added }
    }

    /// The check of the index as it stands.
    pub fn check(&self) -> Check {
        Check::new(&self.world)
    }

    /// Whether anything was declared or taken.
    pub fn has_mapping(&self) -> bool {
        self.world.has_mapping
    }

    /// Takes note that the index took a record which the check let through.
    pub fn accepted(&mut self) {
        self.world.has_mapping = true;
    }

    /// The mapping as it stands.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Fields whose rules are not known, with their types: every value of them is taken.
    pub fn opaque(&self) -> Vec<(FieldPath, String)> {
        let mut found = Vec::new();
        collect_opaque(&self.world.root, &mut found);
        found
    }

    /// Dynamic templates with a pattern that the replica cannot run: they match nothing here, whatever the engine makes of them.
    pub fn opaque_templates(&self) -> Vec<&str> {
        let opaque = self.world.templates.iter().filter(|template| template.opaque);
        opaque.map(|template| &*template.name).collect()
    }

    fn write(&mut self, record: &[u8], added: &mut Vec<(FieldPath, Decision)>) -> Outcome<Walked> {
        encoding::check(record, &self.world.switches)?;
        let body = if self.world.switches.wide_encodings {
            encoding::to_utf8(record)
        } else {
            Cow::Borrowed(record)
        };
        let tape = Tape::read(&body, &self.world.switches);
        let first = document::walk(&tape, &self.world)?;
        if first.new.is_empty() && first.runtime.is_empty() {
            return late(first);
        }
        let mut additions = update::settle(first.new, &self.world.root, &self.world.switches)?;
        if let Some(live) = &self.live {
            additions = live::overrule(additions, live, &self.world);
        }
        self.update(&additions, &first.runtime, added)?;
        late(document::walk(&tape, &self.world)?)
    }

    /// Merges an update into the mapping, unless a limit or a collision forbids it.
    fn update(
        &mut self,
        additions: &[NewMapper],
        runtime: &[(String, serde_json::Value, Decision)],
        added: &mut Vec<(FieldPath, Decision)>,
    ) -> Outcome {
        let world = &self.world;
        check_collisions(additions, world)?;
        let mut root = Arc::clone(&world.root);
        let mut mapping = Mapping::clone(&self.mapping);
        update::apply(additions, &mut mapping, &mut root, world.surroundings());
        for (name, body, _) in runtime {
            mapping.runtime.insert(name.clone(), body.clone());
        }
        limits::check_copies(&root, world.switches.walk)?;
        let entries = if world.switches.limits.runtime_counts { mapping.runtime.len() } else { 0 };
        limits::check(&root, entries, additions, &world.switches, &world.settings)?;
        let path = |new: &NewMapper| update::path_in(&world.root, &new.full);
        added.extend(additions.iter().map(|new| (path(new), new.decision.clone())));
        self.world.root = root;
        self.world.has_mapping = true;
        if !runtime.is_empty() {
            self.world.runtime = Arc::new(mapping.runtime.keys().cloned().collect());
        }
        self.mapping = Arc::new(mapping);
        Ok(())
    }
}

/// An exception that Lucene throws after the mapping was updated.
fn late(walked: Walked) -> Outcome<Walked> {
    match walked.late {
        Some(failure) => Err(failure),
        None => Ok(walked),
    }
}

/// 6.x: a new field with the name of a metadata field that the parse let through.
fn check_collisions(additions: &[NewMapper], world: &World) -> Outcome {
    for new in additions {
        if !metadata::collides(&world.switches, &new.full) {
            continue;
        }
        let (name, type_name) = (crate::model::path::visible(&new.full), &world.type_name);
        let text = match new.node {
            Node::Object(_) => {
                format!("Field [{name}] is defined both as an object and a field in [{type_name}]")
            }
            _ => format!("Field [{name}] is defined twice in [{type_name}]"),
        };
        return Err(Failure::argument(text)
            .class(RejectClass::FieldName)
            .field(|| names::path(&new.full)));
    }
    Ok(())
}

fn detectors(mapping: &Mapping, engine: Engine) -> Result<Arc<[Detector]>, IndexError> {
    if mapping.date_detection == Some(false) {
        return Ok(Arc::new([]));
    }
    let own: Option<Vec<&str>> = mapping
        .dynamic_date_formats
        .as_ref()
        .map(|formats| formats.iter().map(String::as_str).collect());
    if own.is_none() {
        let defaults = date::detection_formats(engine).map_err(|failure| IndexError {
            place: "date_detection".to_owned(),
            problem: failure.unknown.unwrap_or_else(|| "no such format".to_owned()),
        })?;
        let named = defaults.into_iter().zip([date::DEFAULT_FORMAT, date::SLASH_FORMAT]);
        return Ok(named
            .map(|(found, pattern)| Detector {
                pattern: pattern.into(),
                format: Arc::new(found.format),
            })
            .collect());
    }
    let compile = |pattern: &str| match date::DateFormat::compile(pattern, engine) {
        Ok(format) => Ok(Detector { pattern: pattern.into(), format: Arc::new(format) }),
        Err(_) => Err(IndexError {
            place: "dynamic_date_formats".to_owned(),
            problem: format!("the format `{pattern}` cannot be read"),
        }),
    };
    own.unwrap_or_default().into_iter().map(compile).collect()
}

fn collect_opaque(object: &ObjectNode, found: &mut Vec<(FieldPath, String)>) {
    for node in object.children.values() {
        match node {
            Node::Object(inner) => collect_opaque(inner, found),
            Node::Field(field) => collect_opaque_field(field, found),
            Node::Alias(_) => {}
        }
    }
}

fn collect_opaque_field(field: &FieldNode, found: &mut Vec<(FieldPath, String)>) {
    if matches!(field.rule, field::Rule::Opaque) {
        found.push((names::path(&field.full), field.type_name.to_string()));
    }
    for sub in &field.fields {
        collect_opaque_field(sub, found);
    }
}
