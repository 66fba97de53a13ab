//! Undoing an order, paid or not: what it took goes back to where it came from.

use contract::{
    Won,
    claim::ClaimId,
    member::MemberId,
    order::{Actor, FulfillmentStatus, OrderStatus, PaymentStatus},
    product::ProductId,
    refund::Refund,
    stock::MovementKind,
};
use serde_json::json;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Locked, Turn, confirm::schedule_confirmation, record, refund};
use crate::{
    Policy, Result,
    coupon::ledger as coupons,
    event::{self, NewEvent},
    inventory::ledger::{self as stock, Move},
    payment::{ask_back, card_left, give_up},
    points::ledger as points,
    words::word,
};

/// Who undoes something, and why.
#[derive(Debug, Clone)]
pub(crate) struct Undoing {
    pub actor: Actor,
    pub by: Option<MemberId>,
    pub reason: String,
    /// The key of the form that asked for it.
    pub key: Option<Uuid>,
    pub at: OffsetDateTime,
}

/// What comes back from the shopper.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Return {
    pub claim: ClaimId,
    /// Whether it can be sold again.
    pub resalable: bool,
}

/// Ends an order that is not paid: canceled by the shopper, expired by itself, or canceled because
/// its payment failed.
pub(crate) async fn release(
    conn: &mut PgConnection,
    order: &Locked,
    (to, payment): (OrderStatus, PaymentStatus),
    how: &Undoing,
) -> Result<()> {
    give_up(conn, order.id, how.at).await?;
    stock::lock(conn, &order.products()).await?;
    let reason = if to == OrderStatus::Expired { "expired" } else { "canceled" };
    let moves: Vec<Move> = order
        .lines
        .iter()
        .map(|line| Move {
            product: line.product,
            kind: MovementKind::Released,
            on_hand: 0,
            reserved: -line.kept,
            order: Some(order.id),
            by: how.by,
            reason,
        })
        .collect();
    let mut events = stock::apply(conn, &moves, how.at).await?;
    points::restore(conn, order.member, order.id, order.points_used, how.at).await?;
    if let Some(coupon) = order.coupon {
        coupons::release(conn, order.id, coupon, how.at).await?;
    }
    sqlx::query!("update order_line set canceled = quantity where order_id = $1", order.id).execute(&mut *conn).await?;
    sqlx::query!(
        r#"update "order" set order_status = $2, payment_status = $3 where order_id = $1"#,
        order.id,
        word(to)?,
        word(payment)?
    )
    .execute(&mut *conn)
    .await?;
    let by = (how.actor, how.by);
    let turns = [
        Turn::order(order.id, Some(order.status), to, by).because(&how.reason, how.key),
        Turn::payment(order.id, Some(order.payment), payment, by),
    ];
    record(conn, &turns, how.at).await?;
    let name = if to == OrderStatus::Expired { "order.expired" } else { "order.canceled" };
    let payload = json!({
        "order_id": order.id, "member_id": order.member, "paid": false, "whole": true, "refund": 0,
        "at": how.at.unix_timestamp_nanos() / 1_000_000,
    });
    events.push(NewEvent { name, subject: order.id.to_string(), payload });
    event::append(conn, &events).await
}

/// Gives back what `refund` says of a paid order: stock, points, and the coupon where nothing is
/// kept. `returned` tells it from what is canceled before it ships.
pub(crate) async fn undo(
    conn: &mut PgConnection,
    order: &Locked,
    refund: &Refund,
    returned: Option<Return>,
    how: &Undoing,
    policy: Policy,
) -> Result<()> {
    let products: Vec<ProductId> = refund.lines.iter().map(|line| line.product).collect();
    let copies: Vec<i32> = refund.lines.iter().map(|line| line.quantity).collect();
    stock::lock(conn, &products).await?;
    let mut events = stock::apply(conn, &moves(order, refund, returned, how), how.at).await?;
    // The card first: money is worth more than points, which may run out.
    let card = card_left(conn, order.id).await?;
    let to_card = card.map_or(0, |card| card.left.min(refund.amount()));
    let restored = points::restore(conn, order.member, order.id, refund.amount() - to_card, how.at).await?;
    let kept = order.lines.iter().map(|line| line.kept).sum::<i32>() - copies.iter().sum::<i32>();
    if let (0, Some(coupon)) = (kept, order.coupon) {
        coupons::release(conn, order.id, coupon, how.at).await?;
    }
    sqlx::query!(
        "update order_line l
         set canceled = l.canceled + case when $4 then 0 else gone.copies end,
             returned = l.returned + case when $4 then gone.copies else 0 end
         from unnest($2::bigint[], $3::int[]) as gone (product_id, copies)
         where l.order_id = $1 and l.product_id = gone.product_id",
        order.id,
        &products,
        &copies,
        returned.is_some()
    )
    .execute(&mut *conn)
    .await?;
    let claim = returned.map(|returned| returned.claim);
    let id = refund::insert(conn, order.id, refund, claim, restored, how.at).await?;
    if let Some(card) = card.filter(|_| to_card > 0) {
        ask_back(conn, card.payment, Some(id), to_card, how.at).await?;
    }
    let (status, payment) =
        (if kept == 0 { OrderStatus::Canceled } else { order.status }, PaymentStatus::after_refund(kept > 0));
    sqlx::query!(
        r#"update "order" set order_status = $2, payment_status = $3, refunded_total = refunded_total + $4
           where order_id = $1"#,
        order.id,
        word(status)?,
        word(payment)?,
        refund.amount()
    )
    .execute(&mut *conn)
    .await?;
    record(conn, &turns(order, refund, (status, payment), returned, how), how.at).await?;
    settle(conn, order, refund, returned, how, policy).await?;
    events.push(undone_event(order, refund, to_card, returned, kept, how.at));
    event::append(conn, &events).await
}

