//! The end of a walk: its lists as a profile.
//!
//! In: nodes, slots, sketches, shapes, and what was counted beside them. Out: a [`Profile`]. Each part is given back as soon
//! as it is told, so that walks of many paths do not need their memory twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::number;
use super::read::Reader;
use super::shapes::{self, Shapes};
use super::sums::Side;
use super::trie::{ROOT, Slot, Trie};
use crate::model::path::FieldPath;
use crate::model::profile::{FieldSums, Kind, Profile, ShapeId, ShapeSums};

/// The sums of a walk as a profile.
pub(super) fn profile(reader: Reader, shapes: Shapes, mut side: Side) -> Profile {
    let Reader { mut trie, .. } = reader;
    side.make_room(&trie);
    let list = shapes.into_list();
    for shape in &list {
        side.see(&trie, (&shape.slots, shape.records, shape.first, shape.last));
    }
    let paths = Paths::of(&trie);
    let shapes = paths.shapes(&trie, list);
    let fields = paths.order.into_iter().zip(paths.sorted).filter(|(node, _)| *node != ROOT);
    let fields = fields.filter_map(|(node, path)| Some((path, field(&mut trie, &mut side, node)?)));
    Profile { fields: fields.collect(), shapes, ..Profile::default() }
}

/// The paths of all nodes in their order.
struct Paths {
    sorted: Vec<Arc<FieldPath>>,
    /// The nodes, in the order of their paths.
    order: Vec<u32>,
}

impl Paths {
    fn of(trie: &Trie) -> Self {
        let nodes = (0..).zip(&trie.nodes);
        let mut paths: Vec<_> = nodes.map(|(node, _)| (Arc::new(trie.path(node)), node)).collect();
        paths.sort_unstable();
        let (sorted, order) = paths.into_iter().unzip();
        Self { sorted, order }
    }

    fn shapes(&self, trie: &Trie, list: Vec<shapes::Seen>) -> BTreeMap<ShapeId, ShapeSums> {
        let keys = self.keys(trie);
        let mut bits = vec![0_u64; self.order.len().div_ceil(8)];
        let shapes = list.into_iter().map(|shape| {
            let unsorted = shape.slots.iter().map(|slot| keys[*slot as usize]).collect();
            let sums = ShapeSums {
                paths: sorted(unsorted, &mut bits).iter().map(|key| self.told(*key)).collect(),
                records: shape.records,
                first: shape.first,
                last: shape.last,
            };
            (ShapeId(shape.id), sums)
        });
        shapes.collect()
    }

    /// By slot: a number in the order of paths, and of kinds at a path.
    fn keys(&self, trie: &Trie) -> Vec<u32> {
        let mut ranks = vec![0; self.order.len()];
        (0..).zip(&self.order).for_each(|(rank, node)| ranks[*node as usize] = rank << 3);
        let slots = trie.slots.iter();
        slots.map(|slot| ranks[slot.node as usize] | slot.kind as u32).collect()
    }

    /// What a key stands for.
    fn told(&self, key: u32) -> (Arc<FieldPath>, Kind) {
        (self.sorted[(key >> 3) as usize].clone(), Kind::ALL[(key & 7) as usize])
    }
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

/// The sums of a node; none where no record had a value.
fn field(trie: &mut Trie, side: &mut Side, node: u32) -> Option<FieldSums> {
    let counts = side.nodes[node as usize];
    let hot = &trie.nodes[node as usize];
    let mut sums = FieldSums {
        present: counts.present,
        duplicates: counts.duplicates,
        out_of_range: counts.out_of_range,
        ..FieldSums::default()
    };
    for place in hot.slots {
        if let Some(slot) = trie.slots.get(place as usize).filter(|slot| slot.count > 0) {
            add(&mut sums, slot, trie.ranges[place as usize], side, place as usize);
        }
    }
    if let Some(sketch) = trie.sketches.get_mut(hot.sketch as usize) {
        (sums.distinct, sums.examples) = std::mem::take(sketch).finish();
    }
    let is_held = sums.kinds.iter().next().is_some();
    is_held.then_some(sums)
}

/// Adds what one kind had at a node.
fn add(
    sums: &mut FieldSums,
    slot: &Slot,
    (least, most): (i64, i64),
    side: &mut Side,
    place: usize,
) {
    let kind = sums.kinds.at(slot.kind);
    (kind.count, kind.seen) = (slot.count, side.seen[place]);
    let range = (least <= most).then_some((least, most));
    match slot.kind {
        Kind::Integer => sums.integers = range,
        Kind::Float => {
            sums.floats = range
                .map(|(least, most)| (number::from_ordered(least), number::from_ordered(most)));
        }
        Kind::String => {
            sums.lengths = range.map(|(least, most)| (least.unsigned_abs(), most.unsigned_abs()));
            let looks = std::mem::take(&mut side.looks[place]);
            sums.looks = looks.looks;
            sums.dates = looks.dates.into_iter().collect();
        }
        _ => {}
    }
}
