//! Replay: records in delivery order through the replica, and the history that comes of it.
//!
//! In: an [`Index`] as it was born, then every record with its place: those that its check let through are only counted, the
//! others are given to the replica, one by one ([`Replay::record`]) or an object at a time ([`Replay::settle`]). Out: a
//! [`Timeline`]: the mapping after the last record, the record that brought each field, refusals and losses by cause. It knows
//! neither objects nor clusters, and it never looks at the live mapping: that is what its result is compared with.

mod guess;
mod order;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::check::Check;
use crate::engine::{Index, Indexed, witness};
use crate::model::family::Family;
use crate::model::fate::{Fate, Loss, Reject};
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::profile::ShapeId;
use crate::model::timeline::{Addition, Counted, Decision, Origin, Refused, RejectGroup, Timeline};

pub use guess::{Guess, Settled};
pub use order::Alone;

/// Kinds of refusals for which the smallest record is looked for. More kinds come of names that are data, all alike.
const WITNESSES: usize = 1_000;

/// One index while its records arrive.
pub struct Replay {
    born: Index,
    index: Index,
    declared: BTreeSet<FieldPath>,
    made: BTreeMap<FieldPath, Addition>,
    /// The first record that was accepted.
    first: Option<(Sighting, ShapeId)>,
    /// How often the mapping has changed.
    version: u64,
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
            born: index.clone(),
            index,
            declared,
            made: BTreeMap::new(),
            first: None,
            version: 0,
            timeline: Timeline::default(),
            example_bytes,
        }
    }

    /// Gives the index one record that only the replica can judge; its fate. Records must come in delivery order.
    pub fn record(&mut self, arrival: Arrival<'_>) -> Fate {
        let indexed = self.index.index(arrival.bytes);
        self.count(indexed, arrival)
    }

    /// Counts a record that the check let through. It loses what the check says.
    pub fn cleared(&mut self, sighting: Sighting, shape: ShapeId, losses: &[Arc<Loss>]) {
        self.index.accepted();
        self.timeline.records += 1;
        self.accepted(losses.iter().map(|loss| &**loss), sighting, Some(shape));
    }

    /// The check of the index as it stands.
    pub fn check(&self) -> Check {
        self.index.check()
    }

    /// How often the mapping has changed.
    pub fn version(&self) -> u64 {
        self.version
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
            self.first.and_then(|(_, shape)| families.iter().find(|family| family.has(shape)));
        timeline.origins = self.declared.into_iter().map(|path| (path, Origin::Declared)).collect();
        for (path, mut addition) in self.made {
            let shape = addition.shape;
            let at_birth =
                is_born && first.zip(shape).is_some_and(|(family, shape)| family.has(shape));
            let family = shape.and_then(|shape| families.iter().find(|family| family.has(shape)));
            addition.family = family.map(|family| family.name.clone());
            let origin = if at_birth { Origin::Birth(addition) } else { Origin::Added(addition) };
            timeline.origins.insert(path, origin);
        }
        timeline.mapping = self.index.mapping().clone();
        timeline
    }

    fn added(&mut self, path: FieldPath, decision: Decision, arrival: Arrival<'_>) {
        let Arrival { sighting, shape, .. } = arrival;
        let addition = Addition { sighting, decision, shape, family: None, raced: false };
        self.made.entry(path).or_insert(addition);
        let excerpt = self.excerpt(arrival);
        self.timeline.excerpts.entry(arrival.sighting).or_insert(excerpt);
    }

    fn count(&mut self, indexed: Indexed, arrival: Arrival<'_>) -> Fate {
        self.timeline.records += 1;
        self.version += u64::from(!indexed.added.is_empty());
        for (path, decision) in indexed.added {
            self.added(path, decision, arrival);
        }
        match &indexed.fate {
            Fate::Accepted(losses) => self.accepted(losses, arrival.sighting, arrival.shape),
            Fate::Rejected(reject) => self.rejected(reject, arrival),
        }
        indexed.fate
    }

    fn accepted<'l>(
        &mut self,
        losses: impl IntoIterator<Item = &'l Loss>,
        sighting: Sighting,
        shape: Option<ShapeId>,
    ) {
        self.timeline.accepted += 1;
        self.is_first(sighting, shape);
        let mut is_bent = false;
        for loss in losses {
            is_bent = true;
            let counted = Counted { count: 1, first: sighting, last: sighting };
            add(&mut self.timeline.losses, loss, counted);
        }
        self.timeline.bent += u64::from(is_bent);
    }

    fn is_first(&mut self, sighting: Sighting, shape: Option<ShapeId>) {
        let Some(shape) = shape else { return };
        if self.first.is_none_or(|(first, _)| sighting < first) {
            self.first = Some((sighting, shape));
        }
    }

    fn rejected(&mut self, reject: &Reject, arrival: Arrival<'_>) {
        *self.timeline.rejected_in.entry(arrival.sighting.object).or_default() += 1;
        let group = RejectGroup { class: reject.class, field: reject.field.clone() };
        if !self.timeline.rejects.contains_key(&group) {
            let refused = self.refused(reject, arrival);
            self.timeline.rejects.insert(group.clone(), refused);
        }
        if let Some(refused) = self.timeline.rejects.get_mut(&group) {
            refused.counted.add(Counted { count: 1, ..none_yet(arrival.sighting) });
        }
    }

    /// The first of its kind. The index has not changed since it refused the record, unless the record brought fields before
    /// it was refused; then the record is refused again.
    fn refused(&self, reject: &Reject, arrival: Arrival<'_>) -> Refused {
        let few = self.timeline.rejects.len() < WITNESSES;
        let found = few.then(|| witness::of_reject(&self.index, arrival.bytes, reject)).flatten();
        Refused {
            counted: none_yet(arrival.sighting),
            first_reject: reject.clone(),
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

/// Adds to what is counted of a loss.
fn add(losses: &mut BTreeMap<Loss, Counted>, loss: &Loss, more: Counted) {
    match losses.get_mut(loss) {
        Some(counted) => counted.add(more),
        None => {
            losses.insert(loss.clone(), more);
        }
    }
}
