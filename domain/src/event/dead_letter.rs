//! Events that a reader could not take, set aside so that it goes on.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Event;
use crate::Result;

/// The characters of an error that are kept.
const ERROR: usize = 2_000;

/// What stands for the error of an event that is not at fault.
const BEHIND: &str = "waits for an earlier event of the same subject";

/// An event that is set aside.
pub(super) struct Aside {
    /// The event.
    pub(super) event: Event,
    /// How often it was tried.
    pub(super) attempts: i32,
    /// Why it was not taken.
    pub(super) error: String,
}

impl Aside {
    /// An event that waits behind an earlier one.
    pub(super) fn behind(event: Event) -> Self {
        Self { event, attempts: 0, error: BEHIND.to_owned() }
    }
}

/// As much of an error as is kept.
pub(super) fn kept(error: &str) -> String {
    // The column cannot hold it.
    error.chars().filter(|c| *c != '\0').take(ERROR).collect()
}

/// Whether each event that waits behind another one still has one before it.
pub(super) async fn still_behind(conn: &mut PgConnection, reader: &str, aside: &[Aside]) -> Result<bool> {
    let behind = aside.iter().filter(|aside| aside.attempts == 0);
    let subjects: BTreeSet<&str> = behind.map(|aside| aside.event.subject.as_str()).collect();
    if subjects.is_empty() {
        return Ok(true);
    }
    let subjects: Vec<String> = subjects.into_iter().map(str::to_owned).collect();
    let blocked = sqlx::query_scalar!(
        r#"select count(distinct subject) as "count!" from dead_letter
           where reader = $1 and subject = any($2) and settled is null"#,
        reader,
        &subjects
    )
    .fetch_one(conn)
    .await?;
    Ok(usize::try_from(blocked).is_ok_and(|blocked| blocked == subjects.len()))
}

/// Sets events aside, in their order. One that had been settled is open again: somebody moved the
/// cursor back, and it failed anew.
pub(super) async fn set_aside(conn: &mut PgConnection, reader: &str, aside: &[Aside]) -> Result<()> {
    if aside.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = aside.iter().map(|aside| aside.event.id).collect();
    let names: Vec<String> = aside.iter().map(|aside| aside.event.name.clone()).collect();
    let subjects: Vec<String> = aside.iter().map(|aside| aside.event.subject.clone()).collect();
    let payloads: Vec<Value> = aside.iter().map(|aside| aside.event.payload.clone()).collect();
    let times: Vec<OffsetDateTime> = aside.iter().map(|aside| aside.event.at).collect();
    let attempts: Vec<i32> = aside.iter().map(|aside| aside.attempts).collect();
    let errors: Vec<String> = aside.iter().map(|aside| kept(&aside.error)).collect();
    sqlx::query!(
        "insert into dead_letter (reader, event_id, name, subject, payload, created_at, attempts, error)
         select $1, new.event_id, new.name, new.subject, new.payload, new.created_at, new.attempts, new.error
         from unnest($2::bigint[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[], $7::int[], $8::text[])
              with ordinality as new (event_id, name, subject, payload, created_at, attempts, error, position)
         order by new.position
         on conflict on constraint dead_letter_key do update set attempts = excluded.attempts, error = excluded.error,
             set_aside_at = now(), settled = null, settled_at = null, settled_by = null, reason = ''",
        reader,
        &ids,
        &names,
        &subjects,
        &payloads,
        &times,
        &attempts,
        &errors
    )
    .execute(conn)
    .await?;
    Ok(())
}
