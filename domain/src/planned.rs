//! Queries of tables with filters: which index serves best depends on what was asked.

use sqlx::{Postgres, Transaction};

use crate::{Result, Shop};

/// A transaction to read in, whose queries are planned for the values that they come with: a plan
/// made for any values would read a million rows to find three.
pub(crate) async fn planned(shop: &Shop) -> Result<Transaction<'static, Postgres>> {
    let mut tx = shop.db.begin().await?;
    sqlx::query!(r#"select set_config('plan_cache_mode', 'force_custom_plan', true) as "how""#)
        .fetch_one(&mut *tx)
        .await?;
    Ok(tx)
}
