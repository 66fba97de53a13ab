//! Advisory locks by which instances in one folder agree on who starts and who
//! stops the server.
//!
//! Every start and stop happens under the turn, and seats are taken and left
//! under it too. So whoever leaves last knows it, and nobody starts a server
//! that is being stopped. Locks are released explicitly, not by closing: a
//! child process that was forked but not yet executed holds a copy of the file
//! for a moment.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::error::Error;

/// How long to wait for the turn: longer than another instance may take to
/// create and start the cluster.
const TURN_LIMIT: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(50);

/// The right to start or stop the server; at most one at a time in a folder.
#[derive(Debug)]
pub(super) struct Turn(File);

impl Turn {
    /// Waits for the turn, at most [`TURN_LIMIT`].
    pub(super) async fn take(data_dir: &Path) -> Result<Self, Error> {
        let (file, path) = lock_file(data_dir, "postgres.turn")?;
        let deadline = Instant::now() + TURN_LIMIT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(POLL).await,
                Err(error) => return Err(refused(error, path)),
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Should this fail, closing the file releases the lock as well.
        let _ = self.0.unlock();
    }
}

/// The mark of an instance that uses the server; any number in a folder.
#[derive(Debug)]
pub(super) struct Seat {
    file: File,
    path: PathBuf,
}

impl Seat {
    /// Takes a seat; never waits, as only the holder of the turn could refuse.
    pub(super) fn take(data_dir: &Path, _turn: &Turn) -> Result<Self, Error> {
        let (file, path) = lock_file(data_dir, "postgres.seat")?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self { file, path }),
            Err(error) => Err(refused(error, path)),
        }
    }

    /// Gives the seat up; `true` if nobody else has one.
    pub(super) fn leave(self, _turn: &Turn) -> Result<bool, Error> {
        self.file.unlock().map_err(Error::io("unlock", &self.path))?;
        match self.file.try_lock() {
            Ok(()) => {
                self.file.unlock().map_err(Error::io("unlock", &self.path))?;
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(cause)) => Err(Error::io("lock", &self.path)(cause)),
        }
    }
}

fn lock_file(data_dir: &Path, name: &str) -> Result<(File, PathBuf), Error> {
    let path = data_dir.join(name);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(Error::io("open", &path))?;
    Ok((file, path))
}

fn refused(error: TryLockError, path: PathBuf) -> Error {
    match error {
        TryLockError::WouldBlock => Error::Busy { path, seconds: TURN_LIMIT.as_secs() },
        TryLockError::Error(cause) => Error::Io { action: "lock", path, cause },
    }
}
