//! Telling members, in the transaction of whoever read the event.

use contract::{member::MemberId, notification::Notice};
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::CHANNEL;
use crate::Result;

/// What a member is to be told, and because of which event.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub event: i64,
    pub member: MemberId,
    pub at: OffsetDateTime,
    pub notice: Notice,
}

/// Puts what is told into inboxes and, where it goes out by mail too, into the queue of mails. What
/// an event has told before is not told again, nor is a member who is gone.
pub(crate) async fn tell(conn: &mut PgConnection, told: &[Told], now: OffsetDateTime) -> Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    let (mut kinds, mut payloads, mut mailed) = (Vec::new(), Vec::new(), Vec::new());
    for one in told {
        let (kind, payload) = write_notice(&one.notice)?;
        if one.notice.is_mailed() && !mailed.contains(&kind) {
            mailed.push(kind.clone());
        }
        kinds.push(kind);
        payloads.push(payload);
    }
    let members: Vec<MemberId> = told.iter().map(|one| one.member).collect();
    let events: Vec<i64> = told.iter().map(|one| one.event).collect();
    let times: Vec<OffsetDateTime> = told.iter().map(|one| one.at).collect();
    sqlx::query!(
        r#"with fresh as (
               insert into notification (member_id, kind, payload, event_id, created_at)
               select new.member_id, new.kind, new.payload, new.event_id, new.created_at
               from unnest($1::bigint[], $2::text[], $3::jsonb[], $4::bigint[], $5::timestamptz[]) with ordinality
                   as new (member_id, kind, payload, event_id, created_at, position)
               join member m on m.member_id = new.member_id
               order by new.position
               on conflict on constraint notification_event_key do nothing
               returning notification_id, member_id, kind
           ), queued as (
               insert into mail (notification_id, try_at, created_at)
               select notification_id, $6, $6 from fresh where kind = any($7)
           )
           select pg_notify($8, member_id::text)::text as "told" from fresh group by member_id"#,
        &members,
        &kinds,
        &payloads,
        &events,
        &times,
        now,
        &mailed,
        CHANNEL
    )
    .fetch_all(conn)
    .await?;
    Ok(())
}

/// A notice as it is stored: the word of its kind, and what it knows.
fn write_notice(notice: &Notice) -> Result<(String, Value)> {
    #[derive(serde::Deserialize)]
    struct Stored {
        kind: String,
        payload: Value,
    }
    let Stored { kind, payload } = serde_json::from_value(serde_json::to_value(notice)?)?;
    Ok((kind, payload))
}

/// Reads a notice back.
pub(crate) fn read_notice(kind: String, payload: Value) -> Result<Notice> {
    Ok(serde_json::from_value(json!({ "kind": kind, "payload": payload }))?)
}
