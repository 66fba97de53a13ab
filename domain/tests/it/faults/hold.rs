//! Somebody else's transaction, which holds locks.

use std::time::Duration;

use domain::Result;
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgConnection as Postgres},
};

/// A transaction over a connection of its own.
pub(super) struct Hold {
    conn: Postgres,
    /// Over which it looks around.
    watch: PgConnection,
}

impl Hold {
    /// Does this, and holds what it locks.
    pub(super) async fn of(options: &PgConnectOptions, what: &str) -> Result<Self> {
        let mut hold = Self {
            conn: PgConnection::connect_with(options).await?,
            watch: PgConnection::connect_with(options).await?,
        };
        hold.run("begin").await;
        hold.run(what).await;
        Ok(hold)
    }

    pub(super) async fn run(&mut self, what: &str) {
        sqlx::raw_sql(what).execute(&mut self.conn).await.expect(what);
    }

    pub(super) async fn commit(&mut self) {
        self.run("commit").await;
    }

    /// Waits until somebody waits for this, and tells who.
    pub(super) async fn until_someone_waits(&mut self) -> i32 {
        for _ in 0..2_000 {
            let waiting: Option<i32> = sqlx::query_scalar(
                "select pid from pg_stat_activity
                 where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0 limit 1",
            )
            .fetch_optional(&mut self.watch)
            .await
            .expect("who waits");
            if let Some(pid) = waiting {
                return pid;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("nobody waits");
    }

    /// Ends a connection of somebody else.
    pub(super) async fn terminate(&mut self, pid: i32) {
        let ended = sqlx::query_scalar("select pg_terminate_backend($1, 5000)").bind(pid);
        let ended: bool = ended.fetch_one(&mut self.watch).await.expect("an end");
        assert!(ended, "{pid} has ended");
    }
}
