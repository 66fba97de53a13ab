//! Windows of the ranking, and how they roll on with the hours.

use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use super::hour;
use crate::{Result, Shop, retry::retry};

/// A window behind its lock, which whoever changes its sums holds.
///
/// The hour `until` runs: what is sold in it stands in its bucket alone. The sums hold the hours
/// of the window before that one, and those of the window before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    days: i32,
    hours: i32,
    pub(super) until: OffsetDateTime,
}

impl Span {
    /// The last hour of the window before.
    fn since(&self) -> OffsetDateTime {
        self.until - Duration::hours(self.hours.into())
    }

    /// The last hour that lies in neither.
    pub(super) fn before(&self) -> OffsetDateTime {
        self.since() - Duration::hours(self.hours.into())
    }
}

/// Rolls every window on to the hour that runs, and answers how many there were to roll. With
/// nothing to do it is one small query: call it often.
///
/// # Errors
/// Where the database is away.
pub async fn roll(shop: &Shop) -> Result<usize> {
    let hour = hour(shop.now());
    let due = sqlx::query_scalar!("select days from ranking_window where until < $1 order by days", hour)
        .fetch_all(&shop.db)
        .await?;
    for days in &due {
        retry("roll ranking", || roll_one(shop, *days, hour)).await?;
    }
    Ok(due.len())
}

async fn roll_one(shop: &Shop, days: i32, hour: OffsetDateTime) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let due = sqlx::query_as!(
        Span,
        r#"select days, hours as "hours!", until from ranking_window where days = $1 and until < $2 for update"#,
        days,
        hour
    );
    // Somebody else may have done it while this waited for the lock.
    if let Some(span) = due.fetch_optional(&mut *tx).await? {
        advance(&mut tx, span, hour).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Locks every window and rolls those on that are late. A transaction takes all of them or one, so
/// that two never wait for each other.
pub(super) async fn lock_all(conn: &mut PgConnection, hour: OffsetDateTime) -> Result<Vec<Span>> {
    let mut spans =
        sqlx::query_as!(Span, r#"select days, hours as "hours!", until from ranking_window order by days for update"#)
            .fetch_all(&mut *conn)
            .await?;
    for span in &mut spans {
        if span.until < hour {
            *span = advance(conn, *span, hour).await?;
        }
    }
    Ok(spans)
}

/// Rolls a locked window on: hours that are over join its sums, those that leave it join the window
/// before, and those that leave that one are forgotten once no window needs them. Only the hours
/// that change their place are read.
async fn advance(conn: &mut PgConnection, from: Span, until: OffsetDateTime) -> Result<Span> {
    let to = Span { until, ..from };
    // $2, $3 and $4 are the ends of the three places of an hour as they were, $5, $6 and $7 as they
    // will be.
    sqlx::query!(
        "insert into ranking_total as t (days, ago, product_id, category_id, units)
         select $1, moved.ago, moved.product_id, p.category_id, sum(moved.units)
         from (
             select 0 as ago, product_id, units from sales_bucket where bucket >= $4 and bucket > $6 and bucket < $7
             union all
             select 0, product_id, -units from sales_bucket where bucket > $3 and bucket <= $6 and bucket < $4
             union all
             select 1, product_id, units from sales_bucket where bucket > greatest($3, $5) and bucket <= $6
             union all
             select 1, product_id, -units from sales_bucket where bucket > $2 and bucket <= least($3, $5)
         ) as moved join product p using (product_id)
         group by moved.ago, moved.product_id, p.category_id
         having sum(moved.units) <> 0
         order by moved.ago, moved.product_id
         on conflict (days, ago, product_id)
         do update set category_id = excluded.category_id, units = t.units + excluded.units",
        from.days,
        from.before(),
        from.since(),
        from.until,
        to.before(),
        to.since(),
        to.until
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from ranking_total where days = $1 and ago = any('{0,1}') and units = 0", from.days)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("update ranking_window set until = $2 where days = $1", from.days, until).execute(&mut *conn).await?;
    // Asked for first: for an hour that it does not know, the database would read every hour.
    let forgotten =
        sqlx::query_scalar!(r#"select min(until - make_interval(hours => 2 * hours)) as "hour!" from ranking_window"#)
            .fetch_one(&mut *conn)
            .await?;
    sqlx::query!("delete from sales_bucket where bucket <= $1", forgotten).execute(conn).await?;
    Ok(to)
}
