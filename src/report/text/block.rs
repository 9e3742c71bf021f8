//! One block of the text report: findings of one rule that belong together. In: sorted findings. Out: a headline, the records
//! that show it, the fields by type and decision, the evidence in numbers, and what to do.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{paint, rows};
use crate::model::family::Family;
use crate::model::finding::{Confidence, Finding};
use crate::model::object::Sighting;
use crate::model::path::{Name, visible};
use crate::model::quantity::{counted, listed, thousands};
use crate::model::report::{Report, ReportedField};
use crate::report::escape::{excerpt, harmless};

/// Width of an excerpt or a list of names.
const WIDTH: usize = 96;
/// Width of a sentence; wide enough for a key of a few folders with its record.
const SENTENCE_WIDTH: usize = 120;
/// Records that one block shows; the fields of further records are listed without their record.
const SHOWN_RECORDS: usize = 4;
/// Families that one block shows.
const SHOWN_FAMILIES: usize = 8;

/// Findings that belong together, in the order of the first of each; never empty.
pub(super) type Block<'a> = Vec<&'a Finding>;

/// Puts findings with the same rule, level, confidence, index and group words together.
pub(super) fn blocks(findings: &[Finding]) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for finding in findings {
        let belongs =
            |block: &&mut Block<'_>| block.first().is_some_and(|first| is_akin(first, finding));
        match blocks.iter_mut().find(belongs) {
            Some(block) => block.push(finding),
            None => blocks.push(vec![finding]),
        }
    }
    blocks
}

fn is_akin(one: &Finding, other: &Finding) -> bool {
    let key = |f: &Finding| (f.rule, f.level, f.confidence);
    one.group.is_some()
        && one.group == other.group
        && one.index == other.index
        && key(one) == key(other)
}

pub(super) fn write(report: &Report, block: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = block.first() else { return Ok(()) };
    headline(first, block.len() as u64, out)?;
    if is_about_families(first) {
        families(report, first, out)?;
    } else if block.len() > 1 || first.engine.is_some() && first.group.is_some() {
        fields(report, block, out)?;
    } else {
        record(report, first, out)?;
    }
    evidence(report, block, out)
}

/// Whether the finding is about several families rather than about a field.
fn is_about_families(finding: &Finding) -> bool {
    finding.field.is_none() && finding.families.len() > 1
}

fn headline(first: &Finding, number: u64, out: &mut dyn Write) -> io::Result<()> {
    let rule = paint::severity(first.level, &format!("{}[{}]", first.level.name(), first.rule));
    let doubt = match first.confidence {
        Confidence::Certain => String::new(),
        Confidence::Likely | Confidence::Possible => format!(" ({})", first.confidence.name()),
    };
    let words = match &first.group {
        Some(group) if number > 1 => format!("{} {group}", thousands(number)),
        _ => first.message.clone(),
    };
    writeln!(out, "{rule}{doubt}: {}", paint::bold(&harmless(&words)))
}

/// The record that shows a single finding.
fn record(report: &Report, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    if let Some(place) = &finding.place {
        let shown = rows::place(&place.object, place.byte_offset, place.byte_length);
        writeln!(out, "  {} {shown}", paint::frame("-->"))?;
    }
    let Some(first) = finding.first else { return Ok(()) };
    let words = finding.engine.as_deref().unwrap_or_default();
    shown(report, finding, (first, finding.witness.as_deref(), words), out)?;
    finding.others.iter().try_for_each(|other| {
        shown(report, finding, (other.sighting, Some(&other.bytes), &other.says), out)
    })
}

/// A record: where it stands, its bytes, and words about it.
fn shown(
    report: &Report,
    finding: &Finding,
    (at, bytes, words): (Sighting, Option<&[u8]>, &str),
    out: &mut dyn Write,
) -> io::Result<()> {
    arrow(report, at, out)?;
    witness(finding, bytes, at, out)?;
    let words = harmless(words);
    rows::wrapped(&words, SENTENCE_WIDTH).iter().try_for_each(|line| gutter(line, out))
}

fn arrow(report: &Report, at: Sighting, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {} {}", paint::frame("-->"), rows::object(report, at))?;
    gutter(&rows::sighting(report, at), out)
}

/// The record's bytes, from the field on that the finding is about where the line is too short for both.
fn witness(
    finding: &Finding,
    bytes: Option<&[u8]>,
    at: Sighting,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(bytes) = bytes else { return Ok(()) };
    let name = finding.field.as_ref().and_then(|path| path.0.last());
    gutter(&excerpt(bytes, at.byte_length, name.map(Name::as_bytes), WIDTH), out)
}

fn gutter(line: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "   {}  {line}", paint::frame("|"))
}

/// Fields by the record that shows them first, then by type and decision.
fn fields(report: &Report, block: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let mut by_record: BTreeMap<Option<Sighting>, Vec<&Finding>> = BTreeMap::new();
    for finding in block {
        by_record.entry(finding.first).or_default().push(finding);
    }
    let number = by_record.len();
    let mut rest = Vec::new();
    for (i, (first, findings)) in by_record.into_iter().enumerate() {
        if i >= SHOWN_RECORDS {
            rest.extend(findings);
            continue;
        }
        if let Some(first) = first {
            arrow(report, first, out)?;
            if let [only] = findings[..] {
                witness(only, only.witness.as_deref(), first, out)?;
            } else if let Some(bytes) = findings.first().and_then(|found| found.witness.as_deref())
            {
                gutter(&excerpt(bytes, first.byte_length, None, WIDTH), out)?;
            }
        }
        field_rows(report, &findings, out)?;
    }
    if rest.is_empty() {
        return Ok(());
    }
    let more = counted((number - SHOWN_RECORDS) as u64, "more record", "more records");
    writeln!(out, "  {} {more}", paint::frame("-->"))?;
    field_rows(report, &rest, out)
}

