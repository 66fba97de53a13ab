//! One step of one part, whoever takes it.

use contract::{
    Failure,
    member::MemberId,
    order::{Actor, FulfillmentStatus},
};
use serde_json::json;
use sqlx::PgConnection;
use time::Duration;

use crate::{
    Result, Shop,
    event::NewEvent,
    order::{Locked, Part, Turn, confirm::schedule_confirmation, record},
    words::word,
};

/// Takes a part to its next status, in the transaction that holds its order's lock. Answers what
/// there is to tell of it.
pub(super) async fn take(
    shop: &Shop,
    conn: &mut PgConnection,
    order: &Locked,
    part: Part,
    to: FulfillmentStatus,
    by: (Actor, Option<MemberId>),
) -> Result<NewEvent> {
    let name = match to {
        FulfillmentStatus::Preparing => "order.accepted",
        FulfillmentStatus::Shipped => "parcel.shipped",
        FulfillmentStatus::Delivered => "parcel.delivered",
        // Goods come back through a claim alone.
        FulfillmentStatus::Unfulfilled | FulfillmentStatus::Returned => return Err(Failure::StatusChanged.into()),
    };
    let at = shop.now();
    sqlx::query!(
        "update delivery set fulfillment_status = $2,
             shipped_at = case when $2 = 'shipped' then $3 else shipped_at end,
             delivered_at = case when $2 = 'delivered' then $3 else delivered_at end
         where delivery_id = $1",
        part.delivery,
        word(to)?,
        at
    )
    .execute(&mut *conn)
    .await?;
    if to == FulfillmentStatus::Delivered {
        schedule_confirmation(conn, order.id, Duration::days(shop.policy.order.confirm_days), at).await?;
    }
    record(conn, &[Turn::fulfillment(order.id, part.delivery, part.status, to, by)], at).await?;
    let payload = json!({
        "order_id": order.id, "member_id": order.member, "seller_id": part.seller, "delivery_id": part.delivery,
        "at": at.unix_timestamp_nanos() / 1_000_000,
    });
    Ok(NewEvent { name, subject: order.id.to_string(), payload })
}
