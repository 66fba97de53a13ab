//! Taking what was counted: all of it, or nothing.

use contract::{Failure, product::ProductId};
use uuid::Uuid;

use super::KIND;
use crate::{
    Result, Shop,
    inventory::{
        bulk::decide,
        store::{Decided, key_of, lock, store},
    },
    member::Operator,
    retry::retry,
};

/// Takes what was counted, all of it. Taken before, it stays so.
///
/// # Errors
/// [`Failure::NotFound`]; [`Failure::StatusChanged`] where its file has flaws;
/// [`Failure::StockChanged`] where stock moved since it was looked at; [`Failure::OutOfStock`] where
/// fewer were counted than are held.
pub async fn apply(shop: &Shop, by: &Operator, id: Uuid) -> Result<()> {
    retry("take stock", || apply_once(shop, by, id)).await
}

async fn apply_once(shop: &Shop, by: &Operator, id: Uuid) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let take = sqlx::query!(
        r#"select applied_at, flaws <> '[]' as "flawed!" from stock_take
           where stock_take_id = $1 and by_member = $2 and seller_id is not distinct from $3 for update"#,
        id,
        by.id(),
        by.seller()
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    if take.applied_at.is_some() {
        return Ok(());
    }
    if take.flawed {
        return Err(Failure::StatusChanged.into());
    }
    let rows = sqlx::query!(
        "select product_id, counted, seen, reason from stock_take_row where stock_take_id = $1 order by product_id",
        id
    )
    .fetch_all(&mut *tx)
    .await?;
    let products: Vec<ProductId> = rows.iter().map(|row| row.product_id).collect();
    let locked = lock(&mut tx, by, &products).await?;
    if locked.len() != rows.len() {
        // One of them is another seller's by now.
        return Err(Failure::NotFound.into());
    }
    let mut decided = Vec::new();
    for (row, stock) in rows.into_iter().zip(locked) {
        if row.seen != stock.on_hand {
            return Err(Failure::StockChanged.into());
        }
        let delta = row.counted - row.seen;
        decide(&stock, delta)?;
        if delta != 0 {
            let key = key_of(id, stock.product);
            decided.push(Decided { stock, kind: KIND, delta, reason: row.reason, key, undoes: None });
        }
    }
    store(&mut tx, by, at, &decided).await?;
    sqlx::query!("update stock_take set applied_at = $2 where stock_take_id = $1", id, at).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Looks at the stock again: what was counted stays, and is compared with what is on hand now.
///
/// # Errors
/// [`Failure::NotFound`], where it was taken before too.
pub async fn look_again(shop: &Shop, by: &Operator, id: Uuid) -> Result<()> {
    let open = sqlx::query!(
        "with open as (
             update stock_take set created_at = created_at
             where stock_take_id = $1 and by_member = $2 and seller_id is not distinct from $3 and applied_at is null
             returning stock_take_id
         ), looked as (
             update stock_take_row r set seen = s.on_hand from stock s, open
             where r.stock_take_id = open.stock_take_id and s.product_id = r.product_id and r.seen <> s.on_hand
         )
         select stock_take_id from open",
        id,
        by.id(),
        by.seller()
    )
    .fetch_optional(&shop.db)
    .await?;
    Ok(open.map(drop).ok_or(Failure::NotFound)?)
}
