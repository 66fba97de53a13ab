//! A reader of the log: what it reads, and what it does with it.

use async_trait::async_trait;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{Error, Result, Shop};

/// A fact that was appended.
#[derive(Debug, Clone)]
pub struct Event {
    /// Names it for good; not the order in which facts are read.
    pub id: i64,
    /// What happened.
    pub name: String,
    /// What it happened to.
    pub subject: String,
    /// What a reader needs to know of it.
    pub payload: Value,
    /// When, in UTC.
    pub at: OffsetDateTime,
}

/// Why a reader could not take events.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The other side is away: the reader waits, and goes on from the same place.
    #[error("away: {0}")]
    Away(String),
    /// The events cannot be taken, however often they are tried.
    #[error("not taken: {0}")]
    Poison(String),
    /// The database, whose passing trouble is an outage and whose other trouble is poison.
    #[error(transparent)]
    Shop(#[from] Error),
}

impl Trouble {
    /// Whether to wait and try again for as long as it takes.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Away(_) => true,
            Self::Poison(_) => false,
            Self::Shop(error) => error.transient().is_some() || is_away(error),
        }
    }

    /// Whether the database cut a statement off.
    pub(super) fn is_timeout(&self) -> bool {
        matches!(self, Self::Shop(Error::Database(sqlx::Error::Database(error))) if error.code().as_deref() == Some("57014"))
    }
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Self::Shop(error.into())
    }
}

/// Trouble of the database as a whole, which no event can be blamed for.
fn is_away(error: &Error) -> bool {
    match error {
        Error::Database(sqlx::Error::PoolClosed | sqlx::Error::Tls(_)) => true,
        // No disk, memory or connections left, a server that may not write, a transaction cut off.
        Error::Database(sqlx::Error::Database(error)) => {
            error.code().is_some_and(|code| code.starts_with("53") || code == "25006" || code == "25P03")
        }
        _ => false,
    }
}

/// A reader of the log. It is given the events of its names in the order of their transactions, and
/// in batches. What it stores moves with its cursor in one transaction, and so happens once; what
/// it sends is sent at least once.
#[async_trait]
pub trait Reader: Send + Sync {
    /// Names its cursor for good.
    fn name(&self) -> &'static str;

    /// The names of the events that it wants.
    fn reads(&self) -> &'static [&'static str];

    /// Whether it has something to send, so that one instance alone should.
    fn sends(&self) -> bool {
        false
    }

    /// The most events that it is given at once.
    fn batch(&self) -> usize {
        500
    }

    /// Tells the outside, before anything is stored. No transaction is open.
    async fn send(&self, _shop: &Shop, _events: &[Event]) -> Result<(), Trouble> {
        Ok(())
    }

    /// Stores what follows from the events, in the transaction that moves the cursor.
    async fn store(&self, _shop: &Shop, _conn: &mut PgConnection, _events: &[Event]) -> Result<()> {
        Ok(())
    }
}
