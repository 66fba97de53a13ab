//! An order as programs read it.

use contract::order::{FulfillmentStatus, OrderId, OrderStatus, PaymentStatus, order_number};
use domain::{
    Shop,
    claim::{self, ClaimView},
    delivery::{self, ParcelView},
    member::{Operator, Shopper},
    order::{self, DeliveryView, Detail, OrderLineView, RefundView},
    payment::{self, PaymentView},
};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::claim::Claim;
use crate::api::{delivery::Parcel, payment::CardPayment, problem::Refusal};

/// One of one's own orders.
pub(super) async fn own(shop: &Shop, by: &Shopper, id: OrderId) -> Result<Order, Refusal> {
    let order = order::detail(shop, by, id).await?;
    let (payments, claims) = (payment::of_order(shop, id).await?, claim::of_order(shop, id).await?);
    let waits = payments.iter().find(|one| one.page.is_some()).cloned().map(CardPayment::from);
    let parcels = delivery::parcels(shop, &order).await?;
    Ok(Order { payment: waits, ..Order::of(order, parcels, payments, claims) })
}

/// An order as who runs the shop may see it.
pub(super) async fn run_by(shop: &Shop, by: &Operator, id: OrderId) -> Result<Order, Refusal> {
    let order = order::detail_by(shop, by, id).await?;
    let payments = match by.seller() {
        // The page is its shopper's.
        None => {
            let payments = payment::of_order(shop, id).await?.into_iter();
            payments.map(|one| PaymentView { page: None, ..one }).collect()
        }
        Some(_) => Vec::new(),
    };
    let claims = claim::of_order_by(shop, by, id).await?;
    let parcels = delivery::parcels(shop, &order).await?;
    Ok(Order::of(order, parcels, payments, claims))
}

/// All of an order, or what of it a seller may see.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "number": "20261126-3C4D5E6F", "orderStatus": "placed",
    "paymentStatus": "paid", "fulfillmentStatus": "shipped", "placedAt": "2026-11-26T09:30:00Z", "heldUntil": null,
    "confirmsAt": null,
    "lines": [{
        "productId": 2, "title": "춘향전", "author": "작자 미상", "sellerId": 1, "unitPrice": 18400, "quantity": 2,
        "canceled": 1, "returned": 0, "discount": 0
    }],
    "goods": 36800, "discount": 0, "coupon": null, "delivery": 0, "total": 36800, "pointsUsed": 36800, "cardUsed": 0,
    "due": 0, "refunded": 18400, "pointsEarned": 0,
    "destination": {
        "recipient": "김독자", "phone": "01012345678", "postcode": "04524", "line1": "서울 중구 세종대로 110", "line2": ""
    },
    "note": "문 앞에 놓아 주세요",
    "deliveries": [{
        "id": "0199b2c4-7a52-7f10-8f3a-1b2c3d4e5f60", "sellerId": 1, "seller": "마당서점", "status": "shipped",
        "canceled": false, "fee": 0,
        "parcel": { "carrier": "마당택배", "trackingNumber": "678901234567", "byHand": false, "checkpoints": [] }
    }],
    "refunds": [{
        "at": "2026-11-26T09:40:00Z", "lines": [{ "productId": 2, "quantity": 1, "goods": 18400, "discount": 0 }],
        "goods": 18400, "discount": 0, "delivery": 0, "returnFee": 0, "amount": 18400, "points": 18400, "card": 0,
        "cardDone": 0
    }],
    "payment": null, "payments": [], "claims": []
}))]
pub(super) struct Order {
    /// The order.
    id: Uuid,
    /// The number that people read out.
    number: String,
    /// Where the order stands.
    order_status: OrderStatus,
    /// Where its money stands.
    payment_status: PaymentStatus,
    /// Where its goods stand: as its least advanced delivery does.
    fulfillment_status: FulfillmentStatus,
    /// When it was placed.
    #[serde(with = "time::serde::rfc3339")]
    placed_at: OffsetDateTime,
    /// Until then it is held to be paid; null where it waits for no payment.
    #[serde(with = "time::serde::rfc3339::option")]
    held_until: Option<OffsetDateTime>,
    /// The purchase confirms itself then; null until all that is kept of it is delivered.
    #[serde(with = "time::serde::rfc3339::option")]
    confirms_at: Option<OffsetDateTime>,
    /// What was bought.
    lines: Vec<OrderLine>,
    /// The price of all lines, in won.
    goods: i64,
    /// The discount on them, in won.
    discount: i64,
    /// What the coupon is called that was used; null without one.
    coupon: Option<String>,
    /// The delivery fees together, in won.
    delivery: i64,
    /// What it came to, in won.
    total: i64,
    /// What of it was paid by points, in won.
    points_used: i64,
    /// What of it was paid by card, in won.
    card_used: i64,
    /// What is left to pay, in won; 0 where nothing is, or nothing can be any more.
    due: i64,
    /// What was given back so far, in won.
    refunded: i64,
    /// The points that the confirmed purchase has earned.
    points_earned: i64,
    /// Where it goes.
    destination: Destination,
    /// A word to the carrier; may be empty.
    note: String,
    /// One for each seller.
    deliveries: Vec<OrderDelivery>,
    /// What was given back, oldest first.
    refunds: Vec<OrderRefund>,
    /// The payment that waits for its shopper at its `page`; null where none does.
    payment: Option<CardPayment>,
    /// The payments by card, oldest first; none for a seller.
    payments: Vec<CardPayment>,
    /// The claims on it, oldest first.
    claims: Vec<Claim>,
}

