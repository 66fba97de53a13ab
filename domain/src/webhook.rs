//! What neighbors tell by webhook, kept as they told it.

use crate::{Result, Shop};

/// Keeps a message. Answers whether it is new: told twice, it counts once.
///
/// # Errors
/// Where the database is away.
pub async fn keep(shop: &Shop, source: &str, message: &str, body: &str) -> Result<bool> {
    let kept = sqlx::query!(
        "insert into webhook (source, message_id, body) values ($1, $2, $3) on conflict do nothing",
        source,
        message,
        body
    )
    .execute(&shop.db)
    .await?;
    Ok(kept.rows_affected() > 0)
}
