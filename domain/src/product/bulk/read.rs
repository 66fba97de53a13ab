//! What became of a step that was taken.

use contract::{
    Failure, Won,
    product::{
        ProductId, ProductStatus,
        bulk::{Kind, Outcome},
    },
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Result, Shop, member::Operator, product::status, words::read};

/// A step that was taken.
#[derive(Debug, Clone)]
pub struct Done {
    /// What was done.
    pub kind: Kind,
    /// Products that it was asked for; more than there are lines where some are not there.
    pub asked: i32,
    /// When it was undone, in UTC.
    pub undone_at: Option<OffsetDateTime>,
    /// What became of each, those that were not changed first.
    pub lines: Vec<Line>,
}

/// What became of one product.
#[derive(Debug, Clone)]
pub struct Line {
    /// The product.
    pub id: ProductId,
    /// Its title.
    pub title: String,
    /// Whether it was changed, or why not.
    pub outcome: Outcome,
    /// Its status before, and now.
    pub status: (ProductStatus, ProductStatus),
    /// Its price to pay before, and now, in won.
    pub sale_price: (Won, Won),
    /// Of a step that was undone: whether this one was.
    pub restored: Option<bool>,
}

/// A step that was taken with one's own products; the staff sees every one.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn done(shop: &Shop, by: &Operator, key: Uuid) -> Result<Done> {
    let head = sqlx::query!(
        "select kind, asked, undone_at from product_bulk
         where product_bulk_id = $1 and ($2::bigint is null or seller_id = $2)",
        key,
        by.seller()
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::NotFound)?;
    let rows = sqlx::query!(
        "select l.product_id, p.title, l.outcome, l.status as before, p.status as now, l.sale_price as price_before,
                p.sale_price as price_now, l.restored
         from product_bulk_line l join product p using (product_id)
         where l.product_bulk_id = $1 order by l.outcome = 'changed', l.product_id",
        key
    )
    .fetch_all(&shop.db)
    .await?;
    let lines = rows.into_iter().map(|row| {
        Ok(Line {
            id: row.product_id,
            title: row.title,
            outcome: read(&row.outcome)?,
            status: (status(&row.before), status(&row.now)),
            sale_price: (row.price_before, row.price_now),
            restored: row.restored,
        })
    });
    let kind = Kind::parse(&head.kind).ok_or(Failure::Unavailable)?;
    Ok(Done { kind, asked: head.asked, undone_at: head.undone_at, lines: lines.collect::<Result<_>>()? })
}
