//! The paths of a walk: a node for each path, a slot for each kind seen there, a sketch of the values, glue between fields.
//!
//! In: names, kinds. Out: places in flat lists. Many paths are cheap: what a node does not need is not made. It refuses to
//! know bytes beyond names and glue, and records.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::glue::Glue;
use super::guard::{Guards, Passed};
use super::hash;
use super::sketch::Sketch;
use crate::model::path::{FieldPath, Name};
use crate::model::profile::Kind;

/// The root object's node.
pub(super) const ROOT: u32 = 0;
/// No place in a list.
pub(super) const NONE: u32 = u32::MAX;
/// Marks a field in the place of a glue.
const CANDIDATE: u32 = 1 << 31;

/// All nodes and slots.
pub(super) struct Trie {
    pub(super) nodes: Vec<Node>,
    pub(super) slots: Vec<Slot>,
    /// By slot: the range of integers, floats (by their total order) or lengths that was seen.
    pub(super) ranges: Vec<(i64, i64)>,
    pub(super) guards: Guards,
    pub(super) glues: Vec<Glue>,
    pub(super) sketches: Vec<Sketch>,
    pub(super) origins: Vec<Origin>,
    children: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
}

/// What every value at a path touches: one line of the cache.
#[repr(align(64))]
pub(super) struct Node {
    /// Of its name.
    pub(super) name: u64,
    /// The object instance that held it last.
    pub(super) object: u64,
    /// What follows it in its object.
    pub(super) next: Followers,
    /// What comes first in it, where it is an object.
    pub(super) first: Followers,
    /// Slots by kind; [`NONE`] where the kind was not seen.
    pub(super) slots: [u32; 7],
    /// The sketch of its values; [`NONE`] where it has none.
    pub(super) sketch: u32,
}

/// The two fields that came behind a place last, the last one first: places of their glues. Glue is made when a field comes
/// for the second time; until then its number stands here, marked.
#[derive(Clone, Copy)]
pub(super) struct Followers(pub(super) [u32; 2]);

/// What every value of a kind at a path touches: one line of the cache.
#[repr(align(64))]
pub(super) struct Slot {
    pub(super) count: u64,
    /// The count before the record that is being read.
    pub(super) before: u64,
    /// The last record that touched it.
    pub(super) stamp: u64,
    /// What it adds to the shape.
    pub(super) shape: u64,
    /// Orders that need no closer look: inside the range, and taken by the check.
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) node: u32,
    pub(super) kind: Kind,
    /// What a value means for its record: see [`super::guard`].
    pub(super) flags: u8,
}

/// Where a node is. What is read by name touches one line of the cache.
#[repr(align(64))]
pub(super) struct Origin {
    /// Of the whole path.
    pub(super) path: u64,
    pub(super) parent: u32,
    name: Spelled,
}

/// A name. Short ones need no memory of their own.
enum Spelled {
    Short(u8, [u8; SHORT]),
    Long(Box<[u8]>),
}

/// As many bytes as fit beside a pointer.
const SHORT: usize = 22;

impl Trie {
    pub(super) fn new() -> Self {
        let mut trie = Self {
            nodes: Vec::new(),
            slots: Vec::new(),
            ranges: Vec::new(),
            guards: Guards::default(),
            glues: Vec::new(),
            sketches: Vec::new(),
            origins: Vec::new(),
            children: HashMap::default(),
        };
        trie.add(ROOT, &[], 0);
        trie
    }

    fn add(&mut self, parent: u32, name: &[u8], name_hash: u64) -> u32 {
        let node = place(self.nodes.len());
        let path = self.origins.get(parent as usize).map_or(0, |origin| origin.path);
        self.nodes.push(Node {
            name: name_hash,
            object: 0,
            next: Followers([NONE; 2]),
            first: Followers([NONE; 2]),
            slots: [NONE; 7],
            sketch: NONE,
        });
        let (path, name) = (hash::path(path, name_hash), Spelled::from(name));
        self.origins.push(Origin { path, parent, name });
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
        origin.parent == parent && origin.name.bytes() == name
    }

    /// Makes the slot of a kind at a node.
    #[cold]
    pub(super) fn add_slot(&mut self, node: u32, kind: Kind) {
        let path = self.origins[node as usize].path;
        let hot = &mut self.nodes[node as usize];
        hot.slots[kind as usize] = place(self.slots.len());
        let mut slot = Slot::new(node, kind, hash::kind(path, kind as u64));
        if self.guards.is_active() {
            self.guards.add(&mut slot, &names(&self.origins, node));
        }
        self.slots.push(slot);
        self.ranges.push((i64::MAX, i64::MIN));
        if matches!(kind, Kind::Integer | Kind::Float | Kind::String) && hot.sketch == NONE {
            hot.sketch = place(self.sketches.len());
            self.sketches.push(Sketch::default());
        }
    }

