//! Starting, using and stopping a cluster's server.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use postgresql_commands::CommandBuilder;
use postgresql_commands::pg_ctl::{Mode, PgCtlBuilder, ShutdownMode};
use postgresql_commands::psql::PsqlBuilder;
use tokio::time::{Instant, sleep};

use super::account::Account;
use super::config::{self, DATABASE, PORT, USER};
use super::error::Error;
use super::lock::Turn;
use super::place::{self, Place};
use super::postmaster::{self, State};
use super::{init, install, log};

/// How long a start may take; recovery after a crash is part of it.
const START_LIMIT: Duration = Duration::from_secs(180);
/// How long a stop may take; it writes all that is in memory to disk.
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// How often a start is tried: children of a killed server may take a moment
/// to die, and PostgreSQL waits for them.
const TRIES: u32 = 5;
const POLL: Duration = Duration::from_millis(100);

/// A cluster with all that is needed to run it.
#[derive(Debug)]
pub(super) struct Server {
    data_dir: PathBuf,
    cluster: PathBuf,
    socket_dir: PathBuf,
    bin: PathBuf,
    account: Account,
}

impl Server {
    /// Finds the cluster of `data_dir`, or makes it. Call it under the turn.
    pub(super) async fn find(data_dir: PathBuf, _turn: &Turn) -> Result<Self, Error> {
        let place = Place::find(&data_dir).await?;
        let bin = install::find(&place.cluster)?;
        if install::major_of(&place.cluster)?.is_none() {
            init::create(&place.cluster, &bin, &place.account).await?;
            tracing::info!("made a new database in {}", place.cluster.display());
        }
        place.link()?;
        let socket_dir = place::socket_dir(&place.cluster, &place.account)?;
        let Place { cluster, account, .. } = place;
        Ok(Self { data_dir, cluster, socket_dir, bin, account })
    }

    /// Brings the server up and sees to it that the shop's database exists.
    ///
    /// A server that was killed a moment ago may still look ready, and then
    /// refuse to answer: so it takes several tries.
    pub(super) async fn open(&self, turn: &Turn) -> Result<(), Error> {
        let mut tries = 0;
        loop {
            self.up(turn).await?;
            match self.make_database().await {
                Err(Error::Program { .. }) if tries < TRIES => tries += 1,
                done => return done,
            }
            sleep(POLL * (tries * tries)).await;
        }
    }

    /// Waits until the server is ready, and starts it if there is none.
    pub(super) async fn up(&self, _turn: &Turn) -> Result<(), Error> {
        let begin = Instant::now();
        let mut tries = 0;
        while begin.elapsed() < START_LIMIT {
            match self.state()? {
                State::Ready => return Ok(()),
                State::Busy => sleep(POLL).await,
                State::Down if tries == TRIES => break,
                State::Down => {
                    sleep(POLL * (tries * tries)).await;
                    tries += 1;
                    self.launch(START_LIMIT.saturating_sub(begin.elapsed())).await?;
                }
            }
        }
        Err(Error::Start { seconds: begin.elapsed().as_secs(), log: log::tail(&self.cluster) })
    }

    /// Tries once to start a server. Whether it succeeded is for
    /// [`Server::state`] to say: another one may have been faster.
    async fn launch(&self, limit: Duration) -> Result<(), Error> {
        postmaster::clear_stale(&self.cluster)?;
        // Makes it again if a cleaner of `/tmp` was here.
        let socket_dir = place::socket_dir(&self.cluster, &self.account)?;
        config::write(&self.cluster, &socket_dir, &self.account)?;
        log::clear_startup(&self.cluster)?;
        let command = self.pg_ctl(Mode::Start, limit).log(log::startup(&self.cluster)).build();
        match self.account.run(command, limit + POLL).await {
            Err(Error::Program { output, .. }) => tracing::debug!("pg_ctl start: {output}"),
            Err(error @ Error::Io { .. }) => return Err(error),
            _ => {}
        }
        Ok(())
    }

    /// Creates the shop's database if it is missing.
    async fn make_database(&self) -> Result<(), Error> {
        let found = format!("SELECT datname FROM pg_database WHERE datname = '{DATABASE}'");
        if self.query(&found).await?.is_empty() {
            self.query(&format!("CREATE DATABASE {DATABASE}")).await?;
        }
        Ok(())
    }

    async fn query(&self, sql: &str) -> Result<String, Error> {
        let command = PsqlBuilder::new()
            .program_dir(&self.bin)
            .no_psqlrc()
            .no_password()
            .tuples_only()
            .no_align()
            .host(&self.socket_dir)
            .port(PORT)
            .username(USER)
            .dbname("postgres")
            .command(sql)
            .build();
        self.account.run(command, STOP_LIMIT).await
    }

    /// The shop's database as a URL. The port and the TLS mode are spelt out
    /// because the environment (`PGPORT`, `PGSSLMODE`) could say otherwise.
    pub(super) fn url(&self) -> String {
        let dir = self.socket_dir.to_string_lossy();
        let dir = utf8_percent_encode(&dir, NON_ALPHANUMERIC);
        format!("postgres://{USER}@localhost:{PORT}/{DATABASE}?host={dir}&sslmode=disable")
    }

    /// As [`Server::up`], with a turn of its own.
    pub(super) async fn ensure(&self) -> Result<(), Error> {
        if self.state()? == State::Ready {
            return Ok(());
        }
        let turn = self.turn().await?;
        self.up(&turn).await
    }

    /// Waits for the right to start or stop the server.
    pub(super) async fn turn(&self) -> Result<Turn, Error> {
        Turn::take(&self.data_dir).await
    }

    /// What the server is doing.
    pub(super) fn state(&self) -> Result<State, Error> {
        postmaster::state(&self.cluster)
    }

    /// Stops the server if there is one.
    pub(super) async fn down(&self, _turn: &Turn) -> Result<(), Error> {
        if self.state()? != State::Down {
            let command = self.pg_ctl(Mode::Stop, STOP_LIMIT).shutdown_mode(ShutdownMode::Fast).build();
            let stopped = self.account.run(command, STOP_LIMIT + POLL).await;
            if self.state()? != State::Down {
                tracing::debug!("pg_ctl stop: {stopped:?}");
                let log = log::tail(&self.cluster);
                return Err(Error::Stop { seconds: STOP_LIMIT.as_secs(), log });
            }
        }
        if self.socket_dir != self.cluster {
            // In `/tmp`; if it stays, the next start finds it again.
            let _ = fs::remove_dir(&self.socket_dir);
        }
        Ok(())
    }

    fn pg_ctl(&self, mode: Mode, limit: Duration) -> PgCtlBuilder {
        PgCtlBuilder::new().program_dir(&self.bin).pgdata(&self.cluster).mode(mode).wait().timeout(limit.as_secs())
    }
}
