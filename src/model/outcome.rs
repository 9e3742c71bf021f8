//! The same records in two indices that began in different ways: what becomes of them in the one and not in the other.

use std::collections::BTreeMap;

use super::engine::Engine;
use super::fate::{Fate, Loss, LossCause, Reject, RejectClass};
use super::mapping::Mapping;
use super::object::Sighting;
use super::path::FieldPath;
use super::timeline::{Counted, Timeline};

/// An index of another engine, or with another template, that was given the same records.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// Its engine.
    pub engine: Engine,
    /// What it begins with, where that is not the same: `template next.json`.
    pub begins_with: Option<String>,
    /// The mapping that it begins with.
    pub declared: Mapping,
    /// Its history.
    pub timeline: Timeline,
    /// Records with another fate there.
    pub outcomes: Outcomes,
}

/// Records with another fate, by what is other about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes(pub BTreeMap<Change, Changed>);

/// What is other about a record's fate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Taken here, refused there.
    Refused(RejectClass, Option<FieldPath>),
    /// Refused here, taken there.
    Taken(RejectClass, Option<FieldPath>),
    /// Whole here, bent there.
    Bent(LossCause, FieldPath),
    /// Bent here, whole there.
    Whole(LossCause, FieldPath),
}

/// How many records, and the first of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Number and places.
    pub counted: Counted,
    /// The first record's bytes, as far as the example limit goes.
    pub first_bytes: Vec<u8>,
    /// The engine's words for the first record, where it is refused on one side.
    pub words: Option<Reject>,
}

impl Outcomes {
    /// Compares the two fates of one record.
    pub fn compare(&mut self, here: &Fate, there: &Fate, at: Sighting, bytes: &[u8]) {
        match (here, there) {
            (Fate::Accepted(_), Fate::Rejected(reject)) => {
                let change = Change::Refused(reject.class, reject.field.clone());
                self.add(change, at, bytes, Some(reject));
            }
            (Fate::Rejected(reject), Fate::Accepted(_)) => {
                let change = Change::Taken(reject.class, reject.field.clone());
                self.add(change, at, bytes, Some(reject));
            }
            (Fate::Accepted(here), Fate::Accepted(there)) => {
                for Loss { cause, field } in there.iter().filter(|loss| !here.contains(loss)) {
                    self.add(Change::Bent(*cause, field.clone()), at, bytes, None);
                }
                for Loss { cause, field } in here.iter().filter(|loss| !there.contains(loss)) {
                    self.add(Change::Whole(*cause, field.clone()), at, bytes, None);
                }
            }
            (Fate::Rejected(_), Fate::Rejected(_)) => {}
        }
    }

    fn add(&mut self, change: Change, at: Sighting, bytes: &[u8], words: Option<&Reject>) {
        let one = Counted { count: 1, first: at, last: at };
        match self.0.get_mut(&change) {
            Some(changed) => changed.counted.add(one),
            None => {
                let (first_bytes, words) = (bytes.to_vec(), words.cloned());
                self.0.insert(change, Changed { counted: one, first_bytes, words });
            }
        }
    }

    /// Keeps so much of each record's bytes.
    pub fn shorten(&mut self, bytes: usize) {
        self.0.values_mut().for_each(|changed| changed.first_bytes.truncate(bytes));
    }
}
