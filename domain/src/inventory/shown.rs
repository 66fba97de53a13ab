//! Stock as its table is ordered: what people change is there at once, what orders move follows.

use contract::product::ProductId;
use sqlx::PgConnection;

use crate::{Result, Shop};

/// Brings the table up to the newest movements, twenty thousand at most. Answers how many were new: call
/// it again while there were some. One instance at a time does it.
///
/// Movements become visible in another order than that of their ids. So each time the last five thousand
/// are looked at again; what came even later is found by [`look_over`].
///
/// # Errors
/// Where the database is away.
pub async fn follow(shop: &Shop) -> Result<usize> {
    let mut tx = shop.db.begin().await?;
    let Some(from) = sqlx::query_scalar!("select movement_id from stock_shown_cursor for update skip locked")
        .fetch_optional(&mut *tx)
        .await?
    else {
        return Ok(0);
    };
    let newest = sqlx::query_scalar!(
        r#"select coalesce(max(stock_movement_id), 0) as "newest!" from (
               select stock_movement_id from stock_movement where stock_movement_id > $1
               order by stock_movement_id limit 20000) new"#,
        from
    )
    .fetch_one(&mut *tx)
    .await?;
    if newest <= from {
        return Ok(0);
    }
    let products = sqlx::query_scalar!(
        "select distinct product_id from stock_movement where stock_movement_id > $1 and stock_movement_id <= $2",
        from - 5_000,
        newest
    )
    .fetch_all(&mut *tx)
    .await?;
    show(&mut tx, &products).await?;
    sqlx::query!("update stock_shown_cursor set movement_id = $1", newest).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(usize::try_from(newest - from).unwrap_or(usize::MAX))
}

/// Compares the whole table with the stock, and mends what differs. Answers how many rows did.
///
/// # Errors
/// Where the database is away.
pub async fn look_over(shop: &Shop) -> Result<usize> {
    let products = sqlx::query_scalar!(
        "select s.product_id from stock s join product p using (product_id) left join stock_shown w using (product_id)
         where (w.seller_id, w.on_hand, w.reserved, w.low_at) is distinct from (p.seller_id, s.on_hand, s.reserved, s.low_at)
         limit 20000"
    )
    .fetch_all(&shop.db)
    .await?;
    let mut conn = shop.db.acquire().await?;
    show(&mut conn, &products).await?;
    Ok(products.len())
}

/// Shows the stock of products as it is now.
pub(crate) async fn show(conn: &mut PgConnection, products: &[ProductId]) -> Result<()> {
    sqlx::query!(
        "insert into stock_shown as w (product_id, seller_id, on_hand, reserved, available, low_at)
         select s.product_id, p.seller_id, s.on_hand, s.reserved, s.available, s.low_at
         from stock s join product p using (product_id) where s.product_id = any($1) order by s.product_id
         on conflict (product_id) do update
         set seller_id = excluded.seller_id, on_hand = excluded.on_hand, reserved = excluded.reserved,
             available = excluded.available, low_at = excluded.low_at
         where (w.seller_id, w.on_hand, w.reserved, w.low_at)
             is distinct from (excluded.seller_id, excluded.on_hand, excluded.reserved, excluded.low_at)",
        products
    )
    .execute(conn)
    .await?;
    Ok(())
}
