//! Where the cluster and its socket lie.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::Account;
use super::error::Error;

/// Where clusters go that cannot lie in their data directory.
const ELSEWHERE: &str = "/var/lib/madang";
/// The longest socket directory: the kernel allows paths of 107 bytes, and
/// `/.s.PGSQL.5432` takes 14 of them.
const LONGEST_SOCKET_DIR: usize = 93;

/// Makes the data directory if it is missing and returns its real path.
pub(super) fn prepare(data_dir: &Path) -> Result<PathBuf, Error> {
    fs::create_dir_all(data_dir).map_err(Error::io("create", data_dir))?;
    fs::canonicalize(data_dir).map_err(Error::io("find", data_dir))
}

/// A cluster, which may not exist yet.
#[derive(Debug)]
pub(super) struct Place {
    /// The cluster itself.
    pub cluster: PathBuf,
    /// The account that runs it.
    pub account: Account,
    /// The symlink that must still lead to it, if any.
    missing_link: Option<PathBuf>,
}

impl Place {
    /// Finds the place for the cluster of `data_dir`.
    pub(super) async fn find(data_dir: &Path) -> Result<Self, Error> {
        let entry = data_dir.join("postgres");
        let (mut cluster, exists) = match fs::symlink_metadata(&entry) {
            Ok(found) if found.is_symlink() => (target(&entry, data_dir)?, true),
            Ok(_) => (entry.clone(), true),
            Err(error) if error.kind() == ErrorKind::NotFound => (entry.clone(), false),
            Err(error) => return Err(Error::io("look at", &entry)(error)),
        };
        let account = Account::find(&cluster)?;
        let parent = cluster.parent().unwrap_or(data_dir);
        let mut missing_link = None;
        if !account.can_enter(parent).await? {
            if exists {
                let user = account.name().into();
                return Err(Error::Unreachable { path: cluster, user });
            }
            cluster = elsewhere(data_dir, &account)?;
            missing_link = Some(entry);
        }
        check(&cluster)?;
        Ok(Self { cluster, account, missing_link })
    }

    /// Sets the symlink, now that the cluster exists: in this order a symlink
    /// that leads nowhere always means that something was lost.
    pub(super) fn link(&self) -> Result<(), Error> {
        match &self.missing_link {
            Some(entry) => symlink(&self.cluster, entry).map_err(Error::io("link", entry)),
            None => Ok(()),
        }
    }
}

/// The directory of the cluster's socket: the cluster itself, or, where its
/// path is too long for a socket or has a comma, at which libpq splits it, a
/// private directory in `/tmp`, which is made.
pub(super) fn socket_dir(cluster: &Path, account: &Account) -> Result<PathBuf, Error> {
    let path = cluster.as_os_str();
    if path.len() <= LONGEST_SOCKET_DIR && !path.as_encoded_bytes().contains(&b',') {
        return Ok(cluster.into());
    }
    let dir = PathBuf::from(format!("/tmp/madang-{}-{}", account.uid(), name_for(cluster)));
    match DirBuilder::new().mode(0o700).create(&dir) {
        Ok(()) => account.give(&dir)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::io("create", &dir)(error)),
    }
    // Anybody may have made it before us; not following symlinks, and the
    // sticky bit of /tmp, keep what is found here true.
    let found = fs::symlink_metadata(&dir).map_err(Error::io("look at", &dir))?;
    let private = found.is_dir() && found.uid() == account.uid() && found.mode() & 0o077 == 0;
    if private { Ok(dir) } else { Err(Error::SocketDir(dir)) }
}

/// Where the symlink `entry` leads to.
fn target(entry: &Path, data_dir: &Path) -> Result<PathBuf, Error> {
    let target = fs::read_link(entry).map_err(Error::io("read", entry))?;
    let target = data_dir.join(target);
    match target.try_exists() {
        Ok(true) => Ok(target),
        Ok(false) => Err(Error::Lost { link: entry.into(), target }),
        Err(error) => Err(Error::io("look at", &target)(error)),
    }
}

/// The place for the cluster of `data_dir` outside of it.
fn elsewhere(data_dir: &Path, account: &Account) -> Result<PathBuf, Error> {
    let base = Path::new(ELSEWHERE);
    match DirBuilder::new().mode(0o755).create(base) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Error::io("create", base)(error)),
    }
    let cluster = base.join(name_for(data_dir));
    tracing::info!(
        "the user {} cannot enter {}, so the database is kept in {}",
        account.name(),
        data_dir.display(),
        cluster.display()
    );
    Ok(cluster)
}

/// A short name which stays the same for the same path.
fn name_for(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    format!("{digest:x}").chars().take(16).collect()
}

fn check(cluster: &Path) -> Result<(), Error> {
    let fits = |text: &str| !text.contains(|c: char| c.is_control() || "\"$`\\".contains(c));
    match cluster.to_str() {
        Some(text) if fits(text) => Ok(()),
        _ => Err(Error::Path(cluster.into())),
    }
}
