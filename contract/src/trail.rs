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
    /// One seller's part of an order was accepted, shipped or delivered.
    DeliveryAdvanced,
    /// The carrier and the number of a parcel that goes by hand were noted, or mended.
    ParcelNumbered,
    /// An order, or some of it, was canceled.
    OrderCanceled,
    /// A return or an exchange was taken a step further.
    ClaimAdvanced,
    /// A note was added to an order.
    OrderNoted,
    /// A note was removed from an order.
    OrderNoteRemoved,
}

impl Act {
    /// Every act, as the trail's filter offers them.
    pub const ALL: &[Self] = &[
        Self::StockChanged,
        Self::StockLowSet,
        Self::DeliveryAdvanced,
        Self::ParcelNumbered,
        Self::OrderCanceled,
        Self::ClaimAdvanced,
        Self::OrderNoted,
        Self::OrderNoteRemoved,
    ];
}
