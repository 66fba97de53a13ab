//! The cart: what a shopper means to buy, and what became of it since.

use serde::{Deserialize, Serialize};

use crate::{Won, coupon::PricedLine, order::DeliveryPolicy, product::ProductId};

/// The most different products that one cart may hold.
pub const MAX_LINES: i64 = 100;

/// One line of a cart beside what the product is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLine {
    /// The product.
    pub product: ProductId,
    /// Who sells it.
    pub seller: i64,
    /// Its category.
    pub category: i64,
    /// Its title.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// Copies wanted.
    pub quantity: i32,
    /// The price for one when it was put in, in won.
    pub seen_price: Won,
    /// The price for one now, in won.
    pub unit_price: Won,
    /// Copies that can be bought right now; 0 where the product is not on sale.
    pub available: i32,
    /// Its first picture, as [`crate::picture::Versions`] reads it.
    pub cover: Option<String>,
}

impl CartLine {
    /// Whether so many copies can be had right now.
    pub const fn in_stock(&self) -> bool {
        self.quantity <= self.available
    }

    /// The line as discounts are computed from.
    pub fn priced(&self) -> PricedLine {
        PricedLine { product: self.product, category: self.category, amount: self.total() }
    }

    /// The price of the whole line, in won.
    pub fn total(&self) -> Won {
        self.unit_price.saturating_mul(self.quantity.into())
    }
}

/// What a cart comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Copies in all lines.
    pub copies: i32,
    /// The price of all lines, in won.
    pub goods: Won,
    /// Delivery, in won: one fee per seller, or none.
    pub delivery: Won,
}

impl Totals {
    /// Adds up lines of (seller, unit price in won, copies).
    pub fn of(lines: impl Iterator<Item = (i64, Won, i32)>, policy: DeliveryPolicy) -> Self {
        let mut totals = Self::default();
        let mut sellers: Vec<(i64, Won)> = Vec::new();
        for (seller, price, copies) in lines {
            let line = price.saturating_mul(copies.into());
            totals.copies = totals.copies.saturating_add(copies);
            totals.goods = totals.goods.saturating_add(line);
            match sellers.iter_mut().find(|(known, _)| *known == seller) {
                Some((_, goods)) => *goods = goods.saturating_add(line),
                None => sellers.push((seller, line)),
            }
        }
        totals.delivery = sellers.iter().map(|(_, goods)| policy.fee(*goods)).sum();
        totals
    }

    /// The amount to pay, in won.
    pub const fn total(&self) -> Won {
        self.goods.saturating_add(self.delivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delivery_is_charged_per_seller_below_the_free_amount() {
        let policy = DeliveryPolicy::default();
        let totals = Totals::of([(1, 9_000, 1), (2, 15_000, 1), (1, 5_000, 1)].into_iter(), policy);
        assert_eq!(totals, Totals { copies: 3, goods: 29_000, delivery: 3_000 });
        assert_eq!(totals.total(), 32_000);
        assert_eq!(Totals::of(std::iter::empty(), policy).total(), 0);
    }
}
