//! What the carrier tells of a parcel, in whatever order and however often it does.

use contract::{
    Failure,
    delivery::CheckpointStatus,
    order::{Actor, FulfillmentStatus, OrderStatus},
};
use serde_json::json;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use tracing::instrument;
use uuid::Uuid;

use super::step;
use crate::{
    Result, Shop,
    event::{self, NewEvent},
    order::{Locked, Part, lock_any},
    retry::retry,
    words::word,
};

/// A message of the carrier.
#[derive(Debug, Clone)]
pub struct Report {
    /// The carrier's id of the message: told twice, it counts once.
    pub message: String,
    /// The parcel's number.
    pub number: String,
    /// The delivery that the parcel was requested for.
    pub reference: Option<Uuid>,
    /// How far the parcel has come.
    pub status: CheckpointStatus,
    /// Where that was.
    pub place: String,
    /// When, by the carrier's clock, in UTC.
    pub at: OffsetDateTime,
}

/// So far the carrier's clock may be off.
const CLOCK: Duration = Duration::DAY;

/// Keeps a checkpoint of a parcel and takes its goods as far as it proves, never back: a late one
/// finds them there already, one that comes before those before it stands for them, too. Goods of
/// which nothing is kept stay where they are, and so do goods that went by hand while nothing was
/// known of the parcel. A message that was heard before changes nothing.
///
/// # Errors
/// [`Failure::NotFound`] for a parcel that was never requested; [`Failure::BadRequest`] where the
/// message names another delivery than the parcel's, or a time at which the parcel cannot have been.
#[instrument(skip_all, fields(number = %report.number, status = ?report.status))]
pub async fn checkpoint(shop: &Shop, report: &Report) -> Result<()> {
    retry("checkpoint", || checkpoint_once(shop, report)).await
}

async fn checkpoint_once(shop: &Shop, report: &Report) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let found = sqlx::query!(
        "select delivery_id, order_id, requested_at from parcel join delivery using (delivery_id)
         where tracking_number = $1 or (delivery_id = $2 and tracking_number is null)
         order by tracking_number limit 1",
        report.number,
        report.reference
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    let other = report.reference.is_some_and(|reference| reference != found.delivery_id);
    if other || !(found.requested_at - CLOCK..=shop.now() + CLOCK).contains(&report.at) {
        return Err(Failure::BadRequest.into());
    }
    let locked = lock_any(&mut tx, found.order_id).await?;
    let part = locked.parts.iter().find(|part| part.delivery == found.delivery_id).ok_or(Failure::NotFound)?;
    let by_hand = number(&mut tx, part.delivery, &report.number).await?;
    if !keep(&mut tx, part.delivery, report, shop.now()).await? {
        return Ok(());
    }
    let mut told = vec![event(&locked, *part, report)?];
    if !by_hand {
        told.extend(follow(shop, &mut tx, &locked, *part, report.status.proves()).await?);
    }
    event::append(&mut tx, &told).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives the parcel its number, where the message was faster than the answer that tells it. Answers
/// whether its goods went by hand.
async fn number(conn: &mut PgConnection, delivery: Uuid, number: &str) -> Result<bool> {
    let own = sqlx::query_scalar!(
        "update parcel set tracking_number = $2 where delivery_id = $1 and tracking_number is null returning by_hand",
        delivery,
        number
    );
    if let Some(by_hand) = own.fetch_optional(&mut *conn).await? {
        return Ok(by_hand);
    }
    // Another one may have come first, of a message that this one waited for.
    let same = sqlx::query_scalar!(
        "select by_hand from parcel where delivery_id = $1 and tracking_number = $2",
        delivery,
        number
    );
    Ok(same.fetch_optional(conn).await?.ok_or(Failure::NotFound)?)
}

/// Answers whether it is new.
async fn keep(conn: &mut PgConnection, delivery: Uuid, report: &Report, at: OffsetDateTime) -> Result<bool> {
    let kept = sqlx::query!(
        "insert into checkpoint (message_id, delivery_id, status, place, at, received_at)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        report.message,
        delivery,
        word(report.status)?,
        report.place,
        report.at,
        at
    );
    Ok(kept.execute(conn).await?.rows_affected() > 0)
}

fn event(order: &Locked, part: Part, report: &Report) -> Result<NewEvent> {
    let payload = json!({
        "order_id": order.id, "member_id": order.member, "seller_id": part.seller, "delivery_id": part.delivery,
        "status": word(report.status)?, "place": report.place, "number": report.number,
        "at": report.at.unix_timestamp_nanos() / 1_000_000,
    });
    Ok(NewEvent { name: "parcel.checkpoint", subject: order.id.to_string(), payload })
}

/// Takes a part as far as the carrier has brought it, step by step.
async fn follow(
    shop: &Shop,
    conn: &mut PgConnection,
    order: &Locked,
    mut part: Part,
    proven: FulfillmentStatus,
) -> Result<Vec<NewEvent>> {
    let mut told = Vec::new();
    if order.status != OrderStatus::Placed || order.kept_of(part.seller) == 0 {
        return Ok(told);
    }
    for to in [FulfillmentStatus::Shipped, FulfillmentStatus::Delivered] {
        if part.status < to && to <= proven {
            told.push(step::take(shop, conn, order, part, to, (Actor::System, None)).await?);
            part.status = to;
        }
    }
    Ok(told)
}
