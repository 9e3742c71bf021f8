//! The only source of chance: `SplitMix64`, scaled with integers, so that every machine makes the same bytes.
//! It knows no clock and no floating point.

/// `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn starting_at(start: u64) -> Self {
        Self(start)
    }

    /// A number from 0 to `k` - 1.
    pub(crate) fn below(&mut self, k: u64) -> u64 {
        let scaled = (u128::from(self.next()) * u128::from(k)) >> 64;
        u64::try_from(scaled).expect("a 64 bit number times k, over 2^64, is below k")
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// Yes in `parts` of `whole` cases.
    pub(crate) fn chance(&mut self, parts: u64, whole: u64) -> bool {
        self.below(whole) < parts
    }

    /// One of `choices`.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        let i = usize::try_from(self.below(choices.len() as u64)).expect("an index");
        choices[i]
    }

    /// `digits` lower-case hexadecimal digits, 16 at most.
    pub(crate) fn hex(&mut self, digits: u32) -> String {
        let bits = self.next() >> (64 - 4 * digits);
        format!("{bits:0width$x}", width = digits as usize)
    }

    /// 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
