//! What can go wrong with the shop's own PostgreSQL.

use std::io;
use std::path::{Path, PathBuf};

/// Why the cluster could not be opened, kept up or closed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No usable PostgreSQL on this machine.
    #[error("PostgreSQL 15 or later was not found; run `apt-get install postgresql`")]
    NotInstalled,
    /// The cluster needs a major version which this machine does not have.
    #[error(
        "the cluster in {path} was made by PostgreSQL {major}, which was not found; run `apt-get install postgresql-{major}`"
    )]
    OtherVersion {
        /// The cluster.
        path: PathBuf,
        /// Its major version.
        major: u32,
    },
    /// Run as root on a system without PostgreSQL's account.
    #[error(
        "PostgreSQL refuses to run as root and there is no user `postgres` to run it as; run `adduser --system --group postgres`, or start the shop as an ordinary user"
    )]
    NoPostgresUser,
    /// The user id has no name, and PostgreSQL knows users by name.
    #[error("the user id {0} has no name in the system's user list, which PostgreSQL needs")]
    NamelessUser(u32),
    /// The cluster belongs to someone else.
    #[error("{path} belongs to the user id {owner}; start the shop as that user or as root")]
    NotOwner {
        /// The cluster.
        path: PathBuf,
        /// The user id which owns it.
        owner: u32,
    },
    /// The cluster lies where the account that must run it cannot go.
    #[error(
        "the user `{user}` cannot enter {path}; allow it (`chmod o+x` on the folders above), or move the cluster and leave a symlink"
    )]
    Unreachable {
        /// The cluster.
        path: PathBuf,
        /// The account that runs PostgreSQL.
        user: String,
    },
    /// `pg_ctl` hands the path to a shell without escaping it.
    #[error(
        "the path {0:?} cannot hold a PostgreSQL cluster, for it has a control character, one of \" $ ` \\, or is not UTF-8"
    )]
    Path(PathBuf),
    /// The symlink to the cluster leads nowhere.
    #[error(
        "the database {target} is gone, to which {link} leads; bring it back, or remove the link to begin with an empty one"
    )]
    Lost {
        /// The symlink.
        link: PathBuf,
        /// Where it leads to.
        target: PathBuf,
    },
    /// Something else is where the cluster should be.
    #[error("{0} is neither empty nor a PostgreSQL cluster; move it away")]
    NotACluster(PathBuf),
    /// The fallback socket directory is not safe to use.
    #[error(
        "{0} is not a private directory of the account that runs PostgreSQL; remove it, or use a shorter data directory"
    )]
    SocketDir(PathBuf),
    /// Another instance kept starting or stopping the server for too long.
    #[error("another instance has held {path} for {seconds} seconds")]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// How long this instance waited.
        seconds: u64,
    },
    /// The server did not become ready.
    #[error("PostgreSQL did not become ready within {seconds} seconds; its log ends with:\n{log}")]
    Start {
        /// How long it was waited for.
        seconds: u64,
        /// The end of the server's log.
        log: String,
    },
    /// The server did not stop.
    #[error("PostgreSQL did not stop within {seconds} seconds; its log ends with:\n{log}")]
    Stop {
        /// How long it was waited for.
        seconds: u64,
        /// The end of the server's log.
        log: String,
    },
    /// One of PostgreSQL's programs failed.
    #[error("`{program}` failed: {output}")]
    Program {
        /// The program, such as `initdb`.
        program: String,
        /// What it printed.
        output: String,
    },
    /// One of PostgreSQL's programs did not finish.
    #[error("`{program}` did not finish within {seconds} seconds")]
    Timeout {
        /// The program, such as `initdb`.
        program: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The system refused a file operation or the start of a program.
    #[error("could not {action} {path}: {cause}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// Why it failed.
        cause: io::Error,
    },
}

impl Error {
    /// Wraps an I/O error, for use with `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |cause| Self::Io { action, path, cause }
    }
}
