//! Families over time: which shapes of records each has, from when to when, and in what they differ.
//!
//! In: a finished scan. Out: plain text with colours written into the stream.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, Write};

use super::text;
use crate::model::family::Family;
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::profile::{Kind, ShapeSums};
use crate::model::quantity::{counted, thousands};
use crate::model::scanned::Scanned;
use crate::report::escape::harmless;
use crate::report::text::{paint, rows, unread};

/// Shapes of a family that are shown, those of most records.
const SHOWN: usize = 20;
/// Width of a list of fields.
const WIDTH: usize = 96;

/// Writes the report.
pub fn shapes(scanned: &Scanned, out: &mut dyn Write) -> io::Result<()> {
    text::head(scanned, out)?;
    for each in &scanned.families {
        writeln!(out)?;
        family(scanned, each, out)?;
    }
    if scanned.profile.other_shapes > 0 {
        let others = counted(scanned.profile.other_shapes, "record has", "records have");
        writeln!(out, "\n{others} other shapes, beyond the limit on shapes")?;
    }
    unread::write(&scanned.problems, scanned.problems_not_kept, out)
}

fn family(scanned: &Scanned, family: &Family, out: &mut dyn Write) -> io::Result<()> {
    let mut shapes: Vec<&ShapeSums> =
        family.shapes.iter().map(|id| &scanned.profile.shapes[id]).collect();
    shapes.sort_by_key(|shape| (Reverse(shape.records), shape.first));
    let number = counted(shapes.len() as u64, "shape", "shapes");
    let records = counted(family.records, "record", "records");
    let span = span(scanned, family.first, family.last);
    let line = format!("{}   {records}, {number}   {span}", paint::bold(&family.name));
    writeln!(out, "{}", line.trim_end())?;
    let Some((main, _)) = shapes.split_first() else { return Ok(()) };
    for (at, shape) in shapes.iter().take(SHOWN).enumerate() {
        let differs = if at == 0 { all(shape) } else { difference(main, shape) };
        one(scanned, shape, &differs, out)?;
    }
    match shapes.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "   ... and {} more shapes", thousands(more as u64)),
    }
}

fn one(
    scanned: &Scanned,
    shape: &ShapeSums,
    fields: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    let records = counted(shape.records, "record", "records");
    let object = scanned.objects.get(&shape.first.object);
    let key = object.map(|object| harmless(&object.key)).unwrap_or_default();
    let place = format!("{key} | record {}", shape.first.record);
    let span = span(scanned, shape.first, shape.last);
    let line = format!("  {} {records}   {span}", paint::frame("-->"));
    writeln!(out, "{}", line.trim_end())?;
    writeln!(out, "   {}  first: {place}", paint::frame("|"))?;
    for line in rows::names(fields, WIDTH) {
        writeln!(out, "   {}  {line}", paint::frame("|"))?;
    }
    Ok(())
}

fn span(scanned: &Scanned, first: Sighting, last: Sighting) -> String {
    let time = |at: Sighting| scanned.objects.get(&at.object)?.time;
    time(first).zip(time(last)).map_or_else(String::new, |(from, to)| rows::span(from, to))
}

/// `price float`, for every field.
fn all(shape: &ShapeSums) -> Vec<String> {
    shape.paths.iter().map(|(path, kind)| told(path, *kind)).collect()
}

fn told(path: &FieldPath, kind: Kind) -> String {
    format!("{} {}", harmless(&path.to_string()), kind.name())
}

/// What a shape has beside the family's main one, and what it lacks.
fn difference(main: &ShapeSums, shape: &ShapeSums) -> Vec<String> {
    let set = |shape: &ShapeSums| -> BTreeSet<String> { all(shape).into_iter().collect() };
    let (main, shape) = (set(main), set(shape));
    let plus = shape.difference(&main).map(|field| format!("+ {field}"));
    plus.chain(main.difference(&shape).map(|field| format!("- {field}"))).collect()
}
