//! The best sellers: how many copies of each product were paid, and not canceled since, over some
//! days.
//!
//! Copies are kept by the hour in which they were paid. For every window the hours that are over
//! are summed up, and with each hour that begins the windows roll on. A reader of the log adds to
//! the hours, and to the sums what it is told late. The first places are found from both, each read
//! down its index, so that they cost the same at any number of orders. What comes back after its
//! delivery was sold all the same, and stays in.

mod best;
mod count;
mod own;
mod recategorize;
mod span;
mod top;

use time::{Duration, OffsetDateTime, UtcOffset};

pub use best::best;
pub(crate) use count::{Sold, count};
pub use own::{Own, best_of};
pub(crate) use recategorize::recategorize;
pub use span::roll;

use crate::Shop;

/// How long it is to the turn of the hour, when the windows have to roll.
pub fn turns_in(shop: &Shop) -> std::time::Duration {
    let now = shop.now();
    (hour(now) + Duration::HOUR - now).unsigned_abs()
}

/// The beginning of the hour in which a time lies, in UTC.
pub(crate) fn hour(at: OffsetDateTime) -> OffsetDateTime {
    at.to_offset(UtcOffset::UTC).truncate_to_hour()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn hours_are_those_of_utc() {
        let ten = datetime!(2026-11-20 10:00 UTC);
        for inside in [ten, datetime!(2026-11-20 19:59:59.999_999_999 +9), datetime!(2026-11-20 15:45 +5:45)] {
            assert_eq!(hour(inside), ten, "{inside}");
        }
    }
}
