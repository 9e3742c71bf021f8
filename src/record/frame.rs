//! Where records begin and end in a stream of bytes: concatenated, one a line, pretty-printed, mixed, damaged.
//!
//! In: inflated bytes, as any reader hands them out. Out: places. The caller reads the object at a place itself (the walk
//! counts while it reads, the replica wants tokens) and says where it ended or what was wrong. What comes out does not
//! depend on how the bytes were cut into reads. It holds one record at a time, never more than the record limit, and
//! refuses to know names and values, except the first name of each record, by which it finds its way after damage.

use std::collections::BTreeSet;
use std::io::Read;

use super::cursor::{Cursor, Fault, FaultKind, Token};
use super::inflate::{Broken, blame};
use super::resume::{self, Resume};
use super::scan;
use crate::model::limits::Limits;
use crate::model::problem::ProblemKind;

/// Different first names of records that are remembered; beyond that, any name will do after damage.
const FIRST_NAMES: usize = 4_096;

/// The frames of one object.
pub struct Frames<'r> {
    source: &'r mut dyn Read,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that hold data.
    filled: usize,
    /// Where the next thing begins.
    at: usize,
    /// First byte of a comment or byte order mark that belongs to the record at `at`.
    lead: usize,
    /// Offset of `buffer[0]` in the inflated bytes.
    base: u64,
    ending: Ending,
    /// Bounded stretches so far, records among them.
    records: u64,
    layout: Layout,
    /// Line feeds tell where records begin and end.
    heeds_lines: bool,
    first_names: FirstNames,
    record_limit: usize,
    depth_limit: usize,
    inflate_limit: u64,
    chunk: usize,
}

/// What comes next.
#[derive(Debug)]
pub enum Place {
    /// An object begins at [`Frames::at`]: read it, then call [`Frames::whole`] or [`Frames::damaged`].
    Object,
    /// A stretch that is no object.
    Stretch(Stretch),
    /// Nothing.
    End,
}

/// A stretch of bytes that is no whole record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Offset of its first byte in the inflated bytes.
    pub byte_offset: u64,
    /// Its length in bytes.
    pub byte_length: u64,
    /// What it is.
    pub what: What,
}

/// What a stretch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody's record for sure, and not JSON: a line between lines, or brackets that match.
    NotJson {
        /// Its ordinal in the object, from 1.
        record: u64,
        /// What is wrong; the place counts from the first byte of the stretch.
        fault: Fault,
    },
    /// A JSON value that is no object.
    NotAnObject {
        /// Its ordinal in the object, from 1.
        record: u64,
    },
    /// Nobody knows how many records this was.
    Lost {
        /// What kind of damage.
        kind: ProblemKind,
        /// What happened, in words.
        message: String,
    },
}

/// A whole record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its ordinal in the object, from 1.
    pub record: u64,
    /// Offset of its first byte in the inflated bytes.
    pub byte_offset: u64,
    /// Where it is in [`Frames::window`].
    pub start: usize,
    /// The index after its last byte there.
    pub end: usize,
}

/// How the bytes end.
#[derive(Debug)]
enum Ending {
    /// There may be more.
    Open,
    /// This was all.
    Whole,
    /// There is more, out of reach.
    Broken(Broken),
}

/// How records have been laid out so far.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Every record so far began a line, and did not break it after its bracket.
    lines: bool,
    /// Nothing stands between the last line feed, or the start, and [`Frames::at`].
    line_start: bool,
    /// Only white space stands there.
    own_line: bool,
}

