//! One index of an analysis: how it was born, which objects' records it takes, its replay, and what makes that doubtful.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::engine::{Index, Settings};
use crate::error::Error;
use crate::evidence;
use crate::firehose::rotation::{self, Belongs, Period};
use crate::mapping::{self, Templates};
use crate::model::capture::{Capture, CapturedIndex};
use crate::model::engine::{Engine, Product};
use crate::model::evidence::{IndexEvidence, LONGEST_BUFFER_SECONDS, Rival};
use crate::model::family::Family;
use crate::model::finding::Confidence;
use crate::model::mapping::{Field, Mapping};
use crate::model::object::{Object, Sighting};
use crate::model::outcome::{Alternative, Outcomes};
use crate::model::path::FieldPath;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::profile::Profile;
use crate::model::timeline::{Origin, Timeline};
use crate::replay::{Alone, Replay};
use crate::settings;

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

/// One index when all records have arrived.
pub(super) struct Judged {
    pub name: String,
    /// As it was born.
    born: Index,
    period: Option<Period>,
    /// Whether its records can be told from those of other indices.
    pub is_alone: bool,
    pub declared: Mapping,
    pub live: Option<Mapping>,
    pub shards: u64,
    pub timeline: Timeline,
    pub doubts: Doubts,
    near_rotation: BTreeSet<u32>,
    /// The records that may decide each field's type, if they come first.
    rivals: BTreeMap<FieldPath, BTreeSet<Sighting>>,
    /// What each of them makes of it.
    orders: BTreeMap<FieldPath, Vec<Rival>>,
    rivals_unheard: bool,
    next: Option<Timeline>,
    alternative: Option<Alternative>,
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

/// Refused records by object, where every record can be given to its index. An object near a rotation counts once.
pub(super) fn rejected_in(judged: &[Judged]) -> Option<BTreeMap<u32, u64>> {
    if judged.is_empty() || judged.iter().any(|index| !index.is_alone) {
        return None;
    }
    let mut merged: BTreeMap<u32, u64> = BTreeMap::new();
    for (rank, count) in judged.iter().flat_map(|index| &index.timeline.rejected_in) {
        let known = merged.entry(*rank).or_default();
        *known = (*known).max(*count);
    }
    Some(merged)
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
        let (rivals, orders) = (BTreeMap::new(), BTreeMap::new());
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
            rivals,
            orders,
            rivals_unheard: false,
            next: None,
            alternative: None,
        }
    }
}

/// Whether an object's records belong to the index of a period.
fn belongs(period: Option<Period>, object: &Object) -> Belongs {
    let (Some(period), Some(time)) = (period, object.time) else {
        return Belongs::Certainly;
    };
    period.holds(time, SignedDuration::from_secs(LONGEST_BUFFER_SECONDS))
}

impl Judged {
    /// Whether its name says that others follow it.
    pub(super) fn is_series(&self) -> bool {
        self.period.is_some()
    }

    /// Whether records of an object may have gone to this index.
    pub(super) fn takes(&self, object: &Object) -> bool {
        belongs(self.period, object) != Belongs::No
    }

    /// Finds the records that may decide a field's type.
    pub(super) fn ask(&mut self, profile: &Profile) {
        self.rivals = evidence::order::rivals(&self.timeline, profile);
    }

    /// The records that must be heard again.
    pub(super) fn wanted(&self) -> impl Iterator<Item = Sighting> {
        self.rivals.values().flatten().copied()
    }

