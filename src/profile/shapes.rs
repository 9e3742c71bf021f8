//! The shapes of a walk: which slots a record touched, how often, first and last.
//!
//! In: the hash of a record's shape and its slots. Out: a number for each shape. It refuses to know paths.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::trie::Hashed;
use crate::model::object::Sighting;

/// Shapes seen so far.
#[derive(Default)]
pub(super) struct Shapes {
    pub(super) list: Vec<Seen>,
    index: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    last: usize,
}

/// One shape.
pub(super) struct Seen {
    pub(super) id: u64,
    pub(super) slots: Box<[u32]>,
    pub(super) records: u64,
    pub(super) first: Sighting,
    pub(super) last: Sighting,
}

impl Shapes {
    /// Counts a record of a shape.
    #[inline]
    pub(super) fn see(&mut self, id: u64, slots: &[u32], sighting: Sighting) {
        let last = self.list.get_mut(self.last).filter(|shape| shape.id == id);
        let shape = match last {
            Some(shape) => shape,
            None => {
                self.last = self.find(id, slots, sighting);
                &mut self.list[self.last]
            }
        };
        shape.records += 1;
        shape.first = shape.first.min(sighting);
        shape.last = shape.last.max(sighting);
    }

    /// Keeps the shapes with the smallest hashes, so many of them; the others are handed out.
    pub(super) fn keep(&mut self, most: usize) -> Vec<Seen> {
        self.list.sort_unstable_by_key(|shape| shape.id);
        let beyond = self.list.split_off(most.min(self.list.len()));
        self.last = 0;
        self.index.clear();
        self.index.extend(self.list.iter().zip(0..).map(|(shape, place)| (shape.id, place)));
        beyond
    }

    /// All of them; what only serves to find them is given back.
    pub(super) fn into_list(self) -> Vec<Seen> {
        self.list
    }

    fn find(&mut self, id: u64, slots: &[u32], sighting: Sighting) -> usize {
        let next = self.list.len();
        let place = *self
            .index
            .entry(id)
            .or_insert_with(|| u32::try_from(next).expect("fewer shapes than bytes in memory"));
        if place as usize == next {
            let slots = slots.into();
            self.list.push(Seen { id, slots, records: 0, first: sighting, last: sighting });
        }
        place as usize
    }
}
