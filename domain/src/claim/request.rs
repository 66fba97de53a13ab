//! What the shopper does: asks, and thinks better of it.

use std::collections::BTreeMap;

use contract::{
    Failure,
    claim::{ClaimId, ClaimKind, ClaimStatus, Fault},
    form::{Flaws, line},
    order::{Actor, FulfillmentStatus, OrderId, OrderStatus},
    product::ProductId,
};
use sqlx::PgConnection;
use tracing::instrument;

use super::advance::{Open, move_to, release_replacement};
use crate::{
    Result, Shop,
    member::Shopper,
    order::{Locked, Turn, lock, record},
    points::same,
    retry::retry,
    words::{read, word},
};

/// Asks to return or to exchange copies of one seller's part.
#[derive(Debug, Clone)]
pub struct Request {
    /// Made by the form: the same id again is the same claim.
    pub id: ClaimId,
    /// What is asked for.
    pub kind: ClaimKind,
    /// Whose fault it is, as the shopper sees it.
    pub fault: Fault,
    /// Why, as typed.
    pub reason: String,
    /// The copies: product and number.
    pub lines: Vec<(ProductId, i32)>,
}

/// Requests a claim on one's own order.
///
/// # Errors
/// [`Failure::Invalid`] for the reason; [`Failure::NotFound`], [`Failure::NotDelivered`],
/// [`Failure::AlreadyConfirmed`], [`Failure::AlreadyCanceled`]; [`Failure::TooManyCopies`] for
/// more than is kept and not asked for already; [`Failure::BadRequest`] for two sellers at once.
#[instrument(skip_all, fields(order = %order))]
pub async fn request(shop: &Shop, by: &Shopper, order: OrderId, request: &Request) -> Result<()> {
    let reason = line(&request.reason, 200).map_err(|flaw| Failure::Invalid(Flaws::one("reason", flaw)))?;
    retry("request claim", || request_once(shop, by, order, request, &reason)).await
}

async fn request_once(shop: &Shop, by: &Shopper, order: OrderId, asked: &Request, reason: &str) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let locked = lock(&mut tx, order, by.id()).await?;
    let known = sqlx::query_scalar!("select order_id from claim where claim_id = $1", asked.id);
    match known.fetch_optional(&mut *tx).await? {
        Some(known) if known == order => {
            let before = Open::load(&mut tx, &locked, asked.id).await?;
            let mut lines = asked.lines.clone();
            lines.sort_unstable();
            return same((before.kind, before.lines), (asked.kind, lines));
        }
        Some(_) => return Err(Failure::BadRequest.into()),
        None => {}
    }
    let seller = check(&mut tx, &locked, asked).await?;
    sqlx::query!(
        "insert into claim (claim_id, order_id, seller_id, member_id, kind, status, fault, reason, created_at, updated_at)
         values ($1, $2, $3, $4, $5, 'requested', $6, $7, $8, $8)",
        asked.id,
        order,
        seller,
        by.id(),
        word(asked.kind)?,
        word(asked.fault)?,
        reason,
        at
    )
    .execute(&mut *tx)
    .await?;
    let (products, copies): (Vec<ProductId>, Vec<i32>) = asked.lines.iter().copied().unzip();
    sqlx::query!(
        "insert into claim_line (claim_id, product_id, quantity) select $1, * from unnest($2::bigint[], $3::int[])",
        asked.id,
        &products,
        &copies
    )
    .execute(&mut *tx)
    .await?;
    let by = (Actor::Shopper, Some(by.id()));
    let turn = Turn::new(order, "claim", Some(asked.id), None, ClaimStatus::Requested, by);
    record(&mut tx, &[turn.because(reason, None)], at).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the copies can be claimed, and from which seller.
async fn check(conn: &mut PgConnection, order: &Locked, asked: &Request) -> Result<i64> {
    match order.status {
        OrderStatus::Placed => {}
        OrderStatus::PendingPayment => return Err(Failure::NotDelivered.into()),
        OrderStatus::Confirmed => return Err(Failure::AlreadyConfirmed.into()),
        OrderStatus::Canceled => return Err(Failure::AlreadyCanceled.into()),
        OrderStatus::Expired => return Err(Failure::OrderExpired.into()),
    }
    let claimed: BTreeMap<ProductId, i64> = sqlx::query!(
        r#"select product_id, sum(quantity) as "copies!" from claim join claim_line using (claim_id)
           where order_id = $1 and status in ('requested', 'approved', 'collecting', 'inspected') group by product_id"#,
        order.id
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(|row| (row.product_id, row.copies))
    .collect();
    let mut seller = None;
    let mut wanted: BTreeMap<ProductId, i64> = BTreeMap::new();
    for (product, copies) in &asked.lines {
        let line = order.lines.iter().find(|line| line.product == *product).ok_or(Failure::TooManyCopies)?;
        let asked_for = wanted.entry(*product).or_default();
        *asked_for += i64::from(*copies);
        let free = i64::from(line.kept) - claimed.get(product).copied().unwrap_or(0);
        if *copies < 1 || *asked_for > free {
            return Err(Failure::TooManyCopies.into());
        }
        if *seller.get_or_insert(line.seller) != line.seller || *asked_for > i64::from(*copies) {
            return Err(Failure::BadRequest.into());
        }
    }
    let seller = seller.ok_or(Failure::TooManyCopies)?;
    if order.part_of(seller)?.status != FulfillmentStatus::Delivered {
        return Err(Failure::NotDelivered.into());
    }
    Ok(seller)
}

/// Withdraws one's own claim, as long as nothing is on its way back. A withdrawn one stays so.
///
/// # Errors
/// [`Failure::NotFound`], or [`Failure::StatusChanged`] where it is too late.
#[instrument(skip_all, fields(order = %order))]
pub async fn withdraw(shop: &Shop, by: &Shopper, order: OrderId, id: ClaimId) -> Result<()> {
    retry("withdraw claim", || async {
        let at = shop.now();
        let mut tx = shop.db.begin().await?;
        let locked = lock(&mut tx, order, by.id()).await?;
        let claim = Open::load(&mut tx, &locked, id).await?;
        if claim.status == ClaimStatus::Withdrawn {
            return Ok(());
        }
        let who = (Actor::Shopper, Some(by.id()));
        release_replacement(&mut tx, &locked, &claim, who, at).await?;
        move_to(&mut tx, &locked, &claim, ClaimStatus::Withdrawn, claim.fault, who, "", at).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

impl Open {
    /// A claim of an order that is locked.
    pub(super) async fn load(conn: &mut PgConnection, order: &Locked, id: ClaimId) -> Result<Self> {
        let claim = sqlx::query!(
            "select seller_id, kind, status, fault from claim where claim_id = $1 and order_id = $2",
            id,
            order.id
        )
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Failure::NotFound)?;
        let lines =
            sqlx::query!("select product_id, quantity from claim_line where claim_id = $1 order by product_id", id)
                .fetch_all(conn)
                .await?;
        Ok(Self {
            id,
            seller: claim.seller_id,
            kind: read(&claim.kind)?,
            status: read(&claim.status)?,
            fault: read(&claim.fault)?,
            lines: lines.into_iter().map(|line| (line.product_id, line.quantity)).collect(),
        })
    }
}
