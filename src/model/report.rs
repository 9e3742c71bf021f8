//! A finished analysis, ready for any format: what was looked at, the numbers, the fields, the findings, what was not read.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::counts::Counts;
use super::engine::Engine;
use super::evidence::FailureObject;
use super::family::Family;
use super::finding::Finding;
use super::object::Object;
use super::path::{FieldPath, Name};
use super::problem::Problem;
use super::timeline::Origin;

/// Everything that a reader may want; formats choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Whether all input was read. If not, findings are a lower bound.
    pub complete: bool,
    /// What was looked at.
    pub inputs: Inputs,
    /// Why findings about an index cannot be certain, by index.
    pub doubts: BTreeMap<String, Vec<String>>,
    /// The numbers.
    pub counts: Counts,
    /// Backup objects in delivery order; sightings name them by rank.
    pub objects: Vec<Object>,
    /// Families of records, in the order of first delivery.
    pub families: Vec<Family>,
    /// Objects in failure folders.
    pub failures: Vec<FailureObject>,
    /// Fields of each index, sorted.
    pub fields: BTreeMap<String, BTreeMap<FieldPath, ReportedField>>,
    /// Sorted: errors first, then by rule, index, field.
    pub findings: Vec<Finding>,
    /// Sorted by object and place.
    pub problems: Vec<Problem>,
    /// Problems that were counted but not kept.
    pub problems_not_kept: u64,
    /// Rules that could not run, with the reason.
    pub rules_not_run: BTreeMap<&'static str, String>,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// What was asked for.
    pub requested: Option<String>,
    /// The engines; two where the answer fits both.
    pub engines: Vec<Engine>,
    /// The mapping type on 6.x.
    pub type_name: Option<String>,
    /// The sources, as given.
    pub backup: Vec<String>,
    /// When the cluster was read. For a live cluster this is left out of reports, so that they stay the same.
    pub captured_at: Option<Timestamp>,
    /// Age in seconds below which a record may be on its way.
    pub in_flight_seconds: u64,
    /// Restrictions on what was read and facts that were missing, in words.
    pub remarks: Vec<String>,
}

/// One field of a live or replayed mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedField {
    /// The live type, or the replayed one where there is no live mapping.
    pub field_type: String,
    /// Names and types of its multi-fields.
    pub multi_fields: BTreeMap<Name, String>,
    /// Where it comes from; `None` where the replay does not explain it.
    pub origin: Option<Origin>,
    /// Records that hold it.
    pub present: u64,
}

impl ReportedField {
    /// Whether other fields lie below it instead of values.
    pub fn is_object(&self) -> bool {
        matches!(self.field_type.as_str(), "object" | "nested")
    }
}
