//! The values of one path while a walk goes on: which are new, how many there are, which are shown.
//!
//! In: hashes, and the text of those that may matter. Out: [`Distinct`] and examples. Nothing changes before the record that
//! holds the value is whole: [`Sketch::wants`] asks, [`Sketch::add`] changes.

use crate::model::profile::{Distinct, Example, FieldSums};

/// The values of one path: one line of the cache, and what it points to.
#[repr(align(64))]
pub(super) struct Sketch {
    values: Values,
    /// Of the examples; the largest number of all while there is room for more.
    largest: u64,
    examples: Vec<(u64, Example)>,
}

/// A set that grows: 50,000 paths with a few values each must not cost 2 KiB each.
pub(super) enum Values {
    /// Hashes in a table of open addressing, by their lowest bits; 0 is free. So many are in it.
    Few(Vec<u64>, usize),
    /// Packed registers that are not 0, in a table of open addressing by register.
    Some(Vec<u16>, usize),
    /// The rank of every register.
    Many(Box<[u8; 1 << Distinct::BITS]>),
}

/// How much memory a set may take. Registers in a table take a few times as long as all of them in a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// There may be 50,000 sets.
    Scarce,
    /// This is one of a few.
    Ample,
}

/// Packed registers up to which a table is smaller than the list of all.
const SPARSE: usize = 384;

impl Default for Values {
    fn default() -> Self {
        Self::Few(Vec::new(), 0)
    }
}

impl Default for Sketch {
    fn default() -> Self {
        Self { values: Values::default(), largest: u64::MAX, examples: Vec::new() }
    }
}

impl Sketch {
    /// Whether this value would change anything.
    #[expect(clippy::inline_always, reason = "the hot loop: a call costs as much as the look")]
    #[inline(always)]
    pub(super) fn wants(&self, hash: u64) -> bool {
        match &self.values {
            Values::Few(table, _) => !has(table, hash),
            values => values.wants(hash) || hash < self.largest,
        }
    }

    /// Adds a value.
    #[inline]
    pub(super) fn add(&mut self, hash: u64, room: Room, example: impl FnOnce() -> Example) {
        if hash < self.largest {
            self.show(hash, example);
        }
        self.values.add(hash, room);
    }

    fn show(&mut self, hash: u64, example: impl FnOnce() -> Example) {
        if self.examples.iter().any(|(other, _)| *other == hash) {
            return;
        }
        self.examples.push((hash, example()));
        FieldSums::keep_examples(&mut self.examples);
        if self.examples.len() == FieldSums::EXAMPLES {
            self.largest = self.examples[FieldSums::EXAMPLES - 1].0;
        }
    }

    pub(super) fn finish(mut self) -> (Distinct, Vec<(u64, Example)>) {
        self.examples.shrink_to_fit();
        (self.values.finish(), self.examples)
    }
}

impl Values {
    /// Whether this value would change anything.
    #[expect(clippy::inline_always, reason = "the hot loop: a call costs as much as the look")]
    #[inline(always)]
    pub(super) fn wants(&self, hash: u64) -> bool {
        let (register, rank) = Distinct::place(hash);
        match self {
            Self::Many(ranks) => ranks[usize::from(register)] < rank,
            Self::Some(table, _) => table[place(table, register)] & 31 < u16::from(rank),
            Self::Few(table, _) => !has(table, hash),
        }
    }

    /// Adds a value.
    #[inline]
    pub(super) fn add(&mut self, hash: u64, room: Room) {
        let (register, rank) = Distinct::place(hash);
        if let Self::Many(ranks) = self {
            let old = &mut ranks[usize::from(register)];
            *old = rank.max(*old);
        } else {
            self.grow(hash, room);
        }
    }