/// One row for each type and decision, the largest first; long lists of names go on below their row.
fn field_rows(report: &Report, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let mut alike: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for finding in findings {
        let decision = harmless(finding.engine.as_deref().unwrap_or_default());
        let names = alike.entry((type_of(report, finding), decision)).or_default();
        names.extend(finding.field.iter().map(|path| harmless(&path.to_string())));
    }
    let mut largest_first: Vec<_> = alike.into_iter().collect();
    largest_first.sort_by_key(|(_, names)| Reverse(names.len()));
    let rows: Vec<Vec<String>> =
        largest_first.iter().flat_map(|(kind, names)| field_row(kind, names)).collect();
    rows::columns(&rows).iter().try_for_each(|line| gutter(line, out))
}

fn field_row((type_name, decision): &(String, String), names: &[String]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> =
        rows::names(names, WIDTH / 2).into_iter().map(|line| vec![line]).collect();
    rows[0].extend([rows::cut(type_name, WIDTH / 2), rows::cut(decision, WIDTH)]);
    rows
}

/// `text + keyword`: the type with those of its multi-fields.
fn type_of(report: &Report, finding: &Finding) -> String {
    let fields = report.fields.get(finding.index.as_deref().unwrap_or_default());
    let field = fields.zip(finding.field.as_ref()).and_then(|(fields, path)| fields.get(path));
    harmless(&field.map_or_else(|| finding.tokens.join(" -> "), full_type))
}

fn full_type(field: &ReportedField) -> String {
    let multi = field.multi_fields.values().map(|multi| format!(" + {multi}"));
    std::iter::once(field.field_type.clone()).chain(multi).collect()
}

/// The families that a finding about no single field is about.
fn families(report: &Report, first: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let named = |family: &&Family| first.families.contains(&family.name);
    let all: Vec<&Family> = report.families.iter().filter(named).collect();
    let shown = all.iter().take(SHOWN_FAMILIES);
    let rows: Vec<Vec<String>> = shown.flat_map(|family| family_rows(report, family)).collect();
    rows::columns(&rows).iter().try_for_each(|line| gutter(line, out))?;
    match all.len().saturating_sub(SHOWN_FAMILIES) {
        0 => Ok(()),
        more => gutter(&format!("... and {more} more"), out),
    }
}

fn family_rows(report: &Report, family: &Family) -> Vec<Vec<String>> {
    let times = rows::time(report, family.first).zip(rows::time(report, family.last));
    let span = times.map(|(from, to)| rows::span(from, to)).unwrap_or_default();
    let paths = if family.exclusive.is_empty() { &family.paths } else { &family.exclusive };
    let names: Vec<String> = paths.iter().map(|path| harmless(&path.to_string())).collect();
    let records = counted(family.records, "record", "records");
    let mut first = vec![harmless(&family.name), records, span];
    let below = |line| vec![String::new(), String::new(), String::new(), line];
    let mut lines = rows::names(&names, WIDTH / 2).into_iter();
    first.extend(lines.next());
    std::iter::once(first).chain(lines.map(below)).collect()
}

fn evidence(report: &Report, block: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    if let Some(shown) = carriers(report, block) {
        item("records", &shown, out)?;
    }
    if let [Finding { smallest: Some(smallest), .. }] = block {
        let shown = rows::cut(&harmless(&visible(smallest)), 2 * WIDTH);
        item("smallest", &shown, out)?;
    }
    for note in distinct(block, |finding| &finding.notes) {
        item("note", &harmless(note), out)?;
    }
    for help in distinct(block, |finding| &finding.help) {
        item("help", &harmless(help), out)?;
    }
    Ok(())
}

/// A labelled sentence, on as many lines as it needs.
fn item(label: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    for (i, line) in rows::wrapped(text, SENTENCE_WIDTH).iter().enumerate() {
        let (mark, label) = if i == 0 { ("=", label) } else { (" ", "") };
        writeln!(out, "   {} {label:<9}{line}", paint::frame(mark))?;
    }
    Ok(())
}

/// Sentences of all findings, each once, in order.
fn distinct<'a>(
    block: &[&'a Finding],
    sentences: fn(&'a Finding) -> &'a Vec<String>,
) -> Vec<&'a String> {
    let mut seen: Vec<&String> = Vec::new();
    for sentence in block.iter().flat_map(|finding| sentences(finding)) {
        if !seen.contains(&sentence) {
            seen.push(sentence);
        }
    }
    seen
}

/// `666 of 1,166 (57 %), of family 2, the last at 2019-04-30T06:41:06Z`.
fn carriers(report: &Report, block: &[&Finding]) -> Option<String> {
    let first = block.first()?;
    let of = first.of.filter(|of| *of > 0)?;
    if first.first.is_none() || is_about_families(first) {
        return None;
    }
    let counts: Vec<u64> = block.iter().filter_map(|finding| finding.count).collect();
    let (least, most) = (*counts.iter().min()?, *counts.iter().max()?);
    let number = if least == most {
        thousands(most)
    } else {
        format!("{} to {}", thousands(least), thousands(most))
    };
    let families = match first.families.as_slice() {
        [] => String::new(),
        names => format!(" ({})", rows::cut(&harmless(&listed(names)), WIDTH)),
    };
    let newest = block.iter().filter_map(|finding| finding.last).max();
    let until = match newest.and_then(|at| rows::time(report, at)) {
        Some(time) => format!(", the last at {time}"),
        None => String::new(),
    };
    Some(format!("{number} of {}{families}{until}", thousands(of)))
}
