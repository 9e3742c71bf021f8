//! How a replayed index begins: engine, mapping, settings, and the live mapping that the result is compared with.
//!
//! In: what the user named, and the capture beside the backup, if any. Out: a [`Start`], or a usage error. A capture gives
//! engine, settings and templates, and the live mapping is only compared; `--mapping` and `--template` take the templates' place.

use std::path::Path;

use jiff::SignedDuration;
use serde_json::Value;

use crate::cli;
use crate::engine::{Index, Settings};
use crate::error::Error;
use crate::firehose::rotation::{self, Belongs, Period};
use crate::io::{capture, given};
use crate::mapping;
use crate::model::capture::{Capture, CapturedIndex};
use crate::model::engine::{Engine, Product};
use crate::model::mapping::Mapping;
use crate::model::object::Object;
use crate::model::timeline::Timeline;
use crate::run::templates;
use crate::settings;

/// The longest that a Firehose buffer may wait for an index (`BufferingHints.IntervalInSeconds`).
const BUFFER: SignedDuration = SignedDuration::from_secs(900);

/// An index before its first record.
pub(in crate::run) struct Start {
    pub engine: Engine,
    pub index: Option<String>,
    pub live: Option<Live>,
    /// Where mapping and settings come from, in words.
    pub words: Vec<String>,
    pub remarks: Vec<String>,
    mapping: Mapping,
    settings: Settings,
    /// The time that a rotated index takes records of.
    period: Option<Period>,
}

/// A mapping to compare with.
pub(in crate::run) struct Live {
    /// Where it comes from.
    pub from: String,
    pub mapping: Mapping,
}

/// The beginning that the user asked for. `beside` is the capture that lies beside the backup.
pub(super) fn start(arguments: &cli::Replay, beside: Option<&Path>) -> Result<Start, Error> {
    let path = arguments.capture.as_deref().or(beside);
    let captured = path.map(capture::load).transpose()?;
    let mut remarks = Vec::new();
    let engine = engine(arguments, captured.as_ref(), &mut remarks)?;
    let chosen = captured.as_ref().map(|capture| choose(capture, arguments.index.as_deref()));
    let side = chosen.transpose()?;
    let mut start = Start {
        engine,
        index: arguments.index.clone().or_else(|| side.map(|(name, _)| name.to_owned())),
        live: None,
        words: Vec::new(),
        remarks,
        mapping: Mapping::default(),
        settings: side.map_or_else(Settings::default, |(_, index)| Settings::read(&index.settings)),
        period: side.and_then(|(name, _)| Some(rotation::rotated(name, None)?.period)),
    };
    let type_name = type_name(arguments, side)?;
    match (&arguments.mapping, captured.as_ref()) {
        (Some(path), _) => start.take_mapping(path, type_name.as_deref())?,
        (None, _) if !arguments.template.is_empty() => {
            start.take_templates(&templates::files(&arguments.template)?, type_name.as_deref())?;
        }
        (None, Some(capture)) => {
            start.take_templates(&templates::captured(capture), type_name.as_deref())?;
        }
        (None, None) => {}
    }
    start.live = live(arguments, side, start.index.as_deref(), path)?;
    start.settle(type_name);
    Ok(start)
}

impl Start {
    /// An index that nothing was declared for.
    pub(in crate::run) fn undeclared(engine: Engine) -> Self {
        let mut start = Self {
            engine,
            index: None,
            live: None,
            words: Vec::new(),
            remarks: settings::doubt(engine).into_iter().collect(),
            mapping: Mapping::default(),
            settings: Settings::default(),
            period: None,
        };
        start.settle(None);
        start
    }

    /// The index itself.
    pub(in crate::run) fn begin(&self) -> Result<Index, Error> {
        Index::new(self.engine, self.mapping.clone(), self.settings.clone())
            .map_err(|source| Error::Index { index: self.name().to_owned(), source })
    }

    /// Whether records of an object may have gone to this index: a rotated index of a capture takes those of its time.
    pub(super) fn takes(&self, object: &Object) -> bool {
        let (Some(period), Some(time)) = (self.period, object.time) else { return true };
        period.holds(time, BUFFER) != Belongs::No
    }

    /// What `GET index/_mapping` would print in the end; only the value of `mappings` where the index has no name. On
    /// Elasticsearch 6 an index that never took a record and was declared nothing has no mapping type.
    pub(in crate::run) fn printed(&self, timeline: &Timeline) -> Value {
        let declared = Mapping { type_name: None, ..self.mapping.clone() };
        let is_untouched =
            declared == Mapping::default() && timeline.accepted == 0 && timeline.origins.is_empty();
        let mappings = if is_untouched {
            serde_json::json!({})
        } else {
            mapping::write(&timeline.mapping, self.engine)
        };
        match &self.index {
            Some(name) => serde_json::json!({ name: { "mappings": mappings } }),
            None => mappings,
        }
    }

    fn name(&self) -> &str {
        self.index.as_deref().unwrap_or("the index")
    }

    fn take_mapping(&mut self, path: &Path, type_name: Option<&str>) -> Result<(), Error> {
        let json = given::json(path)?;
        let (name, body) = named(&json, self.index.as_deref());
        if self.index.is_none() {
            self.index = name;
        }
        self.mapping = mapping::read(body, type_name)
            .map_err(|source| Error::Mapping { index: path.display().to_string(), source })?;
        if let Some(settings) = body.get("settings") {
            self.settings = Settings::read(settings);
        }
        self.words.push(format!("mapping {}", path.display()));
        Ok(())
    }

