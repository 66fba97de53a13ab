//! A file becomes a picture of a product.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    picture::{MAX_BYTES, MOST, PictureFlaw, PictureId},
    product::ProductId,
    trail::Act,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use time::Duration;
use uuid::Uuid;

use super::{Developed, Store, Trouble, hold, settle, store::key};
use crate::{Error, Result, Shop, member::Operator, retry::retry, trail};

/// How long an upload may take from its first file to its row.
const UPLOAD: Duration = Duration::HOUR;

/// Tries to store a file.
const TRIES: u32 = 3;

/// Why a file did not become a picture, beside its name.
pub fn refused(name: &str, flaw: PictureFlaw) -> Failure {
    Failure::Invalid(Flaws::one(name, Flaw::Picture(flaw)))
}

/// Makes a file the last picture of a product. Its versions are stored first, and are no picture
/// until their row is there. `name` is what the file was called where it came from.
///
/// # Errors
/// [`refused`] with why the file is no picture, or cannot be one of this product;
/// [`Failure::NotFound`] for another seller's product.
pub async fn add(shop: &Shop, by: &Operator, product: ProductId, name: &str, bytes: Vec<u8>) -> Result<PictureId> {
    let store = shop.store()?;
    let no = |flaw| refused(name, flaw);
    // Before any work is done on it; what decides is asked again below.
    if bytes.is_empty() || bytes.len() > MAX_BYTES {
        return Err(no(if bytes.is_empty() { PictureFlaw::Empty } else { PictureFlaw::TooLarge }).into());
    }
    let digest = Sha256::digest(&bytes).to_vec();
    let there = sqlx::query!(
        r#"select count(v.picture_id) as "count!", coalesce(bool_or(v.digest = $3), false) as "twice!"
           from product p left join picture v on v.product_id = p.product_id and v.removed_at is null
           where p.product_id = $1 and ($2::bigint is null or p.seller_id = $2)
           group by p.product_id"#,
        product,
        by.seller(),
        &digest
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::NotFound)?;
    if there.twice {
        return Err(no(PictureFlaw::Twice).into());
    }
    if usize::try_from(there.count).is_ok_and(|count| count >= MOST) {
        return Err(no(PictureFlaw::TooMany).into());
    }
    let developed = shop.darkroom.develop(bytes).await.map_err(no)?;
    let id = Uuid::now_v7();
    sqlx::query!("insert into picture_leftover (picture_id, due_at) values ($1, $2)", id, shop.now() + UPLOAD)
        .execute(&shop.db)
        .await?;
    if let Err(trouble) = put(store.as_ref(), id, &developed).await {
        tracing::error!(%trouble, picture.id = %id, "a picture was not stored");
        return Err(no(PictureFlaw::NotStored).into());
    }
    let finished = retry("add a picture", || finish(shop, by, product, name, id, &developed, &digest)).await;
    // Where it is not known whether the row is there, its files stay; the sweep knows.
    if let Err(Error::Refused(_)) = &finished {
        leave(shop, id).await?;
    }
    finished.map(|()| id)
}

async fn put(store: &dyn Store, id: PictureId, developed: &Developed) -> Result<(), Trouble> {
    for version in &developed.versions {
        let key = key(id, version.width);
        let mut tries = 1;
        while let Err(trouble) = store.put(&key, version.bytes.clone()).await {
            if tries == TRIES {
                return Err(trouble);
            }
            tracing::warn!(%trouble, tries, "storing a picture is tried again");
            tokio::time::sleep(std::time::Duration::from_millis(200) * tries).await;
            tries += 1;
        }
    }
    Ok(())
}

/// Leaves what was stored for nothing to the sweep, at once, even if it has been there already.
async fn leave(shop: &Shop, id: PictureId) -> Result<()> {
    sqlx::query!(
        "insert into picture_leftover (picture_id, due_at) values ($1, $2)
         on conflict (picture_id) do update set due_at = excluded.due_at",
        id,
        shop.now()
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

async fn finish(
    shop: &Shop,
    by: &Operator,
    product: ProductId,
    name: &str,
    id: PictureId,
    developed: &Developed,
    digest: &[u8],
) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, by, product).await?;
    // The answer to the commit was lost.
    if held.order.contains(&id) {
        return Ok(());
    }
    if held.order.len() >= MOST {
        return Err(refused(name, PictureFlaw::TooMany).into());
    }
    let ours = sqlx::query!("delete from picture_leftover where picture_id = $1 and not swept", id);
    if ours.execute(&mut *tx).await?.rows_affected() == 0 {
        return Err(refused(name, PictureFlaw::NotStored).into());
    }
    let added = sqlx::query!(
        "insert into picture (picture_id, product_id, position, width, height, digest, added_by, added_at)
         select $1, $2, coalesce(max(position) + 1, 0), $3, $4, $5, $6, $7 from picture where product_id = $2
         on conflict (product_id, digest) where removed_at is null do nothing",
        id,
        product,
        side(developed.width),
        side(developed.height),
        digest,
        by.id(),
        at
    )
    .execute(&mut *tx)
    .await?;
    if added.rows_affected() == 0 {
        return Err(refused(name, PictureFlaw::Twice).into());
    }
    settle(&mut tx, product).await?;
    let told = trail::Change {
        act: Act::PictureAdded,
        subject: product.to_string(),
        seller: Some(held.seller),
        before: json!({}),
        after: json!({ "picture": id, "file": name }),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

fn side(pixels: u32) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}
