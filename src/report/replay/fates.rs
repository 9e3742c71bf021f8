//! `--emit fates`: what became of each record, one JSON line each, in the order of delivery.
//!
//! In: a record's place and fate. Out: one line. Names are stable: `object`, `record`, `status`, `error_type`, `reason`,
//! `caused_by_type`, `losses`.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::fate::Fate;
use crate::model::object::Sighting;
use crate::report::escape::harmless_json;

/// Writes one line.
pub fn fate(object: &str, at: Sighting, fate: &Fate, out: &mut dyn Write) -> io::Result<()> {
    let (object, record) = (object, at.record);
    let (byte_offset, byte_length) = (at.byte_offset, at.byte_length);
    let place = Place { object, record, byte_offset, byte_length };
    let line = match fate {
        Fate::Accepted(losses) => {
            let losses = losses
                .iter()
                .map(|loss| Loss { field: loss.field.to_string(), cause: loss.cause.name() });
            Line { place, status: "accepted", reject: None, losses: losses.collect() }
        }
        Fate::Rejected(reject) => {
            let cause = reject.caused_by.first();
            let reject = Reject {
                error_type: &reject.error_type,
                reason: &reject.reason,
                caused_by_type: cause.map(|cause| &*cause.error_type),
                caused_by_reason: cause.and_then(|cause| cause.reason.as_deref()),
                field: reject.field.as_ref().map(ToString::to_string),
            };
            Line { place, status: "rejected", reject: Some(reject), losses: Vec::new() }
        }
    };
    writeln!(out, "{}", harmless_json(&serde_json::to_string(&line)?))
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    status: &'static str,
    #[serde(flatten)]
    reject: Option<Reject<'a>>,
    losses: Vec<Loss>,
}

#[derive(Serialize)]
struct Place<'a> {
    object: &'a str,
    record: u64,
    byte_offset: u64,
    byte_length: u64,
}

#[derive(Serialize)]
struct Reject<'a> {
    error_type: &'a str,
    reason: &'a str,
    caused_by_type: Option<&'a str>,
    caused_by_reason: Option<&'a str>,
    field: Option<String>,
}

#[derive(Serialize)]
struct Loss {
    field: String,
    cause: &'static str,
}
