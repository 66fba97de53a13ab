//! Sign-ups by Korean days: how many were on a day that is over is counted once.

use contract::when::kst_date;
use time::{Date, Duration};

use crate::{Result, Shop, member::Staff};

/// After so long nobody who signed up on a day is still about to be stored.
const SURELY: Duration = Duration::minutes(10);

/// How many signed up on each of the last `days` days, the oldest first, today last.
///
/// # Errors
/// Where the database is away.
pub async fn days(shop: &Shop, _by: &Staff, days: u16) -> Result<Vec<(Date, i64)>> {
    let rows = sqlx::query!(
        r#"select day as "day!",
                  coalesce(s.members, (select count(*) from member m
                                       where m.created_at >= day::timestamp at time zone 'Asia/Seoul'
                                         and m.created_at < (day + 1)::timestamp at time zone 'Asia/Seoul')) as "members!"
           from generate_series(0, $2::int - 1) as back
           cross join lateral (select $1::date - back as day) as each
           left join signup_day s using (day)
           order by day"#,
        kst_date(shop.now()),
        i32::from(days)
    )
    .fetch_all(&shop.db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.day, row.members)).collect())
}

/// Keeps how many signed up on the days that are over. Answers for how many days it counted.
///
/// # Errors
/// Where the database is away.
pub async fn keep(shop: &Shop) -> Result<usize> {
    let kept = sqlx::query!(
        "insert into signup_day (day, members)
         select day, (select count(*) from member m
                      where m.created_at >= day::timestamp at time zone 'Asia/Seoul'
                        and m.created_at < (day + 1)::timestamp at time zone 'Asia/Seoul')
         from generate_series(1, 60) as back
         cross join lateral (select $1::date - back as day) as each
         where not exists (select from signup_day s where s.day = each.day)
         order by day
         on conflict (day) do nothing",
        kst_date(shop.now() - SURELY)
    );
    let kept = kept.execute(&shop.db).await?.rows_affected();
    Ok(usize::try_from(kept).unwrap_or(usize::MAX))
}
