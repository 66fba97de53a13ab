//! Chance that can be had again: by the seed that a failing test prints.

use std::hash::{BuildHasher, RandomState};

/// The seed that `MADANG_SEED` names, or a new one.
pub(crate) fn seed() -> u64 {
    let told = std::env::var("MADANG_SEED").ok();
    told.map_or_else(|| RandomState::new().hash_one(0), |seed| seed.parse().expect("MADANG_SEED is a number"))
}

/// `SplitMix64`.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, and without, `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("a number");
        usize::try_from(self.roll() % end).expect("a number")
    }

    /// One of these, if there are any.
    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len())).cloned()
    }
}
