//! Orders as their shopper sees them.

use std::collections::BTreeMap;

use contract::{
    Failure, Won,
    order::{FulfillmentStatus, OrderId, OrderStatus, PaymentStatus},
    product::ProductId,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::PAGE;
use crate::{Result, Shop, member::Shopper};

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
    /// Copies.
    pub quantity: i32,
}

/// One seller's part of an order.
#[derive(Debug, Clone)]
pub struct DeliveryView {
    /// The seller.
    pub seller: i64,
    /// The seller's name.
    pub seller_name: String,
    /// The fee, in won.
    pub fee: Won,
    /// Where the goods stand.
    pub status: FulfillmentStatus,
}

/// All of an order.
#[derive(Debug, Clone)]
pub struct Detail {
    /// What the list shows too.
    pub summary: Summary,
    /// The price of all lines, in won.
    pub goods_total: Won,
    /// The delivery fees together, in won.
    pub delivery_total: Won,
    /// What was paid by points, in won.
    pub points_used: Won,
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

/// One's own orders, newest first, those older than `before` where it is given: at most [`PAGE`]
/// and one more, which tells that there are further ones.
///
/// # Errors
/// Where the database is away.
pub async fn list(shop: &Shop, by: &Shopper, before: Option<OrderId>) -> Result<Vec<Summary>> {
    let rows = sqlx::query!(
        r#"select order_id, order_status, payment_status, total as "total!", placed_at,
                  array(select fulfillment_status from delivery d where d.order_id = o.order_id) as "fulfillment!"
           from "order" o
           where member_id = $1 and order_id < $2
           order by order_id desc limit $3"#,
        by.id(),
        before.unwrap_or(Uuid::max()),
        PAGE + 1
    )
    .fetch_all(&shop.db)
    .await?;
    let ids: Vec<OrderId> = rows.iter().map(|row| row.order_id).collect();
    let mut lines = lines(shop, &ids).await?;
    let orders = rows.into_iter().map(|row| Summary {
        id: row.order_id,
        status: order_status(&row.order_status),
        payment: payment_status(&row.payment_status),
        fulfillment: FulfillmentStatus::of_order(row.fulfillment.iter().map(|word| fulfillment_status(word))),
        total: row.total,
        placed_at: row.placed_at,
        lines: lines.remove(&row.order_id).unwrap_or_default(),
    });
    Ok(orders.collect())
}

/// The order that was placed under a key, if one was.
///
/// # Errors
/// Where the database is away.
pub async fn placed(shop: &Shop, by: &Shopper, key: Uuid) -> Result<Option<OrderId>> {
    let found = sqlx::query_scalar!(
        r#"select order_id from "order" where member_id = $1 and idempotency_key = $2"#,
        by.id(),
        key
    );
    Ok(found.fetch_optional(&shop.db).await?)
}

/// One of one's own orders.
///
/// # Errors
/// [`Failure::NotFound`], for another member's too.
pub async fn detail(shop: &Shop, by: &Shopper, id: OrderId) -> Result<Detail> {
    let row = sqlx::query!(
        r#"select order_status, payment_status, goods_total, delivery_total, total as "total!", points_used,
                  recipient, phone, postcode, line1, line2, delivery_note, placed_at
           from "order" where order_id = $1 and member_id = $2"#,
        id,
        by.id()
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::NotFound)?;
    let deliveries: Vec<DeliveryView> = sqlx::query!(
        "select seller_id, s.name, fee, fulfillment_status
         from delivery join seller s using (seller_id) where order_id = $1 order by seller_id",
        id
    )
    .fetch_all(&shop.db)
    .await?
    .into_iter()
    .map(|part| DeliveryView {
        seller: part.seller_id,
        seller_name: part.name,
        fee: part.fee,
        status: fulfillment_status(&part.fulfillment_status),
    })
    .collect();
    let summary = Summary {
        id,
        status: order_status(&row.order_status),
        payment: payment_status(&row.payment_status),
        fulfillment: FulfillmentStatus::of_order(deliveries.iter().map(|part| part.status)),
        total: row.total,
        placed_at: row.placed_at,
        lines: lines(shop, &[id]).await?.remove(&id).unwrap_or_default(),
    };
    Ok(Detail {
        summary,
        goods_total: row.goods_total,
        delivery_total: row.delivery_total,
        points_used: row.points_used,
        recipient: row.recipient,
        phone: row.phone,
        postcode: row.postcode,
        line1: row.line1,
        line2: row.line2,
        note: row.delivery_note,
        deliveries,
    })
}

async fn lines(shop: &Shop, orders: &[OrderId]) -> Result<BTreeMap<OrderId, Vec<OrderLineView>>> {
    let rows = sqlx::query!(
        "select order_id, product_id, title, author, seller_id, unit_price, quantity
         from order_line where order_id = any($1) order by order_id, product_id",
        orders
    )
    .fetch_all(&shop.db)
    .await?;
    let mut lines: BTreeMap<OrderId, Vec<OrderLineView>> = BTreeMap::new();
    for row in rows {
        lines.entry(row.order_id).or_default().push(OrderLineView {
            product: row.product_id,
            title: row.title,
            author: row.author,
            seller: row.seller_id,
            unit_price: row.unit_price,
            quantity: row.quantity,
        });
    }
    Ok(lines)
}

// The columns' checks leave no other words than these.

fn order_status(word: &str) -> OrderStatus {
    match word {
        "placed" => OrderStatus::Placed,
        "confirmed" => OrderStatus::Confirmed,
        "canceled" => OrderStatus::Canceled,
        "expired" => OrderStatus::Expired,
        _ => OrderStatus::PendingPayment,
    }
}

fn payment_status(word: &str) -> PaymentStatus {
    match word {
        "unpaid" => PaymentStatus::Unpaid,
        "pending" => PaymentStatus::Pending,
        "paid" => PaymentStatus::Paid,
        "failed" => PaymentStatus::Failed,
        "canceled" => PaymentStatus::Canceled,
        "partially_refunded" => PaymentStatus::PartiallyRefunded,
        "refunded" => PaymentStatus::Refunded,
        _ => PaymentStatus::Unknown,
    }
}

fn fulfillment_status(word: &str) -> FulfillmentStatus {
    match word {
        "preparing" => FulfillmentStatus::Preparing,
        "shipped" => FulfillmentStatus::Shipped,
        "delivered" => FulfillmentStatus::Delivered,
        "returned" => FulfillmentStatus::Returned,
        _ => FulfillmentStatus::Unfulfilled,
    }
}
