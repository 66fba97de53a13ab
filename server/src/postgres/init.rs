//! Making a new cluster.

use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use postgresql_commands::CommandBuilder;
use postgresql_commands::initdb::InitDbBuilder;

use super::account::Account;
use super::config::USER;
use super::error::Error;

/// How long `initdb` may take; it writes some 40 MB and syncs them.
const LIMIT: Duration = Duration::from_secs(240);

/// Makes the cluster at `cluster`, where there is nothing or an empty folder.
/// Call it under the turn.
///
/// It grows under another name beside its place and is renamed when it is
/// whole, so that there is either no cluster or a good one.
pub(super) async fn create(cluster: &Path, bin: &Path, account: &Account) -> Result<(), Error> {
    if !is_free(cluster)? {
        return Err(Error::NotACluster(cluster.into()));
    }
    clear_leftovers(cluster).await;
    let partial = partial_name(cluster);
    DirBuilder::new().mode(0o700).create(&partial).map_err(Error::io("create", &partial))?;
    account.give(&partial)?;
    let made = initdb(&partial, bin, account).await.and_then(|()| settle(&partial, cluster));
    if made.is_err() {
        remove(&partial).await;
    }
    made
}

fn is_free(cluster: &Path) -> Result<bool, Error> {
    match fs::read_dir(cluster) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(Error::io("look into", cluster)(error)),
    }
}

/// Removes what instances left behind that were killed while making a cluster.
async fn clear_leftovers(cluster: &Path) {
    let prefix = partial_prefix(cluster);
    let entries = cluster.parent().and_then(|parent| fs::read_dir(parent).ok());
    for entry in entries.into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            remove(&entry.path()).await;
        }
    }
}

/// A name not used before: an `initdb` whose parent was killed may live on for
/// some seconds and must not write into the next one's directory.
fn partial_name(cluster: &Path) -> PathBuf {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
    cluster.with_file_name(format!("{}{now}", partial_prefix(cluster)))
}

fn partial_prefix(cluster: &Path) -> String {
    let name = cluster.file_name().unwrap_or_default().to_string_lossy();
    format!("{name}.partial-")
}

async fn initdb(partial: &Path, bin: &Path, account: &Account) -> Result<(), Error> {
    let command = InitDbBuilder::new()
        .program_dir(bin)
        .pgdata(partial)
        .username(USER)
        .auth_local("peer")
        .auth_host("reject")
        .data_checksums()
        .encoding("UTF8")
        .locale_provider("libc")
        .locale("C.UTF-8")
        .no_instructions()
        .build();
    account.run(command, LIMIT).await?;
    Ok(())
}

/// Puts the finished cluster in its place, safe from a power failure.
fn settle(partial: &Path, cluster: &Path) -> Result<(), Error> {
    fs::rename(partial, cluster).map_err(Error::io("create", cluster))?;
    let parent = cluster.parent().unwrap_or(cluster);
    File::open(parent).and_then(|dir| dir.sync_all()).map_err(Error::io("write", parent))
}

async fn remove(partial: &Path) {
    if let Err(error) = tokio::fs::remove_dir_all(partial).await {
        tracing::warn!("could not remove {}: {error}", partial.display());
    }
}
