//! What neighbors tell by webhook, kept as they told it.

mod list;

use contract::payment::PaymentId;

pub use list::{Filter, Told, forget, list};

use crate::{Result, Shop};

/// The most messages that are kept about one payment: anybody can write one, and few are enough to
/// see what happened.
const MOST: i64 = 50;

/// Keeps a message of the carrier, which has signed it. Answers whether it is new: told twice, it
/// counts once.
///
/// # Errors
/// Where the database is away.
pub async fn keep(shop: &Shop, message: &str, body: &str) -> Result<bool> {
    let kept = sqlx::query!(
        "insert into webhook (source, message_id, body) values ('carrier', $1, $2) on conflict do nothing",
        message,
        body
    )
    .execute(&shop.db)
    .await?;
    Ok(kept.rows_affected() > 0)
}

/// Keeps a message about a payment that is there, which nobody has signed; no more than fifty of
/// each.
///
/// # Errors
/// Where the database is away.
pub async fn keep_of_payment(shop: &Shop, payment: PaymentId, message: &str, body: &str) -> Result<()> {
    sqlx::query!(
        "insert into webhook (source, message_id, payment_id, body)
         select 'gateway', $2, payment_id, $3 from payment p
         where payment_id = $1 and (select count(*) from webhook w where w.payment_id = p.payment_id) < $4
         on conflict do nothing",
        payment,
        message,
        body,
        MOST
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}
