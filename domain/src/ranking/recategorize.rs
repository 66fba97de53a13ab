//! Products that move to another category take their places there with them.

use contract::product::ProductId;
use sqlx::PgConnection;

use crate::Result;

/// Lets the sums of products stand in the category that these are in now, inside the transaction that
/// moved them.
pub(crate) async fn recategorize(conn: &mut PgConnection, products: &[ProductId]) -> Result<()> {
    if products.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update ranking_total t set category_id = p.category_id from product p
         where t.days = any(array(select days from ranking_window)) and t.ago = any('{0,1}')
           and t.product_id = any($1) and p.product_id = t.product_id and t.category_id <> p.category_id",
        products
    )
    .execute(conn)
    .await?;
    Ok(())
}
