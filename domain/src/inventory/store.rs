//! Writing down what was decided about the stock of many products at once.

use contract::{product::ProductId, stock::MovementKind, trail::Act};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{ledger::crossed, shown::show};
use crate::{Result, event, member::Operator, trail, words::word};

/// The stock of a product, locked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Locked {
    pub product: ProductId,
    pub seller: i64,
    pub on_hand: i32,
    pub available: i32,
    pub low_at: i32,
}

/// A change that was decided.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub stock: Locked,
    pub kind: MovementKind,
    /// The change of what is on hand.
    pub delta: i32,
    pub reason: String,
    pub key: Uuid,
    /// The movement that it takes back.
    pub undoes: Option<i64>,
}

/// The key of one product's movement, where the form of `key` moves many. The product's number
/// turns some of its bits, so that the same form finds the same movements.
pub(super) fn key_of(key: Uuid, product: ProductId) -> Uuid {
    Uuid::from_u128(key.as_u128() ^ u128::from(product.unsigned_abs()))
}

/// Locks the stock of products that one runs, in the order of their ids. Others are left out.
pub(super) async fn lock(conn: &mut PgConnection, by: &Operator, products: &[ProductId]) -> Result<Vec<Locked>> {
    Ok(sqlx::query_as!(
        Locked,
        r#"select s.product_id as product, p.seller_id as seller, s.on_hand, s.available as "available!", s.low_at
           from stock s join product p using (product_id)
           where s.product_id = any($1) and ($2::bigint is null or p.seller_id = $2)
           order by s.product_id for update of s"#,
        products,
        by.seller()
    )
    .fetch_all(conn)
    .await?)
}

/// Writes movements, stock, events and trail, each in one statement.
pub(super) async fn store(
    conn: &mut PgConnection,
    by: &Operator,
    at: OffsetDateTime,
    decided: &[Decided],
) -> Result<()> {
    let products: Vec<ProductId> = decided.iter().map(|one| one.stock.product).collect();
    let deltas: Vec<i32> = decided.iter().map(|one| one.delta).collect();
    let kinds: Vec<String> = decided.iter().map(|one| word(one.kind)).collect::<Result<_>>()?;
    let reasons: Vec<String> = decided.iter().map(|one| one.reason.clone()).collect();
    let keys: Vec<Uuid> = decided.iter().map(|one| one.key).collect();
    let undone: Vec<Option<i64>> = decided.iter().map(|one| one.undoes).collect();
    sqlx::query!(
        "with moved as (
             select * from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::uuid[], $6::bigint[])
                 as new (product_id, delta, kind, reason, key, undoes)
         ), written as (
             insert into stock_movement (product_id, kind, on_hand_delta, by_member, reason, idempotency_key, undoes,
                 created_at)
             select product_id, kind, delta, $7, reason, key, undoes, $8 from moved
         )
         update stock s set on_hand = s.on_hand + moved.delta from moved where s.product_id = moved.product_id",
        &products,
        &deltas,
        &kinds,
        &reasons,
        &keys,
        &undone as &[Option<i64>],
        by.id(),
        at
    )
    .execute(&mut *conn)
    .await?;
    show(conn, &products).await?;
    let events: Vec<_> = decided
        .iter()
        .filter_map(|one| {
            let stock = one.stock;
            crossed(stock.product, stock.available, stock.available + one.delta, stock.low_at)
        })
        .collect();
    event::append(conn, &events).await?;
    let told: Vec<_> = decided
        .iter()
        .map(|one| trail::Change {
            act: Act::StockChanged,
            subject: one.stock.product.to_string(),
            seller: Some(one.stock.seller),
            before: json!({ "on_hand": one.stock.on_hand }),
            after: json!({ "on_hand": one.stock.on_hand + one.delta, "reason": one.reason }),
        })
        .collect();
    trail::record(conn, by, at, &told).await
}
