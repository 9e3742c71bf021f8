//! The sums of one walk: what records added, and the profile that comes of it.
//!
//! In: records, one at a time. Out: a [`Profile`] within its limits. Paths and shapes beyond the limits are folded away now
//! and then, so that memory stays bounded whatever the records hold.

use std::sync::Arc;

use super::changes::Remark;
use super::finish;
use super::guard::{Guards, Passed};
use super::hash::{self, Hash};
use super::looks::Look;
use super::read::Reader;
use super::shapes::Shapes;
use super::sketch::{Room, Values};
use super::trie::Trie;
use crate::engine::check::Check;
use crate::model::fate::Loss;
use crate::model::limits::Limits;
use crate::model::object::Sighting;
use crate::model::profile::{DateForm, Looks, Profile, ShapeId};
use crate::profile::Verdict;
use crate::record::Fault;

/// Everything that a walk has summed.
pub(super) struct Sums {
    reader: Reader,
    shapes: Shapes,
    records: u64,
    contents: Values,
    side: Side,
    /// What was folded away.
    done: Profile,
    /// Shapes above this hash are beyond the limit for good.
    ceiling: u64,
    limits: Limits,
    /// Whether paths were folded away since the object began that is being walked.
    is_folded: bool,
}

/// What is counted beside the hot lists, by the places in them.
#[derive(Default)]
pub(super) struct Side {
    /// By slot.
    pub(super) looks: Vec<LookSums>,
    /// By slot: sightings of records whose shapes are not kept.
    pub(super) seen: Vec<Option<(Sighting, Sighting)>>,
    /// By node.
    pub(super) nodes: Vec<NodeSums>,
    /// Counts shapes and records, so that a node that has two kinds in one of them is counted once.
    mark: u64,
}

#[derive(Clone, Default)]
pub(super) struct LookSums {
    pub(super) looks: Looks,
    pub(super) dates: Vec<(DateForm, u64)>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct NodeSums {
    pub(super) duplicates: u64,
    pub(super) out_of_range: u64,
    /// In records whose shapes are not kept.
    pub(super) present: u64,
    /// The shape or record that counted it last.
    mark: u64,
}

impl Sums {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            reader: Reader::new(limits.depth, limits.example_bytes),
            shapes: Shapes::default(),
            records: 0,
            contents: Values::default(),
            side: Side::default(),
            done: Profile::default(),
            ceiling: u64::MAX,
            limits: limits.clone(),
            is_folded: false,
        }
    }

    pub(super) fn add_bytes(&mut self, bytes: u64) {
        self.done.bytes += bytes;
    }

    /// Reads the object at `at`; the place after it, and its content.
    pub(super) fn read(&mut self, bytes: &[u8], at: usize) -> Result<(usize, Hash), Fault> {
        self.reader.read(bytes, at)
    }

    /// From now on records are tested by these checks.
    pub(super) fn check(&mut self, checks: Vec<Check>) {
        self.reader.guard(Guards::new(checks));
    }

    /// An object begins.
    pub(super) fn begin(&mut self) {
        self.is_folded = false;
        self.reader.begin();
    }

    /// What the checks let through since the object began; `None` where that is no longer known.
    pub(super) fn passed(&self) -> Option<Vec<Passed>> {
        (!self.is_folded).then(|| self.reader.passed())
    }

    /// What the checks say of the record that was read.
    pub(super) fn verdict<'a>(&self, losses: &'a mut Vec<Arc<Loss>>) -> Verdict<'a> {
        self.reader.verdict(losses)
    }

    /// Drops the record that could not be read.
    pub(super) fn forget(&mut self) {
        self.reader.forget();
    }

    /// Counts the record that was read from `bytes`.
    pub(super) fn commit(&mut self, bytes: &[u8], sighting: Sighting, content: Hash) -> ShapeId {
        let (slots, sum) = self.reader.touched();
        let id = hash::shape(sum);
        self.records += 1;
        if id <= self.ceiling {
            self.shapes.see(id, slots, sighting);
        } else {
            let shape = (slots, 1, sighting, sighting);
            self.side.see(&self.reader.trie, shape);
            self.done.other_shapes += 1;
        }
        if self.contents.wants(content.low) {
            self.contents.add(content.low, Room::Ample);
        }
        let side = &mut self.side;
        self.reader.keep(bytes, |place, remark| side.remark(place as usize, remark));
        if self.shapes.list.len() > self.limits.shapes.saturating_mul(2).max(64) {
            self.drop_shapes();
        }
        let paths = self.limits.paths.saturating_add(self.limits.paths / 2);
        if self.reader.trie.nodes.len() > paths.max(64) {
            self.fold_away();
        }
        ShapeId(id)
    }

    /// The profile of all that was counted.
    pub(super) fn into_profile(mut self) -> Profile {
        self.fold_away();
        self.done
    }

    /// Drops the shapes beyond the limit; where their records were is kept with the slots.
    fn drop_shapes(&mut self) {
        let beyond = self.shapes.keep(self.limits.shapes);
        for shape in beyond {
            let sums = (&shape.slots[..], shape.records, shape.first, shape.last);
            self.side.see(&self.reader.trie, sums);
            self.done.other_shapes += shape.records;
            self.ceiling = self.ceiling.min(shape.id.saturating_sub(1));
        }
    }

    fn fold_away(&mut self) {
        self.is_folded = true;
        self.drop_shapes();
        let mut fresh = Reader::new(self.limits.depth, self.limits.example_bytes);
        fresh.guard(Guards::new(self.reader.trie.guards.checks().to_vec()));
        let reader = std::mem::replace(&mut self.reader, fresh);
        let shapes = std::mem::take(&mut self.shapes);
        let side = std::mem::take(&mut self.side);
        let mut part = finish::profile(reader, shapes, side);
        part.records = std::mem::take(&mut self.records);
        part.contents = std::mem::take(&mut self.contents).finish();
        part.bytes = std::mem::take(&mut self.done.bytes);
        part.other_shapes = std::mem::take(&mut self.done.other_shapes);
        if self.done == Profile::default() {
            self.done = part;
        } else {
            self.done.merge(part);
        }
        self.done.keep_within(&self.limits);
        if self.done.shapes.len() == self.limits.shapes {
            self.ceiling = self.done.shapes.last_key_value().map_or(0, |(id, _)| id.0);
        }
    }
}

