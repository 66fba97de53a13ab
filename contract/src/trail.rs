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
    /// An event that was set aside was taken once more.
    LetterRedriven,
    /// An event that was set aside was given up.
    LetterDiscarded,
    /// The gateway was asked how a payment stands.
    PaymentAsked,
    /// Money on its way back to a card was asked for at once.
    CardRefundHurried,
    /// The books were to be compared with those of the gateway.
    ReconciliationAsked,
    /// The invariants were to be checked.
    AuditAsked,
    /// The sandbox was told how to behave.
    SandboxSwitched,
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
    /// A product was made.
    ProductCreated,
    /// A product was changed.
    ProductChanged,
    /// What was changed of many products at once was undone for this one.
    ProductRestored,
    /// A subscription was made.
    SubscriptionCreated,
    /// A subscription was changed.
    SubscriptionChanged,
    /// A subscription was given a new secret.
    SubscriptionSecretRotated,
    /// A subscription was paused.
    SubscriptionPaused,
    /// A subscription goes on, or was switched on again.
    SubscriptionResumed,
    /// A subscription was removed.
    SubscriptionRemoved,
    /// A test message was asked for.
    SubscriptionTested,
    /// A message was to be sent again.
    SubscriptionResent,
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
        Self::PictureAdded,
        Self::PictureDescribed,
        Self::PictureRemoved,
        Self::PictureRestored,
        Self::PicturesOrdered,
        Self::ProductImported,
        Self::LetterRedriven,
        Self::LetterDiscarded,
        Self::PaymentAsked,
        Self::CardRefundHurried,
        Self::ReconciliationAsked,
        Self::AuditAsked,
        Self::SandboxSwitched,
        Self::CampaignCreated,
        Self::CampaignStopped,
        Self::CampaignResumed,
        Self::CouponGiven,
        Self::CouponsIssued,
        Self::CouponRevoked,
        Self::CouponRestored,
        Self::DeliveryAdvanced,
        Self::ParcelNumbered,
        Self::OrderCanceled,
        Self::ClaimAdvanced,
        Self::OrderNoted,
        Self::OrderNoteRemoved,
        Self::ProductCreated,
        Self::ProductChanged,
        Self::ProductRestored,
        Self::SubscriptionCreated,
        Self::SubscriptionChanged,
        Self::SubscriptionSecretRotated,
        Self::SubscriptionPaused,
        Self::SubscriptionResumed,
        Self::SubscriptionRemoved,
        Self::SubscriptionTested,
        Self::SubscriptionResent,
    ];

    /// What is done to a member, whose id is the subject.
    pub const TO_MEMBERS: &[Self] = &[
        Self::SellerApproved,
        Self::SellerRejected,
        Self::MemberBlocked,
        Self::MemberUnblocked,
        Self::MemberRoleChanged,
        Self::PointsAdjusted,
    ];
}
