//! What no picture needs any more is deleted: the row first, its files later, so that no row ever
//! points to a file that is not there.

use contract::picture::{PictureId, UNDO_HOURS};
use time::Duration;

use crate::{Result, Shop};

/// Pictures that one round deals with.
const ROUND: i64 = 50;

/// When files that could not be deleted are tried again; whoever is at them has them to itself
/// until then.
const AGAIN: Duration = Duration::minutes(5);

/// Ends removed pictures that nobody put back, and deletes the files of those that are gone and of
/// uploads that were never finished. Answers how many it cleared; those whose files the store did not
/// delete are tried again later.
///
/// # Errors
/// Where the database is away.
pub async fn sweep(shop: &Shop) -> Result<usize> {
    let now = shop.now();
    // A trigger writes down whose files are left over.
    sqlx::query!(
        "delete from picture where picture_id in (
             select picture_id from picture where removed_at <= $1
             order by removed_at limit $2 for update skip locked
         )",
        now - Duration::hours(UNDO_HOURS),
        ROUND
    )
    .execute(&shop.db)
    .await?;
    // From here on an upload can no more be finished with them. A row that is there is never overruled.
    let due = sqlx::query_scalar!(
        "update picture_leftover set swept = true, due_at = $2 where picture_id in (
             select picture_id from picture_leftover l
             where due_at <= $1 and not exists (select from picture p where p.picture_id = l.picture_id)
             order by due_at limit $3 for update skip locked
         )
         returning picture_id",
        now,
        now + AGAIN,
        ROUND
    )
    .fetch_all(&shop.db)
    .await?;
    if due.is_empty() {
        return Ok(0);
    }
    let store = shop.store()?;
    let mut cleared: Vec<PictureId> = Vec::new();
    for id in due {
        match store.clear(&id.to_string()).await {
            Ok(()) => cleared.push(id),
            Err(trouble) => {
                tracing::warn!(%trouble, picture.id = %id, "files of a picture were not deleted; tried again later");
            }
        }
    }
    sqlx::query!("delete from picture_leftover where picture_id = any($1) and swept", &cleared)
        .execute(&shop.db)
        .await?;
    Ok(cleared.len())
}

/// How many pictures the sweep has not been able to clear yet.
///
/// # Errors
/// Where the database is away.
pub async fn leftovers(shop: &Shop) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "count!" from picture_leftover where swept"#)
        .fetch_one(&shop.db)
        .await?)
}
