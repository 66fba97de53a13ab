//! Stock: copies on hand, copies held, and why they change.

use serde::{Deserialize, Serialize};

use crate::form::{self, Flaw};

/// The most copies that a product may have.
pub const MOST: i32 = 100_000_000;

/// Why stock changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// Came from the supplier.
    Received,
    /// Held for an order that is not paid yet.
    Reserved,
    /// No longer held.
    Released,
    /// Left for a paid order.
    Sold,
    /// Came back from an order.
    Returned,
    /// Counted anew, lost or damaged.
    Adjusted,
}

impl MovementKind {
    /// Every kind, as the filter of movements offers them.
    pub const ALL: &[Self] =
        &[Self::Received, Self::Reserved, Self::Released, Self::Sold, Self::Returned, Self::Adjusted];
}

/// By what the table of stock is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockOrder {
    /// The product's number.
    #[default]
    Id,
    /// Its title.
    Title,
    /// Copies that can be bought.
    Available,
    /// Copies in the house.
    OnHand,
    /// Copies held.
    Reserved,
}

/// Stock that asks for a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockLevel {
    /// At its threshold or below.
    Low,
    /// None can be bought.
    Depleted,
    /// Some copies are held.
    Held,
}

impl StockLevel {
    /// Every level, as the filter offers them.
    pub const ALL: &[Self] = &[Self::Low, Self::Depleted, Self::Held];
}

/// A crossing that readers of the event log hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossing {
    /// Few copies are left.
    Low,
    /// None is left.
    Depleted,
    /// Some can be bought again where there was none.
    Restocked,
}

/// What it means that the available copies went from `before` to `after`, where stock is low from
/// `low_at` copies down.
pub const fn crossing(before: i32, after: i32, low_at: i32) -> Option<Crossing> {
    if after <= 0 && before > 0 {
        Some(Crossing::Depleted)
    } else if after > 0 && before <= 0 {
        Some(Crossing::Restocked)
    } else if after <= low_at && before > low_at {
        Some(Crossing::Low)
    } else {
        None
    }
}

/// Reads a change of stock: a whole number but 0, with a sign where it is less.
///
/// # Errors
/// The flaw of what was typed.
pub fn delta(typed: &str) -> Result<i32, Flaw> {
    match form::number(typed, (-MOST).into(), MOST.into())? {
        0 => Err(Flaw::Required),
        delta => i32::try_from(delta).map_err(|_| Flaw::NotANumber),
    }
}

/// Reads a number of copies on hand.
///
/// # Errors
/// The flaw of what was typed.
pub fn count(typed: &str) -> Result<i32, Flaw> {
    i32::try_from(form::number(typed, 0, MOST.into())?).map_err(|_| Flaw::NotANumber)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_crossing_is_told_once() {
        assert_eq!(crossing(6, 5, 5), Some(Crossing::Low));
        assert_eq!(crossing(5, 4, 5), None);
        assert_eq!(crossing(9, 0, 5), Some(Crossing::Depleted));
        assert_eq!(crossing(0, 9, 5), Some(Crossing::Restocked));
        assert_eq!(crossing(0, 1, 5), Some(Crossing::Restocked));
        assert_eq!(crossing(1, 9, 5), None);
        assert_eq!(crossing(0, 0, 5), None);
    }

    #[test]
    fn a_change_is_a_number_but_zero() {
        assert_eq!(delta("-12"), Ok(-12));
        assert_eq!(delta("+1,200"), Ok(1_200));
        assert_eq!(delta("0"), Err(Flaw::Required));
        for wrong in ["9223372036854775807", "-9223372036854775808", "2147483648"] {
            assert!(matches!(delta(wrong), Err(Flaw::OutOfRange { .. })), "{wrong}");
        }
        assert!(matches!(count("-1"), Err(Flaw::OutOfRange { .. })));
    }

    proptest! {
        #[test]
        fn what_can_be_bought_depletes_and_restocks_in_turns(
            counts in prop::collection::vec(0..12_i32, 1..40),
            low_at in 0..8_i32,
        ) {
            let told: Vec<_> = counts.windows(2).filter_map(|pair| crossing(pair[0], pair[1], low_at)).collect();
            let turns: Vec<_> = told.iter().filter(|crossing| **crossing != Crossing::Low).collect();
            prop_assert!(turns.windows(2).all(|pair| pair[0] != pair[1]), "{counts:?}: {told:?}");
            if let (Some(last), Some(end)) = (turns.last(), counts.last()) {
                prop_assert_eq!(**last == Crossing::Restocked, *end > 0);
            }
        }

        #[test]
        fn a_way_back_is_no_crossing_downward(before in 0..20_i32, up in 0..20_i32, low_at in 0..10_i32) {
            prop_assert!(!matches!(crossing(before, before + up, low_at), Some(Crossing::Low | Crossing::Depleted)));
        }
    }
}
