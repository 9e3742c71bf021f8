//! The hot loop of the program: values read, counted and hashed, one after another.
//!
//! In: bytes at a value, or behind one. Out: the end of the object, or why the loop pauses. The bytes between two fields are
//! compared with those that followed the same field last time (the glue), so that a name is hardly ever read. Nothing is
//! made here: what comes for the first time is made outside, and the loop goes on where it paused.

use super::changes::{Changes, Remark, Value};
use super::glue::Glue;
use super::guard::{Bounds, Guards, OBJECT, UNSURE};
use super::hash::{self, Hash};
use super::looks::{self, Look};
use super::number::{self, Number};
use super::read::Reader;
use super::sketch::Sketch;
use super::trie::{NONE, Node, Slot};
use crate::model::profile::Kind;
use crate::record::{Fault, FaultKind, Text, scan, unescape};

/// What the loop works on.
pub(super) struct Hot<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) nodes: &'a mut [Node],
    pub(super) slots: &'a mut [Slot],
    pub(super) glues: &'a [Glue],
    pub(super) sketches: &'a [Sketch],
    /// Room for all slots.
    pub(super) trail: &'a mut [u32],
    pub(super) open: &'a mut Vec<Level>,
    pub(super) text: &'a mut Vec<u8>,
    pub(super) changes: &'a mut Changes,
    pub(super) depth: usize,
    pub(super) ranges: &'a [(i64, i64)],
    pub(super) guards: &'a Guards,
    pub(super) bounds: Bounds,
    /// The number of the record.
    pub(super) stamp: u64,
    pub(super) so_far: SoFar,
}

/// What a record adds up to while it is read.
#[derive(Clone, Copy, Default)]
pub(super) struct SoFar {
    /// Slots that it touched.
    pub(super) touched: usize,
    /// Sum of what they add to the shape.
    pub(super) shape: u64,
    /// Objects begun, in this and all records before.
    pub(super) objects: u64,
    /// What its values mean for it.
    pub(super) flags: u8,
}

/// An object or array that is open.
#[derive(Clone, Copy)]
pub(super) struct Level {
    pub(super) node: u32,
    /// The number of the object; 0 in an array.
    pub(super) object: u64,
    pub(super) hash: Hash,
}

/// Where the loop goes on.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) level: Level,
    /// The last field or element of the level; [`NONE`] before the first.
    pub(super) last: u32,
    /// Behind the last value or an opening bracket.
    pub(super) place: usize,
    /// The next value and its node, if it was found already.
    pub(super) value: Option<(usize, u32)>,
}

/// Why the loop stops.
pub(super) enum Pause {
    Fault(Fault),
    /// Another field than last time, or none.
    NoGlue(usize),
    /// A value of a kind that was not seen at this node.
    NoSlot(usize, u32, Kind),
}

impl From<Fault> for Pause {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What is known of a scalar.
#[derive(Clone, Copy)]
pub(super) struct Scalar {
    pub(super) kind: Kind,
    /// Its place in an order: of numbers, or its length.
    pub(super) order: i64,
    hash: Hash,
    /// Where it is written, without quotes.
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Reader {
    /// Runs to the end of the outermost object: the place after it, and its content.
    #[inline(never)]
    pub(super) fn run(&mut self, bytes: &[u8], step: &mut Step) -> Result<(usize, Hash), Pause> {
        // Locals of their own, so that they can be in registers.
        let mut now = *step;
        let mut hot = Hot {
            bytes,
            nodes: &mut self.trie.nodes,
            slots: &mut self.trie.slots,
            glues: &self.trie.glues,
            sketches: &self.trie.sketches,
            trail: &mut self.trail,
            open: &mut self.open,
            text: &mut self.text,
            changes: &mut self.changes,
            depth: self.depth,
            ranges: &self.trie.ranges,
            guards: &self.trie.guards,
            bounds: self.bounds,
            stamp: self.stamp,
            so_far: self.so_far,
        };
        let end = hot.values(&mut now);
        self.so_far = hot.so_far;
        *step = now;
        end
    }
}

/// What happens for every value.
impl Hot<'_> {
    #[expect(clippy::inline_always, reason = "what it works on stays in registers")]
    #[inline(always)]
    fn values(&mut self, step: &mut Step) -> Result<(usize, Hash), Pause> {
        loop {
            let (start, node) = match step.value.take() {
                Some(found) => found,
                None => match self.next(step)? {
                    Next::Value(start, node) => (start, node),
                    Next::Closed(hash) => {
                        let Some(outer) = self.open.pop() else { return Ok((step.place, hash)) };
                        step.last = step.level.node;
                        step.level = outer;
                        step.level.fold(self.nodes[step.last as usize].name, hash);
                        continue;
                    }
                },
            };
            self.value(start, node, step)?;
        }
    }

