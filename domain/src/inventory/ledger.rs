//! What other domains do to stock, inside their transactions and behind its locks.

use std::collections::BTreeMap;

use contract::{
    member::MemberId,
    order::OrderId,
    product::ProductId,
    stock::{Crossing, MovementKind, crossing},
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{Result, event::NewEvent, words::word};

/// A movement of one product's stock.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub product: ProductId,
    pub kind: MovementKind,
    /// The change of what is on hand.
    pub on_hand: i32,
    /// The change of what is reserved.
    pub reserved: i32,
    pub order: Option<OrderId>,
    /// Who moved it; `None` for the shop itself.
    pub by: Option<MemberId>,
    /// Why: for the shop's own movements a word, else what was typed.
    pub reason: &'static str,
}

/// Locks the stock of products, in the order of their ids, and tells how many are available.
pub(crate) async fn lock(conn: &mut PgConnection, products: &[ProductId]) -> Result<BTreeMap<ProductId, i32>> {
    let rows = sqlx::query!(
        r#"select product_id, available as "available!" from stock
           where product_id = any($1) order by product_id for update"#,
        products
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.available)).collect())
}

/// Moves stock that is locked already. Answers the events that it gives rise to: stock that became
/// low or depleted, or can be bought again.
pub(crate) async fn apply(conn: &mut PgConnection, moves: &[Move], at: OffsetDateTime) -> Result<Vec<NewEvent>> {
    let products: Vec<ProductId> = moves.iter().map(|one| one.product).collect();
    let kinds: Vec<String> = moves.iter().map(|one| word(one.kind)).collect::<Result<_>>()?;
    let on_hand: Vec<i32> = moves.iter().map(|one| one.on_hand).collect();
    let reserved: Vec<i32> = moves.iter().map(|one| one.reserved).collect();
    let orders: Vec<Option<OrderId>> = moves.iter().map(|one| one.order).collect();
    let members: Vec<Option<MemberId>> = moves.iter().map(|one| one.by).collect();
    let reasons: Vec<String> = moves.iter().map(|one| one.reason.to_owned()).collect();
    let rows = sqlx::query!(
        r#"with moved as (
               select * from unnest($1::bigint[], $2::text[], $3::int[], $4::int[], $5::uuid[], $6::bigint[], $7::text[])
                   as new (product_id, kind, on_hand, reserved, order_id, by_member, reason)
           ), written as (
               insert into stock_movement (product_id, kind, on_hand_delta, reserved_delta, order_id, by_member, reason,
                   created_at)
               select product_id, kind, on_hand, reserved, order_id, by_member, reason, $8 from moved
           )
           update stock s set on_hand = s.on_hand + sum.on_hand, reserved = s.reserved + sum.reserved
           from (select product_id, sum(on_hand)::int as on_hand, sum(reserved)::int as reserved
                 from moved group by product_id) sum
           where s.product_id = sum.product_id
           returning s.product_id, s.available as "after!", s.low_at, sum.on_hand - sum.reserved as "change!""#,
        &products,
        &kinds,
        &on_hand,
        &reserved,
        &orders as &[Option<OrderId>],
        &members as &[Option<MemberId>],
        &reasons,
        at
    )
    .fetch_all(conn)
    .await?;
    let events =
        rows.into_iter().filter_map(|row| crossed(row.product_id, row.after - row.change, row.after, row.low_at));
    Ok(events.collect())
}

/// The event of a crossing, if there is one.
pub(crate) fn crossed(product: ProductId, before: i32, after: i32, low_at: i32) -> Option<NewEvent> {
    let name = match crossing(before, after, low_at)? {
        Crossing::Low => "stock.low",
        Crossing::Depleted => "stock.depleted",
        Crossing::Restocked => "stock.restocked",
    };
    let payload = json!({ "product_id": product, "available": after, "low_at": low_at });
    Some(NewEvent { name, subject: product.to_string(), payload })
}
