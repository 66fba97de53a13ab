//! The audit trail: every change by a seller or a member of the staff, with what stood there
//! before and after. Written in the transaction of the change.

mod read;

use contract::trail::Act;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use time::OffsetDateTime;

pub use read::{Entry, Filter, Named, list};

use crate::{
    Result, Shop,
    member::{Operator, Staff},
    words::word,
};

/// One change, to be told.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// What was done.
    pub act: Act,
    /// The id of what it was done to.
    pub subject: String,
    /// Whose it is, where it is a seller's.
    pub seller: Option<i64>,
    /// What stood there before: an object.
    pub before: Value,
    /// What stands there now: an object.
    pub after: Value,
}

/// Tells of changes, in one statement. Of each only the names whose values differ are kept; one
/// that changed nothing is not told.
pub(crate) async fn record(
    conn: &mut PgConnection,
    by: &Operator,
    at: OffsetDateTime,
    changes: &[Change],
) -> Result<()> {
    let told: Vec<(&Change, Value, Value)> = changes
        .iter()
        .map(|change| {
            let (before, after) = differing(&change.before, &change.after);
            (change, before, after)
        })
        .filter(|(_, before, after)| before != after)
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    let acts: Vec<String> = told.iter().map(|(change, ..)| word(change.act)).collect::<Result<_>>()?;
    let subjects: Vec<String> = told.iter().map(|(change, ..)| change.subject.clone()).collect();
    let sellers: Vec<Option<i64>> = told.iter().map(|(change, ..)| change.seller).collect();
    let (before, after): (Vec<Value>, Vec<Value>) = told.into_iter().map(|(_, before, after)| (before, after)).unzip();
    sqlx::query!(
        "insert into trail (at, by_member, actor, act, subject, seller_id, before, after)
         select $1, $2, $3, act, subject, seller_id, before, after
         from unnest($4::text[], $5::text[], $6::bigint[], $7::jsonb[], $8::jsonb[])
             as new (act, subject, seller_id, before, after)",
        at,
        by.id(),
        word(by.actor())?,
        &acts,
        &subjects,
        &sellers as &[Option<i64>],
        &before,
        &after
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells that the staff has set switches of the sandbox, which keeps them itself.
///
/// # Errors
/// Where the database is away.
pub async fn sandbox_switched(shop: &Shop, by: &Staff, neighbor: &str, before: Value, after: Value) -> Result<()> {
    let told = Change { act: Act::SandboxSwitched, subject: neighbor.to_owned(), seller: None, before, after };
    let mut tx = shop.db.begin().await?;
    record(&mut tx, &Operator::from(by), shop.now(), &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// What of two objects is not the same.
fn differing(before: &Value, after: &Value) -> (Value, Value) {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return (before.clone(), after.clone());
    };
    let only = |own: &Map<String, Value>, other: &Map<String, Value>| {
        let kept = own.iter().filter(|(name, value)| other.get(*name) != Some(*value));
        Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    (only(before, after), only(after, before))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let (before, after) = differing(&json!({ "a": 1, "b": 2 }), &json!({ "a": 1, "b": 3, "c": null }));
        assert_eq!((before, after), (json!({ "b": 2 }), json!({ "b": 3, "c": null })));
        let same = differing(&json!({ "a": 1 }), &json!({ "a": 1 }));
        assert_eq!(same.0, same.1);
    }
}
