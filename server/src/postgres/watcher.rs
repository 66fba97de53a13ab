//! The task which starts a server again that has died.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::postmaster::State;
use super::server::Server;

const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A running task; it also ends when this is dropped.
#[derive(Debug)]
pub(super) struct Watcher {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Watcher {
    /// Begins to watch over `server`.
    pub(super) fn spawn(server: Arc<Server>) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: tokio::spawn(watch(server, stopped)) }
    }

    /// Ends the task, after the restart it may be in. Aborting it instead
    /// could leave a server half-way up which nobody would stop.
    pub(super) async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.task.await {
            tracing::error!("the task that watches over PostgreSQL failed: {error}");
        }
    }
}

async fn watch(server: Arc<Server>, mut stopped: oneshot::Receiver<()>) {
    let mut pause = PAUSE;
    while timeout(pause, &mut stopped).await.is_err() {
        pause = match server.state() {
            Ok(State::Ready | State::Busy) => PAUSE,
            Ok(State::Down) => restart(&server, pause).await,
            Err(error) => {
                tracing::error!("cannot tell whether PostgreSQL runs: {error}");
                (pause * 2).min(LONGEST_PAUSE)
            }
        };
    }
}

/// Tries once to start the server; returns the pause before the next look.
async fn restart(server: &Server, pause: Duration) -> Duration {
    tracing::warn!("PostgreSQL is down; starting it again");
    match server.ensure().await {
        Ok(()) => {
            tracing::info!("PostgreSQL runs again");
            PAUSE
        }
        Err(error) => {
            tracing::error!("could not start PostgreSQL again: {error}");
            (pause * 2).min(LONGEST_PAUSE)
        }
    }
}
