//! The replay for programs: one JSON document, sorted, version 1.
//!
//! In: a finished replay. Out: pretty-printed JSON and a newline. Names are stable, as in the report of `check`; the wire types
//! are this format's own.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::{object_of, pretty, refusals};
use crate::model::fate::{Cause, Loss as ModelLoss};
use crate::model::object::{Sighting as At, TimeSource};
use crate::model::path::visible;
use crate::model::replayed::{Difference as ModelDifference, DifferenceKind, Replayed};
use crate::model::timeline::{Counted, Origin as ModelOrigin, Refused, RejectGroup};
use crate::report::escape::harmless_json;
use crate::report::json::share;

/// Writes the report.
pub fn json(replayed: &Replayed, out: &mut dyn Write) -> io::Result<()> {
    let mut document = serde_json::to_value(document(replayed))?;
    if let Some(mapping) = document.get_mut("mapping") {
        mapping.sort_all_objects();
    }
    writeln!(out, "{}", harmless_json(&pretty(&document)?))
}

fn document(replayed: &Replayed) -> Document<'_> {
    let timeline = &replayed.timeline;
    Document {
        version: 1,
        tool: Tool { name: "mapdrift", version: env!("CARGO_PKG_VERSION") },
        complete: replayed.complete,
        inputs: inputs(replayed),
        counts: Counts {
            objects: replayed.objects_read,
            records: timeline.records,
            bytes: replayed.bytes,
            accepted: timeline.accepted,
            accepted_with_losses: replayed.timeline.bent,
            rejected: timeline.records - timeline.accepted,
        },
        mapping: &replayed.mapping,
        fields: fields(replayed),
        rejects: refusals(replayed).into_iter().map(|found| reject(replayed, found)).collect(),
        losses: timeline
            .losses
            .iter()
            .map(|(loss, counted)| lost(replayed, loss, *counted))
            .collect(),
        compared_with: replayed.compared.as_ref().map(|compared| &*compared.with),
        differences: replayed
            .compared
            .as_ref()
            .map(|compared| compared.differences.iter().map(difference).collect()),
        opaque: replayed
            .opaque
            .iter()
            .map(|(field, name)| Opaque { field: field.to_string(), r#type: name })
            .collect(),
        problems: replayed.problems.iter().map(problem).collect(),
        problems_not_kept: replayed.problems_not_kept,
    }
}

fn inputs(replayed: &Replayed) -> Inputs<'_> {
    let inputs = &replayed.inputs;
    Inputs {
        index: inputs.index.as_deref(),
        engine: inputs.engine.to_string(),
        r#type: inputs.type_name.as_deref(),
        start: &inputs.start,
        backup: &inputs.backup,
        framing: inputs.framing,
        remarks: &inputs.remarks,
    }
}

fn fields(replayed: &Replayed) -> Vec<Field<'_>> {
    let fields = replayed.timeline.mapping.fields();
    let field = |(path, field): (_, &crate::model::mapping::Field)| Field {
        origin: replayed.timeline.origins.get(&path).map(|from| origin(replayed, from)),
        r#type: field.type_name().to_owned(),
        present: replayed.carriers.get(&path).map_or(0, |carriers| carriers.records),
        families: replayed.carriers.get(&path).map_or(&[], |carriers| &carriers.families),
        field: crate::model::path::FieldPath::to_string(&path),
    };
    fields.into_iter().map(|(path, mapped)| field((path, mapped))).collect()
}

fn origin<'a>(replayed: &'a Replayed, origin: &ModelOrigin) -> Origin<'a> {
    Origin {
        kind: origin.name(),
        at: origin.addition().map(|added| sighting(replayed, added.sighting)),
        decision: origin.addition().map(|added| added.decision.to_string()),
        family: origin.addition().and_then(|added| added.family.clone()),
        shape: origin.addition().and_then(|added| Some(format!("{:016x}", added.shape?.0))),
    }
}

fn reject<'a>(
    replayed: &'a Replayed,
    (group, refused): (&'a RejectGroup, &'a Refused),
) -> Reject<'a> {
    let words = &refused.first_reject;
    let cause =
        |cause: &'a Cause| CausedBy { r#type: &cause.error_type, reason: cause.reason.as_deref() };
    Reject {
        field: group.field.as_ref().map(ToString::to_string),
        count: refused.counted.count,
        share: share(refused.counted.count, replayed.timeline.records),
        error_type: &words.error_type,
        reason: &words.reason,
        caused_by_type: words.caused_by.first().map(|cause| &*cause.error_type),
        caused_by: words.caused_by.iter().map(cause).collect(),
        first: sighting(replayed, refused.counted.first),
        last: sighting(replayed, refused.counted.last),
        witness: refused.witness.as_deref().map(visible),
    }
}

