//! What a record changes for good, kept aside until the record is whole: ranges, new values, what is counted rarely.
//!
//! In: one note after another while a record is read. Out: all of them applied, or none. Most records change nothing.

use super::guard::Lost;
use super::looks::Look;
use super::number::{self, Number};
use super::sketch::Room;
use super::trie::Trie;
use crate::model::profile::{Example, Kind};
use crate::record::Text;

/// Paths whose sets of values may take all the memory they want: 2 KiB each.
const AMPLE: u32 = 1_024;

/// The changes of one record.
#[derive(Default)]
pub(super) struct Changes {
    ranges: Vec<(u32, i64)>,
    values: Vec<Value>,
    remarks: Vec<(u32, Remark)>,
    /// What the check says is lost of its values.
    pub(super) lost: Lost,
}

/// A value that may be new at its path.
#[derive(Clone, Copy)]
pub(super) struct Value {
    pub(super) sketch: u32,
    pub(super) kind: Kind,
    pub(super) hash: u64,
    /// Where it is written, without quotes.
    pub(super) start: usize,
    pub(super) end: usize,
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

impl Changes {
    /// The range of a slot may grow.
    #[inline]
    pub(super) fn range(&mut self, slot: u32, order: i64) {
        self.ranges.push((slot, order));
    }

    /// A sketch may grow.
    #[inline]
    pub(super) fn value(&mut self, value: Value) {
        self.values.push(value);
    }

    /// Something at a slot or node.
    #[inline]
    pub(super) fn remark(&mut self, place: u32, remark: Remark) {
        self.remarks.push((place, remark));
    }

    /// Drops everything.
    pub(super) fn forget(&mut self) {
        self.ranges.clear();
        self.values.clear();
        self.remarks.clear();
        self.lost.clear();
    }

    /// Changes the sums. `bytes` are those that the record was read from; remarks are handed on.
    #[inline]
    pub(super) fn keep(
        &mut self,
        trie: &mut Trie,
        bytes: &[u8],
        example_bytes: usize,
        mut remark: impl FnMut(u32, Remark),
    ) {
        for (slot, value) in self.ranges.drain(..) {
            trie.grow(slot, value);
        }
        for value in self.values.drain(..) {
            let example = || example(bytes, &value, example_bytes);
            let room = if value.sketch < AMPLE { Room::Ample } else { Room::Scarce };
            trie.sketches[value.sketch as usize].add(value.hash, room, example);
        }
        self.lost.clear();
        self.remarks.drain(..).for_each(|(place, what)| remark(place, what));
    }
}

/// What is shown of a value, at most so many bytes. Decimals that are equal are shown alike, so that it does not matter which
/// of them came first.
fn example(bytes: &[u8], value: &Value, most: usize) -> Example {
    let raw = &bytes[value.start..value.end];
    let text = match value.kind {
        Kind::String => Text::of_value(raw).decode(),
        Kind::Float => decimal(raw).into(),
        _ => raw.into(),
    };
    let cut = text.len() > most;
    Example { kind: value.kind, text: text[..text.len().min(most)].into(), cut }
}

/// The shortest form of a decimal; as it is written where no `f64` comes near.
fn decimal(raw: &[u8]) -> Vec<u8> {
    match number::read(raw, 0) {
        Ok((_, Number::Float(number))) => format!("{number:?}").into_bytes(),
        _ => raw.to_owned(),
    }
}
