//! The senders at work: one for endpoints that take messages, one for those that do not, so that these
//! keep no slot from the others.

use std::{collections::HashMap, pin::pin, time::Duration};

use domain::{
    Shop,
    subscription::{Lane, claim},
};
use tokio::{
    sync::watch::Receiver,
    task::{Id, JoinError, JoinSet},
    time::{sleep, timeout},
};

use super::Sender;

/// How often it is looked for what is due.
const OFTEN: Duration = Duration::from_millis(500);

/// How long to wait at least before it is looked again, where something came to its end.
const SOON: Duration = Duration::from_millis(25);

/// How long to wait while the database is away.
const AWAY: Duration = Duration::from_secs(5);

/// How long messages under way may take after the signal to stop. One that is cut off is sent again by
/// somebody else, with the same id.
const GRACE: Duration = Duration::from_secs(5);

/// The senders of this instance.
pub(crate) struct Running(JoinSet<()>);

/// Starts to send. It stops after what is under way once the other end of `stop` is gone.
pub(crate) fn start(shop: &Shop, sender: &Sender, stop: &Receiver<()>) -> Running {
    let mut lanes = JoinSet::new();
    for lane in [Lane::Well, Lane::Failing] {
        lanes.spawn(work(shop.clone(), sender.clone(), lane, stop.clone()));
    }
    Running(lanes)
}

impl Running {
    /// Waits for what is under way.
    pub(crate) async fn stop(mut self) {
        let finished = async { while self.0.join_next().await.is_some() {} };
        if timeout(GRACE, finished).await.is_err() {
            tracing::info!("messages to sellers were cut off; they are sent again");
        }
    }
}

/// Its name among the work of an instance.
const fn name(lane: Lane) -> &'static str {
    match lane {
        Lane::Well => "messages to sellers",
        Lane::Failing => "messages to failing endpoints",
    }
}

async fn work(shop: Shop, sender: Sender, lane: Lane, mut stop: Receiver<()>) {
    let name = name(lane);
    let mut under_way = JoinSet::new();
    let mut sellers = HashMap::new();
    while stop.has_changed().is_ok() {
        let here: Vec<i64> = sellers.values().copied().collect();
        let claimed = claim(&shop, lane, &here).await;
        let count = claimed.as_ref().map(Vec::len).map_err(ToString::to_string);
        shop.pulse().worked(name, count.as_ref().copied().map_err(String::as_str));
        let pause = match claimed {
            Ok(claimed) => {
                for sending in claimed {
                    let (shop, sender, seller) = (shop.clone(), sender.clone(), sending.seller);
                    let task = under_way.spawn(async move {
                        if let Err(error) = sender.deliver(&shop, &sending).await {
                            tracing::warn!(%error, message = %sending.id, "a message was not settled; it is sent again");
                        }
                    });
                    sellers.insert(task.id(), seller);
                }
                OFTEN
            }
            Err(error) => {
                tracing::warn!(%error, work = name, "not done; the next round tries again");
                AWAY
            }
        };
        let mut pause = pin!(sleep(pause));
        tokio::select! {
            _ = stop.changed() => break,
            Some(ended) = under_way.join_next_with_id() => {
                sellers.remove(&id(&ended));
                // Those that end together make room together.
                sleep(SOON).await;
                while let Some(ended) = under_way.try_join_next_with_id() {
                    sellers.remove(&id(&ended));
                }
            }
            () = &mut pause => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Which task has ended, however it did.
fn id(ended: &Result<(Id, ()), JoinError>) -> Id {
    match ended {
        Ok((id, ())) => *id,
        Err(error) => error.id(),
    }
}
