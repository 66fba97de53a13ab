//! The `madang` program: one binary is the whole shop.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};
use server::{api, audit, database, demo, serve, settings};

/// A web storefront in one binary.
#[derive(Parser)]
#[command(name = "madang", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the shop: start its database where none is set, migrate, listen.
    Serve(Box<settings::Serve>),
    /// Bring the database's schema up to date.
    Migrate(settings::Database),
    /// Add generated products and members, for measuring.
    Seed(settings::Seed),
    /// Add everything that moves value up again; exits non-zero where it does not agree.
    Audit(settings::Database),
    /// Print the OpenAPI document of the REST API.
    Openapi,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            print!("{}", error.render().ansi());
            return ExitCode::SUCCESS;
        }
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{}", error.render().ansi());
            return ExitCode::from(2);
        }
        Err(error) => {
            eprintln!("madang: {}", sentence(&error));
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("madang: no threads can be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Serve(settings) => serve::run(*settings).await,
            Command::Migrate(settings) => database::migrate(settings).await,
            Command::Seed(settings) => demo::seed(settings).await,
            Command::Audit(settings) => audit::run(settings).await,
            Command::Openapi => {
                println!("{}", api::text());
                Ok(())
            }
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("madang: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What is wrong, in one sentence that names the setting as the README does; `--help` tells the
/// rest better.
fn sentence(error: &clap::Error) -> String {
    let message = error.to_string();
    let lines = message.lines().map(str::trim);
    let mut told: String = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let command = Cli::command();
    let arguments = command.get_subcommands().flat_map(clap::Command::get_arguments);
    for argument in arguments {
        if let (Some(long), Some(env)) = (argument.get_long(), argument.get_env()) {
            let start = format!("'--{long} <");
            if let Some(from) = told.find(&start)
                && let Some(length) = told[from..].find(">'")
            {
                told.replace_range(from..from + length + 2, &env.to_string_lossy());
            }
        }
    }
    told.trim_start_matches("error: ").to_owned()
}