impl<'r> Frames<'r> {
    /// The frames of what `source` holds, inflated.
    pub fn new(limits: &Limits, source: &'r mut dyn Read) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            filled: 0,
            at: 0,
            lead: 0,
            base: 0,
            ending: Ending::Open,
            records: 0,
            layout: Layout { lines: true, line_start: true, own_line: true },
            heeds_lines: true,
            first_names: FirstNames::default(),
            record_limit: limits.record_bytes,
            depth_limit: limits.depth,
            inflate_limit: limits.inflated_bytes,
            chunk: limits.chunk_bytes.max(1),
        }
    }

    /// The same for a part of an object that begins at this inflated byte.
    #[must_use]
    pub fn beginning_at(mut self, byte_offset: u64) -> Self {
        self.base = byte_offset;
        self
    }

    /// The same where line feeds mean nothing: a writer that puts them nowhere, or anywhere.
    #[must_use]
    pub fn concatenated(mut self) -> Self {
        self.layout = Layout { lines: false, line_start: false, own_line: false };
        self.heeds_lines = false;
        self
    }

    /// The bytes that are there, up to the record limit from [`Frames::at`].
    pub fn window(&self) -> &[u8] {
        &self.buffer[..self.filled.min(self.lead.saturating_add(self.record_limit))]
    }

    /// Where the object begins in the window.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Inflated bytes read so far, those before the part included.
    pub fn bytes(&self) -> u64 {
        self.base + self.filled as u64
    }

    /// Bounded stretches so far, records among them.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Goes to the next place.
    pub fn advance(&mut self) -> Place {
        loop {
            match self.separators() {
                Ok(()) => {}
                Err(fault) if self.wants_more(fault) => {
                    self.more();
                    continue;
                }
                Err(fault) => return Place::Stretch(self.stretch(fault)),
            }
            match self.buffer[..self.filled].get(self.at) {
                Some(b'{') => return Place::Object,
                Some(_) => return Place::Stretch(self.other()),
                None => match std::mem::replace(&mut self.ending, Ending::Whole) {
                    Ending::Open => {
                        self.ending = Ending::Open;
                        self.more();
                    }
                    Ending::Whole => return Place::End,
                    Ending::Broken(broken) => {
                        return Place::Stretch(self.lost(self.at, self.at, broken));
                    }
                },
            }
        }
    }

    /// The object at this place ends before `end`.
    pub fn whole(&mut self, end: usize) -> Whole {
        let window = &self.buffer[..end];
        self.first_names.learn(window, self.at);
        let breaks = matches!(window.get(self.at + 1), Some(b'\n' | b'\r'));
        self.layout.lines &= self.layout.line_start && !breaks;
        self.records += 1;
        let whole = Whole {
            record: self.records,
            byte_offset: self.base + self.lead as u64,
            start: self.lead,
            end,
        };
        self.go_on(end);
        whole
    }

    /// The object at this place is broken. `None` where more bytes were read: try again.
    pub fn damaged(&mut self, fault: Fault) -> Option<Stretch> {
        if self.wants_more(fault) {
            self.more();
            return None;
        }
        Some(self.stretch(fault))
    }

    /// The bytes of a bounded stretch that was just returned.
    pub fn bytes_of(&self, stretch: &Stretch) -> &[u8] {
        let place = |offset: u64| {
            usize::try_from(offset.saturating_sub(self.base))
                .expect("a bounded stretch is in memory")
        };
        &self.buffer[place(stretch.byte_offset)..place(stretch.byte_offset + stretch.byte_length)]
    }

    /// Skips what may stand between records. A comment or a byte order mark that no record precedes on its line belongs
    /// to the record behind it, since an engine that got it with the record judges it.
    fn separators(&mut self) -> Result<(), Fault> {
        let bytes = &self.buffer[..self.filled];
        let mut lead = (self.lead < self.at).then_some(self.lead);
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'\n' => {
                    self.layout.line_start = self.heeds_lines;
                    self.layout.own_line = self.heeds_lines;
                    lead = None;
                    self.at += 1;
                    continue;
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'/' => {
                    let start = lead.unwrap_or(self.at);
                    self.lead = start;
                    let most = self.filled.min(start.saturating_add(self.record_limit));
                    let end = scan::comment(&bytes[..most], self.at)?;
                    let line = bytes[self.at + 1] == b'/';
                    if end == most && (most < self.filled || matches!(self.ending, Ending::Open)) {
                        return Err(FaultKind::UnexpectedEnd.at(end));
                    }
                    self.at = if line && end < bytes.len() { end - 1 } else { end };
                    lead = if line || !self.layout.own_line { None } else { Some(start) };
                }
                0xef if bytes[self.at..].starts_with(b"\xef\xbb\xbf") => {
                    lead = Some(self.at);
                    self.at += 3;
                    continue;
                }
                0xef if b"\xef\xbb\xbf".starts_with(&bytes[self.at..]) => {
                    self.lead = lead.unwrap_or(self.at);
                    return Err(FaultKind::UnexpectedEnd.at(bytes.len()));
                }
                _ => break,
            }
            self.layout.line_start = false;
        }
        self.lead = lead.unwrap_or(self.at);
        Ok(())
    }

    /// A top-level value that is no object, or garbage.
    fn other(&mut self) -> Stretch {
        loop {
            let window = self.window();
            match value(window, self.at, self.depth_limit) {
                Ok(end) => match self.is_alone(end) {
                    None => self.more(),
                    Some(true) => {
                        self.records += 1;
                        let what = What::NotAnObject { record: self.records };
                        return self.bounded(end, what);
                    }
                    Some(false) => return self.stretch(FaultKind::UnexpectedByte.at(self.at)),
                },
                Err(fault) if self.wants_more(fault) => self.more(),
                Err(fault) => return self.stretch(fault),
            }
        }
    }

    /// Whether the value before `end` is a record of its own: an array anywhere, anything else on its own line. `None`
    /// where it takes more bytes to tell.
    fn is_alone(&self, end: usize) -> Option<bool> {
        let rest = &self.window()[end..];
        match rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) {
            None if self.wants_more(FaultKind::UnexpectedEnd.at(end)) => None,
            None | Some(b'\n') => Some(self.layout.own_line),
            Some(b'{' | b'[') => Some(self.window()[self.at] == b'['),
            Some(_) => Some(false),
        }
    }

    /// The stretch that begins here and holds `fault`, up to where reading can go on.
    fn stretch(&mut self, fault: Fault) -> Stretch {
        let from = self.base + self.lead as u64;
        let mut search = resume::Search {
            fault,
            start: self.at,
            lines: self.layout.lines && self.layout.line_start,
            balance: true,
            depth: self.depth_limit,
        };
        let mut lost = false;
        loop {
            let open = self.is_open();
            match resume::search(&search, self.window(), open, &self.first_names) {
                Resume::More if self.at_limit() => {
                    lost = true;
                    self.forget_window();
                    search.start = self.at;
                    search.fault.at = self.at;
                    search.lines = false;
                    search.balance = false;
                }
                Resume::More => {
                    let before = self.lead;
                    self.more();
                    search.start -= before - self.lead;
                    search.fault.at -= before - self.lead;
                }
                found if lost => return self.too_long(from, found),
                Resume::Balanced(end) => return self.not_json(end, search.fault),
                Resume::At(next) => return self.cut(next, search.fault),
                Resume::End => return self.cut(self.filled, search.fault),
            }
        }
    }

    /// A stretch of one line is a record of its own, any other is lost.
    fn cut(&mut self, next: usize, fault: Fault) -> Stretch {
        let bytes = &self.buffer[self.lead..next];
        let text = scan::trim_end(bytes);
        let ended = bytes[text.len()..].contains(&b'\n');
        if self.layout.own_line && ended && !text.contains(&b'\n') {
            return self.not_json(self.lead + text.len(), fault);
        }
        let end = self.lead + text.len();
        if next == self.filled
            && let Ending::Broken(_) = self.ending
            && let Ending::Broken(broken) = std::mem::replace(&mut self.ending, Ending::Whole)
        {
            return self.lost(self.lead, next, broken);
        }
        let begun = matches!(self.buffer[self.at], b'{' | b'[');
        let (kind, message) = if begun {
            (ProblemKind::RecordCut, format!("a record is cut ({})", fault.kind.describe()))
        } else {
            (ProblemKind::Garbage, "bytes between records that are no record".to_owned())
        };
        self.lost(self.lead, end, Broken { kind, message })
    }

    fn not_json(&mut self, end: usize, mut fault: Fault) -> Stretch {
        self.records += 1;
        fault.at = fault.at.min(end) - self.lead;
        self.bounded(end, What::NotJson { record: self.records, fault })
    }

    fn bounded(&mut self, end: usize, what: What) -> Stretch {
        let stretch = Stretch {
            byte_offset: self.base + self.lead as u64,
            byte_length: (end - self.lead) as u64,
            what,
        };
        self.go_on(end);
        stretch
    }

    fn lost(&mut self, start: usize, end: usize, broken: Broken) -> Stretch {
        let stretch = Stretch {
            byte_offset: self.base + start as u64,
            byte_length: (end - start) as u64,
            what: What::Lost { kind: broken.kind, message: broken.message },
        };
        self.go_on(end);
        stretch
    }

    /// A record beyond the limit: nothing before the place that was found is a record.
    fn too_long(&mut self, from: u64, found: Resume) -> Stretch {
        let next = if let Resume::At(next) = found { next } else { self.filled };
        let byte_length = self.base + next as u64 - from;
        let message = format!("no record ends within {} bytes", self.record_limit);
        self.go_on(next);
        let what = What::Lost { kind: ProblemKind::RecordTooLong, message };
        Stretch { byte_offset: from, byte_length, what }
    }

    fn go_on(&mut self, end: usize) {
        let newline = self.heeds_lines && end > 0 && self.buffer[end - 1] == b'\n';
        self.layout.line_start = newline;
        self.layout.own_line = newline;
        self.at = end;
        self.lead = end;
    }

    fn is_open(&self) -> bool {
        matches!(self.ending, Ending::Open) || self.filled > self.window().len()
    }

    /// Whether there is more than one record may have. One byte beyond is read to know.
    fn at_limit(&self) -> bool {
        self.filled - self.lead > self.record_limit
    }

    fn wants_more(&self, fault: Fault) -> bool {
        fault.kind == FaultKind::UnexpectedEnd
            && matches!(self.ending, Ending::Open)
            && !self.at_limit()
    }

    /// Drops a window full of what is no record.
    fn forget_window(&mut self) {
        self.at = self.lead + self.record_limit;
        self.lead = self.at;
    }

    /// Reads on. What is unfinished at least doubles, so that reading it again and again stays linear.
    fn more(&mut self) {
        self.buffer.copy_within(self.lead..self.filled, 0);
        self.base += self.lead as u64;
        self.at -= self.lead;
        self.filled -= self.lead;
        self.lead = 0;
        let double = (self.filled * 2).min(self.record_limit.saturating_add(1));
        let least = double.max(self.filled + 1).max(self.chunk);
        let room = least.next_multiple_of(self.chunk);
        if self.buffer.len() < room {
            let mut grown = vec![0; room];
            grown[..self.filled].copy_from_slice(&self.buffer[..self.filled]);
            self.buffer = grown;
        }
        while self.filled < least && matches!(self.ending, Ending::Open) {
            self.read();
        }
    }

    fn read(&mut self) {
        let left = self.inflate_limit - self.bytes();
        let room = &mut self.buffer[self.filled..];
        if left == 0 {
            self.ending = match self.source.read(&mut [0]) {
                Ok(0) => Ending::Whole,
                Ok(_) => Ending::Broken(Broken::inflate_limit(self.inflate_limit)),
                Err(error) => Ending::Broken(blame(&error)),
            };
            return;
        }
        let most = room.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        match self.source.read(&mut room[..most]) {
            Ok(0) => self.ending = Ending::Whole,
            Ok(read) => self.filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => self.ending = Ending::Broken(blame(&error)),
        }
    }
}

