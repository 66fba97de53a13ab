//! Reading orders back.

use std::collections::BTreeMap;

use contract::{
    Failure, Won,
    member::MemberId,
    order::{FulfillmentStatus, OrderId},
    table::{Cursor, Rows},
};
use uuid::Uuid;

use super::{DeliveryView, Detail, OrderLineView, PAGE, RefundView, Summary, refund};
use crate::{
    Result, Shop,
    member::{Operator, Shopper, Staff},
    words::read,
};

/// One's own orders, newest first, those older than `before` where it is given: at most [`PAGE`]
/// and one more, which tells that there are further ones.
///
/// # Errors
/// Where the database is away.
pub async fn list(shop: &Shop, by: &Shopper, before: Option<OrderId>) -> Result<Vec<Summary>> {
    select(shop, Some(by.id()), before, PAGE + 1).await
}

/// One's own orders, newest first, those older than `before` where it is given, and where the next ones
/// begin: `limit` at most.
///
/// # Errors
/// Where the database is away.
pub async fn newest(shop: &Shop, by: &Shopper, before: Option<OrderId>, limit: i64) -> Result<Rows<Summary>> {
    let rows = select(shop, Some(by.id()), before, limit + 1).await?;
    Ok(Rows::cut(rows, limit, |order| Cursor { value: String::new(), id: order.id.to_string() }))
}

/// Everybody's orders, newest first, as [`list`] does.
///
/// # Errors
/// Where the database is away.
pub async fn list_all(shop: &Shop, _by: &Staff, before: Option<OrderId>) -> Result<Vec<Summary>> {
    select(shop, None, before, PAGE + 1).await
}

/// A member's orders, newest first, in the same way.
///
/// # Errors
/// Where the database is away.
pub async fn list_of(shop: &Shop, _by: &Staff, member: MemberId) -> Result<Vec<Summary>> {
    select(shop, Some(member), None, PAGE + 1).await
}

async fn select(shop: &Shop, member: Option<MemberId>, before: Option<OrderId>, limit: i64) -> Result<Vec<Summary>> {
    // What is wholly canceled of a seller does not hold the order's status back.
    let rows = sqlx::query!(
        r#"select order_id, order_status, payment_status, total as "total!", placed_at,
                  array(select fulfillment_status from delivery d
                        where d.order_id = o.order_id
                          and (fulfillment_status = 'returned'
                               or exists (select from order_line l where l.order_id = o.order_id
                                          and l.seller_id = d.seller_id and l.quantity > l.canceled + l.returned))
                  ) as "fulfillment!"
           from "order" o
           where ($1::bigint is null or member_id = $1) and order_id < $2
           order by order_id desc limit $3"#,
        member,
        before.unwrap_or(Uuid::max()),
        limit
    )
    .fetch_all(&shop.db)
    .await?;
    let ids: Vec<OrderId> = rows.iter().map(|row| row.order_id).collect();
    let mut lines = lines(shop, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let parts = row.fulfillment.iter().map(|word| read(word)).collect::<Result<Vec<FulfillmentStatus>>>()?;
            Ok(Summary {
                id: row.order_id,
                status: read(&row.order_status)?,
                payment: read(&row.payment_status)?,
                fulfillment: FulfillmentStatus::of_order(parts),
                total: row.total,
                placed_at: row.placed_at,
                lines: lines.remove(&row.order_id).unwrap_or_default(),
            })
        })
        .collect()
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
    find(shop, Some(by.id()), id).await
}

/// Anybody's order.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn detail_any(shop: &Shop, _by: &Staff, id: OrderId) -> Result<Detail> {
    find(shop, None, id).await
}

/// An order as who runs the shop may see it: the staff all of it, a seller their own part, with its
/// sums and refunds alone and nothing of how it was paid.
///
/// # Errors
/// [`Failure::NotFound`], for an order without goods of the seller too.
pub async fn detail_by(shop: &Shop, by: &Operator, id: OrderId) -> Result<Detail> {
    let order = find(shop, None, id).await?;
    match by.seller() {
        Some(seller) => part_of(order, seller),
        None => Ok(order),
    }
}

fn part_of(order: Detail, seller: i64) -> Result<Detail> {
    let part = order.deliveries.iter().find(|part| part.seller == seller).cloned().ok_or(Failure::NotFound)?;
    let lines: Vec<_> = order.summary.lines.into_iter().filter(|line| line.seller == seller).collect();
    let goods = lines.iter().map(|line| line.unit_price * i64::from(line.quantity)).sum();
    let discount = lines.iter().map(|line| line.discount).sum();
    let total = goods - discount + part.fee;
    let refunds = refunds_of(order.refunds, &lines, part.fee);
    let summary = Summary { fulfillment: part.status, total, lines, ..order.summary };
    Ok(Detail {
        summary,
        goods_total: goods,
        discount_total: discount,
        delivery_total: part.fee,
        coupon: String::new(),
        points_used: 0,
        card_used: 0,
        points_earned: 0,
        refunded_total: refunds.iter().map(|given| given.refund.amount()).sum(),
        refunds,
        deliveries: vec![part],
        ..order
    })
}

