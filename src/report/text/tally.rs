//! The numbers of both sides, as an addition that ends in the unexplained rest. In: a report. Out: a few lines.

use std::io::{self, Write};

use super::paint;
use crate::model::counts::{Counts, Coverage};
use crate::model::quantity::{counted, thousands};
use crate::model::report::Report;
use crate::report::escape::harmless;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let lines = lines(report);
    let width = lines.iter().map(|(number, _)| number.len()).max().unwrap_or(0);
    for (i, (number, what)) in lines.iter().enumerate() {
        let label = paint::label(if i == 0 { "counts" } else { "" });
        writeln!(out, "{label}{number:>width$} {what}")?;
    }
    for reason in doubts(&report.counts).iter().filter(|reason| !is_known(report, reason)) {
        writeln!(out, "{}{:>width$} {}", paint::label(""), "", harmless(reason))?;
    }
    Ok(())
}

fn lines(report: &Report) -> Vec<(String, String)> {
    let counts = &report.counts;
    let mut lines = vec![(
        thousands(counts.records),
        noun(counts.records, "record in the backup", "records in the backup"),
    )];
    if let Some(rejected) = counts.rejected {
        lines.push((minus(rejected), refused(counts)));
    } else if counts.failed_deliveries > 0 {
        let failed = counts.failed_deliveries;
        lines.push((thousands(failed), noun(failed, "failed delivery", "failed deliveries")));
    }
    if counts.documents.is_some() || counts.in_flight > 0 {
        let age = report.inputs.in_flight_seconds;
        lines.push((
            minus(counts.in_flight),
            format!("in flight (younger than {age} s when the index was read; documents not yet in S3 cannot be dated)"),
        ));
    }
    lines.extend(result(report));
    lines
}

fn noun(number: u64, one: &str, many: &str) -> String {
    if number == 1 { one.to_owned() } else { many.to_owned() }
}

fn minus(number: u64) -> String {
    if number == 0 { "0".to_owned() } else { format!("-{}", thousands(number)) }
}

fn refused(counts: &Counts) -> String {
    match counts.failed_deliveries {
        0 => "refused by the engine (replayed)".to_owned(),
        failed => format!(
            "refused by the engine (replayed; {} in failure folders)",
            counted(failed, "failed delivery", "failed deliveries")
        ),
    }
}

fn result(report: &Report) -> Option<(String, String)> {
    let counts = &report.counts;
    let expected = counts.expected()?;
    let shown = if expected < 0 {
        minus(expected.unsigned_abs())
    } else {
        thousands(expected.unsigned_abs())
    };
    let Some((documents, rest)) = counts.documents.zip(counts.unexplained()) else {
        let documents = noun(expected.unsigned_abs(), "document", "documents");
        return Some((shown, format!("{documents} expected; no index was counted")));
    };
    let found = counted(documents, "document", "documents");
    let in_flight = i64::try_from(counts.in_flight).unwrap_or(i64::MAX);
    Some(match rest {
        0 => (shown, format!("expected = {found} (_count)   0 unexplained")),
        1.. if rest <= in_flight => {
            let arrived = thousands(rest.unsigned_abs());
            (
                shown,
                format!(
                    "expected, {found} (_count): {arrived} of those in flight have arrived   0 unexplained"
                ),
            )
        }
        _ => (shown, unexplained(&found, rest)),
    })
}

fn unexplained(found: &str, rest: i64) -> String {
    let side = if rest < 0 { "missing" } else { "too many" };
    let rest = paint::bold(&format!("{} unexplained ({side})", thousands(rest.unsigned_abs())));
    format!("expected, {found} (_count)   {rest}")
}

/// Whether the head of the report says it already.
fn is_known(report: &Report, reason: &String) -> bool {
    report.doubts.values().any(|doubts| doubts.contains(reason))
}

/// Why the two sides need not agree.
fn doubts(counts: &Counts) -> &[String] {
    match &counts.coverage {
        Coverage::Partial(reasons) => reasons,
        Coverage::NoIndex | Coverage::Whole => &[],
    }
}
