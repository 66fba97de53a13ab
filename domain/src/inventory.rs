//! Stock: how many copies there are, how many are held, and every movement that made it so.

mod bulk;
mod hold;
pub(crate) mod ledger;
mod list;
mod moved;
mod shown;
mod store;
pub mod take;

use contract::{
    Failure,
    form::{Check, Flaw, Flaws, line},
    product::{ProductId, form::Opening},
    stock::{self, MOST, MovementKind},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub use bulk::{Bulk, MOST_AT_ONCE, Outcome, change_many, check};
pub use hold::{Hold, MOST_SHOWN, holds};
pub use list::{MOST_COUNTED, StockCounts, StockFilter, StockRow, counts, page, sellers, titles};
pub use moved::{Movement, MovementFilter, last_own, movements, undo};
pub(crate) use shown::show;
pub use shown::{follow, look_over};

use crate::{Result, Shop, event, member::Operator, points::same, retry::retry, trail, words::word};

/// The stock of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// The product.
    pub product: ProductId,
    /// Its title.
    pub title: String,
    /// Copies in the house.
    pub on_hand: i32,
    /// Of these, held for orders that are not paid yet.
    pub reserved: i32,
    /// Copies that can be bought.
    pub available: i32,
    /// From so many available copies down, stock is low.
    pub low_at: i32,
}

/// The stock of one product.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn get(shop: &Shop, by: &Operator, product: ProductId) -> Result<Stock> {
    let found = sqlx::query_as!(
        Stock,
        r#"select s.product_id as product, p.title, s.on_hand, s.reserved, s.available as "available!", s.low_at
           from stock s join product p using (product_id)
           where s.product_id = $1 and ($2::bigint is null or p.seller_id = $2)"#,
        product,
        by.seller()
    );
    Ok(found.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?)
}

/// A change of stock as typed.
#[derive(Debug, Clone)]
pub enum Change<'a> {
    /// So many more, or fewer.
    By(&'a str),
    /// Counted anew: so many are on hand, where the form showed `seen`.
    To {
        /// What was counted.
        counted: &'a str,
        /// What the form was based on.
        seen: i32,
    },
}

/// Changes the stock of a product, with its reason. What shoppers buy meanwhile is never
/// overwritten: a count is only taken where nothing moved since. The same key again changes
/// nothing.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form, [`Failure::NotFound`] for another seller's
/// product, [`Failure::StockChanged`] where something moved since the form was shown,
/// [`Failure::OutOfStock`] where fewer are available than should go.
pub async fn change(
    shop: &Shop,
    by: &Operator,
    key: Uuid,
    product: ProductId,
    change: Change<'_>,
    reason: &str,
) -> Result<()> {
    let mut check = Check::default();
    let delta = match &change {
        Change::By(typed) => check.field("delta", stock::delta(typed)),
        Change::To { counted, seen } => {
            check.field("counted", stock::count(counted)).map(|count| count.saturating_sub(*seen))
        }
    };
    let reason = check.field("reason", line(reason, 100));
    let (Some(delta), Some(reason)) = (delta, reason) else { return Err(check.refuse().into()) };
    let (seen, kind) = match change {
        Change::By(_) if delta > 0 => (None, MovementKind::Received),
        Change::By(_) => (None, MovementKind::Adjusted),
        Change::To { seen, .. } => (Some(seen), MovementKind::Adjusted),
    };
    retry("change stock", || change_once(shop, by, key, product, delta, seen, kind, &reason)).await
}

#[expect(clippy::too_many_arguments, reason = "one row of a ledger")]
async fn change_once(
    shop: &Shop,
    by: &Operator,
    key: Uuid,
    product: ProductId,
    delta: i32,
    seen: Option<i32>,
    kind: MovementKind,
    reason: &str,
) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let stock = sqlx::query!(
        r#"select s.on_hand, s.available as "available!", s.low_at, p.seller_id
           from stock s join product p using (product_id)
           where s.product_id = $1 and ($2::bigint is null or p.seller_id = $2) for update of s"#,
        product,
        by.seller()
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    // A count that found what the form showed changes nothing, which no ledger has to tell.
    if delta != 0 {
        let written = sqlx::query!(
            "insert into stock_movement (product_id, kind, on_hand_delta, by_member, reason, idempotency_key, created_at)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict on constraint stock_movement_idempotency_key do nothing",
            product,
            word(kind)?,
            delta,
            by.id(),
            reason,
            key,
            at
        )
        .execute(&mut *tx)
        .await?;
        if written.rows_affected() == 0 {
            let before =
                sqlx::query!("select product_id, on_hand_delta from stock_movement where idempotency_key = $1", key)
                    .fetch_one(&mut *tx)
                    .await?;
            return same((before.product_id, before.on_hand_delta), (product, delta));
        }
    }
    if seen.is_some_and(|seen| seen != stock.on_hand) {
        return Err(Failure::StockChanged.into());
    }
    if stock.available + delta.min(0) < 0 {
        return Err(Failure::OutOfStock.into());
    }
    if stock.on_hand > MOST - delta.max(0) {
        // So many can go and come, as it stands now.
        let flaw = Flaw::OutOfRange { min: (-stock.available).into(), max: (MOST - stock.on_hand).into() };
        return Err(Failure::Invalid(Flaws::one("delta", flaw)).into());
    }
    sqlx::query!("update stock set on_hand = on_hand + $2 where product_id = $1", product, delta)
        .execute(&mut *tx)
        .await?;
    shown::show(&mut tx, &[product]).await?;
    let crossed = ledger::crossed(product, stock.available, stock.available + delta, stock.low_at);
    event::append(&mut tx, crossed.as_slice()).await?;
    let told = trail::Change {
        act: Act::StockChanged,
        subject: product.to_string(),
        seller: Some(stock.seller_id),
        before: json!({ "on_hand": stock.on_hand }),
        after: json!({ "on_hand": stock.on_hand + delta, "reason": reason }),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Begins the stock of a new product, inside the transaction that makes it.
pub(crate) async fn open(
    conn: &mut PgConnection,
    by: &Operator,
    product: ProductId,
    opening: Opening,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "with stocked as (
             insert into stock (product_id, on_hand, low_at) values ($1, $2, $3)
         )
         insert into stock_movement (product_id, kind, on_hand_delta, by_member, reason, created_at)
         select $1, 'received', $2, $4, 'opening', $5 where $2 > 0",
        product,
        opening.on_hand,
        opening.low_at,
        by.id(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets from how many available copies down the stock of a product is low.
///
/// # Errors
/// [`Failure::Invalid`], or [`Failure::NotFound`] for another seller's product.
pub async fn set_low_at(shop: &Shop, by: &Operator, product: ProductId, typed: &str) -> Result<()> {
    let low_at = stock::count(typed).map_err(|flaw| Failure::Invalid(Flaws::one("low_at", flaw)))?;
    let mut tx = shop.db.begin().await?;
    let set = sqlx::query!(
        r#"update stock s set low_at = $3 from product p, (select low_at from stock where product_id = $1 for update) old
           where s.product_id = $1 and p.product_id = s.product_id and ($2::bigint is null or p.seller_id = $2)
           returning old.low_at as "before!", p.seller_id"#,
        product,
        by.seller(),
        low_at
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    shown::show(&mut tx, &[product]).await?;
    let told = trail::Change {
        act: Act::StockLowSet,
        subject: product.to_string(),
        seller: Some(set.seller_id),
        before: json!({ "low_at": set.before }),
        after: json!({ "low_at": low_at }),
    };
    trail::record(&mut tx, by, shop.now(), &[told]).await?;
    tx.commit().await?;
    Ok(())
}
