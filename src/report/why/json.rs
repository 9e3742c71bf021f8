//! The chain for programs: one JSON document, version 1.
//!
//! In: a finished chain. Out: pretty-printed JSON and a newline. Names are stable; the wire types are this format's own.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::object::Sighting as At;
use crate::model::path::visible;
use crate::model::report::Report;
use crate::model::timeline::Origin as ModelOrigin;
use crate::model::why::Why;
use crate::report::escape::harmless_json;
use crate::report::json::place;
use crate::report::json::wire::Sighting;

/// Writes the chain.
pub fn json(why: &Why, out: &mut dyn Write) -> io::Result<()> {
    let document = serde_json::to_string_pretty(&document(why))?;
    writeln!(out, "{}", harmless_json(&document))
}

fn document(why: &Why) -> Document<'_> {
    let Why { field, chain, everywhere, report } = why;
    Document {
        version: 1,
        complete: report.complete,
        remarks: &report.inputs.remarks,
        field: field.to_string(),
        index: (!chain.index.is_empty()).then_some(&chain.index),
        confidence: chain.confidence.name(),
        r#type: chain.field_type.as_deref(),
        declared_type: chain.declared.as_deref(),
        live_type: chain.live.as_deref(),
        origin: origin(report, chain.origin.as_ref(), chain.excerpt.as_deref()),
        present: chain.present,
        families: &chain.families,
        also_seen: also_seen(why),
        rejected: chain.rejected.iter().map(|(_, refused)| refused.counted.count).sum(),
        rejects: rejects(why),
        bent: chain.bent.iter().map(|(_, counted)| counted.count).sum(),
        losses: losses(why),
        order_dependent: !chain.others.is_empty(),
        others: others(why),
        next_index_type: chain.next.as_ref().and_then(|next| next.field_type.as_deref()),
        indices: everywhere
            .iter()
            .map(|other| Index {
                index: &other.index,
                r#type: other.field_type.as_deref(),
                origin: origin(report, other.origin.as_ref(), None),
            })
            .collect(),
    }
}

fn at(report: &Report, at: At) -> Sighting<'_> {
    place(report.objects.get(at.object as usize), at)
}

fn origin<'a>(
    report: &'a Report,
    origin: Option<&ModelOrigin>,
    excerpt: Option<&[u8]>,
) -> Option<Origin<'a>> {
    let addition = origin?.addition();
    Some(Origin {
        kind: origin?.name(),
        at: addition.map(|added| at(report, added.sighting)),
        decision: addition.map(|added| added.decision.to_string()),
        raced: addition.map(|added| added.raced),
        family: addition.and_then(|added| added.family.clone()),
        shape: addition.and_then(|added| Some(format!("{:016x}", added.shape?.0))),
        record_bytes: excerpt.map(visible),
    })
}

fn also_seen(why: &Why) -> Vec<Seen<'_>> {
    let seen = why.chain.seen.iter();
    seen.map(|(kind, sums)| Seen {
        kind: kind.name(),
        count: sums.count,
        first: sums.seen.map(|(first, _)| at(&why.report, first)),
    })
    .collect()
}

fn rejects(why: &Why) -> Vec<Reject<'_>> {
    let rejected = why.chain.rejected.iter();
    rejected
        .map(|(_, refused)| Reject {
            count: refused.counted.count,
            error_type: &refused.first_reject.error_type,
            reason: &refused.first_reject.reason,
            caused_by_type: refused.first_reject.caused_by.first().map(|cause| &*cause.error_type),
            first: at(&why.report, refused.counted.first),
            last: at(&why.report, refused.counted.last),
        })
        .collect()
}

fn losses(why: &Why) -> Vec<Loss<'_>> {
    let bent = why.chain.bent.iter();
    bent.map(|(cause, counted)| Loss {
        cause: cause.name(),
        count: counted.count,
        first: at(&why.report, counted.first),
        last: at(&why.report, counted.last),
    })
    .collect()
}

fn others(why: &Why) -> Vec<Other<'_>> {
    let others = why.chain.others.iter();
    others
        .map(|rival| Other {
            at: at(&why.report, rival.sighting),
            r#type: &rival.type_name,
            decision: rival.decision.to_string(),
        })
        .collect()
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    complete: bool,
    remarks: &'a [String],
    field: String,
    index: Option<&'a String>,
    confidence: &'static str,
    r#type: Option<&'a str>,
    declared_type: Option<&'a str>,
    live_type: Option<&'a str>,
    origin: Option<Origin<'a>>,
    present: u64,
    families: &'a [String],
    also_seen: Vec<Seen<'a>>,
    rejected: u64,
    rejects: Vec<Reject<'a>>,
    bent: u64,
    losses: Vec<Loss<'a>>,
    order_dependent: bool,
    others: Vec<Other<'a>>,
    next_index_type: Option<&'a str>,
    indices: Vec<Index<'a>>,
}

#[derive(Serialize)]
struct Origin<'a> {
    kind: &'static str,
    #[serde(flatten)]
    at: Option<Sighting<'a>>,
    decision: Option<String>,
    raced: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_bytes: Option<String>,
}

#[derive(Serialize)]
struct Seen<'a> {
    kind: &'static str,
    count: u64,
    first: Option<Sighting<'a>>,
}

#[derive(Serialize)]
struct Reject<'a> {
    count: u64,
    error_type: &'a str,
    reason: &'a str,
    caused_by_type: Option<&'a str>,
    first: Sighting<'a>,
    last: Sighting<'a>,
}

#[derive(Serialize)]
struct Loss<'a> {
    cause: &'static str,
    count: u64,
    first: Sighting<'a>,
    last: Sighting<'a>,
}

#[derive(Serialize)]
struct Other<'a> {
    #[serde(flatten)]
    at: Sighting<'a>,
    r#type: &'a str,
    decision: String,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the public name is `index`")]
struct Index<'a> {
    index: &'a str,
    r#type: Option<&'a str>,
    origin: Option<Origin<'a>>,
}
