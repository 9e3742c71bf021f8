//! The numbers of both sides, and what remains when they are compared.

use std::collections::BTreeMap;

/// Numbers of one run. A side that is missing is `None`, never 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects with records that were read.
    pub objects: u64,
    /// Records found in them: bounded stretches that the engine was given, whatever they hold.
    pub records: u64,
    /// Inflated bytes.
    pub bytes: u64,
    /// Documents by `_count`, summed over the indices.
    pub documents: Option<u64>,
    /// The same by index.
    pub documents_by_index: BTreeMap<String, u64>,
    /// Records that the replica refuses, those in flight not counted.
    pub rejected: Option<u64>,
    /// Wrappers in failure folders.
    pub failed_deliveries: u64,
    /// Records in objects too young to be surely indexed; some may be.
    pub in_flight: u64,
    /// Whether the numbers of both sides cover the same records.
    pub coverage: Coverage,
}

/// Whether the backup covers the whole life of the index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Coverage {
    /// There is no index side.
    #[default]
    NoIndex,
    /// The first object is no younger than the index, and nothing was ever deleted or overwritten.
    Whole,
    /// Why the two sides need not agree.
    Partial(Vec<String>),
}

impl Counts {
    /// Documents that should be there: what was delivered, less what was refused and what may be on its way.
    pub fn expected(&self) -> Option<i64> {
        let taken = self.records.checked_sub(self.rejected?)?;
        i64::try_from(taken).ok()?.checked_sub(i64::try_from(self.in_flight).ok()?)
    }

    /// Documents beyond (or, negative, short of) those expected. Between 0 and [`Counts::in_flight`] nothing is amiss.
    pub fn unexplained(&self) -> Option<i64> {
        i64::try_from(self.documents?).ok()?.checked_sub(self.expected()?)
    }
}