/// What of refunds was given back for one seller's `lines`. How it came back is not told: nothing of
/// it counts as the card's. A return is of one seller's goods, and so is its fee.
fn refunds_of(refunds: Vec<RefundView>, lines: &[OrderLineView], fee: Won) -> Vec<RefundView> {
    let mut own: Vec<RefundView> = refunds
        .into_iter()
        .filter_map(|mut given| {
            given.refund.lines.retain(|gone| lines.iter().any(|line| line.product == gone.product));
            given.refund.goods = given.refund.lines.iter().map(|gone| gone.goods).sum();
            given.refund.discount = given.refund.lines.iter().map(|gone| gone.discount).sum();
            (!given.refund.lines.is_empty()).then_some(given)
        })
        .collect();
    // The fee came back with the last copy, unless that was the buyer's doing.
    let ended = lines.iter().all(|line| line.kept() == 0);
    let last = own.len().saturating_sub(1);
    for (at, given) in own.iter_mut().enumerate() {
        let with_fee = ended && at == last && given.refund.delivery > 0;
        given.refund.delivery = if with_fee { fee } else { 0 };
        given.points = given.refund.amount();
        given.card_done = 0;
    }
    own
}

async fn find(shop: &Shop, member: Option<MemberId>, id: OrderId) -> Result<Detail> {
    let row = sqlx::query!(
        r#"select order_status, payment_status, goods_total, discount_total, delivery_total, total as "total!",
                  points_used, points_earned, refunded_total, held_until, confirm_at, recipient, phone, postcode, line1,
                  line2, delivery_note, placed_at,
                  coalesce((select sum(amount)::bigint from payment p
                            where p.order_id = o.order_id and p.method = 'card' and p.status = 'paid'), 0) as "card_used!",
                  (select name from coupon join coupon_campaign using (campaign_id)
                   where coupon.coupon_id = o.coupon_id) as coupon
           from "order" o where order_id = $1 and ($2::bigint is null or member_id = $2)"#,
        id,
        member
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::NotFound)?;
    let lines = lines(shop, &[id]).await?.remove(&id).unwrap_or_default();
    let deliveries = deliveries(shop, id).await?;
    let kept = |part: &&DeliveryView| {
        part.status == FulfillmentStatus::Returned
            || lines.iter().any(|line| line.seller == part.seller && line.kept() > 0)
    };
    let summary = Summary {
        id,
        status: read(&row.order_status)?,
        payment: read(&row.payment_status)?,
        fulfillment: FulfillmentStatus::of_order(deliveries.iter().filter(kept).map(|part| part.status)),
        total: row.total,
        placed_at: row.placed_at,
        lines,
    };
    Ok(Detail {
        summary,
        goods_total: row.goods_total,
        discount_total: row.discount_total,
        coupon: row.coupon.unwrap_or_default(),
        delivery_total: row.delivery_total,
        points_used: row.points_used,
        card_used: row.card_used,
        points_earned: row.points_earned,
        refunded_total: row.refunded_total,
        held_until: row.held_until,
        confirm_at: row.confirm_at,
        refunds: refund::list(shop, id).await?,
        recipient: row.recipient,
        phone: row.phone,
        postcode: row.postcode,
        line1: row.line1,
        line2: row.line2,
        note: row.delivery_note,
        deliveries,
    })
}

async fn deliveries(shop: &Shop, id: OrderId) -> Result<Vec<DeliveryView>> {
    let rows = sqlx::query!(
        "select delivery_id, seller_id, s.name, fee, fulfillment_status
         from delivery join seller s using (seller_id) where order_id = $1 order by seller_id",
        id
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|part| {
            Ok(DeliveryView {
                id: part.delivery_id,
                seller: part.seller_id,
                seller_name: part.name,
                fee: part.fee,
                status: read(&part.fulfillment_status)?,
            })
        })
        .collect()
}

pub(crate) async fn lines(shop: &Shop, orders: &[OrderId]) -> Result<BTreeMap<OrderId, Vec<OrderLineView>>> {
    let rows = sqlx::query!(
        "select l.order_id, l.product_id, l.title, l.author, l.seller_id, l.unit_price, l.quantity, l.canceled,
                l.returned, l.discount, p.cover
         from order_line l join product p using (product_id)
         where l.order_id = any($1) order by l.order_id, l.product_id",
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
            canceled: row.canceled,
            returned: row.returned,
            discount: row.discount,
            cover: row.cover,
        });
    }
    Ok(lines)
}
