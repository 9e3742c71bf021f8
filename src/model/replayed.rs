//! A finished replay, ready for any format: how the index began, what became of it, and how that differs from a live mapping.

use std::collections::BTreeMap;

use serde_json::Value;

use super::engine::Engine;
use super::object::Object;
use super::path::FieldPath;
use super::problem::Problem;
use super::timeline::Timeline;

/// Everything that a reader may want; formats choose.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// Whether all input was read. If not, everything here is a lower bound.
    pub complete: bool,
    /// What was replayed.
    pub inputs: Inputs,
    /// Backup objects in delivery order; sightings name them by rank.
    pub objects: Vec<Object>,
    /// Objects that were read.
    pub objects_read: u64,
    /// Inflated bytes.
    pub bytes: u64,
    /// The history.
    pub timeline: Timeline,
    /// Objects that were walked once more: a diagnostic, no part of a report.
    pub walked_again: u64,
    /// Who carries each field of the mapping.
    pub carriers: BTreeMap<FieldPath, Carriers>,
    /// What `GET index/_mapping` would print after the last record; without the index's name where nothing names it.
    pub mapping: Value,
    /// How it differs from a live mapping, where there is one.
    pub compared: Option<Compared>,
    /// Fields whose rules are not known, with their types: every value of them is taken.
    pub opaque: Vec<(FieldPath, String)>,
    /// Sorted by object and place.
    pub problems: Vec<Problem>,
    /// Problems that were counted but not kept.
    pub problems_not_kept: u64,
}

/// The records that carry a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carriers {
    /// How many, null included.
    pub records: u64,
    /// Their families.
    pub families: Vec<String>,
}

/// What was replayed.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The index's name, where one is known.
    pub index: Option<String>,
    /// The engine, as the user or the cluster named it.
    pub engine: Engine,
    /// The mapping type on 6.x.
    pub type_name: Option<String>,
    /// How the index began, in words: `mapping m.json`, `template t`; empty for nothing.
    pub start: Vec<String>,
    /// The sources, as given.
    pub backup: Vec<String>,
    /// `auto`, `concatenated` or `lines`.
    pub framing: &'static str,
    /// Facts that were missing and restrictions, in words.
    pub remarks: Vec<String>,
}

/// A comparison with a live mapping.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What it was compared with: a file, or the capture.
    pub with: String,
    /// Sorted by field.
    pub differences: Vec<Difference>,
}

/// One field that is not the same on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Which field; empty for the mapping's root.
    pub field: FieldPath,
    /// In what.
    pub kind: DifferenceKind,
    /// The replayed side: a type or a value; `None` where it has none.
    pub replayed: Option<Value>,
    /// The live side.
    pub live: Option<Value>,
}

/// In what two fields differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// Only one side has the field; the other's type is `None`.
    Presence,
    /// The type.
    Type,
    /// A parameter, by its name.
    Parameter(String),
}
