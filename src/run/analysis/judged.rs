//! One index of an analysis when all records have arrived: its history, what other orders and other beginnings would have made of
//! it, and the view of it that rules read.
//!
//! In: a finished replay, the sums of all records, single records once more. Out: evidence. It refuses to know how records came.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::engine::Index;
use crate::evidence;
use crate::firehose::rotation::{Belongs, Period};
use crate::model::evidence::{IndexEvidence, LONGEST_BUFFER_SECONDS, Rival};
use crate::model::family::Family;
use crate::model::finding::Confidence;
use crate::model::mapping::{Field, Mapping};
use crate::model::object::{Object, Sighting};
use crate::model::outcome::{Alternative, Outcomes};
use crate::model::path::FieldPath;
use crate::model::profile::Profile;
use crate::model::timeline::{Origin, Timeline};
use crate::replay::{Alone, Replay};

use super::track::{Doubts, belongs};
use super::{Options, WhatIf};

/// Records that are asked what they alone would have made of their fields, and their bytes: a record that brings all of its fields
/// takes the replica a thousand times longer than the walk.
const RIVALS: usize = 1_000;
const RIVAL_BYTES: u64 = 4 << 20;

/// One index when all records have arrived.
pub(super) struct Judged {
    pub(super) name: String,
    /// As it was born.
    pub(super) born: Index,
    pub(super) period: Option<Period>,
    /// Whether its records can be told from those of other indices.
    pub(super) is_alone: bool,
    pub(super) declared: Mapping,
    pub(super) live: Option<Mapping>,
    pub(super) shards: u64,
    pub(super) timeline: Timeline,
    pub(super) doubts: Doubts,
    pub(super) near_rotation: BTreeSet<u32>,
    /// The records that may decide each field's type, if they come first.
    pub(super) rivals: BTreeMap<FieldPath, BTreeSet<Sighting>>,
    /// What each of them makes of it.
    pub(super) orders: BTreeMap<FieldPath, Vec<Rival>>,
    pub(super) rivals_unheard: bool,
    /// Fields whose records were too many to be asked.
    pub(super) unasked: usize,
    pub(super) next: Option<Timeline>,
    pub(super) alternative: Option<Alternative>,
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

    /// Finds the records that may decide a field's type, as many as may be asked.
    pub(super) fn ask(&mut self, profile: &Profile) {
        let (mut places, mut bytes) = (BTreeSet::new(), 0);
        for (field, rivals) in evidence::order::rivals(&self.timeline, profile) {
            let new: Vec<Sighting> = rivals.difference(&places).copied().collect();
            let more: u64 = new.iter().map(|place| place.byte_length).sum();
            if places.len() + new.len() > RIVALS || bytes + more > RIVAL_BYTES {
                self.unasked += 1;
                continue;
            }
            bytes += more;
            places.extend(new);
            self.rivals.insert(field, rivals);
        }
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
        let mut fields: BTreeMap<Sighting, Vec<&FieldPath>> = BTreeMap::new();
        for (field, rivals) in &self.rivals {
            let asked = rivals.iter().filter(|rival| !self.is_known(field, **rival));
            asked.for_each(|rival| fields.entry(*rival).or_default().push(field));
        }
        let mut orders: BTreeMap<FieldPath, Vec<Rival>> = BTreeMap::new();
        for (sighting, fields) in fields {
            let Some(record) = records.get(&sighting) else {
                self.rivals_unheard = true;
                continue;
            };
            let alone = Alone::new(&self.born, record);
            let excerpt = &record[..record.len().min(excerpt_bytes)];
            for field in fields {
                let rival = self.rival(field, (sighting, excerpt), &alone, records);
                orders.entry(field.clone()).or_default().extend(rival);
            }
        }
        self.orders = orders;
    }

    /// What the record that came first makes of its field is known, unless the live type has overruled it.
    fn is_known(&self, field: &FieldPath, sighting: Sighting) -> bool {
        let origin = self.timeline.origins.get(field).and_then(Origin::addition);
        let is_first = origin.filter(|origin| origin.sighting == sighting);
        is_first.is_some_and(|origin| origin.decision.overruled().is_none())
    }

    fn rival(
        &self,
        field: &FieldPath,
        (sighting, excerpt): (Sighting, &[u8]),
        alone: &Alone,
        records: &BTreeMap<Sighting, Vec<u8>>,
    ) -> Option<Rival> {
        let (type_name, decision) = alone.makes(field)?;
        let mapped = self.timeline.mapping.field(field).map(Field::type_name);
        let is_other = mapped.is_some_and(|mapped| mapped != type_name);
        let origin = self.timeline.origins.get(field).and_then(Origin::addition);
        let first = origin.and_then(|origin| records.get(&origin.sighting)).filter(|_| is_other);
        Some(Rival {
            sighting,
            type_name: type_name.to_owned(),
            decision: decision.clone(),
            excerpt: excerpt.to_vec(),
            first_after_it: first.map(|first| alone.then(first)),
        })
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
            unasked: self.unasked,
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
