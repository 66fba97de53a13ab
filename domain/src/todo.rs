//! What waits for sellers and staff: each counted up to a hundred, so that counting costs the same
//! however much there is. Reads tables of several domains.

use contract::order::Stage;

use crate::{
    Result, Shop,
    member::{Operator, Staff},
    order,
};

/// More than this is not counted.
pub const MOST: i64 = 99;

/// What waits for whoever runs goods. Each number up to one more than [`MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Paid orders that nobody has accepted.
    pub unaccepted: i64,
    /// Orders that should have been shipped.
    pub late: i64,
    /// Claims under way.
    pub claims: i64,
    /// Products on sale that are low in stock or depleted.
    pub low: i64,
}

/// What of their own waits for a seller, or all of it for the staff.
///
/// # Errors
/// Where the database is away.
pub async fn waiting(shop: &Shop, by: &Operator) -> Result<Waiting> {
    let counts = order::counts(shop, by).await?;
    Ok(Waiting {
        unaccepted: counts.of(Stage::New).min(MOST + 1),
        late: counts.late.min(MOST + 1),
        claims: claims(shop, by).await?,
        low: low(shop, by).await?,
    })
}

async fn claims(shop: &Shop, by: &Operator) -> Result<i64> {
    let count = match by.seller() {
        None => {
            sqlx::query_scalar!(
                r#"select count(*) as "count!" from (
                       select from claim where status in ('requested', 'approved', 'collecting', 'inspected') limit 100
                   ) as counted"#
            )
            .fetch_one(&shop.db)
            .await
        }
        Some(seller) => {
            sqlx::query_scalar!(
                r#"select count(*) as "count!" from (
                       select from claim where status in ('requested', 'approved', 'collecting', 'inspected')
                         and seller_id = $1 limit 100
                   ) as counted"#,
                seller
            )
            .fetch_one(&shop.db)
            .await
        }
    };
    Ok(count?)
}

/// There is no index of it: one would make every order that moves stock write into all of them.
async fn low(shop: &Shop, by: &Operator) -> Result<i64> {
    let count = match by.seller() {
        None => {
            sqlx::query_scalar!(
                r#"select count(*) as "count!" from (
                       select from stock s join product p using (product_id)
                       where s.available <= s.low_at and p.status = 'on_sale' limit 100
                   ) as counted"#
            )
            .fetch_one(&shop.db)
            .await
        }
        Some(seller) => {
            sqlx::query_scalar!(
                r#"select count(*) as "count!" from (
                       select from product p join stock s using (product_id)
                       where p.seller_id = $1 and p.status = 'on_sale' and s.available <= s.low_at limit 100
                   ) as counted"#,
                seller
            )
            .fetch_one(&shop.db)
            .await
        }
    };
    Ok(count?)
}

/// What is in trouble, for the staff alone. Each number up to one more than [`MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// Events that are set aside.
    pub letters: i64,
    /// Card payments of which the gateway has not said what became.
    pub unknown: i64,
}

/// What is in trouble.
///
/// # Errors
/// Where the database is away.
pub async fn trouble(shop: &Shop, _by: &Staff) -> Result<Trouble> {
    Ok(sqlx::query_as!(
        Trouble,
        r#"select (select count(*) from (select from dead_letter where settled is null limit 100) as counted) as "letters!",
                  (select count(*) from (
                       select from payment where status in ('pending', 'unknown') and status = 'unknown' limit 100
                   ) as counted) as "unknown!""#
    )
    .fetch_one(&shop.db)
    .await?)
}
