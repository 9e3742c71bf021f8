//! One index of an analysis: how it was born, which objects' records it takes, its replay, and what makes that doubtful.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::engine::{Index, Settings};
use crate::error::Error;
use crate::firehose::rotation::{self, Belongs, Period};
use crate::mapping::{self, Templates};
use crate::model::capture::{Capture, CapturedIndex};
use crate::model::engine::{Engine, Product};
use crate::model::evidence::LONGEST_BUFFER_SECONDS;
use crate::model::family::Family;
use crate::model::finding::Confidence;
use crate::model::mapping::Mapping;
use crate::model::object::Object;
use crate::model::problem::{Problem, ProblemKind};
use crate::replay::Replay;
use crate::settings;

use super::judged::Judged;
use super::{Options, WhatIf};

/// One index while its records arrive.
pub(super) struct Track {
    name: String,
    /// Whether its records can be told from those of other indices.
    is_alone: bool,
    period: Option<Period>,
    declared: Mapping,
    settings: Settings,
    live: Option<Mapping>,
    shards: u64,
    doubts: Doubts,
}

/// Why findings about an index may be wrong, and how sure they can still be.
#[derive(Default)]
pub(super) struct Doubts {
    pub ceiling: Option<Confidence>,
    pub reasons: Vec<String>,
}

impl Doubts {
    /// Lowers the ceiling, once for each reason.
    pub(super) fn add(&mut self, ceiling: Confidence, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.reasons.contains(&reason) {
            self.ceiling = Some(self.ceiling.map_or(ceiling, |known| known.min(ceiling)));
            self.reasons.push(reason);
        }
    }

    /// The best that a finding can be.
    pub(super) fn ceiling(&self) -> Confidence {
        self.ceiling.unwrap_or(Confidence::Certain)
    }
}

/// A track for every index of the capture; without a capture one without a name, if an engine is given; else none. An index
/// whose mapping cannot be read is a problem, and the others are judged.
pub(super) fn all(
    capture: Option<&Capture>,
    options: &Options,
    problems: &mut dyn FnMut(Problem),
) -> Result<Vec<(Track, Replay)>, Error> {
    let Some(capture) = capture else {
        return options.engine.map(|engine| unnamed(engine, options)).into_iter().collect();
    };
    let engines = &options.inputs.engines;
    let Some(engine) = engines.first().filter(|engine| engine.nearest_profile().is_some()) else {
        return Ok(Vec::new());
    };
    let doubts = doubts(capture, engines);
    let mut tracks = Vec::new();
    for (name, index) in &capture.indices {
        match live(capture, name, index, *engine, options) {
            Ok((mut track, replay)) => {
                for (ceiling, doubt) in &doubts {
                    track.doubts.add(*ceiling, doubt);
                }
                track.is_alone = is_series(capture);
                tracks.push((track, replay));
            }
            Err(error) => problems(unreadable(name, &error)),
        }
    }
    Ok(tracks)
}

/// What makes every index of a capture doubtful.
fn doubts(capture: &Capture, engines: &[Engine]) -> Vec<(Confidence, String)> {
    let mut doubts = Vec::new();
    if let [first, second, ..] = engines {
        let reason = format!("the cluster may be {first} or {second}; replayed as {first}");
        doubts.push((Confidence::Possible, reason));
    }
    doubts.extend(
        engines.iter().filter_map(|engine| Some((Confidence::Likely, settings::doubt(*engine)?))),
    );
    for note in capture.unanswered.iter().filter(|note| note.contains("templates")) {
        let reason = format!("what the index was born with is not known: {note}");
        doubts.push((Confidence::Likely, reason));
    }
    let count = capture.indices.len();
    if !is_series(capture) {
        let reason = format!(
            "{count} indices share the backup, and their names do not say which record went where"
        );
        doubts.push((Confidence::Possible, reason));
    } else if count > 1 {
        let reason =
            "families and numbers of records are those of the whole backup, not of one index";
        doubts.push((Confidence::Likely, reason.to_owned()));
    }
    doubts
}

/// Whether the indices are the rotated ones of one stream, or one alone: then every record has its index.
fn is_series(capture: &Capture) -> bool {
    let rotated: Option<Vec<_>> =
        capture.indices.keys().map(|name| rotation::rotated(name, None)).collect();
    let one_base = |rotated: Vec<rotation::Rotated<'_>>| {
        rotated.iter().map(|index| index.base).collect::<BTreeSet<_>>().len() == 1
    };
    capture.indices.len() == 1 || rotated.is_some_and(one_base)
}

fn unreadable(name: &str, error: &Error) -> Problem {
    Problem {
        object: String::new(),
        byte_offset: None,
        byte_length: None,
        kind: ProblemKind::IndexUnreadable,
        message: format!("{name} is not judged: {}", error.chain()),
    }
}

impl Track {
    /// Whether records of an object may have gone to this index.
    pub(super) fn takes(&self, object: &Object) -> bool {
        self.belongs(object) != Belongs::No
    }

    fn belongs(&self, object: &Object) -> Belongs {
        belongs(self.period, object)
    }

