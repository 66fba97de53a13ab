//! What the shop does with a claim: approve, collect, inspect, complete or reject.

use contract::{
    Failure, Won,
    claim::{ClaimId, ClaimKind, ClaimStatus, Fault},
    form::{Flaws, optional_line},
    member::MemberId,
    order::{Actor, OrderId},
    product::ProductId,
    refund::refund,
    stock::MovementKind,
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use tracing::instrument;

use crate::{
    Result, Shop, event,
    inventory::ledger::{self as stock, Move},
    member::Operator,
    order::{
        Locked, Turn,
        confirm::schedule_confirmation,
        lock_any, record,
        undo::{Return, Undoing, undo},
    },
    retry::retry,
    trail,
    words::word,
};

/// A claim as loaded, behind its order's lock.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub id: ClaimId,
    pub seller: i64,
    pub kind: ClaimKind,
    pub status: ClaimStatus,
    pub fault: Fault,
    pub lines: Vec<(ProductId, i32)>,
}

/// A step of a claim.
#[derive(Debug, Clone)]
pub struct Advance {
    /// Where it goes.
    pub to: ClaimStatus,
    /// Whose fault it turned out to be, told when it was inspected.
    pub fault: Option<Fault>,
    /// Whether the goods can be sold again, told when it is completed.
    pub resalable: bool,
    /// Why; may be empty.
    pub reason: String,
}

/// Takes a claim a step further. One that is there already stays so.
///
/// An approved exchange holds its replacement. A completed return gives back stock, points and,
/// where nothing is kept, the coupon; a completed exchange takes the goods back and sends the
/// replacement out.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too; [`Failure::StatusChanged`] where the step is
/// not open; [`Failure::OutOfStock`] where there is no replacement; [`Failure::Invalid`].
#[instrument(skip_all, fields(order = %order, claim = %id, to = ?step.to))]
pub async fn advance(shop: &Shop, by: &Operator, order: OrderId, id: ClaimId, step: &Advance) -> Result<()> {
    let reason = optional_line(&step.reason, 200).map_err(|flaw| Failure::Invalid(Flaws::one("reason", flaw)))?;
    // That is the shopper's to do.
    if step.to == ClaimStatus::Withdrawn {
        return Err(Failure::StatusChanged.into());
    }
    retry("advance claim", || advance_once(shop, by, order, id, step, &reason)).await
}

