//! One analysis: a capture and a list of objects in, then each object's bytes in delivery order, a report out.
//!
//! This is the picture of the crate's first page in code, without the world: no network, no files, no clock. `check` feeds it
//! from a store; the rule pages feed it from memory.

mod track;

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;

use crate::error::Error;
use crate::evidence::counts::{self, Backup, ObjectRead};
use crate::model::capture::Capture;
use crate::model::engine::Engine;
use crate::model::evidence::{Evidence, FailureObject};
use crate::model::limits::Limits;
use crate::model::object::Object;
use crate::model::problem::{Problem, ProblemKind, Problems};
use crate::model::report::{Inputs, Report};
use crate::profile::{self, Seen, Walk};
use crate::record::Hint;
use crate::replay::Arrival;
use crate::report;
use crate::rules;

use track::{Judged, Track};

/// What the user decided.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The engine, where no cluster names it.
    pub engine: Option<Engine>,
    /// Limits on what is read and kept.
    pub limits: Limits,
    /// Age below which a record may be on its way to the index.
    pub in_flight_seconds: u32,
    /// What the report says was looked at.
    pub inputs: Inputs,
}

/// An analysis that is fed.
pub struct Analysis {
    options: Options,
    capture: Option<Capture>,
    objects: Vec<Object>,
    walk: Walk,
    tracks: Vec<Track>,
    read: BTreeMap<u32, ObjectRead>,
    objects_read: u64,
    /// Objects whose records went to none of the indices.
    unclaimed: u64,
    failures: Vec<FailureObject>,
    problems: Problems,
}

impl Analysis {
    /// Begins with what the cluster said, if anything, and the backup objects in delivery order.
    pub fn new(
        capture: Option<Capture>,
        objects: Vec<Object>,
        options: Options,
    ) -> Result<Self, Error> {
        let walk = Walk::new(&options.limits);
        let mut problems = Problems::new(options.limits.problems);
        let tracks = track::all(capture.as_ref(), &options, &mut |problem| problems.add(problem))?;
        Ok(Self {
            options,
            capture,
            objects,
            walk,
            tracks,
            read: BTreeMap::new(),
            objects_read: 0,
            unclaimed: 0,
            failures: Vec::new(),
            problems,
        })
    }

    /// Reads one object. Objects come in delivery order; `go_on` is asked at each record.
    pub fn object(
        &mut self,
        rank: u32,
        hint: &Hint,
        body: &mut dyn Read,
        go_on: &dyn Fn() -> bool,
    ) {
        let Some(object) = self.objects.get(rank as usize) else { return };
        let is_unindexed = self.tracks.is_empty();
        let mut takers: Vec<&mut Track> = self
            .tracks
            .iter_mut()
            .filter_map(|track| track.takes(object).then_some(track))
            .collect();
        if takers.is_empty() && !is_unindexed {
            self.unclaimed += 1;
        }
        let problems = &mut self.problems;
        let mut is_whole = true;
        let sums = self.walk.object(rank, &object.key, hint, body, &mut |seen| {
            let arrival = match seen {
                Seen::Record { sighting, bytes, shape, .. } => {
                    Arrival { sighting, bytes, shape: Some(shape) }
                }
                Seen::Bounded { sighting, bytes, .. } => Arrival { sighting, bytes, shape: None },
                Seen::Problem(problem) if problem.kind == ProblemKind::Interrupted => {
                    is_whole = false; // said once, for the whole run
                    return ControlFlow::Break(());
                }
                Seen::Problem(problem) => {
                    problems.add(problem);
                    return ControlFlow::Continue(());
                }
            };
            for track in &mut takers {
                track.replay(arrival);
            }
            is_whole = go_on();
            if is_whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        self.objects_read += u64::from(is_whole);
        self.read.insert(rank, ObjectRead { records: sums.records, bytes: sums.bytes });
    }

    /// Counts the wrappers of an object in a failure folder. They are never records of the stream.
    pub fn failure(&mut self, mut failure: FailureObject, hint: &Hint, body: &mut dyn Read) {
        let problems = &mut self.problems;
        let mut walk = Walk::new(&self.options.limits);
        let mut is_whole = true;
        let sums = walk.object(0, &failure.key, hint, body, &mut |seen| {
            if let Seen::Problem(problem) = seen {
                is_whole = false;
                problems.add(problem);
            }
            ControlFlow::Continue(())
        });
        failure.wrappers = is_whole.then_some(sums.records);
        self.failures.push(failure);
    }

    /// Takes note of input that could not be read.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.add(problem);
    }

    /// Records read so far.
    pub fn records(&self) -> u64 {
        self.read.values().map(|read| read.records).sum()
    }

    /// Objects read to their end so far.
    pub fn objects_read(&self) -> u64 {
        self.objects_read
    }

    /// Everything that can be said, each rule run once.
    pub fn finish(mut self) -> Report {
        let profile = self.walk.into_profile();
        for problem in profile::limits_reached(&profile) {
            self.problems.add(problem);
        }
        let families = profile::families(&profile);
        self.failures.sort_by(|a, b| a.key.cmp(&b.key));
        let mut judged: Vec<Judged> =
            self.tracks.into_iter().map(|track| track.finish(&families)).collect();
        for index in &mut judged {
            index.mark_races(&profile, &self.objects);
        }
        let (problems, problems_not_kept) = self.problems.into_parts();
        let rejected_in = track::rejected_in(&judged).filter(|_| self.unclaimed == 0);
        let backup = Backup {
            objects: &self.objects,
            read: &self.read,
            failed_deliveries: self.failures.iter().filter_map(|failure| failure.wrappers).sum(),
            rejected_in: rejected_in.as_ref(),
            complete: problems.is_empty(),
        };
        let read_at = self.capture.as_ref().map(|capture| capture.captured_at);
        let young_after = read_at.map(|at| counts::young_after(at, self.options.in_flight_seconds));
        let counts = counts::counts(&backup, self.capture.as_ref(), young_after);
        let mut indices = Vec::new();
        for index in &mut judged {
            let captured =
                self.capture.as_ref().and_then(|capture| capture.indices.get(&index.name));
            let history = counts::history_doubts(&backup, &index.name, captured);
            indices.push(index.evidence(&profile, &families, history));
        }
        let evidence = Evidence {
            objects: &self.objects,
            profile: &profile,
            families: &families,
            failures: &self.failures,
            problems: &problems,
            complete: backup.complete,
            engines: &self.options.inputs.engines,
            indices,
            counts: &counts,
        };
        report::build(
            &evidence,
            rules::check(&evidence),
            self.options.inputs.clone(),
            problems_not_kept,
        )
    }
}
