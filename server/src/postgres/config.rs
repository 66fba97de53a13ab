//! The cluster's configuration files, written before each start.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::account::Account;
use super::error::Error;

/// The port; it only names the socket, as the server does not listen on TCP.
pub(super) const PORT: u16 = 5432;
/// The database superuser which the shop works as.
pub(super) const USER: &str = "madang";
/// The shop's database.
pub(super) const DATABASE: &str = "madang";

/// Settings that are the same everywhere, for a machine of a few GB. The first
/// three are the defaults; they are the promise that no paid order is lost.
const SETTINGS: &str = "\
# Written by madang before each start; use ALTER SYSTEM for settings of your own.
fsync = on
synchronous_commit = on
full_page_writes = on
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
dynamic_shared_memory_type = posix
idle_in_transaction_session_timeout = 60s
cluster_name = 'madang'
timezone = 'UTC'
lc_messages = 'C.UTF-8'
lc_monetary = 'C.UTF-8'
lc_numeric = 'C.UTF-8'
lc_time = 'C.UTF-8'
# One file for each weekday, begun anew a week later.
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_min_messages = warning
log_checkpoints = off
";

/// Writes `postgresql.conf` and the two files which say who may come in: only
/// root and the account itself, which could read the files anyhow.
pub(super) fn write(cluster: &Path, socket_dir: &Path, account: &Account) -> Result<(), Error> {
    let socket_dir = socket_dir.display().to_string().replace('\'', "''");
    let settings = format!("{SETTINGS}port = {PORT}\nunix_socket_directories = '\"{socket_dir}\"'\n");
    let access = "# Written by madang before each start.\nlocal all all peer map=madang\n";
    let names = format!("madang \"{}\" {USER}\nmadang root {USER}\n", account.name());
    replace(&cluster.join("postgresql.conf"), &settings, account)?;
    replace(&cluster.join("pg_hba.conf"), access, account)?;
    replace(&cluster.join("pg_ident.conf"), &names, account)
}

/// Replaces a file in one step. The directory may belong to a lesser account,
/// so root must not follow a symlink in it: hence a new file and a rename.
fn replace(path: &Path, text: &str, account: &Account) -> Result<(), Error> {
    let fresh = path.with_extension("conf.new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Error::io("remove", &fresh)(error));
        }
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)
        .map_err(Error::io("create", &fresh))?;
    account.give_file(&file, &fresh)?;
    file.write_all(text.as_bytes()).map_err(Error::io("write", &fresh))?;
    file.sync_all().map_err(Error::io("write", &fresh))?;
    fs::rename(&fresh, path).map_err(Error::io("replace", path))
}
