//! What has become of a payment, made true in one transaction behind the locks of its order and of
//! itself. Each may be applied any number of times.

use contract::{
    Failure, Won,
    member::MemberId,
    order::{Actor, OrderId, OrderStatus, PaymentStatus},
    payment::{PaymentId, PaymentState},
};
use serde_json::json;
use sqlx::{PgConnection, PgTransaction};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    back::{ANSWER, ask_back, pg},
    gateway::Charge,
    settle::LATE,
};
use crate::{
    Result, Shop, cart,
    event::{self, NewEvent},
    order::{
        Locked, Turn, lock_any, make_placed, record, sell,
        undo::{Undoing, release},
        waits as order_waits,
    },
    points::ledger as points,
    words::{read, word},
};

const SYSTEM: (Actor, Option<MemberId>) = (Actor::System, None);

/// The longest pause between two questions about a payment without an answer.
const PAUSE: Duration = Duration::minutes(1);

/// How often the gateway is asked about a page that is open.
const OPEN: Duration = Duration::seconds(10);

/// The code of a payment whose amount the gateway has changed.
const MISMATCH: &str = "AMOUNT_MISMATCH";

/// A payment behind its lock and that of its order.
struct Held {
    order: Option<Locked>,
    member: MemberId,
    key: Option<Uuid>,
    amount: Won,
    state: PaymentState,
    checks: i32,
}

/// Locks the order first, as everything that changes an order does.
async fn hold(conn: &mut PgConnection, payment: PaymentId) -> Result<Held> {
    let order: Option<OrderId> = sqlx::query_scalar!("select order_id from payment where payment_id = $1", payment)
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Failure::NotFound)?;
    let order = match order {
        Some(order) => Some(lock_any(conn, order).await?),
        None => None,
    };
    let row = sqlx::query!(
        r#"select member_id as "member_id!", idempotency_key, amount, status, checks from payment
           where payment_id = $1 for update"#,
        payment
    )
    .fetch_one(conn)
    .await?;
    let state = read(&row.status)?;
    Ok(Held { order, member: row.member_id, key: row.idempotency_key, amount: row.amount, state, checks: row.checks })
}

/// Writes down that the money of an open page is asked for from now on. Answers whether it may be:
/// what it was to pay may be paid, over or gone.
pub(super) async fn asked(shop: &Shop, payment: PaymentId) -> Result<bool> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, payment).await?;
    match held.state {
        PaymentState::Pending => {}
        // Somebody else asks at this moment, or the answer to the commit was lost: asked under the
        // same key, the gateway does it once.
        PaymentState::Unknown => return Ok(true),
        PaymentState::Paid | PaymentState::Failed | PaymentState::Canceled => return Ok(false),
    }
    if let Some(order) = &held.order {
        if !matches!(order_waits(order, at), Ok(true)) || order.total - order.points_used != held.amount {
            return Ok(false);
        }
        turn(&mut tx, order, PaymentStatus::Unknown, at).await?;
    }
    sqlx::query!(
        "update payment set status = 'unknown', check_at = $2::timestamptz + $3 where payment_id = $1",
        payment,
        at,
        pg(ANSWER)
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// Money was taken: it pays what it was meant for, or goes back.
pub(super) async fn paid(shop: &Shop, payment: PaymentId, charge: &Charge) -> Result<PaymentState> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, payment).await?;
    if held.state == PaymentState::Paid {
        return Ok(PaymentState::Paid);
    }
    // Only the whole amount, all of it still there, pays anything.
    let whole = charge.payment == payment && charge.amount == held.amount && charge.balance == charge.amount;
    if !whole {
        tracing::error!(%payment, expected = held.amount, taken = charge.amount, left = charge.balance, "the gateway took another amount");
    }
    let pays = held.state.is_open() && whole && pay(shop, &mut tx, payment, &held, at).await?;
    let state = if pays { PaymentState::Paid } else { PaymentState::Canceled };
    if !pays {
        give_back(&mut tx, payment, charge, at).await?;
        match held.order.as_ref() {
            Some(order) if held.state.is_open() && order.status == OrderStatus::PendingPayment => {
                fail(&mut tx, payment, order, held.amount, MISMATCH, at).await?;
            }
            None if held.state.is_open() && !whole => {
                event::append(&mut tx, &[failed_event(payment, None, held.member, held.amount, MISMATCH, at)]).await?;
            }
            _ => {}
        }
    }
    let (brand, last4) = charge.card.clone().unwrap_or_default();
    sqlx::query!(
        "update payment set status = $2, gateway_key = $3, brand = coalesce(nullif($4, ''), brand),
             last4 = coalesce(nullif($5, ''), last4), settled_at = coalesce(settled_at, $6), check_at = null
         where payment_id = $1",
        payment,
        // What was refused and came all the same has gone back: that is canceled.
        word(state)?,
        charge.key,
        brand,
        last4,
        at
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(state)
}