    /// Adds a value to a set that is not of the largest kind.
    fn grow(&mut self, hash: u64, room: Room) {
        match self {
            Self::Few(table, _) if has(table, hash) => {}
            Self::Few(table, count) if *count < Distinct::FEW => {
                *count += 1;
                if table.len() < 2 * *count {
                    grow_few(table);
                }
                put(table, hash);
            }
            Self::Few(table, _) => {
                let hashes = table.iter().copied().filter(|other| *other != 0).chain([hash]);
                let registers = Distinct::registers(hashes);
                *self = match room {
                    Room::Scarce => some(&registers),
                    Room::Ample => many(&registers),
                };
            }
            Self::Some(table, count) => {
                let (register, rank) = Distinct::place(hash);
                let at = place(table, register);
                *count += usize::from(table[at] == 0);
                table[at] = table[at].max(register << 5 | u16::from(rank));
                if *count > SPARSE {
                    *self = many(table);
                } else if 4 * *count > 3 * table.len() {
                    grow_some(table);
                }
            }
            Self::Many(_) => {}
        }
    }

    pub(super) fn finish(self) -> Distinct {
        match self {
            Self::Few(table, _) => {
                Distinct::Few(table.into_iter().filter(|hash| *hash != 0).collect())
            }
            Self::Some(mut table, _) => {
                table.retain(|packed| *packed != 0);
                table.shrink_to_fit();
                table.sort_unstable();
                Distinct::Many(table)
            }
            Self::Many(ranks) => {
                let mut packed = Vec::new();
                let (eights, _) = ranks.as_chunks::<8>();
                for (eight, first) in eights.iter().zip((0_u16..).step_by(8)) {
                    if *eight != [0; 8] {
                        let all = (first..).zip(eight).filter(|(_, rank)| **rank > 0);
                        packed.extend(all.map(|(place, rank)| place << 5 | u16::from(*rank)));
                    }
                }
                packed.shrink_to_fit();
                Distinct::Many(packed)
            }
        }
    }
}

#[inline]
fn has(table: &[u64], hash: u64) -> bool {
    let Some(mask) = table.len().checked_sub(1) else { return false };
    let mut at = low(hash) & mask;
    loop {
        match table[at] {
            0 => return false,
            other if other == hash => return true,
            _ => at = (at + 1) & mask,
        }
    }
}

fn put(table: &mut [u64], hash: u64) {
    let mask = table.len() - 1;
    let mut at = low(hash) & mask;
    while table[at] != 0 {
        at = (at + 1) & mask;
    }
    table[at] = hash;
}

fn grow_few(table: &mut Vec<u64>) {
    let size = (table.len() * 2).max(4);
    for hash in std::mem::replace(table, vec![0; size]) {
        if hash != 0 {
            put(table, hash);
        }
    }
}

/// Where the register is in the table, or would be.
#[inline]
fn place(table: &[u16], register: u16) -> usize {
    let mask = table.len() - 1;
    let mut at = usize::from(register) & mask;
    while table[at] != 0 && table[at] >> 5 != register {
        at = (at + 1) & mask;
    }
    at
}

fn some(registers: &[u16]) -> Values {
    let mut table = vec![0; 32];
    for packed in registers {
        let at = place(&table, packed >> 5);
        table[at] = *packed;
    }
    Values::Some(table, registers.len())
}

fn grow_some(table: &mut Vec<u16>) {
    let size = table.len() * 2;
    for packed in std::mem::replace(table, vec![0; size]) {
        if packed != 0 {
            let at = place(table, packed >> 5);
            table[at] = packed;
        }
    }
}

fn many(table: &[u16]) -> Values {
    let mut ranks = Box::new([0; 1 << Distinct::BITS]);
    for packed in table {
        let rank = &mut ranks[usize::from(packed >> 5)];
        *rank = (packed & 31).to_le_bytes()[0].max(*rank);
    }
    Values::Many(ranks)
}

fn low(hash: u64) -> usize {
    (hash & 0xffff) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_changes_the_memory_and_not_the_set() {
        for count in [0, 1, 16, 17, 100, 384, 385, 5_000_u64] {
            let (mut scarce, mut ample) = (Values::default(), Values::default());
            let mut expected = Distinct::default();
            for value in 0..count {
                let hash = xxhash_rust::xxh3::xxh3_64(&value.to_le_bytes());
                assert!(scarce.wants(hash) == ample.wants(hash), "{value} of {count}");
                scarce.add(hash, Room::Scarce);
                ample.add(hash, Room::Ample);
                expected.insert(hash);
            }
            assert_eq!(scarce.finish(), expected, "{count}");
            assert_eq!(ample.finish(), expected, "{count}");
        }
    }
}
