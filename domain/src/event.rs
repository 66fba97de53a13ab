//! The event log: facts appended in the transaction that made them.

use serde_json::Value;
use sqlx::PgConnection;

use crate::Result;

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

/// Appends facts inside the caller's transaction.
pub(crate) async fn append(conn: &mut PgConnection, events: &[NewEvent]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = events.iter().map(|event| event.name.to_owned()).collect();
    let subjects: Vec<String> = events.iter().map(|event| event.subject.clone()).collect();
    let payloads: Vec<Value> = events.iter().map(|event| event.payload.clone()).collect();
    sqlx::query!(
        "insert into event (name, subject, payload) select * from unnest($1::text[], $2::text[], $3::jsonb[])",
        &names,
        &subjects,
        &payloads
    )
    .execute(conn)
    .await?;
    Ok(())
}