async fn advance_once(
    shop: &Shop,
    by: &Operator,
    order: OrderId,
    id: ClaimId,
    step: &Advance,
    reason: &str,
) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let locked = lock_any(&mut tx, order).await?;
    let claim = Open::load(&mut tx, &locked, id).await?;
    if by.seller().is_some_and(|own| own != claim.seller) {
        return Err(Failure::NotFound.into());
    }
    if claim.status == step.to {
        return Ok(());
    }
    let who = (by.actor(), Some(by.id()));
    let inspected = step.fault.filter(|_| step.to == ClaimStatus::Inspected);
    let fault = inspected.unwrap_or(claim.fault);
    move_to(&mut tx, &locked, &claim, step.to, fault, who, reason, at).await?;
    match (step.to, claim.kind) {
        (ClaimStatus::Approved, ClaimKind::Exchange) => hold_replacement(&mut tx, &locked, &claim, who, at).await?,
        (ClaimStatus::Rejected, _) => release_replacement(&mut tx, &locked, &claim, who, at).await?,
        (ClaimStatus::Completed, ClaimKind::Exchange) => {
            exchange(&mut tx, &locked, &claim, step.resalable, who, at).await?;
            // The replacement can be claimed as long as the first copy could, also where other
            // parts of the order are still on their way or are undone later.
            sqlx::query!(
                "update delivery set delivered_at = $3 where order_id = $1 and seller_id = $2",
                order,
                claim.seller,
                at
            )
            .execute(&mut *tx)
            .await?;
            schedule_confirmation(&mut tx, order, Duration::days(shop.policy.order.confirm_days), at).await?;
        }
        (ClaimStatus::Completed, ClaimKind::Return) => {
            let fees: Vec<(i64, Won)> = locked.parts.iter().map(|part| (part.seller, part.fee)).collect();
            let refund = refund(&locked.lines, &fees, &claim.lines, Some(fault), shop.policy.delivery)?;
            let back = Return { claim: id, resalable: step.resalable };
            let how = Undoing { actor: who.0, by: who.1, reason: reason.to_owned(), key: None, at };
            undo(&mut tx, &locked, &refund, Some(back), &how, shop.policy).await?;
        }
        (
            ClaimStatus::Requested
            | ClaimStatus::Approved
            | ClaimStatus::Collecting
            | ClaimStatus::Inspected
            | ClaimStatus::Withdrawn,
            _,
        ) => {}
    }
    let told = trail::Change {
        act: Act::ClaimAdvanced,
        subject: order.to_string(),
        seller: Some(claim.seller),
        before: json!({ "status": claim.status, "fault": claim.fault }),
        after: json!({ "status": step.to, "fault": fault, "reason": reason, "claim": id }),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Changes the status of a claim, if that step is open.
#[expect(clippy::too_many_arguments, reason = "one row of the timeline")]
pub(super) async fn move_to(
    conn: &mut PgConnection,
    order: &Locked,
    claim: &Open,
    to: ClaimStatus,
    fault: Fault,
    by: (Actor, Option<MemberId>),
    reason: &str,
    at: OffsetDateTime,
) -> Result<()> {
    if !claim.status.may_become(to) {
        return Err(Failure::StatusChanged.into());
    }
    sqlx::query!(
        "update claim set status = $2, fault = $3, updated_at = $4 where claim_id = $1",
        claim.id,
        word(to)?,
        word(fault)?,
        at
    )
    .execute(&mut *conn)
    .await?;
    let turn = Turn::new(order.id, "claim", Some(claim.id), Some(claim.status), to, by);
    record(conn, &[turn.because(reason, None)], at).await
}

async fn hold_replacement(
    conn: &mut PgConnection,
    order: &Locked,
    claim: &Open,
    by: (Actor, Option<MemberId>),
    at: OffsetDateTime,
) -> Result<()> {
    let products: Vec<ProductId> = claim.lines.iter().map(|(product, _)| *product).collect();
    let available = stock::lock(conn, &products).await?;
    if claim.lines.iter().any(|(product, copies)| available.get(product).is_none_or(|left| left < copies)) {
        return Err(Failure::OutOfStock.into());
    }
    move_each(conn, order, claim, &[(MovementKind::Reserved, 0, 1)], by, at).await
}

/// Lets go of the replacement that an exchange holds since it was approved.
pub(super) async fn release_replacement(
    conn: &mut PgConnection,
    order: &Locked,
    claim: &Open,
    by: (Actor, Option<MemberId>),
    at: OffsetDateTime,
) -> Result<()> {
    let holds = matches!(claim.status, ClaimStatus::Approved | ClaimStatus::Collecting | ClaimStatus::Inspected);
    if claim.kind != ClaimKind::Exchange || !holds {
        return Ok(());
    }
    let products: Vec<ProductId> = claim.lines.iter().map(|(product, _)| *product).collect();
    stock::lock(conn, &products).await?;
    move_each(conn, order, claim, &[(MovementKind::Released, 0, -1)], by, at).await
}

async fn exchange(
    conn: &mut PgConnection,
    order: &Locked,
    claim: &Open,
    resalable: bool,
    by: (Actor, Option<MemberId>),
    at: OffsetDateTime,
) -> Result<()> {
    let products: Vec<ProductId> = claim.lines.iter().map(|(product, _)| *product).collect();
    stock::lock(conn, &products).await?;
    // In one go: what comes back damaged was never there to be bought, and cannot run out.
    let (back, damaged, out) =
        ((MovementKind::Returned, 1, 0), (MovementKind::Adjusted, -1, 0), (MovementKind::Sold, -1, -1));
    let kinds: &[_] = if resalable { &[back, out] } else { &[back, damaged, out] };
    move_each(conn, order, claim, kinds, by, at).await
}

/// Moves the copies of a claim, once for each kind with the signs of its two changes.
async fn move_each(
    conn: &mut PgConnection,
    order: &Locked,
    claim: &Open,
    kinds: &[(MovementKind, i32, i32)],
    (_, by): (Actor, Option<MemberId>),
    at: OffsetDateTime,
) -> Result<()> {
    let each = kinds.iter().flat_map(|kind| claim.lines.iter().map(move |line| (*kind, *line)));
    let moves = each.map(|((kind, on_hand, reserved), (product, copies))| Move {
        product,
        kind,
        on_hand: on_hand * copies,
        reserved: reserved * copies,
        order: Some(order.id),
        by,
        reason: if kind == MovementKind::Adjusted { "damaged" } else { "exchange" },
    });
    let events = stock::apply(conn, &moves.collect::<Vec<_>>(), at).await?;
    event::append(conn, &events).await
}
