//! Paying what is left of an order that is held: by points here, by card in `payment`.

use contract::{
    Failure, Won,
    coupon::CouponStatus,
    member::MemberId,
    order::{Actor, OrderId, OrderStatus, PaymentStatus},
    stock::MovementKind,
    when::kst_date,
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;
use uuid::Uuid;

use super::{Locked, Turn, lock, record};
use crate::{
    Result, Shop,
    coupon::ledger as coupons,
    event::{self, NewEvent},
    inventory::ledger::{self as stock, Move},
    member::Shopper,
    payment::give_up,
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
/// [`Failure::InsufficientPoints`], [`Failure::PaymentChecking`] while a card may have paid it.
#[instrument(skip_all, fields(order = %order))]
pub async fn pay(shop: &Shop, by: &Shopper, order: OrderId) -> Result<()> {
    retry("pay", || pay_once(shop, by, order)).await
}

async fn pay_once(shop: &Shop, by: &Shopper, order: OrderId) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let locked = lock(&mut tx, order, by.id()).await?;
    if !waits(&locked, at)? {
        return Ok(());
    }
    let due = locked.total - locked.points_used;
    let events = sell(&mut tx, &locked, at).await?;
    let mut wallet = wallets::lock(&mut tx, &[by.id()]).await?.remove(&by.id()).ok_or(Failure::NotFound)?;
    let taken = points::take(&mut wallet.lots, due, kst_date(at)).ok_or(Failure::InsufficientPoints)?;
    let spending = Spending { member: by.id(), order, taken, balance_after: wallet.balance - due };
    wallets::spend(&mut tx, &[spending], at).await?;
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
    // The shopper may have left the gateway's page open.
    give_up(&mut tx, order, at).await?;
    placed(&mut tx, &locked, due, events, (Actor::Shopper, Some(by.id())), at).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a locked order waits to be paid; `false` where it is paid.
pub(crate) fn waits(order: &Locked, at: OffsetDateTime) -> Result<bool> {
    match order.status {
        OrderStatus::PendingPayment if order.payment == PaymentStatus::Unknown => Err(Failure::PaymentChecking.into()),
        OrderStatus::PendingPayment if order.held_until.is_some_and(|until| until > at) => Ok(true),
        OrderStatus::PendingPayment | OrderStatus::Expired => Err(Failure::OrderExpired.into()),
        OrderStatus::Placed | OrderStatus::Confirmed => Ok(false),
        OrderStatus::Canceled => Err(Failure::AlreadyCanceled.into()),
    }
}

/// Turns what is reserved for a held order into what is sold.
pub(crate) async fn sell(conn: &mut PgConnection, order: &Locked, at: OffsetDateTime) -> Result<Vec<NewEvent>> {
    stock::lock(conn, &order.products()).await?;
    stock::apply(conn, &moves(order), at).await
}

/// Makes a held order, whose goods are sold, a placed one. `points` are those paid for it just now.
pub(crate) async fn placed(
    conn: &mut PgConnection,
    order: &Locked,
    points: Won,
    mut events: Vec<NewEvent>,
    who: (Actor, Option<MemberId>),
    at: OffsetDateTime,
) -> Result<()> {
    if let Some(coupon) = order.coupon {
        coupons::take(conn, &[(coupon, order.id, CouponStatus::Used)]).await?;
    }
    sqlx::query!(
        r#"update "order" set order_status = 'placed', payment_status = 'paid', points_used = points_used + $2
           where order_id = $1"#,
        order.id,
        points
    )
    .execute(&mut *conn)
    .await?;
    let turns = [
        Turn::order(order.id, Some(order.status), OrderStatus::Placed, who),
        Turn::payment(order.id, Some(order.payment), PaymentStatus::Paid, who),
    ];
    record(conn, &turns, at).await?;
    events.push(paid_event(order, at.unix_timestamp_nanos() / 1_000_000));
    event::append(conn, &events).await
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