impl Order {
    /// Whether money may have been taken for it, and nobody knows yet.
    pub(super) const fn payment_is_unknown(&self) -> bool {
        matches!(self.payment_status, PaymentStatus::Unknown)
    }

    fn of(order: Detail, parcels: Vec<ParcelView>, payments: Vec<PaymentView>, claims: Vec<ClaimView>) -> Self {
        let summary = order.summary;
        let waits = summary.status == OrderStatus::PendingPayment;
        let deliveries = order.deliveries.into_iter().map(|part| {
            let canceled = part.is_canceled(summary.status, &summary.lines);
            let parcel = parcels.iter().find(|parcel| parcel.delivery == part.id).cloned();
            OrderDelivery::of(part, canceled, parcel)
        });
        let deliveries = deliveries.collect();
        Self {
            id: summary.id,
            number: order_number(summary.id, summary.placed_at),
            order_status: summary.status,
            payment_status: summary.payment,
            fulfillment_status: summary.fulfillment,
            placed_at: summary.placed_at,
            held_until: order.held_until.filter(|_| waits),
            confirms_at: order.confirm_at,
            lines: summary.lines.into_iter().map(OrderLine::of).collect(),
            goods: order.goods_total,
            discount: order.discount_total,
            coupon: Some(order.coupon).filter(|name| !name.is_empty()),
            delivery: order.delivery_total,
            total: summary.total,
            points_used: order.points_used,
            card_used: order.card_used,
            due: if waits { summary.total - order.points_used } else { 0 },
            refunded: order.refunded_total,
            points_earned: order.points_earned,
            destination: Destination {
                recipient: order.recipient,
                phone: order.phone,
                postcode: order.postcode,
                line1: order.line1,
                line2: order.line2,
            },
            note: order.note,
            deliveries,
            refunds: order.refunds.into_iter().map(OrderRefund::of).collect(),
            payment: None,
            payments: payments.into_iter().map(CardPayment::from).collect(),
            claims: claims.into_iter().map(Claim::of).collect(),
        }
    }
}

/// A line of an order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderLine {
    /// The product.
    product_id: i64,
    /// Its title as sold.
    title: String,
    /// Its author as sold.
    author: String,
    /// Who sold it.
    seller_id: i64,
    /// The price for one, in won.
    unit_price: i64,
    /// Copies bought.
    quantity: i32,
    /// Of these, canceled.
    canceled: i32,
    /// Of these, returned.
    returned: i32,
    /// The discount on all of them, in won.
    discount: i64,
}

impl OrderLine {
    pub(super) fn of(line: OrderLineView) -> Self {
        Self {
            product_id: line.product,
            title: line.title,
            author: line.author,
            seller_id: line.seller,
            unit_price: line.unit_price,
            quantity: line.quantity,
            canceled: line.canceled,
            returned: line.returned,
            discount: line.discount,
        }
    }
}

/// Where an order goes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Destination {
    /// Who takes the parcels.
    recipient: String,
    /// Their telephone number as bare digits.
    phone: String,
    /// Five digits.
    postcode: String,
    /// Street and number.
    line1: String,
    /// Floor, room and the like; may be empty.
    line2: String,
}

/// One seller's part of an order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderDelivery {
    /// The delivery.
    id: Uuid,
    /// The seller.
    seller_id: i64,
    /// The seller's name.
    seller: String,
    /// Where the goods stand.
    status: FulfillmentStatus,
    /// Whether there is nothing of it to send: all of its copies were canceled, or the order was, or has
    /// expired. Whatever `status` says, it is not packed then, and no step of it is taken.
    canceled: bool,
    /// The delivery fee, in won.
    fee: i64,
    /// What it goes by; null while it has no number.
    parcel: Option<Parcel>,
}

impl OrderDelivery {
    fn of(part: DeliveryView, canceled: bool, parcel: Option<ParcelView>) -> Self {
        Self {
            id: part.id,
            seller_id: part.seller,
            seller: part.seller_name,
            status: part.status,
            canceled,
            fee: part.fee,
            parcel: parcel.map(Parcel::from),
        }
    }
}

/// What was given back at once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OrderRefund {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// The copies that were undone.
    lines: Vec<RefundedLine>,
    /// Their price, in won.
    goods: i64,
    /// Their part of the discount, in won; it comes off.
    discount: i64,
    /// Delivery fees that came back, in won.
    delivery: i64,
    /// What the way back costs, in won; it comes off.
    return_fee: i64,
    /// What came back in all, in won.
    amount: i64,
    /// What of it came back as points, in won.
    points: i64,
    /// What of it goes back to the card, in won.
    card: i64,
    /// What of that is back on the card, in won.
    card_done: i64,
}

impl OrderRefund {
    fn of(given: RefundView) -> Self {
        let (card, amount) = (given.card(), given.refund.amount());
        Self {
            at: given.at,
            goods: given.refund.goods,
            discount: given.refund.discount,
            delivery: given.refund.delivery,
            return_fee: given.refund.return_fee,
            amount,
            points: given.points,
            card,
            card_done: given.card_done,
            lines: given.refund.lines.iter().map(RefundedLine::of).collect(),
        }
    }
}

/// Copies of one line that are undone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundedLine {
    /// The product.
    product_id: i64,
    /// Copies.
    quantity: i32,
    /// Their price, in won.
    goods: i64,
    /// Their part of the discount, in won.
    discount: i64,
}

impl RefundedLine {
    pub(super) const fn of(line: &contract::refund::RefundLine) -> Self {
        Self { product_id: line.product, quantity: line.quantity, goods: line.goods, discount: line.discount }
    }
}
