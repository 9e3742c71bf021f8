//! The report for programs: one JSON document, sorted, version 1.
//!
//! In: a report. Out: pretty-printed JSON and a newline. Names are stable: additions are free, a change of meaning is a new
//! version. Times are RFC 3339 in UTC; field paths are dotted, a dot inside a name is `\.`; bytes that are not text are shown
//! as `\xNN`. The wire types below are this format's own.

pub(super) mod wire;

use std::io::{self, Write};

use crate::model::family::Family;
use crate::model::finding::{Finding, Shown};
use crate::model::object::{Object, Sighting, TimeSource};
use crate::model::path::visible;
use crate::model::report::Report;
use crate::model::timeline::{Addition, Origin};
use crate::report::escape::harmless_json;
use wire::{Document, Field, Finding as WireFinding};

/// Writes the report.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let document = serde_json::to_string_pretty(&document(report))?;
    writeln!(out, "{}", harmless_json(&document))
}

fn document(report: &Report) -> Document<'_> {
    Document {
        version: 1,
        tool: wire::Tool::THIS,
        complete: report.complete,
        inputs: inputs(report),
        counts: counts(report),
        doubts: doubts(report),
        families: report.families.iter().map(|each| family(report, each)).collect(),
        fields: fields(report),
        findings: report.findings.iter().map(|each| finding(report, each)).collect(),
        problems: report.problems.iter().map(problem).collect(),
        problems_not_kept: report.problems_not_kept,
        rules_not_run: report
            .rules_not_run
            .iter()
            .map(|(&rule, reason)| wire::NotRun { rule, reason })
            .collect(),
    }
}

fn inputs(report: &Report) -> wire::Inputs<'_> {
    wire::Inputs {
        index: report.inputs.requested.as_deref(),
        indices: report.fields.keys().map(String::as_str).filter(|name| !name.is_empty()).collect(),
        engine: report.inputs.engines.iter().map(ToString::to_string).collect(),
        r#type: report.inputs.type_name.as_deref(),
        backup: report.inputs.backup.iter().map(String::as_str).collect(),
        captured_at: report.inputs.captured_at.map(|time| time.to_string()),
        in_flight_seconds: report.inputs.in_flight_seconds,
        redaction: "none",
        remarks: report.inputs.remarks.iter().map(String::as_str).collect(),
    }
}

fn counts(report: &Report) -> wire::Counts<'_> {
    let counts = &report.counts;
    wire::Counts {
        objects: counts.objects,
        records: counts.records,
        bytes: counts.bytes,
        documents: counts.documents,
        documents_by_index: &counts.documents_by_index,
        rejected: counts.rejected,
        failed_deliveries: counts.failed_deliveries,
        in_flight: counts.in_flight,
        unexplained: counts.unexplained(),
        coverage: wire::Coverage::of(&counts.coverage),
    }
}

fn doubts(report: &Report) -> Vec<wire::Doubt<'_>> {
    let all = report.doubts.iter().flat_map(|(index, doubts)| {
        doubts.iter().map(move |reason| wire::Doubt { index: named(index), reason })
    });
    all.collect()
}

/// An index where it has a name.
fn named(index: &str) -> Option<&str> {
    (!index.is_empty()).then_some(index)
}

fn family<'a>(report: &'a Report, family: &'a Family) -> wire::Family<'a> {
    wire::Family {
        name: &family.name,
        records: family.records,
        fields: family.paths.iter().map(ToString::to_string).collect(),
        exclusive: family.exclusive.iter().map(ToString::to_string).collect(),
        first: sighting(report, family.first),
        last: sighting(report, family.last),
    }
}

