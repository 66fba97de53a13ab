//! Parcels that sellers send themselves: who brings each, and its number there.

use contract::{
    Failure,
    delivery::Waybill,
    form::{Flaw, Flaws},
    order::{FulfillmentStatus, OrderId},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;
use uuid::Uuid;

use super::go_on;
use crate::{Result, Shop, member::Operator, order::lock_any, retry::retry, trail};

/// Ships one seller's part of a paid order: by the parcel that was booked at the carrier, or by one
/// of the seller's own. A part that is shipped already stays so.
///
/// # Errors
/// As [`super::advance`], also for a part that is shipped already under another number, which
/// [`renumber`] mends; [`Failure::Invalid`] with [`Flaw::ParcelBooked`] for a number of the
/// seller's own where the carrier has given the parcel one.
#[instrument(skip_all, fields(order = %order, seller))]
pub async fn ship(shop: &Shop, by: &Operator, order: OrderId, seller: i64, waybill: Option<&Waybill>) -> Result<()> {
    if by.seller().is_some_and(|own| own != seller) {
        return Err(Failure::NotFound.into());
    }
    retry("ship", || async {
        let mut tx = shop.db.begin().await?;
        go_on(shop, &mut tx, by, (order, seller), FulfillmentStatus::Shipped, waybill).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Mends the carrier and the number of a part that went by hand, or notes them later.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's part too; [`Failure::StatusChanged`] for what is not
/// shipped; [`Failure::Invalid`] as [`ship`].
#[instrument(skip_all, fields(order = %order, seller))]
pub async fn renumber(shop: &Shop, by: &Operator, order: OrderId, seller: i64, waybill: &Waybill) -> Result<()> {
    if by.seller().is_some_and(|own| own != seller) {
        return Err(Failure::NotFound.into());
    }
    retry("number parcel", || async {
        let at = shop.now();
        let mut tx = shop.db.begin().await?;
        let part = lock_any(&mut tx, order).await?.part_of(seller)?;
        if !matches!(part.status, FulfillmentStatus::Shipped | FulfillmentStatus::Delivered) {
            return Err(Failure::StatusChanged.into());
        }
        let before =
            sqlx::query!("select carrier, tracking_number from hand_parcel where delivery_id = $1", part.delivery)
                .fetch_optional(&mut *tx)
                .await?;
        note(&mut tx, by, part.delivery, waybill, at).await?;
        let told = trail::Change {
            act: Act::ParcelNumbered,
            subject: order.to_string(),
            seller: Some(seller),
            before: before.map_or_else(
                || json!({}),
                |before| json!({ "carrier": before.carrier, "number": before.tracking_number }),
            ),
            after: json!({ "carrier": waybill.carrier, "number": waybill.number }),
        };
        trail::record(&mut tx, by, at, &[told]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Whether a part that is shipped already goes by this very parcel.
///
/// # Errors
/// [`Failure::StatusChanged`] where it does not.
pub(super) async fn noted(conn: &mut PgConnection, delivery: Uuid, waybill: &Waybill) -> Result<()> {
    let same = sqlx::query_scalar!(
        r#"select exists (select from hand_parcel
                          where delivery_id = $1 and carrier = $2 and tracking_number = $3) as "same!""#,
        delivery,
        waybill.carrier,
        waybill.number
    );
    if same.fetch_one(conn).await? { Ok(()) } else { Err(Failure::StatusChanged.into()) }
}

/// Keeps the carrier and the number of a part, behind its order's lock.
pub(super) async fn note(
    conn: &mut PgConnection,
    by: &Operator,
    delivery: Uuid,
    waybill: &Waybill,
    at: OffsetDateTime,
) -> Result<()> {
    let noted = sqlx::query!(
        "insert into hand_parcel (delivery_id, carrier, tracking_number, by_member, noted_at)
         select $1, $2, $3, $4, $5
         where not exists (select from parcel where delivery_id = $1 and tracking_number is not null and not by_hand
                           and canceled_at is null)
         on conflict (delivery_id) do update
             set carrier = excluded.carrier, tracking_number = excluded.tracking_number,
                 by_member = excluded.by_member, noted_at = excluded.noted_at",
        delivery,
        waybill.carrier,
        waybill.number,
        by.id(),
        at
    )
    .execute(conn)
    .await?;
    if noted.rows_affected() == 0 {
        return Err(Failure::Invalid(Flaws::one("number", Flaw::ParcelBooked)).into());
    }
    Ok(())
}
