//! The readers at work: each in a task of its own, woken by what is appended, and by a slow poll in
//! case that it is not.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use domain::{
    Shop,
    event::{self, Reader, Taken, Trouble, Turn},
};
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::{
    sync::watch::{self, Receiver, Sender},
    task::JoinSet,
    time::{sleep, timeout},
};

/// How often readers look without being woken.
const POLL: Duration = Duration::from_millis(500);

/// How often it is measured how far they are behind.
const MEASURE: Duration = Duration::from_secs(5);

/// How long a reader may take to finish its batch after the signal to stop.
const GRACE: Duration = Duration::from_secs(5);

/// The readers of this instance.
pub(crate) struct Running(JoinSet<()>);

/// Starts the shop's readers. They stop at the end of a batch once the other end of `stop` is gone.
pub(crate) fn start(shop: &Shop, measured: bool, stop: &Receiver<()>) -> Running {
    let mut tasks = JoinSet::new();
    let (wake, woken) = watch::channel(());
    for reader in shop.readers().iter() {
        tasks.spawn(read(shop.clone(), Arc::clone(reader), woken.clone(), stop.clone()));
    }
    tasks.spawn(until(stop.clone(), listen(shop.clone(), wake)));
    if measured {
        tasks.spawn(until(stop.clone(), measure(shop.clone())));
    }
    Running(tasks)
}

impl Running {
    /// Waits for the batches at hand. One that takes too long is cut off: what it stored never
    /// happened, and what it sent is sent again by who takes it next.
    pub(crate) async fn stop(mut self) {
        let finished = async { while self.0.join_next().await.is_some() {} };
        if timeout(GRACE, finished).await.is_err() {
            tracing::warn!("a reader was cut off in the middle of a batch");
        }
    }
}

async fn read(shop: Shop, reader: Arc<dyn Reader>, mut woken: Receiver<()>, mut stop: Receiver<()>) {
    let name = reader.name();
    let mut turn = reader.sends().then(|| Turn::new(&shop, name));
    let (mut short, mut long) = (pauses(20, 250), pauses(100, 1_000));
    let mut away = false;
    while stop.has_changed().is_ok() {
        let done = step(&shop, reader.as_ref(), turn.as_mut()).await;
        if let (true, Ok(_)) = (away, &done) {
            tracing::info!(reader = name, "the outage is over");
            (away, long) = (false, pauses(100, 1_000));
        }
        let outcome = done.as_ref().map(|taken| usize::from(matches!(taken, Some(Taken::Some))));
        let outcome = outcome.map_err(ToString::to_string);
        shop.pulse().worked(name, outcome.as_ref().copied().map_err(String::as_str));
        let (pause, wakes) = match done {
            Ok(Some(Taken::Some)) => continue,
            // No event tells when an older transaction ends.
            Ok(Some(Taken::HeldBack)) => (short.next().unwrap_or(POLL), true),
            Ok(Some(Taken::Nothing | Taken::Elsewhere)) => {
                short = pauses(20, 250);
                (POLL, true)
            }
            Ok(None) => (POLL, false),
            // Each event that comes meanwhile must not be another knock on a closed door.
            Err(trouble) => {
                if !away {
                    tracing::warn!(reader = name, %trouble, "an outage; the reader waits");
                }
                away = true;
                (long.next().unwrap_or(POLL), false)
            }
        };
        tokio::select! {
            _ = stop.changed() => return,
            Ok(()) = woken.changed(), if wakes => {}
            () = sleep(pause) => {}
        }
    }
}

/// A batch; `None` where it is another instance's turn.
async fn step(shop: &Shop, reader: &dyn Reader, turn: Option<&mut Turn>) -> Result<Option<Taken>, Trouble> {
    if let Some(turn) = turn
        && !turn.is_ours().await?
    {
        return Ok(None);
    }
    event::take(shop, reader).await.map(Some)
}

/// Growing pauses, in milliseconds; jitter makes each up to twice as long.
fn pauses(first: u64, most: u64) -> impl Iterator<Item = Duration> + use<> {
    ExponentialBuilder::default()
        .with_jitter()
        .with_min_delay(Duration::from_millis(first))
        .with_max_delay(Duration::from_millis(most))
        .without_max_times()
        .build()
}

/// Wakes the readers when something was appended, over a connection beside the pool's.
async fn listen(shop: Shop, wake: Sender<()>) {
    let own = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(3))
        .connect_lazy_with(shop.db.connect_options().as_ref().clone());
    loop {
        if let Err(error) = hear(&own, &wake).await {
            // Until it is back they poll.
            tracing::debug!(%error, "nothing is heard of the log");
        }
        sleep(POLL).await;
    }
}

async fn hear(own: &sqlx::PgPool, wake: &Sender<()>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(own).await?;
    listener.listen(event::CHANNEL).await?;
    // A notification that went astray with a connection is made up for by the poll.
    while listener.try_recv().await?.is_some() {
        wake.send_replace(());
    }
    Ok(())
}

async fn measure(shop: Shop) {
    let names = shop.readers().names();
    loop {
        match event::lags(&shop, &names).await {
            Ok(lags) => lags.into_iter().for_each(tell),
            Err(error) => tracing::debug!(%error, "the readers were not measured"),
        }
        sleep(MEASURE).await;
    }
}

/// Counts stay far below what a float cannot tell apart.
fn tell(lag: event::Lag) {
    metrics::gauge!("madang_reader_lag_events", "reader" => lag.reader.clone()).set(lag.events as f64);
    metrics::gauge!("madang_reader_lag_seconds", "reader" => lag.reader.clone()).set(lag.seconds);
    metrics::gauge!("madang_dead_letters", "reader" => lag.reader).set(lag.dead as f64);
}

/// Works until the other end of `stop` is gone.
async fn until(mut stop: Receiver<()>, work: impl Future<Output = ()>) {
    tokio::select! {
        _ = stop.changed() => {}
        () = work => {}
    }
}
