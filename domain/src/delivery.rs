//! Deliveries: how far each seller's part of an order has come.

use contract::{
    Failure,
    order::{FulfillmentStatus, OrderId, OrderStatus},
};
use serde_json::json;
use time::Duration;
use tracing::instrument;

use crate::{
    Result, Shop,
    event::{self, NewEvent},
    member::Operator,
    order::{Turn, confirm::schedule_confirmation, lock_any, record},
    retry::retry,
    words::word,
};

/// Takes one seller's part of a paid order a step further. A part that is there already stays so.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's part too; [`Failure::StatusChanged`] where the step
/// is not open: another one came before it, or nothing of it is kept.
#[instrument(skip_all, fields(order = %order, seller, to = ?to))]
pub async fn advance(shop: &Shop, by: &Operator, order: OrderId, seller: i64, to: FulfillmentStatus) -> Result<()> {
    if by.seller().is_some_and(|own| own != seller) {
        return Err(Failure::NotFound.into());
    }
    retry("advance delivery", || advance_once(shop, by, order, seller, to)).await
}

async fn advance_once(shop: &Shop, by: &Operator, order: OrderId, seller: i64, to: FulfillmentStatus) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let locked = lock_any(&mut tx, order).await?;
    let part = locked.part_of(seller)?;
    if part.status == to {
        return Ok(());
    }
    // Goods come back through a claim alone.
    let open = part.status.may_become(to) && to != FulfillmentStatus::Returned;
    if locked.status != OrderStatus::Placed || locked.kept_of(seller) == 0 || !open {
        return Err(Failure::StatusChanged.into());
    }
    sqlx::query!(
        "update delivery set fulfillment_status = $2,
             shipped_at = case when $2 = 'shipped' then $3 else shipped_at end,
             delivered_at = case when $2 = 'delivered' then $3 else delivered_at end
         where delivery_id = $1",
        part.delivery,
        word(to)?,
        at
    )
    .execute(&mut *tx)
    .await?;
    schedule_confirmation(&mut tx, order, Duration::days(shop.policy.order.confirm_days), at).await?;
    let turn = Turn::fulfillment(order, part.delivery, part.status, to, (by.actor(), Some(by.id())));
    record(&mut tx, &[turn], at).await?;
    let name = match to {
        FulfillmentStatus::Shipped => Some("parcel.shipped"),
        FulfillmentStatus::Delivered => Some("parcel.delivered"),
        FulfillmentStatus::Unfulfilled | FulfillmentStatus::Preparing | FulfillmentStatus::Returned => None,
    };
    let payload = json!({
        "order_id": order, "member_id": locked.member, "seller_id": seller, "delivery_id": part.delivery,
        "at": at.unix_timestamp_nanos() / 1_000_000,
    });
    let events = name.map(|name| NewEvent { name, subject: order.to_string(), payload });
    event::append(&mut tx, events.as_slice()).await?;
    tx.commit().await?;
    Ok(())
}
