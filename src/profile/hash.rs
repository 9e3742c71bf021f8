//! Hashes of names, values and whole records: stable across machines, versions and the order of fields.
//!
//! In: decoded bytes, numbers, hashes of parts. Out: 128 bits. Pieces of 16 bytes are multiplied, as in UMAC (RFC 4418) and
//! wyhash; long strings go through XXH3, which is a standard. Not made to withstand someone who looks for collisions.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::record::scan::BLOCK;

/// 128 bits in two halves. Every bit of `low` depends on everything: sketches stand on it.
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
const E: u64 = 0x510e_527f_ade6_82d1;
const F: u64 = 0x9b05_688c_2b3e_6c1f;
const G: u64 = 0x1f83_d9ab_fb41_bd6b;
const H: u64 = 0x5be0_cd19_137e_2179;

/// For each piece of 16 bytes of a string, and for the last 16.
const KEYS: [[u64; 2]; 3] = [[A, B], [C, D], [E, F]];
const LAST: [u64; 2] = [G, H];
/// Longest string that is hashed in pieces.
const PIECES: usize = BLOCK * (KEYS.len() + 1);

impl Hash {
    pub(super) fn joined(self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }

    /// Of a product or a sum of products, whose low bits know little.
    #[inline]
    const fn of(product: u128) -> Self {
        let (low, high) = halves(product);
        Self { low: fold(low, high ^ A), high }
    }
}

/// Of a string, decoded.
#[inline]
pub(super) fn text(bytes: &[u8]) -> Hash {
    if bytes.len() >= BLOCK {
        return long(bytes);
    }
    let mut block = [0; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    short(&block, bytes.len())
}

/// Of a string of less than 16 bytes; what follows it in the block does not count.
#[expect(clippy::inline_always, reason = "the hot loop: a call costs as much as the hash")]
#[inline(always)]
pub(super) fn short(block: &[u8; BLOCK], length: usize) -> Hash {
    let [first, second] = words(block);
    let [mask, last_mask] = MASKS[length & 15];
    let [key, last_key] = KEYS[0];
    let last = second & last_mask ^ last_key ^ (length as u64) << 56;
    Hash::of(product(first & mask ^ key, last))
}

/// Of a string of at least 16 bytes: its whole pieces, then the last 16 bytes, some of them again.
#[inline]
pub(super) fn long(bytes: &[u8]) -> Hash {
    let (pieces, _) = bytes.as_chunks();
    let (Some(last), ..=PIECES) = (bytes.last_chunk(), bytes.len()) else {
        return very_long(bytes);
    };
    let multiply = |piece, [key, last_key]: [u64; 2]| {
        let [first, second] = words(piece);
        product(first ^ key, second ^ last_key)
    };
    let pieces = pieces.iter().zip(KEYS).map(|(piece, keys)| multiply(piece, keys));
    let sum = pieces.fold(multiply(last, LAST), u128::wrapping_add);
    Hash::of(sum.wrapping_add((bytes.len() as u128) << 120))
}

#[inline(never)]
fn very_long(bytes: &[u8]) -> Hash {
    let (low, high) = halves(xxh3_128(bytes));
    Hash { low, high }
}

/// The bytes of a block that count, by their number.
const MASKS: [[u64; 2]; BLOCK] = {
    let mut masks = [[u64::MAX; 2]; BLOCK];
    let mut count = 0;
    while count < BLOCK {
        let low = if count < 8 { (1 << (8 * count)) - 1 } else { u64::MAX };
        let high = if count > 8 { (1 << (8 * (count - 8))) - 1 } else { 0 };
        masks[count] = [low, high];
        count += 1;
    }
    masks
};

#[inline]
fn words(block: &[u8; BLOCK]) -> [u64; 2] {
    let (words, _) = block.as_chunks::<8>();
    [u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])]
}

pub(super) const NULL: Hash = Hash::of(product(A ^ 1, C ^ 1));
pub(super) const TRUE: Hash = Hash::of(product(A ^ 2, C ^ 2));
pub(super) const FALSE: Hash = Hash::of(product(A ^ 3, C ^ 3));

/// Of a number that only its digits tell.
pub(super) fn digits(bytes: &[u8]) -> Hash {
    let (low, high) = halves(xxh3_128(bytes));
    Hash { low: low ^ D, high: high ^ A }
}

/// Of an integer. Strings are multiplied with other pairs of constants, so that no short one is equal to a number.
#[inline]
pub(super) fn integer(value: i64) -> Hash {
    Hash::of(product(value.cast_unsigned() ^ B, D))
}

#[inline]
pub(super) fn float(value: f64) -> Hash {
    Hash::of(product(value.to_bits() ^ C, A))
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
    let field = product(value.low ^ name, value.high ^ B);
    (object.low, object.high) = halves(object.joined().wrapping_add(field));
}

/// An element: the order counts.
#[inline]
pub(super) fn element(array: &mut Hash, value: Hash) {
    let product = product(array.low ^ value.low ^ C, array.high ^ value.high ^ D);
    (array.low, array.high) = halves(product.wrapping_add(u128::from(E)));
}

/// An object whose fields are all in.
#[inline]
pub(super) fn object(sum: Hash) -> Hash {
    Hash::of(product(sum.low ^ E, sum.high ^ F))
}

/// An array whose elements are all in.
#[inline]
pub(super) fn array(elements: Hash) -> Hash {
    Hash::of(product(elements.low ^ G, elements.high ^ H))
}

/// A number for a number, never the same for two, all bits in play: for keys of tables.
pub(super) fn spread(number: u64) -> u64 {
    number.wrapping_mul(A | 1).rotate_left(32)
}

#[inline]
const fn product(a: u64, b: u64) -> u128 {
    a as u128 * b as u128
}

#[inline]
const fn fold(a: u64, b: u64) -> u64 {
    let (low, high) = halves(product(a, b));
    low ^ high
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves are wanted")]
const fn halves(wide: u128) -> (u64, u64) {
    (wide as u64, (wide >> 64) as u64)
}
