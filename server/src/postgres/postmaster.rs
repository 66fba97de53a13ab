//! Whether a cluster's server runs, from `postmaster.pid` and `/proc`.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use super::error::Error;

/// A file that is still empty after this time will never be filled.
const EMPTY_LIMIT: Duration = Duration::from_secs(10);

/// What a cluster's server is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// There is no server.
    Down,
    /// A server is starting, recovering or stopping.
    Busy,
    /// The server takes connections.
    Ready,
}

/// Looks at the server of the cluster at `cluster`.
pub(super) fn state(cluster: &Path) -> Result<State, Error> {
    let Some(text) = read(cluster)? else {
        return Ok(State::Down);
    };
    if text.is_empty() {
        let fresh = age(cluster).is_none_or(|age| age < EMPTY_LIMIT);
        return Ok(if fresh { State::Busy } else { State::Down });
    }
    // Line 1 is the process id, line 2 the data directory, line 8 the status.
    let mut lines = text.lines();
    let (pid, dir) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let status = lines.nth(5).unwrap_or_default().trim();
    Ok(match (runs(pid.trim(), Path::new(dir)), status) {
        (false, _) => State::Down,
        (true, "ready") => State::Ready,
        (true, _) => State::Busy,
    })
}

/// Removes the file a dead server left if PostgreSQL itself would be misled by
/// it: its process id belongs to a zombie or to another program by now. Call
/// it under the turn, when the state is [`State::Down`].
///
/// PostgreSQL still refuses to start while children of the dead server are
/// attached to its shared memory.
pub(super) fn clear_stale(cluster: &Path) -> Result<(), Error> {
    let Some(text) = read(cluster)? else {
        return Ok(());
    };
    let pid = text.lines().next().unwrap_or_default().trim();
    if !pid.is_empty() && !Path::new("/proc").join(pid).exists() {
        return Ok(());
    }
    let path = cluster.join("postmaster.pid");
    tracing::warn!("removing {}, which a dead server left", path.display());
    fs::remove_file(&path).map_err(Error::io("remove", &path))
}

fn read(cluster: &Path) -> Result<Option<String>, Error> {
    let path = cluster.join("postmaster.pid");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", &path)(error)),
    }
}

fn age(cluster: &Path) -> Option<Duration> {
    let found = fs::metadata(cluster.join("postmaster.pid")).ok()?;
    found.modified().ok()?.elapsed().ok()
}

/// Whether process `pid` is the server of `dir`. In doubt it is: PostgreSQL's
/// own checks then decide.
fn runs(pid: &str, dir: &Path) -> bool {
    match fs::read(Path::new("/proc").join(pid).join("cmdline")) {
        Ok(line) => is_server(&String::from_utf8_lossy(&line), dir),
        Err(error) => error.kind() != ErrorKind::NotFound && error.raw_os_error() != Some(3),
    }
}

/// Whether a command line (arguments ended by NUL; empty for a zombie) is that
/// of a server of `dir`. A server's children have titles, not arguments.
fn is_server(line: &str, dir: &Path) -> bool {
    let mut args = line.split('\0');
    let program = args.next().map(Path::new).and_then(Path::file_name);
    if !program.is_some_and(|name| name == "postgres" || name == "postmaster") {
        return false;
    }
    let given = match args.find_map(|arg| arg.strip_prefix("-D")) {
        Some("") => args.next().unwrap_or_default(),
        Some(joined) => joined,
        None => return true,
    };
    Path::new(given).is_relative() || Path::new(given) == dir
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_of_the_same_directory_counts() {
        let dir = Path::new("/srv/shop/postgres");
        let server = |line| is_server(line, dir);
        assert!(server("/usr/lib/postgresql/15/bin/postgres\0-D\0/srv/shop/postgres\0"));
        assert!(server("postgres\0-D/srv/shop/postgres\0"));
        assert!(server("postgres\0-D\0.\0"));
        assert!(server("postgres\0"));
        assert!(!server("/usr/lib/postgresql/15/bin/postgres\0-D\0/var/lib/postgresql/15/main\0"));
        assert!(!server("postgres: madang: checkpointer \0\0\0"));
        assert!(!server("/usr/bin/python3\0-D\0/srv/shop/postgres\0"));
        assert!(!server(""));
    }
}
