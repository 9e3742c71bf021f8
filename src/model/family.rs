//! Families of records: shapes whose paths agree, kinds ignored. Null against string is one family.

use std::sync::Arc;

use super::object::Sighting;
use super::path::FieldPath;
use super::profile::ShapeId;

/// One family: sorted shapes joined when at least half of their paths are common (Jaccard), connected components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// `family 1`, `family 2`, ... in the order of first delivery.
    pub name: String,
    /// Its shapes, sorted.
    pub shapes: Vec<ShapeId>,
    /// Records of the family.
    pub records: u64,
    /// Paths of any of its shapes, sorted.
    pub paths: Vec<Arc<FieldPath>>,
    /// Paths that no other family has, sorted.
    pub exclusive: Vec<Arc<FieldPath>>,
    /// The first record by delivery.
    pub first: Sighting,
    /// The last record by delivery.
    pub last: Sighting,
}

impl Family {
    /// Whether records of the family hold this path.
    pub fn holds(&self, path: &FieldPath) -> bool {
        self.paths.binary_search_by(|held| (**held).cmp(path)).is_ok()
    }

    /// Whether records of this shape belong to the family.
    pub fn has(&self, shape: ShapeId) -> bool {
        self.shapes.binary_search(&shape).is_ok()
    }
}
