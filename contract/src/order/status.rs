//! The three independent statuses of an order, and every change that each allows.

use serde::{Deserialize, Serialize};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Waits for its payment.
    PendingPayment,
    /// Paid; on its way.
    Placed,
    /// The shopper has confirmed the purchase.
    Confirmed,
    /// Undone: nothing of it is kept.
    Canceled,
    /// Not paid in time.
    Expired,
}

impl OrderStatus {
    /// Whether an order may go from here to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::PendingPayment => matches!(next, Self::Placed | Self::Canceled | Self::Expired),
            Self::Placed => matches!(next, Self::Confirmed | Self::Canceled),
            Self::Confirmed | Self::Canceled | Self::Expired => false,
        }
    }
}

/// Where the money of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Nothing paid yet.
    Unpaid,
    /// Being paid.
    Pending,
    /// Paid in full.
    Paid,
    /// The payment was refused.
    Failed,
    /// The payment was undone before it was taken.
    Canceled,
    /// Some of it was given back.
    PartiallyRefunded,
    /// All of it was given back.
    Refunded,
    /// Asked for, not answered yet.
    Unknown,
}

impl PaymentStatus {
    /// Whether a payment may go from here to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Unpaid => matches!(next, Self::Pending | Self::Paid | Self::Canceled),
            // Back to unpaid: the shopper turned back before anything was asked for.
            Self::Pending => matches!(next, Self::Unpaid | Self::Paid | Self::Failed | Self::Unknown | Self::Canceled),
            Self::Unknown => matches!(next, Self::Paid | Self::Failed),
            Self::Paid => matches!(next, Self::PartiallyRefunded | Self::Refunded),
            Self::PartiallyRefunded => matches!(next, Self::PartiallyRefunded | Self::Refunded),
            Self::Failed | Self::Canceled | Self::Refunded => false,
        }
    }

    /// Where the money of a paid order stands once some of it was undone: by whether anything is
    /// `kept`, as a return fee may stay behind for good.
    pub const fn after_refund(kept: bool) -> Self {
        if kept { Self::PartiallyRefunded } else { Self::Refunded }
    }
}

/// Where the goods of an order stand. Ordered from the least to the most advanced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Not begun.
    Unfulfilled,
    /// Being packed.
    Preparing,
    /// With the carrier.
    Shipped,
    /// With the shopper.
    Delivered,
    /// Sent back.
    Returned,
}

impl FulfillmentStatus {
    /// Whether goods may go from here to `next`. The carrier may be quicker than its messages, so
    /// that a step may be left out.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Unfulfilled => matches!(next, Self::Preparing | Self::Shipped),
            Self::Preparing => matches!(next, Self::Shipped),
            Self::Shipped => matches!(next, Self::Delivered),
            Self::Delivered => matches!(next, Self::Returned),
            Self::Returned => false,
        }
    }

    /// Whether the goods are still with the seller, so that the shopper can cancel.
    pub const fn can_be_canceled(self) -> bool {
        match self {
            Self::Unfulfilled | Self::Preparing => true,
            Self::Shipped | Self::Delivered | Self::Returned => false,
        }
    }

    /// The status of a whole order: that of its least advanced delivery. Give it only deliveries
    /// of which something is kept.
    pub fn of_order(deliveries: impl IntoIterator<Item = Self>) -> Self {
        deliveries.into_iter().min().unwrap_or(Self::Unfulfilled)
    }
}

/// Who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The member who ordered.
    Shopper,
    /// The seller of the goods.
    Seller,
    /// Staff of the shop.
    Staff,
    /// The shop by itself.
    System,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_as_far_as_its_slowest_delivery() {
        use FulfillmentStatus::{Delivered, Shipped, Unfulfilled};
        assert_eq!(FulfillmentStatus::of_order([Delivered, Shipped]), Shipped);
        assert_eq!(FulfillmentStatus::of_order([]), Unfulfilled);
    }

    #[test]
    fn what_is_over_never_changes_again() {
        use OrderStatus::{Canceled, Confirmed, Expired, PendingPayment, Placed};
        for over in [Canceled, Confirmed, Expired] {
            assert!([PendingPayment, Placed, Confirmed, Canceled, Expired].iter().all(|next| !over.may_become(*next)));
        }
        assert!(!Placed.may_become(PendingPayment) && !PendingPayment.may_become(Confirmed));
    }

    #[test]
    fn goods_never_go_backwards() {
        use FulfillmentStatus::{Delivered, Preparing, Returned, Shipped, Unfulfilled};
        let all = [Unfulfilled, Preparing, Shipped, Delivered, Returned];
        for from in all {
            assert!(all.iter().all(|next| !from.may_become(*next) || *next > from));
            assert_eq!(from.can_be_canceled(), from < Shipped);
        }
    }

    #[test]
    fn a_fee_that_stays_behind_does_not_keep_a_refund_open() {
        assert_eq!(PaymentStatus::after_refund(false), PaymentStatus::Refunded);
        assert_eq!(PaymentStatus::after_refund(true), PaymentStatus::PartiallyRefunded);
    }
}
