//! The parts of large objects that several readers share, joined again as if one reader had read them.
//!
//! A part was cut behind a line feed that may or may not have ended a record. Where every part holds whole records and nothing
//! else, each record ended where its part did, and a reader of the whole object would have met the same ones: only the
//! ordinals differ, and they are added up here. Where any part holds anything else, the object must be read as a whole.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Mutex;

use crate::io::listing::FilePart;
use crate::model::limits::Limits;
use crate::model::profile::Profile;
use crate::profile::{Seen, Walk};
use crate::run::backup::Opened;

/// What was read of objects in parts, by rank.
pub(super) struct Slices {
    objects: BTreeMap<u32, Object>,
    limits: Limits,
}

#[derive(Default)]
struct Object {
    /// Its first parts, joined.
    joined: Profile,
    records: u64,
    /// How many they are.
    count: usize,
    /// Those that came before their turn, by number.
    early: BTreeMap<usize, Slice>,
    of: usize,
    is_broken: bool,
}

struct Slice {
    profile: Profile,
    records: u64,
}

/// Reads one part. Parts are joined as soon as those before them are there, so that few are held at a time.
pub(super) fn read(opened: &mut Opened<'_>, part: FilePart, slices: &Mutex<Slices>) {
    let lock = || slices.lock().expect("a reader that panics ends the run");
    if lock().objects.get(&opened.rank).is_some_and(|object| object.is_broken) {
        return;
    }
    let limits = lock().limits.clone();
    let mut walk = Walk::new(&limits);
    let mut is_clean = true;
    let (rank, key) = (opened.rank, &opened.object.key);
    let sums = walk.part(rank, key, part.from, opened.body, &mut |seen| {
        is_clean = matches!(seen, Seen::Record { .. });
        if is_clean { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let slice = is_clean.then(|| Slice { profile: walk.into_profile(), records: sums.records });
    lock().add(rank, part, slice);
}

impl Slices {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { objects: BTreeMap::new(), limits: limits.clone() }
    }

    /// Gives every object that is whole to `whole`; the ranks of the others come back.
    pub(super) fn join(self, whole: &mut dyn FnMut(Profile, u64)) -> Vec<u32> {
        let mut broken = Vec::new();
        for (rank, object) in self.objects {
            if object.count == object.of {
                whole(object.joined, object.records);
            } else {
                broken.push(rank);
            }
        }
        broken
    }

    /// Adds a part that holds whole records only, or nothing in place of one that does not.
    fn add(&mut self, rank: u32, part: FilePart, slice: Option<Slice>) {
        let object = self.objects.entry(rank).or_default();
        object.of = part.of;
        match slice {
            Some(slice) if !object.is_broken => object.early.insert(part.number, slice),
            _ => {
                *object = Object { of: part.of, is_broken: true, ..Object::default() };
                return;
            }
        };
        while let Some(next) = object.early.remove(&object.count) {
            object.append(next);
            object.joined.keep_within(&self.limits);
        }
    }
}

impl Object {
    fn append(&mut self, mut next: Slice) {
        let before = self.records;
        next.profile.move_sightings(&|sighting| sighting.record += before);
        self.joined.merge(next.profile);
        self.records += next.records;
        self.count += 1;
    }
}