/// The place after the one JSON value that begins at `at`.
pub fn value(bytes: &[u8], at: usize, depth: usize) -> Result<usize, Fault> {
    let mut cursor = Cursor::within(bytes, at, depth);
    loop {
        let token = cursor.next()?;
        if cursor.depth() == 0 {
            return match token {
                Token::End => Err(FaultKind::UnexpectedEnd.at(bytes.len())),
                _ => Ok(cursor.offset()),
            };
        }
    }
}

/// The first names that records began with.
#[derive(Clone, Debug, Default)]
pub struct FirstNames {
    last: Vec<u8>,
    all: BTreeSet<Box<[u8]>>,
}

impl FirstNames {
    /// Remembers how the record at `at` begins.
    fn learn(&mut self, bytes: &[u8], at: usize) {
        if !self.last.is_empty() && bytes[at + 1..].starts_with(&self.last) {
            return;
        }
        let name = first_name(bytes, at);
        self.last.clear();
        self.last.extend(name);
        if self.all.len() < FIRST_NAMES && !self.all.contains(name) {
            self.all.insert(name.into());
        }
    }

    /// Whether a record has begun like the one at `at`. Where none was seen, or too many, any may.
    pub fn knows(&self, bytes: &[u8], at: usize) -> bool {
        let any = self.all.is_empty() || self.all.len() == FIRST_NAMES;
        any || self.all.contains(first_name(bytes, at))
    }
}

/// The first name of the object at `at`, with its quotes; empty where there is none.
fn first_name(bytes: &[u8], at: usize) -> &[u8] {
    let Ok(start) = scan::space(bytes, at + 1) else { return &[] };
    if bytes.get(start) != Some(&b'"') {
        return &[];
    }
    scan::string(bytes, start + 1).map_or(&[], |name| &bytes[start..=name.end])
}
