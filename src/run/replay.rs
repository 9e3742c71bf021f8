//! `mapdrift replay`: records through the rules of an engine, offline. The mapping that they make, and the fate of each.

mod reading;
mod start;

use super::backup::Backup;
use super::progress::Ended;
use super::sinks::Sinks;
use super::{Verdict, output};
use crate::cli::{self, FailOn, Format};
use crate::error::Error;
use crate::mapping;
use crate::model::mapping::Mapping;
use crate::model::quantity::{counted, thousands};
use crate::model::replayed::{Compared, Difference, DifferenceKind, Inputs, Replayed};
use crate::report;
use crate::settings::{self, EmitKind};

pub(super) use start::Start;

use reading::Reading;

/// What `--emit` can write here.
const EMITS: [EmitKind; 3] = [EmitKind::Mapping, EmitKind::Fates, EmitKind::Witnesses];

/// Lists, begins an index, reads in delivery order, reports.
pub(super) fn run(arguments: &cli::Replay) -> Result<Verdict, Error> {
    let mut sinks = Sinks::open(settings::emits(&arguments.emit, &EMITS)?)?;
    let sources = settings::sources(&arguments.sources)?;
    let store =
        settings::store(&arguments.s3.store, &arguments.s3.aws, arguments.s3.ca_cert.as_deref());
    let backup = Backup::list(&sources, &store)?;
    let start = start::start(arguments, backup.listing.capture()?)?;
    let replayed = replay(arguments, &backup, start, &mut sinks)?;
    if sinks.leave_standard_output() {
        output::print(|out| match arguments.format {
            Format::Text => report::replay::text(&replayed, out),
            Format::Json => report::replay::json(&replayed, out),
        })?;
    }
    sinks.write(EmitKind::Mapping, &mut |out| report::replay::mapping(&replayed.mapping, out));
    sinks.write(EmitKind::Witnesses, &mut |out| report::replay::witnesses(&replayed, out));
    sinks.finish()?;
    Ok(verdict(&replayed, arguments.fail_on))
}

fn replay(
    arguments: &cli::Replay,
    backup: &Backup,
    start: Start,
    sinks: &mut Sinks,
) -> Result<Replayed, Error> {
    let meter = backup.meter(arguments.progress);
    let mut reading = Reading::new(&start, arguments.framing)?;
    for problem in &backup.listing.problems {
        reading.problem(problem.clone());
    }
    backup.records(&meter, &mut |opened| {
        if start.takes(&opened.object) {
            reading.object(opened, sinks, &|| backup.goes_on());
        }
        reading.records()
    });
    if let Some(problem) = backup.interrupted(reading.objects_read()) {
        reading.problem(problem);
    }
    let replayed = replayed(arguments, backup, start, reading);
    meter.end(&ended(&replayed), backup.traffic());
    Ok(replayed)
}

/// Everything joined for the report.
fn replayed(arguments: &cli::Replay, backup: &Backup, start: Start, reading: Reading) -> Replayed {
    let read = reading.finish();
    let mapping = start.printed(&read.timeline);
    let compared = start.live.as_ref().map(|live| Compared {
        with: live.from.clone(),
        differences: differences(&read.timeline.mapping, &live.mapping),
    });
    let mut remarks = start.remarks;
    remarks.extend(backup.remark());
    if !backup.deliveries.failures.is_empty() {
        let failures = counted(backup.deliveries.failures.len() as u64, "object", "objects");
        remarks.push(format!(
            "{failures} of failed deliveries: not records of the stream, not replayed"
        ));
    }
    Replayed {
        complete: read.problems.is_empty(),
        inputs: Inputs {
            index: start.index,
            engine: start.engine,
            type_name: read.timeline.mapping.type_name.clone(),
            start: start.words,
            backup: backup.names.clone(),
            framing: framing(arguments.framing),
            remarks,
        },
        objects: backup.objects().collect(),
        objects_read: read.objects,
        bytes: read.bytes,
        bent: read.bent,
        timeline: read.timeline,
        mapping,
        compared,
        opaque: read.opaque,
        problems: read.problems,
        problems_not_kept: read.problems_not_kept,
    }
}

fn framing(framing: cli::Framing) -> &'static str {
    match framing {
        cli::Framing::Auto => "auto",
        cli::Framing::Concatenated => "concatenated",
        cli::Framing::Lines => "lines",
    }
}

fn ended(replayed: &Replayed) -> Ended {
    let timeline = &replayed.timeline;
    Ended {
        records: timeline.records,
        objects: replayed.objects_read,
        bytes: replayed.bytes,
        complete: replayed.complete,
        outcome: format!(
            "{} accepted, {} refused",
            thousands(timeline.accepted),
            thousands(timeline.records - timeline.accepted)
        ),
    }
}

/// Fields by [`mapping::compare`], then what stands at the root beside them.
fn differences(replayed: &Mapping, live: &Mapping) -> Vec<Difference> {
    let mut found = root_differences(replayed, live);
    let text = |name: String| Some(name.into());
    found.extend(mapping::compare(replayed, live).into_iter().map(|difference| match difference {
        mapping::Difference::OnlyLeft(field, kind) => {
            Difference { field, kind: DifferenceKind::Presence, replayed: text(kind), live: None }
        }
        mapping::Difference::OnlyRight(field, kind) => {
            Difference { field, kind: DifferenceKind::Presence, replayed: None, live: text(kind) }
        }
        mapping::Difference::Type(field, left, right) => Difference {
            field,
            kind: DifferenceKind::Type,
            replayed: text(left),
            live: text(right),
        },
        mapping::Difference::Parameter(field, name, replayed, live) => {
            Difference { field, kind: DifferenceKind::Parameter(name), replayed, live }
        }
    }));
    found
}

fn root_differences(replayed: &Mapping, live: &Mapping) -> Vec<Difference> {
    let (left, right) = (mapping::write_body(replayed), mapping::write_body(live));
    let names = [&left, &right]
        .map(|body| body.as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    let names: std::collections::BTreeSet<String> = names.into_iter().flatten().collect();
    let differs =
        names.into_iter().filter(|name| name != "properties" && left.get(name) != right.get(name));
    differs
        .map(|name| Difference {
            replayed: left.get(&name).cloned(),
            live: right.get(&name).cloned(),
            field: crate::model::path::FieldPath::default(),
            kind: DifferenceKind::Parameter(name),
        })
        .collect()
}

/// Refused records and differences are errors, losses are warnings.
fn verdict(replayed: &Replayed, fail_on: FailOn) -> Verdict {
    let is_different =
        replayed.compared.as_ref().is_some_and(|compared| !compared.differences.is_empty());
    let is_error = is_different || replayed.timeline.accepted < replayed.timeline.records;
    let fails = match fail_on {
        FailOn::Never => false,
        FailOn::Error => is_error,
        FailOn::Warning | FailOn::Note => is_error || replayed.bent > 0,
    };
    match (replayed.complete, fails) {
        (false, _) => Verdict::Incomplete,
        (true, true) => Verdict::Findings,
        (true, false) => Verdict::Clean,
    }
}
