//! A scan for people: what was read, the fields as a tree, families in short, what was not read.
//!
//! In: a finished scan. Out: plain text with colours written into the stream. Everything untrusted goes through `escape`.

use std::io::{self, Write};

use super::values;
use crate::model::path::{FieldPath, visible};
use crate::model::profile::{FieldSums, Kind};
use crate::model::quantity::{counted, thousands};
use crate::model::scanned::{Sample, Scanned};
use crate::report::escape::harmless;
use crate::report::text::{paint, paragraph, rows, unread};

/// Widest name, values and list of kinds.
const NAME: usize = 36;
const KINDS: usize = 34;
const VALUES: usize = 48;
/// Families that are shown.
const FAMILIES: usize = 20;

/// Writes the report.
pub fn text(scanned: &Scanned, out: &mut dyn Write) -> io::Result<()> {
    head(scanned, out)?;
    fields(scanned, out)?;
    families(scanned, out)?;
    unread::write(&scanned.problems, scanned.problems_not_kept, out)
}

/// What was looked at, and how much of it.
pub(super) fn head(scanned: &Scanned, out: &mut dyn Write) -> io::Result<()> {
    let inputs = &scanned.inputs;
    paragraph("backup", &harmless(&inputs.backup.join(", ")), out)?;
    writeln!(out, "{}{}", paint::label(""), numbers(scanned))?;
    writeln!(out, "{}{}", paint::label("records"), records(scanned))?;
    if let Some(sample) = inputs.sample {
        paragraph("sample", &sampled(sample), out)?;
    }
    for remark in &inputs.remarks {
        paragraph("remark", &harmless(remark), out)?;
    }
    Ok(())
}

/// `12 objects, 1,189 records, 381 kB, 2019-04-30 06:26:00 to 06:46:30 UTC, read completely`.
fn numbers(scanned: &Scanned) -> String {
    let listed = counted(scanned.objects_listed, "object", "objects");
    let objects = if scanned.objects_read == scanned.objects_listed {
        listed
    } else {
        format!("{} of {listed}", thousands(scanned.objects_read))
    };
    let read = if scanned.complete { "read completely" } else { "NOT read completely" };
    let parts = [
        Some(objects),
        Some(counted(scanned.records, "record", "records")),
        Some(rows::size(scanned.profile.bytes)),
        scanned.period.map(|(from, to)| rows::span(from, to)),
        Some(read.to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How many are different, and how many are none.
fn records(scanned: &Scanned) -> String {
    let mut parts = vec![
        format!("about {} different", thousands(scanned.profile.contents.estimate())),
        counted(scanned.profile.shapes.len() as u64, "shape", "shapes"),
        counted(scanned.families.len() as u64, "family", "families"),
    ];
    if scanned.not_objects > 0 {
        parts.push(format!("{} no objects", thousands(scanned.not_objects)));
    }
    if scanned.not_json > 0 {
        parts.push(format!("{} no JSON", thousands(scanned.not_json)));
    }
    parts.join(", ")
}

fn sampled(sample: Sample) -> String {
    let Sample { seed, chosen, of, would_be_met } = sample;
    let objects = counted(of, "object", "objects");
    format!(
        "{} of {objects}, chosen by a hash of their keys (seed {seed}); what stands in fewer than {} of them may have been \
         missed, what stands in more was met with a probability of 95 % or more",
        thousands(chosen),
        thousands(would_be_met)
    )
}

fn fields(scanned: &Scanned, out: &mut dyn Write) -> io::Result<()> {
    let all = &scanned.profile.fields;
    writeln!(out)?;
    if all.is_empty() {
        return writeln!(out, "no fields");
    }
    let head = ["  field", "present", "kinds", "distinct", "values"].map(str::to_owned).to_vec();
    let table: Vec<Vec<String>> = std::iter::once(head)
        .chain(all.iter().map(|(path, sums)| field(scanned.profile.records, path, sums)))
        .collect();
    for (number, line) in rows::columns(&table).iter().enumerate() {
        let shown = if number == 0 { paint::bold(line) } else { line.clone() };
        writeln!(out, "{shown}")?;
    }
    Ok(())
}

fn field(records: u64, path: &FieldPath, sums: &FieldSums) -> Vec<String> {
    vec![
        name(path),
        percent(sums.present, records),
        kinds(sums),
        distinct(sums),
        rows::cut(&values(sums), VALUES),
    ]
}

/// The last name, below those of its objects.
fn name(path: &FieldPath) -> String {
    let last = FieldPath(path.0.last().cloned().into_iter().collect()).to_string();
    let last = if is_word(&last) { harmless(&last) } else { format!("\"{}\"", harmless(&last)) };
    let indent = "  ".repeat(path.0.len().min(NAME / 4));
    format!("{indent}{}", rows::cut(&last, NAME.saturating_sub(indent.len())))
}

/// A line of a CI log that begins with `::` or `##[` is a command, whatever blanks precede it.
fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '$'))
}

