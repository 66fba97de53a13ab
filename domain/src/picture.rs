//! Pictures of products: added, described, ordered, removed and put back by who runs the product,
//! seen by everybody. The files lie in the object store, each written before the row that makes it a
//! picture and deleted after it.

mod add;
mod arrange;
mod develop;
mod read;
mod remove;
mod store;
mod sweep;

pub use add::{add, refused};
pub use arrange::{Step, arrange, describe};
pub(crate) use develop::Darkroom;
pub use develop::{Developed, Version, develop};
pub use read::{Desk, Picture, Removed, desk, file, of_product};
pub use remove::{remove, restore};
pub use store::{Store, Trouble, key};
pub use sweep::{leftovers, sweep};

use contract::{Failure, picture::PictureId, product::ProductId};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::{Result, member::Operator};

/// The product, its pictures held in their order until the transaction ends.
struct Held {
    seller: i64,
    order: Vec<PictureId>,
}

impl Held {
    /// The order as the trail keeps it.
    fn told(order: &[PictureId]) -> Value {
        json!({ "order": order })
    }
}

/// Holds the pictures of a product: whoever changes them waits for who came first.
async fn hold(conn: &mut PgConnection, by: &Operator, product: ProductId) -> Result<Held> {
    let seller = sqlx::query_scalar!(
        "select seller_id from product
         where product_id = $1 and ($2::bigint is null or seller_id = $2) for no key update",
        product,
        by.seller()
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Failure::NotFound)?;
    let order = sqlx::query_scalar!(
        "select picture_id from picture where product_id = $1 and removed_at is null order by position, picture_id",
        product
    )
    .fetch_all(conn)
    .await?;
    Ok(Held { seller, order })
}

/// Makes the first picture the one that stands for the product.
async fn settle(conn: &mut PgConnection, product: ProductId) -> Result<()> {
    sqlx::query!(
        "update product set cover = (
             select picture_id || '-' || width from picture
             where product_id = $1 and removed_at is null order by position, picture_id limit 1
         )
         where product_id = $1",
        product
    )
    .execute(conn)
    .await?;
    Ok(())
}
