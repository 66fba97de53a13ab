//! Pictures that are taken away, and put back.

use contract::{
    Failure,
    picture::{MOST, PictureId, UNDO_HOURS},
    product::ProductId,
    trail::Act,
};
use serde_json::json;
use time::Duration;

use super::{hold, settle};
use crate::{Result, Shop, error::OnConstraint, member::Operator, retry::retry, trail};

/// Removes a picture; removed before, it stays so. For [`UNDO_HOURS`] it can be put back.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's product too.
pub async fn remove(shop: &Shop, by: &Operator, product: ProductId, picture: PictureId) -> Result<()> {
    retry("remove a picture", || remove_once(shop, by, product, picture)).await
}

async fn remove_once(shop: &Shop, by: &Operator, product: ProductId, picture: PictureId) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, by, product).await?;
    let removed = sqlx::query_scalar!(
        "update picture set removed_at = $3 where picture_id = $1 and product_id = $2 and removed_at is null
         returning alt",
        picture,
        product,
        at
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(alt) = removed else { return known(&mut tx, product, picture).await };
    settle(&mut tx, product).await?;
    let told = trail::Change {
        act: Act::PictureRemoved,
        subject: product.to_string(),
        seller: Some(held.seller),
        before: json!({ "picture": picture, "alt": alt }),
        after: json!({}),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a removed picture back where it was; there already, it stays so.
///
/// # Errors
/// [`Failure::NotFound`] where it is gone for good, and for another seller's product;
/// [`Failure::TooManyPictures`].
pub async fn restore(shop: &Shop, by: &Operator, product: ProductId, picture: PictureId) -> Result<()> {
    retry("restore a picture", || restore_once(shop, by, product, picture)).await
}

async fn restore_once(shop: &Shop, by: &Operator, product: ProductId, picture: PictureId) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, by, product).await?;
    if held.order.contains(&picture) {
        return Ok(());
    }
    if held.order.len() >= MOST {
        return Err(Failure::TooManyPictures.into());
    }
    let alt = sqlx::query_scalar!(
        "update picture set removed_at = null
         where picture_id = $1 and product_id = $2 and removed_at > $3 returning alt",
        picture,
        product,
        at - Duration::hours(UNDO_HOURS)
    )
    .fetch_optional(&mut *tx)
    .await
    // The same file was added again meanwhile.
    .on_constraint("picture_digest_key", || Failure::StatusChanged)?
    .ok_or(Failure::NotFound)?;
    settle(&mut tx, product).await?;
    let told = trail::Change {
        act: Act::PictureRestored,
        subject: product.to_string(),
        seller: Some(held.seller),
        before: json!({}),
        after: json!({ "picture": picture, "alt": alt }),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

async fn known(conn: &mut sqlx::PgConnection, product: ProductId, picture: PictureId) -> Result<()> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from picture where picture_id = $1 and product_id = $2) as "known!""#,
        picture,
        product
    )
    .fetch_one(conn)
    .await?;
    if known { Ok(()) } else { Err(Failure::NotFound.into()) }
}
