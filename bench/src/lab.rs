//! The surroundings of a run: a folder, its database and the shop in it, all gone in the end.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process,
};

use server::postgres::{self, Cluster};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    Outcome,
    measure::{self, Report},
    options::Options,
    program::{Program, Served},
    step,
};

/// An open database in a folder of its own, and the shop once it is served.
pub(crate) struct Lab {
    folder: Folder,
    cluster: Cluster,
    program: Program,
    served: Option<Served>,
    interrupt: Signal,
    terminate: Signal,
}

impl Lab {
    /// Makes the folder and starts its database.
    pub(crate) async fn open(options: &Options) -> Outcome<Self> {
        // From here on a signal does not kill: what was started has to be stopped.
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let folder = Folder::make(&options.within)?;
        step("Starting a database");
        // The program shares it. Held from here, it outlives the program and is surely stopped.
        let cluster = match postgres::open(&folder.0).await {
            Ok(cluster) => cluster,
            Err(error) => {
                folder.remove()?;
                return Err(error.into());
            }
        };
        let program = Program::new(&options.program, &folder.0);
        Ok(Self { folder, cluster, program, served: None, interrupt, terminate })
    }

    /// Measures until done or told to stop.
    pub(crate) async fn measure(&mut self, options: &Options) -> Outcome<Report> {
        let url = self.cluster.url();
        tokio::select! {
            report = Box::pin(measure::run(options, &self.program, &url, &mut self.served)) => report,
            _ = self.interrupt.recv() => Err("interrupted".into()),
            _ = self.terminate.recv() => Err("told to stop".into()),
        }
    }

    /// Stops the shop and the database and removes the folder.
    pub(crate) async fn close(self) -> Outcome<()> {
        let stopped = match self.served {
            Some(served) => served.stop().await,
            None => Ok(()),
        };
        self.cluster.close().await?;
        self.folder.remove()?;
        stopped
    }
}

/// The folder of one run.
struct Folder(PathBuf);

impl Folder {
    fn make(within: &Path) -> Outcome<Self> {
        let path = within.join(format!("madang-bench-{}", process::id()));
        // The user that PostgreSQL runs as must be able to enter it.
        let made = DirBuilder::new().mode(0o755).create(&path);
        made.map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
        Ok(Self(path))
    }

    fn remove(self) -> Outcome<()> {
        // Where that user cannot enter, the database lies elsewhere.
        if let Ok(elsewhere) = fs::read_link(self.0.join("postgres")) {
            fs::remove_dir_all(elsewhere)?;
        }
        Ok(fs::remove_dir_all(self.0)?)
    }
}