/// Tenths of a percent; what is nearly all or nearly none does not look like all or none.
fn percent(count: u64, of: u64) -> String {
    if of == 0 {
        return "-".to_owned();
    }
    let tenths = u128::from(count) * 1_000 / u128::from(of);
    match tenths {
        0 if count > 0 => "< 0.1 %".to_owned(),
        1_000.. => "100 %".to_owned(),
        _ => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// The only kind; or each with its number of values.
fn kinds(sums: &FieldSums) -> String {
    let all: Vec<_> = values::kinds(sums).collect();
    let shown = match all.as_slice() {
        [(kind, _)] => kind.name().to_owned(),
        several => {
            let each = several
                .iter()
                .map(|(kind, count)| format!("{} {}", kind.name(), thousands(*count)));
            each.collect::<Vec<_>>().join(", ")
        }
    };
    rows::cut(&shown, KINDS)
}

fn distinct(sums: &FieldSums) -> String {
    match sums.distinct.estimate() {
        0 => String::new(),
        number => thousands(number),
    }
}

/// What the values are like: range, lengths, dates, examples.
fn values(sums: &FieldSums) -> String {
    let range = values::range(sums)
        .map(|(least, most)| one_or_both(&least.json().to_string(), &most.json().to_string()));
    let lengths = sums.lengths.map(|(least, most)| {
        one_or_both(&thousands(least), &thousands(most))
            + if most == 1 { " byte" } else { " bytes" }
    });
    let forms = values::date_formats(sums);
    let dates = forms.first().map(|(form, _)| match forms.len() {
        1 => form.clone(),
        more => format!("{form} and {} more", more - 1),
    });
    let parts = [range, lengths, dates, examples(sums)];
    harmless(&parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn one_or_both(least: &str, most: &str) -> String {
    if least == most { least.to_owned() } else { format!("{least} to {most}") }
}

/// Strings, in quotes: of numbers the range says more.
fn examples(sums: &FieldSums) -> Option<String> {
    let strings = sums
        .examples
        .iter()
        .map(|(_, example)| example)
        .filter(|example| example.kind == Kind::String);
    let shown: Vec<String> =
        strings.map(|example| format!("\"{}\"", visible(&example.text))).collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

fn families(scanned: &Scanned, out: &mut dyn Write) -> io::Result<()> {
    if scanned.families.len() < 2 {
        return Ok(());
    }
    writeln!(out)?;
    let lines: Vec<Vec<String>> = scanned
        .families
        .iter()
        .take(FAMILIES)
        .map(|family| {
            let time = |at: u32| scanned.objects.get(&at)?.time;
            let span = time(family.first.object).zip(time(family.last.object));
            let names = family.exclusive.iter().take(VALUES);
            let names = names.map(|path| harmless(&path.to_string()));
            vec![
                family.name.clone(),
                counted(family.records, "record", "records"),
                span.map_or_else(String::new, |(from, to)| rows::span(from, to)),
                rows::cut(&names.collect::<Vec<_>>().join(", "), VALUES),
            ]
        })
        .collect();
    for line in rows::columns(&lines) {
        writeln!(out, "{line}")?;
    }
    let more = scanned.families.len().saturating_sub(FAMILIES) as u64;
    if more > 0 {
        writeln!(out, "... and {} more", thousands(more))?;
    }
    writeln!(out, "`--shapes` shows families over time, with the shapes of each")
}
