//! One delivery by itself, as those see it whom it concerns.

use contract::{Failure, member::MemberId, order::OrderId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{ParcelView, parcels};
use crate::{
    Result, Shop,
    member::{Operator, Shopper},
    order::{self, DeliveryView, Destination, Detail, OrderLineView},
};

/// A delivery: what is in it, where it goes, and how far it has come.
#[derive(Debug, Clone)]
pub struct Single {
    /// The order that it is of.
    pub order: OrderId,
    /// The delivery.
    pub part: DeliveryView,
    /// What was bought of its seller.
    pub lines: Vec<OrderLineView>,
    /// Where it goes.
    pub to: Destination,
    /// A word to the carrier; may be empty.
    pub note: String,
    /// What it goes by; none while it has no number.
    pub parcel: Option<ParcelView>,
    /// When it was shipped, in UTC.
    pub shipped_at: Option<OffsetDateTime>,
    /// When it was delivered, in UTC.
    pub delivered_at: Option<OffsetDateTime>,
}

/// The order and the seller of a delivery among those that one runs.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn of(shop: &Shop, by: &Operator, id: Uuid) -> Result<(OrderId, i64)> {
    let row = row(shop, id, None, by.seller()).await?.ok_or(Failure::NotFound)?;
    Ok((row.order_id, row.seller_id))
}

/// A delivery of one's own order, or one that the asker runs.
///
/// # Errors
/// [`Failure::NotFound`], for everybody else's too.
pub async fn find(shop: &Shop, by: &Shopper, id: Uuid) -> Result<Single> {
    match row(shop, id, Some(by.id()), None).await? {
        Some(row) => single(shop, order::detail(shop, by, row.order_id).await?, id, row).await,
        None => find_by(shop, &Operator::of(shop, by).await?, id).await,
    }
}

/// A delivery among those that one runs.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn find_by(shop: &Shop, by: &Operator, id: Uuid) -> Result<Single> {
    let row = row(shop, id, None, by.seller()).await?.ok_or(Failure::NotFound)?;
    single(shop, order::detail_by(shop, by, row.order_id).await?, id, row).await
}

struct Row {
    order_id: OrderId,
    seller_id: i64,
    shipped_at: Option<OffsetDateTime>,
    delivered_at: Option<OffsetDateTime>,
}

async fn row(shop: &Shop, id: Uuid, member: Option<MemberId>, seller: Option<i64>) -> Result<Option<Row>> {
    let row = sqlx::query_as!(
        Row,
        r#"select d.order_id, d.seller_id, d.shipped_at, d.delivered_at
           from delivery d join "order" o using (order_id)
           where d.delivery_id = $1 and ($2::bigint is null or o.member_id = $2)
             and ($3::bigint is null or d.seller_id = $3)"#,
        id,
        member,
        seller
    );
    Ok(row.fetch_optional(&shop.db).await?)
}

/// What of an order this delivery is.
async fn single(shop: &Shop, mut order: Detail, id: Uuid, row: Row) -> Result<Single> {
    order.deliveries.retain(|part| part.id == id);
    order.summary.lines.retain(|line| line.seller == row.seller_id);
    let parcel = parcels(shop, &order).await?.pop();
    let to = Destination {
        recipient: order.recipient,
        phone: order.phone,
        postcode: order.postcode,
        line1: order.line1,
        line2: order.line2,
    };
    Ok(Single {
        order: row.order_id,
        part: order.deliveries.pop().ok_or(Failure::NotFound)?,
        lines: order.summary.lines,
        to,
        note: order.note,
        parcel,
        shipped_at: row.shipped_at,
        delivered_at: row.delivered_at,
    })
}
