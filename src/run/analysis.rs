//! One analysis: a capture and a list of objects in, then each object's bytes in delivery order, a report out.
//!
//! This is the picture of the crate's first page in code, without the world: no network, no files, no clock. `check` feeds it
//! from a store; the rule pages feed it from memory.

mod again;
mod judged;
mod judgement;
mod track;

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;

use crate::error::Error;
use crate::evidence::counts::ObjectRead;
use crate::model::capture::Capture;
use crate::model::engine::Engine;
use crate::model::evidence::FailureObject;
use crate::model::limits::Limits;
use crate::model::object::Object;
use crate::model::outcome::Outcomes;
use crate::model::problem::{Problem, ProblemKind, Problems};
use crate::model::profile::Profile;
use crate::model::report::Inputs;
use crate::profile::{self, Seen, Walk};
use crate::record::Hint;
use crate::replay::Replay;

pub use super::templates::Given;
use super::turns::{Again, Coming, Guessing, Met, Pair, Turns, Walker};
pub use judgement::{Judgement, NextOf};
use track::Track;

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
    /// How else each index might begin.
    pub what_if: Option<WhatIf>,
}

/// Another engine, or other templates: the same records are given to an index that begins with them too.
#[derive(Clone, Debug)]
pub struct WhatIf {
    /// The engine.
    pub engine: Engine,
    /// The templates, with their names; `None` for those of the cluster.
    pub templates: Option<(String, Given)>,
}

/// An analysis that is fed.
pub struct Analysis {
    options: Options,
    capture: Option<Capture>,
    objects: Vec<Object>,
    tracks: Vec<Track>,
    turns: Turns,
    met: Part,
    failures: Vec<FailureObject>,
}

/// One reader of objects. Readers side by side share an analysis.
pub struct Reader<'a> {
    analysis: &'a Analysis,
    walker: Walker<'a>,
    part: Part,
}

/// What readers have met. Parts are joined in any order.
pub struct Part {
    profile: Profile,
    read: BTreeMap<u32, ObjectRead>,
    objects_read: u64,
    /// Objects whose records went to none of the indices.
    unclaimed: u64,
    problems: Problems,
}

/// An object's bytes.
pub struct Bytes<'a> {
    /// What the store says of them.
    pub hint: &'a Hint,
    /// They themselves, as stored.
    pub body: &'a mut dyn Read,
    /// Whether they can be read only once.
    pub is_read_once: bool,
}

impl Analysis {
    /// Begins with what the cluster said, if anything, and the backup objects in delivery order.
    pub fn new(
        capture: Option<Capture>,
        objects: Vec<Object>,
        options: Options,
    ) -> Result<Self, Error> {
        let mut met = Part::new(&options.limits);
        let tracks =
            track::all(capture.as_ref(), &options, &mut |problem| met.problems.add(problem))?;
        let (tracks, mut replays): (Vec<Track>, Vec<Replay>) = tracks.into_iter().unzip();
        let number = tracks.len();
        if let Some(what_if) = &options.what_if {
            let others = tracks.iter().map(|track| track.otherwise(what_if, &options));
            replays.extend(others.collect::<Result<Vec<_>, _>>()?);
        }
        let pair = |here| Pair { here, there: here + number, outcomes: Outcomes::default() };
        let pairs = (0..replays.len() - number).map(pair).collect();
        let turns = Turns::new(replays, Guessing::Allowed).comparing(pairs);
        Ok(Self { options, capture, objects, tracks, turns, met, failures: Vec::new() })
    }

    /// A reader. Each thread has one; what it has met is given back by [`Analysis::add`].
    /// `again` opens an object once more.
    pub fn reader<'a>(&'a self, again: Again<'a>) -> Reader<'a> {
        let walker = self.turns.walker(|| Walk::new(&self.options.limits), again);
        Reader { analysis: self, walker, part: Part::new(&self.options.limits) }
    }

    /// Takes what a reader has met.
    pub fn add(&mut self, part: Part) {
        self.met.merge(part, &self.options.limits);
    }

