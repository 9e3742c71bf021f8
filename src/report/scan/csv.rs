//! A scan as a table: a line for each field. In: a finished scan. Out: CSV (RFC 4180) with a head line.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula: names and values that do get an apostrophe.

use std::io::{self, Write};

use super::values::{self, KINDS};
use crate::model::path::FieldPath;
use crate::model::profile::{Example, FieldSums, Kind};
use crate::model::scanned::Scanned;
use crate::report::escape::harmless;

/// Writes the table.
pub fn csv(scanned: &Scanned, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let kinds = KINDS.map(Kind::name);
    let after = ["distinct", "min", "max", "length_min", "length_max", "date_formats", "example"];
    table.write_record(["field", "present", "missing"].iter().chain(&kinds).chain(&after))?;
    for (path, sums) in &scanned.profile.fields {
        table.write_record(row(scanned, path, sums))?;
    }
    table.flush()
}

fn row(scanned: &Scanned, path: &FieldPath, sums: &FieldSums) -> Vec<String> {
    let missing = scanned.profile.records.saturating_sub(sums.present);
    let mut row = vec![cell(&path.to_string()), sums.present.to_string(), missing.to_string()];
    row.extend(KINDS.map(|kind| sums.kinds[kind].count.to_string()));
    let range = values::range(sums);
    let formats: Vec<String> =
        values::date_formats(sums).into_iter().map(|(form, _)| form).collect();
    let optional = |number: Option<String>| number.unwrap_or_default();
    row.extend([
        sums.distinct.estimate().to_string(),
        optional(range.map(|(least, _)| least.json().to_string())),
        optional(range.map(|(_, most)| most.json().to_string())),
        optional(sums.lengths.map(|(least, _)| least.to_string())),
        optional(sums.lengths.map(|(_, most)| most.to_string())),
        formats.join(" "),
        optional(values::example(sums).map(example)),
    ]);
    row
}

/// A number is no formula.
fn example(example: &Example) -> String {
    let shown = values::shown(example);
    if example.kind == Kind::String { cell(&shown) } else { shown }
}

/// Text that no spreadsheet runs.
fn cell(text: &str) -> String {
    let shown = harmless(text);
    if shown.starts_with(['=', '+', '-', '@']) { format!("'{shown}") } else { shown }
}
