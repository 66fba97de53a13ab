//! Beginning a card payment: of an order that is held, or of a charge of the wallet.

use std::sync::Arc;

use contract::{
    Failure, Won,
    member::MemberId,
    order::{Actor, OrderId, PaymentStatus},
    payment::{MethodId, PaymentId, PaymentState, Way},
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;
use uuid::Uuid;

use super::{
    back::{ANSWER, pg},
    card,
    gateway::{Back, Gateway},
    settle::{self, Outcome},
};
use crate::{
    Result, Shop,
    member::Shopper,
    order::{Turn, lock, record, waits},
    points::same,
    retry::retry,
    words::{read, word},
};

/// How a payment has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// The shopper has to go on at the gateway's page; `/pay/{payment}` leads there.
    Page(PaymentId),
    /// A registered card was charged; or it is not known yet whether it was.
    Settled(PaymentId, PaymentState),
}

/// A registered card that can be charged.
struct Chosen {
    method: MethodId,
    token: String,
    customer: Uuid,
    brand: String,
    last4: String,
}

/// A payment that is written down.
enum Written {
    /// It has to be asked for now, under this name.
    New(PaymentId, Won, String),
    /// It was written down before.
    Before(Started),
}

/// Begins to pay what is left of one's own order by card. `origin` is the shop's address as the
/// shopper's browser knows it, such as `https://shop.example`; `expected` is the amount that the
/// shopper saw, in won. An order that is paid stays so.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::SumChanged`] where something else is left to pay, [`Failure::OrderExpired`], [`Failure::AlreadyCanceled`],
/// [`Failure::PaymentChecking`], [`Failure::CardGone`], [`Failure::PaymentRefused`] where the
/// registered card was refused (the order is canceled then, and its lines are back in the cart),
/// [`Failure::GatewayUnavailable`].
#[instrument(skip_all, fields(order = %order))]
pub async fn pay_order(
    shop: &Shop,
    by: &Shopper,
    order: OrderId,
    way: Way,
    expected: Option<Won>,
    origin: &str,
) -> Result<Started> {
    let gateway = shop.gateway()?;
    let chosen = chosen(shop, by.id(), way).await?;
    let payment = Uuid::now_v7();
    match retry("begin payment", || write_order(shop, by, (order, expected), chosen.as_ref(), payment)).await? {
        Written::Before(started) => Ok(started),
        Written::New(payment, amount, name) => ask(shop, gateway, chosen, (payment, amount), &name, origin).await,
    }
}

/// Begins to charge one's own wallet by card, with an amount already read by the policy. The same
/// key again goes on with the same payment; where the gateway opened no page, it begins anew.
///
/// # Errors
/// As [`pay_order`]; [`Failure::WalletFull`]; [`Failure::ChargeChecking`] where the wallet would be full with
/// what is under way; [`Failure::AlreadySent`] for the same key with another amount.
#[instrument(skip_all, fields(member = by.id()))]
pub async fn charge_points(
    shop: &Shop,
    by: &Shopper,
    key: Uuid,
    amount: Won,
    way: Way,
    origin: &str,
) -> Result<Started> {
    let gateway = shop.gateway()?;
    let chosen = chosen(shop, by.id(), way).await?;
    match retry("begin charge", || write_charge(shop, by, key, amount, chosen.as_ref())).await? {
        Written::Before(started) => Ok(started),
        Written::New(payment, amount, name) => ask(shop, gateway, chosen, (payment, amount), &name, origin).await,
    }
}

async fn chosen(shop: &Shop, member: MemberId, way: Way) -> Result<Option<Chosen>> {
    let Way::Saved(method) = way else { return Ok(None) };
    let card = sqlx::query!(
        "select token, brand, last4 from payment_method where method_id = $1 and member_id = $2 and removed_at is null",
        method,
        member
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::CardGone)?;
    let customer = card::customer(shop, member).await?;
    Ok(Some(Chosen { method, token: card.token, customer, brand: card.brand, last4: card.last4 }))
}

async fn write_order(
    shop: &Shop,
    by: &Shopper,
    (order, expected): (OrderId, Option<Won>),
    card: Option<&Chosen>,
    payment: PaymentId,
) -> Result<Written> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let locked = lock(&mut tx, order, by.id()).await?;
    let name = settle::name(Some((order, locked.placed_at)));
    if payment_of(&mut tx, payment).await? {
        // The answer to the commit was lost.
        return Ok(Written::New(payment, locked.total - locked.points_used, name));
    }
    if !waits(&locked, at)? {
        let paid = sqlx::query_scalar!(
            "select payment_id from payment where order_id = $1 and status = 'paid' order by method limit 1",
            order
        );
        let paid = paid.fetch_optional(&mut *tx).await?.ok_or(Failure::StatusChanged)?;
        return Ok(Written::Before(Started::Settled(paid, PaymentState::Paid)));
    }
    let due = locked.total - locked.points_used;
    // A form sent twice finds the order of the first time, of which something else may be due.
    if expected.is_some_and(|expected| expected != due) {
        return Err(Failure::SumChanged.into());
    }
    is_kept(&mut tx, card).await?;
    // A page that was left open is not gone on with: the shopper may have changed their mind.
    settle::give_up(&mut tx, order, at).await?;
    let to = if card.is_some() { PaymentStatus::Unknown } else { PaymentStatus::Pending };
    insert(&mut tx, payment, Some(order), (by.id(), None), due, card, at).await?;
    let who = (Actor::Shopper, Some(by.id()));
    let mut turns = Vec::new();
    if locked.payment != PaymentStatus::Pending {
        turns.push(Turn::payment(order, Some(locked.payment), PaymentStatus::Pending, who));
    }
    if to == PaymentStatus::Unknown {
        turns.push(Turn::payment(order, Some(PaymentStatus::Pending), to, who));
    }
    record(&mut tx, &turns, at).await?;
    sqlx::query!(r#"update "order" set payment_status = $2 where order_id = $1"#, order, word(to)?)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Written::New(payment, due, name))
}

