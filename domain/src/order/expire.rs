//! Orders that nobody paid: they let go of what they hold.

use contract::order::{Actor, OrderId, OrderStatus, PaymentStatus};

use super::{
    lock_any,
    undo::{Undoing, release},
};
use crate::{Result, Shop, retry::retry};

/// Expires the orders whose time to pay is over, a hundred at most. Answers how many: call it
/// again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn expire(shop: &Shop) -> Result<usize> {
    let due = sqlx::query_scalar!(
        r#"select order_id from "order" where order_status = 'pending_payment' and held_until <= $1
             and payment_status <> 'unknown'
           order by held_until limit 100"#,
        shop.now()
    )
    .fetch_all(&shop.db)
    .await?;
    let mut expired = 0;
    for order in due {
        match retry("expire", || expire_once(shop, order)).await {
            Ok(()) => expired += 1,
            // One that cannot be expired must not keep the others.
            Err(error) => tracing::error!(%error, %order, "an unpaid order was not expired"),
        }
    }
    Ok(expired)
}

async fn expire_once(shop: &Shop, order: OrderId) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let locked = lock_any(&mut tx, order).await?;
    // It may have been paid, canceled or expired while this waited for its lock.
    let over = locked.status == OrderStatus::PendingPayment && locked.held_until.is_some_and(|until| until <= at);
    // What may have been paid waits for the gateway's answer.
    if !over || locked.payment == PaymentStatus::Unknown {
        return Ok(());
    }
    let how = Undoing { actor: Actor::System, by: None, reason: String::new(), key: None, at };
    release(&mut tx, &locked, (OrderStatus::Expired, PaymentStatus::Canceled), &how).await?;
    tx.commit().await?;
    Ok(())
}
