//! Canceling by the shopper, before it ships: whole, or some copies.

use contract::{
    Failure, Won,
    order::{Actor, OrderId, OrderStatus, PaymentStatus},
    product::ProductId,
    refund::{Refund, refund},
};
use tracing::instrument;
use uuid::Uuid;

use super::{
    Locked, lock,
    timeline::is_done,
    undo::{Undoing, release, undo},
};
use crate::{Result, Shop, member::Shopper, retry::retry};

/// Cancels one's own order: all of it that is kept, or the copies named by `taken`. The same key
/// again changes nothing. `expected` is the refund that the shopper saw, in won.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::AlreadyCanceled`], [`Failure::OrderExpired`],
/// [`Failure::AlreadyConfirmed`], [`Failure::AlreadyShipped`], [`Failure::TooManyCopies`],
/// [`Failure::WholeOrderOnly`] for some copies of an unpaid order, [`Failure::RefundChanged`],
/// [`Failure::BadRequest`] for the key of another order, [`Failure::PaymentChecking`] while a card may
/// have paid it.
#[instrument(skip_all, fields(order = %order))]
pub async fn cancel(
    shop: &Shop,
    by: &Shopper,
    order: OrderId,
    key: Uuid,
    taken: Option<&[(ProductId, i32)]>,
    expected: Option<Won>,
) -> Result<()> {
    retry("cancel", || cancel_once(shop, by, order, key, taken, expected, false)).await
}

/// Cancels one's own order that is not paid, as a whole. The same key again changes nothing.
///
/// # Errors
/// As [`cancel`]; [`Failure::RefundChanged`] where it was paid meanwhile.
#[instrument(skip_all, fields(order = %order))]
pub async fn cancel_unpaid(shop: &Shop, by: &Shopper, order: OrderId, key: Uuid) -> Result<()> {
    retry("cancel", || cancel_once(shop, by, order, key, None, None, true)).await
}

async fn cancel_once(
    shop: &Shop,
    by: &Shopper,
    order: OrderId,
    key: Uuid,
    taken: Option<&[(ProductId, i32)]>,
    expected: Option<Won>,
    unpaid: bool,
) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let locked = lock(&mut tx, order, by.id()).await?;
    if is_done(&mut tx, order, key).await? {
        return Ok(());
    }
    let how =
        Undoing { actor: Actor::Shopper, by: Some(by.id()), reason: String::new(), key: Some(key), at: shop.now() };
    if locked.status == OrderStatus::PendingPayment {
        if taken.is_some() {
            return Err(Failure::WholeOrderOnly.into());
        }
        if locked.payment == PaymentStatus::Unknown {
            return Err(Failure::PaymentChecking.into());
        }
        release(&mut tx, &locked, (OrderStatus::Canceled, PaymentStatus::Canceled), &how).await?;
    } else {
        let refund = refund_of(shop, &locked, taken)?;
        // Who sees an unpaid order has seen no refund.
        if unpaid || expected.is_some_and(|expected| expected != refund.amount()) {
            return Err(Failure::RefundChanged.into());
        }
        undo(&mut tx, &locked, &refund, None, &how, shop.policy).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What canceling would give back right now.
///
/// # Errors
/// As [`cancel`].
pub async fn preview(shop: &Shop, by: &Shopper, order: OrderId, taken: Option<&[(ProductId, i32)]>) -> Result<Refund> {
    let mut tx = shop.db.begin().await?;
    let locked = lock(&mut tx, order, by.id()).await?;
    let refund = refund_of(shop, &locked, taken)?;
    tx.rollback().await?;
    Ok(refund)
}

fn refund_of(shop: &Shop, order: &Locked, taken: Option<&[(ProductId, i32)]>) -> Result<Refund> {
    match order.status {
        OrderStatus::Placed => {}
        OrderStatus::PendingPayment => return Err(Failure::WholeOrderOnly.into()),
        OrderStatus::Confirmed => return Err(Failure::AlreadyConfirmed.into()),
        OrderStatus::Canceled => return Err(Failure::AlreadyCanceled.into()),
        OrderStatus::Expired => return Err(Failure::OrderExpired.into()),
    }
    let kept = order.lines.iter().filter(|line| line.kept > 0).map(|line| (line.product, line.kept));
    let taken = taken.map_or_else(|| kept.collect(), <[_]>::to_vec);
    for (product, _) in &taken {
        let line = order.lines.iter().find(|line| line.product == *product).ok_or(Failure::TooManyCopies)?;
        if line.kept == 0 {
            return Err(Failure::AlreadyCanceled.into());
        }
        if !order.part_of(line.seller)?.status.can_be_canceled() {
            return Err(Failure::AlreadyShipped.into());
        }
    }
    let fees: Vec<(i64, Won)> = order.parts.iter().map(|part| (part.seller, part.fee)).collect();
    Ok(refund(&order.lines, &fees, &taken, None, shop.policy.delivery)?)
}
