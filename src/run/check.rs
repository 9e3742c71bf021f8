//! `mapdrift check`: backup and index compared, one report, one exit code.

use std::io::Read;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use super::analysis::{Analysis, Bytes, Judgement, NextOf, Options, WhatIf};
use super::backup::{Backup, Opened};
use super::progress::{Ended, Meter};
use super::recall;
use super::{Verdict, output, templates};
use crate::cli::{Check, FailOn, ReportFormat, Sides};
use crate::error::Error;
use crate::io::{capture, cluster, listing};
use crate::model::capture::Capture;
use crate::model::engine::Engine;
use crate::model::finding::{Confidence, Level};
use crate::model::limits::Limits;
use crate::model::quantity::counted;
use crate::model::report::{Inputs, Report};
use crate::record::Hint;
use crate::report;
use crate::settings;

/// Lists, reads the index side, scans in delivery order, reports.
pub(super) fn run(check: &Check) -> Result<Verdict, Error> {
    let backup = list(&check.sides)?;
    if check.list {
        return print_list(&backup);
    }
    let (judgement, meter) = judged(&check.sides, &backup, NextOf::Series)?;
    let walked_again = judgement.walked_again();
    let report = judgement.report();
    meter.end(&ended(&report, walked_again), backup.traffic());
    output::print(|out| match check.format {
        ReportFormat::Text => report::text::text(&report, out),
        ReportFormat::Concise => report::concise::concise(&report, out),
        ReportFormat::Json => report::json::json(&report, out),
    })?;
    Ok(verdict(&report, check.fail_on))
}

/// Lists the backup side.
pub(super) fn list(sides: &Sides) -> Result<Backup, Error> {
    let sources = settings::sources(&sides.sources)?;
    let store = settings::store(&sides.store, &sides.aws, sides.cluster.ca_cert.as_deref());
    Backup::list(&sources, &store)
}

/// Reads both sides, and judges.
pub(super) fn judged(
    check: &Sides,
    backup: &Backup,
    next: NextOf,
) -> Result<(Judgement, Meter), Error> {
    let index = index_side(check, backup)?;
    if let Some(side) = index.as_ref().filter(|side| side.capture.indices.is_empty()) {
        return Err(Error::Nothing(format!(
            "the capture of {} holds no index",
            side.capture.requested
        )));
    }
    let options = options(check, backup, index.as_ref())?;
    let objects = backup.objects().collect();
    let analysis = Analysis::new(index.map(|side| side.capture), objects, options)?;
    let meter = backup.meter(check.progress);
    let judgement =
        recall::judge(backup, &meter, analyse(backup, &meter, analysis, check.jobs), next);
    Ok((judgement, meter))
}

/// What the index side is and where it comes from.
struct IndexSide {
    capture: Capture,
    /// Whether it was read in this run: then its time changes from run to run and stays out of the report.
    is_live: bool,
}

fn index_side(check: &Sides, backup: &Backup) -> Result<Option<IndexSide>, Error> {
    let stored =
        |path: &PathBuf| Ok(Some(IndexSide { capture: capture::load(path)?, is_live: false }));
    if let Some((options, index)) = settings::cluster(&check.cluster, settings::aws(&check.aws))? {
        return Ok(Some(IndexSide {
            capture: backup.runtime.block_on(cluster::read(&options, &index))?,
            is_live: true,
        }));
    }
    match (&check.capture, backup.listing.capture()?) {
        (Some(path), _) => stored(path),
        (None, Some(path)) => stored(&path.to_owned()),
        (None, None) => Ok(None),
    }
}

fn options(check: &Sides, backup: &Backup, index: Option<&IndexSide>) -> Result<Options, Error> {
    let capture = index.map(|side| &side.capture);
    let named = settings::engine(check.engine.as_deref())?;
    let what_if = what_if(check, named, capture)?;
    // An engine that is not the index's is what might be; the index stays what it is.
    let own = capture.map(|capture| &*capture.engines).unwrap_or_default();
    let engine = named.filter(|named| !settings::is_other(*named, own));
    let engines = match (engine, capture) {
        (Some(engine), _) => vec![engine],
        (None, Some(capture)) => capture.engines.clone(),
        (None, None) => Vec::new(),
    };
    let inputs = Inputs {
        requested: capture.map(|capture| capture.requested.clone()),
        engines,
        backup: backup.names.clone(),
        captured_at: index.filter(|side| !side.is_live).map(|side| side.capture.captured_at),
        in_flight_seconds: u64::from(check.in_flight),
        remarks: backup.remark().into_iter().chain(remarks(engine, capture)).collect(),
        ..Inputs::default()
    };
    let limits = Limits::default();
    Ok(Options { engine, limits, in_flight_seconds: check.in_flight, inputs, what_if })
}

