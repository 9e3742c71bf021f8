//! One record read and summed in one pass: the hot loop of the program.
//!
//! In: bytes at a `{`. Out: where the object ends, or its first fault; its sums, once somebody says that it counts. The
//! bytes between two fields are compared with those that followed the same field last time (the glue), so that a name is
//! hardly ever read. What a record changes is kept aside until it is whole; counters are changed at once, and set back.

use super::hash::{self, Hash};
use super::looks::{self, Look};
use super::number::{self, Number};
use super::trie::{Glue, Node, ROOT, Trie};
use crate::model::profile::{Example, Kind};
use crate::record::{Fault, FaultKind, Text, scan};

/// No field yet in this object.
const NONE: u32 = u32::MAX;

/// The record that is being read, and the paths that it touches.
pub(super) struct Reader {
    pub(super) trie: Trie,
    /// Slots that the record touched.
    pub(super) trail: Vec<u32>,
    /// Sum of what the slots add to the shape.
    pub(super) shape: u64,
    depth: usize,
    example_bytes: usize,
    /// Records tried so far.
    stamp: u64,
    /// Objects begun so far.
    objects: u64,
    open: Vec<Level>,
    text: Vec<u8>,
    ranges: Vec<(u32, i64)>,
    values: Vec<Value>,
    remarks: Vec<(u32, Remark)>,
}

/// An object or array that is open.
#[derive(Clone, Copy)]
struct Level {
    node: u32,
    /// The number of the object; 0 in an array.
    object: u64,
    hash: Hash,
}

/// A value that may be new at its path.
#[derive(Clone, Copy)]
struct Value {
    node: u32,
    kind: Kind,
    hash: u64,
    /// Where it is written.
    start: usize,
    end: usize,
}

/// What is counted rarely.
#[derive(Clone, Copy)]
pub(super) enum Remark {
    /// Of a slot of strings.
    Look(Look),
    /// Of a node.
    Duplicate,
    /// Of a node.
    OutOfRange,
}

impl Reader {
    pub(super) fn new(depth: usize, example_bytes: usize) -> Self {
        Self {
            trie: Trie::new(),
            trail: Vec::new(),
            shape: 0,
            depth,
            example_bytes,
            stamp: 0,
            objects: 0,
            open: Vec::new(),
            text: Vec::new(),
            ranges: Vec::new(),
            values: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Reads the object that begins at `at`; the place after it, and the hash of its content.
    pub(super) fn read(&mut self, bytes: &[u8], at: usize) -> Result<(usize, Hash), Fault> {
        self.stamp += 1;
        self.shape = 0;
        self.objects += 1;
        let level = Level { node: ROOT, object: self.objects, hash: Hash::default() };
        let mut step = Step { level, last: NONE, place: at + 1, value: None };
        loop {
            match self.run(bytes, &mut step) {
                Ok(whole) => return Ok(whole),
                Err(Pause::Fault(fault)) => return Err(fault),
                Err(Pause::NoSlot(at, kind)) => {
                    self.trie.add_slot(at.node, kind);
                    step.value = Some((at.start, at.node));
                }
                Err(Pause::NoGlue(place)) => {
                    step.value = self.name(bytes, place, step.level.node, step.last)?;
                    match step.value {
                        Some((_, node)) => self.claim(node, step.level.object),
                        None => step.place = scan::space(bytes, place)?,
                    }
                }
            }
        }
    }

    /// Drops the record that was read.
    pub(super) fn forget(&mut self) {
        for slot in self.trail.drain(..) {
            let slot = &mut self.trie.slots[slot as usize];
            slot.count = slot.before;
        }
        self.open.clear();
        self.ranges.clear();
        self.values.clear();
        self.remarks.clear();
    }

    /// Keeps what the record changed. `bytes` are those that it was read from; remarks are handed on.
    #[inline]
    pub(super) fn keep(&mut self, bytes: &[u8], remark: impl FnMut(u32, Remark)) {
        self.trail.clear();
        if !(self.ranges.is_empty() && self.values.is_empty() && self.remarks.is_empty()) {
            self.keep_changes(bytes, remark);
        }
    }

    fn keep_changes(&mut self, bytes: &[u8], mut remark: impl FnMut(u32, Remark)) {
        for (slot, value) in self.ranges.drain(..) {
            let slot = &mut self.trie.slots[slot as usize];
            slot.least = slot.least.min(value);
            slot.most = slot.most.max(value);
        }
        for value in self.values.drain(..) {
            let example = || example(bytes, &value, self.example_bytes);
            self.trie.nodes[value.node as usize].sketch.add(value.hash, example);
        }
        self.remarks.drain(..).for_each(|(place, what)| remark(place, what));
    }

    /// Notes which object holds this field.
    fn claim(&mut self, node: u32, object: u64) {
        let held = &mut self.trie.nodes[node as usize].object;
        if *held == object {
            self.remarks.push((node, Remark::Duplicate));
        }
        *held = object;
    }

    /// The next field, read byte by byte; what stood before it is remembered.
    #[inline(never)]
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
            _ => return Err(unexpected(bytes, at)),
        }
        if bytes.get(at) != Some(&b'"') {
            return Err(unexpected(bytes, at));
        }
        let name = scan::string(bytes, at + 1)?;
        let colon = scan::space(bytes, name.end + 1)?;
        if bytes.get(colon) != Some(&b':') {
            return Err(unexpected(bytes, colon));
        }
        let start = scan::space(bytes, colon + 1)?;
        let text = Text::name(&bytes[at + 1..name.end], name);
        let node = self.trie.child(parent, text.decode_into(&mut self.text));
        let comment = bytes[place..at].contains(&b'/') || bytes[name.end..start].contains(&b'/');
        if start < bytes.len()
            && !comment
            && let Some(glue) = Glue::learn(bytes, place, start, node)
        {
            if last == NONE {
                self.trie.first[parent as usize] = glue;
            } else {
                self.trie.nodes[last as usize].next = glue;
            }
        }
        Ok(Some((start, node)))
    }
}

