//! The queue of orders: by where they stand, what they are searched by, day and order. A page costs
//! the same however many orders there are.

mod counts;
mod rows;

use contract::{
    Won,
    order::{OrderId, OrderSort, Stage, first_id},
    table::{Cursor, Rows},
};
use time::{Date, Duration, OffsetDateTime, UtcOffset};
use uuid::Uuid;

use super::search::search;
use crate::{Result, Shop, member::Operator};

pub use counts::{Counts, MOST_COUNTED, counts};
pub use rows::{PartRow, QueueRow, chosen};

/// Which orders.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that stand here; all where there is none.
    pub stage: Option<Stage>,
    /// Those alone that are not shipped though it was promised.
    pub late: bool,
    /// What was typed to find them by; may be empty.
    pub search: String,
    /// From this Korean day on.
    pub from: Option<Date>,
    /// Up to this Korean day, itself included.
    pub to: Option<Date>,
    /// In what order.
    pub sort: OrderSort,
}

/// What was paid before this and is not shipped now is late.
pub(crate) fn late_before(shop: &Shop) -> OffsetDateTime {
    shop.now() - Duration::days(shop.policy.order.ship_days)
}

/// An order as far as the order of the queue goes.
#[derive(Debug, Clone)]
struct Key {
    id: OrderId,
    total: Won,
}

/// Keys of one source in one order: each is a text of its own, so that each has its index and each
/// is checked. Of all orders a tab is written as a range, so that no other index has its order. The tabs are merged, so that all of them together need no further index. A seller's
/// days are looked up one by one (`offset 0`): joined, the orders of all sellers would be walked.
macro_rules! keys {
    ($of:literal, $day:literal, $after:literal, $down:literal, $by:literal, $window:expr, $seller:expr, $at:expr, $limit:expr) => {
        sqlx::query_as!(
            Key,
            "select k.order_id as \"id!\", k.total as \"total!\"
             from unnest($1::text[]) as s (stage)
             cross join lateral (
                 select k.order_id, k.total from "
                + $of
                + " where k.order_id >= $3 and k.order_id < $4 and "
                + $day
                + " and ($7::timestamptz is null or exists (
                       select from order_change c where c.order_id = k.order_id and c.axis = 'order'
                       and c.to_status = 'placed' and c.created_at <= $7))
                   and "
                + $after
                + " order by k.stage"
                + $down
                + ", "
                + $by
                + " limit $8
             ) k
             order by "
                + $by
                + " limit $8",
            &$window.stages,
            $seller,
            $window.ids.0,
            $window.ids.1,
            $window.days.0,
            $window.days.1,
            $window.paid_before,
            $limit,
            $at.id,
            $at.total
        )
    };
}

