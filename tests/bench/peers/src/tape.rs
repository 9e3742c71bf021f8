//! The best that a parser crate gives for the counts alone: simd-json's tape with reused buffers, a trie of fields, and the
//! guess that a field is followed by the one that followed it last time. Presence and kinds per path, nothing else.

use std::fmt::Write as _;
use std::fs::File;
use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use simd_json::{Buffers, Node as Token, StaticNode, Tape};

use crate::{Result, lines};

/// One field. `follower` is the field that came after it in its object, `first` the one that came first in it.
#[derive(Default)]
struct Field {
    parent: usize,
    name: Box<str>,
    present: u64,
    kinds: [u64; 7],
    last_record: u64,
    follower: usize,
    first: usize,
}

struct Trie {
    fields: Vec<Field>,
    /// By parent and name; asked only where the guess fails.
    known: HashTable<usize>,
    records: u64,
}

/// Counts all records of a file of lines.
pub fn report(path: &str) -> Result<String> {
    let mut trie = Trie { fields: vec![Field::default()], known: HashTable::new(), records: 0 };
    let mut buffers = Buffers::new(1 << 16);
    let mut spare = Tape::null();
    lines::blocks(File::open(path)?, |mut block| {
        let mut free = std::mem::replace(&mut spare, Tape::null()).reset();
        while !block.is_empty() {
            let end = memchr::memchr(b'\n', block).map_or(block.len(), |at| at + 1);
            let (line, rest) = block.split_at_mut(end);
            simd_json::fill_tape(line, &mut buffers, &mut free)?;
            trie.records += 1;
            trie.value(0, &free.0, 0);
            free = free.reset();
            block = rest;
        }
        spare = free.reset();
        Ok(())
    })?;
    Ok(trie.shown())
}

impl Trie {
    /// Counts the value at `at` for `field` and returns the place behind it.
    fn value(&mut self, field: usize, tape: &[Token<'_>], at: usize) -> usize {
        let kind = match &tape[at] {
            Token::Static(StaticNode::Null) => 0,
            Token::Static(StaticNode::Bool(_)) => 1,
            Token::Static(StaticNode::F64(_)) => 3,
            Token::Static(_) => 2,
            Token::String(_) => 4,
            Token::Object { .. } => 5,
            Token::Array { .. } => 6,
        };
        let records = self.records;
        let sums = &mut self.fields[field];
        sums.kinds[kind] += 1;
        if sums.last_record != records {
            sums.last_record = records;
            sums.present += 1;
        }
        match tape[at] {
            Token::Object { len, .. } => self.object(field, len, tape, at + 1),
            Token::Array { len, .. } => (0..len).fold(at + 1, |at, _| self.value(field, tape, at)),
            _ => at + 1,
        }
    }

    fn object(&mut self, object: usize, len: usize, tape: &[Token<'_>], mut at: usize) -> usize {
        let mut before = None;
        for _ in 0..len {
            let Token::String(name) = tape[at] else { return at };
            let field = self.field(object, before, name);
            at = self.value(field, tape, at + 1);
            before = Some(field);
        }
        at
    }

    fn field(&mut self, parent: usize, before: Option<usize>, name: &str) -> usize {
        let guess = before.map_or(self.fields[parent].first, |field| self.fields[field].follower);
        if guess != 0 && *self.fields[guess].name == *name {
            return guess;
        }
        let found = self.find(parent, name);
        match before {
            Some(field) => self.fields[field].follower = found,
            None => self.fields[parent].first = found,
        }
        found
    }

    fn find(&mut self, parent: usize, name: &str) -> usize {
        let hash = |parent: usize, name: &str| FixedState::default().hash_one((parent, name));
        let fields = &mut self.fields;
        let same = |&i: &usize| fields[i].parent == parent && *fields[i].name == *name;
        if let Some(&found) = self.known.find(hash(parent, name), same) {
            return found;
        }
        let new = fields.len();
        fields.push(Field { parent, name: name.into(), ..Field::default() });
        let again = |&i: &usize| hash(fields[i].parent, &fields[i].name);
        self.known.insert_unique(hash(parent, name), new, again);
        new
    }

    fn shown(&self) -> String {
        let mut text = format!("records {}\n", self.records);
        for field in &self.fields[1..] {
            let parent = &self.fields[field.parent].name;
            writeln!(text, "{parent}.{} {} {:?}", field.name, field.present, field.kinds)
                .expect("a string takes all");
        }
        text
    }
}
