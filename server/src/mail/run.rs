//! The mailer at work.

use std::time::{Duration, Instant};

use domain::Shop;
use tokio::{
    sync::watch::Receiver,
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{Done, Mailer};

/// How often mails are looked for.
const OFTEN: Duration = Duration::from_secs(1);

/// How long to wait while nobody takes mails.
const AWAY: Duration = Duration::from_secs(10);

/// How often the mails of senders that died are looked for.
const SELDOM: Duration = Duration::from_secs(60);

/// How long the mail in hand may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(5);

/// The mailer of this instance.
pub(crate) struct Running(JoinHandle<()>);

/// Starts to send. It stops after the mail in hand once the other end of `stop` is gone.
pub(crate) fn start(shop: &Shop, mailer: Mailer, stop: &Receiver<()>) -> Running {
    Running(tokio::spawn(work(shop.clone(), mailer, stop.clone())))
}

impl Running {
    /// Waits for the mail in hand.
    pub(crate) async fn stop(mut self) {
        if timeout(GRACE, &mut self.0).await.is_err() {
            self.0.abort();
            tracing::warn!("the mailer was cut off in the middle of a mail");
        }
    }
}

async fn work(shop: Shop, mailer: Mailer, mut stop: Receiver<()>) {
    let mut swept: Option<Instant> = None;
    while stop.has_changed().is_ok() {
        if swept.is_none_or(|at| at.elapsed() > SELDOM) {
            swept = Some(Instant::now());
            if let Err(error) = mailer.sweep(&shop).await {
                tracing::warn!(%error, "mails of senders that died were not looked for");
            }
        }
        let done = mailer.send_next(&shop).await;
        let count = done.as_ref().map(|done| usize::from(*done == Done::One)).map_err(ToString::to_string);
        shop.pulse().worked("mails", count.as_ref().copied().map_err(String::as_str));
        let pause = match done {
            Ok(Done::One) => continue,
            Ok(Done::Nothing) => OFTEN,
            Ok(Done::Away) => AWAY,
            Err(error) => {
                tracing::warn!(%error, "no mails; the next round tries again");
                AWAY
            }
        };
        tokio::select! {
            _ = stop.changed() => return,
            () = sleep(pause) => {}
        }
    }
}
