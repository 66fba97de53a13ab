//! Wishes: who waits for a product that is sold out.

use contract::{
    Failure,
    member::MemberId,
    product::{ProductId, ProductStatus},
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{Result, Shop, member::Shopper, retry::retry, words::read};

/// Wishes that a member may have at once.
pub const MOST: i64 = 100;

/// A product that a member waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The product.
    pub product: ProductId,
    /// Its title.
    pub title: String,
    /// Since when, in UTC.
    pub created_at: OffsetDateTime,
}

/// What one waits for oneself, the newest first.
///
/// # Errors
/// Where the database is away.
pub async fn list(shop: &Shop, by: &Shopper) -> Result<Vec<Wish>> {
    Ok(sqlx::query_as!(
        Wish,
        "select product_id as product, p.title, w.created_at from restock_wish w join product p using (product_id)
         where w.member_id = $1 and p.status <> 'draft' order by w.created_at desc, product_id desc",
        by.id()
    )
    .fetch_all(&shop.db)
    .await?)
}

/// Whether one waits for this product.
///
/// # Errors
/// Where the database is away.
pub async fn has(shop: &Shop, by: &Shopper, product: ProductId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from restock_wish where member_id = $1 and product_id = $2) as "has!""#,
        by.id(),
        product
    )
    .fetch_one(&shop.db)
    .await?)
}

/// Waits for a product that is sold out. A wish that is there stays so.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::NotOnSale`], [`Failure::StatusChanged`] where it can be bought
/// again, [`Failure::TooManyWishes`].
pub async fn add(shop: &Shop, by: &Shopper, product: ProductId) -> Result<()> {
    retry("wish", || add_once(shop, by, product)).await
}

async fn add_once(shop: &Shop, by: &Shopper, product: ProductId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    // One's own wishes one after the other, as they are counted.
    sqlx::query!("select from member where member_id = $1 for no key update", by.id()).execute(&mut *tx).await?;
    // The lock keeps the product from coming back unseen by this wish.
    let found = sqlx::query!(
        r#"select s.available as "available!", p.status from stock s join product p using (product_id)
           where product_id = $1 and p.status <> 'draft' for share of s"#,
        product
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    if read::<ProductStatus>(&found.status)? != ProductStatus::OnSale {
        return Err(Failure::NotOnSale.into());
    }
    if found.available > 0 {
        return Err(Failure::StatusChanged.into());
    }
    let others = sqlx::query_scalar!(
        r#"select count(*) as "count!" from restock_wish where member_id = $1 and product_id <> $2"#,
        by.id(),
        product
    )
    .fetch_one(&mut *tx)
    .await?;
    if others >= MOST {
        return Err(Failure::TooManyWishes.into());
    }
    sqlx::query!(
        "insert into restock_wish (member_id, product_id, created_at) values ($1, $2, $3) on conflict do nothing",
        by.id(),
        product,
        shop.now()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Waits for a product no longer.
///
/// # Errors
/// Where the database is away.
pub async fn withdraw(shop: &Shop, by: &Shopper, product: ProductId) -> Result<()> {
    sqlx::query!("delete from restock_wish where member_id = $1 and product_id = $2", by.id(), product)
        .execute(&shop.db)
        .await?;
    Ok(())
}

/// A wish that has come true.
#[derive(Debug, Clone)]
pub(crate) struct Granted {
    pub member: MemberId,
    pub product: ProductId,
    pub title: String,
}

/// Takes the wishes for products that are back. Those for one that is gone again already stay: it
/// would be no good news.
pub(crate) async fn grant(conn: &mut PgConnection, products: &[ProductId]) -> Result<Vec<Granted>> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as!(
        Granted,
        "delete from restock_wish w using stock s, product p
         where w.product_id = any($1) and s.product_id = w.product_id and p.product_id = w.product_id
           and s.available > 0 and p.status = 'on_sale'
         returning w.member_id as member, w.product_id as product, p.title",
        products
    )
    .fetch_all(conn)
    .await?)
}
