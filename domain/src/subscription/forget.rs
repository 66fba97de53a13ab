//! Old messages go, and subscriptions that were removed.

use contract::subscription::KEPT_DAYS;
use time::{Duration, OffsetDateTime};
use uuid::{Builder, Uuid};

use crate::{Result, Shop};

/// Messages of one step.
const ROUND: i64 = 5_000;

/// For so long a subscription that was removed stays, until those who write messages to it have seen that
/// it is gone.
const REMOVED: Duration = Duration::hours(1);

/// Forgets messages that are older than [`KEPT_DAYS`], and those of subscriptions that were removed, five
/// thousand of each at most. Answers how many: call it again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn forget(shop: &Shop) -> Result<usize> {
    let now = shop.now();
    // Ids are in the order of time.
    let old = sqlx::query!(
        "delete from subscription_delivery where message_id in (
             select message_id from subscription_delivery where message_id < $1 order by message_id limit $2
             for update skip locked)",
        first_of(now - Duration::days(KEPT_DAYS)),
        ROUND
    )
    .execute(&shop.db)
    .await?;
    let removed = sqlx::query!(
        "delete from subscription_delivery where message_id in (
             select d.message_id from subscription s join subscription_delivery d using (subscription_id)
             where s.removed_at < $1 limit $2
             for update of d skip locked)",
        now - REMOVED,
        ROUND
    )
    .execute(&shop.db)
    .await?;
    sqlx::query!(
        "delete from subscription s where s.removed_at < $1
           and not exists (select from subscription_delivery d where d.subscription_id = s.subscription_id)",
        now - REMOVED
    )
    .execute(&shop.db)
    .await?;
    Ok(usize::try_from(old.rows_affected() + removed.rows_affected()).unwrap_or_default())
}

/// The smallest id that a message of this time can have.
fn first_of(at: OffsetDateTime) -> Uuid {
    let millis = u64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
