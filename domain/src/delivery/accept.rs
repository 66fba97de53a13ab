//! Accepting by itself what sellers leave to the shop.

use contract::order::{Actor, FulfillmentStatus, OrderId, OrderStatus};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::step;
use crate::{
    Result, Shop, event,
    order::{Part, lock_any},
    retry::retry,
};

/// Accepts the parts of orders that were paid so long ago and that nobody has accepted, of a hundred
/// parts at most. Answers how many: call it again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn accept_due(shop: &Shop, after: Duration) -> Result<usize> {
    let before = shop.now() - after;
    let newer = first_after(before);
    set_aside(shop, newer).await?;
    let mut due = sqlx::query_scalar!(
        r#"select d.order_id
           from delivery d join "order" o using (order_id)
           where d.fulfillment_status = 'unfulfilled' and not d.nothing_kept and d.delivery_id < $2
             and o.order_status = 'placed'
             and exists (select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                         and l.quantity > l.canceled + l.returned)
             and exists (select from order_change c where c.order_id = d.order_id and c.axis = 'order'
                         and c.to_status = 'placed' and c.created_at <= $1)
           order by d.delivery_id limit 100"#,
        before,
        newer
    )
    .fetch_all(&shop.db)
    .await?;
    due.dedup();
    let mut accepted = 0;
    for order in due {
        match retry("accept by itself", || accept(shop, order)).await {
            Ok(parts) => accepted += parts,
            // One that cannot be accepted must not keep the others.
            Err(error) => tracing::error!(%error, %order, "an order was not accepted"),
        }
    }
    Ok(accepted)
}

/// An id after those of all deliveries made up to `at`: ids begin with their time in milliseconds.
fn first_after(at: OffsetDateTime) -> Uuid {
    let milliseconds = u128::try_from(at.unix_timestamp_nanos() / 1_000_000 + 1).unwrap_or_default();
    Uuid::from_u128(milliseconds << 80)
}

/// Takes the parts of which nothing is kept out of the index of what waits, so that they are looked
/// at once, and not each second for good.
async fn set_aside(shop: &Shop, newer: Uuid) -> Result<()> {
    sqlx::query!(
        "update delivery set nothing_kept = true
         where delivery_id in (
             select d.delivery_id from delivery d
             where d.fulfillment_status = 'unfulfilled' and not d.nothing_kept and d.delivery_id < $1
               and not exists (select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                               and l.quantity > l.canceled + l.returned)
             order by d.delivery_id limit 1000 for update skip locked
         )",
        newer
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// Accepts all parts of an order that nobody has.
async fn accept(shop: &Shop, order: OrderId) -> Result<usize> {
    let mut tx = shop.db.begin().await?;
    let locked = lock_any(&mut tx, order).await?;
    // It may have been accepted or canceled while this waited for its lock.
    if locked.status != OrderStatus::Placed {
        return Ok(0);
    }
    let waits = |part: &&Part| part.status == FulfillmentStatus::Unfulfilled && locked.kept_of(part.seller) > 0;
    let mut told = Vec::new();
    for part in locked.parts.iter().filter(waits) {
        let by = (Actor::System, None);
        told.push(step::take(shop, &mut tx, &locked, *part, FulfillmentStatus::Preparing, by).await?);
    }
    event::append(&mut tx, &told).await?;
    tx.commit().await?;
    Ok(told.len())
}
