//! Deliveries: how far each seller's part of an order has come, by hand and by the carrier's word.
//!
//! A part that is accepted (being packed) is requested at the carrier as one parcel; what the
//! carrier tells of the parcel takes the part further.

mod accept;
mod checkpoint;
mod find;
mod hand;
mod parcel;
mod sheet;
mod ship_all;
mod step;
mod view;

use contract::{
    Failure,
    delivery::Waybill,
    order::{FulfillmentStatus, OrderId, OrderStatus},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;

pub use accept::accept_due;
pub use checkpoint::{Report, checkpoint};
pub use find::{Listed, Single, find, find_by, list, of};
pub use hand::{renumber, ship};
pub use parcel::{Booked, Errand, booked, called_off, errands};
pub use sheet::{CheckedRow, MOST_ROWS, Sheet, TypedRow, keep, read_rows, sheet};
pub use ship_all::ship_all;
pub use view::{CheckpointView, ParcelView, parcels};

use crate::{
    Result, Shop, event,
    member::Operator,
    order::{Part, lock_any},
    retry::retry,
    trail,
};

/// Takes one seller's part of a paid order a step further; the first one accepts it. A part that is
/// there already stays so.
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
    let mut tx = shop.db.begin().await?;
    go_on(shop, &mut tx, by, (order, seller), to, None).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a part a step further behind its order's lock, with the parcel that it goes by where its
/// seller sends it.
async fn go_on(
    shop: &Shop,
    conn: &mut PgConnection,
    by: &Operator,
    (order, seller): (OrderId, i64),
    to: FulfillmentStatus,
    waybill: Option<&Waybill>,
) -> Result<()> {
    let locked = lock_any(conn, order).await?;
    let part = locked.part_of(seller)?;
    if part.status == to {
        return match waybill {
            Some(waybill) => hand::noted(conn, part.delivery, waybill).await,
            None => Ok(()),
        };
    }
    if locked.status != OrderStatus::Placed || locked.kept_of(seller) == 0 || !part.status.may_become(to) {
        return Err(Failure::StatusChanged.into());
    }
    let told = step::take(shop, conn, &locked, part, to, (by.actor(), Some(by.id()))).await?;
    if to >= FulfillmentStatus::Shipped {
        parcel::by_hand(conn, part.delivery).await?;
    }
    if let Some(waybill) = waybill {
        hand::note(conn, by, part.delivery, waybill, shop.now()).await?;
    }
    event::append(conn, &[told]).await?;
    tell(conn, by, order, part, to, waybill, shop.now()).await
}

async fn tell(
    conn: &mut PgConnection,
    by: &Operator,
    order: OrderId,
    part: Part,
    to: FulfillmentStatus,
    waybill: Option<&Waybill>,
    at: OffsetDateTime,
) -> Result<()> {
    let mut after = json!({ "status": to });
    if let Some(waybill) = waybill {
        after["carrier"] = json!(waybill.carrier);
        after["number"] = json!(waybill.number);
    }
    let told = trail::Change {
        act: Act::DeliveryAdvanced,
        subject: order.to_string(),
        seller: Some(part.seller),
        before: json!({ "status": part.status }),
        after,
    };
    trail::record(conn, by, at, &[told]).await
}
