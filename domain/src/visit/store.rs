//! Storing who came, and reading how many.

use std::collections::BTreeMap;

use contract::when::kst_date;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use time::{Date, Duration};
use uuid::Uuid;

use super::{Mark, Step};
use crate::{Result, Shop, member::Operator, retry::retry, sales::WHOLE};

/// Rows of one statement.
const CHUNK: usize = 5_000;

/// A Korean day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitDay {
    /// The day.
    pub day: Date,
    /// People who came to the shop; of a seller none are counted.
    pub visitors: i64,
    /// People who put something into a cart, or something of the seller's.
    pub carts: i64,
    /// Members who ordered, whatever became of it.
    pub ordered: i64,
    /// Members who paid, whatever became of it.
    pub paid: i64,
}

/// Visits of the last `days` days, the oldest first; a day without any is missing.
///
/// # Errors
/// Where the database is away.
pub async fn days(shop: &Shop, by: &Operator, days: u16) -> Result<Vec<VisitDay>> {
    let today = kst_date(shop.now());
    let rows = sqlx::query_as!(
        VisitDay,
        "select day, visitors, carts, ordered, paid from visit_day
         where seller_id = $1 and day between $2 and $3 order by day",
        by.seller().unwrap_or(WHOLE),
        today - Duration::days(i64::from(days) - 1),
        today
    );
    Ok(rows.fetch_all(&shop.db).await?)
}

/// Stores who came since the last time. Where that fails it is stored the next time: who is stored
/// already does not count again.
///
/// # Errors
/// Where the database is away.
pub async fn flush(shop: &Shop) -> Result<usize> {
    let mut marks = shop.visits().take();
    // In one order, so that instances do not wait for each other in a ring.
    marks.sort_unstable();
    let mut stored = 0;
    for chunk in marks.chunks(CHUNK) {
        if let Err(error) = retry("store visits", || store(shop, chunk)).await {
            shop.visits().give_back(marks.split_off(stored));
            return Err(error);
        }
        stored += chunk.len();
    }
    Ok(stored)
}

async fn store(shop: &Shop, marks: &[Mark]) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    add(&mut tx, marks).await?;
    tx.commit().await?;
    Ok(())
}

/// Counts who ordered and who paid, in the transaction of whoever reads it from the log. What is read
/// when its day is forgotten counts nobody: who was counted on it is not known any more.
///
/// # Errors
/// Where the database is away.
pub(crate) async fn note(shop: &Shop, conn: &mut PgConnection, mut marks: Vec<Mark>) -> Result<()> {
    let kept = kept_since(shop);
    marks.retain(|mark| mark.day >= kept);
    if marks.is_empty() { Ok(()) } else { add(conn, &marks).await }
}

async fn add(conn: &mut PgConnection, marks: &[Mark]) -> Result<()> {
    let keys = keys(conn, marks).await?;
    let mut rows: Vec<_> = marks
        .iter()
        .filter_map(|mark| {
            Some((mark.day, word(mark.step), mark.seller, under(*keys.get(&mark.day)?, mark), mark.counts))
        })
        .collect();
    rows.sort_unstable();
    sqlx::query!(
        "with fresh as (
             insert into visit_seen (day, step, seller_id, who, counts)
             select * from unnest($1::date[], $2::text[], $3::bigint[], $4::bigint[], $5::bool[])
             on conflict do nothing
             returning day, step, seller_id, counts
         )
         insert into visit_day as d (seller_id, day, visitors, carts, ordered, paid)
         select seller_id, day, count(*) filter (where step = 'visit'), count(*) filter (where step = 'cart'),
             count(*) filter (where step = 'order'), count(*) filter (where step = 'paid')
         from fresh where counts group by seller_id, day order by seller_id, day
         on conflict (seller_id, day)
         do update set visitors = d.visitors + excluded.visitors, carts = d.carts + excluded.carts,
             ordered = d.ordered + excluded.ordered, paid = d.paid + excluded.paid",
        &rows.iter().map(|row| row.0).collect::<Vec<Date>>(),
        &rows.iter().map(|row| row.1.to_owned()).collect::<Vec<String>>(),
        &rows.iter().map(|row| row.2).collect::<Vec<i64>>(),
        &rows.iter().map(|row| row.3).collect::<Vec<i64>>(),
        &rows.iter().map(|row| row.4).collect::<Vec<bool>>()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The keys of the days, made by whoever needs one first.
async fn keys(conn: &mut PgConnection, marks: &[Mark]) -> Result<BTreeMap<Date, Uuid>> {
    let mut days: Vec<Date> = marks.iter().map(|mark| mark.day).collect();
    days.sort_unstable();
    days.dedup();
    sqlx::query!("insert into visit_key (day) select unnest($1::date[]) on conflict do nothing", &days)
        .execute(&mut *conn)
        .await?;
    let rows = sqlx::query!("select day, key from visit_key where day = any($1)", &days).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.day, row.key)).collect())
}

fn under(key: Uuid, mark: &Mark) -> i64 {
    let digest = Sha256::new().chain_update(key).chain_update(mark.who).finalize();
    digest.iter().take(8).fold(0, |sum, byte| sum << 8 | i64::from(*byte))
}

const fn word(step: Step) -> &'static str {
    match step {
        Step::Visit => "visit",
        Step::Cart => "cart",
        Step::Order => "order",
        Step::Paid => "paid",
    }
}

/// Forgets who came on the days that are over, and their keys: numbers are left. A day is kept for
/// one more, as another instance may still have to store some of it.
///
/// # Errors
/// Where the database is away.
pub async fn forget(shop: &Shop) -> Result<usize> {
    let before = kept_since(shop);
    let forgotten = sqlx::query!("delete from visit_seen where day < $1", before).execute(&shop.db).await?;
    sqlx::query!("delete from visit_key where day < $1", before).execute(&shop.db).await?;
    Ok(usize::try_from(forgotten.rows_affected()).unwrap_or(usize::MAX))
}

/// The first day of which it is known who came.
fn kept_since(shop: &Shop) -> Date {
    kst_date(shop.now()) - Duration::DAY
}
