//! The audit: adds everything that moves value up again, and names what does not agree.

use sqlx::PgConnection;

use crate::{Result, Shop};

mod invariant;
mod run;

pub use invariant::INVARIANTS;
pub use run::{Run, ask, latest, work};

/// A rule that all rows keep, as SQL.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    /// What it says.
    pub name: &'static str,
    /// Gives how many rows were looked at, and how many of them break it.
    sql: &'static str,
}

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it says.
    pub name: &'static str,
    /// How many rows were looked at.
    pub checked: i64,
    /// How many of them break it.
    pub broken: i64,
}

/// Checks every invariant in one snapshot; `progress` hears of each as it is found.
///
/// # Errors
/// Where the database is away.
pub async fn audit(shop: &Shop, mut progress: impl FnMut(&Finding)) -> Result<Vec<Finding>> {
    let mut tx = shop.db.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
    let mut findings = Vec::with_capacity(INVARIANTS.len());
    for invariant in INVARIANTS {
        let finding = check(&mut tx, invariant).await?;
        progress(&finding);
        findings.push(finding);
    }
    tx.rollback().await?;
    Ok(findings)
}

/// The queries are constants, which the macros cannot check; a test runs each of them.
async fn check(conn: &mut PgConnection, invariant: &Invariant) -> Result<Finding> {
    let (checked, broken): (i64, i64) = sqlx::query_as(invariant.sql).fetch_one(conn).await?;
    Ok(Finding { name: invariant.name, checked, broken })
}
