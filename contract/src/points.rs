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
    /// The most that a wallet may hold, in won.
    pub wallet_max: Won,
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
        Self { charge_min: 1_000, charge_max: 1_000_000, wallet_max: 10_000_000 }
    }
}

/// Why a balance changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
