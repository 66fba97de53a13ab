//! The same change for many products: one transaction, each product decided by itself.

use std::collections::BTreeMap;

use contract::{
    Failure,
    form::{Check, Flaw, Flaws, line},
    product::ProductId,
    stock::{self, MOST, MovementKind},
    trail::Act,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    shown::show,
    store::{Decided, Locked, key_of, lock, store},
};
use crate::{Result, Shop, member::Operator, points::same, retry::retry, trail};

/// Products that are changed at once, at most.
pub const MOST_AT_ONCE: usize = 500;

/// A change of many, as typed.
#[derive(Debug, Clone, Copy)]
pub enum Bulk<'a> {
    /// So many copies more of each, or fewer.
    By(&'a str),
    /// From so many available copies down, each is low.
    LowAt(&'a str),
}

/// What became of a change of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The products that were changed.
    pub done: Vec<ProductId>,
    /// Those that were not, each with its reason.
    pub refused: Vec<(ProductId, Failure)>,
}

/// A change of many as it was read.
#[derive(Debug, Clone, Copy)]
enum Read {
    By(i32),
    LowAt(i32),
}

/// Changes the stock, or the threshold, of many products with one reason. A product that cannot be
/// changed keeps the others from nothing. The same form again moves nothing.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form; [`Failure::NotFound`] where no product was named,
/// or more than [`MOST_AT_ONCE`]; [`Failure::AlreadySent`] for the same key with another number.
pub async fn change_many(
    shop: &Shop,
    by: &Operator,
    key: Uuid,
    products: &[ProductId],
    change: Bulk<'_>,
    reason: &str,
) -> Result<Outcome> {
    let (read, reason) = parse(change, reason)?;
    let mut products = products.to_vec();
    products.sort_unstable();
    products.dedup();
    if products.is_empty() || products.len() > MOST_AT_ONCE {
        return Err(Failure::NotFound.into());
    }
    match read {
        Read::By(delta) => retry("change much stock", || move_once(shop, by, key, &products, delta, &reason)).await,
        Read::LowAt(low_at) => retry("set thresholds", || set_once(shop, by, &products, low_at, &reason)).await,
    }
}

/// Reads a change of many, for who wants to know its flaws before it is asked for.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form.
pub fn check(change: Bulk<'_>, reason: &str) -> Result<()> {
    parse(change, reason).map(drop)
}

fn parse(change: Bulk<'_>, reason: &str) -> Result<(Read, String)> {
    let mut check = Check::default();
    let read = match change {
        Bulk::By(typed) => check.field("value", stock::delta(typed)).map(Read::By),
        Bulk::LowAt(typed) => check.field("value", stock::count(typed)).map(Read::LowAt),
    };
    let reason = check.field("reason", line(reason, 100));
    let (Some(read), Some(reason)) = (read, reason) else { return Err(check.refuse().into()) };
    Ok((read, reason))
}

async fn move_once(
    shop: &Shop,
    by: &Operator,
    key: Uuid,
    products: &[ProductId],
    delta: i32,
    reason: &str,
) -> Result<Outcome> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let locked = by_product(lock(&mut tx, by, products).await?);
    // Behind the locks: the same form waits for itself, and then finds what it moved.
    let keys: Vec<Uuid> = products.iter().map(|product| key_of(key, *product)).collect();
    let moved =
        sqlx::query!("select product_id, on_hand_delta from stock_movement where idempotency_key = any($1)", &keys)
            .fetch_all(&mut *tx)
            .await?;
    for movement in &moved {
        same(movement.on_hand_delta, delta)?;
    }
    let before: Vec<ProductId> = moved.into_iter().map(|movement| movement.product_id).collect();
    let mut outcome = Outcome::default();
    let mut decided = Vec::new();
    for &product in products {
        let verdict = match locked.get(&product) {
            None => Err(Failure::NotFound),
            Some(_) if before.contains(&product) => Ok(None),
            Some(_) if !before.is_empty() => Err(Failure::OutOfStock),
            Some(stock) => decide(stock, delta).map(|()| Some(*stock)),
        };
        match verdict {
            Ok(stock) => {
                outcome.done.push(product);
                let kind = if delta > 0 { MovementKind::Received } else { MovementKind::Adjusted };
                decided.extend(stock.map(|stock| Decided {
                    stock,
                    kind,
                    delta,
                    reason: reason.to_owned(),
                    key: key_of(key, product),
                    undoes: None,
                }));
            }
            Err(failure) => outcome.refused.push((product, failure)),
        }
    }
    store(&mut tx, by, at, &decided).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Whether so many copies can come or go.
pub(super) fn decide(stock: &Locked, delta: i32) -> Result<(), Failure> {
    if stock.available + delta.min(0) < 0 {
        Err(Failure::OutOfStock)
    } else if stock.on_hand > MOST - delta.max(0) {
        let flaw = Flaw::OutOfRange { min: 0, max: MOST.into() };
        Err(Failure::Invalid(Flaws::one("value", flaw)))
    } else {
        Ok(())
    }
}

async fn set_once(shop: &Shop, by: &Operator, products: &[ProductId], low_at: i32, reason: &str) -> Result<Outcome> {
    let mut tx = shop.db.begin().await?;
    let locked = by_product(lock(&mut tx, by, products).await?);
    let own: Vec<ProductId> = locked.keys().copied().collect();
    sqlx::query!("update stock set low_at = $2 where product_id = any($1)", &own, low_at).execute(&mut *tx).await?;
    show(&mut tx, &own).await?;
    let told: Vec<_> = locked
        .values()
        .filter(|stock| stock.low_at != low_at)
        .map(|stock| trail::Change {
            act: Act::StockLowSet,
            subject: stock.product.to_string(),
            seller: Some(stock.seller),
            before: json!({ "low_at": stock.low_at }),
            after: json!({ "low_at": low_at, "reason": reason }),
        })
        .collect();
    trail::record(&mut tx, by, shop.now(), &told).await?;
    tx.commit().await?;
    let gone = products.iter().filter(|product| !locked.contains_key(product));
    Ok(Outcome { refused: gone.map(|product| (*product, Failure::NotFound)).collect(), done: own })
}

fn by_product(locked: Vec<Locked>) -> BTreeMap<ProductId, Locked> {
    locked.into_iter().map(|stock| (stock.product, stock)).collect()
}
