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
    /// A product got a picture.
    PictureAdded,
    /// What is said of a picture was changed.
    PictureDescribed,
    /// A picture was removed.
    PictureRemoved,
    /// A removed picture was put back.
    PictureRestored,
    /// The pictures of a product were put into another order.
    PicturesOrdered,
}

impl Act {
    /// Every act, as the trail's filter offers them.
    pub const ALL: &[Self] = &[
        Self::StockChanged,
        Self::StockLowSet,
        Self::PictureAdded,
        Self::PictureDescribed,
        Self::PictureRemoved,
        Self::PictureRestored,
        Self::PicturesOrdered,
    ];
}
