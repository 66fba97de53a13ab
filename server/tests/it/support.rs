//! Folders, processes and queries for the tests.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::unistd::Pid;
use server::postgres::Cluster;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, PgPool};
use tempfile::TempDir;

pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A directory which is removed in the end, with these permissions: those of
/// `tempfile` would keep the user `postgres` out.
pub(crate) fn folder(mode: u32) -> std::io::Result<TempDir> {
    tempfile::Builder::new().prefix("madang").permissions(Permissions::from_mode(mode)).tempdir()
}

pub(crate) fn pid(data_dir: &Path) -> Result<Pid, Box<dyn std::error::Error>> {
    let text = fs::read_to_string(data_dir.join("postgres/postmaster.pid"))?;
    Ok(Pid::from_raw(text.lines().next().ok_or("empty")?.trim().parse()?))
}

/// Whether the process runs; a zombie, which has no command line, does not.
pub(crate) fn alive(pid: Pid) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

pub(crate) async fn run(cluster: &Cluster, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(&cluster.url()).await?;
    connection.execute(sql).await?;
    connection.close().await
}

pub(crate) async fn ask(cluster: &Cluster, sql: &str) -> Result<String, sqlx::Error> {
    let mut connection = PgConnection::connect(&cluster.url()).await?;
    let answer = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(answer)
}

pub(crate) async fn remember(cluster: &Cluster) -> Result<(), sqlx::Error> {
    run(cluster, "CREATE TABLE memory AS SELECT 'kept'::text AS word").await
}

pub(crate) async fn recall(cluster: &Cluster) -> Result<String, sqlx::Error> {
    ask(cluster, "SELECT word FROM memory").await
}

/// Makes somebody a seller beside the demo one: `other@madang.example`, with the demo seller's password.
pub(crate) async fn another_seller(db: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query(
        "with other as (
             insert into member (email, password_hash, name, role)
             select 'other@madang.example', password_hash, '최서점', 'seller' from member
             where email = 'seller@madang.example' returning member_id
         ), wallet as (
             insert into points_wallet (member_id) select member_id from other
         )
         update seller set member_id = other.member_id from other
         where seller_id = (select min(seller_id) from seller where member_id is null)",
    )
    .execute(db)
    .await?;
    Ok(())
}
