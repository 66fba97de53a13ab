//! How far a reader has come. A cursor is moved by whoever holds its row, together with what follows
//! from the events, and so each event counts once however many instances read.

use sqlx::{PgConnection, PgPool};

use crate::Result;

/// A place in the log, just behind an event: by its transaction, then by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The transaction, as text: 64 bits without a sign.
    pub(super) xid: String,
    /// The event.
    pub(super) event_id: i64,
}

/// Begins a reader at the beginning of the log, if it is new.
pub(super) async fn begin(db: &PgPool, reader: &str) -> Result<()> {
    sqlx::query!("insert into event_reader (name) values ($1) on conflict do nothing", reader).execute(db).await?;
    Ok(())
}

/// Holds the cursor for the transaction, if nobody else does and it still is at this place.
pub(super) async fn hold_at(conn: &mut PgConnection, reader: &str, at: &Place) -> Result<bool> {
    let held = sqlx::query_scalar!(
        "select name from event_reader where name = $1 and xid = $2::text::xid8 and event_id = $3
         for update skip locked",
        reader,
        at.xid,
        at.event_id
    );
    Ok(held.fetch_optional(conn).await?.is_some())
}

/// Holds the cursor for the transaction wherever it is, waiting for who holds it: what a reader
/// stores is stored by one at a time, and nothing is set aside meanwhile.
pub(super) async fn hold(conn: &mut PgConnection, reader: &str) -> Result<()> {
    sqlx::query_scalar!("select name from event_reader where name = $1 for update", reader)
        .fetch_optional(conn)
        .await?;
    Ok(())
}

/// Moves a cursor that is held.
pub(super) async fn advance(conn: &mut PgConnection, reader: &str, to: &Place) -> Result<()> {
    sqlx::query!(
        "update event_reader set xid = $2::text::xid8, event_id = $3, moved_at = now() where name = $1",
        reader,
        to.xid,
        to.event_id
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves a cursor over events that are none of its reader's. Losing that would cost reading them
/// again and nothing else, so its commit need not wait for the disk.
pub(super) async fn skip(db: &PgPool, reader: &str, from: &Place, to: &Place) -> Result<bool> {
    let moved = sqlx::query!(
        r#"with relaxed as (select set_config('synchronous_commit', 'off', true) as "how")
           update event_reader r set xid = $2::text::xid8, event_id = $3, moved_at = now() from relaxed
           where r.name = $1 and r.xid = $4::text::xid8 and r.event_id = $5 and relaxed.how = 'off'"#,
        reader,
        to.xid,
        to.event_id,
        from.xid,
        from.event_id
    );
    Ok(moved.execute(db).await?.rows_affected() > 0)
}
