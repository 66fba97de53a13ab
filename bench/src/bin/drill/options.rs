//! What can be set about a drill.

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use clap::Parser;

/// Kills the shop under a stream of orders, and looks whether all that was promised has happened.
#[derive(Debug, Clone, Parser)]
#[command(name = "drill")]
pub(crate) struct Options {
    /// The `madang` program.
    #[arg(long)]
    pub program: PathBuf,

    /// The `sandbox` program.
    #[arg(long)]
    pub sandbox: PathBuf,

    /// Where the drill makes its folder.
    #[arg(long, default_value = "/var/tmp")]
    pub within: PathBuf,

    /// How often the shop is killed.
    #[arg(long, default_value_t = 30)]
    pub kills: u32,

    /// Shoppers who order at the same time.
    #[arg(long, default_value_t = 8)]
    pub shoppers: u64,

    /// Instances of the shop over the one database; the one that is killed is drawn.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=4))]
    pub instances: u64,

    /// What is drawn; a new one each time where it is not set.
    #[arg(long, default_value_t = now())]
    pub seed: u64,
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or_default()
}
