//! The system account under which PostgreSQL's programs run.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, fchown, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command as Plain, Output, Stdio};
use std::time::Duration;

use nix::unistd::{Uid, User};
use tokio::process::Command;
use tokio::time::timeout;

use super::error::Error;

/// The account PostgreSQL runs as.
#[derive(Clone, Debug)]
pub(super) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    home: PathBuf,
    /// Whether this process is root and must become that account.
    switch: bool,
}

impl Account {
    /// The account for the cluster at `cluster`, which need not exist yet:
    /// this process's own user, or for root the owner of the cluster, or
    /// `postgres` if root has just to make it.
    pub(super) fn find(cluster: &Path) -> Result<Self, Error> {
        let own = Uid::effective();
        let owner = match fs::metadata(cluster) {
            Ok(found) => Some(Uid::from_raw(found.uid())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io("look at", cluster)(error)),
        };
        let user = match owner.filter(|owner| !owner.is_root()) {
            Some(owner) if !own.is_root() && owner != own => {
                return Err(Error::NotOwner { path: cluster.into(), owner: owner.as_raw() });
            }
            Some(owner) => user_of(owner)?,
            None if own.is_root() => {
                User::from_name("postgres").map_err(|error| lookup_error(error.into()))?.ok_or(Error::NoPostgresUser)?
            }
            None => user_of(own)?,
        };
        Ok(Self {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
            home: user.dir,
            switch: own.is_root(),
        })
    }

    /// The account's name, as the kernel's answer on a socket is mapped to.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The account's user id.
    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// Whether the account can enter `dir`. Asks the kernel by a real attempt,
    /// since mode bits alone do not tell.
    pub(super) async fn can_enter(&self, dir: &Path) -> Result<bool, Error> {
        if !self.switch {
            return Ok(true);
        }
        let mut command = Plain::new("/bin/sh");
        command.args(["-c", "cd -- \"$0\""]).arg(dir);
        Ok(self.output(command, Duration::from_secs(30)).await?.status.success())
    }

    /// Makes the account the owner of the file or directory at `path`.
    pub(super) fn give(&self, path: &Path) -> Result<(), Error> {
        if self.switch {
            lchown(path, Some(self.uid), Some(self.gid)).map_err(Error::io("give away", path))?;
        }
        Ok(())
    }

    /// As [`Account::give`], for an open file at `path`.
    pub(super) fn give_file(&self, file: &fs::File, path: &Path) -> Result<(), Error> {
        if self.switch {
            fchown(file, Some(self.uid), Some(self.gid)).map_err(Error::io("give away", path))?;
        }
        Ok(())
    }

    /// Runs a program as the account and returns what it printed.
    ///
    /// # Errors
    ///
    /// [`Error::Program`] if it fails, [`Error::Timeout`] after `limit`.
    pub(super) async fn run(&self, command: Plain, limit: Duration) -> Result<String, Error> {
        let program = program_name(&command);
        let output = self.output(command, limit).await?;
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        let said = format!("{} {}", text(&output.stderr), text(&output.stdout));
        Err(Error::Program { program, output: said.trim().into() })
    }

    async fn output(&self, mut command: Plain, limit: Duration) -> Result<Output, Error> {
        let program = program_name(&command);
        let path = PathBuf::from(command.get_program());
        // No PG* variable of ours may reach PostgreSQL, and neither may a
        // Ctrl-C in our terminal. `/` can be entered by everybody.
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()))
            .env("HOME", &self.home)
            .env("LC_ALL", "C.UTF-8")
            .env("PGCONNECT_TIMEOUT", "30")
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null());
        if self.switch {
            // `uid` also clears the supplementary groups when root.
            command.uid(self.uid).gid(self.gid);
        }
        let mut command = Command::from(command);
        command.kill_on_drop(true);
        match timeout(limit, command.output()).await {
            Ok(output) => output.map_err(Error::io("run", &path)),
            Err(_) => Err(Error::Timeout { program, seconds: limit.as_secs() }),
        }
    }
}

fn user_of(uid: Uid) -> Result<User, Error> {
    User::from_uid(uid).map_err(|error| lookup_error(error.into()))?.ok_or(Error::NamelessUser(uid.as_raw()))
}

fn lookup_error(error: io::Error) -> Error {
    Error::io("look up a user in", Path::new("/etc/passwd"))(error)
}

fn program_name(command: &Plain) -> String {
    let path = Path::new(command.get_program());
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}
