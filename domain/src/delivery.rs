//! Deliveries: how far each seller's part of an order has come, by hand and by the carrier's word.
//!
//! A part that is accepted (being packed) is requested at the carrier as one parcel; what the
//! carrier tells of the parcel takes the part further.

mod accept;
mod checkpoint;
mod parcel;
mod step;
mod view;
mod waiting;

use contract::{
    Failure,
    order::{FulfillmentStatus, OrderId, OrderStatus},
};
use tracing::instrument;

pub use accept::accept_due;
pub use checkpoint::{Report, checkpoint};
pub use parcel::{Booked, Errand, booked, called_off, errands};
pub use view::{CheckpointView, ParcelView, parcels};
pub(crate) use waiting::set_aside;
pub use waiting::{late, unaccepted};

use crate::{Result, Shop, event, member::Operator, order::lock_any, retry::retry};

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
    let locked = lock_any(&mut tx, order).await?;
    let part = locked.part_of(seller)?;
    if part.status == to {
        return Ok(());
    }
    if locked.status != OrderStatus::Placed || locked.kept_of(seller) == 0 || !part.status.may_become(to) {
        return Err(Failure::StatusChanged.into());
    }
    let told = step::take(shop, &mut tx, &locked, part, to, (by.actor(), Some(by.id()))).await?;
    if to >= FulfillmentStatus::Shipped {
        parcel::by_hand(&mut tx, part.delivery).await?;
    }
    event::append(&mut tx, &[told]).await?;
    tx.commit().await?;
    Ok(())
}
