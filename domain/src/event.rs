//! The event log: facts appended in the transaction that made them, and those who read it.

mod batch;
mod careful;
mod cursor;
mod dead_letter;
mod drain;
mod forget;
mod lag;
mod letters;
mod reader;
mod readers;
mod redrive;
mod settled;
pub mod tail;
mod take;
mod turn;

use serde_json::Value;
use sqlx::PgConnection;

use crate::Result;

pub use drain::drain;
pub use forget::forget;
pub use lag::{Lag, lags};
pub use letters::{Letter, PAGE, dead_counts, dead_letters, discard};
pub use reader::{Event, Reader, Trouble};
pub use readers::Readers;
pub use redrive::{Redriven, redrive, redrive_all};
pub use settled::{SettledLetter, settled_letters};
pub use take::{Taken, take};
pub use turn::Turn;

/// The channel on which an append wakes the readers of every instance.
pub const CHANNEL: &str = "event";

/// A fact to append.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What happened, as `noun.past_verb`.
    pub name: &'static str,
    /// What it happened to.
    pub subject: String,
    /// What a reader needs to know of it.
    pub payload: Value,
}

/// Appends facts inside the caller's transaction; its commit wakes the readers.
pub(crate) async fn append(conn: &mut PgConnection, events: &[NewEvent]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = events.iter().map(|event| event.name.to_owned()).collect();
    let subjects: Vec<String> = events.iter().map(|event| event.subject.clone()).collect();
    let payloads: Vec<Value> = events.iter().map(|event| event.payload.clone()).collect();
    sqlx::query!(
        r#"with appended as (
               insert into event (name, subject, payload) select * from unnest($1::text[], $2::text[], $3::jsonb[])
           )
           select pg_notify($4, '')::text as "woken""#,
        &names,
        &subjects,
        &payloads,
        CHANNEL
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}
