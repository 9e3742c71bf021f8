//! Records of one object after another, framed as the user says, given to the replica.
//!
//! In: an index as it begins, objects in delivery order. Out: what [`Reading::finish`] joins; each fate on the way, to the sinks.

use std::io::Read as _;
use std::ops::ControlFlow;

use super::start::Start;
use crate::cli::Framing;
use crate::error::Error;
use crate::model::fate::Fate;
use crate::model::limits::Limits;
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::problem::{Problem, Problems};
use crate::model::timeline::Timeline;
use crate::profile::{self, Seen, Walk};
use crate::record::inflate::{self, Broken};
use crate::record::lines::{self, Line};
use crate::replay::{Arrival, Replay};
use crate::report;
use crate::run::backup::Opened;
use crate::run::sinks::Sinks;
use crate::settings::EmitKind;

/// A replay that is fed.
pub(super) struct Reading {
    limits: Limits,
    framing: Framing,
    walk: Walk,
    replay: Replay,
    objects: u64,
    records: u64,
    bytes: u64,
    bent: u64,
    problems: Problems,
}

/// A replay that has ended.
pub(super) struct Read {
    pub timeline: Timeline,
    pub objects: u64,
    pub bytes: u64,
    pub bent: u64,
    pub opaque: Vec<(FieldPath, String)>,
    pub problems: Vec<Problem>,
    pub problems_not_kept: u64,
}

impl Reading {
    /// Compiles the mapping that the index begins with.
    pub(super) fn new(start: &Start, framing: Framing) -> Result<Self, Error> {
        let limits = Limits::default();
        let walk = Walk::new(&limits);
        Ok(Self {
            walk: if framing == Framing::Concatenated { walk.concatenated() } else { walk },
            replay: Replay::new(start.begin()?, limits.example_bytes),
            problems: Problems::new(limits.problems),
            limits,
            framing,
            objects: 0,
            records: 0,
            bytes: 0,
            bent: 0,
        })
    }

    /// Reads one object; `go_on` is asked at each record.
    pub(super) fn object(
        &mut self,
        mut opened: Opened<'_>,
        sinks: &mut Sinks,
        go_on: &dyn Fn() -> bool,
    ) {
        self.objects += 1;
        match self.framing {
            Framing::Auto | Framing::Concatenated => self.walked(&mut opened, sinks, go_on),
            Framing::Lines => self.lines(&mut opened, sinks, go_on),
        }
    }

    /// Takes note of input that could not be read.
    pub(super) fn problem(&mut self, problem: Problem) {
        self.problems.add(problem);
    }

    /// Records so far.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// Objects so far.
    pub(super) fn objects_read(&self) -> u64 {
        self.objects
    }

    /// The history, and what was not read.
    pub(super) fn finish(self) -> Read {
        let (problems, problems_not_kept) = self.problems.into_parts();
        let families = profile::families(&self.walk.into_profile());
        Read {
            opaque: self.replay.index().opaque(),
            timeline: self.replay.finish(&families),
            objects: self.objects,
            bytes: self.bytes,
            bent: self.bent,
            problems,
            problems_not_kept,
        }
    }

    fn walked(&mut self, opened: &mut Opened<'_>, sinks: &mut Sinks, go_on: &dyn Fn() -> bool) {
        let Self { walk, replay, problems, bent, records, .. } = self;
        let key = &opened.object.key;
        let sums = walk.object(opened.rank, key, &opened.hint, opened.body, &mut |seen| {
            let arrival = match seen {
                Seen::Record { sighting, bytes, shape, .. } => {
                    Arrival { sighting, bytes, shape: Some(shape) }
                }
                Seen::Bounded { sighting, bytes, .. } => Arrival { sighting, bytes, shape: None },
                Seen::Problem(problem) => {
                    problems.add(problem);
                    return ControlFlow::Continue(());
                }
            };
            *records += 1;
            *bent += give(replay, key, arrival, sinks);
            if go_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        self.bytes += sums.bytes;
    }

    fn lines(&mut self, opened: &mut Opened<'_>, sinks: &mut Sinks, go_on: &dyn Fn() -> bool) {
        let Self { replay, problems, limits, bent, records, .. } = self;
        let (key, object) = (&opened.object.key, opened.rank);
        let problem = |byte_offset, byte_length, why: Broken| Problem {
            object: key.clone(),
            byte_offset: Some(byte_offset),
            byte_length,
            kind: why.kind,
            message: why.message,
        };
        let mut inflated = match inflate::open(&opened.hint, key, opened.body) {
            Ok(inflated) => inflated,
            Err(error) => {
                let unread = problem(0, None, inflate::blame(&error));
                return problems.add(unread);
            }
        };
        let sums = lines::read(limits, &mut inflated.by_ref(), &mut |line| {
            match line {
                Line::Record { record, byte_offset, bytes } => {
                    let byte_length = bytes.len() as u64;
                    let sighting = Sighting { object, record, byte_offset, byte_length };
                    *records += 1;
                    *bent += give(replay, key, Arrival { sighting, bytes, shape: None }, sinks);
                }
                Line::Lost { byte_offset, byte_length, why } => {
                    let unread = problem(byte_offset, Some(byte_length), why);
                    problems.add(unread);
                }
            }
            if go_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        self.bytes += sums.bytes;
    }
}

/// Gives the index one record; 1 where it was taken with losses.
fn give(replay: &mut Replay, key: &str, arrival: Arrival<'_>, sinks: &mut Sinks) -> u64 {
    let mut is_bent = false;
    replay.record_and_tell(arrival, &mut |fate| {
        is_bent = matches!(fate, Fate::Accepted(losses) if !losses.is_empty());
        sinks.write(EmitKind::Fates, &mut |out| {
            report::replay::fate(key, arrival.sighting, fate, out)
        });
    });
    u64::from(is_bent)
}
