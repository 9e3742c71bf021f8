//! `mapdrift replay`: records through the rules of an engine, offline. The mapping that they make, and the fate of each.

mod reading;
mod start;

use std::collections::BTreeMap;
use std::io::Read;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use super::backup::Backup;
use super::progress::Ended;
use super::sinks::Sinks;
use super::turns::{Guessing, Turns};
use super::{Verdict, output};
use crate::cli::{self, FailOn, Format};
use crate::error::Error;
use crate::evidence;
use crate::mapping;
use crate::model::family::Family;
use crate::model::limits::Limits;
use crate::model::mapping::Mapping;
use crate::model::path::FieldPath;
use crate::model::profile::Profile;
use crate::model::quantity::{counted, thousands};
use crate::model::replayed::{Carriers, Compared, Difference, DifferenceKind, Inputs, Replayed};
use crate::model::timeline::Timeline;
use crate::profile;
use crate::record::Hint;
use crate::replay::Replay;
use crate::report;
use crate::settings::{self, EmitKind};

pub(super) use start::Start;

use reading::{Part, Reading, Shared};

/// What `--emit` can write here.
const EMITS: [EmitKind; 3] = [EmitKind::Mapping, EmitKind::Fates, EmitKind::Witnesses];

/// Lists, begins an index, reads in delivery order, reports.
pub(super) fn run(arguments: &cli::Replay) -> Result<Verdict, Error> {
    let mut sinks = Sinks::open(settings::emits(&arguments.emit, &EMITS)?)?;
    let sources = settings::sources(&arguments.sources)?;
    let store =
        settings::store(&arguments.s3.store, &arguments.s3.aws, arguments.s3.ca_cert.as_deref());
    let mut backup = Backup::list(&sources, &store)?;
    let mut start = start::start(arguments, backup.listing.capture()?)?;
    stop_at(arguments, &mut backup, &mut start)?;
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

/// Leaves out what was delivered after the time that the user wants to see. What the index is now is another time's.
fn stop_at(arguments: &cli::Replay, backup: &mut Backup, start: &mut Start) -> Result<(), Error> {
    let Some(text) = &arguments.at else { return Ok(()) };
    let at = settings::time("--at", text)?;
    start.remarks.extend(backup.keep_delivered(&|time| time <= at));
    if backup.len() == 0 {
        return Err(Error::Nothing("no object had been delivered by that time".to_owned()));
    }
    if arguments.compare.is_none() {
        start.live = None;
    }
    Ok(())
}

fn replay(
    arguments: &cli::Replay,
    backup: &Backup,
    start: Start,
    sinks: &mut Sinks,
) -> Result<Replayed, Error> {
    let meter = backup.meter(arguments.progress);
    let has_fates = sinks.want(EmitKind::Fates);
    let in_order = has_fates || arguments.framing == cli::Framing::Lines;
    let jobs = if in_order { NonZeroUsize::MIN } else { jobs(arguments) };
    let limits = Limits::default();
    let turns = Turns::new(
        vec![Replay::new(start.begin()?, limits.example_bytes)],
        if has_fates { Guessing::Never } else { Guessing::Allowed },
    );
    let shared = Shared {
        turns: &turns,
        framing: arguments.framing,
        sinks: &Mutex::new(sinks),
        has_fates,
        backup,
    };
    let again = |rank: u32, read: &mut dyn FnMut(&Hint, &mut dyn Read)| {
        backup.reopen(&meter, rank, read);
    };
    let parts = backup.whole_records_side_by_side(&meter, jobs, &|queue| {
        let mut reading = Reading::new(&shared, &again);
        queue.each(&mut |opened| {
            if start.takes(&opened.object) {
                reading.object(opened);
            } else {
                reading.skip(opened.rank);
            }
            reading.records()
        });
        reading.finish()
    });
    let mut part = parts.into_iter().fold(Part::new(&limits), Part::merge);
    for problem in &backup.listing.problems {
        part.problems.add(problem.clone());
    }
    if let Some(problem) = backup.interrupted(part.objects) {
        part.problems.add(problem);
    }
    let replayed = replayed(arguments, backup, start, part, turns);
    meter.end(&ended(&replayed), backup.traffic());
    Ok(replayed)
}

fn jobs(arguments: &cli::Replay) -> NonZeroUsize {
    arguments.jobs.unwrap_or_else(settings::cores)
}

/// Everything joined for the report.
fn replayed(
    arguments: &cli::Replay,
    backup: &Backup,
    start: Start,
    part: Part,
    turns: Turns,
) -> Replayed {
    let (mut replays, _, walked_again) = turns.into_replays();
    let replay = replays.remove(0);
    let opaque = replay.index().opaque();
    let families = profile::families(&part.profile);
    let timeline = replay.finish(&families);
    let carriers = carriers(&timeline, &part.profile, &families);
    let (problems, problems_not_kept) = part.problems.into_parts();
    let mapping = start.printed(&timeline);
    let compared = start.live.as_ref().map(|live| Compared {
        with: live.from.clone(),
        differences: differences(&timeline.mapping, &live.mapping),
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
        complete: problems.is_empty(),
        inputs: Inputs {
            index: start.index,
            engine: start.engine,
            type_name: timeline.mapping.type_name.clone(),
            start: start.words,
            backup: backup.names.clone(),
            framing: framing(arguments.framing),
            remarks,
        },
        objects: backup.objects().collect(),
        objects_read: part.objects,
        bytes: part.bytes,
        walked_again,
        timeline,
        carriers,
        mapping,
        compared,
        opaque,
        problems,
        problems_not_kept,
    }
}

/// Who carries each mapped field.
fn carriers(
    timeline: &Timeline,
    profile: &Profile,
    families: &[Family],
) -> BTreeMap<FieldPath, Carriers> {
    let declared = Mapping::default();
    let fields = evidence::join(&declared, None, timeline, profile, families);
    let mapped = fields.into_iter().filter(|(_, field)| field.replayed.is_some());
    mapped
        .map(|(path, field)| {
            let families = field.families.iter().map(|&name| name.to_owned()).collect();
            (path, Carriers { records: field.present(), families })
        })
        .collect()
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
        walked_again: replayed.walked_again,
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
            field: FieldPath::default(),
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
        FailOn::Warning | FailOn::Note => is_error || replayed.timeline.bent > 0,
    };
    match (replayed.complete, fails) {
        (false, _) => Verdict::Incomplete,
        (true, true) => Verdict::Findings,
        (true, false) => Verdict::Clean,
    }
}
