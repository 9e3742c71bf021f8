//! The paths of a walk: a node for each path, a slot for each kind seen there, and what the bytes between two fields were.
//!
//! In: names, kinds. Out: places in flat lists. It refuses to know bytes beyond the glue, and records.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::hash;
use super::sketch::Sketch;
use crate::model::path::{FieldPath, Name};
use crate::model::profile::Kind;

/// The root object's node.
pub(super) const ROOT: u32 = 0;
/// Longest glue that is remembered, in words of eight bytes.
const WORDS: usize = 6;

/// All nodes and slots.
pub(super) struct Trie {
    pub(super) nodes: Vec<Node>,
    /// What stood before the first field of an object, last time, by node.
    pub(super) first: Vec<Glue>,
    pub(super) slots: Vec<Slot>,
    pub(super) origins: Vec<Origin>,
    children: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
}

/// What every value at a path touches.
pub(super) struct Node {
    /// Of its name.
    pub(super) name: u64,
    /// The object instance that held it last.
    pub(super) object: u64,
    /// What stood between it and the next field, last time.
    pub(super) next: Glue,
    pub(super) sketch: Sketch,
    /// Slots by kind; 0 where the kind was not seen.
    slots: [u32; 7],
}

/// What every value of a kind at a path touches.
pub(super) struct Slot {
    pub(super) count: u64,
    /// The count before the record that is being read.
    pub(super) before: u64,
    /// The last record that touched it.
    pub(super) stamp: u64,
    /// What it adds to the shape.
    pub(super) shape: u64,
    /// Range of integers, floats (by their total order) or lengths.
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) node: u32,
    pub(super) kind: Kind,
}

/// Where a node is.
pub(super) struct Origin {
    pub(super) parent: u32,
    /// Of the whole path.
    pub(super) path: u64,
    pub(super) name: Box<[u8]>,
}

/// Bytes between two values, and the field behind them.
#[derive(Clone, Copy, Default)]
pub(super) struct Glue {
    words: [u64; WORDS],
    /// The bytes of the last word that count.
    mask: u64,
    count: u8,
    length: u8,
    field: u32,
}

impl Glue {
    /// The glue between `start` and `end`; none if it is too long, or too near the end of the bytes.
    pub(super) fn learn(bytes: &[u8], start: usize, end: usize, field: u32) -> Option<Self> {
        let length = end - start;
        let count = length.div_ceil(8);
        if count > WORDS || start + 8 * count > bytes.len() {
            return None;
        }
        let mut words = [0; WORDS];
        for (i, word) in words.iter_mut().take(count).enumerate() {
            *word = crate::record::scan::load(bytes, start + 8 * i);
        }
        let mask = u64::MAX >> (8 * (8 * count - length));
        words[count - 1] &= mask;
        let narrow = |value: usize| u8::try_from(value).expect("48 at most");
        Some(Self { words, mask, count: narrow(count), length: narrow(length), field })
    }

    /// Whether the same bytes stand at `at`: then the place behind them, and the field.
    #[inline]
    pub(super) fn meets(&self, bytes: &[u8], at: usize) -> Option<(usize, u32)> {
        let tail = bytes.get(at..)?;
        let same = match self.count {
            0 => false,
            1 => self.same::<8>(tail),
            2 => self.same::<16>(tail),
            3 => self.same::<24>(tail),
            4 => self.same::<32>(tail),
            _ => self.same_long(tail),
        };
        same.then_some((at + usize::from(self.length), self.field))
    }

    #[inline]
    fn same<const N: usize>(&self, tail: &[u8]) -> bool {
        let Some(bytes) = tail.first_chunk::<N>() else { return false };
        let (words, _) = bytes.as_chunks::<8>();
        let last = words.len() - 1;
        let differ = |i: usize| u64::from_le_bytes(words[i]) ^ self.words[i];
        (0..last).all(|i| differ(i) == 0) && differ(last) & self.mask == 0
    }

    fn same_long(&self, tail: &[u8]) -> bool {
        match self.count {
            5 => self.same::<40>(tail),
            _ => self.same::<48>(tail),
        }
    }
}

impl Trie {
    pub(super) fn new() -> Self {
        let mut trie = Self {
            nodes: Vec::new(),
            first: Vec::new(),
            // Slot 0 stands for none.
            slots: vec![Slot::new(ROOT, Kind::Null, 0)],
            origins: Vec::new(),
            children: HashMap::default(),
        };
        trie.add(ROOT, &[], 0);
        trie
    }

    fn add(&mut self, parent: u32, name: &[u8], name_hash: u64) -> u32 {
        let node = u32::try_from(self.nodes.len()).expect("fewer nodes than bytes in memory");
        let path = self.origins.get(parent as usize).map_or(0, |origin| origin.path);
        self.nodes.push(Node {
            name: name_hash,
            object: 0,
            next: Glue::default(),
            sketch: Sketch::default(),
            slots: [0; 7],
        });
        self.first.push(Glue::default());
        self.origins.push(Origin { parent, path: hash::path(path, name_hash), name: name.into() });
        node
    }

    /// The node of a name below another.
    pub(super) fn child(&mut self, parent: u32, name: &[u8]) -> u32 {
        let name_hash = hash::name(name);
        let mut key = hash::path(u64::from(parent), name_hash);
        loop {
            match self.children.get(&key) {
                Some(node) if self.is(*node, parent, name) => return *node,
                Some(_) => key = key.wrapping_add(1),
                None => {
                    let node = self.add(parent, name, name_hash);
                    self.children.insert(key, node);
                    return node;
                }
            }
        }
    }

    fn is(&self, node: u32, parent: u32, name: &[u8]) -> bool {
        let origin = &self.origins[node as usize];
        origin.parent == parent && *origin.name == *name
    }

    /// Makes the slot of a kind at a node.
    #[cold]
    pub(super) fn add_slot(&mut self, node: u32, kind: Kind) {
        let slot = u32::try_from(self.slots.len()).expect("fewer slots than bytes in memory");
        let path = self.origins[node as usize].path;
        self.slots.push(Slot::new(node, kind, hash::kind(path, kind as u64)));
        self.nodes[node as usize].slots[kind as usize] = slot;
    }

    /// The path of a node.
    pub(super) fn path(&self, mut node: u32) -> FieldPath {
        let mut names = Vec::new();
        while node != ROOT {
            let origin = &self.origins[node as usize];
            names.push(Name::from(&*origin.name));
            node = origin.parent;
        }
        names.reverse();
        FieldPath(names)
    }
}

impl Node {
    /// The slot of a kind; 0 where it was not seen.
    #[inline]
    pub(super) fn slot(&self, kind: Kind) -> u32 {
        self.slots[kind as usize]
    }
}

impl Slot {
    /// Counts a value; whether it is the first of its record.
    #[inline]
    pub(super) fn touch(&mut self, stamp: u64) -> bool {
        let first = self.stamp != stamp;
        if first {
            self.stamp = stamp;
            self.before = self.count;
        }
        self.count += 1;
        first
    }

    fn new(node: u32, kind: Kind, shape: u64) -> Self {
        Self { count: 0, before: 0, stamp: 0, shape, least: i64::MAX, most: i64::MIN, node, kind }
    }
}

/// Keys that are hashes already.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("keys are u64");
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
