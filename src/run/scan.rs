//! `mapdrift scan`: the schema of every record of a backup, in one pass, objects side by side.
//!
//! What needs records in delivery order (`--emit ndjson`, `--emit mapping`) is read by one reader; the sums are the same.

mod chosen;
mod reading;
mod slices;

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::Mutex;

use super::backup::Backup;
use super::progress::{Ended, Meter};
use super::replay::Start;
use super::sinks::Sinks;
use super::{Verdict, output};
use crate::cli::{self, ScanFormat};
use crate::error::Error;
use crate::io::profile::{self, Stored};
use crate::model::limits::Limits;
use crate::model::quantity::counted;
use crate::model::scanned::{Inputs, Scanned};
use crate::record::one_line;
use crate::replay::{Arrival, Replay};
use crate::report;
use crate::settings::{self, EmitKind};

use reading::{Part, Reading};
use slices::Slices;

/// What `--emit` can write here.
const EMITS: [EmitKind; 3] = [EmitKind::JsonSchema, EmitKind::Mapping, EmitKind::Ndjson];

/// Lists, chooses, reads, reports.
pub(super) fn run(arguments: &cli::Scan) -> Result<Verdict, Error> {
    let mut sinks = Sinks::open(settings::emits(&arguments.emit, &EMITS)?)?;
    let new_index = new_index(arguments, &sinks)?;
    let selection = settings::selection(arguments)?;
    let sources = settings::sources(&arguments.sources)?;
    let s3 = &arguments.s3;
    let mut backup =
        Backup::list(&sources, &settings::store(&s3.store, &s3.aws, s3.ca_cert.as_deref()))?;
    let inputs = chosen::choose(&mut backup, &selection)?;
    let scanned = scan(arguments, &backup, inputs, new_index, &mut sinks);
    if sinks.leave_standard_output() {
        output::print(|out| write(&scanned, &arguments.report, out))?;
    }
    if let Some(path) = &arguments.profile {
        let objects = backup.objects().collect();
        profile::save(&Stored { scanned: scanned.clone(), objects }, path)?;
    }
    sinks.write(EmitKind::JsonSchema, &mut |out| report::scan::json_schema(&scanned, out));
    sinks.finish()?;
    Ok(if scanned.complete { Verdict::Clean } else { Verdict::Incomplete })
}

/// An index that nothing was declared for, where its mapping is asked for.
fn new_index(arguments: &cli::Scan, sinks: &Sinks) -> Result<Option<NewIndex>, Error> {
    let engine = settings::engine(arguments.engine.as_deref())?;
    if !sinks.want(EmitKind::Mapping) {
        return Ok(None);
    }
    let Some(engine) = engine else {
        return Err(Error::Usage {
            message: "--emit mapping needs an engine, and none is named".to_owned(),
            hint: Some("give --engine es:6.5.4 (or es:8.19, os:2.19 ...)".to_owned()),
        });
    };
    let start = Start::undeclared(engine);
    let replay = Replay::new(start.begin()?, Limits::default().example_bytes);
    Ok(Some(NewIndex { start, replay }))
}

/// What the records make of an index that nothing was declared for.
struct NewIndex {
    start: Start,
    replay: Replay,
}

fn scan(
    arguments: &cli::Scan,
    backup: &Backup,
    mut inputs: Inputs,
    new_index: Option<NewIndex>,
    sinks: &mut Sinks,
) -> Scanned {
    let meter = backup.meter(arguments.progress);
    let mut part = if sinks.want(EmitKind::Ndjson) || new_index.is_some() {
        in_order(backup, &meter, new_index, sinks, &mut inputs)
    } else {
        let jobs = arguments.jobs.unwrap_or_else(settings::cores);
        side_by_side(backup, &meter, jobs)
    };
    for problem in &backup.listing.problems {
        part.problem(problem.clone());
    }
    if let Some(problem) = backup.interrupted(part.objects_read()) {
        part.problem(problem);
    }
    let scanned = part.finish(inputs, backup);
    meter.end(&ended(&scanned), backup.traffic());
    scanned
}

/// Each object goes to whoever is free; the sums are joined at the end.
fn side_by_side(backup: &Backup, meter: &Meter, jobs: NonZeroUsize) -> Part {
    let slices = Mutex::new(Slices::new(&Limits::default()));
    let parts = backup.records_side_by_side(meter, jobs, &|queue| {
        let mut reading = Reading::new();
        queue.each(&mut |mut opened| {
            match opened.part {
                None => reading.object(&mut opened, &mut |_| {}),
                Some(part) => slices::read(&mut opened, part, &slices),
            }
            reading.records()
        });
        reading.finish()
    });
    let mut all = parts.into_iter().fold(Part::default(), Part::merge);
    let slices = slices.into_inner().expect("a reader that panics ends the run");
    let again = slices.join(&mut |profile, records| all.add_whole(profile, records));
    again.into_iter().map(|rank| read_again(backup, meter, rank)).fold(all, Part::merge)
}

/// A file whose parts were not all lines of whole records is read from its beginning.
fn read_again(backup: &Backup, meter: &Meter, rank: u32) -> Part {
    let mut reading = Reading::new();
    backup.again(meter, rank, &mut |mut opened| {
        reading.object(&mut opened, &mut |_| {});
        reading.records()
    });
    reading.finish()
}

/// One object after the other, for what depends on their order.
fn in_order(
    backup: &Backup,
    meter: &Meter,
    mut new_index: Option<NewIndex>,
    sinks: &mut Sinks,
    inputs: &mut Inputs,
) -> Part {
    let mut reading = Reading::new();
    backup.records(meter, &mut |mut opened| {
        reading.object(&mut opened, &mut |arrival: Arrival<'_>| {
            if arrival.shape.is_some() {
                sinks.write(EmitKind::Ndjson, &mut |out| one_line(arrival.bytes, out));
            }
            if let Some(NewIndex { replay, .. }) = &mut new_index {
                replay.record(arrival);
            }
        });
        reading.records()
    });
    if let Some(NewIndex { start, replay }) = new_index {
        inputs.remarks.extend(start.remarks.iter().cloned());
        let mapping = start.printed(&replay.finish(&[]));
        sinks.write(EmitKind::Mapping, &mut |out| report::replay::mapping(&mapping, out));
    }
    reading.finish()
}

/// Writes what the user wants to be told.
pub(super) fn write(
    scanned: &Scanned,
    wanted: &cli::ScanReport,
    out: &mut dyn Write,
) -> io::Result<()> {
    match wanted.format {
        ScanFormat::Text if wanted.shapes => report::scan::shapes(scanned, out),
        ScanFormat::Text => report::scan::text(scanned, out),
        ScanFormat::Json => report::scan::json(scanned, out),
        ScanFormat::Jsonl => report::scan::jsonl(scanned, out),
        ScanFormat::Csv => report::scan::csv(scanned, out),
    }
}

fn ended(scanned: &Scanned) -> Ended {
    Ended {
        walked_again: 0,
        records: scanned.records,
        objects: scanned.objects_read,
        bytes: scanned.profile.bytes,
        complete: scanned.complete,
        outcome: format!(
            "{}, {}",
            counted(scanned.profile.fields.len() as u64, "field", "fields"),
            counted(scanned.profile.shapes.len() as u64, "shape", "shapes"),
        ),
    }
}
