//! What another order of the same records would have made of a field: each record on its own, as the first of the index.
//!
//! In: the index as it was born, and records. Out: the type that a record alone gives a field, and what becomes of the record
//! that really came first if another goes before it. Only the replica is asked, so that the answers are the engine's.

use super::Replay;
use crate::engine::Index;
use crate::model::fate::Fate;
use crate::model::mapping::Mapping;
use crate::model::path::FieldPath;
use crate::model::timeline::Decision;

impl Replay {
    /// The index as it was born.
    pub fn born(&self) -> &Index {
        &self.born
    }

    /// The same replay of an index that is known to end with this mapping: see [`Index::ending_as`].
    #[must_use]
    pub fn ending_as(self, live: Mapping) -> Self {
        Self { index: self.index.ending_as(live), ..self }
    }
}

/// The index as one record alone makes it.
pub struct Alone {
    index: Index,
    added: Vec<(FieldPath, Decision)>,
}

impl Alone {
    /// Begins the index with a record.
    pub fn new(born: &Index, record: &[u8]) -> Self {
        let mut index = born.clone();
        let added = index.index(record).added;
        Self { index, added }
    }

    /// The type that the record gives a field, and why; `None` where it does not make it.
    pub fn makes(&self, field: &FieldPath) -> Option<(&str, &Decision)> {
        let (_, decision) = self.added.iter().find(|(path, _)| path == field)?;
        let made = self.index.mapping().field(field)?;
        Some((made.type_name(), decision))
    }

    /// What becomes of a record that comes second.
    pub fn then(&self, second: &[u8]) -> Fate {
        self.index.clone().index(second).fate
    }
}