    /// The next value of the level, or its end.
    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn next(&mut self, step: &mut Step) -> Result<Next, Pause> {
        if step.level.object > 0 {
            if let Some((start, node)) = self.field(step) {
                return Ok(Next::Value(start, node));
            }
            if self.bytes.get(step.place) != Some(&b'}') {
                return Err(Pause::NoGlue(step.place));
            }
        }
        match closing(self.bytes, step)? {
            Err(start) => Ok(Next::Value(start, step.level.node)),
            Ok(end) => {
                step.place = end + 1;
                Ok(Next::Closed(step.level.finish()))
            }
        }
    }

    /// The next field, if it is the one that came last time.
    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn field(&mut self, step: &Step) -> Option<(usize, u32)> {
        let followers = if step.last == NONE {
            self.nodes[step.level.node as usize].first
        } else {
            self.nodes[step.last as usize].next
        };
        let glue = self.glues.get(followers.0[0] as usize)?;
        let (start, node) = glue.meets(self.bytes, step.place)?;
        let held = &mut self.nodes[node as usize].object;
        if *held == step.level.object {
            self.changes.remark(node, Remark::Duplicate);
            self.so_far.flags |= UNSURE;
        }
        *held = step.level.object;
        Some((start, node))
    }

    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn value(&mut self, mut start: usize, node: u32, step: &mut Step) -> Result<(), Pause> {
        step.place = loop {
            match self.bytes.get(start) {
                Some(b'"') => break self.string(start, node, &mut step.level)?,
                Some(b'-' | b'0'..=b'9') => break self.number(start, node, &mut step.level)?,
                Some(b'n') => {
                    let word = (b"null", Kind::Null, hash::NULL);
                    break self.word(start, node, &mut step.level, word)?;
                }
                Some(b't') => {
                    let word = (b"true", Kind::Boolean, hash::TRUE);
                    break self.word(start, node, &mut step.level, word)?;
                }
                Some(b'f') => {
                    let word = (b"false", Kind::Boolean, hash::FALSE);
                    break self.word(start, node, &mut step.level, word)?;
                }
                Some(b'{') => return self.begin(start, node, Kind::Object, step),
                Some(b'[') => return self.begin(start, node, Kind::Array, step),
                // White space is behind the colon only where it was not last time.
                _ => start = behind_space(self.bytes, start)?,
            }
        };
        step.last = node;
        Ok(())
    }

    #[expect(clippy::inline_always, reason = "what it works on stays in registers")]
    #[inline(always)]
    fn begin(&mut self, start: usize, node: u32, kind: Kind, step: &mut Step) -> Result<(), Pause> {
        if self.open.len() + 1 >= self.depth {
            return Err(FaultKind::TooDeep.at(start).into());
        }
        if self.open.len() + 2 > self.bounds.depth {
            self.so_far.flags |= UNSURE;
        }
        let slot = self.touch(start, node, kind)?;
        if self.slots[slot as usize].flags & OBJECT != 0 {
            self.so_far.flags |= {
                let lost = &mut self.changes.lost;
                self.guards.look_at_object(slot, self.bytes, start, lost)
            };
        }
        self.so_far.objects += 1;
        let object = if kind == Kind::Object { self.so_far.objects } else { 0 };
        self.open.push(step.level);
        step.level = Level { node, object, hash: Hash::default() };
        step.last = NONE;
        step.place = start + 1;
        Ok(())
    }

