//! Coupons: what a campaign gives, and the one computation of a discount, shared with the browser.

mod campaign;
mod table;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Won, product::ProductId};

pub use campaign::{CampaignForm, NewCampaign, read_code};
pub use table::{CampaignOrder, CampaignState};

/// Names a campaign.
pub type CampaignId = i64;

/// Names a coupon.
pub type CouponId = Uuid;

/// Names a category of products.
pub type CategoryId = i64;

/// How members get the coupons of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueMode {
    /// Anybody takes one, first come, first served.
    Download,
    /// Whoever knows the code takes one.
    Code,
    /// Staff gives them to chosen members.
    Staff,
    /// Every new member gets one.
    SignUp,
}

/// Where one coupon stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CouponStatus {
    /// Can be used.
    Available,
    /// Kept for an order that is not paid yet.
    Held,
    /// Used by an order.
    Used,
    /// Its time is over.
    Expired,
    /// Taken back by staff.
    Revoked,
}

impl IssueMode {
    /// Every way, as forms and filters offer them.
    pub const ALL: &[Self] = &[Self::Download, Self::Code, Self::Staff, Self::SignUp];
}

impl CouponStatus {
    /// Every status, as the filter offers them.
    pub const ALL: &[Self] = &[Self::Available, Self::Held, Self::Used, Self::Expired, Self::Revoked];
}

/// What a coupon takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Benefit {
    /// A share, rounded down to whole won.
    Percent {
        /// Percent, `1..=100`.
        percent: i64,
        /// The most that it takes off, in won.
        max: Option<Won>,
    },
    /// An amount in won, at most the price of what it applies to.
    Amount(Won),
}

/// What a coupon takes off, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What it takes off.
    pub benefit: Benefit,
    /// From so much on, in won, of what it applies to.
    pub min_order: Won,
    /// It applies to these products;
    pub products: Vec<ProductId>,
    /// and to these categories. To everything, where both are empty.
    pub categories: Vec<CategoryId>,
}

/// A line that a discount may apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedLine {
    /// The product.
    pub product: ProductId,
    /// Its category.
    pub category: CategoryId,
    /// The price of the whole line, in won.
    pub amount: Won,
}

/// Why a coupon cannot be used on a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unusable {
    /// It applies to nothing in the cart.
    OutOfScope,
    /// What it applies to costs too little.
    BelowMinimum {
        /// So many won more are needed.
        missing: Won,
    },
    /// It takes nothing off.
    Nothing,
}

impl Terms {
    /// What comes off each line, in won, in the order of the lines.
    ///
    /// A percentage is taken of the sum of the lines that it applies to and rounded down once; the
    /// discount is then split over these lines by their price ([`split`]).
    ///
    /// # Errors
    /// Why nothing comes off.
    pub fn discount(&self, lines: &[PricedLine]) -> Result<Vec<Won>, Unusable> {
        let weights: Vec<Won> =
            lines.iter().map(|line| if self.applies_to(line) { line.amount.max(0) } else { 0 }).collect();
        let base = weights.iter().fold(0, |sum: Won, amount| sum.saturating_add(*amount));
        if !lines.iter().any(|line| self.applies_to(line)) {
            return Err(Unusable::OutOfScope);
        }
        if base < self.min_order {
            return Err(Unusable::BelowMinimum { missing: self.min_order - base });
        }
        match self.benefit.of(base) {
            0 => Err(Unusable::Nothing),
            off => Ok(split(off, &weights)),
        }
    }

    fn applies_to(&self, line: &PricedLine) -> bool {
        (self.products.is_empty() && self.categories.is_empty())
            || self.products.contains(&line.product)
            || self.categories.contains(&line.category)
    }
}

impl Benefit {
    /// What comes off a sum of `base` won: never more than the sum.
    pub fn of(self, base: Won) -> Won {
        let off = match self {
            Self::Percent { percent, max } => {
                let share = i128::from(base) * i128::from(percent.clamp(0, 100)) / 100;
                Won::try_from(share).unwrap_or(base).min(max.unwrap_or(Won::MAX))
            }
            Self::Amount(amount) => amount,
        };
        off.clamp(0, base.max(0))
    }
}

/// Splits `amount` won in proportion to `weights`, to the won: each part is rounded down, and what
/// is left goes, one won each, to the largest remainders, earlier lines first (the method of
/// Hamilton). No part exceeds its weight where `amount` does not exceed their sum.
pub fn split(amount: Won, weights: &[Won]) -> Vec<Won> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: Won| i128::from(amount) * i128::from(weight);
    let mut parts: Vec<Won> = weights.iter().map(|weight| Won::try_from(exact(*weight) / sum).unwrap_or(0)).collect();
    let left = amount - parts.iter().sum::<Won>();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|&index| std::cmp::Reverse(exact(weights[index]) % sum));
    for &index in by_remainder.iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[index] += 1;
    }
    parts
}

#[cfg(test)]
mod tests;
