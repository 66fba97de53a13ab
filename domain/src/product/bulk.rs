//! Steps that are taken with many products at once, each in one transaction, and undone.

mod read;
mod undo;

use std::collections::BTreeMap;

use contract::{
    Failure, Won,
    form::{Flaw, Flaws},
    product::{
        ProductId, ProductStatus,
        bulk::{MOST, Outcome, Standing, Step},
    },
    trail::Act,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    edit::{back_on_sale, standing},
    status,
};
use crate::{
    Result, Shop, error::OnConstraint, event, member::Operator, points::same, ranking, retry::retry, trail, words::word,
};

pub use read::{Done, Line, done};
pub use undo::undo;

/// What a step would do to a product.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The product.
    pub id: ProductId,
    /// Its title.
    pub title: String,
    /// What it is.
    pub from: Standing,
    /// What it would be, or why it stays as it is.
    pub to: Result<Standing, Outcome>,
}

struct Loaded {
    id: ProductId,
    seller: i64,
    title: String,
    status: String,
    list_price: Won,
    sale_price: Won,
    category: i64,
    version: i32,
    sold: bool,
}

macro_rules! load {
    ($lock:literal, $ids:expr, $seller:expr) => {
        sqlx::query_as!(
            Loaded,
            "select product_id as id, seller_id as seller, title, status, list_price, sale_price, category_id as category,
                    version, exists (select from stock_movement m
                                     where m.product_id = p.product_id and m.order_id is not null) as \"sold!\"
             from product p where product_id = any($1) and ($2::bigint is null or seller_id = $2)
             order by product_id "
                + $lock,
            $ids,
            $seller
        )
    };
}

impl Loaded {
    fn standing(&self) -> Standing {
        Standing {
            status: status(&self.status),
            list_price: self.list_price,
            sale_price: self.sale_price,
            category: self.category,
            sold: self.sold,
        }
    }
}

/// What a step would do to these products; those of other sellers are not there.
///
/// # Errors
/// Where the database is away.
pub async fn plan(shop: &Shop, by: &Operator, ids: &[ProductId], step: Step) -> Result<Vec<Planned>> {
    let loaded = load!("", ids, by.seller()).fetch_all(&shop.db).await?;
    let planned = loaded.into_iter().map(|one| {
        let from = one.standing();
        Planned { id: one.id, title: one.title, from, to: step.on(from) }
    });
    Ok(planned.collect())
}

/// Takes a step with these products: it changes those that it can, and keeps why it did not change the
/// others. The same key again changes nothing.
///
/// # Errors
/// [`Failure::BadRequest`] for none or too many, [`Failure::NotFound`] where none is one's own,
/// [`Failure::Invalid`] for a category that there is not.
pub async fn apply(shop: &Shop, by: &Operator, key: Uuid, ids: &[ProductId], step: Step) -> Result<()> {
    if ids.is_empty() || ids.len() > MOST {
        return Err(Failure::BadRequest.into());
    }
    retry("change products", || apply_once(shop, by, key, ids, step)).await
}

async fn apply_once(shop: &Shop, by: &Operator, key: Uuid, ids: &[ProductId], step: Step) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let asked = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    let begun = sqlx::query!(
        "insert into product_bulk (product_bulk_id, by_member, seller_id, kind, value, asked, at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        key,
        by.id(),
        by.seller(),
        step.kind().word(),
        step.value(),
        asked,
        at
    )
    .execute(&mut *tx)
    .await?;
    if begun.rows_affected() == 0 {
        let before =
            sqlx::query!("select by_member, kind, value, asked from product_bulk where product_bulk_id = $1", key)
                .fetch_one(&mut *tx)
                .await?;
        let asked_for = (by.id(), step.kind().word().to_owned(), step.value(), asked);
        return same((before.by_member, before.kind, before.value, before.asked), asked_for);
    }
    let loaded = load!("for no key update", ids, by.seller()).fetch_all(&mut *tx).await?;
    if loaded.is_empty() {
        return Err(Failure::NotFound.into());
    }
    let decided: Vec<(Loaded, Result<Standing, Outcome>)> = loaded
        .into_iter()
        .map(|one| {
            let to = step.on(one.standing());
            (one, to)
        })
        .collect();
    keep(&mut tx, key, &decided).await?;
    let changes: Vec<Change> = decided
        .iter()
        .filter_map(|(one, to)| {
            let to = to.ok()?;
            Some(Change { id: one.id, seller: one.seller, from: one.standing(), to })
        })
        .collect();
    store(&mut tx, by, Act::ProductChanged, &changes, at).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps what became of each, so that it can be told and undone.
