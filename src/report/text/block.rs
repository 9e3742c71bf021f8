//! One block of the text report: findings of one rule that belong together. In: sorted findings. Out: a headline, the records
//! that show it, the fields by type and decision, the evidence in numbers, and what to do.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{paint, rows};
use crate::model::family::Family;
use crate::model::finding::{Confidence, Finding};
use crate::model::object::Sighting;
use crate::model::quantity::{counted, listed, thousands};
use crate::model::report::{Report, ReportedField};
use crate::report::escape::{excerpt, harmless};

/// Width of an excerpt or a list of names.
const WIDTH: usize = 96;
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
    if block.len() > 1 || first.engine.is_some() && first.group.is_some() {
        fields(report, block, out)?;
    } else {
        record(report, first, out)?;
    }
    families(report, first, out)?;
    evidence(report, block, out)
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
    arrow(report, first, finding.witness.as_deref(), out)?;
    if let Some(engine) = &finding.engine {
        gutter(&harmless(engine), out)?;
    }
    Ok(())
}

fn arrow(
    report: &Report,
    at: Sighting,
    witness: Option<&[u8]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "  {} {}", paint::frame("-->"), rows::sighting(report, at))?;
    match witness {
        Some(bytes) => gutter(&excerpt(bytes, at.byte_length, WIDTH), out),
        None => Ok(()),
    }
}

fn gutter(line: &str, out: &mut dyn Write) -> io::Result<()> {
    if line.is_empty() {
        return writeln!(out, "   {}", paint::frame("|"));
    }
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
            arrow(report, first, findings.first().and_then(|f| f.witness.as_deref()), out)?;
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

fn field_rows(report: &Report, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let mut alike: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for finding in findings {
        let decision = finding.engine.clone().unwrap_or_default();
        let Some(field) = &finding.field else { continue };
        alike
            .entry((type_of(report, finding), decision))
            .or_default()
            .push(harmless(&field.to_string()));
    }
    let mut rows: Vec<Vec<String>> = alike
        .into_iter()
        .map(|((type_name, decision), names)| {
            (names.len(), vec![rows::names(&names, WIDTH / 2), type_name, harmless(&decision)])
        })
        .map(|(number, row)| (std::cmp::Reverse(number), row))
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .map(|(_, row)| row)
        .collect();
    rows.retain(|row| !row.is_empty());
    rows::columns(&rows).iter().try_for_each(|line| gutter(line, out))
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
    if first.field.is_some() || first.families.len() < 2 {
        return Ok(());
    }
    let named = |family: &&Family| first.families.contains(&family.name);
    let all: Vec<&Family> = report.families.iter().filter(named).collect();
    let rows: Vec<Vec<String>> =
        all.iter().take(SHOWN_FAMILIES).map(|family| family_row(report, family)).collect();
    rows::columns(&rows).iter().try_for_each(|line| gutter(line, out))?;
    match all.len().saturating_sub(SHOWN_FAMILIES) {
        0 => Ok(()),
        more => gutter(&format!("... and {more} more"), out),
    }
}

fn family_row(report: &Report, family: &Family) -> Vec<String> {
    let times = rows::time(report, family.first).zip(rows::time(report, family.last));
    let span = times.map(|(from, to)| rows::span(from, to)).unwrap_or_default();
    let paths = if family.exclusive.is_empty() { &family.paths } else { &family.exclusive };
    let names: Vec<String> = paths.iter().map(|path| harmless(&path.to_string())).collect();
    vec![
        family.name.clone(),
        counted(family.records, "record", "records"),
        span,
        rows::names(&names, WIDTH / 2),
    ]
}

fn evidence(report: &Report, block: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    if let Some(shown) = carriers(report, block) {
        item("records", &shown, out)?;
    }
    for note in distinct(block, |finding| &finding.notes) {
        item("note", &harmless(note), out)?;
    }
    for help in distinct(block, |finding| &finding.help) {
        item("help", &harmless(help), out)?;
    }
    Ok(())
}

fn item(label: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "   {} {label:<9}{text}", paint::frame("="))
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
    first.first?;
    let counts: Vec<u64> = block.iter().filter_map(|finding| finding.count).collect();
    let (least, most) = (*counts.iter().min()?, *counts.iter().max()?);
    let number = if least == most {
        thousands(most)
    } else {
        format!("{} to {}", thousands(least), thousands(most))
    };
    let families = match first.families.as_slice() {
        [] => String::new(),
        names => format!(", of {}", listed(names)),
    };
    let newest = block.iter().filter_map(|finding| finding.last).max();
    let until = match newest.and_then(|at| rows::time(report, at)) {
        Some(time) => format!(", the last at {time}"),
        None => String::new(),
    };
    Some(format!("{number} of {}{families}{until}", thousands(of)))
}