fn moves(order: &Locked, refund: &Refund, returned: Option<Return>, how: &Undoing) -> Vec<Move> {
    let mut moves = Vec::new();
    for line in &refund.lines {
        let back = Move {
            product: line.product,
            kind: MovementKind::Returned,
            on_hand: line.quantity,
            reserved: 0,
            order: Some(order.id),
            by: how.by,
            reason: if returned.is_some() { "returned" } else { "canceled" },
        };
        moves.push(back.clone());
        if returned.is_some_and(|returned| !returned.resalable) {
            moves.push(Move { kind: MovementKind::Adjusted, on_hand: -line.quantity, reason: "damaged", ..back });
        }
    }
    moves
}

/// The order's own change stands first and carries the key; where its status stays, the payment's
/// does.
fn turns(
    order: &Locked,
    refund: &Refund,
    (status, payment): (OrderStatus, PaymentStatus),
    returned: Option<Return>,
    how: &Undoing,
) -> Vec<Turn> {
    let by = (how.actor, how.by);
    let mut turns = Vec::new();
    if status != order.status {
        turns.push(Turn::order(order.id, Some(order.status), status, by));
    }
    turns.push(Turn::payment(order.id, Some(order.payment), payment, by));
    if returned.is_some() {
        let ended = ended(order, refund);
        for part in order.parts.iter().filter(|part| ended.contains(&part.seller)) {
            turns.push(Turn::fulfillment(order.id, part.delivery, part.status, FulfillmentStatus::Returned, by));
        }
    }
    let mut turns = turns.into_iter();
    turns.next().map(|first| first.because(&how.reason, how.key)).into_iter().chain(turns).collect()
}

/// Brings deliveries and the day of the confirmation in line with what is still kept.
async fn settle(
    conn: &mut PgConnection,
    order: &Locked,
    refund: &Refund,
    returned: Option<Return>,
    how: &Undoing,
    policy: Policy,
) -> Result<()> {
    if returned.is_some() {
        let products: Vec<ProductId> = refund.lines.iter().map(|line| line.product).collect();
        sqlx::query!(
            "update delivery d set fulfillment_status = 'returned'
             where d.order_id = $1
               and exists (select from order_line l where l.order_id = $1 and l.seller_id = d.seller_id
                           and l.product_id = any($2))
               and not exists (select from order_line l where l.order_id = $1 and l.seller_id = d.seller_id
                               and l.quantity > l.canceled + l.returned)",
            order.id,
            &products
        )
        .execute(&mut *conn)
        .await?;
    }
    let days = Duration::days(policy.order.confirm_days);
    schedule_confirmation(conn, order.id, days, how.at).await
}

fn undone_event(
    order: &Locked,
    refund: &Refund,
    to_card: Won,
    returned: Option<Return>,
    kept: i32,
    at: OffsetDateTime,
) -> NewEvent {
    let lines: Vec<_> = refund
        .lines
        .iter()
        .map(|line| json!({ "product_id": line.product, "quantity": line.quantity, "goods": line.goods, "discount": line.discount }))
        .collect();
    let payload = json!({
        "order_id": order.id, "member_id": order.member, "paid": true, "whole": kept == 0, "lines": lines,
        "ended": ended(order, refund), "refund": refund.amount(), "to_card": to_card,
        "at": at.unix_timestamp_nanos() / 1_000_000,
    });
    let name = if returned.is_some() { "order.returned" } else { "order.canceled" };
    NewEvent { name, subject: order.id.to_string(), payload }
}

/// The sellers of whom nothing is kept any more.
fn ended(order: &Locked, refund: &Refund) -> Vec<i64> {
    let gone = |seller| {
        let own = refund
            .lines
            .iter()
            .filter(|gone| order.lines.iter().any(|line| line.product == gone.product && line.seller == seller));
        own.map(|gone| gone.quantity).sum::<i32>()
    };
    let sellers = order.parts.iter().map(|part| part.seller);
    sellers.filter(|seller| gone(*seller) > 0 && gone(*seller) == order.kept_of(*seller)).collect()
}
