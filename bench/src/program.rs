//! The `madang` program, run as a process.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::Outcome;

/// How long the shop may take to stop; it gives its requests ten seconds.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Settings that would change what is measured, or what an order comes to.
const NOT_OURS: [&str; 4] = ["DATABASE_URL", "MADANG_PUBLIC_URL", "MADANG_DELIVERY_FEE", "MADANG_FREE_DELIVERY_FROM"];

/// The exit code of a program that was called wrongly.
const USAGE: i32 = 2;

/// The program and the folder that it works in.
pub(crate) struct Program {
    path: PathBuf,
    folder: PathBuf,
}

/// What the audit said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Audit {
    /// The books are right.
    Passed,
    /// They are not, or it cannot be told.
    Failed(String),
    /// This program has no audit.
    NotThere,
}

impl Program {
    pub(crate) fn new(path: &Path, folder: &Path) -> Self {
        Self { path: path.to_owned(), folder: folder.to_owned() }
    }

    /// Adds generated products and members, showing how far it is.
    pub(crate) async fn seed(&self, products: usize, members: usize) -> Outcome<()> {
        let mut command = self.command(&["seed"]);
        command.args(["--products", &products.to_string(), "--members", &members.to_string()]).stdout(Stdio::null());
        let ended = command.status().await.map_err(|error| self.not_run(&error))?;
        if ended.success() { Ok(()) } else { Err(format!("seeding failed: {ended}").into()) }
    }

    /// Serves the shop on a free port and waits until it is open.
    pub(crate) async fn serve(&self) -> Outcome<Served> {
        // What a page looks like is not measured: an empty site will do.
        let site = self.folder.join("site");
        fs::create_dir_all(site.join("pkg"))?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = self.folder.join("serve.log");
        let mut command = self.command(&["serve"]);
        command.env("MADANG_ADDR", address.to_string()).env("MADANG_SITE_ROOT", &site);
        command.stdout(Stdio::piped()).stderr(File::create(&log)?);
        let mut child = command.spawn().map_err(|error| self.not_run(&error))?;
        // Its first line says that it is open.
        let mut lines = BufReader::new(child.stdout.take().ok_or("the shop has no output")?).lines();
        match lines.next_line().await? {
            Some(_) => Ok(Served { child, address }),
            None => Err(format!("the shop did not open: {}", fs::read_to_string(log)?.trim()).into()),
        }
    }

    /// Asks the program whether its books are right.
    pub(crate) async fn audit(&self) -> Outcome<Audit> {
        let told = self.command(&["audit"]).output().await?;
        let text = [told.stdout, told.stderr].concat();
        let text = String::from_utf8_lossy(&text).trim().to_owned();
        Ok(match told.status.code() {
            Some(0) => Audit::Passed,
            Some(USAGE) if text.contains("subcommand") => Audit::NotThere,
            _ => Audit::Failed(text),
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).env("MADANG_DATA_DIR", &self.folder).stdin(Stdio::null());
        for setting in NOT_OURS {
            command.env_remove(setting);
        }
        // A Ctrl-C is for the bench alone, which then stops what it has started.
        command.process_group(0).kill_on_drop(true);
        command
    }

    fn not_run(&self, error: &std::io::Error) -> String {
        format!("{} cannot be run: {error}", self.path.display())
    }
}

/// A shop that is being served.
pub(crate) struct Served {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Served {
    /// Tells it to stop, and waits until it has.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        if let Some(id) = self.child.id() {
            // It may have ended a moment ago.
            let _ = kill(Pid::from_raw(id.try_into()?), Signal::SIGTERM);
        }
        match timeout(STOP_LIMIT, self.child.wait()).await {
            Ok(ended) => {
                ended?;
            }
            Err(_) => self.child.kill().await?,
        }
        Ok(())
    }
}
