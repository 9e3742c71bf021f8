//! Families of records: shapes whose paths agree, kinds ignored. Null against string is one family.

use std::collections::BTreeSet;

use super::object::Sighting;
use super::path::FieldPath;
use super::profile::ShapeId;

/// One family: sorted shapes joined when at least half of their paths are common (Jaccard), connected components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// `family 1`, `family 2`, ... in the order of first delivery.
    pub name: String,
    /// Its shapes, sorted.
    pub shapes: BTreeSet<ShapeId>,
    /// Records of the family.
    pub records: u64,
    /// Paths of any of its shapes.
    pub paths: BTreeSet<FieldPath>,
    /// Paths that no other family has.
    pub exclusive: BTreeSet<FieldPath>,
    /// The first record by delivery.
    pub first: Sighting,
    /// The last record by delivery.
    pub last: Sighting,
}
