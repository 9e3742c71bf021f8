//! One record read and summed in one pass: the hot loop of the program.
//!
//! In: bytes at a `{`. Out: where the object ends, or its first fault; its sums, once somebody says that it counts. The
//! bytes between two fields are compared with those that followed the same field last time (the glue), so that a name is
//! hardly ever read. What a record changes is kept aside until it is whole; counters are changed at once, and set back.

use super::hash::{self, Hash};
use super::looks::{self, Look};
use super::number::{self, Number};
use super::trie::{Glue, ROOT, Trie};
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
        let mut place = at + 1;
        let mut level = self.begin(ROOT);
        let mut last = NONE;
        loop {
            let next = if level.object > 0 {
                self.field(bytes, place, &level, last)?
            } else {
                element(bytes, place, last)?.map(|place| (place, level.node))
            };
            let Some((start, node)) = next else {
                place = skip_to_close(bytes, place)? + 1;
                let hash = finish(&level);
                last = level.node;
                let Some(outer) = self.open.pop() else { return Ok((place, hash)) };
                level = outer;
                self.fold(&mut level, last, hash);
                continue;
            };
            let (end, hash) = match bytes.get(start) {
                Some(b'"') => self.string(bytes, start, node)?,
                Some(b'-' | b'0'..=b'9') => self.number(bytes, start, node)?,
                Some(bracket @ (b'{' | b'[')) => {
                    if self.open.len() + 1 == self.depth {
                        return Err(FaultKind::TooDeep.at(start));
                    }
                    self.open.push(level);
                    level = if *bracket == b'{' {
                        self.touch(node, Kind::Object);
                        self.begin(node)
                    } else {
                        self.touch(node, Kind::Array);
                        Level { node, object: 0, hash: Hash::default() }
                    };
                    last = NONE;
                    place = start + 1;
                    continue;
                }
                Some(b'n') => self.word(bytes, start, node, (b"null", Kind::Null, hash::NULL))?,
                Some(b't') => {
                    self.word(bytes, start, node, (b"true", Kind::Boolean, hash::TRUE))?
                }
                Some(b'f') => {
                    self.word(bytes, start, node, (b"false", Kind::Boolean, hash::FALSE))?
                }
                _ => return Err(unexpected(bytes, start)),
            };
            self.fold(&mut level, node, hash);
            last = node;
            place = end;
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
            self.trie.sketches[value.node as usize].add(value.hash, example);
        }
        self.remarks.drain(..).for_each(|(place, what)| remark(place, what));
    }

    fn begin(&mut self, node: u32) -> Level {
        self.objects += 1;
        Level { node, object: self.objects, hash: Hash::default() }
    }

    #[inline]
    fn fold(&mut self, level: &mut Level, node: u32, hash: Hash) {
        if level.object > 0 {
            hash::field(&mut level.hash, self.trie.nodes[node as usize].name, hash);
        } else {
            hash::element(&mut level.hash, hash);
        }
    }

    /// The next field: where its value is, and its node. `None` before a closing bracket.
    #[inline]
    fn field(
        &mut self,
        bytes: &[u8],
        place: usize,
        level: &Level,
        last: u32,
    ) -> Result<Option<(usize, u32)>, Fault> {
        if bytes.get(place) == Some(&b'}') {
            return Ok(None);
        }
        let glue = if last == NONE {
            &self.trie.first[level.node as usize]
        } else {
            &self.trie.next[last as usize]
        };
        let (start, node) = match glue.meets(bytes, place) {
            Some((start, node))
                if !matches!(bytes.get(start), Some(b' ' | b'\n' | b'\r' | b'\t' | b'/')) =>
            {
                (start, node)
            }
            _ => match self.name(bytes, place, level.node, last)? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        let object = &mut self.trie.nodes[node as usize].object;
        if *object == level.object {
            self.remarks.push((node, Remark::Duplicate));
        }
        *object = level.object;
        Ok(Some((start, node)))
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
                self.trie.next[last as usize] = glue;
            }
        }
        Ok(Some((start, node)))
    }

    /// Counts a value, and says in which slot.
    #[inline]
    fn touch(&mut self, node: u32, kind: Kind) -> u32 {
        let place = self.trie.slot(node, kind);
        let slot = &mut self.trie.slots[place as usize];
        if slot.stamp != self.stamp {
            slot.stamp = self.stamp;
            slot.before = slot.count;
            self.shape = self.shape.wrapping_add(slot.shape);
            self.trail.push(place);
        }
        slot.count += 1;
        place
    }

    #[inline]
    fn word(
        &mut self,
        bytes: &[u8],
        start: usize,
        node: u32,
        (word, kind, hash): (&[u8], Kind, Hash),
    ) -> Result<(usize, Hash), Fault> {
        let end = scan::literal(bytes, start, word)?;
        self.touch(node, kind);
        Ok((end, hash))
    }

    #[inline]
    fn number(&mut self, bytes: &[u8], start: usize, node: u32) -> Result<(usize, Hash), Fault> {
        let (end, number) = number::read(bytes, start)?;
        let (kind, order, hash) = match number {
            Number::Integer(value) => (Kind::Integer, value, hash::integer(value)),
            Number::Float(value) => (Kind::Float, number::ordered(value), hash::float(value)),
            _ => return Ok((end, self.odd_number(&bytes[start..end], start, node, number))),
        };
        let slot = self.touch(node, kind);
        self.range(slot, order);
        self.value(node, kind, hash, start, end);
        Ok((end, hash))
    }

    #[cold]
    fn odd_number(&mut self, text: &[u8], start: usize, node: u32, number: Number) -> Hash {
        let kind = if number == Number::Infinite { Kind::Float } else { Kind::Integer };
        let slot = self.touch(node, kind);
        if text == b"-0" {
            self.range(slot, 0);
        } else {
            self.remarks.push((node, Remark::OutOfRange));
        }
        let hash = hash::digits(text);
        self.value(node, kind, hash, start, start + text.len());
        hash
    }

    #[inline]
    fn string(&mut self, bytes: &[u8], start: usize, node: u32) -> Result<(usize, Hash), Fault> {
        let scanned = scan::string(bytes, start + 1)?;
        let raw = &bytes[start + 1..scanned.end];
        let slot = self.touch(node, Kind::String);
        let text = if scanned.is_plain() {
            raw
        } else {
            Text::value(raw, scanned).decode_into(&mut self.text)
        };
        let hash = hash::text(text);
        let length = i64::try_from(text.len()).expect("lengths fit");
        if looks::may_matter(text)
            && let Some(look) = looks::look(text)
        {
            self.remarks.push((slot, Remark::Look(look)));
        }
        self.range(slot, length);
        self.value(node, Kind::String, hash, start + 1, scanned.end);
        Ok((scanned.end + 1, hash))
    }

    #[inline]
    fn range(&mut self, place: u32, value: i64) {
        let slot = &self.trie.slots[place as usize];
        if value < slot.least || value > slot.most {
            self.ranges.push((place, value));
        }
    }

    #[inline]
    fn value(&mut self, node: u32, kind: Kind, hash: Hash, start: usize, end: usize) {
        if self.trie.sketches[node as usize].wants(hash.low) {
            self.values.push(Value { node, kind, hash: hash.low, start, end });
        }
    }
}

/// The next element of an array: where it is. `None` before a closing bracket.
#[inline]
fn element(bytes: &[u8], place: usize, last: u32) -> Result<Option<usize>, Fault> {
    let at = scan::space(bytes, place)?;
    match bytes.get(at) {
        Some(b']') => Ok(None),
        Some(b',') if last != NONE => scan::space(bytes, at + 1).map(Some),
        Some(_) if last == NONE => Ok(Some(at)),
        _ => Err(unexpected(bytes, at)),
    }
}

/// The closing bracket that is known to stand behind white space.
#[inline]
fn skip_to_close(bytes: &[u8], place: usize) -> Result<usize, Fault> {
    scan::space(bytes, place)
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
