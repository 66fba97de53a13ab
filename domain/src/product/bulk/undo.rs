//! Undoing a step: what nobody has changed since gets back what it had.

use contract::{
    Failure, Won,
    product::{ProductId, ProductStatus, bulk::Standing},
    trail::Act,
};
use uuid::Uuid;

use super::{Change, lock, store};
use crate::{Result, Shop, member::Operator, product::status, retry::retry};

/// Undoes a step once. What was changed since stays, and so does what would be a draft again but was
/// ordered meanwhile.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn undo(shop: &Shop, by: &Operator, key: Uuid) -> Result<()> {
    retry("undo products", || undo_once(shop, by, key)).await
}

async fn undo_once(shop: &Shop, by: &Operator, key: Uuid) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let head = sqlx::query!(
        "select undone_at from product_bulk
         where product_bulk_id = $1 and ($2::bigint is null or seller_id = $2) for update",
        key,
        by.seller()
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    if head.undone_at.is_some() {
        return Ok(());
    }
    let lines = sqlx::query_as!(
        Kept,
        "select product_id as id, status, sale_price, category_id as category, version
         from product_bulk_line where product_bulk_id = $1 and outcome = 'changed' order by product_id",
        key
    )
    .fetch_all(&mut *tx)
    .await?;
    let ids: Vec<ProductId> = lines.iter().map(|line| line.id).collect();
    let products = lock(&mut tx, by, &ids).await?;
    let changes: Vec<Change> = lines
        .into_iter()
        .filter_map(|line| {
            let now = products.get(&line.id).filter(|now| now.version == line.version)?;
            let from = now.standing();
            let status = status(&line.status);
            let to = Standing { status, sale_price: line.sale_price, category: line.category, ..from };
            let open = status != ProductStatus::Draft || from.status == ProductStatus::Draft || !from.sold;
            open.then_some(Change { id: line.id, seller: now.seller, from, to })
        })
        .collect();
    store(&mut tx, by, Act::ProductRestored, &changes, at).await?;
    let restored: Vec<ProductId> = changes.iter().map(|change| change.id).collect();
    sqlx::query!(
        "update product_bulk_line set restored = product_id = any($2)
         where product_bulk_id = $1 and outcome = 'changed'",
        key,
        &restored
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("update product_bulk set undone_at = $2 where product_bulk_id = $1", key, at)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// What a product had before the step.
struct Kept {
    id: ProductId,
    status: String,
    sale_price: Won,
    category: i64,
    version: i32,
}