    /// Counts a value; its slot's place.
    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn touch(&mut self, start: usize, node: u32, kind: Kind) -> Result<u32, Pause> {
        let place = self.nodes[node as usize].slots[kind as usize];
        let Some(slot) = self.slots.get_mut(place as usize) else {
            return Err(Pause::NoSlot(start, node, kind));
        };
        if slot.stamp != self.stamp {
            slot.stamp = self.stamp;
            slot.before = slot.count;
            self.so_far.shape = self.so_far.shape.wrapping_add(slot.shape);
            self.trail[self.so_far.touched] = place;
            self.so_far.touched += 1;
            self.so_far.flags |= slot.flags;
        }
        slot.count += 1;
        Ok(place)
    }

    /// Counts a scalar that has a place in an order, and may be a new one; its slot's place.
    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn note(
        &mut self,
        start: usize,
        node: u32,
        level: &mut Level,
        scalar: &Scalar,
    ) -> Result<u32, Pause> {
        let place = self.touch(start, node, scalar.kind)?;
        let slot = &self.slots[place as usize];
        if scalar.order < slot.least || scalar.order > slot.most {
            let known = self.ranges[place as usize];
            self.so_far.flags |=
                look(known, self.guards, self.changes, (place, scalar), self.bytes);
        }
        self.sketch(node, scalar);
        level.fold(self.nodes[node as usize].name, scalar.hash);
        Ok(place)
    }

    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn sketch(&mut self, node: u32, scalar: &Scalar) {
        let sketch = self.nodes[node as usize].sketch;
        let Scalar { kind, hash, start, end, .. } = *scalar;
        if self.sketches.get(sketch as usize).is_some_and(|known| known.wants(hash.low)) {
            self.changes.value(Value { sketch, kind, hash: hash.low, start, end });
        }
    }

    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn word<const N: usize>(
        &mut self,
        start: usize,
        node: u32,
        level: &mut Level,
        (word, kind, hash): (&[u8; N], Kind, Hash),
    ) -> Result<usize, Pause> {
        let end = scan::literal(self.bytes, start, word)?;
        self.touch(start, node, kind)?;
        level.fold(self.nodes[node as usize].name, hash);
        Ok(end)
    }

    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn number(&mut self, start: usize, node: u32, level: &mut Level) -> Result<usize, Pause> {
        let (end, number) = number::read(self.bytes, start)?;
        let (kind, order, hash) = match number {
            Number::Integer(value) => (Kind::Integer, value, hash::integer(value)),
            Number::Float(value) => (Kind::Float, number::ordered(value), hash::float(value)),
            Number::Digits => return self.odd_number(start, end, node, level, Kind::Integer),
            Number::Infinite => return self.odd_number(start, end, node, level, Kind::Float),
        };
        if end - start > self.bounds.number {
            self.so_far.flags |= UNSURE;
        }
        self.note(start, node, level, &Scalar { kind, order, hash, start, end })?;
        Ok(end)
    }