fn fields(report: &Report) -> Vec<Field<'_>> {
    let all = report.fields.iter().flat_map(|(index, fields)| {
        fields.iter().map(move |(path, field)| Field {
            index: named(index),
            field: path.to_string(),
            r#type: &field.field_type,
            multi_fields: field
                .multi_fields
                .iter()
                .map(|(name, mapped)| (name.to_string(), &**mapped))
                .collect(),
            origin: field.origin.as_ref().map(|origin| self::origin(report, origin)),
            present: field.present,
        })
    });
    all.collect()
}

fn origin<'a>(report: &'a Report, origin: &Origin) -> wire::Origin<'a> {
    let addition = origin.addition();
    wire::Origin {
        kind: origin.name(),
        at: addition.map(|added: &Addition| sighting(report, added.sighting)),
        decision: addition.map(|added| added.decision.to_string()),
        raced: addition.map(|added| added.raced),
    }
}

fn finding<'a>(report: &'a Report, finding: &'a Finding) -> WireFinding<'a> {
    let engines: Vec<String> = report.inputs.engines.iter().map(ToString::to_string).collect();
    let place = finding.place.as_ref().map(wire::Sighting::of_place);
    WireFinding {
        rule: finding.rule,
        level: finding.level.name(),
        confidence: finding.confidence.name(),
        index: finding.index.as_deref(),
        field: finding.field.as_ref().map(ToString::to_string),
        message: &finding.message,
        count: finding.count,
        share: finding.count.zip(finding.of).and_then(|(count, of)| share(count, of)),
        first: finding.first.map(|at| sighting(report, at)).or(place),
        last: finding.last.map(|at| sighting(report, at)),
        families: &finding.families,
        engine: finding.engine.as_deref().map(|decision| wire::Engine {
            version: (!engines.is_empty()).then(|| engines.join(" or ")),
            decision,
        }),
        witness: finding.smallest.as_deref().or(finding.witness.as_deref()).map(visible),
        witness_cut: is_cut(finding),
        others: finding.others.iter().map(|other| shown(report, other)).collect(),
        notes: &finding.notes,
        help: &finding.help,
        fingerprint: finding.fingerprint(),
    }
}

fn shown<'a>(report: &'a Report, shown: &'a Shown) -> wire::Shown<'a> {
    let (at, says) = (sighting(report, shown.sighting), &*shown.says);
    wire::Shown { at, says, witness: visible(&shown.bytes) }
}

/// Whether the witness is only the beginning of its record.
fn is_cut(finding: &Finding) -> Option<bool> {
    if finding.smallest.is_some() {
        return Some(false);
    }
    let (witness, first) = finding.witness.as_ref().zip(finding.first)?;
    Some((witness.len() as u64) < first.byte_length)
}

fn sighting(report: &Report, at: Sighting) -> wire::Sighting<'_> {
    place(report.objects.get(at.object as usize), at)
}

/// A record of an object.
pub(super) fn place(object: Option<&Object>, at: Sighting) -> wire::Sighting<'_> {
    wire::Sighting {
        object: object.map(|object| object.key.as_str()),
        record: Some(at.record),
        byte_offset: Some(at.byte_offset),
        byte_length: Some(at.byte_length),
        time: object.and_then(|object| object.time).map(|time| time.to_string()),
        time_source: object.map(|object| match object.time_source {
            TimeSource::Key => "key",
            TimeSource::LastModified => "last-modified",
            TimeSource::Unknown => "unknown",
        }),
    }
}

pub(super) fn problem(problem: &crate::model::problem::Problem) -> wire::Problem<'_> {
    wire::Problem {
        object: (!problem.object.is_empty()).then_some(problem.object.as_str()),
        byte_offset: problem.byte_offset,
        byte_length: problem.byte_length,
        kind: problem.kind.name(),
        message: &problem.message,
    }
}

/// Rounded to six digits, so that the text of the number does not depend on the last bit of a division.
#[expect(clippy::cast_precision_loss, reason = "a share needs six digits, not nineteen")]
pub(super) fn share(count: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| (count as f64 / of as f64 * 1e6).round() / 1e6)
}