/// The orders that one runs, and where the next ones begin: `limit` at most.
///
/// # Errors
/// Where the database is away.
pub async fn queue(
    shop: &Shop,
    by: &Operator,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<QueueRow>> {
    let window = Window::of(shop, filter);
    let after = after.and_then(|after| Some(Key { id: after.id()?, total: after.value().unwrap_or_default() }));
    let keys = match search(shop, by, &filter.search).await? {
        Some(found) => among(shop, by, &found, filter.sort, &window, after, limit).await?,
        None => walk(shop, by, filter.sort, &window, after, limit).await?,
    };
    let keys = Rows::cut(keys, limit, |key| Cursor { value: key.total.to_string(), id: key.id.to_string() });
    let ids: Vec<OrderId> = keys.rows.iter().map(|key| key.id).collect();
    Ok(Rows { rows: rows::read_rows(shop, by, &ids).await?, next: keys.next })
}

async fn walk(
    shop: &Shop,
    by: &Operator,
    sort: OrderSort,
    window: &Window,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<Key>> {
    let (db, seller, limit) = (&shop.db, by.seller(), limit + 1);
    let down = after.clone().unwrap_or(Key { id: window.ids.1, total: Won::MAX });
    let up = after.unwrap_or(Key { id: window.ids.0, total: -1 });
    let keys = match (sort, seller) {
        (OrderSort::Newest, None) => {
            keys!("\"order\" k", "k.placed_at >= $5 and k.placed_at < $6", "$2::bigint is null and k.stage >= s.stage and (k.stage, k.order_id) < (s.stage, $9) and $10::bigint is not null", " desc", "k.order_id desc", window, seller, down, limit)
                .fetch_all(db)
                .await
        }
        (OrderSort::Oldest, None) => {
            keys!("\"order\" k", "k.placed_at >= $5 and k.placed_at < $6", "$2::bigint is null and k.stage <= s.stage and (k.stage, k.order_id) > (s.stage, $9) and $10::bigint is not null", "", "k.order_id", window, seller, up, limit)
                .fetch_all(db)
                .await
        }
        (OrderSort::TotalHigh, None) => {
            keys!("\"order\" k", "k.placed_at >= $5 and k.placed_at < $6", "$2::bigint is null and k.stage >= s.stage and (k.stage, k.total, k.order_id) < (s.stage, $10, $9)", " desc", "k.total desc, k.order_id desc", window, seller, down, limit)
                .fetch_all(db)
                .await
        }
        (OrderSort::TotalLow, None) => {
            keys!("\"order\" k", "k.placed_at >= $5 and k.placed_at < $6", "$2::bigint is null and k.stage <= s.stage and (k.stage, k.total, k.order_id) > (s.stage, $10, $9)", "", "k.total, k.order_id", window, seller, up, limit)
                .fetch_all(db)
                .await
        }
        (OrderSort::Newest, Some(_)) => {
            keys!("delivery k", "exists (select from \"order\" o where o.order_id = k.order_id and o.placed_at >= $5 and o.placed_at < $6 offset 0)", "k.seller_id = $2 and k.stage = s.stage and k.order_id < $9 and $10::bigint is not null", " desc", "k.order_id desc", window, seller, down, limit)
                .fetch_all(db)
                .await
        }
        (OrderSort::Oldest, Some(_)) => {
            keys!("delivery k", "exists (select from \"order\" o where o.order_id = k.order_id and o.placed_at >= $5 and o.placed_at < $6 offset 0)", "k.seller_id = $2 and k.stage = s.stage and k.order_id > $9 and $10::bigint is not null", "", "k.order_id", window, seller, up, limit)
                .fetch_all(db)
                .await
        }
        (OrderSort::TotalHigh, Some(_)) => {
            keys!("delivery k", "exists (select from \"order\" o where o.order_id = k.order_id and o.placed_at >= $5 and o.placed_at < $6 offset 0)", "k.seller_id = $2 and k.stage = s.stage and (k.total, k.order_id) < ($10, $9)", " desc", "k.total desc, k.order_id desc", window, seller, down, limit)
                .fetch_all(db)
                .await
        }
        (OrderSort::TotalLow, Some(_)) => {
            keys!("delivery k", "exists (select from \"order\" o where o.order_id = k.order_id and o.placed_at >= $5 and o.placed_at < $6 offset 0)", "k.seller_id = $2 and k.stage = s.stage and (k.total, k.order_id) > ($10, $9)", "", "k.total, k.order_id", window, seller, up, limit)
                .fetch_all(db)
                .await
        }
    }?;
    Ok(keys)
}

/// What a search found is few enough to be ordered here.
async fn among(
    shop: &Shop,
    by: &Operator,
    found: &[OrderId],
    sort: OrderSort,
    window: &Window,
    after: Option<Key>,
    limit: i64,
) -> Result<Vec<Key>> {
    let mut keys = sqlx::query_as!(
        Key,
        r#"select o.order_id as "id!", coalesce(d.total, o.total) as "total!"
           from "order" o left join delivery d on d.order_id = o.order_id and d.seller_id = $2
           where o.order_id = any($1) and ($2::bigint is null or d.delivery_id is not null)
             and coalesce(d.stage, o.stage) = any($3) and o.placed_at >= $4 and o.placed_at < $5
             and ($6::timestamptz is null or exists (
                 select from order_change c where c.order_id = o.order_id and c.axis = 'order'
                 and c.to_status = 'placed' and c.created_at <= $6))"#,
        found,
        by.seller(),
        &window.stages,
        window.days.0,
        window.days.1,
        window.paid_before
    )
    .fetch_all(&shop.db)
    .await?;
    let rank = |key: &Key| match sort {
        OrderSort::Newest | OrderSort::Oldest => (0, key.id),
        OrderSort::TotalHigh | OrderSort::TotalLow => (key.total, key.id),
    };
    let down = matches!(sort, OrderSort::Newest | OrderSort::TotalHigh);
    keys.sort_by(|one, other| if down { rank(other).cmp(&rank(one)) } else { rank(one).cmp(&rank(other)) });
    if let Some(after) = after {
        keys.retain(|key| if down { rank(key) < rank(&after) } else { rank(key) > rank(&after) });
    }
    keys.truncate(usize::try_from(limit + 1).unwrap_or(usize::MAX));
    Ok(keys)
}

/// The filter as the queries know it. Ids begin with their time, so that days bound them.
struct Window {
    stages: Vec<String>,
    ids: (OrderId, OrderId),
    days: (OffsetDateTime, OffsetDateTime),
    paid_before: Option<OffsetDateTime>,
}

impl Window {
    fn of(shop: &Shop, filter: &Filter) -> Self {
        let stages = Stage::ALL.into_iter().filter(|stage| filter.stage.is_none_or(|own| own == *stage));
        let stages = stages.filter(|stage| !filter.late || stage.waits()).map(|stage| stage.word().to_owned());
        let korea = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
        let midnight = |day: Date| day.midnight().assume_offset(korea);
        let from = filter.from.map_or(OffsetDateTime::UNIX_EPOCH, midnight);
        let to = filter.to.and_then(Date::next_day).map(midnight);
        let paid_before = filter.late.then(|| late_before(shop));
        // An order gets its id a little before its time, and is paid after both.
        let hour = Duration::HOUR;
        let last = to.map(|to| to + hour).into_iter().chain(paid_before.map(|at| at + hour)).min();
        Self {
            stages: stages.collect(),
            ids: (filter.from.map_or(Uuid::nil(), |_| first_id(from - hour)), last.map_or(Uuid::max(), first_id)),
            days: (from, to.unwrap_or_else(|| shop.now() + Duration::days(36_500))),
            paid_before,
        }
    }
}
