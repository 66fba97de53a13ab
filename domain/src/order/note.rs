//! Notes of the staff on an order.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    member::MemberId,
    order::OrderId,
    trail::Act,
};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Result, Shop,
    member::{Operator, Staff},
    trail,
};

/// The most characters of a note.
const MOST: usize = 1_000;

/// A note.
#[derive(Debug, Clone)]
pub struct Note {
    /// The note.
    pub id: Uuid,
    /// What it says; several lines.
    pub body: String,
    /// Who wrote it.
    pub by: MemberId,
    /// Their name.
    pub by_name: String,
    /// When, in UTC.
    pub at: OffsetDateTime,
}

/// The notes on an order, oldest first.
///
/// # Errors
/// Where the database is away.
pub async fn notes(shop: &Shop, _by: &Staff, order: OrderId) -> Result<Vec<Note>> {
    Ok(sqlx::query_as!(
        Note,
        "select n.order_note_id as id, n.body, n.by_member as by, m.name as by_name, n.created_at as at
         from order_note n join member m on m.member_id = n.by_member
         where n.order_id = $1 and n.removed_at is null order by n.created_at, n.order_note_id",
        order
    )
    .fetch_all(&shop.db)
    .await?)
}

/// Adds a note to an order. The same id again adds nothing.
///
/// # Errors
/// [`Failure::Invalid`] for `body`; [`Failure::NotFound`].
pub async fn add_note(shop: &Shop, by: &Staff, order: OrderId, id: Uuid, body: &str) -> Result<()> {
    let body = text(body).map_err(|flaw| Failure::Invalid(Flaws::one("body", flaw)))?;
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let known = sqlx::query_scalar!(r#"select order_id from "order" where order_id = $1"#, order);
    known.fetch_optional(&mut *tx).await?.ok_or(Failure::NotFound)?;
    let added = sqlx::query!(
        "insert into order_note (order_note_id, order_id, by_member, body, created_at) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        id,
        order,
        by.id(),
        body,
        at
    );
    if added.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(());
    }
    let told = trail::Change {
        act: Act::OrderNoted,
        subject: order.to_string(),
        seller: None,
        before: json!({}),
        after: json!({ "note": body }),
    };
    trail::record(&mut tx, &Operator::from(by), at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes a note of one's own. One that is removed stays so.
///
/// # Errors
/// [`Failure::NotFound`], for another's too.
pub async fn remove_note(shop: &Shop, by: &Staff, order: OrderId, id: Uuid) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let note = sqlx::query!(
        "select body, removed_at from order_note where order_note_id = $1 and order_id = $2 and by_member = $3 for update",
        id,
        order,
        by.id()
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    if note.removed_at.is_some() {
        return Ok(());
    }
    sqlx::query!("update order_note set removed_at = $2 where order_note_id = $1", id, at).execute(&mut *tx).await?;
    let told = trail::Change {
        act: Act::OrderNoteRemoved,
        subject: order.to_string(),
        seller: None,
        before: json!({ "note": note.body }),
        after: json!({}),
    };
    trail::record(&mut tx, &Operator::from(by), at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Several lines, none of which a page cannot show.
fn text(typed: &str) -> Result<String, Flaw> {
    let typed = typed.trim().replace("\r\n", "\n");
    match typed.chars().count() {
        0 => Err(Flaw::Required),
        count if count > MOST => Err(Flaw::TooLong { max: i64::try_from(MOST).unwrap_or(i64::MAX) }),
        _ if typed.chars().any(|c| c.is_control() && c != '\n' && c != '\t') => Err(Flaw::Characters),
        _ => Ok(typed),
    }
}
