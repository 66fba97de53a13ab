//! What waits to be shipped: counted up to a most, so that it costs the same however much waits.

use contract::order::OrderId;
use sqlx::PgConnection;
use time::Duration;

use super::accept::first_after;
use crate::{Result, Shop, member::Operator};

/// Orders with parts that one runs and that wait, up to a hundred: parts of an order stand beside
/// each other, and three hundred of them are taken for as many orders as are counted. Each order is
/// looked up by itself, however many a planner expects.
macro_rules! waiting {
    ($part:literal, $order:literal, $($argument:expr),*) => {
        sqlx::query_scalar!(
            "select case when count(*) = 300 then 100 else least(count(distinct order_id), 100) end as \"count!\"
             from (select d.order_id
                   from delivery d cross join lateral (
                       select from \"order\" o
                       where o.order_id = d.order_id and o.order_status = 'placed'
                         and exists (select from order_line l where l.order_id = o.order_id and l.seller_id = d.seller_id
                                     and l.quantity > l.canceled + l.returned) "
                + $order
                + " limit 1
                   ) as o
                   where not d.nothing_kept "
                + $part
                + " order by d.fulfillment_status, d.delivery_id limit 300) as part",
            $($argument),*
        )
    };
}

/// Orders that nobody has accepted, up to a hundred.
///
/// # Errors
/// Where the database is away.
pub async fn unaccepted(shop: &Shop, by: &Operator) -> Result<i64> {
    let count = match by.seller() {
        None => waiting!("and d.fulfillment_status = 'unfulfilled'", "",).fetch_one(&shop.db).await,
        Some(seller) => {
            waiting!("and d.fulfillment_status = 'unfulfilled' and d.seller_id = $1", "", seller)
                .fetch_one(&shop.db)
                .await
        }
    };
    Ok(count?)
}

/// Orders that were paid longer ago than the shop promises to ship, up to a hundred.
///
/// # Errors
/// Where the database is away.
pub async fn late(shop: &Shop, by: &Operator) -> Result<i64> {
    let before = shop.now() - Duration::days(shop.policy.order.ship_days);
    let newer = first_after(before);
    let count =
        match by.seller() {
            None => {
                waiting!(
                    "and d.fulfillment_status in ('unfulfilled', 'preparing') and d.delivery_id < $1",
                    "and exists (select from order_change c where c.order_id = o.order_id and c.axis = 'payment'
                             and c.to_status = 'paid' and c.created_at <= $2)",
                    newer,
                    before
                )
                .fetch_one(&shop.db)
                .await
            }
            Some(seller) => waiting!(
                "and d.fulfillment_status in ('unfulfilled', 'preparing') and d.delivery_id < $1 and d.seller_id = $3",
                "and exists (select from order_change c where c.order_id = o.order_id and c.axis = 'payment'
                             and c.to_status = 'paid' and c.created_at <= $2)",
                newer,
                before,
                seller
            )
            .fetch_one(&shop.db)
            .await,
        };
    Ok(count?)
}

/// Takes the parts of orders of which nothing is kept out of the indexes of what waits.
pub(crate) async fn set_aside(conn: &mut PgConnection, orders: &[OrderId]) -> Result<()> {
    sqlx::query!(
        "update delivery set nothing_kept = true
         where delivery_id in (
             select d.delivery_id from delivery d
             where d.order_id = any($1) and not d.nothing_kept
               and not exists (select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                               and l.quantity > l.canceled + l.returned)
             order by d.delivery_id for update
         )",
        orders
    )
    .execute(conn)
    .await?;
    Ok(())
}
