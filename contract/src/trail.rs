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
    /// An application to sell was approved.
    SellerApproved,
    /// An application to sell was rejected.
    SellerRejected,
    /// A member was blocked.
    MemberBlocked,
    /// A member was let in again.
    MemberUnblocked,
    /// A member was given the staff's role, or lost it.
    MemberRoleChanged,
    /// A member's points were corrected.
    PointsAdjusted,
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
    /// A product was made or changed by a file.
    ProductImported,
}

impl Act {
    /// Every act, as the trail's filter offers them.
    pub const ALL: &[Self] = &[
        Self::StockChanged,
        Self::StockLowSet,
        Self::SellerApproved,
        Self::SellerRejected,
        Self::MemberBlocked,
        Self::MemberUnblocked,
        Self::MemberRoleChanged,
        Self::PointsAdjusted,
    ];

    /// What is done to a member, whose id is the subject.
    pub const TO_MEMBERS: &[Self] = &[
        Self::SellerApproved,
        Self::SellerRejected,
        Self::MemberBlocked,
        Self::MemberUnblocked,
        Self::MemberRoleChanged,
        Self::PointsAdjusted,
        Self::PictureAdded,
        Self::PictureDescribed,
        Self::PictureRemoved,
        Self::PictureRestored,
        Self::PicturesOrdered,
    ];
    pub const ALL: &[Self] = &[Self::StockChanged, Self::StockLowSet, Self::ProductImported];
}
