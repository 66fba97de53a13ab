//! The next events behind a cursor.
//!
//! Ids are handed out before commit, so an event with a smaller one can come to light later. The log
//! is read by transaction instead, and only below the oldest one that still runs: nothing can come
//! to light there any more.

use serde_json::Value;
use time::OffsetDateTime;

use super::{Event, Reader, cursor::Place};
use crate::{Result, Shop};

/// What stands next in the log for a reader.
pub(super) struct Batch {
    /// Where the cursor was.
    pub(super) from: Place,
    /// Where it comes to.
    pub(super) to: Place,
    /// The wanted events between the two, in order.
    pub(super) items: Vec<Item>,
    /// Whether more was appended, by transactions younger than one that still runs.
    pub(super) held_back: bool,
}

/// A wanted event.
pub(super) struct Item {
    /// Where the cursor is once it is taken.
    pub(super) place: Place,
    /// The event.
    pub(super) event: Event,
    /// Whether an earlier event of its subject is set aside.
    pub(super) behind: bool,
}

impl Batch {
    /// Whether it holds nothing, not even unwanted events.
    pub(super) fn is_empty(&self) -> bool {
        self.from == self.to
    }
}

struct Row {
    from_xid: String,
    from_event_id: i64,
    xid: Option<String>,
    event_id: Option<i64>,
    settled: Option<bool>,
    name: Option<String>,
    subject: Option<String>,
    payload: Option<Value>,
    at: Option<OffsetDateTime>,
    behind: Option<bool>,
}

/// Loads the next batch, of which five hundred events are looked at, wanted or not; `None` for a
/// reader without a cursor. One statement, and no transaction stays open behind it. Its limit is no
/// argument: a planner that does not know it compiles what is then run for a fraction of that time.
pub(super) async fn load(shop: &Shop, reader: &dyn Reader) -> Result<Option<Batch>> {
    let wanted: Vec<String> = reader.reads().iter().map(|name| (*name).to_owned()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select r.xid::text as "from_xid!", r.event_id as "from_event_id", e.xid::text as "xid?", e.event_id as "event_id?",
                  e.settled as "settled?", e.created_at as "at?",
                  case when e.wanted then e.name end as "name?", case when e.wanted then e.subject end as "subject?",
                  case when e.wanted then e.payload end as "payload?",
                  e.wanted and exists (
                      select from dead_letter d where d.reader = $1 and d.subject = e.subject and d.settled is null
                  ) as "behind?"
           from event_reader r
           left join lateral (
               select e.*, e.name = any($2) as wanted, e.xid < pg_snapshot_xmin(pg_current_snapshot()) as settled
               from event e where (e.xid, e.event_id) > (r.xid, r.event_id)
               order by e.xid, e.event_id limit 500
           ) e on true
           where r.name = $1
           order by e.xid, e.event_id"#,
        reader.name(),
        &wanted
    )
    .fetch_all(&shop.db)
    .await?;
    Ok(gather(rows, reader.batch()))
}

fn gather(rows: Vec<Row>, most: usize) -> Option<Batch> {
    let first = rows.first()?;
    let from = Place { xid: first.from_xid.clone(), event_id: first.from_event_id };
    let mut batch = Batch { to: from.clone(), from, items: vec![], held_back: false };
    for row in rows {
        // The one row of a reader that has read everything.
        let (Some(xid), Some(event_id), Some(at)) = (row.xid, row.event_id, row.at) else { break };
        if row.settled != Some(true) {
            batch.held_back = true;
            break;
        }
        if row.name.is_some() && batch.items.len() >= most.max(1) {
            break;
        }
        batch.to = Place { xid, event_id };
        if let (Some(name), Some(subject), Some(payload)) = (row.name, row.subject, row.payload) {
            let event = Event { id: event_id, name, subject, payload, at };
            batch.items.push(Item { place: batch.to.clone(), event, behind: row.behind == Some(true) });
        }
    }
    Some(batch)
}
