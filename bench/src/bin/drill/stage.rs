//! The folder, the database and the processes of a drill.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    net::TcpListener,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    process::{self, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use server::postgres::{self, Cluster};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{Outcome, options::Options, step};

/// How long a program may take to open.
const OPEN: Duration = Duration::from_secs(60);

/// How long a program may take to stop.
const STOP: Duration = Duration::from_secs(30);

/// What the sandbox and the shop know one another by.
const GATEWAY_SECRET: &str = "test_sk_drill";
const CARRIER_SECRET: &str = "whsec_ZHJpbGwtZHJpbGwtZHJpbGwtZHJpbGw=";

/// Everything that runs.
pub(crate) struct Stage {
    folder: PathBuf,
    cluster: Cluster,
    program: PathBuf,
    /// The shop's database.
    pub db: PgPool,
    /// The sandbox's address.
    pub sandbox: String,
    outside: Child,
    /// The shop's instances: address and process.
    instances: Vec<(String, Option<Child>)>,
}

impl Stage {
    /// Starts a database, the sandbox and the shop.
    pub(crate) async fn open(options: &Options) -> Outcome<Self> {
        let folder = options.within.join(format!("madang-drill-{}", process::id()));
        // The user that PostgreSQL runs as must be able to enter it.
        let made = DirBuilder::new().mode(0o755).create(&folder);
        made.map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
        fs::create_dir_all(folder.join("site/pkg"))?;
        step("Starting a database, the sandbox and the shop");
        let cluster = postgres::open(&folder).await?;
        let mut shops = Vec::new();
        for _ in 0..options.instances {
            shops.push(address()?);
        }
        let sandbox = address()?;
        let outside = start(
            Command::new(&options.sandbox)
                .env("SANDBOX_ADDR", &sandbox)
                .env("SANDBOX_SHOP_URL", format!("http://{}", shops.first().ok_or("no instance")?))
                .env("SANDBOX_GATEWAY_SECRET", GATEWAY_SECRET)
                .env("SANDBOX_CARRIER_SECRET", CARRIER_SECRET)
                .env("SANDBOX_PACE", "0.2"),
            File::create(folder.join("sandbox.log"))?,
        )
        .await?;
        let instances = shops.into_iter().map(|address| (address, None)).collect();
        let db = PgPoolOptions::new().max_connections(8).connect_lazy(&cluster.url())?;
        let program = options.program.clone();
        let mut stage = Self { folder, cluster, program, db, sandbox: format!("http://{sandbox}"), outside, instances };
        for instance in 0..stage.instances.len() {
            stage.raise(instance).await?;
        }
        Ok(stage)
    }

    /// The addresses of the shop's instances.
    pub(crate) fn shops(&self) -> Vec<String> {
        self.instances.iter().map(|(address, _)| format!("http://{address}")).collect()
    }

    /// Starts an instance of the shop, and waits until it is open.
    pub(crate) async fn raise(&mut self, instance: usize) -> Outcome<()> {
        let log = OpenOptions::new().create(true).append(true).open(self.folder.join("shop.log"))?;
        let sandbox = self.sandbox.clone();
        let mut command = Command::new(&self.program);
        let (address, child) = self.instances.get_mut(instance).ok_or("no such instance")?;
        command
            .args(["serve", "--demo"])
            .env("MADANG_ADDR", &*address)
            .env("MADANG_DATA_DIR", &self.folder)
            .env("MADANG_SITE_ROOT", self.folder.join("site"))
            .env("MADANG_GATEWAY_URL", &sandbox)
            .env("MADANG_GATEWAY_SECRET", GATEWAY_SECRET)
            .env("MADANG_CARRIER_URL", format!("{sandbox}/carrier"))
            .env("MADANG_CARRIER_SECRET", CARRIER_SECRET)
            .env("MADANG_PLATFORM_URL", format!("{sandbox}/platform/events"))
            .env("MADANG_ACCEPT_AFTER", "0")
            .env("MADANG_HOLD_MINUTES", "1")
            .env("MADANG_UNPAID_MAX", "1000")
            .env("MADANG_DB_CONNECTIONS", "20");
        for setting in ["DATABASE_URL", "MADANG_PUBLIC_URL", "MADANG_DELIVERY_FEE", "MADANG_FREE_DELIVERY_FROM"] {
            command.env_remove(setting);
        }
        *child = Some(start(&mut command, log).await?);
        Ok(())
    }

    /// Kills an instance as the kernel would on a bad day.
    pub(crate) async fn kill(&mut self, instance: usize) -> Outcome<()> {
        if let Some((_, child)) = self.instances.get_mut(instance)
            && let Some(mut child) = child.take()
        {
            child.kill().await?;
        }
        Ok(())
    }

    /// Asks the program whether the books are right.
    pub(crate) async fn audit(&self) -> Outcome<String> {
        let mut command = Command::new(&self.program);
        command.arg("audit").env("MADANG_DATA_DIR", &self.folder).env_remove("DATABASE_URL").stdin(Stdio::null());
        let told = command.output().await?;
        if told.status.success() {
            return Ok(String::new());
        }
        Ok(String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).trim().to_owned())
    }

    /// Files that the shop keeps, below a name.
    pub(crate) fn below(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Stops everything; the folder goes too where nobody needs it.
    pub(crate) async fn close(mut self, forget: bool) -> Outcome<()> {
        for (_, child) in &mut self.instances {
            if let Some(child) = child {
                stop(child).await?;
            }
        }
        stop(&mut self.outside).await?;
        self.db.close().await;
        self.cluster.close().await?;
        if !forget {
            eprintln!("The logs and the database are kept in {}", self.folder.display());
            return Ok(());
        }
        // Where the database's user cannot enter, the database lies elsewhere.
        if let Ok(elsewhere) = fs::read_link(self.folder.join("postgres")) {
            fs::remove_dir_all(elsewhere)?;
        }
        Ok(fs::remove_dir_all(self.folder)?)
    }
}

fn address() -> Outcome<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// Starts a program, whose first line says that it is open.
async fn start(command: &mut Command, log: File) -> Outcome<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    // A Ctrl-C is for the drill alone, which then stops what it has started.
    command.process_group(0).kill_on_drop(true);
    let mut child = command.spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("a program has no output")?).lines();
    match timeout(OPEN, lines.next_line()).await {
        Ok(Ok(Some(_))) => {}
        _ => return Err("a program did not open; its log says why".into()),
    }
    // What it says further is nobody's, but must not block it.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(child)
}

async fn stop(child: &mut Child) -> Outcome<()> {
    if let Some(id) = child.id() {
        // It may have ended a moment ago.
        let _ = kill(Pid::from_raw(id.try_into()?), Signal::SIGTERM);
    }
    if timeout(STOP, child.wait()).await.is_err() {
        child.kill().await?;
    }
    Ok(())
}

/// Waits a little.
pub(crate) async fn pause(milliseconds: u64) {
    sleep(Duration::from_millis(milliseconds)).await;
}