    /// The followers of a field, or of the beginning of an object.
    pub(super) fn followers(&mut self, parent: u32, last: u32) -> &mut Followers {
        if last == NONE {
            &mut self.nodes[parent as usize].first
        } else {
            &mut self.nodes[last as usize].next
        }
    }

    /// Whether the second follower's glue stands at `at`: then it comes first from now on.
    pub(super) fn meets_other(
        &mut self,
        parent: u32,
        last: u32,
        bytes: &[u8],
        at: usize,
    ) -> Option<(usize, u32)> {
        let Followers([first, second]) = *self.followers(parent, last);
        let met = self.glues.get(second as usize)?.meets(bytes, at)?;
        *self.followers(parent, last) = Followers([second, first]);
        Some(met)
    }

    /// Learns that a field came; `glue` is what led to it.
    pub(super) fn follow(
        &mut self,
        parent: u32,
        last: u32,
        field: u32,
        glue: impl FnOnce() -> Option<Glue>,
    ) {
        let Followers([first, second]) = *self.followers(parent, last);
        let candidate = CANDIDATE | field;
        let learned = match (first & CANDIDATE == 0, second & CANDIDATE == 0) {
            (false, _) if first != candidate => [candidate, second],
            (true, false) if second != candidate => [first, candidate],
            (first_known, second_known) => {
                let Some(glue) = glue() else { return };
                let glue = self.keep_glue(glue, if second_known { second } else { NONE });
                [glue, if first_known { first } else { second }]
            }
        };
        *self.followers(parent, last) = Followers(learned);
    }

    fn keep_glue(&mut self, glue: Glue, at: u32) -> u32 {
        match self.glues.get_mut(at as usize) {
            Some(old) => {
                *old = glue;
                at
            }
            None => {
                self.glues.push(glue);
                place(self.glues.len() - 1)
            }
        }
    }

    /// The path of a node.
    pub(super) fn path(&self, node: u32) -> FieldPath {
        FieldPath(names(&self.origins, node).into_iter().map(Name::from).collect())
    }

    /// A value of this order was seen.
    pub(super) fn grow(&mut self, place: u32, order: i64) {
        let at = place as usize;
        let (least, most) = &mut self.ranges[at];
        (*least, *most) = ((*least).min(order), (*most).max(order));
        self.calm(at);
    }

    /// From now on slots are tested by these guards.
    pub(super) fn guard(&mut self, guards: Guards) {
        self.guards = guards;
        for at in 0..self.slots.len() {
            let path = names(&self.origins, self.slots[at].node);
            self.guards.add(&mut self.slots[at], &path);
            self.calm(at);
        }
    }

    /// Whether what passed in records after that one passes these checks too.
    pub(super) fn passed(&self, record: u64) -> Vec<Passed> {
        let touched = (0..).zip(&self.slots).filter(|(_, slot)| slot.stamp > record);
        let passed = |(at, slot): (usize, &Slot)| {
            self.guards.passed(at, &names(&self.origins, slot.node), slot.kind)
        };
        touched.map(passed).collect()
    }

    fn calm(&mut self, at: usize) {
        let quiet = self.guards.quiet(at, self.ranges[at]);
        (self.slots[at].least, self.slots[at].most) = quiet;
    }
}

/// The names that lead to a node.
fn names(origins: &[Origin], mut node: u32) -> Vec<&[u8]> {
    let mut names = Vec::new();
    while node != ROOT {
        let origin = &origins[node as usize];
        names.push(origin.name.bytes());
        node = origin.parent;
    }
    names.reverse();
    names
}

/// A place in a list.
fn place(length: usize) -> u32 {
    let place = u32::try_from(length).ok().filter(|place| place & CANDIDATE == 0);
    place.expect("fewer than 2^31 of anything fit the memory")
}

impl Slot {
    fn new(node: u32, kind: Kind, shape: u64) -> Self {
        Self {
            count: 0,
            before: 0,
            stamp: 0,
            shape,
            least: i64::MAX,
            most: i64::MIN,
            node,
            kind,
            flags: 0,
        }
    }
}

impl From<&[u8]> for Spelled {
    fn from(name: &[u8]) -> Self {
        let mut short = [0; SHORT];
        match (short.get_mut(..name.len()), u8::try_from(name.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(name);
                Self::Short(length, short)
            }
            _ => Self::Long(name.into()),
        }
    }
}

impl Spelled {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Short(length, bytes) => &bytes[..usize::from(*length)],
            Self::Long(bytes) => bytes,
        }
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
