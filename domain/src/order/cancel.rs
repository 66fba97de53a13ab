//! Canceling before it ships, by the shopper or by who runs the shop: whole, or some copies.

use contract::{
    Failure, Won,
    form::{Flaws, line},
    order::{Actor, OrderId, OrderStatus, PaymentStatus},
    product::ProductId,
    refund::{PaidLine, Refund, refund},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;
use uuid::Uuid;

use super::{
    Locked, lock, lock_any,
    timeline::is_done,
    undo::{Undoing, release, undo},
};
use crate::{
    Result, Shop,
    member::{Operator, Shopper},
    payment::card_left,
    retry::retry,
    trail,
};

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
    let who = Who::Shopper(by);
    retry("cancel", || cancel_once(shop, who, order, key, taken, expected, false)).await
}

/// Cancels one's own order that is not paid, as a whole. The same key again changes nothing.
///
/// # Errors
/// As [`cancel`]; [`Failure::RefundChanged`] where it was paid meanwhile.
#[instrument(skip_all, fields(order = %order))]
pub async fn cancel_unpaid(shop: &Shop, by: &Shopper, order: OrderId, key: Uuid) -> Result<()> {
    let who = Who::Shopper(by);
    retry("cancel", || cancel_once(shop, who, order, key, None, None, true)).await
}

/// Cancels somebody's order for a reason that its shopper reads, as [`cancel`] does: the staff all of
/// it, a seller their own goods. `expected` is the refund that was shown, in won; none for an order
/// that is not paid.
///
/// # Errors
/// As [`cancel`]; [`Failure::Invalid`] for the reason; [`Failure::NotFound`] for another seller's
/// goods; [`Failure::WholeOrderOnly`] for a seller's part of an order that is not paid.
#[instrument(skip_all, fields(order = %order))]
pub async fn cancel_by(
    shop: &Shop,
    by: &Operator,
    order: OrderId,
    key: Uuid,
    taken: Option<&[(ProductId, i32)]>,
    expected: Option<Won>,
    reason: &str,
) -> Result<()> {
    let reason = line(reason, 200).map_err(|flaw| Failure::Invalid(Flaws::one("reason", flaw)))?;
    let who = Who::Operator(by, &reason);
    retry("cancel", || cancel_once(shop, who, order, key, taken, expected, expected.is_none())).await
}

/// Who cancels; who runs the shop says why.
#[derive(Debug, Clone, Copy)]
enum Who<'a> {
    Shopper(&'a Shopper),
    Operator(&'a Operator, &'a str),
}

impl Who<'_> {
    async fn lock(self, conn: &mut PgConnection, order: OrderId) -> Result<Locked> {
        match self {
            Self::Shopper(by) => lock(conn, order, by.id()).await,
            Self::Operator(by, _) => {
                let locked = lock_any(conn, order).await?;
                if let Some(seller) = by.seller() {
                    locked.part_of(seller)?;
                }
                Ok(locked)
            }
        }
    }

    const fn seller(self) -> Option<i64> {
        match self {
            Self::Shopper(_) => None,
            Self::Operator(by, _) => by.seller(),
        }
    }

    fn undoing(self, key: Uuid, at: OffsetDateTime) -> Undoing {
        let (actor, by, reason) = match self {
            Self::Shopper(by) => (Actor::Shopper, by.id(), ""),
            Self::Operator(by, reason) => (by.actor(), by.id(), reason),
        };
        Undoing { actor, by: Some(by), reason: reason.to_owned(), key: Some(key), at }
    }
}

