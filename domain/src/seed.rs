//! Fills a shop: the demo bookshop, and generated members and products for measuring.

mod demo;
mod generated;

pub use demo::{ACCOUNTS, Account, CATEGORIES, Work, demo, is_empty};
pub use generated::{members, products};

/// An ISBN-like number with hyphens and a right check digit (ISO 2108), from a running number
/// below 10^8. The group 979-7 is assigned to nobody, so that no real book bears it.
fn isbn(number: u64) -> String {
    let digits = format!("9797{:08}", number % 100_000_000);
    let weighted = digits.bytes().zip([1, 3].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let (publisher, title) = digits[4..].split_at(4);
    format!("979-7-{publisher}-{title}-{}", (10 - sum % 10) % 10)
}

/// A small stream of numbers that is the same every time (splitmix64), so that prices and stock
/// look drawn but never differ between two shops.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// A cover price in won, and a sale price at most a tenth below it, as the law on book prices
    /// has it (Publishing Industry Promotion Act, article 22).
    fn prices(&mut self) -> (i64, i64) {
        let list = self.between(70, 220) * 100;
        let off = [0, 5, 10, 10, 10].get(usize::try_from(self.below(5)).unwrap_or(0)).copied().unwrap_or(10);
        (list, (list * (100 - off) / 100 + 9) / 10 * 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_makes_the_weighted_sum_a_multiple_of_ten() {
        for number in [0, 1, 320, 99_999_999] {
            let isbn = isbn(number);
            let digits: Vec<u32> = isbn.chars().filter_map(|c| c.to_digit(10)).collect();
            assert_eq!(digits.len(), 13, "{isbn}");
            let sum: u32 = digits.iter().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
            assert_eq!(sum % 10, 0, "{isbn}");
        }
    }

    #[test]
    fn no_book_is_more_than_a_tenth_below_its_cover_price() {
        let mut draw = Draw(7);
        for _ in 0..10_000 {
            let (list, sale) = draw.prices();
            assert!(sale * 10 >= list * 9 && sale <= list, "{list} {sale}");
        }
    }
}
