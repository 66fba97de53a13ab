//! Tables whose filters the planner has to know.

use sqlx::{Postgres, Transaction};

use crate::{Result, Shop};

/// Begins to read a table with filters that may be absent: each query is planned for the filters that
/// it has. A plan for all of them fits none, and compiling one takes longer than it runs.
pub(crate) async fn planned(shop: &Shop) -> Result<Transaction<'static, Postgres>> {
    let mut tx = shop.db.begin().await?;
    sqlx::query!(
        r#"select set_config('plan_cache_mode', 'force_custom_plan', true) as "plan",
                  set_config('jit', 'off', true) as "jit""#
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(tx)
}
