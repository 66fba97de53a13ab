//! Points: the shop's own money, one point for one won.

use serde::{Deserialize, Serialize};

use crate::{
    Won,
    form::{self, Flaw},
};

/// How much may be charged and kept; set by the shop's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsPolicy {
    /// The least that can be charged at once, in won.
    pub charge_min: Won,
    /// The most that can be charged at once, in won.
    pub charge_max: Won,
    /// The most that a wallet may hold by charging, in won.
    pub wallet_max: Won,
    /// What a purchase earns where the product says nothing else, in percent of what was paid.
    pub earn_percent: i32,
    /// Days that earned points are good for.
    pub earn_days: i64,
}

impl PointsPolicy {
    /// Reads an amount to charge.
    ///
    /// # Errors
    /// The flaw, where it is no whole number or not in `charge_min..=charge_max`.
    pub fn charge(&self, typed: &str) -> Result<Won, Flaw> {
        form::number(typed, self.charge_min, self.charge_max)
    }
}

impl Default for PointsPolicy {
    fn default() -> Self {
        Self { charge_min: 1_000, charge_max: 1_000_000, wallet_max: 10_000_000, earn_percent: 5, earn_days: 365 }
    }
}

/// The points that `paid` won earn at `percent`, rounded down.
pub fn earned(paid: Won, percent: i32) -> Won {
    let points = i128::from(paid.max(0)) * i128::from(percent.clamp(0, 100)) / 100;
    Won::try_from(points).unwrap_or(0)
}

/// Why a balance changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PointsKind {
    /// Bought by the member.
    Charge,
    /// Given for a purchase.
    Earn,
    /// Paid for an order.
    Spend,
    /// Given back for a canceled order.
    Restore,
    /// Run out of time.
    Expire,
    /// Corrected by staff.
    Adjust,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_rounded_down_and_never_negative() {
        assert_eq!(earned(9_999, 5), 499);
        assert_eq!(earned(-1, 5), 0);
        assert_eq!(earned(i64::MAX, 100), i64::MAX);
        assert_eq!(earned(i64::MAX, i32::MAX), i64::MAX);
    }
}
