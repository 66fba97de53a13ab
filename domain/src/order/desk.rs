//! The desk: turns checkouts that arrive at the same time into batches.

use contract::{Failure, order::OrderId};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};

use super::{Checkout, place::place};
use crate::{Policy, Result, Shop};

/// The most checkouts that one batch takes.
const BATCH: usize = 64;

/// The most checkouts that wait; who comes then is told at once to come again.
const QUEUE: usize = 512;

struct Waiting {
    checkout: Checkout,
    answer: oneshot::Sender<Result<OrderId, Failure>>,
}

/// Where checkouts are handed in. While one batch commits, the next one gathers; alone, a checkout
/// is a batch of one and waits for nothing.
#[derive(Debug, Clone)]
pub struct Desk(mpsc::Sender<Waiting>);

impl Desk {
    /// Opens a desk, which works until its last clone is gone.
    pub(crate) fn open(db: PgPool, policy: Policy) -> Self {
        let (sender, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(work(db, policy, waiting));
        Self(sender)
    }
}

/// Places one checkout. Once it was handed in, it is placed or refused whether or not somebody
/// still waits for the answer: its key finds it.
///
/// # Errors
/// The reason of its refusal; [`Failure::Busy`] where too many wait already.
pub async fn place_one(shop: &Shop, checkout: Checkout) -> Result<OrderId> {
    let (answer, answered) = oneshot::channel();
    shop.desk.0.try_send(Waiting { checkout, answer }).map_err(|_| Failure::Busy)?;
    Ok(answered.await.map_err(|_| Failure::Unavailable)??)
}

async fn work(db: PgPool, policy: Policy, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let (checkouts, answers): (Vec<Checkout>, Vec<_>) =
            batch.drain(..).map(|one| (one.checkout, one.answer)).unzip();
        let outcomes = place_all(&db, policy, &checkouts).await;
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Who gave up waiting finds the order by its key.
            let _ = answer.send(outcome);
        }
    }
}

async fn place_all(db: &PgPool, policy: Policy, checkouts: &[Checkout]) -> Vec<Result<OrderId, Failure>> {
    let error = match place(db, policy, checkouts, OffsetDateTime::now_utc()).await {
        Ok(outcomes) => return outcomes,
        Err(error) => error,
    };
    if error.transient().is_some() || checkouts.len() == 1 {
        let failure = Failure::from(error);
        return vec![Err(failure); checkouts.len()];
    }
    // One of them breaks a rule that only the database knows: the others must not suffer for it.
    tracing::error!(%error, batch = checkouts.len(), "a batch failed; its checkouts are placed one by one");
    let mut outcomes = Vec::with_capacity(checkouts.len());
    for checkout in checkouts {
        let placed = place(db, policy, std::slice::from_ref(checkout), OffsetDateTime::now_utc()).await;
        let outcome = placed.map(|mut one| one.pop().unwrap_or(Err(Failure::Unavailable)));
        outcomes.push(outcome.unwrap_or_else(|error| Err(error.into())));
    }
    outcomes
}