async fn keep(conn: &mut PgConnection, key: Uuid, decided: &[(Loaded, Result<Standing, Outcome>)]) -> Result<()> {
    let ids: Vec<ProductId> = decided.iter().map(|(one, _)| one.id).collect();
    let outcomes: Vec<String> =
        decided.iter().map(|(_, to)| word(to.err().unwrap_or(Outcome::Changed))).collect::<Result<_>>()?;
    let statuses: Vec<String> = decided.iter().map(|(one, _)| one.status.clone()).collect();
    let prices: Vec<Won> = decided.iter().map(|(one, _)| one.sale_price).collect();
    let categories: Vec<i64> = decided.iter().map(|(one, _)| one.category).collect();
    let versions: Vec<i32> = decided.iter().map(|(one, to)| one.version + i32::from(to.is_ok())).collect();
    sqlx::query!(
        "insert into product_bulk_line (product_bulk_id, product_id, outcome, status, sale_price, category_id, version)
         select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::int[])",
        key,
        &ids,
        &outcomes,
        &statuses,
        &prices,
        &categories,
        &versions
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A product that is locked, and what it becomes.
struct Change {
    id: ProductId,
    seller: i64,
    from: Standing,
    to: Standing,
}

/// Changes products that are locked, and tells of it: one statement for each table.
async fn store(conn: &mut PgConnection, by: &Operator, act: Act, changes: &[Change], at: OffsetDateTime) -> Result<()> {
    let ids: Vec<ProductId> = changes.iter().map(|change| change.id).collect();
    let statuses: Vec<String> = changes.iter().map(|change| change.to.status.word().to_owned()).collect();
    let prices: Vec<Won> = changes.iter().map(|change| change.to.sale_price).collect();
    let categories: Vec<i64> = changes.iter().map(|change| change.to.category).collect();
    sqlx::query!(
        "update product p set status = new.status, sale_price = new.sale_price, category_id = new.category_id,
             version = p.version + 1, updated_at = $5
         from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[])
             as new (product_id, status, sale_price, category_id)
         where p.product_id = new.product_id",
        &ids,
        &statuses,
        &prices,
        &categories,
        at
    )
    .execute(&mut *conn)
    .await
    .on_constraint("product_category_id_fkey", || Failure::Invalid(Flaws::one("value", Flaw::Choice)))?;
    let moved = some(changes, |change| change.from.category != change.to.category);
    ranking::recategorize(&mut *conn, &moved).await?;
    let back = some(changes, |change| {
        change.to.status == ProductStatus::OnSale && change.from.status != ProductStatus::OnSale
    });
    let events = back_on_sale(&mut *conn, &back).await?;
    event::append(&mut *conn, &events).await?;
    let told: Vec<trail::Change> = changes
        .iter()
        .map(|change| trail::Change {
            act,
            subject: change.id.to_string(),
            seller: Some(change.seller),
            before: standing(change.from.status, change.from.sale_price, change.from.category),
            after: standing(change.to.status, change.to.sale_price, change.to.category),
        })
        .collect();
    trail::record(conn, by, at, &told).await
}

fn some(changes: &[Change], which: impl Fn(&Change) -> bool) -> Vec<ProductId> {
    changes.iter().filter(|change| which(change)).map(|change| change.id).collect()
}

/// The locked products of these ids that one runs, by id.
async fn lock(conn: &mut PgConnection, by: &Operator, ids: &[ProductId]) -> Result<BTreeMap<ProductId, Loaded>> {
    let loaded = load!("for no key update", ids, by.seller()).fetch_all(conn).await?;
    Ok(loaded.into_iter().map(|one| (one.id, one)).collect())
}
