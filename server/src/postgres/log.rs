//! The server's log files, for error messages.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::Error;

const TAIL_BYTES: u64 = 4096;
const TAIL_LINES: usize = 12;

/// The file with what the server says before its own log is open.
pub(super) fn startup(cluster: &Path) -> PathBuf {
    cluster.join("startup.log")
}

/// Removes that file, so that it tells of one start only and does not grow.
pub(super) fn clear_startup(cluster: &Path) -> Result<(), Error> {
    let path = startup(cluster);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", &path)(error)),
        _ => Ok(()),
    }
}

/// The last lines of the file the server wrote to last.
pub(super) fn tail(cluster: &Path) -> String {
    let logs = fs::read_dir(cluster.join("log")).into_iter().flatten().flatten();
    let files = logs.map(|file| file.path()).chain([startup(cluster)]);
    let newest = files.max_by_key(|path| written(path));
    newest.and_then(|path| end_of(&path)).unwrap_or_else(|| "(nothing)".into())
}

fn written(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn end_of(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES))).ok()?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.get(lines.len().saturating_sub(TAIL_LINES)..)?.join("\n");
    (!end.is_empty()).then_some(end)
}