/// Answers whether there was something left to pay.
async fn pay(
    shop: &Shop,
    tx: &mut PgTransaction<'_>,
    payment: PaymentId,
    held: &Held,
    at: OffsetDateTime,
) -> Result<bool> {
    let Some(order) = &held.order else {
        return charge_wallet(shop, tx, payment, held, at).await;
    };
    if order.status != OrderStatus::PendingPayment || order.total - order.points_used != held.amount {
        return Ok(false);
    }
    let events = sell(tx, order, at).await?;
    if order.points_used > 0 {
        sqlx::query!(
            "insert into payment (payment_id, order_id, method, amount, status, created_at)
             values ($1, $2, 'points', $3, 'paid', $4)",
            Uuid::now_v7(),
            order.id,
            order.points_used,
            at
        )
        .execute(&mut **tx)
        .await?;
    }
    make_placed(tx, order, 0, events, SYSTEM, at).await?;
    Ok(true)
}

/// Answers whether the wallet had room.
async fn charge_wallet(
    shop: &Shop,
    tx: &mut PgTransaction<'_>,
    payment: PaymentId,
    held: &Held,
    at: OffsetDateTime,
) -> Result<bool> {
    let key = held.key.unwrap_or(payment);
    if !points::charge(tx, held.member, held.amount, shop.policy.points.wallet_max, key, at).await? {
        let failed = failed_event(payment, None, held.member, held.amount, "WALLET_FULL", at);
        event::append(tx, &[failed]).await?;
        return Ok(false);
    }
    let payload = json!({
        "payment_id": payment, "member_id": held.member, "amount": held.amount,
        "at": at.unix_timestamp_nanos() / 1_000_000,
    });
    event::append(tx, &[NewEvent { name: "points.charged", subject: payment.to_string(), payload }]).await?;
    Ok(true)
}

/// Sends back what is there of money that pays nothing, once.
async fn give_back(conn: &mut PgConnection, payment: PaymentId, charge: &Charge, at: OffsetDateTime) -> Result<()> {
    let asked =
        sqlx::query_scalar!(r#"select exists (select from payment_cancel where payment_id = $1) as "asked!""#, payment)
            .fetch_one(&mut *conn)
            .await?;
    if charge.balance > 0 && !asked {
        ask_back(conn, payment, None, charge.balance, at).await?;
    }
    Ok(())
}

/// No money was taken, and none will be: the order gives back what it holds, and its lines are in
/// the cart again.
pub(super) async fn refused(shop: &Shop, payment: PaymentId, code: &str) -> Result<PaymentState> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, payment).await?;
    if !held.state.is_open() {
        return Ok(held.state);
    }
    sqlx::query!(
        "update payment set status = 'failed', failure = $2, settled_at = $3, check_at = $3::timestamptz + $4
         where payment_id = $1",
        payment,
        code,
        at,
        pg(LATE)
    )
    .execute(&mut *tx)
    .await?;
    match held.order.as_ref().filter(|order| order.status == OrderStatus::PendingPayment) {
        Some(order) => fail(&mut tx, payment, order, held.amount, code, at).await?,
        None => {
            let order = held.order.as_ref().map(|order| order.id);
            event::append(&mut tx, &[failed_event(payment, order, held.member, held.amount, code, at)]).await?;
        }
    }
    tx.commit().await?;
    Ok(PaymentState::Failed)
}

async fn fail(
    conn: &mut PgConnection,
    payment: PaymentId,
    order: &Locked,
    amount: Won,
    code: &str,
    at: OffsetDateTime,
) -> Result<()> {
    let how = Undoing { actor: Actor::System, by: None, reason: String::new(), key: None, at };
    let lines: Vec<_> = order.lines.iter().map(|line| (line.product, line.quantity)).collect();
    // Before the stock, as when ordering.
    cart::put_back(conn, order.member, &lines).await?;
    release(conn, order, (OrderStatus::Canceled, PaymentStatus::Failed), &how).await?;
    event::append(conn, &[failed_event(payment, Some(order.id), order.member, amount, code, at)]).await
}

