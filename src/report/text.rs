//! The report for people: what happened, when it began, who did it, whether it costs anything, what to do.
//!
//! In: a report. Out: plain text with colours written into the stream; whoever opens the stream strips them where the
//! terminal cannot take them. Severity words carry the meaning without colour. Findings of one rule that belong together
//! stand in one block. Everything untrusted goes through `escape`.

mod block;
mod head;
mod paint;
mod rows;
mod tally;

use std::io::{self, Write};

use crate::model::finding::Level;
use crate::model::quantity::{counted, listed, thousands};
use crate::model::report::Report;
use crate::report::escape::harmless;

/// Problems that are shown one by one.
const SHOWN_PROBLEMS: usize = 10;

/// Writes the report.
pub fn text(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    head::write(report, out)?;
    for block in block::blocks(&report.findings) {
        writeln!(out)?;
        block::write(report, &block, out)?;
    }
    writeln!(out)?;
    tally::write(report, out)?;
    problems(report, out)?;
    not_run(report, out)?;
    writeln!(out)?;
    totals(report, out)
}

/// Every stretch that was not read, with its place.
fn problems(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let total = report.problems.len() as u64 + report.problems_not_kept;
    if total == 0 {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(
        out,
        "{}{}",
        paint::label("unread"),
        counted(total, "stretch of input", "stretches of input")
    )?;
    for problem in report.problems.iter().take(SHOWN_PROBLEMS) {
        let place = rows::place(&problem.object, problem.byte_offset, problem.byte_length);
        let what = harmless(&problem.message);
        writeln!(out, "{}{}: {place}: {what}", paint::label(""), problem.kind.name())?;
    }
    match total.saturating_sub(SHOWN_PROBLEMS as u64) {
        0 => Ok(()),
        more => writeln!(out, "{}... and {} more", paint::label(""), thousands(more)),
    }
}

fn not_run(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.rules_not_run.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for (i, (rule, reason)) in report.rules_not_run.iter().enumerate() {
        let label = paint::label(if i == 0 { "not run" } else { "" });
        writeln!(out, "{label}{rule}: {}", harmless(reason))?;
    }
    Ok(())
}

fn totals(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let number = |level| report.findings.iter().filter(|found| found.level == level).count() as u64;
    let words = [
        (Level::Error, "error", "errors"),
        (Level::Warning, "warning", "warnings"),
        (Level::Note, "note", "notes"),
    ];
    let shown: Vec<String> = words
        .into_iter()
        .filter(|(level, ..)| number(*level) > 0)
        .map(|(level, one, many)| paint::severity(level, &counted(number(level), one, many)))
        .collect();
    let verdict = if shown.is_empty() { "no findings".to_owned() } else { listed(&shown) };
    let bound =
        if report.complete { "" } else { "; not all input was read, so this is a lower bound" };
    writeln!(out, "{verdict}{bound}")
}
