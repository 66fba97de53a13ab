//! Orders: what was bought, and the three independent statuses of a purchase.

mod stage;
mod status;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Won, product::ProductId, when};

pub use stage::{OrderSort, Stage};
pub use status::{Actor, FulfillmentStatus, OrderStatus, PaymentStatus};

/// Names an order; a `UUIDv7`, so that it cannot be guessed and sorts by time.
pub type OrderId = Uuid;

/// What delivery costs; set by the shop's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryPolicy {
    /// The fee for one seller's parcel, in won.
    pub fee: Won,
    /// From this much of one seller's goods on, in won, delivery is free.
    pub free_from: Won,
    /// What sending goods back costs the shopper whose own fault it is, in won.
    pub return_fee: Won,
}

impl DeliveryPolicy {
    /// The fee for one seller's goods worth `goods` won.
    pub const fn fee(&self, goods: Won) -> Won {
        if goods >= self.free_from { 0 } else { self.fee }
    }
}

impl Default for DeliveryPolicy {
    fn default() -> Self {
        Self { fee: 3_000, free_from: 15_000, return_fee: 3_000 }
    }
}

/// The times of an order's life; set by the shop's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderPolicy {
    /// Minutes for which stock, coupon and points are held for an unpaid order.
    pub hold_minutes: i64,
    /// Days after the delivery when a purchase confirms itself, which ends returning.
    pub confirm_days: i64,
    /// Unpaid orders that one member may have at once, so that nobody holds the stock for free.
    pub unpaid_max: i64,
    /// Days after the payment within which sellers promise to ship.
    pub ship_days: i64,
}

impl Default for OrderPolicy {
    fn default() -> Self {
        Self { hold_minutes: 30, confirm_days: 7, unpaid_max: 5, ship_days: 2 }
    }
}

/// The number that people read out: the Korean day and the last eight digits of the id, which
/// are random in a `UUIDv7`.
pub fn order_number(id: OrderId, placed_at: OffsetDateTime) -> String {
    let digits = id.simple().to_string().to_uppercase();
    let tail = digits.get(24..).unwrap_or_default();
    format!("{}-{tail}", when::kst_day(placed_at).replace('-', ""))
}

/// Reads a number back, with its hyphen or without: the Korean day as `2026-11-20`, and the last
/// eight digits of the id in lower case.
pub fn read_order_number(typed: &str) -> Option<(time::Date, String)> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if digits.len() != 16 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let (day, tail) = digits.split_at(8);
    let day = time::Date::parse(day, time::macros::format_description!("[year][month][day]")).ok()?;
    (2000..=2999).contains(&day.year()).then(|| (day, tail.to_lowercase()))
}

/// The first id that can be of a time, in UTC: a `UUIDv7` begins with its time in milliseconds.
pub fn first_id(at: OffsetDateTime) -> OrderId {
    let milliseconds = u128::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    Uuid::from_u128(milliseconds << 80)
}

/// A line of the cart as the shopper saw it when ordering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenLine {
    /// The product.
    pub product: ProductId,
    /// Copies.
    pub quantity: i32,
    /// The price for one, in won.
    pub unit_price: Won,
}

/// Writes seen lines into a hidden field: `12x2@9900 15x1@12600`.
pub fn write_seen(lines: &[SeenLine]) -> String {
    let words: Vec<String> =
        lines.iter().map(|line| format!("{}x{}@{}", line.product, line.quantity, line.unit_price)).collect();
    words.join(" ")
}

/// Reads them back; `None` where the field was tampered with.
pub fn read_seen(field: &str) -> Option<Vec<SeenLine>> {
    field
        .split_whitespace()
        .map(|word| {
            let (product, rest) = word.split_once('x')?;
            let (quantity, price) = rest.split_once('@')?;
            Some(SeenLine {
                product: product.parse().ok()?,
                quantity: quantity.parse().ok().filter(|count| *count > 0)?,
                unit_price: price.parse().ok().filter(|won| *won >= 0)?,
            })
        })
        .collect()
}

/// What changed in one line between what was seen and what is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    /// The product.
    pub product: ProductId,
    /// What the shopper saw; `None` for a line that came since.
    pub seen: Option<SeenLine>,
    /// What is there now; `None` for a line that is gone.
    pub now: Option<SeenLine>,
}

/// Every difference between the lines seen and the lines now, by product id.
pub fn changes(seen: &[SeenLine], now: &[SeenLine]) -> Vec<LineChange> {
    let mut products: Vec<ProductId> = seen.iter().chain(now).map(|line| line.product).collect();
    products.sort_unstable();
    products.dedup();
    let find = |lines: &[SeenLine], product| lines.iter().find(|line| line.product == product).copied();
    products
        .into_iter()
        .map(|product| LineChange { product, seen: find(seen, product), now: find(now, product) })
        .filter(|change| change.seen != change.now)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_order_number_holds_the_korean_day() {
        let id = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_dead_beef);
        assert_eq!(order_number(id, datetime!(2026-11-20 15:30 UTC)), "20261121-DEADBEEF");
    }

    #[test]
    fn an_order_number_is_read_back_however_it_is_written() {
        let expected = Some((time::macros::date!(2026 - 11 - 21), "deadbeef".to_owned()));
        for typed in ["20261121-DEADBEEF", "20261121deadbeef", " 20261121 - DEADBEEF "] {
            assert_eq!(read_order_number(typed), expected, "{typed}");
        }
        for other in ["20261321-DEADBEEF", "20261121-DEADBEE", "20261121-DEADBEEG", "세종대로", ""] {
            assert_eq!(read_order_number(other), None, "{other}");
        }
    }

    #[test]
    fn a_tampered_field_is_not_read() {
        for wrong in ["1", "1x2", "1x2@", "ax2@3", "1x0@3", "1x-1@3", "1x2@-3", "99999999999999999999x1@1"] {
            assert_eq!(read_seen(wrong), None, "{wrong}");
        }
        assert_eq!(read_seen(""), Some(vec![]));
    }

    fn lines() -> impl Strategy<Value = Vec<SeenLine>> {
        prop::collection::btree_map(1..20_i64, (1..99_i32, 0..99_999_i64), 0..8).prop_map(|lines| {
            lines
                .into_iter()
                .map(|(product, (quantity, unit_price))| SeenLine { product, quantity, unit_price })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn seen_lines_survive_the_form(lines in lines()) {
            prop_assert_eq!(read_seen(&write_seen(&lines)), Some(lines));
        }

        #[test]
        fn there_are_changes_exactly_when_the_lines_differ(seen in lines(), now in lines()) {
            prop_assert_eq!(changes(&seen, &now).is_empty(), seen == now);
        }
    }
}
