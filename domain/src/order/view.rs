//! Orders as people see them.

use contract::{
    Won,
    order::{FulfillmentStatus, OrderId, OrderStatus, PaymentStatus},
    product::ProductId,
    refund::{PaidLine, Refund},
};
use time::OffsetDateTime;
use uuid::Uuid;

/// An order in the list.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The order.
    pub id: OrderId,
    /// Where it stands.
    pub status: OrderStatus,
    /// Where its money stands.
    pub payment: PaymentStatus,
    /// Where its goods stand.
    pub fulfillment: FulfillmentStatus,
    /// The amount paid, in won.
    pub total: Won,
    /// When it was placed, in UTC.
    pub placed_at: OffsetDateTime,
    /// What was bought.
    pub lines: Vec<OrderLineView>,
}

/// A line of an order.
#[derive(Debug, Clone)]
pub struct OrderLineView {
    /// The product.
    pub product: ProductId,
    /// Its title as sold.
    pub title: String,
    /// Its author as sold.
    pub author: String,
    /// Who sold it.
    pub seller: i64,
    /// The price for one, in won.
    pub unit_price: Won,
    /// Copies bought.
    pub quantity: i32,
    /// Of these, canceled.
    pub canceled: i32,
    /// Of these, returned.
    pub returned: i32,
    /// The discount on all of them, in won.
    pub discount: Won,
    /// The first picture of the product, as [`contract::picture::Versions`] reads it.
    pub cover: Option<String>,
}

impl OrderLineView {
    /// Copies that are neither canceled nor returned.
    pub const fn kept(&self) -> i32 {
        self.quantity - self.canceled - self.returned
    }

    /// The line as refunds are computed from.
    pub const fn paid(&self) -> PaidLine {
        PaidLine {
            product: self.product,
            seller: self.seller,
            unit_price: self.unit_price,
            quantity: self.quantity,
            kept: self.kept(),
            discount: self.discount,
        }
    }
}

/// One seller's part of an order.
#[derive(Debug, Clone)]
pub struct DeliveryView {
    /// The delivery.
    pub id: Uuid,
    /// The seller.
    pub seller: i64,
    /// The seller's name.
    pub seller_name: String,
    /// The fee, in won.
    pub fee: Won,
    /// Where the goods stand.
    pub status: FulfillmentStatus,
}

impl DeliveryView {
    /// Whether there is nothing of it to send: all of its copies were canceled, or its order was, or has
    /// expired. What came back was sent. `lines` are those of the order, or its own.
    pub fn is_canceled(&self, order: OrderStatus, lines: &[OrderLineView]) -> bool {
        let ended = matches!(order, OrderStatus::Canceled | OrderStatus::Expired);
        let mut own = lines.iter().filter(|line| line.seller == self.seller);
        self.status != FulfillmentStatus::Returned && (ended || own.all(|line| line.kept() == 0))
    }
}

/// What was given back at once.
#[derive(Debug, Clone)]
pub struct RefundView {
    /// When, in UTC.
    pub at: OffsetDateTime,
    /// What, and how it was computed.
    pub refund: Refund,
    /// What of it came back as points, in won.
    pub points: Won,
    /// What of it is back on the card, in won.
    pub card_done: Won,
}

impl RefundView {
    /// What of it goes back to the card, in won.
    pub const fn card(&self) -> Won {
        self.refund.amount() - self.points
    }

    /// What of it is still on its way back to the card, in won.
    pub const fn on_its_way(&self) -> Won {
        self.card() - self.card_done
    }
}

/// All of an order.
#[derive(Debug, Clone)]
pub struct Detail {
    /// What the list shows too.
    pub summary: Summary,
    /// The price of all lines, in won.
    pub goods_total: Won,
    /// The discount on them, in won.
    pub discount_total: Won,
    /// The name of the coupon's campaign; empty without one.
    pub coupon: String,
    /// What was given back so far, in won.
    pub refunded_total: Won,
    /// What the confirmed purchase earned, in points.
    pub points_earned: Won,
    /// Until then the order is held to be paid, in UTC.
    pub held_until: Option<OffsetDateTime>,
    /// The purchase confirms itself then, in UTC.
    pub confirm_at: Option<OffsetDateTime>,
    /// What was given back, oldest first.
    pub refunds: Vec<RefundView>,
    /// The delivery fees together, in won.
    pub delivery_total: Won,
    /// What was paid by points, in won.
    pub points_used: Won,
    /// What was paid by card, in won.
    pub card_used: Won,
    /// Who takes the parcels.
    pub recipient: String,
    /// Bare digits.
    pub phone: String,
    /// Five digits.
    pub postcode: String,
    /// Street and number.
    pub line1: String,
    /// Floor, room and the like; may be empty.
    pub line2: String,
    /// A word to the carrier; may be empty.
    pub note: String,
    /// One for each seller.
    pub deliveries: Vec<DeliveryView>,
}

impl Detail {
    /// What of a refund of `amount` won goes back to the card; the rest comes back as points.
    pub fn to_card(&self, amount: Won) -> Won {
        let left = self.card_used - self.refunds.iter().map(RefundView::card).sum::<Won>();
        left.min(amount)
    }
}
