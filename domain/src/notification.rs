//! The inbox: what a member was told, read or not.

mod tell;

use contract::{
    Failure,
    notification::{Notice, NotificationId},
};
use time::OffsetDateTime;

pub(crate) use tell::{Told, read_notice, tell};

use crate::{Result, Shop, member::Shopper};

/// The channel on which a change of somebody's inbox is announced, with the member's id.
pub const CHANNEL: &str = "inbox";

/// Notifications on one page.
pub const PAGE: i64 = 20;

/// So many unread ones are counted, and no further.
pub const MOST_UNREAD: i64 = 100;

/// What a member was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Orders notifications in time.
    pub id: NotificationId,
    /// What it says.
    pub notice: Notice,
    /// When it happened, in UTC.
    pub created_at: OffsetDateTime,
    /// Whether the member has seen it.
    pub is_read: bool,
}

/// One's own notifications, newest first, those older than `before` where it is given: at most
/// [`PAGE`] and one more, which tells that there are further ones.
///
/// # Errors
/// Where the database is away.
pub async fn list(shop: &Shop, by: &Shopper, before: Option<NotificationId>) -> Result<Vec<Notification>> {
    let rows = sqlx::query!(
        r#"select notification_id, kind, payload, created_at, read_at is not null as "is_read!"
           from notification where member_id = $1 and notification_id < $2
           order by notification_id desc limit $3"#,
        by.id(),
        before.unwrap_or(NotificationId::MAX),
        PAGE + 1
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let notice = read_notice(row.kind, row.payload)?;
            Ok(Notification { id: row.notification_id, notice, created_at: row.created_at, is_read: row.is_read })
        })
        .collect()
}

/// How many of one's own notifications are unread, up to [`MOST_UNREAD`].
///
/// # Errors
/// Where the database is away.
pub async fn unread(shop: &Shop, by: &Shopper) -> Result<i64> {
    let unread = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from notification where member_id = $1 and read_at is null limit $2) few"#,
        by.id(),
        MOST_UNREAD
    );
    Ok(unread.fetch_one(&shop.db).await?)
}

/// Marks one of one's own notifications as read. One that is read stays so.
///
/// # Errors
/// [`Failure::NotFound`], for another member's too.
pub async fn read(shop: &Shop, by: &Shopper, id: NotificationId) -> Result<()> {
    let found = sqlx::query!(
        r#"with marked as (
               update notification set read_at = $3
               where notification_id = $1 and member_id = $2 and read_at is null returning member_id
           )
           select (select pg_notify($4, member_id::text)::text from marked) as "told"
           from notification where notification_id = $1 and member_id = $2"#,
        id,
        by.id(),
        shop.now(),
        CHANNEL
    );
    found.fetch_optional(&shop.db).await?.map(|_| ()).ok_or_else(|| Failure::NotFound.into())
}

/// Marks all of one's own notifications up to `until`, the newest one seen, as read. What came
/// since stays unread.
///
/// # Errors
/// Where the database is away.
pub async fn read_all(shop: &Shop, by: &Shopper, until: NotificationId) -> Result<()> {
    sqlx::query!(
        r#"with marked as (
               update notification set read_at = $3
               where member_id = $1 and notification_id <= $2 and read_at is null returning 1
           )
           select pg_notify($4, $1::bigint::text)::text as "told" where exists (select from marked)"#,
        by.id(),
        until,
        shop.now(),
        CHANNEL
    )
    .fetch_optional(&shop.db)
    .await?;
    Ok(())
}
