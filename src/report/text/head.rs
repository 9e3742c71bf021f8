//! The first lines: what was looked at. In: a report. Out: one line per index, and one for the backup.

use std::io::{self, Write};

use super::{paint, paragraph, rows};
use crate::model::path::FieldPath;
use crate::model::quantity::{counted, thousands};
use crate::model::report::{Report, ReportedField};
use crate::model::timeline::Origin;
use crate::report::escape::harmless;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (i, line) in rows::columns(&indices(report)).iter().enumerate() {
        writeln!(out, "{}{line}", paint::label(if i == 0 { "index" } else { "" }))?;
    }
    writeln!(out, "{}{}", paint::label("engine"), engine(report))?;
    writeln!(out, "{}{}", paint::label("backup"), backup(report))?;
    for remark in &report.inputs.remarks {
        paragraph("remark", &harmless(remark), out)?;
    }
    for (index, doubt) in doubts(report) {
        paragraph("doubt", &harmless(&format!("{index}{doubt}")), out)?;
    }
    Ok(())
}

/// Why findings are not certain, with the index where there are several.
fn doubts(report: &Report) -> impl Iterator<Item = (String, &String)> {
    let is_one = report.fields.len() < 2;
    report.doubts.iter().flat_map(move |(index, doubts)| {
        let prefix = if is_one { String::new() } else { format!("{index}: ") };
        doubts.iter().map(move |doubt| (prefix.clone(), doubt))
    })
}

fn indices(report: &Report) -> Vec<Vec<String>> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for (name, fields) in &report.fields {
        let name = if name.is_empty() { "(not named)".to_owned() } else { harmless(name) };
        lines.push(vec![name, origins(report, fields.iter())]);
    }
    lines
}

/// `Elasticsearch 6.5.4, type isc`.
fn engine(report: &Report) -> String {
    let engines: Vec<String> = report.inputs.engines.iter().map(ToString::to_string).collect();
    let engine = if engines.is_empty() { "unknown".to_owned() } else { engines.join(" or ") };
    match &report.inputs.type_name {
        Some(type_name) => format!("{engine}, type {}", harmless(type_name)),
        None => engine,
    }
}

/// `19 fields: 4 from the first records, 15 added since 06:33:00`, objects not counted.
fn origins<'a>(
    report: &Report,
    fields: impl Iterator<Item = (&'a FieldPath, &'a ReportedField)>,
) -> String {
    let leaves: Vec<&ReportedField> =
        fields.map(|(_, field)| field).filter(|field| !field.is_object()).collect();
    let number = |wanted: fn(&Option<Origin>) -> bool| {
        leaves.iter().filter(|field| wanted(&field.origin)).count() as u64
    };
    let parts = [
        (number(|origin| matches!(origin, Some(Origin::Declared))), "declared".to_owned()),
        (
            number(|origin| matches!(origin, Some(Origin::Birth(_)))),
            "from the first records".to_owned(),
        ),
        (number(|origin| matches!(origin, Some(Origin::Added(_)))), added(report, &leaves)),
        (number(Option::is_none), "unexplained".to_owned()),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", thousands(*number)))
        .collect();
    let total = counted(leaves.len() as u64, "field", "fields");
    if parts.is_empty() { total } else { format!("{total}: {}", parts.join(", ")) }
}

fn added(report: &Report, leaves: &[&ReportedField]) -> String {
    let sightings = leaves.iter().filter_map(|field| match &field.origin {
        Some(Origin::Added(addition)) => Some(addition.sighting),
        _ => None,
    });
    match sightings.min().and_then(|first| rows::time(report, first)) {
        Some(time) => format!("added from {} on", time.strftime("%F %T UTC")),
        None => "added".to_owned(),
    }
}

/// `9 objects, 1,166 records, 332 kB, 2019-04-30 06:26:00 to 06:41:06 UTC, read completely`.
fn backup(report: &Report) -> String {
    let counts = &report.counts;
    let numbers = format!(
        "{}, {}, {}",
        counted(counts.objects, "object", "objects"),
        counted(counts.records, "record", "records"),
        rows::size(counts.bytes)
    );
    let times = report.objects.iter().filter_map(|object| object.time);
    let span = times.clone().min().zip(times.max()).map(|(from, to)| rows::span(from, to));
    let read = if report.complete { "read completely" } else { "NOT read completely" };
    [Some(numbers), span, Some(read.to_owned())]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}
