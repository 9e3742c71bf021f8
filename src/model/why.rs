//! The chain of one field: where it comes from, what else its values ask for, what it has cost, what comes next.

use super::evidence::Rival;
use super::fate::LossCause;
use super::finding::Confidence;
use super::path::FieldPath;
use super::profile::{Kind, KindSums};
use super::report::Report;
use super::timeline::{Addition, Counted, Origin, Refused, RejectGroup};

/// Everything that is known about one field.
#[derive(Clone, Debug)]
pub struct Why {
    /// Which one.
    pub field: FieldPath,
    /// The index whose chain is shown: the newest that has the field.
    pub chain: Chain,
    /// The field in every index, by name.
    pub everywhere: Vec<Elsewhere>,
    /// What was looked at, and the numbers.
    pub report: Report,
}

/// The chain of a field in one index.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The index; empty where nothing names it.
    pub index: String,
    /// The best that anything said here can be.
    pub confidence: Confidence,
    /// The type: the live one, else the replayed.
    pub field_type: Option<String>,
    /// The type in the mapping that the index was born with.
    pub declared: Option<String>,
    /// The type in the live mapping.
    pub live: Option<String>,
    /// Where it comes from; `None` where nothing explains it.
    pub origin: Option<Origin>,
    /// The bytes of the record that brought it, as far as the example limit goes.
    pub excerpt: Option<Vec<u8>>,
    /// Records that hold it, null included.
    pub present: u64,
    /// The families that carry it.
    pub families: Vec<String>,
    /// Every kind of value that was seen.
    pub seen: Vec<(Kind, KindSums)>,
    /// Records that were refused because of it.
    pub rejected: Vec<(RejectGroup, Refused)>,
    /// Records that lost something of it.
    pub bent: Vec<(LossCause, Counted)>,
    /// Records that would have given it another type, had they come first.
    pub others: Vec<Rival>,
    /// What the next index would make of it.
    pub next: Option<Next>,
}

/// A field in the next index.
#[derive(Clone, Debug)]
pub struct Next {
    /// The type; `None` where the first records of the next index do not bring the field.
    pub field_type: Option<String>,
    /// The record that would bring it.
    pub addition: Option<Addition>,
}

/// A field in one of several indices.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The index.
    pub index: String,
    /// The type there.
    pub field_type: Option<String>,
    /// Where it comes from there.
    pub origin: Option<Origin>,
}