/// There is no answer: it is asked for again later, and again.
pub(super) async fn unanswered(shop: &Shop, payment: PaymentId, error: &str) -> Result<PaymentState> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, payment).await?;
    if held.state != PaymentState::Unknown {
        return Ok(held.state);
    }
    tracing::warn!(%payment, checks = held.checks, error, "a payment has no answer yet");
    let pause = (Duration::seconds(1) * 2_i32.pow(held.checks.clamp(0, 6).unsigned_abs())).min(PAUSE);
    sqlx::query!(
        "update payment set checks = checks + 1, check_at = $2::timestamptz + $3 where payment_id = $1",
        payment,
        at,
        pg(pause)
    )
    .execute(&mut *tx)
    .await?;
    if held.checks == 0 {
        let order = held.order.as_ref().map(|order| order.id);
        let event =
            NewEvent { name: "payment.unknown", ..failed_event(payment, order, held.member, held.amount, "", at) };
        event::append(&mut tx, &[event]).await?;
    }
    tx.commit().await?;
    Ok(PaymentState::Unknown)
}

/// Nothing was asked for: the order waits to be paid in another way.
pub(super) async fn turned_back(shop: &Shop, payment: PaymentId) -> Result<PaymentState> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, payment).await?;
    if held.state != PaymentState::Pending {
        return Ok(held.state);
    }
    sqlx::query!(
        "update payment set status = 'canceled', settled_at = $2, check_at = $2::timestamptz + $3 where payment_id = $1",
        payment,
        at,
        pg(LATE)
    )
    .execute(&mut *tx)
    .await?;
    if let Some(order) = held.order.as_ref().filter(|order| order.payment == PaymentStatus::Pending) {
        turn(&mut tx, order, PaymentStatus::Unpaid, at).await?;
    }
    tx.commit().await?;
    Ok(PaymentState::Canceled)
}

/// The shopper is still at the gateway's page.
pub(super) async fn waits(shop: &Shop, payment: PaymentId) -> Result<PaymentState> {
    let state = sqlx::query_scalar!(
        "update payment set check_at = case when status in ('pending', 'unknown') then $2::timestamptz + $3
                 when check_at > $2::timestamptz + $4 then check_at end
         where payment_id = $1 returning status",
        payment,
        shop.now(),
        pg(OPEN),
        pg(ANSWER)
    )
    .fetch_optional(&shop.db)
    .await?;
    read(&state.ok_or(Failure::NotFound)?)
}

/// The gateway did not say how it stands: it is asked again, about what is over too.
pub(super) async fn silent(shop: &Shop, payment: PaymentId) -> Result<PaymentState> {
    let state = sqlx::query_scalar!(
        "update payment set check_at = $2::timestamptz + case when status in ('pending', 'unknown') then $3::interval
                else $4::interval end
         where payment_id = $1 and status <> 'paid' returning status",
        payment,
        shop.now(),
        pg(OPEN),
        pg(LATE)
    )
    .fetch_optional(&shop.db)
    .await?;
    state.map_or(Ok(PaymentState::Paid), |state| read(&state))
}

/// Nothing has changed. What is over is not looked at again after its late look, which the sweep has
/// claimed for as long as an answer may take.
pub(super) async fn looked(shop: &Shop, payment: PaymentId) -> Result<PaymentState> {
    let state = sqlx::query_scalar!(
        "update payment set check_at = case when status in ('pending', 'unknown') or check_at > $2::timestamptz + $3
                 then check_at end
         where payment_id = $1 returning status",
        payment,
        shop.now(),
        pg(ANSWER)
    )
    .fetch_optional(&shop.db)
    .await?;
    // Nobody's payment is nothing to settle.
    state.map_or(Ok(PaymentState::Canceled), |state| read(&state))
}

async fn turn(conn: &mut PgConnection, order: &Locked, to: PaymentStatus, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(r#"update "order" set payment_status = $2 where order_id = $1"#, order.id, word(to)?)
        .execute(&mut *conn)
        .await?;
    record(conn, &[Turn::payment(order.id, Some(order.payment), to, SYSTEM)], at).await
}

fn failed_event(
    payment: PaymentId,
    order: Option<OrderId>,
    member: MemberId,
    amount: Won,
    code: &str,
    at: OffsetDateTime,
) -> NewEvent {
    let payload = json!({
        "payment_id": payment, "order_id": order, "member_id": member, "amount": amount, "code": code,
        "at": at.unix_timestamp_nanos() / 1_000_000,
    });
    NewEvent { name: "payment.failed", subject: order.unwrap_or(payment).to_string(), payload }
}