    /// Counts the wrappers of an object in a failure folder. They are never records of the stream.
    pub fn failure(&mut self, mut failure: FailureObject, hint: &Hint, body: &mut dyn Read) {
        let problems = &mut self.met.problems;
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
        self.met.problems.add(problem);
    }

    /// Objects read to their end so far.
    pub fn objects_read(&self) -> u64 {
        self.met.objects_read
    }

    /// Everything that was met, judged. What single records must still be asked for, it says.
    pub fn judge(mut self) -> Judgement {
        let families = profile::families(&self.met.profile);
        self.failures.sort_by(|a, b| a.key.cmp(&b.key));
        let (mut replays, pairs, walked_again) = self.turns.into_replays();
        let mut others = replays.split_off(self.tracks.len()).into_iter().zip(pairs);
        let read = |rank: &u32| Some((*rank, self.objects.get(*rank as usize)?));
        let mut indices = Vec::new();
        for (track, replay) in self.tracks.into_iter().zip(replays) {
            let objects = self.met.read.keys().filter_map(read);
            let mut index = track.finish(replay, objects, &families);
            index.mark_races(&self.met.profile, &self.objects);
            index.ask(&self.met.profile);
            if let (Some(what_if), Some((other, pair))) = (&self.options.what_if, others.next()) {
                index.compare_with(what_if, other, pair.outcomes, &self.options);
            }
            indices.push(index);
        }
        let Self { options, capture, objects, met, failures, .. } = self;
        let heard = BTreeMap::new();
        Judgement {
            options,
            capture,
            objects,
            met,
            families,
            indices,
            failures,
            heard,
            walked_again,
        }
    }
}

impl Reader<'_> {
    /// Reads one object. Each reader's objects come in delivery order, and every object comes to a reader; `go_on` is asked at
    /// each record.
    pub fn object(&mut self, rank: u32, bytes: Bytes<'_>, go_on: &dyn Fn() -> bool) {
        let Self { analysis, walker, part } = self;
        let Some(object) = analysis.objects.get(rank as usize) else { return };
        let tracks = (0..).zip(&analysis.tracks);
        let mut takers: Vec<usize> =
            tracks.filter(|(_, track)| track.takes(object)).map(|(at, _)| at).collect();
        part.unclaimed += u64::from(takers.is_empty() && !analysis.tracks.is_empty());
        if analysis.options.what_if.is_some() {
            takers.extend_from_within(..);
            let half = takers.len() / 2;
            takers[half..].iter_mut().for_each(|taker| *taker += analysis.tracks.len());
        }
        let Bytes { hint, body, is_read_once } = bytes;
        let coming = Coming { rank, key: &object.key, hint, body, is_read_once, takers: &takers };
        let mut is_whole = true;
        let sums = walker.object(coming, &mut |met| {
            match met {
                Met::Problem(problem) if problem.kind == ProblemKind::Interrupted => {
                    is_whole = false; // said once, for the whole run
                    return ControlFlow::Break(());
                }
                Met::Problem(problem) => part.problems.add(problem),
                Met::Record(..) => is_whole = go_on(),
                Met::Fate(_) => {}
            }
            if is_whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        part.objects_read += u64::from(is_whole);
        part.read.insert(rank, ObjectRead { records: sums.records, bytes: sums.bytes });
    }

    /// Records read so far.
    pub fn records(&self) -> u64 {
        self.part.read.values().map(|read| read.records).sum()
    }

    /// All that was met.
    pub fn finish(self) -> Part {
        Part { profile: self.walker.into_profile(), ..self.part }
    }
}

impl Part {
    fn new(limits: &Limits) -> Self {
        Self {
            profile: Profile::default(),
            read: BTreeMap::new(),
            objects_read: 0,
            unclaimed: 0,
            problems: Problems::new(limits.problems),
        }
    }

    fn merge(&mut self, other: Self, limits: &Limits) {
        self.profile.merge(other.profile);
        self.profile.keep_within(limits);
        self.read.extend(other.read);
        self.objects_read += other.objects_read;
        self.unclaimed += other.unclaimed;
        self.problems.merge(other.problems);
    }
}
