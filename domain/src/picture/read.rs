//! Pictures as they are seen.

use contract::{
    Failure,
    picture::{PictureId, UNDO_HOURS, Versions, widths},
    product::ProductId,
};
use time::{Duration, OffsetDateTime};

use super::store::{Trouble, key};
use crate::{Result, Shop, member::Operator};

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Where its versions are.
    pub versions: Versions,
    /// The height of its largest version, in pixels.
    pub height: u32,
    /// What can be seen on it; empty where nobody said.
    pub alt: String,
}

/// A picture that was removed, and can be put back.
#[derive(Debug, Clone)]
pub struct Removed {
    /// The picture.
    pub picture: Picture,
    /// Until when, in UTC.
    pub until: OffsetDateTime,
}

/// The pictures of a product for who runs it.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The product's title.
    pub title: String,
    /// Its pictures, in order.
    pub pictures: Vec<Picture>,
    /// Those that were removed, the last one first.
    pub removed: Vec<Removed>,
}

/// The pictures of a product, in order.
///
/// # Errors
/// Where the database is away.
pub async fn of_product(shop: &Shop, product: ProductId) -> Result<Vec<Picture>> {
    Ok(rows(shop, product).await?.into_iter().filter(|row| row.removed_at.is_none()).map(Row::picture).collect())
}

/// The pictures of a product, and what can be put back.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's product too.
pub async fn desk(shop: &Shop, by: &Operator, product: ProductId) -> Result<Desk> {
    let title = sqlx::query_scalar!(
        "select title from product where product_id = $1 and ($2::bigint is null or seller_id = $2)",
        product,
        by.seller()
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::NotFound)?;
    let now = shop.now();
    let (mut pictures, mut removed) = (Vec::new(), Vec::new());
    for row in rows(shop, product).await? {
        match row.removed_at.map(|at| at + Duration::hours(UNDO_HOURS)) {
            None => pictures.push(row.picture()),
            Some(until) if until > now => removed.push(Removed { picture: row.picture(), until }),
            Some(_) => {}
        }
    }
    removed.sort_by_key(|one| std::cmp::Reverse(one.until));
    Ok(Desk { title, pictures, removed })
}

struct Row {
    picture_id: PictureId,
    width: i32,
    height: i32,
    alt: String,
    removed_at: Option<OffsetDateTime>,
}

impl Row {
    fn picture(self) -> Picture {
        // The column's check leaves no negative ones.
        let (width, height) = (self.width.unsigned_abs(), self.height.unsigned_abs());
        Picture { versions: Versions { id: self.picture_id, width }, height, alt: self.alt }
    }
}

async fn rows(shop: &Shop, product: ProductId) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "select picture_id, width, height, alt, removed_at from picture
         where product_id = $1 order by position, picture_id",
        product
    )
    .fetch_all(&shop.db)
    .await?)
}

/// A version of a picture as a WebP file; `None` where there is none. Who knows its id may see it.
///
/// # Errors
/// Where the store is away, or there is none.
pub async fn file(shop: &Shop, id: PictureId, width: u32) -> Result<Option<Vec<u8>>, Trouble> {
    let store = shop.store().map_err(|error| Trouble(error.to_string()))?;
    // What no picture can have needs no asking.
    if !widths(width).contains(&width) {
        return Ok(None);
    }
    store.get(&key(id, width)).await
}
