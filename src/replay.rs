//! Replay: records in delivery order through the replica, and the history that comes of it.
//!
//! In: an [`Index`] as it was born, then every record with its place. Out: a [`Timeline`]: the mapping after the last record,
//! the record that brought each field, refusals and losses by cause. It knows neither objects nor clusters, and it never
//! looks at the live mapping: that is what its result is compared with.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{Index, witness};
use crate::model::family::Family;
use crate::model::fate::{Fate, Loss, Reject};
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::profile::ShapeId;
use crate::model::timeline::{Addition, Counted, Decision, Origin, Refused, RejectGroup, Timeline};

/// Kinds of refusals for which the smallest record is looked for. More kinds come of names that are data, all alike.
const WITNESSES: usize = 1_000;

/// One index while its records arrive.
pub struct Replay {
    index: Index,
    declared: BTreeSet<FieldPath>,
    made: BTreeMap<FieldPath, (Addition, Option<ShapeId>)>,
    first_shape: Option<ShapeId>,
    timeline: Timeline,
    example_bytes: usize,
}

/// One record on its way to the index.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// Where it stands in the backup.
    pub sighting: Sighting,
    /// All of its bytes.
    pub bytes: &'a [u8],
    /// Its shape; `None` for what is no JSON object.
    pub shape: Option<ShapeId>,
}

impl Replay {
    /// Begins with the index as its templates made it.
    pub fn new(index: Index, example_bytes: usize) -> Self {
        let declared = index.mapping().fields().into_iter().map(|(path, _)| path).collect();
        Self {
            index,
            declared,
            made: BTreeMap::new(),
            first_shape: None,
            timeline: Timeline::default(),
            example_bytes,
        }
    }

    /// Gives the index one record. Records must come in delivery order.
    pub fn record(&mut self, arrival: Arrival<'_>) {
        self.record_and_tell(arrival, &mut |_| {});
    }

    /// The same; the record's fate is told to `tell`.
    pub fn record_and_tell(&mut self, arrival: Arrival<'_>, tell: &mut dyn FnMut(&Fate)) {
        let indexed = self.index.index(arrival.bytes);
        tell(&indexed.fate);
        self.timeline.records += 1;
        for (path, decision) in indexed.added {
            self.added(path, decision, arrival);
        }
        match indexed.fate {
            Fate::Accepted(losses) => self.accepted(losses, arrival),
            Fate::Rejected(reject) => self.rejected(reject, arrival),
        }
    }

    /// The index as it stands.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The history. Where nothing was declared, what the family of the first accepted record made is the index's birth.
    pub fn finish(self, families: &[Family]) -> Timeline {
        let mut timeline = self.timeline;
        let is_born = self.declared.is_empty();
        let first =
            self.first_shape.and_then(|shape| families.iter().find(|family| family.has(shape)));
        timeline.origins = self.declared.into_iter().map(|path| (path, Origin::Declared)).collect();
        for (path, (addition, shape)) in self.made {
            let at_birth =
                is_born && first.zip(shape).is_some_and(|(family, shape)| family.has(shape));
            let origin = if at_birth { Origin::Birth(addition) } else { Origin::Added(addition) };
            timeline.origins.insert(path, origin);
        }
        timeline.mapping = self.index.mapping().clone();
        timeline
    }

    fn added(&mut self, path: FieldPath, decision: Decision, arrival: Arrival<'_>) {
        let addition = Addition { sighting: arrival.sighting, decision, raced: false };
        self.made.entry(path).or_insert((addition, arrival.shape));
        let excerpt = self.excerpt(arrival);
        self.timeline.excerpts.entry(arrival.sighting).or_insert(excerpt);
    }

    fn accepted(&mut self, losses: Vec<Loss>, arrival: Arrival<'_>) {
        let sighting = arrival.sighting;
        self.first_shape = self.first_shape.or(arrival.shape);
        self.timeline.accepted += 1;
        let distinct: BTreeSet<Loss> = losses.into_iter().collect();
        for loss in distinct {
            count(self.timeline.losses.entry(loss).or_insert(none_yet(sighting)), sighting);
        }
    }

    fn rejected(&mut self, reject: Reject, arrival: Arrival<'_>) {
        *self.timeline.rejected_in.entry(arrival.sighting.object).or_default() += 1;
        let group = RejectGroup { class: reject.class, field: reject.field.clone() };
        if !self.timeline.rejects.contains_key(&group) {
            let refused = self.refused(reject, arrival);
            self.timeline.rejects.insert(group.clone(), refused);
        }
        if let Some(refused) = self.timeline.rejects.get_mut(&group) {
            count(&mut refused.counted, arrival.sighting);
        }
    }

    /// The first of its kind. The index has not changed since it refused the record, unless the record brought fields before
    /// it was refused; then the record is refused again.
    fn refused(&self, reject: Reject, arrival: Arrival<'_>) -> Refused {
        let few = self.timeline.rejects.len() < WITNESSES;
        let found = few.then(|| witness::of_reject(&self.index, arrival.bytes, &reject)).flatten();
        Refused {
            counted: none_yet(arrival.sighting),
            first_reject: reject,
            first_bytes: self.excerpt(arrival),
            witness: found.filter(|witness| witness.len() <= self.witness_bytes()),
        }
    }

    /// Lucene's longest term has 32,766 bytes; a record that shows it is not much longer.
    fn witness_bytes(&self) -> usize {
        self.example_bytes.max(40_000)
    }

    fn excerpt(&self, arrival: Arrival<'_>) -> Vec<u8> {
        arrival.bytes[..arrival.bytes.len().min(self.example_bytes)].to_vec()
    }
}

fn none_yet(first: Sighting) -> Counted {
    Counted { count: 0, first, last: first }
}

fn count(counted: &mut Counted, sighting: Sighting) {
    counted.count += 1;
    counted.last = sighting;
}
