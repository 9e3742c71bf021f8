//! The JSON report's own types: what stands here is what pipelines rely on. They borrow from a report and know nothing of
//! how it came about.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::counts;
use crate::model::finding::Place;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    pub(super) version: u32,
    pub(super) tool: Tool,
    pub(super) complete: bool,
    pub(super) inputs: Inputs<'a>,
    pub(super) counts: Counts<'a>,
    pub(super) doubts: Vec<Doubt<'a>>,
    pub(super) families: Vec<Family<'a>>,
    pub(super) fields: Vec<Field<'a>>,
    pub(super) findings: Vec<Finding<'a>>,
    pub(super) problems: Vec<Problem<'a>>,
    pub(super) problems_not_kept: u64,
    pub(super) rules_not_run: Vec<NotRun<'a>>,
}

#[derive(Serialize)]
pub(in crate::report) struct Tool {
    pub(in crate::report) name: &'static str,
    pub(in crate::report) version: &'static str,
}

impl Tool {
    /// This program.
    pub(in crate::report) const THIS: Self =
        Self { name: "mapdrift", version: env!("CARGO_PKG_VERSION") };
}

#[derive(Serialize)]
pub(super) struct Inputs<'a> {
    pub(super) index: Option<&'a str>,
    pub(super) indices: Vec<&'a str>,
    pub(super) engine: Vec<String>,
    pub(super) r#type: Option<&'a str>,
    pub(super) backup: Vec<&'a str>,
    pub(super) captured_at: Option<String>,
    pub(super) in_flight_seconds: u64,
    pub(super) redaction: &'static str,
    pub(super) remarks: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Counts<'a> {
    pub(super) objects: u64,
    pub(super) records: u64,
    pub(super) bytes: u64,
    pub(super) documents: Option<u64>,
    pub(super) documents_by_index: &'a BTreeMap<String, u64>,
    pub(super) rejected: Option<u64>,
    pub(super) failed_deliveries: u64,
    pub(super) in_flight: u64,
    pub(super) unexplained: Option<i64>,
    pub(super) coverage: Coverage<'a>,
}

/// Why findings about an index cannot be certain.
#[derive(Serialize)]
pub(super) struct Doubt<'a> {
    pub(super) index: Option<&'a str>,
    pub(super) reason: &'a str,
}

/// `whole`, `partial` or `no-index`, with the reasons.
#[derive(Serialize)]
pub(super) struct Coverage<'a> {
    kind: &'static str,
    reasons: &'a [String],
}

impl<'a> Coverage<'a> {
    pub(super) fn of(coverage: &'a counts::Coverage) -> Self {
        match coverage {
            counts::Coverage::NoIndex => Self { kind: "no-index", reasons: &[] },
            counts::Coverage::Whole => Self { kind: "whole", reasons: &[] },
            counts::Coverage::Partial(reasons) => Self { kind: "partial", reasons },
        }
    }
}

#[derive(Serialize)]
pub(super) struct Family<'a> {
    pub(super) name: &'a str,
    pub(super) records: u64,
    pub(super) fields: Vec<String>,
    pub(super) exclusive: Vec<String>,
    pub(super) first: Sighting<'a>,
    pub(super) last: Sighting<'a>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the public name is `field`")]
pub(super) struct Field<'a> {
    pub(super) index: Option<&'a str>,
    pub(super) field: String,
    pub(super) r#type: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) multi_fields: BTreeMap<String, &'a str>,
    pub(super) origin: Option<Origin<'a>>,
    pub(super) present: u64,
}

#[derive(Serialize)]
pub(super) struct Origin<'a> {
    pub(super) kind: &'static str,
    #[serde(flatten)]
    pub(super) at: Option<Sighting<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raced: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    pub(super) rule: &'static str,
    pub(super) level: &'static str,
    pub(super) confidence: &'static str,
    pub(super) index: Option<&'a str>,
    pub(super) field: Option<String>,
    pub(super) message: &'a str,
    pub(super) count: Option<u64>,
    pub(super) share: Option<f64>,
    pub(super) first: Option<Sighting<'a>>,
    pub(super) last: Option<Sighting<'a>>,
    pub(super) families: &'a [String],
    pub(super) engine: Option<Engine<'a>>,
    pub(super) witness: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) witness_cut: Option<bool>,
    pub(super) others: Vec<Shown<'a>>,
    pub(super) notes: &'a [String],
    pub(super) help: &'a [String],
    pub(super) fingerprint: String,
}

#[derive(Serialize)]
pub(super) struct Engine<'a> {
    pub(super) version: Option<String>,
    pub(super) decision: &'a str,
}

/// A record that stands beside the first one.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    #[serde(flatten)]
    pub(super) at: Sighting<'a>,
    pub(super) says: &'a str,
    pub(super) witness: String,
}

/// A place in the backup; `record` and times are null where the bytes are no record.
#[derive(Serialize)]
pub(in crate::report) struct Sighting<'a> {
    pub(super) object: Option<&'a str>,
    pub(super) record: Option<u64>,
    pub(super) byte_offset: Option<u64>,
    pub(super) byte_length: Option<u64>,
    pub(super) time: Option<String>,
    pub(super) time_source: Option<&'static str>,
}

impl<'a> Sighting<'a> {
    pub(super) fn of_place(place: &'a Place) -> Self {
        Self {
            object: Some(&place.object),
            record: None,
            byte_offset: place.byte_offset,
            byte_length: place.byte_length,
            time: None,
            time_source: None,
        }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct Problem<'a> {
    pub(super) object: Option<&'a str>,
    pub(super) byte_offset: Option<u64>,
    pub(super) byte_length: Option<u64>,
    pub(super) kind: &'static str,
    pub(super) message: &'a str,
}

#[derive(Serialize)]
pub(super) struct NotRun<'a> {
    pub(super) rule: &'static str,
    pub(super) reason: &'a str,
}