    /// Sees what each rival alone would have made of its field, and what would have become of the record that came first.
    pub(super) fn compare_orders(
        &mut self,
        records: &BTreeMap<Sighting, Vec<u8>>,
        excerpt_bytes: usize,
    ) {
        let mut alone: BTreeMap<Sighting, Alone> = BTreeMap::new();
        for (field, rivals) in &self.rivals {
            let heard = rivals.iter().filter_map(|rival| Some((*rival, records.get(rival)?)));
            let heard: Vec<(Sighting, &Vec<u8>)> = heard.collect();
            self.rivals_unheard |= heard.len() < rivals.len();
            let origin = self.timeline.origins.get(field).and_then(Origin::addition);
            let first = origin.and_then(|origin| records.get(&origin.sighting));
            let mapped = self.timeline.mapping.field(field).map(Field::type_name);
            // What the record that came first makes of its field is known, unless the live type has overruled it.
            let known = origin.filter(|origin| origin.decision.overruled().is_none());
            let rival = |(sighting, record): (Sighting, &Vec<u8>)| {
                if known.is_some_and(|origin| origin.sighting == sighting) {
                    return None;
                }
                let alone = alone.entry(sighting).or_insert_with(|| Alone::new(&self.born, record));
                let (type_name, decision) = alone.makes(field)?;
                let is_other = mapped.is_some_and(|mapped| mapped != type_name);
                Some(Rival {
                    sighting,
                    type_name: type_name.to_owned(),
                    decision: decision.clone(),
                    excerpt: record[..record.len().min(excerpt_bytes)].to_vec(),
                    first_after_it: first.filter(|_| is_other).map(|first| alone.then(first)),
                })
            };
            self.orders.insert(field.clone(), heard.into_iter().filter_map(rival).collect());
        }
    }

    /// Takes what became of the same records where the index began in another way.
    pub(super) fn compare_with(
        &mut self,
        what_if: &WhatIf,
        other: Replay,
        mut outcomes: Outcomes,
        options: &Options,
    ) {
        outcomes.shorten(options.limits.example_bytes);
        self.alternative = Some(Alternative {
            engine: what_if.engine,
            begins_with: what_if.templates.as_ref().map(|(names, _)| names.clone()),
            declared: other.born().mapping().clone(),
            timeline: other.finish(&[]),
            outcomes,
        });
    }

    /// A new index, born as this one was.
    pub(super) fn next(&self, options: &Options) -> Replay {
        Replay::new(self.born.clone(), options.limits.example_bytes)
    }

    /// Takes the next index as its first records made it.
    pub(super) fn begin_next(&mut self, next: Replay) {
        self.next = Some(next.finish(&[]));
    }

    /// The joined view for rules, with everything that lowers what a finding can be.
    pub(super) fn evidence<'a>(
        &'a mut self,
        (objects, profile, families): (&'a [Object], &'a Profile, &'a [Family]),
        history: Vec<String>,
    ) -> IndexEvidence<'a> {
        for reason in history {
            self.doubts.add(Confidence::Likely, reason);
        }
        if self.timeline.records == 0 {
            self.doubts.add(Confidence::Possible, "no record of the backup belongs to this index");
        }
        let fields =
            evidence::join(&self.declared, self.live.as_ref(), &self.timeline, profile, families);
        let added = self.timeline.origins.values().filter_map(Origin::addition);
        let mut raced: Vec<Sighting> =
            added.filter(|added| added.raced).map(|added| added.sighting).collect();
        raced.sort_unstable();
        raced.dedup();
        IndexEvidence {
            name: &self.name,
            objects,
            timeline: &self.timeline,
            is_live: self.live.is_some(),
            fields,
            ceiling: self.doubts.ceiling(),
            doubts: &self.doubts.reasons,
            near_rotation: &self.near_rotation,
            raced,
            orders: &self.orders,
            rivals_unheard: self.rivals_unheard,
            next: self.next.as_ref(),
            alternative: self.alternative.as_ref(),
            is_series: self.is_series(),
        }
    }

    /// Marks what another order inside a bulk could have changed. One shard keeps the order of a bulk.
    pub(super) fn mark_races(&mut self, profile: &Profile, objects: &[Object]) {
        if self.shards == 1 {
            return;
        }
        let apart = SignedDuration::from_secs(LONGEST_BUFFER_SECONDS);
        let time = |sighting: Sighting| {
            objects.get(sighting.object as usize).and_then(|object| object.time)
        };
        evidence::mark_races(&mut self.timeline, profile, |a, b| match (time(a), time(b)) {
            (Some(a), Some(b)) => a.duration_since(b).abs() <= apart,
            _ => true,
        });
    }
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