impl Side {
    /// Has a place for every slot and node from now on.
    pub(super) fn make_room(&mut self, trie: &Trie) {
        self.nodes.resize(trie.nodes.len(), NodeSums::default());
        self.seen.resize(trie.slots.len(), None);
        self.looks.resize(trie.slots.len(), LookSums::default());
    }

    fn remark(&mut self, place: usize, remark: Remark) {
        match remark {
            Remark::Look(look) => at(&mut self.looks, place).add(look),
            Remark::Duplicate => at(&mut self.nodes, place).duplicates += 1,
            Remark::OutOfRange => at(&mut self.nodes, place).out_of_range += 1,
        }
    }

    /// Notes where the records of a shape were that is not kept: its slots, how many records, the first and the last.
    pub(super) fn see(
        &mut self,
        trie: &Trie,
        (slots, records, first, last): (&[u32], u64, Sighting, Sighting),
    ) {
        self.mark += 1;
        for slot in slots {
            see(at(&mut self.seen, *slot as usize), first, last);
            let node = at(&mut self.nodes, trie.slots[*slot as usize].node as usize);
            if node.mark != self.mark {
                node.mark = self.mark;
                node.present += records;
            }
        }
    }
}

impl LookSums {
    fn add(&mut self, look: Look) {
        match look {
            Look::Empty => self.looks.empty += 1,
            Look::Number => self.looks.number += 1,
            Look::Boolean => self.looks.boolean += 1,
            Look::Date(form) => {
                self.looks.date += 1;
                match self.dates.iter_mut().find(|(other, _)| *other == form) {
                    Some((_, count)) => *count += 1,
                    None => self.dates.push((form, 1)),
                }
            }
        }
    }
}

fn at<T: Clone + Default>(list: &mut Vec<T>, place: usize) -> &mut T {
    if list.len() <= place {
        list.resize(place + 1, T::default());
    }
    &mut list[place]
}

fn see(seen: &mut Option<(Sighting, Sighting)>, first: Sighting, last: Sighting) {
    let (earliest, latest) = seen.get_or_insert((first, last));
    if first < *earliest {
        *earliest = first;
    }
    if last > *latest {
        *latest = last;
    }
}
