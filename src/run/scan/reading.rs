//! What one reader of objects has met: sums, records that are none, problems. Readers side by side are joined at the end.
//!
//! In: opened objects, in any order. Out: a [`Scanned`]. It is the same however objects were shared out.

use std::ops::ControlFlow;

use crate::model::limits::Limits;
use crate::model::problem::{Problem, ProblemKind, Problems};
use crate::model::profile::Profile;
use crate::model::scanned::{Inputs, Scanned};
use crate::profile::{self, Instead, Seen, Walk};
use crate::replay::Arrival;
use crate::run::backup::{Backup, Opened};

/// A reader of objects.
pub(super) struct Reading {
    walk: Walk,
    part: Part,
}

/// What readers have met. Parts are joined in any order.
pub(super) struct Part {
    limits: Limits,
    profile: Profile,
    objects: u64,
    records: u64,
    not_objects: u64,
    not_json: u64,
    problems: Problems,
}

impl Reading {
    /// A reader that has met nothing.
    pub(super) fn new() -> Self {
        let part = Part::default();
        Self { walk: Walk::new(&part.limits), part }
    }

    /// Reads one object; every record is shown to `each`.
    pub(super) fn object(&mut self, opened: &mut Opened<'_>, each: &mut dyn FnMut(Arrival<'_>)) {
        let Self { walk, part } = self;
        let mut is_whole = true;
        let key = &opened.object.key;
        let sums = walk.object(opened.rank, key, &opened.hint, opened.body, &mut |seen| {
            match seen {
                Seen::Record { sighting, bytes, shape, .. } => {
                    each(Arrival { sighting, bytes, shape: Some(shape) });
                }
                Seen::Bounded { sighting, bytes, what } => {
                    part.not_objects += u64::from(what == Instead::NotAnObject);
                    part.not_json += u64::from(what != Instead::NotAnObject);
                    each(Arrival { sighting, bytes, shape: None });
                }
                Seen::Problem(problem) if problem.kind == ProblemKind::Interrupted => {
                    is_whole = false; // said once, for the whole run
                    return ControlFlow::Break(());
                }
                Seen::Problem(problem) => part.problems.add(problem),
            }
            ControlFlow::Continue(())
        });
        part.objects += u64::from(is_whole);
        part.records += sums.records;
    }

    /// Records so far.
    pub(super) fn records(&self) -> u64 {
        self.part.records
    }

    /// All that was met.
    pub(super) fn finish(self) -> Part {
        Part { profile: self.walk.into_profile(), ..self.part }
    }
}

impl Default for Part {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            problems: Problems::new(limits.problems),
            limits,
            profile: Profile::default(),
            objects: 0,
            records: 0,
            not_objects: 0,
            not_json: 0,
        }
    }
}

impl Part {
    /// Adds what another reader has met.
    #[must_use]
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.profile.merge(other.profile);
        self.profile.keep_within(&self.limits);
        self.objects += other.objects;
        self.records += other.records;
        self.not_objects += other.not_objects;
        self.not_json += other.not_json;
        self.problems.merge(other.problems);
        self
    }

    /// Adds an object that was read in parts.
    pub(super) fn add_whole(&mut self, profile: Profile, records: u64) {
        self.profile.merge(profile);
        self.profile.keep_within(&self.limits);
        self.objects += 1;
        self.records += records;
    }

    /// Takes note of input that could not be read.
    pub(super) fn problem(&mut self, problem: Problem) {
        self.problems.add(problem);
    }

    /// Objects that were read to their end.
    pub(super) fn objects_read(&self) -> u64 {
        self.objects
    }

    /// Everything that can be said of what was to be read.
    pub(super) fn finish(mut self, inputs: Inputs, backup: &Backup) -> Scanned {
        for reached in profile::limits_reached(&self.profile) {
            self.problem(reached);
        }
        let (problems, problems_not_kept) = self.problems.into_parts();
        let ranks = self.profile.ranks().into_iter();
        Scanned {
            complete: problems.is_empty(),
            inputs,
            objects_listed: backup.len() as u64,
            period: backup.period(),
            objects: ranks.map(|rank| (rank, backup.object(rank))).collect(),
            objects_read: self.objects,
            records: self.records,
            not_objects: self.not_objects,
            not_json: self.not_json,
            families: profile::families(&self.profile),
            profile: self.profile,
            problems,
            problems_not_kept,
        }
    }
}
