//! The sums of one walk: what records added, and the profile that comes of it.
//!
//! In: records, one at a time. Out: a [`Profile`] within its limits. Paths and shapes beyond the limits are folded away now
//! and then, so that memory stays bounded whatever the records hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::changes::Remark;
use super::hash::{self, Hash};
use super::looks::Look;
use super::number;
use super::read::Reader;
use super::shapes::Shapes;
use super::sketch::Values;
use super::trie::{ROOT, Slot, Trie};
use crate::model::limits::Limits;
use crate::model::object::Sighting;
use crate::model::path::FieldPath;
use crate::model::profile::{
    DateForm, FieldSums, Kind, KindSums, Looks, Profile, ShapeId, ShapeSums,
};
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
}

/// What is counted beside the hot lists, by the places in them.
#[derive(Default)]
struct Side {
    /// By slot.
    looks: Vec<LookSums>,
    /// By slot: sightings of records whose shapes are not kept.
    seen: Vec<Option<(Sighting, Sighting)>>,
    /// By node.
    nodes: Vec<NodeSums>,
    /// Counts shapes and records, so that a node that has two kinds in one of them is counted once.
    mark: u64,
}

#[derive(Clone, Default)]
struct LookSums {
    looks: Looks,
    dates: Vec<(DateForm, u64)>,
}

#[derive(Clone, Copy, Default)]
struct NodeSums {
    duplicates: u64,
    out_of_range: u64,
    /// In records whose shapes are not kept.
    present: u64,
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
        }
    }

    pub(super) fn add_bytes(&mut self, bytes: u64) {
        self.done.bytes += bytes;
    }

    /// Reads the object at `at`; the place after it, and its content.
    pub(super) fn read(&mut self, bytes: &[u8], at: usize) -> Result<(usize, Hash), Fault> {
        self.reader.read(bytes, at)
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
            self.contents.add(content.low);
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
        self.drop_shapes();
        let fresh = Reader::new(self.limits.depth, self.limits.example_bytes);
        let reader = std::mem::replace(&mut self.reader, fresh);
        let shapes = std::mem::take(&mut self.shapes);
        let side = std::mem::take(&mut self.side);
        let mut part = profile(reader, shapes, side);
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
    fn remark(&mut self, place: usize, remark: Remark) {
        match remark {
            Remark::Look(look) => at(&mut self.looks, place).add(look),
            Remark::Duplicate => at(&mut self.nodes, place).duplicates += 1,
            Remark::OutOfRange => at(&mut self.nodes, place).out_of_range += 1,
        }
    }

    /// Notes where the records of a shape were that is not kept: its slots, how many records, the first and the last.
    fn see(
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
    let (earliest, latest) = seen.unwrap_or((first, last));
    *seen = Some((earliest.min(first), latest.max(last)));
}

/// The sums of a walk as a profile.
fn profile(reader: Reader, shapes: Shapes, mut side: Side) -> Profile {
    let Reader { trie, .. } = reader;
    side.nodes.resize(trie.nodes.len(), NodeSums::default());
    side.seen.resize(trie.slots.len(), None);
    side.looks.resize(trie.slots.len(), LookSums::default());
    for shape in &shapes.list {
        side.see(&trie, (&shape.slots, shape.records, shape.first, shape.last));
    }
    let mut profile = Profile::default();
    let paths: Vec<Arc<FieldPath>> =
        (0..).zip(&trie.nodes).map(|(node, _)| Arc::new(trie.path(node))).collect();
    let mut order: Vec<u32> = (0..).zip(&paths).map(|(node, _)| node).collect();
    order.sort_unstable_by_key(|node| &paths[*node as usize]);
    let mut ranks = vec![0_u32; order.len()];
    (0..).zip(&order).for_each(|(rank, node)| ranks[*node as usize] = rank);
    let mut bits = vec![0_u64; order.len().div_ceil(8)];
    for shape in shapes.list {
        let key = |slot: &u32| {
            let Slot { node, kind, .. } = trie.slots[*slot as usize];
            ranks[node as usize] << 3 | kind as u32
        };
        let keys = sorted(shape.slots.iter().map(key).collect(), &mut bits);
        let kinds = keys.into_iter().map(|key| {
            let node = order[(key >> 3) as usize];
            (paths[node as usize].clone(), Kind::ALL[(key & 7) as usize])
        });
        let sums = ShapeSums {
            paths: kinds.collect(),
            records: shape.records,
            first: shape.first,
            last: shape.last,
        };
        profile.shapes.insert(ShapeId(shape.id), sums);
    }
    let mut fields: Vec<FieldSums> = Vec::new();
    fields.resize_with(trie.nodes.len(), FieldSums::default);
    let Side { looks, seen, nodes, .. } = side;
    for ((slot, looks), seen) in trie.slots.iter().zip(looks).zip(seen) {
        if slot.count > 0 {
            add_slot(&mut fields[slot.node as usize], slot, looks, seen);
        }
    }
    let mut sketches: Vec<_> = trie.sketches.into_iter().map(Some).collect();
    let mut parts: Vec<_> = fields.into_iter().zip(trie.nodes).zip(nodes).map(Some).collect();
    let sorted = order.into_iter().filter_map(|node| {
        let ((mut sums, hot), counts) = parts[node as usize].take()?;
        if node == ROOT || Kind::ALL.iter().all(|kind| sums.kinds[*kind].count == 0) {
            return None;
        }
        if let Some(sketch) = sketches.get_mut(hot.sketch as usize).and_then(Option::take) {
            (sums.distinct, sums.examples) = sketch.finish();
        }
        sums.present = counts.present;
        sums.duplicates = counts.duplicates;
        sums.out_of_range = counts.out_of_range;
        Some(((*paths[node as usize]).clone(), sums))
    });
    profile.fields = sorted.collect();
    profile
}

/// Different numbers in their order. Where they are dense, setting a bit for each is faster than sorting. All of `bits` are
/// 0 before and after.
fn sorted(mut numbers: Vec<u32>, bits: &mut [u64]) -> Vec<u32> {
    if numbers.len() * 8 < bits.len() {
        numbers.sort_unstable();
        return numbers;
    }
    for number in &numbers {
        bits[(number >> 6) as usize] |= 1 << (number & 63);
    }
    let mut next = 0;
    for (high, word) in (0_u32..).zip(bits) {
        while *word != 0 {
            numbers[next] = high << 6 | word.trailing_zeros();
            next += 1;
            *word &= *word - 1;
        }
    }
    numbers
}

fn add_slot(
    sums: &mut FieldSums,
    slot: &Slot,
    looks: LookSums,
    seen: Option<(Sighting, Sighting)>,
) {
    sums.kinds[slot.kind] = KindSums { count: slot.count, seen };
    let range = (slot.least <= slot.most).then_some((slot.least, slot.most));
    match slot.kind {
        Kind::Integer => sums.integers = range,
        Kind::Float => {
            sums.floats = range
                .map(|(least, most)| (number::from_ordered(least), number::from_ordered(most)));
        }
        Kind::String => {
            sums.lengths = range.map(|(least, most)| (least.unsigned_abs(), most.unsigned_abs()));
            sums.looks = looks.looks;
            sums.dates = looks.dates.into_iter().collect::<BTreeMap<_, _>>();
        }
        _ => {}
    }
}
