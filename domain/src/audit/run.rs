//! Runs of the audit that are kept: asked for by the staff, done beside the requests, since on a large
//! database it takes longer than anybody waits for a page.

use std::time::Instant;

use contract::{system::RunStatus, trail::Act};
use serde_json::json;
use sqlx::postgres::types::PgInterval;
use time::OffsetDateTime;

use super::{Finding, INVARIANTS, check};
use crate::{
    Result, Shop,
    member::{Operator, Staff},
    trail,
    words::read,
};

/// How long one rule may take: a minute less than whoever is at it is left alone.
const PATIENCE: &str = "set local statement_timeout = '14min'";

/// Whoever is at a run says so again before this time is over.
const CLAIM: PgInterval = PgInterval { months: 0, days: 0, microseconds: 15 * 60 * 1_000_000 };

/// Runs that are kept.
const KEPT: i64 = 20;

/// A run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Later ones have larger ids.
    pub id: i64,
    /// Where it stands.
    pub status: RunStatus,
    /// Who asked for it.
    pub by_name: String,
    /// When it was begun, in UTC.
    pub started_at: Option<OffsetDateTime>,
    /// When it came to its end, in UTC.
    pub finished_at: Option<OffsetDateTime>,
    /// Why it was given up.
    pub error: String,
    /// What the rules came to by now, in their order, each with its milliseconds.
    pub findings: Vec<(Finding, i64)>,
}

/// Asks for a run; one at a time is enough for everybody.
///
/// # Errors
/// Where the database is away.
pub async fn ask(shop: &Shop, by: &Staff) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let asked = sqlx::query_scalar!(
        "insert into audit_run (by_member, created_at, try_at) values ($1, $2, $2) on conflict do nothing
         returning audit_run_id",
        by.id(),
        at
    );
    let Some(id) = asked.fetch_optional(&mut *tx).await? else { return Ok(()) };
    let told = trail::Change {
        act: Act::AuditAsked,
        subject: id.to_string(),
        seller: None,
        before: json!({}),
        after: json!({ "rules": INVARIANTS.len() }),
    };
    trail::record(&mut tx, &Operator::from(by), at, &[told]).await?;
    sqlx::query!("delete from audit_run where audit_run_id <= $1 and status in ('done', 'failed')", id - KEPT)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The run that is open, and the latest one that came to its end.
///
/// # Errors
/// Where the database is away.
pub async fn latest(shop: &Shop, _by: &Staff) -> Result<(Option<Run>, Option<Run>)> {
    let rows = sqlx::query!(
        r#"select r.audit_run_id as id, r.status, m.name as by_name, r.started_at, r.finished_at, r.error
           from audit_run r join member m on m.member_id = r.by_member
           where r.status in ('queued', 'running')
              or r.audit_run_id = (select max(audit_run_id) from audit_run where status in ('done', 'failed'))
           order by r.audit_run_id desc"#
    );
    let (mut open, mut ended) = (None, None);
    for row in rows.fetch_all(&shop.db).await? {
        let status: RunStatus = read(&row.status)?;
        let run = Run {
            id: row.id,
            status,
            by_name: row.by_name,
            started_at: row.started_at,
            finished_at: row.finished_at,
            error: row.error,
            findings: findings(shop, row.id).await?,
        };
        let place = if status.is_open() { &mut open } else { &mut ended };
        *place = Some(run);
    }
    Ok((open, ended))
}

async fn findings(shop: &Shop, run: i64) -> Result<Vec<(Finding, i64)>> {
    let rows = sqlx::query!(
        "select name, checked, broken, milliseconds from audit_finding where audit_run_id = $1 order by position",
        run
    );
    let rows = rows.fetch_all(&shop.db).await?.into_iter();
    // A rule that is no more was one of a program that is no more.
    Ok(rows
        .filter_map(|row| {
            let name = INVARIANTS.iter().find(|rule| rule.name == row.name)?.name;
            Some((Finding { name, checked: row.checked, broken: row.broken }, row.milliseconds))
        })
        .collect())
}

/// Does the run that was asked for. Answers how many came to their end.
///
/// # Errors
/// Where the database is away; the run is given up then.
pub async fn work(shop: &Shop) -> Result<usize> {
    let claimed = sqlx::query_scalar!(
        "update audit_run set status = 'running', started_at = $1, try_at = $1::timestamptz + $2
         where audit_run_id = (select audit_run_id from audit_run where status in ('queued', 'running') and try_at <= $1
                               limit 1 for update skip locked)
         returning audit_run_id",
        shop.now(),
        CLAIM
    );
    let Some(run) = claimed.fetch_optional(&shop.db).await? else { return Ok(0) };
    let outcome = all(shop, run).await;
    let error = outcome.as_ref().err().map(ToString::to_string);
    sqlx::query!(
        "update audit_run set status = case when $2::text is null then 'done' else 'failed' end, finished_at = $3,
             error = coalesce($2, '')
         where audit_run_id = $1 and status = 'running'",
        run,
        error,
        shop.now()
    )
    .execute(&shop.db)
    .await?;
    outcome.map(|()| 1)
}

/// Checks every rule in one snapshot, and writes each down as it is found.
async fn all(shop: &Shop, run: i64) -> Result<()> {
    sqlx::query!("delete from audit_finding where audit_run_id = $1", run).execute(&shop.db).await?;
    let mut tx = shop.db.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
    sqlx::query(PATIENCE).execute(&mut *tx).await?;
    for (position, invariant) in (0_i32..).zip(INVARIANTS) {
        let began = Instant::now();
        let finding = check(&mut tx, invariant).await?;
        let took = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        sqlx::query!(
            "with told as (
                 insert into audit_finding (audit_run_id, position, name, checked, broken, milliseconds)
                 values ($1, $2, $3, $4, $5, $6)
             )
             update audit_run set try_at = $7::timestamptz + $8 where audit_run_id = $1",
            run,
            position,
            finding.name,
            finding.checked,
            finding.broken,
            took,
            shop.now(),
            CLAIM
        )
        .execute(&shop.db)
        .await?;
    }
    tx.rollback().await?;
    Ok(())
}
