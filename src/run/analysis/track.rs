//! One index of an analysis: how it was born, which objects' records it takes, its replay, and what makes that doubtful.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::engine::{Index, Settings};
use crate::error::Error;
use crate::evidence;
use crate::firehose::rotation::{self, Belongs, Period};
use crate::mapping::{self, Templates};
use crate::model::capture::{Capture, CapturedIndex};
use crate::model::engine::Engine;
use crate::model::evidence::IndexEvidence;
use crate::model::family::Family;
use crate::model::finding::Confidence;
use crate::model::mapping::Mapping;
use crate::model::object::{Object, Sighting};
use crate::model::profile::Profile;
use crate::model::timeline::Timeline;
use crate::replay::{Arrival, Replay};

use super::Options;

/// The longest that a Firehose buffer may wait for an index (`BufferingHints.IntervalInSeconds`).
const BUFFER_SECONDS: i64 = 900;

/// One index while its records arrive.
pub(super) struct Track {
    name: String,
    period: Option<Period>,
    declared: Mapping,
    live: Option<Mapping>,
    shards: u64,
    replay: Replay,
    doubts: Doubts,
}

/// One index when all records have arrived.
pub(super) struct Judged {
    pub name: String,
    /// Whether its records can be told from those of other indices.
    pub is_alone: bool,
    pub declared: Mapping,
    pub live: Option<Mapping>,
    pub shards: u64,
    pub timeline: Timeline,
    pub doubts: Doubts,
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

/// A track for every index of the capture; without a capture one without a name, if an engine is given; else none.
pub(super) fn all(capture: Option<&Capture>, options: &Options) -> Result<Vec<Track>, Error> {
    let Some(capture) = capture else {
        return options.engine.map(|engine| unnamed(engine, options)).into_iter().collect();
    };
    let engines = options.engine.map_or_else(|| capture.engines.clone(), |engine| vec![engine]);
    let Some(engine) = engines.first() else { return Ok(Vec::new()) };
    let mut tracks = Vec::new();
    for (name, index) in &capture.indices {
        let mut track = live(capture, name, index, *engine, options)?;
        if let [first, second, ..] = engines[..] {
            track.doubts.add(
                Confidence::Possible,
                format!("the cluster may be {first} or {second}; replayed as {first}"),
            );
        }
        if capture.indices.len() > 1 && track.period.is_none() {
            let reason = format!(
                "{} indices share the backup, and their names do not say which record went where",
                capture.indices.len()
            );
            track.doubts.add(Confidence::Possible, reason);
        }
        tracks.push(track);
    }
    Ok(tracks)
}

/// Refused records by object, where every record can be given to its index. An object near a rotation counts once.
pub(super) fn rejected_in(judged: &[Judged]) -> Option<BTreeMap<u32, u64>> {
    if judged.is_empty() || (judged.len() > 1 && judged.iter().any(|index| !index.is_alone)) {
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
    pub(super) fn takes(&mut self, object: &Object) -> bool {
        let (Some(period), Some(time)) = (self.period, object.time) else { return true };
        let belongs = period.holds(time, SignedDuration::from_secs(BUFFER_SECONDS));
        if belongs == Belongs::Possibly {
            self.doubts
                .add(Confidence::Likely, "objects near the rotation hold records of two indices");
        }
        belongs != Belongs::No
    }

    /// Gives the index a record.
    pub(super) fn replay(&mut self, arrival: Arrival<'_>) {
        self.replay.record(arrival);
    }

    /// The history.
    pub(super) fn finish(self, families: &[Family]) -> Judged {
        let timeline = self.replay.finish(families);
        let (name, declared, live) = (self.name, self.declared, self.live);
        let is_alone = self.period.is_some();
        Judged {
            name,
            is_alone,
            declared,
            live,
            shards: self.shards,
            timeline,
            doubts: self.doubts,
        }
    }
}

impl Judged {
    /// The joined view for rules, with everything that lowers what a finding can be.
    pub(super) fn evidence<'a>(
        &'a mut self,
        profile: &'a Profile,
        families: &'a [Family],
        history: Vec<String>,
    ) -> IndexEvidence<'a> {
        for reason in history {
            self.doubts.add(Confidence::Likely, reason);
        }
        let fields =
            evidence::join(&self.declared, self.live.as_ref(), &self.timeline, profile, families);
        IndexEvidence {
            name: &self.name,
            timeline: &self.timeline,
            is_live: self.live.is_some(),
            fields,
            ceiling: self.doubts.ceiling(),
            doubts: &self.doubts.reasons,
        }
    }

    /// Marks what another order inside a bulk could have changed. One shard keeps the order of a bulk.
    pub(super) fn mark_races(&mut self, profile: &Profile, objects: &[Object], bulk_seconds: u32) {
        if self.shards == 1 {
            return;
        }
        let apart = SignedDuration::from_secs(i64::from(bulk_seconds));
        let time = |sighting: Sighting| {
            objects.get(sighting.object as usize).and_then(|object| object.time)
        };
        evidence::mark_races(&mut self.timeline, profile, |a, b| match (time(a), time(b)) {
            (Some(a), Some(b)) => a.duration_since(b).abs() <= apart,
            _ => true,
        });
    }
}

/// Without a cluster: an index without a name, born from nothing.
fn unnamed(engine: Engine, options: &Options) -> Result<Track, Error> {
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
) -> Result<Track, Error> {
    let unreadable = |source| Error::Mapping { index: name.to_owned(), source };
    let live = mapping::read(&index.mappings, None).map_err(unreadable)?;
    let templates = Templates {
        legacy: &capture.legacy_templates,
        index: &capture.index_templates,
        component: &capture.component_templates,
    };
    let born = mapping::compose(name, templates, live.type_name.as_deref()).map_err(unreadable)?;
    let unread = capture.unanswered.iter().filter(|note| note.contains("templates"));
    let shards = setting(&index.settings, "number_of_shards").unwrap_or(0);
    let birth = Birth { engine, declared: born.mapping, settings: Settings::read(&index.settings) };
    let mut track = birth.track(name.to_owned(), Some(live), shards, options)?;
    for note in unread {
        track
            .doubts
            .add(Confidence::Likely, format!("what the index was born with is not known: {note}"));
    }
    Ok(track)
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
    ) -> Result<Track, Error> {
        let index = Index::new(self.engine, self.declared.clone(), self.settings)
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
        let period = rotation::rotated(&name, None).map(|rotated| rotated.period);
        let replay = Replay::new(index, options.limits.example_bytes);
        Ok(Track {
            name,
            period,
            declared: self.declared,
            live,
            shards,
            replay,
            doubts: Doubts::default(),
        })
    }
}

/// A whole number of the index settings, which the engine prints as a string.
fn setting(settings: &serde_json::Value, name: &str) -> Option<u64> {
    settings.get("index")?.get(name)?.as_str()?.parse().ok()
}
