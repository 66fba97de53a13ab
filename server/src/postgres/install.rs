//! Which of the machine's PostgreSQL installations to use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::Error;

/// The oldest major version that will do.
const OLDEST: u32 = 15;
/// Where Debian and Ubuntu put one directory for each major version.
const DEBIAN: &str = "/usr/lib/postgresql";
const PROGRAMS: [&str; 4] = ["initdb", "pg_ctl", "postgres", "psql"];

/// Finds the directory of PostgreSQL's programs for the cluster at `cluster`:
/// its own major version if it exists already, else the newest.
pub(super) fn find(cluster: &Path) -> Result<PathBuf, Error> {
    let wanted = major_of(cluster)?;
    let fits = |major: u32| wanted.map_or(major >= OLDEST, |wanted| major == wanted);
    let newest = debian().filter(|(major, _)| fits(*major)).max();
    match (newest.or_else(|| on_path().find(|(major, _)| fits(*major))), wanted) {
        (Some((_, bin)), _) => Ok(bin),
        (None, Some(major)) => Err(Error::OtherVersion { path: cluster.into(), major }),
        (None, None) => Err(Error::NotInstalled),
    }
}

/// The major version that made the cluster; `None` if there is no cluster.
pub(super) fn major_of(cluster: &Path) -> Result<Option<u32>, Error> {
    let path = cluster.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse() {
            Ok(major) => Ok(Some(major)),
            Err(_) => Err(Error::NotACluster(cluster.into())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", &path)(error)),
    }
}

fn debian() -> impl Iterator<Item = (u32, PathBuf)> {
    fs::read_dir(DEBIAN).into_iter().flatten().flatten().filter_map(|entry| {
        let major = entry.file_name().to_str()?.parse().ok()?;
        let bin = entry.path().join("bin");
        is_complete(&bin).then_some((major, bin))
    })
}

fn on_path() -> impl Iterator<Item = (u32, PathBuf)> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
    dirs.into_iter().filter(|bin| bin.is_absolute() && is_complete(bin)).filter_map(|bin| Some((major_in(&bin)?, bin)))
}

fn is_complete(bin: &Path) -> bool {
    PROGRAMS.iter().all(|program| bin.join(program).is_file())
}

/// The major version of the programs in `bin`, from a line such as
/// `pg_ctl (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`.
fn major_in(bin: &Path) -> Option<u32> {
    let output = Command::new(bin.join("pg_ctl")).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_once("(PostgreSQL) ")?.1;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