    /// A number without a place in the order, but for `-0`.
    #[expect(clippy::inline_always, reason = "what it works on stays in registers")]
    #[inline(always)]
    fn odd_number(
        &mut self,
        start: usize,
        end: usize,
        node: u32,
        level: &mut Level,
        kind: Kind,
    ) -> Result<usize, Pause> {
        self.so_far.flags |= UNSURE;
        let text = &self.bytes[start..end];
        let hash = hash::digits(text);
        let place = self.touch(start, node, kind)?;
        if text == b"-0" {
            self.changes.range(place, 0);
        } else {
            self.changes.remark(node, Remark::OutOfRange);
        }
        self.sketch(node, &Scalar { kind, order: 0, hash, start, end });
        level.fold(self.nodes[node as usize].name, hash);
        Ok(end)
    }

    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn string(&mut self, start: usize, node: u32, level: &mut Level) -> Result<usize, Pause> {
        let read = match plain_string(self.bytes, start + 1) {
            Some(read) => read,
            None => odd_string(self.bytes, start + 1, self.text)?,
        };
        let (order, hash) = ((read.length as u64).cast_signed(), read.hash);
        let scalar = Scalar { kind: Kind::String, order, hash, start: start + 1, end: read.end };
        self.so_far.flags |= read.flags;
        let place = self.note(start, node, level, &scalar)?;
        if let Some(look) = read.look {
            self.changes.remark(place, Remark::Look(look));
        }
        Ok(read.end + 1)
    }
}

/// What comes next in an object or array.
enum Next {
    /// Where a value is, and its node.
    Value(usize, u32),
    /// Nothing; this is what it held.
    Closed(Hash),
}

/// A string that was read.
struct Read {
    /// Where it is closed.
    end: usize,
    /// Of what is meant.
    length: usize,
    hash: Hash,
    look: Option<Look>,
    flags: u8,
}

/// A string without escapes and bytes above 0x7f.
#[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
#[inline(always)]
fn plain_string(bytes: &[u8], start: usize) -> Option<Read> {
    let block = scan::block(bytes, start)?;
    let length = scan::stops(block).trailing_zeros() as usize;
    if let Some(stop) = block.get(length) {
        let (end, hash) = (start + length, hash::short(block, length));
        let look = if looks::FIRST[usize::from(block[0])] {
            looks::closer_look(&block[..length])
        } else {
            None
        };
        return (*stop == b'"').then_some(Read { end, length, hash, look, flags: 0 });
    }
    let end = scan::run(bytes, start + scan::BLOCK);
    if bytes.get(end) != Some(&b'"') {
        return None;
    }
    let text = &bytes[start..end];
    Some(Read {
        end,
        length: text.len(),
        hash: hash::long(text),
        look: looks::look(text),
        flags: 0,
    })
}

/// A closer look at a value: its range may grow, and the check may want to see it.
#[inline(never)]
fn look(
    (least, most): (i64, i64),
    guards: &Guards,
    changes: &mut Changes,
    (place, scalar): (u32, &Scalar),
    bytes: &[u8],
) -> u8 {
    if scalar.order < least || scalar.order > most {
        changes.range(place, scalar.order);
    }
    guards.look(place as usize, scalar, bytes, &mut changes.lost)
}

/// Any string.
#[inline(never)]
fn odd_string(bytes: &[u8], start: usize, buffer: &mut Vec<u8>) -> Result<Read, Fault> {
    let (end, text, flags) = match unescape::string(bytes, start, buffer) {
        Some(end) => (end, &buffer[..], 0),
        None => {
            let scanned = scan::string(bytes, start)?;
            let raw = &bytes[start..scanned.end];
            let text = Text::value(raw, scanned).decode_into(buffer);
            let is_utf8 = std::str::from_utf8(text).is_ok();
            (scanned.end, text, if is_utf8 { 0 } else { UNSURE })
        }
    };
    Ok(Read { end, length: text.len(), hash: hash::text(text), look: looks::look(text), flags })
}

impl Level {
    /// Adds a field or element to the content.
    #[inline]
    fn fold(&mut self, name: u64, hash: Hash) {
        if self.object > 0 {
            hash::field(&mut self.hash, name, hash);
        } else {
            hash::element(&mut self.hash, hash);
        }
    }

    #[inline]
    fn finish(&self) -> Hash {
        if self.object > 0 { hash::object(self.hash) } else { hash::array(self.hash) }
    }
}

/// The end of an object or array; else where the next element is.
#[inline]
fn closing(bytes: &[u8], step: &Step) -> Result<Result<usize, usize>, Fault> {
    let at = scan::space(bytes, step.place)?;
    let object = step.level.object > 0;
    match bytes.get(at) {
        Some(b'}') if object => Ok(Ok(at)),
        Some(b']') if !object => Ok(Ok(at)),
        Some(b',') if step.last != NONE => scan::space(bytes, at + 1).map(Err),
        Some(_) if step.last == NONE => Ok(Err(at)),
        _ => Err(scan::unexpected(bytes, at)),
    }
}

fn behind_space(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    match scan::space(bytes, start)? {
        same if same == start => Err(scan::unexpected(bytes, start)),
        next => Ok(next),
    }
}