/// Holds a card for a payment by it: it may have been removed since it was chosen.
async fn is_kept(conn: &mut PgConnection, card: Option<&Chosen>) -> Result<()> {
    let Some(card) = card else { return Ok(()) };
    let kept = sqlx::query_scalar!(
        "select method_id from payment_method where method_id = $1 and removed_at is null for share",
        card.method
    );
    kept.fetch_optional(conn).await?.ok_or(Failure::CardGone)?;
    Ok(())
}

async fn payment_of(conn: &mut PgConnection, payment: PaymentId) -> Result<bool> {
    let there =
        sqlx::query_scalar!(r#"select exists (select from payment where payment_id = $1) as "there!""#, payment);
    Ok(there.fetch_one(conn).await?)
}

async fn write_charge(shop: &Shop, by: &Shopper, key: Uuid, amount: Won, card: Option<&Chosen>) -> Result<Written> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    // Behind the wallet's lock a second form with this key finds the first one's payment.
    let balance = sqlx::query_scalar!("select balance from points_wallet where member_id = $1 for update", by.id())
        .fetch_one(&mut *tx)
        .await?;
    let before = sqlx::query!(
        r#"select payment_id, amount, status, checkout_url,
                  status = 'canceled' and method_id is null and gateway_key is null as "unopened!"
           from payment where member_id = $1 and idempotency_key = $2"#,
        by.id(),
        key
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(before) = before {
        same(before.amount, amount)?;
        if !before.unopened {
            return Ok(Written::Before(match read(&before.status)? {
                PaymentState::Pending if before.checkout_url.is_some() => Started::Page(before.payment_id),
                state => Started::Settled(before.payment_id, state),
            }));
        }
        // Nobody has seen a page of it: the key is free for another try.
        sqlx::query!("update payment set idempotency_key = payment_id where payment_id = $1", before.payment_id)
            .execute(&mut *tx)
            .await?;
    }
    let room = shop.policy.points.wallet_max - balance;
    if amount > room {
        return Err(Failure::WalletFull.into());
    }
    is_kept(&mut tx, card).await?;
    settle::give_up_charges(&mut tx, by.id(), at).await?;
    // What a card is asked for at this moment may be in the wallet in the next.
    let under_way = sqlx::query_scalar!(
        r#"select coalesce(sum(amount), 0)::bigint as "sum!" from payment
           where member_id = $1 and order_id is null and status = 'unknown'"#,
        by.id()
    );
    let under_way = under_way.fetch_one(&mut *tx).await?;
    if amount > room - under_way {
        return Err(Failure::ChargeChecking.into());
    }
    let payment = Uuid::now_v7();
    insert(&mut tx, payment, None, (by.id(), Some(key)), amount, card, at).await?;
    tx.commit().await?;
    Ok(Written::New(payment, amount, settle::name(None)))
}

async fn insert(
    conn: &mut PgConnection,
    payment: PaymentId,
    order: Option<OrderId>,
    (member, key): (MemberId, Option<Uuid>),
    amount: Won,
    card: Option<&Chosen>,
    at: OffsetDateTime,
) -> Result<()> {
    let state = if card.is_some() { PaymentState::Unknown } else { PaymentState::Pending };
    sqlx::query!(
        "insert into payment (payment_id, order_id, member_id, idempotency_key, method, amount, status, method_id, brand,
             last4, check_at, created_at)
         values ($1, $2, $3, $4, 'card', $5, $6, $7, $8, $9, $10::timestamptz + $11, $10)",
        payment,
        order,
        member,
        key,
        amount,
        word(state)?,
        card.map(|card| card.method),
        card.map_or("", |card| &card.brand),
        card.map_or("", |card| &card.last4),
        at,
        pg(ANSWER)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Asks the gateway for what is written down.
async fn ask(
    shop: &Shop,
    gateway: &Arc<dyn Gateway>,
    card: Option<Chosen>,
    (payment, amount): (PaymentId, Won),
    name: &str,
    origin: &str,
) -> Result<Started> {
    if let Some(card) = card {
        let answer = gateway.charge(&card.token, card.customer, payment, amount, name).await;
        let outcome = settle::outcome(gateway, payment, answer).await;
        let state = settle::settle(shop, payment, outcome).await?;
        return match state {
            PaymentState::Failed => Err(Failure::PaymentRefused.into()),
            state => Ok(Started::Settled(payment, state)),
        };
    }
    let back = Back { success: format!("{origin}/pay/{payment}/return"), fail: format!("{origin}/pay/{payment}/fail") };
    match gateway.open(payment, amount, name, &back).await {
        Ok(opened) => {
            sqlx::query!(
                "update payment set gateway_key = $2, checkout_url = $3 where payment_id = $1",
                payment,
                opened.key,
                opened.page
            )
            .execute(&shop.db)
            .await?;
            Ok(Started::Page(payment))
        }
        Err(denial) => {
            // Nobody can have agreed to anything yet.
            tracing::warn!(error = %denial, %payment, "the gateway opened no page");
            settle::settle(shop, payment, Outcome::TurnedBack).await?;
            Err(Failure::GatewayUnavailable.into())
        }
    }
}