/// Where a run goes on.
struct Step {
    level: Level,
    /// The last field or element of the level; [`NONE`] before the first.
    last: u32,
    /// Behind the last value or an opening bracket.
    place: usize,
    /// The next value, if it was found already.
    value: Option<(usize, u32)>,
}

/// Where a value is, in the bytes and in the trie.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    node: u32,
}

/// Why a run stops.
enum Pause {
    Fault(Fault),
    /// Another field than last time, or none.
    NoGlue(usize),
    /// A kind that was not seen at this node.
    NoSlot(Place, Kind),
}

impl From<Fault> for Pause {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What happens for every value.
impl Reader {
    #[inline(never)]
    fn run(&mut self, bytes: &[u8], step: &mut Step) -> Result<(usize, Hash), Pause> {
        'values: loop {
            let (mut start, node) = match step.value.take() {
                Some(found) => found,
                None if step.level.object > 0 && bytes.get(step.place) != Some(&b'}') => {
                    self.field(bytes, step)?
                }
                None => match closing(bytes, step)? {
                    Err(start) => (start, step.level.node),
                    Ok(place) => {
                        let hash = finish(&step.level);
                        step.last = step.level.node;
                        let Some(outer) = self.open.pop() else { return Ok((place + 1, hash)) };
                        step.level = outer;
                        step.level.fold(&self.trie.nodes[step.last as usize], hash);
                        step.place = place + 1;
                        continue;
                    }
                },
            };
            step.place = loop {
                let at = Place { start, node };
                match bytes.get(start) {
                    Some(b'"') => break self.string(bytes, at, &mut step.level)?,
                    Some(b'-' | b'0'..=b'9') => break self.number(bytes, at, &mut step.level)?,
                    Some(b'n') => break self.word(bytes, at, &mut step.level, b"null")?,
                    Some(b't') => break self.word(bytes, at, &mut step.level, b"true")?,
                    Some(b'f') => break self.word(bytes, at, &mut step.level, b"false")?,
                    Some(bracket @ (b'{' | b'[')) => {
                        let inner = self.begin(at, *bracket)?;
                        self.open.push(std::mem::replace(&mut step.level, inner));
                        step.last = NONE;
                        step.place = start + 1;
                        continue 'values;
                    }
                    // White space is behind the colon only where it was not last time.
                    _ => start = behind_space(bytes, start)?,
                }
            };
            step.last = node;
        }
    }

    /// The next field, if it is the one that came last time.
    #[inline]
    fn field(&mut self, bytes: &[u8], step: &Step) -> Result<(usize, u32), Pause> {
        let glue = if step.last == NONE {
            &self.trie.first[step.level.node as usize]
        } else {
            &self.trie.nodes[step.last as usize].next
        };
        let Some((start, node)) = glue.meets(bytes, step.place) else {
            return Err(Pause::NoGlue(step.place));
        };
        let held = &mut self.trie.nodes[node as usize].object;
        if *held == step.level.object {
            self.remarks.push((node, Remark::Duplicate));
        }
        *held = step.level.object;
        Ok((start, node))
    }

    fn begin(&mut self, at: Place, bracket: u8) -> Result<Level, Pause> {
        if self.open.len() + 1 >= self.depth {
            return Err(FaultKind::TooDeep.at(at.start).into());
        }
        let kind = if bracket == b'{' { Kind::Object } else { Kind::Array };
        self.touch(at, kind)?;
        self.objects += 1;
        let object = if kind == Kind::Object { self.objects } else { 0 };
        Ok(Level { node: at.node, object, hash: Hash::default() })
    }

    /// Counts a value.
    #[inline]
    fn touch(&mut self, at: Place, kind: Kind) -> Result<&Node, Pause> {
        let node = &self.trie.nodes[at.node as usize];
        let place = node.slot(kind);
        if place == 0 {
            return Err(Pause::NoSlot(at, kind));
        }
        let slot = &mut self.trie.slots[place as usize];
        if slot.touch(self.stamp) {
            self.shape = self.shape.wrapping_add(slot.shape);
            self.trail.push(place);
        }
        Ok(node)
    }

