//! What sellers and staff do, as the audit trail names it.

use serde::{Deserialize, Serialize};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The stock of a product was changed or counted anew.
    StockChanged,
    /// From how many copies down the stock of a product is low was set.
    StockLowSet,
    /// A campaign was begun.
    CampaignCreated,
    /// A campaign was stopped.
    CampaignStopped,
    /// A campaign that was stopped goes on.
    CampaignResumed,
    /// One member was given a coupon.
    CouponGiven,
    /// Chosen members were given coupons.
    CouponsIssued,
    /// A coupon was taken back.
    CouponRevoked,
    /// A coupon that was taken back is good again.
    CouponRestored,
}

impl Act {
    /// Every act, as the trail's filter offers them.
    pub const ALL: &[Self] = &[
        Self::StockChanged,
        Self::StockLowSet,
        Self::CampaignCreated,
        Self::CampaignStopped,
        Self::CampaignResumed,
        Self::CouponGiven,
        Self::CouponsIssued,
        Self::CouponRevoked,
        Self::CouponRestored,
    ];
}
