//! Claims as people see them.

use std::collections::BTreeMap;

use contract::{
    Failure,
    claim::{ClaimId, ClaimKind, ClaimStatus, Fault},
    order::OrderId,
    product::ProductId,
};
use time::OffsetDateTime;

use crate::{Result, Shop, member::Operator, words::read};

/// A claim.
#[derive(Debug, Clone)]
pub struct ClaimView {
    /// The claim.
    pub id: ClaimId,
    /// Its order.
    pub order: OrderId,
    /// Whose goods.
    pub seller: i64,
    /// What is asked for.
    pub kind: ClaimKind,
    /// Where it stands.
    pub status: ClaimStatus,
    /// Whose fault.
    pub fault: Fault,
    /// Why, as typed.
    pub reason: String,
    /// The copies.
    pub lines: Vec<ClaimLine>,
    /// When it was requested, in UTC.
    pub created_at: OffsetDateTime,
}

/// Copies of one product in a claim.
#[derive(Debug, Clone)]
pub struct ClaimLine {
    /// The product.
    pub product: ProductId,
    /// Its title as sold.
    pub title: String,
    /// Copies.
    pub quantity: i32,
}

/// The claims of an order, oldest first. Whoever may see the order may see these.
///
/// # Errors
/// Where the database is away.
pub async fn of_order(shop: &Shop, order: OrderId) -> Result<Vec<ClaimView>> {
    select(shop, Some(order), None, None).await
}

/// One claim among those that one runs.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn find(shop: &Shop, by: &Operator, id: ClaimId) -> Result<ClaimView> {
    Ok(select(shop, None, Some(id), by.seller()).await?.pop().ok_or(Failure::NotFound)?)
}

/// The claims under way that one runs, oldest first, a hundred at most.
///
/// # Errors
/// Where the database is away.
pub async fn open(shop: &Shop, by: &Operator) -> Result<Vec<ClaimView>> {
    select(shop, None, None, by.seller()).await
}

/// These claims, oldest first.
pub(super) async fn with_ids(shop: &Shop, ids: &[ClaimId]) -> Result<Vec<ClaimView>> {
    let rows = sqlx::query_as!(
        Row,
        "select claim_id, order_id, seller_id, kind, status, fault, reason, created_at from claim
         where claim_id = any($1) order by claim_id",
        ids
    )
    .fetch_all(&shop.db)
    .await?;
    views(shop, rows).await
}

/// The claims of an order with goods that one runs, oldest first.
///
/// # Errors
/// Where the database is away.
pub async fn of_order_by(shop: &Shop, by: &Operator, order: OrderId) -> Result<Vec<ClaimView>> {
    select(shop, Some(order), None, by.seller()).await
}

struct Row {
    claim_id: ClaimId,
    order_id: OrderId,
    seller_id: i64,
    kind: String,
    status: String,
    fault: String,
    reason: String,
    created_at: OffsetDateTime,
}

/// Without an order and a claim: those under way.
async fn select(
    shop: &Shop,
    order: Option<OrderId>,
    id: Option<ClaimId>,
    seller: Option<i64>,
) -> Result<Vec<ClaimView>> {
    let rows = sqlx::query_as!(
        Row,
        "select claim_id, order_id, seller_id, kind, status, fault, reason, created_at from claim
         where ($1::uuid is null or order_id = $1) and ($2::uuid is null or claim_id = $2)
           and ($3::bigint is null or seller_id = $3)
           and ($1 is not null or $2 is not null or status in ('requested', 'approved', 'collecting', 'inspected'))
         order by claim_id limit 100",
        order,
        id,
        seller
    )
    .fetch_all(&shop.db)
    .await?;
    views(shop, rows).await
}

async fn views(shop: &Shop, rows: Vec<Row>) -> Result<Vec<ClaimView>> {
    let ids: Vec<ClaimId> = rows.iter().map(|row| row.claim_id).collect();
    let mut lines = lines(shop, &ids).await?;
    rows.into_iter()
        .map(|row| {
            Ok(ClaimView {
                id: row.claim_id,
                order: row.order_id,
                seller: row.seller_id,
                kind: read(&row.kind)?,
                status: read(&row.status)?,
                fault: read(&row.fault)?,
                reason: row.reason,
                lines: lines.remove(&row.claim_id).unwrap_or_default(),
                created_at: row.created_at,
            })
        })
        .collect()
}

async fn lines(shop: &Shop, claims: &[ClaimId]) -> Result<BTreeMap<ClaimId, Vec<ClaimLine>>> {
    let rows = sqlx::query!(
        "select l.claim_id, l.product_id, o.title, l.quantity
         from claim_line l join claim c using (claim_id)
         join order_line o on o.order_id = c.order_id and o.product_id = l.product_id
         where l.claim_id = any($1) order by l.claim_id, l.product_id",
        claims
    )
    .fetch_all(&shop.db)
    .await?;
    let mut lines: BTreeMap<ClaimId, Vec<ClaimLine>> = BTreeMap::new();
    for row in rows {
        let line = ClaimLine { product: row.product_id, title: row.title, quantity: row.quantity };
        lines.entry(row.claim_id).or_default().push(line);
    }
    Ok(lines)
}
