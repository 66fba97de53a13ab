//! A small random source that gives the same numbers on every machine and for ever.
//!
//! The hasher of the standard library may change between releases, and a shop whose covers all
//! change with a compiler would look broken.

use super::Cover;

/// SplitMix64, started from an FNV-1a hash of the work.
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn of(cover: &Cover<'_>) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut feed = |bytes: &[u8]| {
            for byte in bytes {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
            // 0xff never occurs in UTF-8, so "ab"+"c" and "a"+"bc" stay apart.
            hash = (hash ^ 0xff).wrapping_mul(0x0000_0100_0000_01b3);
        };
        feed(&cover.id.to_le_bytes());
        feed(cover.title.as_bytes());
        feed(cover.author.as_bytes());
        Self(hash)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` up to `high`.
    pub(super) fn range(&mut self, low: f64, high: f64) -> f64 {
        // The upper 32 bits are plenty for a drawing and fit a float exactly.
        let unit = f64::from((self.next() >> 32) as u32) / f64::from(u32::MAX);
        low + (high - low) * unit
    }

    /// A whole number from 0 to `bound` - 1 (0 when `bound` is 0).
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 16) as usize % bound.max(1)
    }

    /// True with the given probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.range(0.0, 1.0) < probability
    }
}