    /// Counts a value that has a place in an order, and may be a new one; says in which slot.
    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn note(
        &mut self,
        at: Place,
        level: &mut Level,
        value: &Value,
        order: i64,
        hash: Hash,
    ) -> Result<u32, Pause> {
        let node = &self.trie.nodes[at.node as usize];
        let place = node.slot(value.kind);
        if place == 0 {
            return Err(Pause::NoSlot(at, value.kind));
        }
        let slot = &mut self.trie.slots[place as usize];
        if slot.touch(self.stamp) {
            self.shape = self.shape.wrapping_add(slot.shape);
            self.trail.push(place);
        }
        if order < slot.least || order > slot.most {
            self.ranges.push((place, order));
        }
        if node.sketch.wants(hash.low) {
            self.values.push(*value);
        }
        level.fold(node, hash);
        Ok(place)
    }

    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn word<const N: usize>(
        &mut self,
        bytes: &[u8],
        at: Place,
        level: &mut Level,
        word: &[u8; N],
    ) -> Result<usize, Pause> {
        let end = scan::literal(bytes, at.start, word)?;
        let kind = if word[0] == b'n' { Kind::Null } else { Kind::Boolean };
        let node = self.touch(at, kind)?;
        level.fold(node, hash::word(word));
        Ok(end)
    }

    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn number(&mut self, bytes: &[u8], at: Place, level: &mut Level) -> Result<usize, Pause> {
        let (end, number) = number::read(bytes, at.start)?;
        let (kind, order, hash) = match number {
            Number::Integer(value) => (Kind::Integer, value, hash::integer(value)),
            Number::Float(value) => (Kind::Float, number::ordered(value), hash::float(value)),
            _ => return self.odd_number(bytes, at, level, (end, number)),
        };
        let value = Value { node: at.node, kind, hash: hash.low, start: at.start, end };
        self.note(at, level, &value, order, hash)?;
        Ok(end)
    }

    /// A number without a place in the order, but for `-0`.
    #[cold]
    fn odd_number(
        &mut self,
        bytes: &[u8],
        at: Place,
        level: &mut Level,
        (end, number): (usize, Number),
    ) -> Result<usize, Pause> {
        let text = &bytes[at.start..end];
        let kind = if number == Number::Infinite { Kind::Float } else { Kind::Integer };
        let hash = hash::digits(text);
        let zero = text == b"-0";
        self.touch(at, kind)?;
        let node = &self.trie.nodes[at.node as usize];
        if zero {
            self.ranges.push((node.slot(kind), 0));
        } else {
            self.remarks.push((at.node, Remark::OutOfRange));
        }
        if node.sketch.wants(hash.low) {
            let value = Value { node: at.node, kind, hash: hash.low, start: at.start, end };
            self.values.push(value);
        }
        level.fold(node, hash);
        Ok(end)
    }

    #[expect(clippy::inline_always, reason = "the hot loop: a call costs a tenth of it")]
    #[inline(always)]
    fn string(&mut self, bytes: &[u8], at: Place, level: &mut Level) -> Result<usize, Pause> {
        let start = at.start + 1;
        let scanned = scan::string(bytes, start)?;
        let end = scanned.end;
        let raw = &bytes[start..end];
        let text = if scanned.is_plain() {
            raw
        } else {
            Text::value(raw, scanned).decode_into(&mut self.text)
        };
        let hash = hash::text(text);
        let look = if looks::may_matter(text) { looks::look(text) } else { None };
        let length = i64::try_from(text.len()).expect("lengths fit");
        let value = Value { node: at.node, kind: Kind::String, hash: hash.low, start, end };
        let slot = self.note(at, level, &value, length, hash)?;
        if let Some(look) = look {
            self.remarks.push((slot, Remark::Look(look)));
        }
        Ok(end + 1)
    }
}

impl Level {
    /// Adds a field or element to the content.
    #[inline]
    fn fold(&mut self, node: &Node, hash: Hash) {
        if self.object > 0 {
            hash::field(&mut self.hash, node.name, hash);
        } else {
            hash::element(&mut self.hash, hash);
        }
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
        _ => Err(unexpected(bytes, at)),
    }
}

fn behind_space(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    match scan::space(bytes, start)? {
        same if same == start => Err(unexpected(bytes, start)),
        next => Ok(next),
    }
}

#[inline]
fn finish(level: &Level) -> Hash {
    if level.object > 0 { hash::object(level.hash) } else { hash::array(level.hash) }
}

fn unexpected(bytes: &[u8], at: usize) -> Fault {
    let kind = if at < bytes.len() { FaultKind::UnexpectedByte } else { FaultKind::UnexpectedEnd };
    kind.at(at)
}

/// What is shown of a value, at most so many bytes.
fn example(bytes: &[u8], value: &Value, most: usize) -> Example {
    let raw = &bytes[value.start..value.end];
    let text = if value.kind == Kind::String { Text::of_value(raw).decode() } else { raw.into() };
    let cut = text.len() > most;
    Example { kind: value.kind, text: text[..text.len().min(most)].into(), cut }
}
