//! One record read and summed in one pass, and what stops the hot loop: fields and kinds that come for the first time.
//!
//! In: bytes at a `{`. Out: where the object ends, or its first fault; its sums, once somebody says that it counts. What a
//! record changes is kept aside until it is whole; counters are changed at once, and set back.

use std::sync::Arc;

use super::changes::{Changes, Remark};
use super::glue::Glue;
use super::guard::{Bounds, Guards, LOSSY, Passed, UNSURE};
use super::hash::Hash;
use super::run::{Level, Pause, SoFar, Step};
use super::trie::{NONE, ROOT, Trie};
use crate::model::fate::Loss;
use crate::profile::Verdict;
use crate::record::{Fault, Text, scan};

/// The record that is being read, and the paths that it touches.
pub(super) struct Reader {
    pub(super) trie: Trie,
    /// The slots that the record touched; the rest is room for all that there are.
    pub(super) trail: Vec<u32>,
    pub(super) so_far: SoFar,
    pub(super) depth: usize,
    pub(super) bounds: Bounds,
    /// The number of the record's first object.
    first_object: u64,
    /// The last record before the object that is being walked.
    before: u64,
    example_bytes: usize,
    /// Records tried so far.
    pub(super) stamp: u64,
    pub(super) open: Vec<Level>,
    pub(super) text: Vec<u8>,
    pub(super) changes: Changes,
}

impl Reader {
    pub(super) fn new(depth: usize, example_bytes: usize) -> Self {
        Self {
            trie: Trie::new(),
            trail: Vec::new(),
            so_far: SoFar::default(),
            depth,
            bounds: Guards::default().bounds(),
            first_object: 0,
            before: 0,
            example_bytes,
            stamp: 0,
            open: Vec::new(),
            text: Vec::new(),
            changes: Changes::default(),
        }
    }

    /// The slots that the record touched, and the sum of what they add to its shape.
    pub(super) fn touched(&self) -> (&[u32], u64) {
        (&self.trail[..self.so_far.touched], self.so_far.shape)
    }

    /// From now on records are tested by these guards.
    pub(super) fn guard(&mut self, guards: Guards) {
        self.bounds = guards.bounds();
        self.trie.guard(guards);
    }

    /// An object begins: [`Self::passed`] is about its records.
    pub(super) fn begin(&mut self) {
        self.before = self.stamp;
    }

    /// Whether what the guards let through since an object began passes these checks too.
    pub(super) fn passed(&self) -> Vec<Passed> {
        self.trie.passed(self.before)
    }

    /// What the check says of the record that was read.
    pub(super) fn verdict<'a>(&self, losses: &'a mut Vec<Arc<Loss>>) -> Verdict<'a> {
        let guards = &self.trie.guards;
        let objects = self.so_far.objects - self.first_object + 1;
        let flags = self.so_far.flags;
        if !guards.is_active() || flags & UNSURE != 0 || objects > self.bounds.objects {
            return Verdict::Unsure;
        }
        if flags & LOSSY != 0 {
            guards.losses(self.touched().0, &self.changes.lost, losses);
            return Verdict::Lossy(losses);
        }
        Verdict::Clean
    }

    /// Reads the object that begins at `at`; the place after it, and the hash of its content.
    pub(super) fn read(&mut self, bytes: &[u8], at: usize) -> Result<(usize, Hash), Fault> {
        self.stamp += 1;
        let objects = self.so_far.objects + 1;
        self.so_far = SoFar { objects, ..SoFar::default() };
        self.first_object = objects;
        let level = Level { node: ROOT, object: objects, hash: Hash::default() };
        let mut step = Step { level, last: NONE, place: at + 1, value: None };
        loop {
            match self.run(bytes, &mut step) {
                Ok(whole) => return Ok(whole),
                Err(Pause::Fault(fault)) => return Err(fault),
                Err(Pause::NoSlot(start, node, kind)) => {
                    self.trie.add_slot(node, kind);
                    self.trail.resize(self.trie.slots.len(), NONE);
                    step.value = Some((start, node));
                }
                Err(Pause::NoGlue(place)) => {
                    step.value = self.field(bytes, place, &step)?;
                    if step.value.is_none() {
                        step.place = scan::space(bytes, place)?;
                    }
                }
            }
        }
    }

    /// Drops the record that was read.
    pub(super) fn forget(&mut self) {
        for slot in &self.trail[..self.so_far.touched] {
            let slot = &mut self.trie.slots[*slot as usize];
            slot.count = slot.before;
        }
        self.so_far.touched = 0;
        self.open.clear();
        self.changes.forget();
    }

    /// Keeps what the record changed. `bytes` are those that it was read from; remarks are handed on.
    #[inline]
    pub(super) fn keep(&mut self, bytes: &[u8], remark: impl FnMut(u32, Remark)) {
        self.changes.keep(&mut self.trie, bytes, self.example_bytes, remark);
    }

    /// The next field, which is not the one that came last time; `None` where the object ends.
    #[inline(never)]
    fn field(
        &mut self,
        bytes: &[u8],
        place: usize,
        step: &Step,
    ) -> Result<Option<(usize, u32)>, Fault> {
        let (parent, last) = (step.level.node, step.last);
        let met = match self.trie.meets_other(parent, last, bytes, place) {
            Some(met) => Some(met),
            None => self.name(bytes, place, parent, last)?,
        };
        if let Some((_, node)) = met {
            self.claim(node, step.level.object);
        }
        Ok(met)
    }

    /// Notes which object holds this field.
    fn claim(&mut self, node: u32, object: u64) {
        let held = &mut self.trie.nodes[node as usize].object;
        if *held == object {
            self.changes.remark(node, Remark::Duplicate);
            self.so_far.flags |= UNSURE;
        }
        *held = object;
    }

    /// A field read byte by byte; what stood before it is remembered.
    fn name(
        &mut self,
        bytes: &[u8],
        place: usize,
        parent: u32,
        last: u32,
    ) -> Result<Option<(usize, u32)>, Fault> {
        let mut at = scan::space(bytes, place)?;
        match bytes.get(at) {
            Some(b'}') => return Ok(None),
            Some(b',') if last != NONE => at = scan::space(bytes, at + 1)?,
            Some(_) if last == NONE => {}
            _ => return Err(scan::unexpected(bytes, at)),
        }
        if bytes.get(at) != Some(&b'"') {
            return Err(scan::unexpected(bytes, at));
        }
        let name = scan::string(bytes, at + 1)?;
        let colon = scan::space(bytes, name.end + 1)?;
        if bytes.get(colon) != Some(&b':') {
            return Err(scan::unexpected(bytes, colon));
        }
        let start = scan::space(bytes, colon + 1)?;
        let text = Text::name(&bytes[at + 1..name.end], name);
        let node = self.trie.child(parent, text.decode_into(&mut self.text));
        let comment = bytes[place..at].contains(&b'/') || bytes[name.end..start].contains(&b'/');
        if start < bytes.len() && !comment {
            self.trie.follow(parent, last, node, || Glue::learn(bytes, place, start, node));
        }
        Ok(Some((start, node)))
    }
}
