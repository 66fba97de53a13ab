//! Places a batch of checkouts in one transaction, and again where it lost a race.

use contract::{Failure, order::OrderId};
use sqlx::PgPool;
use time::OffsetDateTime;
use tracing::instrument;

use super::{Checkout, Decision, decide::decide, load::load, store::store};
use crate::{Policy, Result, retry::retry};

/// All that is asked for here is asked for by its key. A plan made while the tables were small
/// would read them whole, and be kept when they are not.
pub const BEGIN: &str = "begin; set local enable_seqscan = off";

/// Places a batch of checkouts; each is accepted whole or refused with its reason, in their order.
///
/// Trouble that passes is met by doing all of it again, even where the answer to the commit was
/// lost: what was stored is found under its key and given back.
///
/// # Errors
/// Where the database stays away, or code and constraints disagree; then nothing was placed that
/// the same keys will not find.
#[instrument(skip_all, fields(batch = batch.len()))]
pub async fn place(
    db: &PgPool,
    policy: Policy,
    batch: &[Checkout],
    now: OffsetDateTime,
) -> Result<Vec<Result<OrderId, Failure>>> {
    retry("place", || attempt(db, policy, batch, now)).await
}

async fn attempt(
    db: &PgPool,
    policy: Policy,
    batch: &[Checkout],
    now: OffsetDateTime,
) -> Result<Vec<Result<OrderId, Failure>>> {
    let mut tx = db.begin_with(BEGIN).await?;
    let loaded = load(&mut tx, batch).await?;
    let decisions = decide(loaded, batch, policy, now);
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
    store(&mut tx, &accepted, now).await?;
    tx.commit().await?;
    Ok(outcomes)
}
