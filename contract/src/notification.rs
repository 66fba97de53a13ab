//! Notifications: what members are told of, and what each of them knows.

use serde::{Deserialize, Serialize};

use crate::{
    Won,
    order::OrderId,
    product::ProductId,
    subscription::{Off, SubscriptionId},
};

/// Names a notification.
pub type NotificationId = i64;

/// What a member is told. Stored as the word of its kind and a payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "snake_case")]
pub enum Notice {
    /// An order was paid.
    Paid {
        /// The order.
        order: OrderId,
        /// What was bought.
        books: Books,
        /// What it cost, in won.
        total: Won,
    },
    /// A payment failed.
    PaymentFailed {
        /// The order that it would have paid; none where it would have charged the wallet.
        order: Option<OrderId>,
        /// What would have been bought.
        books: Option<Books>,
        /// What would have been paid, in won.
        amount: Won,
        /// Whether it was taken all the same, and goes back. Notices stored before there was this say
        /// nothing of it.
        #[serde(default)]
        returned: bool,
    },
    /// A paid order was canceled, or some copies of it.
    Canceled {
        /// The order.
        order: OrderId,
        /// What was bought.
        books: Books,
        /// What is given back, in won.
        refund: Won,
        /// Whether nothing of it is kept.
        whole: bool,
    },
    /// An order was not paid in time.
    Expired {
        /// The order.
        order: OrderId,
        /// What would have been bought.
        books: Books,
    },
    /// A parcel is on its way.
    Shipped {
        /// Its order.
        order: OrderId,
        /// What is in it.
        books: Books,
    },
    /// A parcel has come.
    Delivered {
        /// Its order.
        order: OrderId,
        /// What is in it.
        books: Books,
    },
    /// Goods came back, and their price goes back.
    Refunded {
        /// The order.
        order: OrderId,
        /// What was bought.
        books: Books,
        /// What is given back, in won.
        refund: Won,
    },
    /// A coupon runs out soon.
    CouponExpiring {
        /// What it is called.
        name: String,
        /// It can be used until then, in milliseconds since 1970 UTC.
        expires_at: i64,
    },
    /// A product that the member wished for can be bought again.
    Restocked {
        /// The product.
        product: ProductId,
        /// Its title.
        title: String,
    },
    /// Few copies of the seller's own product are left.
    StockLow {
        /// The product.
        product: ProductId,
        /// Its title.
        title: String,
        /// Copies that were left.
        available: i32,
    },
    /// None of the seller's own product is left.
    StockDepleted {
        /// The product.
        product: ProductId,
        /// Its title.
        title: String,
    },
    /// The staff lets a member sell.
    SellerApproved {
        /// The name of the shop.
        shop: String,
    },
    /// The staff does not let a member sell.
    SellerRejected {
        /// The name that the shop would have had.
        shop: String,
        /// Why not.
        reason: String,
    },
    /// A seller's own subscription was switched off by itself.
    SubscriptionOff {
        /// The subscription.
        subscription: SubscriptionId,
        /// Where its messages went.
        host: String,
        /// Why.
        because: Off,
    },
}

impl Notice {
    /// Whether it goes out by mail too. Sellers look after their stock in the shop.
    pub const fn is_mailed(&self) -> bool {
        !matches!(self, Self::StockLow { .. } | Self::StockDepleted { .. })
    }
}

/// Books in short: the first one, and how many others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// The title of the first.
    pub first: String,
    /// How many different ones there are beside it.
    pub others: i64,
}