    /// The same index, begun in another way.
    pub(super) fn otherwise(&self, what_if: &WhatIf, options: &Options) -> Result<Replay, Error> {
        let declared = otherwise_declared(what_if, &self.name, &self.declared)?;
        let index = Index::new(what_if.engine, declared, self.settings.clone())
            .map_err(|source| Error::Index { index: self.name.clone(), source })?;
        Ok(Replay::new(index, options.limits.example_bytes))
    }

    /// The history, when these objects were read.
    pub(super) fn finish<'a>(
        mut self,
        replay: Replay,
        objects: impl Iterator<Item = (u32, &'a Object)>,
        families: &[Family],
    ) -> Judged {
        let near = objects.filter(|(_, object)| self.belongs(object) == Belongs::Possibly);
        let near_rotation: BTreeSet<u32> = near.map(|(rank, _)| rank).collect();
        if !near_rotation.is_empty() {
            self.doubts
                .add(Confidence::Likely, "objects near the rotation hold records of two indices");
        }
        let born = replay.born().clone();
        let timeline = replay.finish(families);
        let Self { name, is_alone, period, declared, live, shards, doubts, .. } = self;
        Judged {
            name,
            born,
            period,
            is_alone,
            declared,
            live,
            shards,
            timeline,
            doubts,
            near_rotation,
            rivals: BTreeMap::new(),
            orders: BTreeMap::new(),
            rivals_unheard: false,
            unasked: 0,
            next: None,
            alternative: None,
        }
    }
}

/// Whether an object's records belong to the index of a period.
pub(super) fn belongs(period: Option<Period>, object: &Object) -> Belongs {
    let (Some(period), Some(time)) = (period, object.time) else {
        return Belongs::Certainly;
    };
    period.holds(time, SignedDuration::from_secs(LONGEST_BUFFER_SECONDS))
}

/// What an index declares that begins in another way. Mapping types ended with 7.0.
fn otherwise_declared(what_if: &WhatIf, name: &str, declared: &Mapping) -> Result<Mapping, Error> {
    let is_typed = what_if.engine.product == Product::Elasticsearch && what_if.engine.major < 7;
    let unreadable = |source| Error::Mapping { index: name.to_owned(), source };
    let name = Some(name).filter(|name| !name.is_empty());
    let mut mapping = match &what_if.templates {
        Some((_, given)) => given.compose(name, None).map_err(unreadable)?.mapping,
        None => declared.clone(),
    };
    mapping.type_name = declared.type_name.clone().filter(|_| is_typed);
    Ok(mapping)
}

/// Without a cluster: an index without a name, born from nothing.
fn unnamed(engine: Engine, options: &Options) -> Result<(Track, Replay), Error> {
    let birth = Birth { engine, declared: Mapping::default(), settings: Settings::default() };
    birth.track(String::new(), None, 1, options)
}

/// An index of the capture. It is born from the templates that match its name, and compared with what it is now.
fn live(
    capture: &Capture,
    name: &str,
    index: &CapturedIndex,
    engine: Engine,
    options: &Options,
) -> Result<(Track, Replay), Error> {
    let unreadable = |source| Error::Mapping { index: name.to_owned(), source };
    let live = mapping::read(&index.mappings, None).map_err(unreadable)?;
    let templates = Templates {
        legacy: &capture.legacy_templates,
        index: &capture.index_templates,
        component: &capture.component_templates,
    };
    let born = mapping::compose(name, templates, live.type_name.as_deref()).map_err(unreadable)?;
    let shards = setting(&index.settings, "number_of_shards").unwrap_or(0);
    let birth = Birth { engine, declared: born.mapping, settings: Settings::read(&index.settings) };
    birth.track(name.to_owned(), Some(live), shards, options)
}

/// How an index was born.
struct Birth {
    engine: Engine,
    declared: Mapping,
    settings: Settings,
}

impl Birth {
    fn track(
        self,
        name: String,
        live: Option<Mapping>,
        shards: u64,
        options: &Options,
    ) -> Result<(Track, Replay), Error> {
        let index = Index::new(self.engine, self.declared.clone(), self.settings.clone())
            .map_err(|source| Error::Index { index: name.clone(), source })?;
        let mut doubts = Doubts::default();
        for (path, field_type) in index.opaque() {
            doubts.add(
                Confidence::Likely,
                format!(
                    "`{path}` is {field_type}, which the replica does not know: every value passes"
                ),
            );
        }
        for template in index.opaque_templates() {
            let reason = format!(
                "dynamic template `{template}` has a pattern that the replica cannot run: it matches nothing"
            );
            doubts.add(Confidence::Likely, reason);
        }
        let period = rotation::rotated(&name, None).map(|rotated| rotated.period);
        let mut replay = Replay::new(index, options.limits.example_bytes);
        if let Some(live) = &live {
            replay = replay.ending_as(live.clone());
        }
        let Self { declared, settings, .. } = self;
        let track =
            Track { name, is_alone: true, period, declared, settings, live, shards, doubts };
        Ok((track, replay))
    }
}

/// A whole number of the index settings, which the engine prints as a string.
fn setting(settings: &serde_json::Value, name: &str) -> Option<u64> {
    settings.get("index")?.get(name)?.as_str()?.parse().ok()
}
