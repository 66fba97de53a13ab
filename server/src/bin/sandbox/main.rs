//! The `sandbox` program: the shop's three neighbors, stood in for by a process outside of it. It
//! knows nothing of the shop but the address that webhooks go to, and remembers nothing when it
//! ends.

mod card;
mod carrier;
mod gateway;
mod hosted;
// The file alone: with the shop's library this would be the shop.
#[path = "../../outside.rs"]
pub mod outside;
mod page;
mod platform;
mod refusal;
mod replay;
mod state;
#[path = "../../stop.rs"]
pub mod stop;
mod switches;
mod webhook;

use std::{io::Write, net::SocketAddr, process::ExitCode, time::Duration};

use axum::Router;
use clap::Parser;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use url::Url;

use crate::state::Sandbox;

/// Stands in for the payment gateway, the carrier and the data platform.
#[derive(Parser)]
#[command(name = "sandbox", version)]
struct Settings {
    /// The address to listen on.
    #[arg(long, env = "SANDBOX_ADDR", default_value = "127.0.0.1:8090")]
    addr: SocketAddr,

    /// The shop, which webhooks go to.
    #[arg(long, env = "SANDBOX_SHOP_URL", default_value = "http://127.0.0.1:8080")]
    shop_url: Url,

    /// The secret key that the payment gateway knows the shop by.
    #[arg(long, env = "SANDBOX_GATEWAY_SECRET", hide_env_values = true, default_value = "test_sk_madang_sandbox")]
    gateway_secret: String,

    /// The secret that signs the carrier's webhooks, as `whsec_…`.
    #[arg(long, env = "SANDBOX_CARRIER_SECRET", hide_env_values = true, default_value = CARRIER_SECRET)]
    carrier_secret: String,

    /// Seconds between two checkpoints of a parcel; 0 is as fast as possible.
    #[arg(long, env = "SANDBOX_PACE", default_value = "20", value_parser = seconds)]
    pace: Duration,
}

/// Known to everybody, and good for nothing but trying things out.
const CARRIER_SECRET: &str = "whsec_bWFkYW5nLXNhbmRib3gtY2Fycmllci1zZWNyZXQ=";

fn seconds(typed: &str) -> Result<Duration, String> {
    let seconds: f64 = typed.parse().map_err(|_| "must be a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "must be a number of seconds from 0 on".to_owned())
}

fn main() -> ExitCode {
    let settings = Settings::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("sandbox: no threads can be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(run(settings));
    // Nothing here is worth waiting for.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("sandbox: {sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: Settings) -> Result<(), String> {
    let signature = Webhook::new(&settings.carrier_secret)
        .map_err(|error| format!("SANDBOX_CARRIER_SECRET must be whsec_ and base64: {error}"))?;
    let taken = |error| format!("SANDBOX_ADDR {} cannot be listened on: {error}", settings.addr);
    let listener = TcpListener::bind(settings.addr).await.map_err(taken)?;
    let address = listener.local_addr().map_err(taken)?;
    let (sandbox, mail) = Sandbox::new(format!("http://{address}"), &settings.gateway_secret, settings.pace);
    let sender = webhook::Sender::new(&settings.shop_url, signature)?;
    webhook::start(&sandbox, sender, mail);
    let router = Router::new()
        .merge(page::router())
        .merge(switches::router())
        .merge(hosted::router())
        .merge(gateway::router(&sandbox))
        .nest("/carrier", carrier::router(&sandbox))
        .nest("/platform", platform::router(&sandbox))
        .with_state(sandbox);
    // Before anybody knows that it is open: whoever does may stop it.
    let stop = stop::signalled().map_err(|error| format!("signals cannot be waited for: {error}"))?;
    // Whoever started it may have closed the pipe; that is no reason to stop.
    let _ = writeln!(std::io::stdout(), "Sandbox is open: http://{address}");
    let serving = axum::serve(listener, router).into_future();
    tokio::select! {
        served = serving => served.map_err(|error| format!("serving failed: {error}")),
        () = stop => Ok(()),
    }
}
