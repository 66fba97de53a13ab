//! Paying what is left of an order that is held.

use contract::{
    Failure,
    coupon::CouponStatus,
    order::{Actor, OrderId, OrderStatus, PaymentStatus},
    stock::MovementKind,
    when::kst_date,
};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::{Locked, Turn, lock, record};
use crate::{
    Result, Shop,
    coupon::ledger as coupons,
    event::{self, NewEvent},
    inventory::ledger::{self as stock, Move},
    member::Shopper,
    points::{
        self,
        ledger::{self as wallets, Spending},
    },
    retry::retry,
};

/// Pays what is left of one's own order by points. An order that is paid stays so.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::OrderExpired`], [`Failure::AlreadyCanceled`],
/// [`Failure::InsufficientPoints`].
#[instrument(skip_all, fields(order = %order))]
pub async fn pay(shop: &Shop, by: &Shopper, order: OrderId) -> Result<()> {
    retry("pay", || pay_once(shop, by, order)).await
}

async fn pay_once(shop: &Shop, by: &Shopper, order: OrderId) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let locked = lock(&mut tx, order, by.id()).await?;
    match locked.status {
        OrderStatus::PendingPayment => {}
        OrderStatus::Placed | OrderStatus::Confirmed => return Ok(()),
        OrderStatus::Canceled => return Err(Failure::AlreadyCanceled.into()),
        OrderStatus::Expired => return Err(Failure::OrderExpired.into()),
    }
    if locked.held_until.is_none_or(|until| until <= at) {
        return Err(Failure::OrderExpired.into());
    }
    let due = locked.total - locked.points_used;
    stock::lock(&mut tx, &locked.products()).await?;
    let mut events = stock::apply(&mut tx, &moves(&locked), at).await?;
    let mut wallet = wallets::lock(&mut tx, &[by.id()]).await?.remove(&by.id()).ok_or(Failure::NotFound)?;
    let taken = points::take(&mut wallet.lots, due, kst_date(at)).ok_or(Failure::InsufficientPoints)?;
    let spending = Spending { member: by.id(), order, taken, balance_after: wallet.balance - due };
    wallets::spend(&mut tx, &[spending], at).await?;
    if let Some(coupon) = locked.coupon {
        coupons::take(&mut tx, &[(coupon, order, CouponStatus::Used)]).await?;
    }
    sqlx::query!(
        r#"update "order" set order_status = 'placed', payment_status = 'paid', points_used = points_used + $2
           where order_id = $1"#,
        order,
        due
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into payment (payment_id, order_id, method, amount, status, created_at)
         values ($1, $2, 'points', $3, 'paid', $4)",
        Uuid::now_v7(),
        order,
        locked.total,
        at
    )
    .execute(&mut *tx)
    .await?;
    let who = (Actor::Shopper, Some(by.id()));
    let turns = [
        Turn::order(order, Some(locked.status), OrderStatus::Placed, who),
        Turn::payment(order, Some(locked.payment), PaymentStatus::Paid, who),
    ];
    record(&mut tx, &turns, at).await?;
    events.push(paid_event(&locked, at.unix_timestamp_nanos() / 1_000_000));
    event::append(&mut tx, &events).await?;
    tx.commit().await?;
    Ok(())
}

fn moves(order: &Locked) -> Vec<Move> {
    let moves = order.lines.iter().map(|line| Move {
        product: line.product,
        kind: MovementKind::Sold,
        on_hand: -line.kept,
        reserved: -line.kept,
        order: Some(order.id),
        by: Some(order.member),
        reason: "paid",
    });
    moves.collect()
}

fn paid_event(order: &Locked, at: i128) -> NewEvent {
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| {
            json!({
                "product_id": line.product, "seller_id": line.seller, "quantity": line.quantity,
                "unit_price": line.unit_price, "discount": line.discount,
            })
        })
        .collect();
    let goods: i64 = order.lines.iter().map(|line| line.unit_price * i64::from(line.quantity)).sum();
    let discount: i64 = order.lines.iter().map(|line| line.discount).sum();
    let payload = json!({
        "order_id": order.id, "member_id": order.member, "goods_total": goods, "discount_total": discount,
        "delivery_total": order.total - goods + discount, "total": order.total, "lines": lines, "at": at,
    });
    NewEvent { name: "order.paid", subject: order.id.to_string(), payload }
}
