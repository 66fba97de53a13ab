//! Which points are spent and which come back: pure rules over lots.

use contract::Won;
use time::Date;

/// The day of points that never run out.
pub const NEVER: Date = time::macros::date!(9999 - 12 - 31);

/// Points that run out on the same day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// The last Korean day on which they can be spent.
    pub expires_on: Date,
    /// How many, in won.
    pub amount: Won,
}

/// The points of these lots that can still be spent on `today`, in won.
pub fn spendable(lots: &[Lot], today: Date) -> Won {
    lots.iter().filter(|lot| lot.expires_on >= today).map(|lot| lot.amount).sum()
}

/// Takes `amount` out of the lots, the nearest expiry first; `None`, and nothing taken, where
/// those that can be spent on `today` do not suffice.
pub(crate) fn take(lots: &mut [Lot], amount: Won, today: Date) -> Option<Vec<Lot>> {
    if spendable(lots, today) < amount {
        return None;
    }
    lots.sort_by_key(|lot| lot.expires_on);
    let mut missing = amount;
    let mut taken = Vec::new();
    for lot in lots.iter_mut().filter(|lot| lot.expires_on >= today) {
        let part = missing.min(lot.amount);
        if part > 0 {
            lot.amount -= part;
            missing -= part;
            taken.push(Lot { expires_on: lot.expires_on, amount: part });
        }
    }
    Some(taken)
}

/// What an order took of a lot, and what of it came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Use {
    /// The lot's day.
    pub(super) expires_on: Date,
    /// What was taken, in won.
    pub(super) amount: Won,
    /// What came back, in won.
    pub(super) restored: Won,
}

/// Where `amount` won go back to: what was spent last, which lasts longest, comes back first.
/// Where less was spent, only that comes back.
pub(super) fn give_back(uses: &mut [Use], amount: Won) -> Vec<Lot> {
    uses.sort_by_key(|taken| std::cmp::Reverse(taken.expires_on));
    let mut left = amount;
    let mut back = Vec::new();
    for taken in uses.iter_mut() {
        let part = left.min(taken.amount - taken.restored);
        if part > 0 {
            taken.restored += part;
            left -= part;
            back.push(Lot { expires_on: taken.expires_on, amount: part });
        }
    }
    back
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::{Duration, macros::date};

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 21);

    fn lot(days: i64, amount: Won) -> Lot {
        Lot { expires_on: TODAY + Duration::days(days), amount }
    }

    #[test]
    fn the_nearest_expiry_is_spent_first_and_what_ran_out_never() {
        let mut lots = [Lot { expires_on: NEVER, amount: 500 }, lot(9, 100), lot(0, 50), lot(-1, 999)];
        assert_eq!(
            take(&mut lots, 200, TODAY),
            Some(vec![lot(0, 50), lot(9, 100), Lot { expires_on: NEVER, amount: 50 }])
        );
        assert_eq!(take(&mut lots, 451, TODAY), None);
        assert_eq!(spendable(&lots, TODAY), 450);
    }

    proptest! {
        #[test]
        fn what_was_taken_comes_back_to_the_same_days(
            lots in prop::collection::btree_map(-3..20_i64, 0..5_000_i64, 0..6),
            amount in 0..20_000_i64,
            parts in prop::collection::vec(0..9_000_i64, 0..5),
        ) {
            let mut lots: Vec<Lot> = lots.into_iter().map(|(days, amount)| lot(days, amount)).collect();
            let before = lots.clone();
            let Some(taken) = take(&mut lots, amount, TODAY) else {
                prop_assert!(spendable(&before, TODAY) < amount);
                prop_assert_eq!(lots, before);
                return Ok(());
            };
            prop_assert_eq!(taken.iter().map(|lot| lot.amount).sum::<Won>(), amount);
            let mut uses: Vec<Use> =
                taken.iter().map(|lot| Use { expires_on: lot.expires_on, amount: lot.amount, restored: 0 }).collect();
            for part in parts.into_iter().chain([Won::MAX]) {
                for back in give_back(&mut uses, part) {
                    let home = lots.iter_mut().find(|lot| lot.expires_on == back.expires_on).expect("its lot");
                    home.amount += back.amount;
                }
            }
            lots.sort_by_key(|lot| lot.expires_on);
            prop_assert_eq!(lots, before);
        }
    }
}
