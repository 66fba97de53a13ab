//! Places orders in Madang over HTTP under load, beside the bare SQL floor on the same database.
//!
//! The shop runs as it does for people: the `madang` program in a process of its own, its private
//! database at full durability, in a folder that is gone in the end.
//!
//! No load generator is used as a library: `goose` rounds response times to whole milliseconds and
//! more, and `rlt` prints a report of its own for each run and brings a terminal interface. And the
//! client is none of the full ones: shop, database and bench share the cores, so a request here is
//! a few bytes over a socket that stays open, its answer read by `httparse`.

mod client;
mod floor;
mod lab;
mod load;
mod market;
mod measure;
mod options;
mod prepare;
mod program;
mod shopper;
mod table;

use std::process::ExitCode;

use clap::Parser;

use crate::{lab::Lab, options::Options};

/// What can go wrong is told in a sentence; nobody tells one kind from another.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

// One thread: what it leaves of the machine is the shop's.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all orders were placed and the books are right.
async fn run(options: &Options) -> Outcome<bool> {
    options.check()?;
    let mut lab = Lab::open(options).await?;
    let measured = lab.measure(options).await;
    // Whatever happened, no process and no folder stays behind; the table is the last word.
    lab.close().await?;
    let report = measured?;
    println!("{report}");
    Ok(report.is_clean())
}

/// Says what is being done now.
fn step(what: &str) {
    eprintln!("==> {what}");
}
