//! The events that are set aside, as the staff sees them.

use contract::{
    Failure,
    form::{Check, line},
    trail::Act,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::cursor;
use crate::{
    Result, Shop,
    member::{Operator, Staff},
    trail,
};

/// Letters on a page.
pub const PAGE: i64 = 20;

/// An event that a reader could not take, and that nobody has settled yet.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The letter; later ones have larger ids.
    pub id: i64,
    /// The reader that could not take it.
    pub reader: String,
    /// The event.
    pub event_id: i64,
    /// What happened.
    pub name: String,
    /// What it happened to.
    pub subject: String,
    /// What was told of it.
    pub payload: Value,
    /// When it happened, in UTC.
    pub created_at: OffsetDateTime,
    /// How often it was tried; never, where it waits behind an earlier one of its subject.
    pub attempts: i32,
    /// Why it was not taken the last time.
    pub error: String,
    /// When it was set aside, in UTC.
    pub set_aside_at: OffsetDateTime,
}

/// What is set aside, oldest first, behind the letter `after`: at most [`PAGE`] and one more, which
/// says that there are further ones.
///
/// # Errors
/// Where the database is away.
pub async fn dead_letters(shop: &Shop, _by: &Staff, after: i64) -> Result<Vec<Letter>> {
    Ok(sqlx::query_as!(
        Letter,
        "select dead_letter_id as id, reader, event_id, name, subject, payload, created_at, attempts, error, set_aside_at
         from dead_letter where settled is null and dead_letter_id > $1
         order by dead_letter_id limit $2",
        after,
        PAGE + 1
    )
    .fetch_all(&shop.db)
    .await?)
}

/// How many are set aside, by reader: also by readers that are no more.
///
/// # Errors
/// Where the database is away.
pub async fn dead_counts(shop: &Shop, _by: &Staff) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select reader, count(*) as "count!" from dead_letter where settled is null group by reader order by reader"#
    );
    Ok(rows.fetch_all(&shop.db).await?.into_iter().map(|row| (row.reader, row.count)).collect())
}

/// Gives an event up for good, for a reason as typed. Those behind it stay set aside until they are
/// taken once more.
///
/// # Errors
/// [`Failure::Invalid`] without a reason, [`Failure::NotFound`], [`Failure::StatusChanged`] where it
/// is settled, or being taken once more this very moment.
pub async fn discard(shop: &Shop, by: &Staff, id: i64, reason: &str) -> Result<()> {
    let mut check = Check::default();
    let Some(reason) = check.field("reason", line(reason, 200)) else { return Err(check.refuse().into()) };
    let mut tx = shop.db.begin().await?;
    let reader = sqlx::query_scalar!("select reader from dead_letter where dead_letter_id = $1", id);
    let reader = reader.fetch_optional(&mut *tx).await?.ok_or(Failure::NotFound)?;
    cursor::hold(&mut tx, &reader).await?;
    let discarded = sqlx::query!(
        "update dead_letter set settled = 'discarded', settled_at = $2, settled_by = $3, reason = $4
         where dead_letter_id = $1 and settled is null and (claimed_until is null or claimed_until < now())",
        id,
        shop.now(),
        by.id(),
        reason
    );
    if discarded.execute(&mut *tx).await?.rows_affected() == 0 {
        return Err(Failure::StatusChanged.into());
    }
    let told = trail::Change {
        act: Act::LetterDiscarded,
        subject: id.to_string(),
        seller: None,
        before: json!({ "settled": null }),
        after: json!({ "settled": "discarded", "reader": reader, "reason": reason }),
    };
    trail::record(&mut tx, &Operator::from(by), shop.now(), &[told]).await?;
    tx.commit().await?;
    tracing::info!(letter = id, reader, by = by.id(), "an event that was set aside was discarded");
    Ok(())
}
