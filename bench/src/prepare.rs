//! Signs shoppers in and fills their carts, in sets.

use std::collections::HashMap;

use app::context::key;
use serde_json::json;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use tower_sessions::session::Record;
use uuid::Uuid;

use crate::{Outcome, shopper::Shopper};

/// Shoppers in one statement.
const CHUNK: usize = 5_000;

/// Gives each shopper a session and a cart.
pub(crate) async fn shoppers(db: &PgPool, all: &[&Shopper]) -> Outcome<()> {
    for chunk in all.chunks(CHUNK) {
        sign_in(db, chunk).await?;
        fill_carts(db, chunk).await?;
    }
    Ok(())
}

/// Writes sessions as the server's own store does.
async fn sign_in(db: &PgPool, shoppers: &[&Shopper]) -> Outcome<()> {
    let expiry_date = OffsetDateTime::now_utc() + Duration::days(30);
    let mut ids = Vec::with_capacity(shoppers.len());
    let mut records = Vec::with_capacity(shoppers.len());
    for shopper in shoppers {
        // Nobody has changed a password yet.
        let data = [(key::MEMBER, json!(shopper.member)), (key::GENERATION, json!(0))];
        let data: HashMap<_, _> = data.map(|(name, value)| (name.to_owned(), value)).into();
        ids.push(shopper.session.to_string());
        records.push(rmp_serde::to_vec(&Record { id: shopper.session, data, expiry_date })?);
    }
    sqlx::query(
        "insert into session (id, data, expiry_date) select id, data, $3 from unnest($1, $2) as new (id, data)",
    )
    .bind(ids)
    .bind(records)
    .bind(expiry_date)
    .execute(db)
    .await?;
    Ok(())
}

async fn fill_carts(db: &PgPool, shoppers: &[&Shopper]) -> Outcome<()> {
    let carts: Vec<(Uuid, &Shopper)> = shoppers.iter().map(|shopper| (Uuid::now_v7(), *shopper)).collect();
    let lines = || carts.iter().flat_map(|(cart, shopper)| shopper.lines.iter().map(move |line| (*cart, line)));
    sqlx::query("insert into cart (cart_id, member_id) select * from unnest($1, $2)")
        .bind(carts.iter().map(|(cart, _)| *cart).collect::<Vec<_>>())
        .bind(carts.iter().map(|(_, shopper)| shopper.member).collect::<Vec<_>>())
        .execute(db)
        .await?;
    sqlx::query(
        "insert into cart_line (cart_id, product_id, quantity, seen_price) select * from unnest($1, $2, $3, $4)",
    )
    .bind(lines().map(|(cart, _)| cart).collect::<Vec<_>>())
    .bind(lines().map(|(_, line)| line.product).collect::<Vec<_>>())
    .bind(lines().map(|(_, line)| line.quantity).collect::<Vec<_>>())
    .bind(lines().map(|(_, line)| line.unit_price).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

/// Receives as many copies of everything as lie in carts, so that nothing runs out.
pub(crate) async fn stock(db: &PgPool) -> Outcome<()> {
    sqlx::query(
        "with wanted as (
             select product_id, sum(quantity)::int as quantity from cart_line group by product_id
         ), received as (
             update stock s set on_hand = s.on_hand + wanted.quantity
             from wanted where s.product_id = wanted.product_id
         )
         insert into stock_movement (product_id, kind, on_hand_delta, reason)
         select product_id, 'received', quantity, 'bench' from wanted",
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Leaves the tables as a shop has them that has been open for a while.
pub(crate) async fn settle(db: &PgPool) -> Outcome<()> {
    sqlx::query("vacuum analyze").execute(db).await?;
    Ok(())
}

/// Writes all that waits in memory to disk, so that one row of the table does not pay for another.
pub(crate) async fn checkpoint(db: &PgPool) -> Outcome<()> {
    sqlx::query("checkpoint").execute(db).await?;
    Ok(())
}
