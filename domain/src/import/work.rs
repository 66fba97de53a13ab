//! Who works on which file: any instance takes up what nobody holds.

use contract::{Failure, import::ImportState};
use time::Duration;
use uuid::Uuid;

use super::{apply, check, end};
use crate::{Error, Result, Shop, words::read};

/// For so long nobody else takes up what an instance works on, after its last sign of life.
pub(super) const HELD: Duration = Duration::seconds(60);

/// So often a step is tried.
const ATTEMPTS: i32 = 5;

/// The rows of a file that was checked and left alone are kept so long, and that it was there longer.
const ROWS_KEPT: Duration = Duration::days(3);
const KEPT: Duration = Duration::days(90);

/// A file that this instance works on.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub id: Uuid,
    pub holder: Uuid,
    /// Who sent it.
    pub by: i64,
    /// Whose products alone it may touch; `None` for all.
    pub seller: Option<i64>,
    state: ImportState,
    attempts: i32,
}

/// Does the next step of the file that waits the longest. Answers how many steps were done: call
/// it again while there were some.
///
/// # Errors
/// Where a step failed; it is tried again a few times.
pub async fn work(shop: &Shop) -> Result<usize> {
    cut_off(shop).await?;
    let Some(job) = claim(shop).await? else { return Ok(0) };
    let outcome = match job.state {
        ImportState::Applying => apply::run(shop, &job).await,
        _ => check::run(shop, &job).await,
    };
    match outcome {
        Ok(()) => Ok(1),
        // Somebody else has taken it up meanwhile.
        Err(Error::Refused(Failure::StatusChanged)) => Ok(0),
        Err(error) if job.attempts < ATTEMPTS => {
            release(shop, &job).await?;
            Err(error)
        }
        Err(error) => {
            end(shop, job.id, ImportState::Failed, None).await?;
            Err(error)
        }
    }
}

/// Files whose reader is gone: the rest of them cannot be had any more.
async fn cut_off(shop: &Shop) -> Result<()> {
    let now = shop.now();
    sqlx::query!(
        "update product_import set state = 'cut_off', ended_at = $1, holder = null, held_until = null
         where state = 'reading' and held_until < $1",
        now
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

async fn claim(shop: &Shop) -> Result<Option<Job>> {
    let (holder, now) = (Uuid::now_v7(), shop.now());
    let claimed = sqlx::query!(
        "update product_import i set holder = $1, held_until = $3, attempts = attempts + 1
         where product_import_id = (
             select product_import_id from product_import
             where state in ('checking', 'applying') and (held_until is null or held_until < $2)
             order by created_at limit 1 for update skip locked
         )
         returning product_import_id, by_member, seller_id, state, attempts",
        holder,
        now,
        now + HELD
    )
    .fetch_optional(&shop.db)
    .await?;
    let Some(row) = claimed else { return Ok(None) };
    Ok(Some(Job {
        id: row.product_import_id,
        holder,
        by: row.by_member,
        seller: row.seller_id,
        state: read(&row.state)?,
        attempts: row.attempts,
    }))
}

/// Tells how far a step is, and that somebody does it.
pub(super) async fn hold(shop: &Shop, job: &Job, done: i64) -> Result<()> {
    let held = sqlx::query!(
        "update product_import set done = $3, held_until = $4 where product_import_id = $1 and holder = $2",
        job.id,
        job.holder,
        done,
        shop.now() + HELD
    );
    match held.execute(&shop.db).await?.rows_affected() {
        0 => Err(Failure::StatusChanged.into()),
        _ => Ok(()),
    }
}

/// Lets a step that failed be tried again in a moment.
async fn release(shop: &Shop, job: &Job) -> Result<()> {
    sqlx::query!(
        "update product_import set held_until = $3 where product_import_id = $1 and holder = $2",
        job.id,
        job.holder,
        shop.now() + Duration::seconds(2)
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// Clears away rows that nobody needs any more, five thousand at most, and files of long ago.
/// Answers how many rows and files went: call it again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn forget(shop: &Shop) -> Result<usize> {
    let now = shop.now();
    sqlx::query!(
        "update product_import set state = 'expired' where state in ('checked', 'failed') and ended_at < $1",
        now - ROWS_KEPT
    )
    .execute(&shop.db)
    .await?;
    let rows = sqlx::query!(
        "delete from product_import_row r using (
             select w.product_import_id, w.line from product_import i join product_import_row w using (product_import_id)
             where i.state in ('applied', 'refused', 'cut_off', 'expired') limit 5000
         ) gone
         where r.product_import_id = gone.product_import_id and r.line = gone.line"
    )
    .execute(&shop.db)
    .await?
    .rows_affected();
    let files = sqlx::query!(
        "delete from product_import i
         where i.created_at < $1 and i.state in ('applied', 'refused', 'cut_off', 'expired')
           and not exists (select from product_import_row r where r.product_import_id = i.product_import_id)",
        now - KEPT
    )
    .execute(&shop.db)
    .await?
    .rows_affected();
    Ok(usize::try_from(rows + files).unwrap_or(usize::MAX))
}
