//! An analysis whose records have all arrived: what is still to be asked of single records, then the report.
//!
//! In: what was met, and once more the records that it asks for. Out: a report. The sums say in which records each kind of value
//! came first; what the engine makes of such a record alone, only the record can tell. Without it the report says less.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::ops::ControlFlow;

use super::again;
use super::judged::{self, Judged};
use super::{Options, Part};
use crate::evidence::counts::{self, Backup};
use crate::model::capture::Capture;
use crate::model::evidence::{Evidence, FailureObject};
use crate::model::family::Family;
use crate::model::object::{Object, Sighting};
use crate::model::path::FieldPath;
use crate::model::problem::Problem;
use crate::model::report::Report;
use crate::model::why::Why;
use crate::profile::{self, Seen, Walk};
use crate::record::Hint;
use crate::replay::Arrival;
use crate::{report, rules};

/// Records with which the next index is begun: enough for a field that one record in a hundred carries, and few enough for the
/// replica, which is a hundred times slower than the walk.
const REHEARSED: u64 = 500;

/// For which index the next one is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextOf {
    /// One whose name says that others follow it.
    Series,
    /// Any.
    Any,
}

/// An analysis that lacks only what it asks for.
pub struct Judgement {
    pub(super) options: Options,
    pub(super) capture: Option<Capture>,
    pub(super) objects: Vec<Object>,
    pub(super) met: Part,
    pub(super) families: Vec<Family>,
    pub(super) indices: Vec<Judged>,
    pub(super) failures: Vec<FailureObject>,
    pub(super) heard: BTreeMap<Sighting, Vec<u8>>,
    pub(super) walked_again: u64,
}

impl Judgement {
    /// Objects that were walked once more, because the mapping turned out to be another than was guessed.
    pub fn walked_again(&self) -> u64 {
        self.walked_again
    }

    /// The ranks of the objects that hold records which are to be heard again.
    pub fn wanted(&self) -> BTreeSet<u32> {
        let places = self.indices.iter().flat_map(Judged::wanted);
        let ranks = places.map(|place| place.object).collect::<BTreeSet<u32>>();
        ranks.into_iter().filter(|rank| (*rank as usize) < self.objects.len()).collect()
    }

    /// Hears what is wanted of an object.
    pub fn hear(&mut self, rank: u32, hint: &Hint, body: &mut dyn Read) {
        let Some(key) = self.objects.get(rank as usize).map(|object| &*object.key) else { return };
        let places = self.indices.iter().flat_map(Judged::wanted);
        let places: BTreeSet<Sighting> = places.filter(|place| place.object == rank).collect();
        let places: Vec<Sighting> = places.into_iter().collect();
        let heard = &mut self.heard;
        let hear = &mut |place, bytes| {
            heard.insert(place, bytes);
        };
        if let Err(why) = again::records(hint, key, body, &places, hear) {
            let (object, kind, message) = (key.to_owned(), why.kind, why.message);
            let place = Problem { object, byte_offset: None, byte_length: None, kind, message };
            self.met.problems.add(place);
        }
    }

    /// The rank of the newest object with records, with which the next index would begin; `None` where no index can be next.
    pub fn newest(&self, of: NextOf) -> Option<u32> {
        let object = |rank: u32| self.objects.get(rank as usize);
        let read = self.met.read.iter().rev().filter(|(_, read)| read.records > 0);
        let mut newest = read.filter_map(|(rank, _)| Some((*rank, object(*rank)?)));
        let (rank, _) =
            newest.find(|(_, object)| object.time.is_some() || self.objects.len() == 1)?;
        let index = &self.indices[self.last_index(rank)?];
        (of == NextOf::Any || index.is_series()).then_some(rank)
    }

    /// Begins the next index with the first records of the newest object.
    pub fn rehearse(&mut self, rank: u32, hint: &Hint, body: &mut dyn Read) {
        let Some(at) = self.last_index(rank) else { return };
        let Some(key) = self.objects.get(rank as usize).map(|object| object.key.clone()) else {
            return;
        };
        let mut next = self.indices[at].next(&self.options);
        let mut records = 0;
        Walk::new(&self.options.limits).object(rank, &key, hint, body, &mut |seen| {
            if let Seen::Record { sighting, bytes, .. } = seen {
                next.record(Arrival { sighting, bytes, shape: None });
                records += 1;
            }
            if records < REHEARSED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        self.indices[at].begin_next(next);
    }

    /// Where the newest index stands that takes an object.
    fn last_index(&self, rank: u32) -> Option<usize> {
        let object = self.objects.get(rank as usize)?;
        self.indices.iter().rposition(|index| index.is_alone && index.takes(object))
    }

    /// Everything that can be said, each rule run once.
    pub fn report(self) -> Report {
        self.with_evidence(|_, report| report)
    }

    /// The chain of one field; where no mapping and no record has it, the fields that there are.
    pub fn why(self, field: &FieldPath) -> Result<Why, BTreeSet<FieldPath>> {
        self.with_evidence(|evidence, report| {
            let known = || evidence.indices.iter().flat_map(|index| index.fields.keys().cloned());
            report::why::build(evidence, report, field).ok_or_else(|| known().collect())
        })
    }

    fn with_evidence<T>(self, then: impl FnOnce(&Evidence<'_>, Report) -> T) -> T {
        let Self { options, capture, objects, met, families, mut indices, failures, heard, .. } =
            self;
        let Part { profile, read, unclaimed, mut problems, .. } = met;
        for problem in profile::limits_reached(&profile) {
            problems.add(problem);
        }
        let (problems, problems_not_kept) = problems.into_parts();
        let rejected_in = judged::rejected_in(&indices).filter(|_| unclaimed == 0);
        let backup = Backup {
            objects: &objects,
            read: &read,
            failed_deliveries: failures.iter().filter_map(|failure| failure.wrappers).sum(),
            rejected_in: rejected_in.as_ref(),
            complete: problems.is_empty(),
        };
        let read_at = capture.as_ref().map(|capture| capture.captured_at);
        let young_after = read_at.map(|at| counts::young_after(at, options.in_flight_seconds));
        let counts = counts::counts(&backup, capture.as_ref(), young_after);
        let mut joined = Vec::new();
        for index in &mut indices {
            index.compare_orders(&heard, options.limits.example_bytes);
            let captured = capture.as_ref().and_then(|capture| capture.indices.get(&index.name));
            let history = counts::history_doubts(&backup, &index.name, captured);
            joined.push(index.evidence((&objects, &profile, &families), history));
        }
        let evidence = Evidence {
            objects: &objects,
            profile: &profile,
            families: &families,
            failures: &failures,
            problems: &problems,
            complete: backup.complete,
            engines: &options.inputs.engines,
            indices: joined,
            counts: &counts,
        };
        let findings = rules::check(&evidence);
        let report = report::build(&evidence, findings, options.inputs.clone(), problems_not_kept);
        then(&evidence, report)
    }
}
