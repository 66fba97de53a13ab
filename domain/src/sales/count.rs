//! Adding to the sums, a few statements for a whole batch of the log.

use std::collections::{BTreeMap, BTreeSet};

use contract::{Won, when::kst_date};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime, UtcOffset};

use super::{MINUTES_KEPT, Sum, WHOLE};
use crate::{Result, Shop};

/// What to add to a day.
#[derive(Debug, Clone, Copy, Default)]
struct Added {
    placed: i64,
    paid: i64,
    sum: Sum,
}

/// What orders add to days and minutes, and take out of them, by seller.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    days: BTreeMap<(i64, Date), Added>,
    minutes: BTreeMap<(i64, OffsetDateTime), Sum>,
}

/// Copies of one seller's, and the won that were paid for them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Copies {
    pub seller: i64,
    pub copies: i64,
    pub won: Won,
}

impl Counted {
    /// An order was placed.
    pub(crate) fn placed(&mut self, at: OffsetDateTime, sellers: BTreeSet<i64>) {
        for seller in sellers.into_iter().chain([WHOLE]) {
            self.days.entry((seller, kst_date(at))).or_default().placed += 1;
        }
    }

    /// An order was paid.
    pub(crate) fn paid(&mut self, at: OffsetDateTime, lines: &[Copies]) {
        let sellers: BTreeSet<i64> = lines.iter().map(|line| line.seller).chain([WHOLE]).collect();
        for seller in sellers {
            self.days.entry((seller, kst_date(at))).or_default().paid += 1;
            self.add(at, seller, Sum { orders: 1, ..Sum::default() });
        }
        for line in lines {
            self.copies(at, *line);
        }
    }

    /// Copies of an order that was paid then are not kept; nor is anything of those who `ended`.
    pub(crate) fn undone(&mut self, paid_at: OffsetDateTime, lines: &[Copies], ended: &[i64], whole: bool) {
        for seller in ended.iter().copied().chain(whole.then_some(WHOLE)) {
            self.add(paid_at, seller, Sum { orders: -1, ..Sum::default() });
        }
        for line in lines {
            self.copies(paid_at, Copies { copies: -line.copies, won: -line.won, ..*line });
        }
    }

    fn copies(&mut self, paid_at: OffsetDateTime, line: Copies) {
        for seller in [line.seller, WHOLE] {
            self.add(paid_at, seller, Sum { won: line.won, copies: line.copies, orders: 0 });
        }
    }

    fn add(&mut self, paid_at: OffsetDateTime, seller: i64, more: Sum) {
        let minute = paid_at.to_offset(UtcOffset::UTC).truncate_to_minute();
        let day = &mut self.days.entry((seller, kst_date(paid_at))).or_default().sum;
        for sum in [day, self.minutes.entry((seller, minute)).or_default()] {
            sum.won += more.won;
            sum.orders += more.orders;
            sum.copies += more.copies;
        }
    }
}

/// Until when what was paid stands in no sum, and is not taken out of any.
pub(crate) async fn begin(conn: &mut PgConnection) -> Result<OffsetDateTime> {
    // Before any event there is a time that Rust cannot say.
    let begin = sqlx::query_scalar!(r#"select greatest(at, 'epoch') as "at!" from sales_begin"#);
    Ok(begin.fetch_one(conn).await?)
}

/// Adds it up with what is there.
pub(crate) async fn count(shop: &Shop, conn: &mut PgConnection, counted: &Counted) -> Result<()> {
    let days = || counted.days.iter();
    sqlx::query!(
        "insert into sales_day as d (seller_id, day, placed, paid, orders, copies, won)
         select * from unnest($1::bigint[], $2::date[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
         on conflict (seller_id, day)
         do update set placed = d.placed + excluded.placed, paid = d.paid + excluded.paid,
             orders = d.orders + excluded.orders, copies = d.copies + excluded.copies, won = d.won + excluded.won",
        &days().map(|((seller, _), _)| *seller).collect::<Vec<i64>>(),
        &days().map(|((_, day), _)| *day).collect::<Vec<Date>>(),
        &days().map(|(_, added)| added.placed).collect::<Vec<i64>>(),
        &days().map(|(_, added)| added.paid).collect::<Vec<i64>>(),
        &days().map(|(_, added)| added.sum.orders).collect::<Vec<i64>>(),
        &days().map(|(_, added)| added.sum.copies).collect::<Vec<i64>>(),
        &days().map(|(_, added)| added.sum.won).collect::<Vec<Won>>()
    )
    .execute(&mut *conn)
    .await?;
    let kept = shop.now() - MINUTES_KEPT;
    let minutes = || counted.minutes.iter().filter(|((_, minute), _)| *minute > kept);
    sqlx::query!(
        "insert into sales_minute as m (seller_id, minute, orders, copies, won)
         select * from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[])
         on conflict (seller_id, minute)
         do update set orders = m.orders + excluded.orders, copies = m.copies + excluded.copies, won = m.won + excluded.won",
        &minutes().map(|((seller, _), _)| *seller).collect::<Vec<i64>>(),
        &minutes().map(|((_, minute), _)| *minute).collect::<Vec<OffsetDateTime>>(),
        &minutes().map(|(_, sum)| sum.orders).collect::<Vec<i64>>(),
        &minutes().map(|(_, sum)| sum.copies).collect::<Vec<i64>>(),
        &minutes().map(|(_, sum)| sum.won).collect::<Vec<Won>>()
    )
    .execute(conn)
    .await?;
    Ok(())
}
