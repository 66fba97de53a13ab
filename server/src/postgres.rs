//! The shop's own PostgreSQL cluster: made on first use, started, shared
//! between instances, watched over and stopped again.
//!
//! The commands are built with `postgresql_commands`; the whole of
//! `postgresql_embedded` will not do, because it always starts the server with
//! `-F` (no fsync), cannot run it under another account than its own, makes no
//! checksums and knows neither taking over nor sharing a running server.
//!
//! What lies in the data directory:
//!
//! | path | meaning |
//! | --- | --- |
//! | `postgres` | the cluster, or a symlink to it; its log is in `postgres/log` |
//! | `postgres.turn` | locked exclusively while an instance starts or stops the server |
//! | `postgres.seat` | locked shared by every instance which uses the server |
//!
//! The kernel drops both locks when a process dies, however it dies, so no
//! crash leaves them behind. Only Linux is served: the state of a server is
//! read from `/proc`.

mod account;
mod config;
mod error;
mod init;
mod install;
mod lock;
mod log;
mod place;
mod postmaster;
mod server;
mod watcher;

use std::path::Path;
use std::sync::Arc;

pub use error::Error;

use lock::{Seat, Turn};
use server::Server;
use watcher::Watcher;

/// Opens the cluster of `data_dir` (such as `.data`, made if missing): creates
/// it if there is none yet, starts its server or takes over a running one, and
/// creates the database `madang` if it is missing.
///
/// Several instances may open the same folder; they share one server. Run the
/// future to its end: dropped half-way, it may leave a server running, which
/// the next `open` takes over.
///
/// # Errors
///
/// Any [`Error`]; each says in one sentence what is wrong, and a failed start
/// adds the end of the server's log. A start gives up after three minutes.
pub async fn open(data_dir: &Path) -> Result<Cluster, Error> {
    let data_dir = place::prepare(data_dir)?;
    let turn = Turn::take(&data_dir).await?;
    let seat = Seat::take(&data_dir, &turn)?;
    let server = Server::find(data_dir, &turn).await?;
    server.open(&turn).await?;
    Ok(Cluster { server: Arc::new(server), seat, watcher: None })
}

/// A running cluster, which this instance uses until [`Cluster::close`].
///
/// Dropping it without closing leaves the server running, as a crash would.
#[derive(Debug)]
#[must_use = "a cluster that is not closed leaves its server running"]
pub struct Cluster {
    server: Arc<Server>,
    seat: Seat,
    watcher: Option<Watcher>,
}

impl Cluster {
    /// The `DATABASE_URL` of the shop's database, for sqlx, psql and every
    /// other libpq client run by root or by the account the server runs as.
    ///
    /// It holds no password: the server is reached through a unix socket only
    /// and asks the kernel who is calling. It stays the same over restarts.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Makes sure that the server runs and is ready: starts it if it is down,
    /// waits if it is starting.
    ///
    /// # Errors
    ///
    /// [`Error::Start`] after three minutes or several failed tries,
    /// [`Error::Busy`] when another instance keeps the turn for too long.
    pub async fn ensure(&self) -> Result<(), Error> {
        self.server.ensure().await
    }

    /// Watches over the server in a background task until the cluster is
    /// closed or dropped: looks every second, and starts a dead server again,
    /// with growing pauses (1 to 30 seconds) between failed tries.
    ///
    /// Must be called within a tokio runtime; a second call changes nothing.
    pub fn watch(&mut self) {
        if self.watcher.is_none() {
            self.watcher = Some(Watcher::spawn(Arc::clone(&self.server)));
        }
    }

    /// Leaves the cluster and, unless another instance still uses it, stops
    /// the server (fast mode: open transactions are rolled back).
    ///
    /// A restart by [`Cluster::watch`] that is under way is awaited first.
    ///
    /// # Errors
    ///
    /// [`Error::Stop`] when the server still runs after a minute,
    /// [`Error::Busy`] when another instance keeps the turn for too long.
    pub async fn close(self) -> Result<(), Error> {
        if let Some(watcher) = self.watcher {
            watcher.stop().await;
        }
        let turn = self.server.turn().await?;
        if self.seat.leave(&turn)? {
            self.server.down(&turn).await?;
        }
        Ok(())
    }
}
