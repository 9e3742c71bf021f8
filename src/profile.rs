//! The walk: every record of an object read once, summed per field path, and handed on.
//!
//! In: stored bytes of objects, in any order. Out: a [`Profile`] of all of them, and on the way each record, each bounded
//! stretch that is no record, and each problem. It refuses to know mappings and where objects come from; nothing here is an
//! error: what cannot be read is reported and the rest still counts.

use std::io::Read;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::engine::check::Check;
use crate::model::fate::Loss;
use crate::model::limits::Limits;
use crate::model::object::Sighting;
use crate::model::problem::{Problem, ProblemKind};
use crate::model::profile::{ContentHash, Profile, ShapeId};
use crate::record::frame::{Frames, Place, Stretch, What, Whole};
use crate::record::{Fault, Hint, inflate};

mod changes;
mod families;
mod finish;
mod glue;
mod guard;
mod hash;
mod likeness;
mod looks;
mod merge;
mod number;
mod read;
mod run;
mod shapes;
mod sketch;
mod sums;
mod trie;

pub use families::families;

use sums::Sums;

/// One problem for each limit that a profile has reached: what lies beyond it is only counted.
pub fn limits_reached(profile: &Profile) -> Vec<Problem> {
    let problem = |message| Problem {
        object: String::new(),
        byte_offset: None,
        byte_length: None,
        kind: ProblemKind::LimitReached,
        message,
    };
    let (shapes, paths) = (profile.shapes.len(), profile.fields.len());
    let shapes = (profile.other_shapes > 0).then(|| {
        let others = profile.other_shapes;
        format!("{shapes} shapes of records are kept; {others} records have other shapes")
    });
    let paths = (profile.other_values > 0).then(|| {
        let others = profile.other_values;
        format!("{paths} field paths are kept; {others} values stand at other paths")
    });
    shapes.into_iter().chain(paths).map(problem).collect()
}

/// What one object held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectSums {
    /// Bounded stretches: whole records, and stretches that are somebody's record but no JSON object.
    pub records: u64,
    /// Inflated bytes.
    pub bytes: u64,
}

/// What a walk comes across.
#[derive(Debug)]
pub enum Seen<'a> {
    /// A whole JSON object. It is counted.
    Record {
        /// Where it is.
        sighting: Sighting,
        /// Its bytes, with a comment or byte order mark in front of it.
        bytes: &'a [u8],
        /// Its shape.
        shape: ShapeId,
        /// What it says.
        content: ContentHash,
        /// What the checks say of it.
        verdict: Verdict<'a>,
    },
    /// A stretch that is one record for sure, and no JSON object. It counts in the stream, not in the profile.
    Bounded {
        /// Where it is.
        sighting: Sighting,
        /// Its bytes.
        bytes: &'a [u8],
        /// What it is instead.
        what: Instead,
    },
    /// Bytes that nobody can count the records of.
    Problem(Problem),
}

/// What the checks of a walk say of a record. Without a check it is unsure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// Each index takes it, changes no mapping and loses nothing.
    Clean,
    /// The index takes it and changes no mapping; it loses this, sorted.
    Lossy(&'a [Arc<Loss>]),
    /// The replica must be asked.
    Unsure,
}

/// What a walk does next.
#[derive(Debug)]
pub enum Then {
    /// The next record.
    GoOn,
    /// The same, but from now on records are tested by these checks.
    Check(Vec<Check>),
    /// Nothing.
    Stop,
}

/// What a bounded stretch is instead of a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// An array or a scalar at the top.
    NotAnObject,
    /// No JSON as the engines read it. The place counts from the first byte of the stretch.
    NotJson(Fault),
}

/// Walks objects one after another. One for each worker; the profiles are merged at the end.
pub struct Walk {
    limits: Limits,
    heeds_lines: bool,
    sums: Sums,
}

/// What checks let through in one object, with the tests that it passed; `None` where that is no longer known.
pub struct LetThrough(Option<Vec<guard::Passed>>);

impl LetThrough {
    /// Whether all of it would pass these checks too.
    pub fn holds(&self, checks: &[Check]) -> bool {
        self.0.as_ref().is_some_and(|passed| passed.iter().all(|passed| passed.holds(checks)))
    }
}

impl Walk {
    /// A walk that has seen nothing.
    pub fn new(limits: &Limits) -> Self {
        Self { limits: limits.clone(), heeds_lines: true, sums: Sums::new(limits) }
    }

    /// The same for records that follow one another with no regard to lines.
    #[must_use]
    pub fn concatenated(self) -> Self {
        Self { heeds_lines: false, ..self }
    }

    /// From now on records are tested by these checks: one for each index that they may go to.
    pub fn check(&mut self, checks: Vec<Check>) {
        self.sums.check(checks);
    }

    /// What the checks let through in the last object.
    pub fn let_through(&self) -> LetThrough {
        LetThrough(self.sums.passed())
    }

