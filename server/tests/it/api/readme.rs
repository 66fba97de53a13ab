//! The shopping trip of the README, run as it stands there.

use std::{error::Error, process::Command};

use super::Api;
use crate::support::Outcome;

#[tokio::test]
async fn the_shopping_trip_of_the_readme_runs_as_it_is_written() -> Outcome {
    let api = Api::start()?;
    let trip = block("## The REST API")?;
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &trip]).env("SHOP", api.url(""));
    let ran = tokio::task::spawn_blocking(move || bash.output()).await??;
    let (out, err) = (String::from_utf8(ran.stdout)?, String::from_utf8(ran.stderr)?);
    assert!(ran.status.success(), "{trip}\n{out}\n{err}");
    assert_eq!(out.lines().last(), Some("canceled, refunded"), "{out}\n{err}");
    Ok(())
}

/// The block of shell below a heading of the README.
fn block(heading: &str) -> Result<String, Box<dyn Error>> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"))?;
    let (_, section) = readme.split_once(&format!("\n{heading}\n")).ok_or("no such heading")?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let (_, block) = section.split_once("\n```bash\n").ok_or("no block of bash")?;
    Ok(block.split("\n```\n").next().unwrap_or_default().to_owned())
}
