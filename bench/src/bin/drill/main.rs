//! Kills the shop at random moments, under a stream of orders and with neighbors that misbehave,
//! and looks in the end whether everything that was promised has happened, and happened once.
//!
//! Shop and sandbox run as they do for people, each in a process of its own, over one database that
//! outlives the kills. What is drawn comes from one number, which the drill prints: with `--seed` it
//! draws the same again. The machine's own timing is not repeated.

mod dice;
mod options;
mod people;
mod settle;
mod stage;
mod trouble;
mod verdict;

use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::{options::Options, stage::Stage};

/// What can go wrong is told in a sentence; nobody tells one kind from another.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("drill: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all that was promised has happened.
async fn run(options: Options) -> Outcome<bool> {
    println!("seed {}", options.seed);
    // From here on a signal does not kill: what was started has to be stopped.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut stage = Stage::open(&options).await?;
    let played = tokio::select! {
        played = Box::pin(play(&options, &mut stage)) => played,
        _ = interrupt.recv() => Err("interrupted".into()),
        _ = terminate.recv() => Err("told to stop".into()),
    };
    // What went wrong is looked for in the logs.
    stage.close(matches!(played, Ok(true))).await?;
    played
}

async fn play(options: &Options, stage: &mut Stage) -> Outcome<bool> {
    let troupe = people::prepare(options, stage).await?;
    let told = trouble::stir(options, stage, troupe).await?;
    println!("{told}");
    settle::wait(stage).await?;
    verdict::give(stage).await
}

/// Says what is being done now.
fn step(what: &str) {
    eprintln!("==> {what}");
}
