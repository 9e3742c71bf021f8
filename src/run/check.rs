//! `mapdrift check`: backup and index compared, one report, one exit code.

use std::path::PathBuf;

use super::analysis::{Analysis, Options};
use super::progress::{Meter, Traffic};
use super::{Verdict, list, output};
use crate::cli::{Check, FailOn, Format};
use crate::error::Error;
use crate::firehose::{self, Deliveries};
use crate::io::fetch::{self, Body, FetchOptions, Stop};
use crate::io::listing::{self, Listing};
use crate::io::s3::Store;
use crate::io::{capture, cluster};
use crate::model::capture::Capture;
use crate::model::evidence::FailureObject;
use crate::model::finding::{Confidence, Level};
use crate::model::limits::Limits;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::report::{Inputs, Report};
use crate::record::Hint;
use crate::report;
use crate::settings;

/// Lists, reads the index side, scans in delivery order, reports.
pub(super) fn run(check: &Check) -> Result<Verdict, Error> {
    let runtime = super::runtime()?;
    let sources = settings::sources(&check.sources)?;
    let listing = runtime.block_on(listing::list(
        &sources,
        &settings::store(&check.store, &check.aws, &check.cluster),
    ))?;
    let deliveries = firehose::deliveries(&listing.found(), None);
    if check.list {
        return print_list(&listing, &deliveries);
    }
    let index = index_side(check, &listing, &runtime)?;
    let options = options(check, index.as_ref())?;
    let scan = Scan { runtime, listing, deliveries, stop: Stop::new() };
    let analysis =
        Analysis::new(index.map(|side| side.capture), scan.deliveries.objects.clone(), options)?;
    let report = scan.run(analysis, check);
    output::print(|out| match check.format {
        Format::Text => report::text::text(&report, out),
        Format::Json => report::json::json(&report, out),
    })?;
    Ok(verdict(&report, check.fail_on))
}

/// What the index side is and where it comes from.
struct IndexSide {
    capture: Capture,
    /// Whether it was read in this run: then its time changes from run to run and stays out of the report.
    is_live: bool,
}

fn index_side(
    check: &Check,
    listing: &Listing,
    runtime: &tokio::runtime::Runtime,
) -> Result<Option<IndexSide>, Error> {
    let stored =
        |path: &PathBuf| Ok(Some(IndexSide { capture: capture::load(path)?, is_live: false }));
    if let Some((options, index)) = settings::cluster(&check.cluster, settings::aws(&check.aws))? {
        return Ok(Some(IndexSide {
            capture: runtime.block_on(cluster::read(&options, &index))?,
            is_live: true,
        }));
    }
    match (&check.capture, listing.capture()?) {
        (Some(path), _) => stored(path),
        (None, Some(path)) => stored(&path.to_owned()),
        (None, None) => Ok(None),
    }
}

fn options(check: &Check, index: Option<&IndexSide>) -> Result<Options, Error> {
    let capture = index.map(|side| &side.capture);
    let engine = settings::engine(check)?;
    let engines = match (engine, capture) {
        (Some(engine), _) => vec![engine],
        (None, Some(capture)) => capture.engines.clone(),
        (None, None) => Vec::new(),
    };
    let inputs = Inputs {
        requested: capture.map(|capture| capture.requested.clone()),
        engines,
        backup: check.sources.clone(),
        captured_at: index.filter(|side| !side.is_live).map(|side| side.capture.captured_at),
        in_flight_seconds: u64::from(check.in_flight),
        remarks: capture.map(|capture| capture.unanswered.clone()).unwrap_or_default(),
        ..Inputs::default()
    };
    Ok(Options { engine, limits: Limits::default(), in_flight_seconds: check.in_flight, inputs })
}

/// Prints what would be read.
fn print_list(listing: &Listing, deliveries: &Deliveries) -> Result<Verdict, Error> {
    output::print(|out| list::write(&listing::rows(listing, deliveries), out))?;
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

/// Objects on their way through an analysis.
struct Scan {
    runtime: tokio::runtime::Runtime,
    listing: Listing,
    deliveries: Deliveries,
    stop: Stop,
}

impl Scan {
    fn run(self, mut analysis: Analysis, check: &Check) -> Report {
        self.stop_on_ctrl_c();
        let meter = Meter::start(
            check.progress,
            self.deliveries.objects.iter().filter_map(|object| object.size).sum(),
        );
        for problem in &self.listing.problems {
            analysis.problem(problem.clone());
        }
        self.records(&mut analysis, &meter);
        self.failures(&mut analysis);
        if self.stop.is_stopped() {
            analysis.problem(interrupted(&analysis, self.deliveries.objects.len()));
        }
        let report = analysis.finish();
        meter.end(&report, self.traffic());
        report
    }

    fn records(&self, analysis: &mut Analysis, meter: &Meter) {
        let mut stored_bytes = 0;
        for (position, mut body) in self.fetch(&self.deliveries.sources) {
            let object = &self.deliveries.objects[position];
            meter.object(&object.key, analysis.records(), stored_bytes);
            let rank = u32::try_from(position).expect("a listing holds fewer than 2^32 objects");
            let hint = hint(&mut body);
            analysis.object(rank, &hint, &mut body, &|| !self.stop.is_stopped());
            stored_bytes += object.size.unwrap_or_default();
        }
    }

    fn failures(&self, analysis: &mut Analysis) {
        let sources: Vec<usize> =
            self.deliveries.failures.iter().map(|failure| failure.source).collect();
        for (position, mut body) in self.fetch(&sources) {
            let failure = &self.deliveries.failures[position];
            let hint = hint(&mut body);
            let (key, folder) = (failure.object.key.clone(), failure.folder.clone());
            analysis.failure(FailureObject { key, folder, wrappers: None }, &hint, &mut body);
        }
    }

    fn fetch(&self, sources: &[usize]) -> fetch::Fetch {
        let store = self.listing.store.clone();
        fetch::start(
            self.runtime.handle(),
            store,
            self.listing.pick(sources),
            &FetchOptions::default(),
            &self.stop,
        )
    }

    /// The first Ctrl-C ends the scan and prints what is known; a second one ends the program at once.
    fn stop_on_ctrl_c(&self) {
        let stop = self.stop.clone();
        self.runtime.spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.stop();
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                output::leave_at_once();
            }
        });
    }

    fn traffic(&self) -> Traffic {
        let counted = |store: &Store| Traffic {
            requests: store.traffic().requests(),
            bytes: store.traffic().bytes(),
        };
        self.listing.store.as_ref().map(counted).unwrap_or_default()
    }
}

fn hint(body: &mut Body) -> Hint {
    Hint { content_encoding: body.content_encoding().map(str::to_owned) }
}

fn interrupted(analysis: &Analysis, objects: usize) -> Problem {
    Problem {
        object: String::new(),
        byte_offset: None,
        byte_length: None,
        kind: ProblemKind::Interrupted,
        message: format!("interrupted after {} of {objects} objects", analysis.objects_read()),
    }
}
