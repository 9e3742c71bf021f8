//! Hashes of names, values and whole records: stable across machines, versions and the order of fields.
//!
//! In: decoded bytes, numbers, hashes of parts. Out: 128 bits. Strings go through XXH3, which is a standard; parts are folded
//! by multiplication. Not made to withstand someone who looks for collisions.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// 128 bits in two halves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hash {
    pub(super) low: u64,
    pub(super) high: u64,
}

/// Fractional parts of square roots of primes, as in SHA-512: nothing up the sleeve.
const A: u64 = 0x6a09_e667_f3bc_c908;
const B: u64 = 0xbb67_ae85_84ca_a73b;
const C: u64 = 0x3c6e_f372_fe94_f82b;
const D: u64 = 0xa54f_f53a_5f1d_36f1;

impl Hash {
    pub(super) fn joined(self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }
}

/// Of a string, decoded. Most are short: up to 16 bytes are two words, which are folded into each half.
#[inline]
pub(super) fn text(bytes: &[u8]) -> Hash {
    let length = bytes.len() as u64;
    let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) if bytes.len() <= 16 => {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        }
        (Some(_), _) => return split(xxh3_128(bytes)),
        _ => (short(bytes), length),
    };
    let last = last ^ length << 56;
    Hash { low: fold(first ^ A, last ^ B), high: fold(first ^ C, last ^ D) }
}

/// Up to seven bytes as a number.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
    }
}

/// Of a word: `null`, `true`, `false`.
#[inline]
pub(super) fn word(bytes: &[u8]) -> Hash {
    let Hash { low, high } = text(bytes);
    Hash { low: low ^ C, high: high ^ D }
}

/// Of a number that only its digits tell.
pub(super) fn digits(bytes: &[u8]) -> Hash {
    let Hash { low, high } = split(xxh3_128(bytes));
    Hash { low: low ^ D, high: high ^ A }
}

/// Of an integer. Strings are folded with other pairs of constants, so that no short one is equal to a number.
#[inline]
pub(super) fn integer(value: i64) -> Hash {
    let bits = value.cast_unsigned();
    Hash { low: fold(bits ^ B, D), high: fold(bits ^ D, A) }
}

#[inline]
pub(super) fn float(value: f64) -> Hash {
    let bits = value.to_bits();
    Hash { low: fold(bits ^ C, A), high: fold(bits ^ A, C) }
}

/// Of a name, 64 bits: they are spread over both halves when a field is folded.
pub(super) fn name(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// Of a path, from its parent's and its last name's.
pub(super) fn path(parent: u64, name: u64) -> u64 {
    fold(parent ^ A, name ^ C)
}

/// Of a kind at a path.
pub(super) fn kind(path: u64, kind: u64) -> u64 {
    fold(path ^ B, D.wrapping_add(kind.wrapping_mul(C)))
}

/// A shape, from the sum of the hashes of its parts.
pub(super) fn shape(sum: u64) -> u64 {
    fold(sum ^ D, A)
}

/// A field: the sum of an object does not depend on their order.
#[inline]
pub(super) fn field(object: &mut Hash, name: u64, value: Hash) {
    object.low = object.low.wrapping_add(fold(value.low ^ name, A ^ value.high));
    object.high = object.high.wrapping_add(fold(value.high ^ name, C ^ value.low));
}

/// An element: the order counts.
#[inline]
pub(super) fn element(array: &mut Hash, value: Hash) {
    array.low = fold(array.low ^ value.low, B ^ value.high).wrapping_add(D);
    array.high = fold(array.high ^ value.high, D ^ value.low).wrapping_add(A);
}

/// An object whose fields are all in.
#[inline]
pub(super) fn object(sum: Hash) -> Hash {
    Hash { low: fold(sum.low ^ C, A), high: fold(sum.high ^ D, B) }
}

/// An array whose elements are all in.
#[inline]
pub(super) fn array(elements: Hash) -> Hash {
    Hash { low: fold(elements.low ^ D, C), high: fold(elements.high ^ A, B) }
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let (low, high) = halves(u128::from(a) * u128::from(b));
    low ^ high
}

#[inline]
fn split(hash: u128) -> Hash {
    let (low, high) = halves(hash);
    Hash { low, high }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves are wanted")]
fn halves(wide: u128) -> (u64, u64) {
    (wide as u64, (wide >> 64) as u64)
}
