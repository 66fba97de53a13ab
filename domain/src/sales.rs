//! Sales by Korean days, of the whole shop and of each seller.
//!
//! A day's sales are the goods that were paid on it, at their prices less discounts and without
//! delivery, less what of them was canceled or returned since. A reader of the log keeps the sums,
//! so that reading them costs the same at any number of orders; it begins at the beginning of the
//! log, and what the log had forgotten by then stands in no sum.

mod count;

use std::collections::BTreeMap;

use contract::{
    Won,
    when::{kst_date, kst_midnight},
};
use time::{Date, Duration};

pub(crate) use count::{Copies, Counted, begin, count};

use crate::{Result, Shop, member::Operator};

/// The row of the whole shop among those of sellers.
pub(crate) const WHOLE: i64 = 0;

/// For so long sums by the minute are kept: a week, and the day that is under way.
const MINUTES_KEPT: Duration = Duration::days(9);

/// What was sold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Won.
    pub won: Won,
    /// Orders of which something is kept.
    pub orders: i64,
    /// Copies.
    pub copies: i64,
}

/// A Korean day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// Orders placed on it, whatever became of them.
    pub placed: i64,
    /// Orders paid on it, whatever became of them.
    pub paid: i64,
    /// What was sold.
    pub sum: Sum,
}

/// The last `days` days that one runs, the oldest first, today last: none is missing.
///
/// # Errors
/// Where the database is away.
pub async fn days(shop: &Shop, by: &Operator, days: u16) -> Result<Vec<Day>> {
    let today = kst_date(shop.now());
    let first = today - Duration::days(i64::from(days) - 1);
    let rows = sqlx::query!(
        "select day, placed, paid, orders, copies, won from sales_day where seller_id = $1 and day between $2 and $3",
        by.seller().unwrap_or(WHOLE),
        first,
        today
    )
    .fetch_all(&shop.db)
    .await?;
    let sold = rows.into_iter().map(|row| {
        let sum = Sum { won: row.won, orders: row.orders, copies: row.copies };
        (row.day, Day { day: row.day, placed: row.placed, paid: row.paid, sum })
    });
    let sold: BTreeMap<Date, Day> = sold.collect();
    let none = |day| Day { day, placed: 0, paid: 0, sum: Sum::default() };
    let each = (0..i64::from(days)).map(|number| first + Duration::days(number));
    Ok(each.map(|day| sold.get(&day).copied().unwrap_or(none(day))).collect())
}

/// What was sold on the same day a week ago until the same time of the day, to the minute.
///
/// # Errors
/// Where the database is away.
pub async fn a_week_ago(shop: &Shop, by: &Operator) -> Result<Sum> {
    let then = shop.now() - Duration::WEEK;
    let sum = sqlx::query_as!(
        Sum,
        r#"select coalesce(sum(won), 0)::bigint as "won!", coalesce(sum(orders), 0)::bigint as "orders!",
                  coalesce(sum(copies), 0)::bigint as "copies!"
           from sales_minute where seller_id = $1 and minute between $2 and $3"#,
        by.seller().unwrap_or(WHOLE),
        kst_midnight(kst_date(then)),
        then
    );
    Ok(sum.fetch_one(&shop.db).await?)
}

/// Forgets the sums by the minute that nothing is compared with any more. Answers how many.
///
/// # Errors
/// Where the database is away.
pub async fn forget(shop: &Shop) -> Result<usize> {
    let old = sqlx::query!("delete from sales_minute where minute < $1", shop.now() - MINUTES_KEPT);
    Ok(usize::try_from(old.execute(&shop.db).await?.rows_affected()).unwrap_or(usize::MAX))
}