fn lost<'a>(replayed: &'a Replayed, loss: &ModelLoss, counted: Counted) -> Loss<'a> {
    Loss {
        field: loss.field.to_string(),
        cause: loss.cause.name(),
        count: counted.count,
        share: share(counted.count, replayed.timeline.records),
        first: sighting(replayed, counted.first),
        last: sighting(replayed, counted.last),
    }
}

fn difference(difference: &ModelDifference) -> Difference<'_> {
    let (kind, parameter) = match &difference.kind {
        DifferenceKind::Presence => ("presence", None),
        DifferenceKind::Type => ("type", None),
        DifferenceKind::Parameter(name) => ("parameter", Some(name.as_str())),
    };
    Difference {
        field: difference.field.to_string(),
        kind,
        parameter,
        replayed: difference.replayed.as_ref(),
        live: difference.live.as_ref(),
    }
}

fn problem(problem: &crate::model::problem::Problem) -> Problem<'_> {
    Problem {
        object: (!problem.object.is_empty()).then_some(problem.object.as_str()),
        byte_offset: problem.byte_offset,
        byte_length: problem.byte_length,
        kind: problem.kind.name(),
        message: &problem.message,
    }
}

fn sighting(replayed: &Replayed, at: At) -> Sighting<'_> {
    let object = object_of(replayed, at);
    Sighting {
        object: object.map(|object| object.key.as_str()),
        record: at.record,
        byte_offset: at.byte_offset,
        byte_length: at.byte_length,
        time: object.and_then(|object| object.time).map(|time| time.to_string()),
        time_source: object.map(|object| match object.time_source {
            TimeSource::Key => "key",
            TimeSource::LastModified => "last-modified",
            TimeSource::Unknown => "unknown",
        }),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    complete: bool,
    inputs: Inputs<'a>,
    counts: Counts,
    mapping: &'a Value,
    fields: Vec<Field<'a>>,
    rejects: Vec<Reject<'a>>,
    losses: Vec<Loss<'a>>,
    compared_with: Option<&'a str>,
    differences: Option<Vec<Difference<'a>>>,
    opaque: Vec<Opaque<'a>>,
    problems: Vec<Problem<'a>>,
    problems_not_kept: u64,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Inputs<'a> {
    index: Option<&'a str>,
    engine: String,
    r#type: Option<&'a str>,
    start: &'a [String],
    backup: &'a [String],
    framing: &'static str,
    remarks: &'a [String],
}

#[derive(Serialize)]
struct Counts {
    objects: u64,
    records: u64,
    bytes: u64,
    accepted: u64,
    accepted_with_losses: u64,
    rejected: u64,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the public name is `field`")]
struct Field<'a> {
    field: String,
    r#type: String,
    present: u64,
    families: &'a [String],
    origin: Option<Origin<'a>>,
}

#[derive(Serialize)]
struct Origin<'a> {
    kind: &'static str,
    #[serde(flatten)]
    at: Option<Sighting<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<String>,
}

#[derive(Serialize)]
struct Reject<'a> {
    field: Option<String>,
    count: u64,
    share: Option<f64>,
    error_type: &'a str,
    reason: &'a str,
    caused_by_type: Option<&'a str>,
    caused_by: Vec<CausedBy<'a>>,
    first: Sighting<'a>,
    last: Sighting<'a>,
    witness: Option<String>,
}

#[derive(Serialize)]
struct CausedBy<'a> {
    r#type: &'a str,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Loss<'a> {
    field: String,
    cause: &'static str,
    count: u64,
    share: Option<f64>,
    first: Sighting<'a>,
    last: Sighting<'a>,
}

#[derive(Serialize)]
struct Difference<'a> {
    field: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    replayed: Option<&'a Value>,
    live: Option<&'a Value>,
}

#[derive(Serialize)]
struct Opaque<'a> {
    field: String,
    r#type: &'a str,
}

#[derive(Serialize)]
struct Problem<'a> {
    object: Option<&'a str>,
    byte_offset: Option<u64>,
    byte_length: Option<u64>,
    kind: &'static str,
    message: &'a str,
}

#[derive(Serialize)]
struct Sighting<'a> {
    object: Option<&'a str>,
    record: u64,
    byte_offset: u64,
    byte_length: u64,
    time: Option<String>,
    time_source: Option<&'static str>,
}
