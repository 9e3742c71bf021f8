//! An object that was walked while those before it were not settled: what the check of a guess let through, and what it did not.
//!
//! In: records of one object with what a check said of them. Out: once every record before it is counted, the object counted, or
//! nothing where the guess does not hold. A guess holds where the check of the true mapping lets through whatever the check of
//! the guess did, before the object's own records and after them: a field comes once and stays, so that what holds at both ends
//! holds between them. The caller compares checks, for it has the tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Arrival, Replay, add};
use crate::engine::Indexed;
use crate::engine::check::Check;
use crate::model::fate::{Fate, Loss};
use crate::model::object::Sighting;
use crate::model::profile::ShapeId;
use crate::model::timeline::Counted;

/// Bytes of records that wait for the replica. An object with more is walked again when its turn comes.
const WAITING: usize = 16 << 20;

/// What a guess makes of the records of one object.
#[derive(Default)]
pub struct Guess {
    cleared: u64,
    bent: u64,
    first: Option<(Sighting, ShapeId)>,
    losses: BTreeMap<Loss, Counted>,
    waiting: Vec<Waiting>,
    bytes: usize,
}

/// A record that waits for the replica.
struct Waiting {
    sighting: Sighting,
    shape: Option<ShapeId>,
    bytes: Box<[u8]>,
}

/// What an index makes of the records that waited.
pub enum Settled {
    /// They change nothing.
    Same(Vec<Indexed>),
    /// They bring fields: each must see what those before it brought.
    Growing,
}

impl Guess {
    /// Counts a record that the check let through.
    pub fn cleared(&mut self, sighting: Sighting, shape: ShapeId, losses: &[Arc<Loss>]) {
        self.cleared += 1;
        self.bent += u64::from(!losses.is_empty());
        self.first.get_or_insert((sighting, shape));
        for loss in losses {
            add(&mut self.losses, loss, Counted { count: 1, first: sighting, last: sighting });
        }
    }

    /// Keeps a record for the replica.
    pub fn waits(&mut self, arrival: Arrival<'_>) {
        if self.is_full() {
            return;
        }
        self.bytes += arrival.bytes.len() + size_of::<Waiting>();
        let Arrival { sighting, shape, bytes } = arrival;
        self.waiting.push(Waiting { sighting, shape, bytes: bytes.into() });
        if self.is_full() {
            self.waiting = Vec::new();
        }
    }

    /// The records that wait.
    pub fn waiting(&self) -> impl Iterator<Item = Arrival<'_>> {
        self.waiting.iter().map(Waiting::arrival)
    }

    /// Whether more records wait than may; then none are kept.
    pub fn is_full(&self) -> bool {
        self.bytes > WAITING
    }
}

impl Waiting {
    fn arrival(&self) -> Arrival<'_> {
        Arrival { sighting: self.sighting, shape: self.shape, bytes: &self.bytes }
    }
}

impl Replay {
    /// What the index makes of the records that wait, if the guess holds. All records before must have been counted.
    pub fn settle(&self, guess: &Guess, holds: &dyn Fn(Check) -> bool) -> Option<Settled> {
        if guess.is_full() || !self.index.has_mapping() || !holds(self.check()) {
            return None;
        }
        let mut index = self.index.clone();
        let indexed: Vec<Indexed> =
            guess.waiting.iter().map(|waiting| index.index(&waiting.bytes)).collect();
        if indexed.iter().all(|indexed| indexed.added.is_empty()) {
            return Some(Settled::Same(indexed));
        }
        holds(index.check()).then_some(Settled::Growing)
    }

    /// Counts a guess that holds; the fates of the records that waited.
    pub fn count_settled(&mut self, guess: &Guess, settled: Settled) -> Vec<Fate> {
        let fates = match settled {
            Settled::Same(indexed) => {
                let each = guess.waiting.iter().zip(indexed);
                each.map(|(waiting, indexed)| self.count(indexed, waiting.arrival())).collect()
            }
            Settled::Growing => {
                guess.waiting.iter().map(|waiting| self.record(waiting.arrival())).collect()
            }
        };
        self.timeline.records += guess.cleared;
        self.timeline.accepted += guess.cleared;
        self.timeline.bent += guess.bent;
        if let Some((sighting, shape)) = guess.first {
            self.is_first(sighting, Some(shape));
        }
        for (loss, counted) in &guess.losses {
            add(&mut self.timeline.losses, loss, *counted);
        }
        fates
    }
}
