//! A scan for programs: one document, or a line for each thing in it. Version 1: additions are free, a change of meaning is a
//! new version. Names and times are those of the report of `check`.
//!
//! In: a finished scan. Out: JSON. The wire types below are this format's own.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::values::{self, Number};
use crate::model::family::Family;
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::profile::{FieldSums, Kind};
use crate::model::scanned::{Inputs, Sample, Scanned};
use crate::report::escape::harmless_json;
use crate::report::json::{self as check, wire};

/// Writes one document, indented.
pub fn json(scanned: &Scanned, out: &mut dyn Write) -> io::Result<()> {
    let document = serde_json::to_string_pretty(&Document {
        head: head(scanned),
        fields: fields(scanned).collect(),
        families: families(scanned).collect(),
        problems: scanned.problems.iter().map(check::problem).collect(),
    })?;
    writeln!(out, "{}", harmless_json(&document))
}

/// Writes a line for the whole, then one for each field, family and problem; `line` says which.
pub fn jsonl(scanned: &Scanned, out: &mut dyn Write) -> io::Result<()> {
    line("scan", &head(scanned), out)?;
    fields(scanned).try_for_each(|field| line("field", &field, out))?;
    families(scanned).try_for_each(|family| line("family", &family, out))?;
    let mut problems = scanned.problems.iter().map(check::problem);
    problems.try_for_each(|problem| line("problem", &problem, out))
}

fn line<T: Serialize>(line: &'static str, body: &T, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string(&Line { line, body })?;
    writeln!(out, "{}", harmless_json(&text))
}

#[derive(Serialize)]
struct Line<'a, T> {
    line: &'static str,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    fields: Vec<Field<'a>>,
    families: Vec<WireFamily<'a>>,
    problems: Vec<wire::Problem<'a>>,
}

#[derive(Serialize)]
struct Head<'a> {
    version: u32,
    tool: wire::Tool,
    complete: bool,
    inputs: WireInputs<'a>,
    counts: Counts,
    problems_not_kept: u64,
}

#[derive(Serialize)]
struct WireInputs<'a> {
    backup: &'a [String],
    since: Option<String>,
    until: Option<String>,
    sample: Option<WireSample>,
    redaction: &'static str,
    remarks: &'a [String],
}

#[derive(Serialize)]
struct WireSample {
    seed: u64,
    chosen: u64,
    of: u64,
    would_be_met: u64,
}

#[derive(Serialize)]
struct Counts {
    objects: u64,
    objects_read: u64,
    records: u64,
    bytes: u64,
    not_objects: u64,
    not_json: u64,
    distinct_records: u64,
    shapes: u64,
    first_time: Option<String>,
    last_time: Option<String>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the public name is `field`")]
struct Field<'a> {
    field: String,
    present: u64,
    missing: u64,
    null: u64,
    kinds: BTreeMap<&'static str, u64>,
    distinct: u64,
    min: Option<Value>,
    max: Option<Value>,
    length_min: Option<u64>,
    length_max: Option<u64>,
    out_of_range: u64,
    duplicates: u64,
    looks: Looks,
    date_formats: BTreeMap<String, u64>,
    example: Option<Value>,
    examples: Vec<Value>,
    first: Option<wire::Sighting<'a>>,
    last: Option<wire::Sighting<'a>>,
}

/// Strings that look like something else.
#[derive(Serialize)]
struct Looks {
    empty: u64,
    date: u64,
    number: u64,
    boolean: u64,
}

#[derive(Serialize)]
struct WireFamily<'a> {
    name: &'a str,
    records: u64,
    shapes: u64,
    fields: Vec<String>,
    exclusive: Vec<String>,
    first: wire::Sighting<'a>,
    last: wire::Sighting<'a>,
}

fn head(scanned: &Scanned) -> Head<'_> {
    let profile = &scanned.profile;
    let time = |at: usize| scanned.period.map(|period| [period.0, period.1][at].to_string());
    Head {
        version: 1,
        tool: wire::Tool::THIS,
        complete: scanned.complete,
        inputs: inputs(&scanned.inputs),
        counts: Counts {
            objects: scanned.objects_listed,
            objects_read: scanned.objects_read,
            records: scanned.records,
            bytes: profile.bytes,
            not_objects: scanned.not_objects,
            not_json: scanned.not_json,
            distinct_records: profile.contents.estimate(),
            shapes: profile.shapes.len() as u64,
            first_time: time(0),
            last_time: time(1),
        },
        problems_not_kept: scanned.problems_not_kept,
    }
}

fn inputs(inputs: &Inputs) -> WireInputs<'_> {
    let sample = |sample: Sample| {
        let Sample { seed, chosen, of, would_be_met } = sample;
        WireSample { seed, chosen, of, would_be_met }
    };
    WireInputs {
        backup: &inputs.backup,
        since: inputs.since.map(|time| time.to_string()),
        until: inputs.until.map(|time| time.to_string()),
        sample: inputs.sample.map(sample),
        redaction: "none",
        remarks: &inputs.remarks,
    }
}

fn fields(scanned: &Scanned) -> impl Iterator<Item = Field<'_>> {
    scanned.profile.fields.iter().map(|(path, sums)| field(scanned, path, sums))
}

fn field<'a>(scanned: &'a Scanned, path: &FieldPath, sums: &FieldSums) -> Field<'a> {
    let range = values::range(sums);
    let seen = || sums.kinds.seen();
    let place = |at: Sighting| place(scanned, at);
    Field {
        field: path.to_string(),
        present: sums.present,
        missing: scanned.profile.records.saturating_sub(sums.present),
        null: sums.kinds[Kind::Null].count,
        kinds: values::kinds(sums).map(|(kind, count)| (kind.name(), count)).collect(),
        distinct: sums.distinct.estimate(),
        min: range.map(|(least, _)| Number::json(least)),
        max: range.map(|(_, most)| Number::json(most)),
        length_min: sums.lengths.map(|(least, _)| least),
        length_max: sums.lengths.map(|(_, most)| most),
        out_of_range: sums.out_of_range,
        duplicates: sums.duplicates,
        looks: Looks {
            empty: sums.looks.empty,
            date: sums.looks.date,
            number: sums.looks.number,
            boolean: sums.looks.boolean,
        },
        date_formats: values::date_formats(sums).into_iter().collect(),
        example: values::example(sums).map(|example| values::shown(example).into()),
        examples: sums.examples.iter().map(|(_, example)| values::shown(example).into()).collect(),
        first: seen().map(|(first, _)| first).min().map(place),
        last: seen().map(|(_, last)| last).max().map(place),
    }
}

fn families(scanned: &Scanned) -> impl Iterator<Item = WireFamily<'_>> {
    scanned.families.iter().map(|family| wire_family(scanned, family))
}

fn wire_family<'a>(scanned: &'a Scanned, family: &'a Family) -> WireFamily<'a> {
    WireFamily {
        name: &family.name,
        records: family.records,
        shapes: family.shapes.len() as u64,
        fields: family.paths.iter().map(ToString::to_string).collect(),
        exclusive: family.exclusive.iter().map(ToString::to_string).collect(),
        first: place(scanned, family.first),
        last: place(scanned, family.last),
    }
}

fn place(scanned: &Scanned, at: Sighting) -> wire::Sighting<'_> {
    check::place(scanned.objects.get(&at.object), at)
}
