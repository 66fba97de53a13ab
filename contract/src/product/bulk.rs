//! Steps that are taken with many products at once.

use serde::{Deserialize, Serialize};

use super::{ProductStatus, form::price};
use crate::{
    Won,
    form::{Flaw, number},
};

/// Products that may be changed at once.
pub const MOST: usize = 1_000;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Give them a status.
    Status(ProductStatus),
    /// Raise or lower what they cost, in percent.
    Percent,
    /// Give them one price.
    Price,
    /// Move them to a category.
    Category,
}

impl Kind {
    /// Every kind, as the list offers them.
    pub const ALL: [Self; 7] = [
        Self::Status(ProductStatus::OnSale),
        Self::Status(ProductStatus::Suspended),
        Self::Status(ProductStatus::Archived),
        Self::Status(ProductStatus::Draft),
        Self::Percent,
        Self::Price,
        Self::Category,
    ];

    /// Its word in URLs, forms and columns.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status(status) => status.word(),
            Self::Percent => "percent",
            Self::Price => "price",
            Self::Category => "category",
        }
    }

    /// Reads the word; `None` where it is none.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What to do, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Give them this status.
    Status(ProductStatus),
    /// Change the price to pay by so many percent, rounded to ten won.
    Percent(i64),
    /// Make this the price to pay, in won.
    Price(Won),
    /// Move them to this category.
    Category(i64),
}

/// What of a product a step can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is sold.
    pub status: ProductStatus,
    /// Price on the cover, in won.
    pub list_price: Won,
    /// Price to pay, in won.
    pub sale_price: Won,
    /// Its category.
    pub category: i64,
    /// Whether it was ever ordered.
    pub sold: bool,
}

/// What became of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was changed.
    Changed,
    /// It stood so already.
    Same,
    /// It was ordered before, and so is no draft again.
    Sold,
    /// Its price would be nothing, or above the one on its cover.
    Price,
    /// Its status leads to that one by another step alone.
    Closed,
}

impl Step {
    /// Reads what was typed for a kind; a status needs nothing.
    ///
    /// # Errors
    /// The flaw of what was typed.
    pub fn read(kind: Kind, typed: &str) -> Result<Self, Flaw> {
        Ok(match kind {
            Kind::Status(status) => Self::Status(status),
            Kind::Percent => match number(typed.trim().trim_end_matches('%'), -90, 100)? {
                0 => return Err(Flaw::Required),
                percent => Self::Percent(percent),
            },
            Kind::Price => Self::Price(price(typed)?),
            Kind::Category => Self::Category(typed.trim().parse().map_err(|_| Flaw::Choice)?),
        })
    }

    /// What to do.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Status(status) => Kind::Status(status),
            Self::Percent(_) => Kind::Percent,
            Self::Price(_) => Kind::Price,
            Self::Category(_) => Kind::Category,
        }
    }

    /// How far, where that is a number.
    pub const fn value(self) -> Option<i64> {
        match self {
            Self::Status(_) => None,
            Self::Percent(value) | Self::Price(value) | Self::Category(value) => Some(value),
        }
    }

    /// What a product is after the step.
    ///
    /// # Errors
    /// Why it stays as it is.
    pub fn on(self, from: Standing) -> Result<Standing, Outcome> {
        let to = match self {
            Self::Status(status) if !from.status.may_become(status, from.sold) => {
                return Err(if status == ProductStatus::Draft { Outcome::Sold } else { Outcome::Closed });
            }
            Self::Status(status) => Standing { status, ..from },
            Self::Percent(percent) => {
                // To the nearest ten won.
                let sale_price = from.sale_price.saturating_mul(100 + percent).saturating_add(500) / 1_000 * 10;
                Standing { sale_price, ..from }
            }
            Self::Price(sale_price) => Standing { sale_price, ..from },
            Self::Category(category) => Standing { category, ..from },
        };
        let priced = matches!(self, Self::Percent(_) | Self::Price(_));
        if priced && !(1..=from.list_price).contains(&to.sale_price) {
            return Err(Outcome::Price);
        }
        if to == from { Err(Outcome::Same) } else { Ok(to) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOOK: Standing =
        Standing { status: ProductStatus::OnSale, list_price: 12_000, sale_price: 10_830, category: 1, sold: true };

    fn price_after(step: Step, from: Standing) -> Result<Won, Outcome> {
        step.on(from).map(|to| to.sale_price)
    }

    #[test]
    fn a_price_is_rounded_to_ten_won_and_stays_within_that_on_the_cover() {
        assert_eq!(price_after(Step::Percent(-10), BOOK), Ok(9_750));
        assert_eq!(price_after(Step::Percent(5), BOOK), Ok(11_370));
        assert_eq!(price_after(Step::Percent(20), BOOK), Err(Outcome::Price));
        assert_eq!(price_after(Step::Percent(-90), Standing { sale_price: 10, ..BOOK }), Err(Outcome::Price));
        assert_eq!(price_after(Step::Price(12_000), BOOK), Ok(12_000));
        assert_eq!(price_after(Step::Price(12_001), BOOK), Err(Outcome::Price));
        assert_eq!(price_after(Step::Price(10_830), BOOK), Err(Outcome::Same));
    }

    #[test]
    fn what_was_sold_is_no_draft_again_and_a_draft_is_not_suspended() {
        let to = |status, from| Step::Status(status).on(from).map(|to| to.status);
        assert_eq!(to(ProductStatus::Draft, BOOK), Err(Outcome::Sold));
        let unsold = Standing { sold: false, ..BOOK };
        assert_eq!(to(ProductStatus::Draft, unsold), Ok(ProductStatus::Draft));
        let draft = Standing { status: ProductStatus::Draft, ..unsold };
        assert_eq!(to(ProductStatus::Suspended, draft), Err(Outcome::Closed));
        assert_eq!(to(ProductStatus::OnSale, draft), Ok(ProductStatus::OnSale));
        assert_eq!(to(ProductStatus::Draft, draft), Err(Outcome::Same));
    }

    #[test]
    fn a_step_is_read_from_its_word_and_its_value() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.word()), Some(kind));
        }
        assert_eq!(Step::read(Kind::Percent, " -10% "), Ok(Step::Percent(-10)));
        assert_eq!(Step::read(Kind::Percent, "0"), Err(Flaw::Required));
        assert!(matches!(Step::read(Kind::Percent, "-91"), Err(Flaw::OutOfRange { .. })));
        assert_eq!(Step::read(Kind::Price, "1,000"), Ok(Step::Price(1_000)));
        assert_eq!(Step::read(Kind::Category, "시"), Err(Flaw::Choice));
    }

    proptest! {
        #[test]
        fn no_step_makes_a_price_that_may_not_be(
            list in 1..=1_000_000_000_000_i64, off in 0..100_i64, percent in -90..=100_i64, price in 0..=2_000_000_000_000_i64,
        ) {
            let from = Standing { list_price: list, sale_price: list - list / 100 * off, ..BOOK };
            for step in [Step::Percent(percent), Step::Price(price)] {
                if let Ok(to) = step.on(from) {
                    prop_assert!(to.sale_price >= 1 && to.sale_price <= list, "{step:?}: {to:?}");
                }
            }
        }
    }
}