    fn take_templates(
        &mut self,
        given: &templates::Given,
        type_name: Option<&str>,
    ) -> Result<(), Error> {
        let name = self.index.as_deref();
        let composed = given
            .compose(name, type_name)
            .map_err(|source| Error::Mapping { index: self.name().to_owned(), source })?;
        self.mapping = composed.mapping;
        if given.bring_settings {
            self.settings = Settings::read(&composed.settings);
        }
        self.words = composed.from.iter().map(|name| format!("template {name}")).collect();
        if self.words.is_empty() && given.bring_settings {
            let name = name.unwrap_or_default();
            self.remarks.push(format!("no given template matches the index name {name}"));
        }
        Ok(())
    }

    /// What is doubtful of the mapping, and the names that error texts use.
    fn settle(&mut self, type_name: Option<String>) {
        self.remarks.extend(mapping::doubts(&self.mapping, self.engine));
        let is_typed = self.engine.product == Product::Elasticsearch && self.engine.major < 7;
        let found =
            self.mapping.type_name.take().or(type_name).unwrap_or_else(|| "_doc".to_owned());
        self.mapping.type_name = is_typed.then_some(found);
        if let Some(name) = &self.index {
            self.settings.index_name.clone_from(name);
        }
    }
}

/// The engine that the user named, else the capture's.
fn engine(
    arguments: &cli::Replay,
    captured: Option<&Capture>,
    remarks: &mut Vec<String>,
) -> Result<Engine, Error> {
    if let Some(engine) = settings::engine(arguments.engine.as_deref())? {
        remarks.extend(settings::doubt(engine));
        return Ok(engine);
    }
    let engines = captured.map(|capture| capture.engines.as_slice()).unwrap_or_default();
    let Some(engine) = engines.first() else {
        return Err(Error::Usage {
            message: "no engine is known, and without one nothing can be replayed".to_owned(),
            hint: Some(
                "give --engine es:6.5.4 (or es:8.19, os:2.19 ...), or a --capture that names one"
                    .to_owned(),
            ),
        });
    };
    if let [first, second, ..] = engines {
        remarks.push(format!("the cluster may be {first} or {second}; replayed as {first}"));
    }
    remarks.extend(settings::doubt(*engine));
    Ok(*engine)
}

/// The index of a capture that is meant.
fn choose<'a>(
    capture: &'a Capture,
    wanted: Option<&str>,
) -> Result<(&'a str, &'a CapturedIndex), Error> {
    let mut all = capture.indices.iter().map(|(name, index)| (name.as_str(), index));
    if let Some(found) = wanted.and_then(|wanted| capture.indices.get_key_value(wanted)) {
        return Ok((found.0, found.1));
    }
    match (all.next(), all.next()) {
        (Some(only), None) if wanted.is_none() || wanted == Some(capture.requested.as_str()) => {
            Ok(only)
        }
        _ => {
            let names: Vec<&str> = capture.indices.keys().map(String::as_str).collect();
            Err(Error::Usage {
                message: match wanted {
                    Some(wanted) => format!("the capture holds no index {wanted}"),
                    None => format!("the capture holds {} indices", names.len()),
                },
                hint: Some(format!("name one of them with --index: {}", names.join(", "))),
            })
        }
    }
}

/// The mapping type that the user named, else the live one's.
fn type_name(
    arguments: &cli::Replay,
    side: Option<(&str, &CapturedIndex)>,
) -> Result<Option<String>, Error> {
    let Some((name, index)) = side.filter(|_| arguments.type_name.is_none()) else {
        return Ok(arguments.type_name.clone());
    };
    let live = mapping::read(&index.mappings, None)
        .map_err(|source| Error::Mapping { index: name.to_owned(), source })?;
    Ok(live.type_name)
}

/// What the result is compared with: `--compare`, else the capture's live mapping.
fn live(
    arguments: &cli::Replay,
    side: Option<(&str, &CapturedIndex)>,
    index: Option<&str>,
    capture: Option<&Path>,
) -> Result<Option<Live>, Error> {
    let json;
    let (from, body) = match (&arguments.compare, side, capture) {
        (Some(path), ..) => {
            json = given::json(path)?;
            (path.display().to_string(), named(&json, index).1)
        }
        (None, Some((name, index)), Some(path)) => {
            (format!("{name} in {}", path.display()), &index.mappings)
        }
        _ => return Ok(None),
    };
    let mapping = mapping::read(body, arguments.type_name.as_deref())
        .map_err(|source| Error::Mapping { index: from.clone(), source })?;
    Ok(Some(Live { from, mapping }))
}

/// Takes the layer of index names off: the answer of `GET index` or `GET index/_mapping`.
fn named<'a>(json: &'a Value, wanted: Option<&str>) -> (Option<String>, &'a Value) {
    let is_answer = |body: &Value| body.get("mappings").is_some_and(Value::is_object);
    if let Some(body) = wanted.and_then(|name| json.get(name)).filter(|body| is_answer(body)) {
        return (wanted.map(str::to_owned), body);
    }
    match json.as_object().map(|all| all.iter().collect::<Vec<_>>()).as_deref() {
        Some([(name, body)]) if *name != "mappings" && is_answer(body) => {
            (Some((*name).clone()), body)
        }
        _ => (None, json),
    }
}
