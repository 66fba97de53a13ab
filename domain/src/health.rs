//! How it is with the database and with what waits in it.

use std::time::Instant;

use time::OffsetDateTime;

use crate::{Result, Shop, member::Staff};

/// Mails are counted up to here, as the query says too.
pub const MOST: i64 = 10_000;

/// The state of the database, and of this instance's connections to it.
#[derive(Debug, Clone)]
pub struct Health {
    /// The server's version.
    pub version: String,
    /// What the database takes on its disk, in bytes.
    pub size: i64,
    /// Connections to it, of everybody.
    pub connections: i64,
    /// Connections that the server takes.
    pub most_connections: i64,
    /// When the oldest transaction that is open began, in UTC; but for this one.
    pub oldest: Option<OffsetDateTime>,
    /// How long it took to find out, in milliseconds.
    pub milliseconds: u128,
    /// Connections of this instance that are open.
    pub pool: u32,
    /// Of these, idle ones.
    pub pool_idle: usize,
    /// The most that it opens.
    pub most_pool: u32,
}

/// Looks at the database.
///
/// # Errors
/// Where the database is away.
pub async fn health(shop: &Shop, _by: &Staff) -> Result<Health> {
    let began = Instant::now();
    let row = sqlx::query!(
        r#"select split_part(current_setting('server_version'), ' ', 1) as "version!", pg_database_size(current_database()) as "size!",
                  (select count(*) from pg_stat_activity where datname = current_database()) as "connections!",
                  current_setting('max_connections')::bigint as "most!",
                  (select min(xact_start) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid()) as oldest"#
    )
    .fetch_one(&shop.db)
    .await?;
    Ok(Health {
        version: row.version,
        size: row.size,
        connections: row.connections,
        most_connections: row.most,
        oldest: row.oldest,
        milliseconds: began.elapsed().as_millis(),
        pool: shop.db.size(),
        pool_idle: shop.db.num_idle(),
        most_pool: shop.db.options().get_max_connections(),
    })
}

/// Mails on their way, and those that came to nothing; ten thousand of each may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mails {
    /// They wait to be sent, or are being sent.
    pub queued: i64,
    /// Since when the oldest of these waits, in UTC.
    pub since: Option<OffsetDateTime>,
    /// They were refused for good.
    pub failed: i64,
    /// Nobody knows whether they went out.
    pub lost: i64,
}

/// Counts mails.
///
/// # Errors
/// Where the database is away.
pub async fn mails(shop: &Shop, _by: &Staff) -> Result<Mails> {
    let mails = sqlx::query_as!(
        Mails,
        r#"select q.count as "queued!", q.since, f.count as "failed!", l.count as "lost!"
           from (select count(*), min(created_at) as since from (
                     select created_at from mail where status in ('queued', 'sending') limit 10000) m) q,
                (select count(*) from (select from mail where status = 'failed' limit 10000) m) f,
                (select count(*) from (select from mail where status = 'lost' limit 10000) m) l"#
    );
    Ok(mails.fetch_one(&shop.db).await?)
}

/// Whether the database answers; with its version.
///
/// # Errors
/// Where the database is away.
pub async fn database(shop: &Shop) -> Result<String> {
    let version = sqlx::query_scalar!(r#"select split_part(current_setting('server_version'), ' ', 1) as "version!""#);
    Ok(version.fetch_one(&shop.db).await?)
}
