//! Counting copies: by the hour, and in every window that the hour lies in.

use std::collections::BTreeMap;

use contract::product::ProductId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{hour, span::lock_all};
use crate::{Result, Shop};

/// Copies by the hour in which they were paid and by product; below zero for those canceled.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sold(BTreeMap<(OffsetDateTime, ProductId), i64>);

impl Sold {
    /// Adds copies paid at a time, or takes them out.
    pub(crate) fn add(&mut self, paid_at: OffsetDateTime, product: ProductId, copies: i64) {
        *self.0.entry((hour(paid_at), product)).or_default() += copies;
    }
}

/// Counts what was sold, in a few statements whatever its size. Hours that every window has left
/// behind do not count any more.
pub(crate) async fn count(shop: &Shop, conn: &mut PgConnection, sold: &Sold) -> Result<()> {
    let spans = lock_all(conn, hour(shop.now())).await?;
    let Some(forgotten) = spans.iter().map(|span| span.before()).min() else { return Ok(()) };
    let counted = || sold.0.iter().filter(|((hour, _), copies)| *hour > forgotten && **copies != 0);
    let hours: Vec<OffsetDateTime> = counted().map(|((hour, _), _)| *hour).collect();
    let products: Vec<ProductId> = counted().map(|((_, product), _)| *product).collect();
    let copies: Vec<i64> = counted().map(|(_, copies)| *copies).collect();
    if copies.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into sales_bucket as b (bucket, product_id, units)
         select * from unnest($1::timestamptz[], $2::bigint[], $3::bigint[])
         on conflict (bucket, product_id) do update set units = b.units + excluded.units",
        &hours,
        &products,
        &copies
    )
    .execute(&mut *conn)
    .await?;
    // What is sold in the running hour stands in its bucket alone. Of the hours before it is told
    // late, or something is canceled.
    let Some(until) = spans.iter().map(|span| span.until).max() else { return Ok(()) };
    if hours.iter().all(|hour| *hour >= until) {
        return Ok(());
    }
    sqlx::query!(
        "insert into ranking_total as t (days, ago, product_id, category_id, units)
         select days, ago, product_id, category_id, sum(units)
         from unnest($1::timestamptz[], $2::bigint[], $3::bigint[]) as sold (bucket, product_id, units)
         join product using (product_id)
         join ranking_window on bucket < until and bucket > until - make_interval(hours => 2 * hours)
         cross join lateral (select case when bucket > until - make_interval(hours => hours) then 0 else 1 end) as at (ago)
         group by days, ago, product_id, category_id
         order by days, ago, product_id
         on conflict (days, ago, product_id)
         do update set category_id = excluded.category_id, units = t.units + excluded.units",
        &hours,
        &products,
        &copies
    )
    .execute(conn)
    .await?;
    Ok(())
}
