//! One delivery by itself, as those see it whom it concerns; and the list of those that one runs.

use contract::{
    Failure,
    member::MemberId,
    order::{FulfillmentStatus, OrderId, OrderStatus},
    table::{Cursor, Rows},
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{ParcelView, parcels};
use crate::{
    Result, Shop,
    member::{Operator, Shopper},
    order::{self, DeliveryView, Destination, Detail, OrderLineView},
    words::{read, word},
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
    /// Whether there is nothing of it to send any more.
    pub canceled: bool,
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
    let part = order.deliveries.pop().ok_or(Failure::NotFound)?;
    Ok(Single {
        order: row.order_id,
        canceled: part.is_canceled(order.summary.status, &order.summary.lines),
        part,
        lines: order.summary.lines,
        to,
        note: order.note,
        parcel,
        shipped_at: row.shipped_at,
        delivered_at: row.delivered_at,
    })
}

/// A delivery in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The order that it is of.
    pub order: OrderId,
    /// Where that stands.
    pub order_status: OrderStatus,
    /// When that was placed, in UTC.
    pub placed_at: OffsetDateTime,
    /// The delivery.
    pub part: DeliveryView,
    /// What was bought of its seller.
    pub lines: Vec<OrderLineView>,
    /// Whether there is nothing of it to send any more.
    pub canceled: bool,
}

/// The deliveries that one runs, newest first, those that stand here where it is said, and where the next
/// ones begin: `limit` at most. Those of orders that wait to be paid are left out.
///
/// # Errors
/// Where the database is away.
pub async fn list(
    shop: &Shop,
    by: &Operator,
    status: Option<FulfillmentStatus>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Listed>> {
    let before = after.and_then(Cursor::id::<Uuid>).unwrap_or(Uuid::max());
    let ids = match by.seller() {
        Some(seller) => ids_of(shop, seller, status, before, limit + 1).await?,
        None => ids(shop, status, before, limit + 1).await?,
    };
    let ids = Rows::cut(ids, limit, |id| Cursor { value: String::new(), id: id.to_string() });
    Ok(Rows { rows: listed(shop, &ids.rows).await?, next: ids.next })
}

/// A seller's own. Each status is walked by itself, so that all of them together need no further index.
async fn ids_of(
    shop: &Shop,
    seller: i64,
    status: Option<FulfillmentStatus>,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let statuses = match status {
        Some(status) => vec![word(status)?],
        None => ALL.iter().map(|status| word(*status)).collect::<Result<Vec<_>>>()?,
    };
    let ids = sqlx::query_scalar!(
        r#"select k.delivery_id as "id!"
           from unnest($1::text[]) as s (status)
           cross join lateral (
               select d.delivery_id from delivery d
               where d.seller_id = $2 and d.fulfillment_status = s.status and d.delivery_id < $3 and d.stage <> 'unpaid'
               order by d.delivery_id desc limit $4
           ) k
           order by k.delivery_id desc limit $4"#,
        &statuses,
        seller,
        before,
        limit
    );
    Ok(ids.fetch_all(&shop.db).await?)
}

const ALL: [FulfillmentStatus; 5] = [
    FulfillmentStatus::Unfulfilled,
    FulfillmentStatus::Preparing,
    FulfillmentStatus::Shipped,
    FulfillmentStatus::Delivered,
    FulfillmentStatus::Returned,
];

/// Everybody's: two texts, so that each has its index.
async fn ids(shop: &Shop, status: Option<FulfillmentStatus>, before: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let Some(status) = status else {
        let ids = sqlx::query_scalar!(
            "select delivery_id from delivery where delivery_id < $1 and stage <> 'unpaid'
             order by delivery_id desc limit $2",
            before,
            limit
        );
        return Ok(ids.fetch_all(&shop.db).await?);
    };
    let ids = sqlx::query_scalar!(
        "select delivery_id from delivery where fulfillment_status = $1 and delivery_id < $2 and stage <> 'unpaid'
         order by delivery_id desc limit $3",
        word(status)?,
        before,
        limit
    );
    Ok(ids.fetch_all(&shop.db).await?)
}

/// These deliveries, newest first.
async fn listed(shop: &Shop, ids: &[Uuid]) -> Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"select d.delivery_id, d.order_id, d.seller_id, s.name, d.fee, d.fulfillment_status, o.order_status, o.placed_at
           from delivery d join "order" o using (order_id) join seller s using (seller_id)
           where d.delivery_id = any($1) order by d.delivery_id desc"#,
        ids
    )
    .fetch_all(&shop.db)
    .await?;
    let orders: Vec<OrderId> = rows.iter().map(|row| row.order_id).collect();
    let bought = order::lines(shop, &orders).await?;
    rows.into_iter()
        .map(|row| {
            let part = DeliveryView {
                id: row.delivery_id,
                seller: row.seller_id,
                seller_name: row.name,
                fee: row.fee,
                status: read(&row.fulfillment_status)?,
            };
            let lines = bought.get(&row.order_id).into_iter().flatten();
            let lines: Vec<_> = lines.filter(|line| line.seller == part.seller).cloned().collect();
            let order_status = read(&row.order_status)?;
            let canceled = part.is_canceled(order_status, &lines);
            Ok(Listed { order: row.order_id, order_status, placed_at: row.placed_at, part, lines, canceled })
        })
        .collect()
}
