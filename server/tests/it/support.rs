//! Folders, processes and queries for the tests.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::unistd::Pid;
use server::postgres::Cluster;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
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
