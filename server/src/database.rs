//! The database that the shop uses: the one that is set, or a private one of its own.

use std::{str::FromStr, time::Duration};

use sqlx::{
    Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tracing_subscriber::EnvFilter;

use crate::{
    postgres::{self, Cluster},
    settings::{Database, LogFormat},
};

/// Connections idle for longer are tried before they are used: the server may have gone meanwhile.
const FRESH: Duration = Duration::from_millis(50);

/// Why the program cannot go on, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is wrong.
    #[error("{0}")]
    Setting(String),
    /// The private database cannot be started.
    #[error(transparent)]
    Cluster(#[from] postgres::Error),
    /// The database cannot be reached.
    #[error("the database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error("the database's schema cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Something went wrong inside.
    #[error(transparent)]
    Domain(#[from] domain::Error),
    /// The books do not add up.
    #[error("{0} of the invariants are broken")]
    Audit(usize),
    /// The address cannot be listened on, or the like.
    #[error("{0}: {1}")]
    Io(String, #[source] std::io::Error),
}

/// A database that is there, and migrated.
pub struct Opened {
    /// Connections for the shop.
    pub pool: PgPool,
    cluster: Option<Cluster>,
}

impl Opened {
    /// Ends the connections, and the private database with them.
    pub async fn close(self) {
        self.pool.close().await;
        if let Some(cluster) = self.cluster
            && let Err(error) = cluster.close().await
        {
            tracing::warn!(%error, "the private database was not stopped");
        }
    }
}

/// Whether statements are cut off after a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Requests: a statement that takes long keeps a shopper waiting and locks held.
    Request,
    /// Migrating and seeding take as long as they take.
    Bulk,
}

/// Opens the database and migrates it; several may do so at once.
///
/// # Errors
/// Why it cannot be used.
pub async fn open(settings: &Database, patience: Patience) -> Result<Opened, Error> {
    // Set to nothing is not set.
    let Some(url) = settings.database_url.as_ref().filter(|url| !url.is_empty()) else {
        let mut cluster = postgres::open(&settings.data_dir).await?;
        cluster.watch();
        return match connect(&cluster.url(), settings.db_connections, patience).await {
            Ok(pool) => Ok(Opened { pool, cluster: Some(cluster) }),
            Err(error) => {
                // What cannot be used should not be left running.
                cluster.close().await?;
                Err(error)
            }
        };
    };
    Ok(Opened { pool: connect(url, settings.db_connections, patience).await?, cluster: None })
}

async fn connect(url: &str, connections: u32, patience: Patience) -> Result<PgPool, Error> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(Error::Setting("DATABASE_URL must start with postgres://".to_owned()));
    }
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| Error::Setting(format!("DATABASE_URL is no PostgreSQL address: {error}")))?
        .application_name("madang");
    // The migrator holds a lock of its own while it works, so that instances may start together.
    let bulk = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(10));
    let bulk = bulk.connect_with(options.clone()).await?;
    domain::MIGRATIONS.run(&bulk).await?;
    bulk.close().await;
    let options = match patience {
        Patience::Bulk => options,
        Patience::Request => options.options([
            ("statement_timeout", "10s"),
            ("lock_timeout", "5s"),
            ("idle_in_transaction_session_timeout", "10s"),
        ]),
    };
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(3))
        // A connection that was in use a moment ago need not be asked whether it lives.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        });
    Ok(pool.connect_with(options).await?)
}

/// `madang migrate`.
///
/// # Errors
/// Why it cannot be done.
pub async fn migrate(settings: Database) -> Result<(), Error> {
    log(&settings)?;
    open(&settings, Patience::Bulk).await?.close().await;
    println!("The schema is up to date.");
    Ok(())
}

/// Starts logging to standard error.
///
/// # Errors
/// A sentence, where the filter cannot be read.
pub fn log(settings: &Database) -> Result<(), Error> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| Error::Setting(format!("MADANG_LOG cannot be read: {error}")))?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    // Only a test starts logging twice.
    started.or(Ok(()))
}
