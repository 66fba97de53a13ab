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
    /// A product was made.
    ProductCreated,
    /// A product was changed.
    ProductChanged,
    /// What was changed of many products at once was undone for this one.
    ProductRestored,
}

impl Act {
    /// Every act, as the trail's filter offers them.
    pub const ALL: &[Self] =
        &[Self::StockChanged, Self::StockLowSet, Self::ProductCreated, Self::ProductChanged, Self::ProductRestored];
}