    /// Walks one object. `rank` is its place in delivery order, `key` its name in problems, `body` its bytes as stored. What
    /// is found is told to `seen`, which may stop the walk. An error of `body` is a [`Problem`] too.
    pub fn object(
        &mut self,
        rank: u32,
        key: &str,
        hint: &Hint,
        body: &mut dyn Read,
        seen: &mut dyn FnMut(Seen<'_>) -> ControlFlow<()>,
    ) -> ObjectSums {
        self.checked_object(rank, key, hint, body, &mut |found| then(seen(found)))
    }

    /// The same, where `seen` may change the checks.
    pub fn checked_object(
        &mut self,
        rank: u32,
        key: &str,
        hint: &Hint,
        body: &mut dyn Read,
        seen: &mut dyn FnMut(Seen<'_>) -> Then,
    ) -> ObjectSums {
        let mut inflated = match inflate::open(hint, key, body) {
            Ok(inflated) => inflated,
            Err(error) => {
                let inflate::Broken { kind, message } = inflate::blame(&error);
                let problem = Problem {
                    object: key.to_owned(),
                    byte_offset: Some(0),
                    byte_length: None,
                    kind,
                    message,
                };
                let _ = seen(Seen::Problem(problem));
                return ObjectSums::default();
            }
        };
        self.inflated(rank, key, 0, &mut *inflated, seen)
    }

    /// Walks a part of an object as if it were all of it: `body` is inflated, its first byte is that at `byte_offset`, and
    /// its records count from 1.
    pub fn part(
        &mut self,
        rank: u32,
        key: &str,
        byte_offset: u64,
        body: &mut dyn Read,
        seen: &mut dyn FnMut(Seen<'_>) -> ControlFlow<()>,
    ) -> ObjectSums {
        self.inflated(rank, key, byte_offset, body, &mut |found| then(seen(found)))
    }

    fn inflated(
        &mut self,
        rank: u32,
        key: &str,
        byte_offset: u64,
        body: &mut dyn Read,
        seen: &mut dyn FnMut(Seen<'_>) -> Then,
    ) -> ObjectSums {
        self.sums.begin();
        let mut frames = Frames::new(&self.limits, body).beginning_at(byte_offset);
        if !self.heeds_lines {
            frames = frames.concatenated();
        }
        let _ = self.frames(rank, key, &mut frames, seen);
        let sums = ObjectSums { records: frames.records(), bytes: frames.bytes() - byte_offset };
        self.sums.add_bytes(sums.bytes);
        sums
    }

    /// The sums of everything that was walked.
    pub fn into_profile(self) -> Profile {
        self.sums.into_profile()
    }

    fn frames(
        &mut self,
        rank: u32,
        key: &str,
        frames: &mut Frames<'_>,
        seen: &mut dyn FnMut(Seen<'_>) -> Then,
    ) -> ControlFlow<()> {
        let mut losses = Vec::new();
        loop {
            match frames.advance() {
                Place::End => return ControlFlow::Continue(()),
                Place::Stretch(stretch) => self.go_on(seen(tell(rank, key, frames, &stretch)))?,
                Place::Object => match self.sums.read(frames.window(), frames.at()) {
                    Ok((end, content)) => {
                        let whole = frames.whole(end);
                        let sighting = sighting(rank, whole);
                        let verdict = match frames.window()[whole.start] {
                            b'{' => self.sums.verdict(&mut losses),
                            _ => Verdict::Unsure, // a comment or mark stands in front
                        };
                        let shape = self.sums.commit(frames.window(), sighting, content);
                        let bytes = &frames.window()[whole.start..whole.end];
                        let content = ContentHash(content.joined());
                        let record = Seen::Record { sighting, bytes, shape, content, verdict };
                        self.go_on(seen(record))?;
                    }
                    Err(fault) => {
                        self.sums.forget();
                        if let Some(stretch) = frames.damaged(fault) {
                            self.go_on(seen(tell(rank, key, frames, &stretch)))?;
                        }
                    }
                },
            }
        }
    }

    fn go_on(&mut self, then: Then) -> ControlFlow<()> {
        match then {
            Then::GoOn => {}
            Then::Check(checks) => self.check(checks),
            Then::Stop => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }
}

fn then(flow: ControlFlow<()>) -> Then {
    if flow.is_break() { Then::Stop } else { Then::GoOn }
}

fn sighting(rank: u32, whole: Whole) -> Sighting {
    Sighting {
        object: rank,
        record: whole.record,
        byte_offset: whole.byte_offset,
        byte_length: (whole.end - whole.start) as u64,
    }
}

/// A stretch in the words of the walk.
fn tell<'a>(rank: u32, key: &str, frames: &'a Frames<'_>, stretch: &Stretch) -> Seen<'a> {
    let Stretch { byte_offset, byte_length, what } = stretch;
    let (byte_offset, byte_length) = (*byte_offset, *byte_length);
    let (record, instead) = match what {
        What::NotJson { record, fault } => (*record, Instead::NotJson(*fault)),
        What::NotAnObject { record } => (*record, Instead::NotAnObject),
        What::Lost { kind, message } => {
            return Seen::Problem(Problem {
                object: key.to_owned(),
                byte_offset: Some(byte_offset),
                byte_length: Some(byte_length),
                kind: *kind,
                message: message.clone(),
            });
        }
    };
    let sighting = Sighting { object: rank, record, byte_offset, byte_length };
    Seen::Bounded { sighting, bytes: frames.bytes_of(stretch), what: instead }
}
