//! What another order of the same records would have made of a field: each record on its own, as the first of the index.
//!
//! In: the index as it was born, and records. Out: the type that a record alone gives a field, and what becomes of the record
//! that really came first if another goes before it. Only the replica is asked, so that the answers are the engine's.

use super::Replay;
use crate::engine::Index;
use crate::model::fate::Fate;
use crate::model::mapping::{Field, Mapping};
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

/// The type that a record alone gives the field, and why; `None` where it does not make it.
pub fn alone(born: &Index, field: &FieldPath, record: &[u8]) -> Option<(String, Decision)> {
    let mut index = born.clone();
    let added = index.index(record).added;
    let (_, decision) = added.into_iter().find(|(path, _)| path == field)?;
    Some((type_in(index.mapping(), field)?, decision))
}

/// What becomes of a record that comes second.
pub fn after(born: &Index, first: &[u8], second: &[u8]) -> Fate {
    let mut index = born.clone();
    index.index(first);
    index.index(second).fate
}

fn type_in(mapping: &Mapping, field: &FieldPath) -> Option<String> {
    mapping.field(field).map(Field::type_name).map(str::to_owned)
}
