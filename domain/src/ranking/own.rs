//! The best sellers among a seller's own products.

use contract::{product::ProductId, ranking::Window};

use crate::{Result, Shop};

/// A product, and how many copies of it were sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The product.
    pub product: ProductId,
    /// Its title.
    pub title: String,
    /// Copies sold in the window.
    pub units: i64,
}

/// What sells best of a seller's, on sale or not: at most `limit`. Of those sold equally often the
/// older product comes first.
///
/// # Errors
/// Where the database is away.
pub async fn best_of(shop: &Shop, seller: i64, window: Window, limit: i64) -> Result<Vec<Own>> {
    Ok(sqlx::query_as!(
        Own,
        r#"with sold as (
               select p.product_id, p.title, coalesce(t.units, 0) + coalesce(b.units, 0) as units
               from product p
               join ranking_window w on w.days = $2
               left join ranking_total t on t.days = w.days and t.ago = 0 and t.product_id = p.product_id
               left join sales_bucket b on b.bucket = w.until and b.product_id = p.product_id
               where p.seller_id = $1
           )
           select product_id as product, title, units as "units!" from sold where units > 0
           order by units desc, product_id limit $3"#,
        seller,
        window.days(),
        limit
    )
    .fetch_all(&shop.db)
    .await?)
}
