//! The senders at work: one for endpoints that take messages, one for those that do not, so that these
//! keep no slot from the others.

use std::{pin::pin, time::Duration};

use domain::{
    Shop,
    subscription::{Lane, claim},
};
use tokio::{
    sync::watch::Receiver,
    task::JoinSet,
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

/// Its name among the work of an instance, and how many messages are under way at once.
const fn of(lane: Lane) -> (&'static str, usize) {
    match lane {
        Lane::Well => ("messages to sellers", 64),
        Lane::Failing => ("messages to failing endpoints", 32),
    }
}

async fn work(shop: Shop, sender: Sender, lane: Lane, mut stop: Receiver<()>) {
    let (name, most) = of(lane);
    let mut under_way = JoinSet::new();
    while stop.has_changed().is_ok() {
        let free = most.saturating_sub(under_way.len());
        let claimed = claim(&shop, lane, i64::try_from(free).unwrap_or_default()).await;
        let count = claimed.as_ref().map(Vec::len).map_err(ToString::to_string);
        shop.pulse().worked(name, count.as_ref().copied().map_err(String::as_str));
        let pause = match claimed {
            Ok(claimed) => {
                for sending in claimed {
                    let (shop, sender) = (shop.clone(), sender.clone());
                    under_way.spawn(async move {
                        if let Err(error) = sender.deliver(&shop, &sending).await {
                            tracing::warn!(%error, message = %sending.id, "a message was not settled; it is sent again");
                        }
                    });
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
            Some(_) = under_way.join_next() => {
                // Those that end together make room together.
                sleep(SOON).await;
                while under_way.try_join_next().is_some() {}
            }
            () = &mut pause => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}
