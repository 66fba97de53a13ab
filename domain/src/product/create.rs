//! Products as those who sell them make them.

use contract::{
    Failure,
    form::Flaw,
    product::{
        ProductId,
        form::{Facts, Opening, ProductForm},
    },
    trail::Act,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::edit::{flawed, named};
use crate::{Error, Result, Shop, error::OnConstraint, inventory, member::Operator, points::same, retry::retry, trail};

/// Makes a product with its opening stock. The same key again is the same product.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form: an ISBN that another product has among them.
pub async fn create(shop: &Shop, by: &Operator, key: Uuid, form: &ProductForm) -> Result<ProductId> {
    let (seller, facts, opening) = form.new_product(by.seller())?;
    retry("create product", || create_once(shop, by, key, seller, &facts, opening)).await
}

async fn create_once(
    shop: &Shop,
    by: &Operator,
    key: Uuid,
    seller: i64,
    facts: &Facts,
    opening: Opening,
) -> Result<ProductId> {
    let made = made_by(shop, key).await?;
    if let Some(made) = made {
        return again(made, seller, facts);
    }
    let mut tx = shop.db.begin().await?;
    let inserted = insert(&mut tx, key, seller, facts, shop.now()).await;
    let id = match inserted {
        Ok(id) => id,
        // The form that came a moment before may be what has this ISBN by now.
        Err(Error::Refused(failure)) => {
            tx.rollback().await?;
            return made_by(shop, key).await?.map_or(Err(failure.into()), |made| again(made, seller, facts));
        }
        Err(trouble) => return Err(trouble),
    };
    let Some(id) = id else {
        tx.rollback().await?;
        return made_by(shop, key).await?.map_or(Err(Failure::Unavailable.into()), |made| again(made, seller, facts));
    };
    inventory::open(&mut tx, by, id, opening, shop.now()).await?;
    let told = trail::Change {
        act: Act::ProductCreated,
        subject: id.to_string(),
        seller: Some(seller),
        before: serde_json::json!({}),
        after: serde_json::to_value(facts)?,
    };
    trail::record(&mut tx, by, shop.now(), &[told]).await?;
    tx.commit().await?;
    Ok(id)
}

async fn insert(
    conn: &mut PgConnection,
    key: Uuid,
    seller: i64,
    facts: &Facts,
    at: OffsetDateTime,
) -> Result<Option<ProductId>> {
    sqlx::query_scalar!(
        "insert into product (seller_id, category_id, title, original_title, author, published_year, isbn, description,
             list_price, sale_price, earn_percent, status, created_at, updated_at, idempotency_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)
         on conflict on constraint product_idempotency_key do nothing returning product_id",
        seller,
        facts.category,
        facts.title,
        facts.original_title,
        facts.author,
        facts.published_year,
        facts.isbn,
        facts.description,
        facts.list_price,
        facts.sale_price,
        facts.earn_percent,
        facts.status.word(),
        at,
        key
    )
    .fetch_optional(conn)
    .await
    .on_constraint("product_seller_id_fkey", || flawed("seller", Flaw::Choice))
    .map_err(named)
}

/// The product that a form has made: it, its seller and its ISBN.
async fn made_by(shop: &Shop, key: Uuid) -> Result<Option<(ProductId, i64, String)>> {
    let made = sqlx::query!("select product_id, seller_id, isbn from product where idempotency_key = $1", key);
    Ok(made.fetch_optional(&shop.db).await?.map(|made| (made.product_id, made.seller_id, made.isbn)))
}

fn again((id, seller, isbn): (ProductId, i64, String), asked: i64, facts: &Facts) -> Result<ProductId> {
    same((seller, isbn), (asked, facts.isbn.clone()))?;
    Ok(id)
}
