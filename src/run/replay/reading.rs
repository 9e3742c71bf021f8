//! Records of one object after another, framed as the user says, given to the replica.
//!
//! In: an index as it begins, objects, each reader's in delivery order. Out: what [`Part`] counts; each fate on the way, to the
//! sinks, where one reader reads everything.

use std::io::Read as _;
use std::ops::ControlFlow;
use std::sync::Mutex;

use crate::cli::Framing;
use crate::model::fate::Fate;
use crate::model::limits::Limits;
use crate::model::object::Sighting;
use crate::model::problem::{Problem, Problems};
use crate::model::profile::Profile;
use crate::profile::Walk;
use crate::record::inflate::{self, Broken};
use crate::record::lines::{self, Line};
use crate::replay::Arrival;
use crate::report;
use crate::run::backup::{Backup, Opened};
use crate::run::sinks::Sinks;
use crate::run::turns::{Again, Coming, Hear, Met, Turns, Walker};
use crate::settings::EmitKind;

/// What all readers share.
pub(super) struct Shared<'a> {
    pub turns: &'a Turns,
    pub framing: Framing,
    pub sinks: &'a Mutex<&'a mut Sinks>,
    pub has_fates: bool,
    pub backup: &'a Backup,
}

/// One reader of objects.
pub(super) struct Reading<'a> {
    shared: &'a Shared<'a>,
    walker: Walker<'a>,
    part: Part,
}

/// What readers have met. Parts are joined in any order.
pub(super) struct Part {
    pub profile: Profile,
    pub objects: u64,
    pub records: u64,
    pub bytes: u64,
    pub problems: Problems,
}

impl<'a> Reading<'a> {
    /// A reader that has met nothing.
    pub(super) fn new(shared: &'a Shared<'a>, again: Again<'a>) -> Self {
        let limits = Limits::default();
        let walk = || match shared.framing {
            Framing::Concatenated => Walk::new(&limits).concatenated(),
            Framing::Auto | Framing::Lines => Walk::new(&limits),
        };
        Self { shared, walker: shared.turns.walker(walk, again), part: Part::new(&limits) }
    }

    /// Passes over an object whose records went elsewhere.
    pub(super) fn skip(&mut self, rank: u32) {
        let Self { shared, walker, part } = self;
        walker.skip(rank, &mut |met| {
            if let Met::Problem(problem) = met {
                part.problems.add(problem);
            }
            shared.go_on()
        });
    }

    /// Reads one object.
    pub(super) fn object(&mut self, mut opened: Opened<'_>) {
        self.part.objects += 1;
        match self.shared.framing {
            Framing::Auto | Framing::Concatenated => self.walked(&mut opened),
            Framing::Lines => self.lines(&mut opened),
        }
    }

    /// Records so far.
    pub(super) fn records(&self) -> u64 {
        self.part.records
    }

    /// All that was met.
    pub(super) fn finish(self) -> Part {
        Part { profile: self.walker.into_profile(), ..self.part }
    }

    fn walked(&mut self, opened: &mut Opened<'_>) {
        let Self { shared, walker, part } = self;
        let Opened { rank, object, hint, body, .. } = opened;
        let mut last = None;
        let hear: Hear<'_> = &mut |met| {
            match met {
                Met::Record(sighting) => {
                    part.records += 1;
                    last = Some(sighting);
                }
                Met::Fate(fate) => {
                    if let Some(sighting) = last {
                        shared.tell(&object.key, sighting, fate);
                    }
                }
                Met::Problem(problem) => part.problems.add(problem),
            }
            shared.go_on()
        };
        let (rank, key, takers) = (*rank, &*object.key, &[0][..]);
        let is_read_once = shared.backup.is_read_once(rank);
        let sums = walker.object(Coming { rank, key, hint, body, is_read_once, takers }, hear);
        part.bytes += sums.bytes;
    }

    fn lines(&mut self, opened: &mut Opened<'_>) {
        let Self { shared, part, .. } = self;
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
                return part.problems.add(unread);
            }
        };
        let sums = lines::read(&Limits::default(), &mut inflated.by_ref(), &mut |line| {
            match line {
                Line::Record { record, byte_offset, bytes } => {
                    let byte_length = bytes.len() as u64;
                    let sighting = Sighting { object, record, byte_offset, byte_length };
                    part.records += 1;
                    let fate = shared.turns.record(Arrival { sighting, bytes, shape: None });
                    shared.tell(key, sighting, &fate);
                }
                Line::Lost { byte_offset, byte_length, why } => {
                    let unread = problem(byte_offset, Some(byte_length), why);
                    part.problems.add(unread);
                }
            }
            shared.go_on()
        });
        part.bytes += sums.bytes;
    }
}

impl Shared<'_> {
    fn go_on(&self) -> ControlFlow<()> {
        if self.backup.goes_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn tell(&self, key: &str, sighting: Sighting, fate: &Fate) {
        if !self.has_fates {
            return;
        }
        let mut sinks = self.sinks.lock().expect("a reader that panics ends the run");
        sinks.write(EmitKind::Fates, &mut |out| report::replay::fate(key, sighting, fate, out));
    }
}

impl Part {
    pub(super) fn new(limits: &Limits) -> Self {
        let problems = Problems::new(limits.problems);
        Self { profile: Profile::default(), objects: 0, records: 0, bytes: 0, problems }
    }

    /// Adds what another reader has met.
    #[must_use]
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.profile.merge(other.profile);
        self.profile.keep_within(&Limits::default());
        self.objects += other.objects;
        self.records += other.records;
        self.bytes += other.bytes;
        self.problems.merge(other.problems);
        self
    }
}