async fn cancel_once(
    shop: &Shop,
    who: Who<'_>,
    order: OrderId,
    key: Uuid,
    taken: Option<&[(ProductId, i32)]>,
    expected: Option<Won>,
    unpaid: bool,
) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let locked = who.lock(&mut tx, order).await?;
    if is_done(&mut tx, order, key).await? {
        return Ok(());
    }
    let how = who.undoing(key, shop.now());
    let mut undone = None;
    if locked.status == OrderStatus::PendingPayment {
        if taken.is_some() || who.seller().is_some() {
            return Err(Failure::WholeOrderOnly.into());
        }
        if locked.payment == PaymentStatus::Unknown {
            return Err(Failure::PaymentChecking.into());
        }
        release(&mut tx, &locked, (OrderStatus::Canceled, PaymentStatus::Canceled), &how).await?;
    } else {
        let refund = refund_of(shop, &locked, taken, who.seller())?;
        // Who sees an unpaid order has seen no refund.
        if unpaid || expected.is_some_and(|expected| expected != refund.amount()) {
            return Err(Failure::RefundChanged.into());
        }
        undo(&mut tx, &locked, &refund, None, &how, shop.policy).await?;
        undone = Some(refund);
    }
    if let Who::Operator(by, reason) = who {
        tell(&mut tx, by, &locked, undone.as_ref(), reason, how.at).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn tell(
    conn: &mut PgConnection,
    by: &Operator,
    order: &Locked,
    refund: Option<&Refund>,
    reason: &str,
    at: OffsetDateTime,
) -> Result<()> {
    let kept: Vec<_> = order.lines.iter().filter(|line| line.kept > 0).map(|line| (line.product, line.kept)).collect();
    let gone = |product: ProductId, kept: i32| match refund {
        Some(refund) => refund.lines.iter().find(|line| line.product == product).map_or(0, |line| line.quantity),
        None => kept,
    };
    let copies = |left: &dyn Fn(ProductId, i32) -> i32| {
        let copies = kept.iter().map(|(product, kept)| (product.to_string(), json!(left(*product, *kept))));
        serde_json::Value::Object(copies.collect())
    };
    let told = trail::Change {
        act: Act::OrderCanceled,
        subject: order.id.to_string(),
        seller: by.seller(),
        before: json!({ "kept": copies(&|_, kept| kept) }),
        after: json!({
            "kept": copies(&|product, kept| kept - gone(product, kept)),
            "refund": refund.map(Refund::amount), "reason": reason,
        }),
    };
    trail::record(conn, by, at, &[told]).await
}

/// What canceling would give back right now.
///
/// # Errors
/// As [`cancel`].
pub async fn preview(shop: &Shop, by: &Shopper, order: OrderId, taken: Option<&[(ProductId, i32)]>) -> Result<Refund> {
    let mut tx = shop.db.begin().await?;
    let locked = lock(&mut tx, order, by.id()).await?;
    let refund = refund_of(shop, &locked, taken, None)?;
    tx.rollback().await?;
    Ok(refund)
}

/// What canceling brings about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What comes back.
    pub refund: Refund,
    /// What of it goes back to the card, in won; the rest comes back as points.
    pub to_card: Won,
    /// Whether the coupon of the order is given back, as nothing of the order is kept.
    pub coupon: bool,
}

/// What canceling by who runs the shop would bring about right now.
///
/// # Errors
/// As [`cancel_by`].
pub async fn preview_by(
    shop: &Shop,
    by: &Operator,
    order: OrderId,
    taken: Option<&[(ProductId, i32)]>,
) -> Result<Effect> {
    let mut tx = shop.db.begin().await?;
    let locked = Who::Operator(by, "").lock(&mut tx, order).await?;
    let refund = refund_of(shop, &locked, taken, by.seller())?;
    let card = card_left(&mut tx, order).await?;
    tx.rollback().await?;
    let kept = locked.lines.iter().map(|line| line.kept).sum::<i32>();
    let gone = refund.lines.iter().map(|line| line.quantity).sum::<i32>();
    let to_card = card.map_or(0, |card| card.left.min(refund.amount()));
    Ok(Effect { to_card, coupon: locked.coupon.is_some() && kept == gone, refund })
}

/// `seller`: whose goods alone can be taken.
fn refund_of(shop: &Shop, order: &Locked, taken: Option<&[(ProductId, i32)]>, seller: Option<i64>) -> Result<Refund> {
    match order.status {
        OrderStatus::Placed => {}
        OrderStatus::PendingPayment => return Err(Failure::WholeOrderOnly.into()),
        OrderStatus::Confirmed => return Err(Failure::AlreadyConfirmed.into()),
        OrderStatus::Canceled => return Err(Failure::AlreadyCanceled.into()),
        OrderStatus::Expired => return Err(Failure::OrderExpired.into()),
    }
    let own = |line: &&PaidLine| seller.is_none_or(|seller| line.seller == seller);
    let kept = order.lines.iter().filter(own).filter(|line| line.kept > 0).map(|line| (line.product, line.kept));
    let taken: Vec<(ProductId, i32)> = taken.map_or_else(|| kept.collect(), <[_]>::to_vec);
    if taken.is_empty() && seller.is_some() {
        return Err(Failure::AlreadyCanceled.into());
    }
    for (product, _) in &taken {
        let line = order.lines.iter().find(|line| line.product == *product).ok_or(Failure::TooManyCopies)?;
        if !own(&line) {
            return Err(Failure::NotFound.into());
        }
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
