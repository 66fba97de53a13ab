//! Places a batch of checkouts in one transaction, and again where it lost a race.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use contract::{Failure, order::OrderId};
use tracing::instrument;

use super::{Checkout, Decision, decide::decide, load::load, store::store};
use crate::{Error, Result, Shop};

/// Places one checkout.
///
/// # Errors
/// The reason of its refusal, or [`Failure::Unavailable`].
pub async fn place_one(shop: &Shop, checkout: Checkout) -> Result<OrderId> {
    let mut outcomes = place(shop, &[checkout]).await?;
    Ok(outcomes.pop().unwrap_or(Err(Failure::Unavailable))?)
}

/// Places a batch of checkouts; each is accepted whole or refused with its reason, in their order.
///
/// Trouble that passes is met by doing all of it again, even where the answer to the commit was
/// lost: what was stored is found under its key and given back.
///
/// # Errors
/// Where the database stays away, or code and constraints disagree; then nothing was placed that
/// the same keys will not find.
#[instrument(skip_all, fields(batch = batch.len()))]
pub async fn place(shop: &Shop, batch: &[Checkout]) -> Result<Vec<Result<OrderId, Failure>>> {
    let backoff = ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_millis(500))
        .with_max_times(5);
    (|| attempt(shop, batch))
        .retry(backoff)
        .when(Error::is_transient)
        .notify(|error, after| tracing::warn!(error = %error, retry_after_ms = after.as_millis(), "placing again"))
        .await
}

async fn attempt(shop: &Shop, batch: &[Checkout]) -> Result<Vec<Result<OrderId, Failure>>> {
    let mut tx = shop.db.begin().await?;
    let loaded = load(&mut tx, batch).await?;
    let decisions = decide(loaded, batch, shop.policy.delivery);
    let mut accepted = Vec::new();
    let mut outcomes = Vec::with_capacity(decisions.len());
    for decision in decisions {
        outcomes.push(match decision {
            Decision::Placed(order) => {
                let id = order.order;
                accepted.push(*order);
                Ok(id)
            }
            Decision::Replayed(id) => Ok(id),
            Decision::Refused(failure) => Err(failure),
        });
    }
    if !accepted.is_empty() {
        store(&mut tx, &accepted, shop.now()).await?;
    }
    tx.commit().await?;
    Ok(outcomes)
}
