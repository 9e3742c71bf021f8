//! The glue: the bytes between two values of an object, and the field that they lead to.
//!
//! In: bytes, and what was found between them by reading. Out: whether the same bytes stand somewhere else. It refuses to
//! know fields beyond their number.

use wide::u8x16;

/// Longest glue that is remembered, in bytes.
const LONGEST: usize = 48;

/// Bytes between two values, and the field behind them. Aligned, so that a comparison needs no load of its own.
#[repr(align(16))]
pub(super) struct Glue {
    /// Up to 16 bytes: two words, then the masks of what counts in them. More: the first 16, the last 16, and where there
    /// are more than 32 the 16 in the middle.
    pieces: [[u8; 16]; 3],
    length: usize,
    field: u32,
}

impl Glue {
    /// The glue between `start` and `end`; none if it is too long, or too near the end of the bytes.
    pub(super) fn learn(bytes: &[u8], start: usize, end: usize, field: u32) -> Option<Self> {
        let length = end - start;
        let known = bytes.get(start..start + length.max(16)).filter(|_| length <= LONGEST)?;
        let piece = |at: usize| known[at..].first_chunk::<16>().copied().unwrap_or_default();
        let pieces = match length {
            ..=16 => {
                let mask = std::array::from_fn(|i| if i < length { 0xff } else { 0 });
                let head = piece(0);
                [std::array::from_fn(|i| head[i] & mask[i]), mask, [0; 16]]
            }
            17..=32 => [piece(0), piece(length - 16), [0; 16]],
            _ => [piece(0), piece(length - 16), piece(16)],
        };
        Some(Self { pieces, length, field })
    }

    /// Whether the same bytes stand at `at`: then the place behind them, and the field.
    #[expect(clippy::inline_always, reason = "the hot loop: a call costs as much as the look")]
    #[inline(always)]
    pub(super) fn meets(&self, bytes: &[u8], at: usize) -> Option<(usize, u32)> {
        let tail = bytes.get(at..)?;
        let same = if self.length <= 16 { self.same_words(tail)? } else { self.same_pieces(tail)? };
        same.then_some((at + self.length, self.field))
    }

    #[inline]
    fn same_words(&self, tail: &[u8]) -> Option<bool> {
        let tail = tail.first_chunk::<16>()?;
        let [found, known, mask] =
            [tail, &self.pieces[0], &self.pieces[1]].map(|piece| u128::from_le_bytes(*piece));
        Some((found ^ known) & mask == 0)
    }

    #[inline]
    fn same_pieces(&self, tail: &[u8]) -> Option<bool> {
        let tail = tail.get(..self.length)?;
        let [head, last, middle] = &self.pieces;
        let both = equal(tail.first_chunk()?, head) & equal(tail.last_chunk()?, last);
        let same = both.to_bitmask() == 0xffff;
        Some(same && (self.length <= 32 || tail[16..].first_chunk() == Some(middle)))
    }
}

#[inline]
fn equal(found: &[u8; 16], known: &[u8; 16]) -> u8x16 {
    u8x16::new(*found).simd_eq(u8x16::new(*known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glue_meets_its_own_bytes_and_no_others() {
        let bytes: Vec<u8> = (0..80).collect();
        for length in 1..=LONGEST {
            let glue = Glue::learn(&bytes, 3, 3 + length, 7).expect("short enough");
            assert_eq!(glue.meets(&bytes, 3), Some((3 + length, 7)));
            for other in 3..3 + length {
                let mut bytes = bytes.clone();
                bytes[other] ^= 1;
                assert_eq!(glue.meets(&bytes, 3), None, "{length} {other}");
            }
            let mut bytes = bytes.clone();
            bytes[3 + length] ^= 1;
            assert_eq!(glue.meets(&bytes, 3), Some((3 + length, 7)));
        }
        assert!(Glue::learn(&bytes, 3, 4 + LONGEST, 7).is_none());
        assert!(Glue::learn(&bytes, 70, 78, 7).is_none());
    }
}
