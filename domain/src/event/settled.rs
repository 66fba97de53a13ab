//! The events that were set aside once, and what became of them.

use contract::{
    system::Settled,
    table::{Cursor, Rows},
};
use serde_json::Value;
use time::OffsetDateTime;

use crate::{Result, Shop, keyset, member::Staff, words::read};

/// An event that was set aside, and is settled.
#[derive(Debug, Clone)]
pub struct SettledLetter {
    /// The letter.
    pub id: i64,
    /// The reader that could not take it.
    pub reader: String,
    /// What happened.
    pub name: String,
    /// What it happened to.
    pub subject: String,
    /// What was told of it.
    pub payload: Value,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it was not taken the last time that it was not.
    pub error: String,
    /// How it was settled.
    pub settled: Settled,
    /// When, in UTC.
    pub settled_at: OffsetDateTime,
    /// By whom.
    pub by_name: String,
    /// For what reason; empty where it was taken.
    pub reason: String,
}

struct Row {
    id: i64,
    reader: String,
    name: String,
    subject: String,
    payload: Value,
    attempts: i32,
    error: String,
    settled: String,
    settled_at: OffsetDateTime,
    by_name: String,
    reason: String,
}

/// The query of the list under one filter. The filter is part of the text: how many there are of a
/// kind decides about the index.
macro_rules! listing {
    ($filter:literal, $at:expr, $id:expr, $limit:expr) => {
        sqlx::query_as!(
            Row,
            "select d.dead_letter_id as id, d.reader, d.name, d.subject, d.payload, d.attempts, d.error,
                    d.settled as \"settled!\", d.settled_at as \"settled_at!\", coalesce(m.name, '') as \"by_name!\", d.reason
             from dead_letter d left join member m on m.member_id = d.settled_by
             where d.settled is not null and "
                + $filter
                + " and (d.settled_at, d.dead_letter_id)
                        < (coalesce($1::timestamptz, 'infinity'), coalesce($2::bigint, 0))
             order by d.settled_at desc, d.dead_letter_id desc limit $3",
            $at,
            $id,
            $limit
        )
    };
}

/// What was settled, the latest first: all of it, or what was settled in one way.
///
/// # Errors
/// Where the database is away.
pub async fn settled_letters(
    shop: &Shop,
    _by: &Staff,
    how: Option<Settled>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<SettledLetter>> {
    let (at, id) = (keyset::moment(after), after.and_then(Cursor::id::<i64>));
    let rows = match how {
        Some(Settled::Redriven) => listing!("d.settled = 'redriven'", at, id, limit + 1).fetch_all(&shop.db).await?,
        Some(Settled::Discarded) => listing!("d.settled = 'discarded'", at, id, limit + 1).fetch_all(&shop.db).await?,
        None => listing!("true", at, id, limit + 1).fetch_all(&shop.db).await?,
    };
    let rows: Result<Vec<SettledLetter>> = rows.into_iter().map(settled).collect();
    Ok(Rows::cut(rows?, limit, |row| keyset::cursor(row.settled_at, row.id)))
}

fn settled(row: Row) -> Result<SettledLetter> {
    Ok(SettledLetter {
        id: row.id,
        reader: row.reader,
        name: row.name,
        subject: row.subject,
        payload: row.payload,
        attempts: row.attempts,
        error: row.error,
        settled: read(&row.settled)?,
        settled_at: row.settled_at,
        by_name: row.by_name,
        reason: row.reason,
    })
}
