//! The borrowed view that rules read: declared, live, replayed and seen, joined by field, for each index.

use std::collections::{BTreeMap, BTreeSet};

use super::counts::Counts;
use super::engine::Engine;
use super::family::Family;
use super::finding::Confidence;
use super::mapping::Field;
use super::object::{Object, Sighting};
use super::path::FieldPath;
use super::problem::Problem;
use super::profile::{FieldSums, Profile};
use super::timeline::{Origin, Timeline};

/// Everything that is known, for all indices.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// Backup objects in delivery order; a [`Sighting`] names one by its rank.
    pub objects: &'a [Object],
    /// What the records hold.
    pub profile: &'a Profile,
    /// Their families, in the order of first delivery.
    pub families: &'a [Family],
    /// Failed deliveries: the objects and how many wrappers each holds.
    pub failures: &'a [FailureObject],
    /// What could not be read.
    pub problems: &'a [Problem],
    /// Whether everything was read; if not, findings are a lower bound.
    pub complete: bool,
    /// The engine; two where the cluster's answer fits both, none where nothing names it.
    pub engines: &'a [Engine],
    /// Each index, by name. One unnamed index where nothing names it.
    pub indices: Vec<IndexEvidence<'a>>,
    /// The numbers of both sides.
    pub counts: &'a Counts,
}

/// An object in a failure folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureObject {
    /// Its key.
    pub key: String,
    /// The folder's name: `elasticsearch-failed`, `processing-failed`, ...
    pub folder: String,
    /// Wrappers in it, one for each failed record; `None` where it was not read.
    pub wrappers: Option<u64>,
}

/// What is known about one index.
#[derive(Clone, Debug)]
pub struct IndexEvidence<'a> {
    /// Its name; empty where nothing names it.
    pub name: &'a str,
    /// The replay.
    pub timeline: &'a Timeline,
    /// Whether a live mapping is known at all.
    pub is_live: bool,
    /// Every field that is declared, live, replayed or seen.
    pub fields: BTreeMap<FieldPath, FieldEvidence<'a>>,
    /// The best that a finding about this index can be: lower where the engine, the start or the records are in doubt.
    pub ceiling: Confidence,
    /// Why the ceiling is not `certain`.
    pub doubts: &'a [String],
}

/// What is known about one field of one index.
#[derive(Clone, Debug, Default)]
pub struct FieldEvidence<'a> {
    /// In the mapping that the index was born with.
    pub declared: Option<&'a Field>,
    /// In the mapping that the cluster reports.
    pub live: Option<&'a Field>,
    /// In the mapping that the replay ends with.
    pub replayed: Option<&'a Field>,
    /// Where the replayed field comes from.
    pub origin: Option<&'a Origin>,
    /// The sums of every spelling of the path in records (`a.b` and `a` over `b` are one field).
    pub seen: Vec<&'a FieldSums>,
    /// The families whose records carry the field.
    pub families: BTreeSet<&'a str>,
}

impl FieldEvidence<'_> {
    /// Records that hold the field, null included; at least so many where it has several spellings.
    pub fn present(&self) -> u64 {
        self.seen.iter().map(|sums| sums.present).sum()
    }

    /// First and last sighting of the field, of any kind.
    pub fn seen_between(&self) -> Option<(Sighting, Sighting)> {
        let all = self.seen.iter().flat_map(|sums| &sums.kinds.0).filter_map(|kind| kind.seen);
        all.reduce(|(first, last), (start, end)| (first.min(start), last.max(end)))
    }
}