/// How else the index might begin: by an engine that is not its own, or by templates from files.
fn what_if(
    check: &Sides,
    named: Option<Engine>,
    capture: Option<&Capture>,
) -> Result<Option<WhatIf>, Error> {
    let own = capture.map(|capture| &*capture.engines).unwrap_or_default();
    let other = named.filter(|named| settings::is_other(*named, own));
    let templates = match check.template.as_slice() {
        [] => None,
        paths => {
            let names: Vec<String> =
                paths.iter().map(|path| format!("template {}", path.display())).collect();
            Some((names.join(", "), templates::files(paths)?))
        }
    };
    let engine = other.or(named).or_else(|| own.first().copied());
    if engine.is_none() && templates.is_some() {
        return Err(Error::Usage {
            message: "--template asks what would change, and no engine is known".to_owned(),
            hint: Some("name one with --engine es:7.10, or give a capture".to_owned()),
        });
    }
    match engine.filter(|_| other.is_some() || templates.is_some()) {
        Some(engine) => Ok(Some(WhatIf { engine, templates })),
        None => Ok(None),
    }
}

/// What the cluster did not answer, and what is not known of the engine that the user named.
fn remarks(engine: Option<Engine>, capture: Option<&Capture>) -> Vec<String> {
    let unanswered = capture.map(|capture| capture.unanswered.clone()).unwrap_or_default();
    let known = capture.map(|capture| capture.engines.clone()).unwrap_or_default();
    let engines = engine.map_or(known, |engine| vec![engine]);
    engines.into_iter().filter_map(settings::doubt).chain(unanswered).collect()
}

/// Everything read, in delivery order.
fn analyse(
    backup: &Backup,
    meter: &Meter,
    mut analysis: Analysis,
    jobs: Option<NonZeroUsize>,
) -> Analysis {
    for problem in &backup.listing.problems {
        analysis.problem(problem.clone());
    }
    let jobs = jobs.unwrap_or_else(settings::cores);
    let parts = backup.whole_records_side_by_side(meter, jobs, &|queue| {
        let again = |rank: u32, read: &mut dyn FnMut(&Hint, &mut dyn Read)| {
            backup.reopen(meter, rank, read);
        };
        let mut reader = analysis.reader(&again);
        queue.each(&mut |opened| {
            let Opened { rank, hint, body, .. } = opened;
            let is_read_once = backup.is_read_once(rank);
            let bytes = Bytes { hint: &hint, body, is_read_once };
            reader.object(rank, bytes, &|| backup.goes_on());
            reader.records()
        });
        reader.finish()
    });
    for part in parts {
        analysis.add(part);
    }
    backup.failures(&mut |failure, hint, body| analysis.failure(failure, hint, body));
    if let Some(problem) = backup.interrupted(analysis.objects_read()) {
        analysis.problem(problem);
    }
    analysis
}

/// What the last line on standard error says.
pub(super) fn ended(report: &Report, walked_again: u64) -> Ended {
    let found = |level: Level| {
        report.findings.iter().filter(|finding| finding.level == level).count() as u64
    };
    Ended {
        walked_again,
        records: report.counts.records,
        objects: report.counts.objects,
        bytes: report.counts.bytes,
        complete: report.complete,
        outcome: format!(
            "{}, {}, {}",
            counted(found(Level::Error), "error", "errors"),
            counted(found(Level::Warning), "warning", "warnings"),
            counted(found(Level::Note), "note", "notes")
        ),
    }
}

/// Prints what would be read.
fn print_list(backup: &Backup) -> Result<Verdict, Error> {
    let rows = listing::rows(&backup.listing, &backup.deliveries);
    output::print(|out| super::list::write(&rows, out))?;
    Ok(Verdict::Clean)
}

/// Exit 1 needs a finding that is certain: a guess must not stop a release.
fn verdict(report: &Report, fail_on: FailOn) -> Verdict {
    let least = match fail_on {
        FailOn::Error => Level::Error,
        FailOn::Warning => Level::Warning,
        FailOn::Note => Level::Note,
        FailOn::Never => return if report.complete { Verdict::Clean } else { Verdict::Incomplete },
    };
    let fails = report
        .findings
        .iter()
        .any(|found| found.level >= least && found.confidence == Confidence::Certain);
    match (report.complete, fails) {
        (false, _) => Verdict::Incomplete,
        (true, true) => Verdict::Findings,
        (true, false) => Verdict::Clean,
    }
}
