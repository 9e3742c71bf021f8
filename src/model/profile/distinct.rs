//! How many different values there are: exactly while they are few, estimated beyond.
//!
//! `HyperLogLog` with 2,048 registers (Flajolet et al. 2007, with the correction of Ertl 2017): the standard error is 2.3 %.
//! What comes out depends on the set of values only, never on their order or on how often they came.

use std::collections::BTreeSet;

/// A set of values, by their hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distinct {
    /// All of them: 16 at most.
    Few(BTreeSet<u64>),
    /// The registers that are not 0, sorted: the first 11 bits of a hash choose one, and it holds the largest number of
    /// zeros that followed, and one, up to 31. Eleven bits of register, five of rank.
    Many(Vec<u16>),
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Few(BTreeSet::new())
    }
}

impl Distinct {
    /// Values that are kept exactly.
    pub const FEW: usize = 16;
    /// Bits of a hash that choose the register.
    pub const BITS: u32 = 11;
    /// Zeros that are counted at most: more would need 10^12 values.
    const RANKS: u32 = 30;

    /// Register of a hash, and its rank there.
    #[inline]
    pub fn place(hash: u64) -> (u16, u8) {
        let [.., low, high] = hash.to_le_bytes();
        let register = u16::from_le_bytes([low, high]) >> (16 - Self::BITS);
        let zeros = (hash << Self::BITS | 1 << (63 - Self::RANKS)).leading_zeros();
        (register, (zeros + 1).to_le_bytes()[0])
    }

    /// Adds a value.
    pub fn insert(&mut self, hash: u64) {
        match self {
            Self::Few(hashes) => {
                hashes.insert(hash);
                if hashes.len() > Self::FEW {
                    *self = Self::Many(Self::registers(hashes.iter().copied()));
                }
            }
            Self::Many(registers) => raise(registers, Self::pack(hash)),
        }
    }

    /// Adds all values of another set.
    pub fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Few(_), Self::Few(hashes)) => hashes.iter().for_each(|hash| self.insert(*hash)),
            (Self::Many(registers), Self::Few(hashes)) => {
                *registers = join(registers, &Self::registers(hashes.iter().copied()));
            }
            (Self::Few(hashes), Self::Many(registers)) => {
                *self = Self::Many(join(registers, &Self::registers(hashes.iter().copied())));
            }
            (Self::Many(mine), Self::Many(theirs)) => *mine = join(mine, theirs),
        }
    }

    /// Registers that hold these values.
    pub fn registers(hashes: impl Iterator<Item = u64>) -> Vec<u16> {
        let mut registers: Vec<u16> = hashes.map(Self::pack).collect();
        highest(&mut registers);
        registers
    }

    fn pack(hash: u64) -> u16 {
        let (register, rank) = Self::place(hash);
        register << 5 | u16::from(rank)
    }

    /// Number of different values, exact up to 16.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate of a positive number below 2^64"
    )]
    pub fn estimate(&self) -> u64 {
        let registers = match self {
            Self::Few(hashes) => return hashes.len() as u64,
            Self::Many(registers) => registers,
        };
        let top = Self::RANKS as usize;
        let size = 1_u32 << Self::BITS;
        let mut of_rank = vec![0_u32; top + 2];
        for packed in registers {
            of_rank[usize::from(packed & 31)] += 1;
        }
        of_rank[0] = size - registers.len() as u32;
        let m = f64::from(size);
        let mut z = m * tau(1.0 - f64::from(of_rank[top + 1]) / m);
        for rank in (1..=top).rev() {
            z = 0.5 * (z + f64::from(of_rank[rank]));
        }
        z += m * sigma(f64::from(of_rank[0]) / m);
        (m * m / (2.0 * std::f64::consts::LN_2 * z)).round() as u64
    }
}

/// Puts one register in its place, or raises the one that is there.
fn raise(registers: &mut Vec<u16>, packed: u16) {
    let at = registers.partition_point(|known| known >> 5 < packed >> 5);
    match registers.get_mut(at) {
        Some(known) if *known >> 5 == packed >> 5 => *known = packed.max(*known),
        _ => registers.insert(at, packed),
    }
}

fn join(a: &[u16], b: &[u16]) -> Vec<u16> {
    let mut joined = [a, b].concat();
    highest(&mut joined);
    joined
}

/// Sorts, and keeps the highest rank of each register.
fn highest(registers: &mut Vec<u16>) {
    registers.sort_unstable_by(|a, b| b.cmp(a));
    registers.dedup_by_key(|packed| *packed >> 5);
    registers.reverse();
}

/// Ertl, "New cardinality estimation algorithms for `HyperLogLog` sketches", algorithm 6.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(value: u64) -> u64 {
        xxhash_rust::xxh3::xxh3_64(&value.to_le_bytes())
    }

    #[test]
    fn few_values_are_counted_exactly_and_many_to_a_few_percent() {
        for count in [0, 1, 16, 17, 100, 1_000, 20_000, 1_000_000] {
            let mut distinct = Distinct::default();
            (0..count).for_each(|value| distinct.insert(hash(value)));
            let off = distinct.estimate().abs_diff(count);
            assert!(off * 100 <= count * 7, "{count}: off by {off}");
            assert!(count > 16 || off == 0);
        }
    }
}
