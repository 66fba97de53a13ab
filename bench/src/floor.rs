//! The floor: what storing orders costs in bare SQL over one connection, in sets or one by one.

use std::time::Instant;

use domain::{
    Policy, Shop,
    member::{self, Shopper as Member},
    order::{Accepted, BEGIN, Checkout, Decision, decide, load, store},
};
use indicatif::ProgressBar;
use sqlx::{Connection, PgConnection, PgPool};

use crate::{
    Outcome,
    market::Crowd,
    shopper::Shopper,
    table::{Row, bar},
};

/// Stores the orders of the crowd, `set` in one transaction.
pub(crate) async fn place(name: &str, db: &PgPool, url: &str, crowd: Crowd, set: usize) -> Outcome<Row> {
    let shop = Shop::new(db.clone(), Policy::default());
    let first = crowd.counted.first().ok_or("nobody orders")?;
    let member = member::recognize(&shop, first.member, 0).await?.ok_or("a seeded member is not there")?;
    let mut conn = PgConnection::connect(url).await?;
    let bar = bar(name, crowd.all().count());
    let before = go(&mut conn, &member, &crowd.warm_up, set, &bar).await?;
    let mut row = go(&mut conn, &member, &crowd.counted, set, &bar).await?;
    bar.finish();
    conn.close().await?;
    row.warmed_up_by(before);
    Ok(row)
}

async fn go(
    conn: &mut PgConnection,
    member: &Member,
    shoppers: &[Shopper],
    set: usize,
    bar: &ProgressBar,
) -> Outcome<Row> {
    let mut row = Row::default();
    for shoppers in shoppers.chunks(set) {
        let batch: Vec<Checkout> = shoppers.iter().map(|shopper| checkout(member, shopper)).collect();
        let loaded = load(conn, &batch).await?;
        let mut accepted: Vec<Accepted> = Vec::with_capacity(batch.len());
        for decision in decide(loaded, &batch, Policy::default(), time::OffsetDateTime::now_utc()) {
            match decision {
                Decision::Placed(order) => accepted.push(*order),
                other => row.fail(|| format!("{other:?}")),
            }
        }
        // Only this is the floor: no load generator, no loading, no deciding.
        let start = Instant::now();
        let mut tx = conn.begin_with(BEGIN).await?;
        store(&mut tx, &accepted, time::OffsetDateTime::now_utc()).await?;
        tx.commit().await?;
        let took = start.elapsed();
        row.record(took, accepted.len());
        row.elapsed += took;
        bar.inc(u64::try_from(shoppers.len())?);
    }
    Ok(row)
}

/// Only a signed-in member can make a checkout: it is made by one of them and put in each one's name.
fn checkout(member: &Member, shopper: &Shopper) -> Checkout {
    let Shopper { member: id, address, key, lines, total, .. } = shopper;
    Checkout { member: *id, ..Checkout::new(member, *key, lines.clone(), *total, *address) }
}
