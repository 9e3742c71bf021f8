//! The report for people: what happened, when it began, who did it, whether it costs anything, what to do.
//!
//! In: a report. Out: plain text with colours written into the stream; whoever opens the stream strips them where the
//! terminal cannot take them. Severity words carry the meaning without colour. Findings of one rule that belong together
//! stand in one block. Everything untrusted goes through `escape`.

mod block;
mod head;
pub(super) mod paint;
pub(super) mod rows;
mod tally;
pub(super) mod unread;

use std::io::{self, Write};

use crate::model::finding::Level;
use crate::model::quantity::{counted, listed};
use crate::model::report::Report;
use crate::report::escape::harmless;

/// Width of a sentence beside the margin.
const WIDTH: usize = 120;
/// Blocks of one rule that are shown.
const SHOWN_BLOCKS: usize = 12;

/// Writes the report.
pub fn text(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    head::write(report, out)?;
    let blocks = block::blocks(&report.findings);
    for of_one_rule in blocks.chunk_by(|one, next| one[0].rule == next[0].rule) {
        findings(report, of_one_rule, out)?;
    }
    writeln!(out)?;
    tally::write(report, out)?;
    unread::write(&report.problems, report.problems_not_kept, out)?;
    not_run(report, out)?;
    writeln!(out)?;
    totals(report, out)
}

/// The blocks of one rule; many indices or objects can have many, and then the rest is said to be left out.
fn findings(report: &Report, blocks: &[block::Block<'_>], out: &mut dyn Write) -> io::Result<()> {
    let (shown, rest) = blocks.split_at(blocks.len().min(SHOWN_BLOCKS));
    for block in shown {
        writeln!(out)?;
        block::write(report, block, out)?;
    }
    let Some(first) = rest.first() else { return Ok(()) };
    let rule =
        paint::severity(first[0].level, &format!("{}[{}]", first[0].level.name(), first[0].rule));
    let number = rest.iter().map(Vec::len).sum::<usize>() as u64;
    let more = counted(number, "more finding", "more findings");
    writeln!(out, "\n{rule}: {more}, left out here; `--format json` has them all")
}

/// Rules that could not run, those with the same reason together.
fn not_run(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for (&rule, reason) in &report.rules_not_run {
        match by_reason.iter_mut().find(|(known, _)| known == reason) {
            Some((_, rules)) => rules.push(rule),
            None => by_reason.push((reason, vec![rule])),
        }
    }
    for (i, (reason, rules)) in by_reason.iter().enumerate() {
        if i == 0 {
            writeln!(out)?;
        }
        let sentence = format!("{}: {}", rules.join(", "), harmless(reason));
        paragraph(if i == 0 { "not run" } else { "" }, &sentence, out)?;
    }
    Ok(())
}

/// A sentence beside the margin, on as many lines as it needs.
pub(super) fn paragraph(label: &str, sentence: &str, out: &mut dyn Write) -> io::Result<()> {
    for (i, line) in rows::wrapped(sentence, WIDTH).iter().enumerate() {
        writeln!(out, "{}{line}", paint::label(if i == 0 { label } else { "" }))?;
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
