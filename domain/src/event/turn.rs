//! Whose turn it is to send.

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::Trouble;
use crate::Shop;

/// The right of one instance to send for a reader: a lock of the database that lives as long as the
/// connection that took it. When that is gone, any other instance takes its place.
#[derive(Debug)]
pub struct Turn {
    reader: &'static str,
    options: PgConnectOptions,
    /// Of its own, beside the pool's.
    conn: Option<PgConnection>,
    held: bool,
}

impl Turn {
    /// A turn that is not taken yet.
    pub fn new(shop: &Shop, reader: &'static str) -> Self {
        // The server has to notice when the machine of who sends is gone.
        let options = shop.db.connect_options().as_ref().clone().options([
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "2"),
            ("tcp_keepalives_count", "3"),
        ]);
        Self { reader, options, conn: None, held: false }
    }

    /// Whether it is this instance's, which takes it where nobody has it.
    ///
    /// # Errors
    /// Where the database is away: the turn is lost.
    pub async fn is_ours(&mut self) -> Result<bool, Trouble> {
        let held = self.ask().await;
        if held.is_err() {
            (self.conn, self.held) = (None, false);
        }
        Ok(held?)
    }

    async fn ask(&mut self) -> Result<bool, sqlx::Error> {
        let conn = match &mut self.conn {
            Some(conn) => conn,
            none => none.insert(PgConnection::connect_with(&self.options).await?),
        };
        if self.held {
            conn.ping().await?;
        } else {
            let held = sqlx::query_scalar!(
                r#"select pg_try_advisory_lock(hashtextextended('reader ' || $1, 0)) as "held!""#,
                self.reader
            );
            self.held = held.fetch_one(conn).await?;
        }
        Ok(self.held)
    }
}
