//! The queue of claims: by where they stand, and by their order.

use std::collections::BTreeMap;

use contract::{
    claim::{ClaimId, ClaimStatus, ClaimTab},
    order::OrderId,
    table::{Cursor, Rows},
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{ClaimView, read::with_ids};
use crate::{Result, Shop, member::Operator, order::search::search};

/// Claims are counted up to here, and no further.
pub const MOST_COUNTED: i64 = 10_000;

/// Which claims.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those that stand there.
    pub tab: ClaimTab,
    /// What was typed to find their orders by; may be empty.
    pub search: String,
}

/// A claim in the queue.
#[derive(Debug, Clone)]
pub struct QueueRow {
    /// The claim.
    pub claim: ClaimView,
    /// Whose goods, by name.
    pub seller_name: String,
    /// When its order was placed, in UTC.
    pub placed_at: OffsetDateTime,
}

/// The claims that one runs, the oldest first, and where the next ones begin: `limit` at most.
///
/// # Errors
/// Where the database is away.
pub async fn queue(
    shop: &Shop,
    by: &Operator,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<QueueRow>> {
    let after = after.and_then(Cursor::id).unwrap_or(Uuid::nil());
    let statuses = filter.tab.statuses();
    let ids = match search(shop, by, &filter.search).await? {
        Some(orders) => of_orders(shop, by, &orders, &statuses, after, limit + 1).await?,
        None => walk(shop, by, &statuses, after, limit + 1).await?,
    };
    let ids = Rows::cut(ids, limit, |id| Cursor { value: String::new(), id: id.to_string() });
    Ok(Rows { rows: rows(shop, &ids.rows).await?, next: ids.next })
}

async fn walk(shop: &Shop, by: &Operator, statuses: &[String], after: ClaimId, limit: i64) -> Result<Vec<ClaimId>> {
    let found = match by.seller() {
        None => {
            sqlx::query_scalar!(
                r#"select k.claim_id as "claim_id!" from unnest($1::text[]) as s (status)
                   cross join lateral (
                       select c.claim_id from claim c where c.status = s.status and c.claim_id > $2
                       order by c.claim_id limit $3
                   ) k
                   order by k.claim_id limit $3"#,
                statuses,
                after,
                limit
            )
            .fetch_all(&shop.db)
            .await
        }
        Some(seller) => {
            sqlx::query_scalar!(
                r#"select k.claim_id as "claim_id!" from unnest($1::text[]) as s (status)
                   cross join lateral (
                       select c.claim_id from claim c
                       where c.seller_id = $4 and c.status = s.status and c.claim_id > $2
                       order by c.claim_id limit $3
                   ) k
                   order by k.claim_id limit $3"#,
                statuses,
                after,
                limit,
                seller
            )
            .fetch_all(&shop.db)
            .await
        }
    };
    Ok(found?)
}

async fn of_orders(
    shop: &Shop,
    by: &Operator,
    orders: &[OrderId],
    statuses: &[String],
    after: ClaimId,
    limit: i64,
) -> Result<Vec<ClaimId>> {
    Ok(sqlx::query_scalar!(
        "select claim_id from claim
         where order_id = any($1) and status = any($2) and claim_id > $3 and ($4::bigint is null or seller_id = $4)
         order by claim_id limit $5",
        orders,
        statuses,
        after,
        by.seller(),
        limit
    )
    .fetch_all(&shop.db)
    .await?)
}

async fn rows(shop: &Shop, ids: &[ClaimId]) -> Result<Vec<QueueRow>> {
    let claims = with_ids(shop, ids).await?;
    let rows = sqlx::query!(
        r#"select c.claim_id, s.name, o.placed_at
           from claim c join seller s using (seller_id) join "order" o using (order_id) where c.claim_id = any($1)"#,
        ids
    )
    .fetch_all(&shop.db)
    .await?;
    let mut known: BTreeMap<ClaimId, (String, OffsetDateTime)> =
        rows.into_iter().map(|row| (row.claim_id, (row.name, row.placed_at))).collect();
    let with = |claim: ClaimView| {
        let (seller_name, placed_at) = known.remove(&claim.id)?;
        Some(QueueRow { claim, seller_name, placed_at })
    };
    Ok(claims.into_iter().filter_map(with).collect())
}

/// How many claims stand where, each up to [`MOST_COUNTED`] and one more.
#[derive(Debug, Clone, Default)]
pub struct Counts(BTreeMap<String, i64>);

impl Counts {
    /// How many a tab lists.
    pub fn of(&self, tab: ClaimTab) -> i64 {
        let sum: i64 = tab.statuses().iter().filter_map(|status| self.0.get(status)).sum();
        sum.min(MOST_COUNTED + 1)
    }
}

/// How many of the claims that one runs stand where.
///
/// # Errors
/// Where the database is away.
pub async fn counts(shop: &Shop, by: &Operator) -> Result<Counts> {
    let statuses: Vec<String> = ClaimStatus::ALL.into_iter().map(|status| status.word().to_owned()).collect();
    let most = MOST_COUNTED + 1;
    let rows: Vec<(String, i64)> = match by.seller() {
        None => sqlx::query!(
            r#"select s.status as "status!", (select count(*) from (
                   select from claim c where c.status = s.status limit $2) few) as "count!"
               from unnest($1::text[]) as s (status)"#,
            &statuses,
            most
        )
        .fetch_all(&shop.db)
        .await?
        .into_iter()
        .map(|row| (row.status, row.count))
        .collect(),
        Some(seller) => sqlx::query!(
            r#"select s.status as "status!", (select count(*) from (
                   select from claim c where c.seller_id = $3 and c.status = s.status limit $2) few) as "count!"
               from unnest($1::text[]) as s (status)"#,
            &statuses,
            most,
            seller
        )
        .fetch_all(&shop.db)
        .await?
        .into_iter()
        .map(|row| (row.status, row.count))
        .collect(),
    };
    Ok(Counts(rows.into_iter().collect()))
}
