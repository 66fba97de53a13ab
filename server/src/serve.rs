//! `madang serve`: from settings to a shop that answers, and back.

use std::{io::Write, net::SocketAddr, sync::Arc, time::Duration};

use contract::member::Role;
use domain::{
    Shop,
    pulse::{Neighbor, Pulse},
    seed::ACCOUNTS,
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    database::{self, Error, Patience},
    demo,
    gateway::Toss,
    http, live,
    mail::{self, Mailer},
    metrics, outside,
    pictures::Pictures,
    reader,
    settings::Serve,
    stop,
    subscription::{self, Sender, System, Targets},
    worker,
};

/// Which build this is.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How long requests may take to finish after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until told to stop.
///
/// # Errors
/// Why it cannot start, in one sentence.
pub async fn run(settings: Serve) -> Result<(), Error> {
    database::log(&settings.database)?;
    let policy = settings.policy().map_err(Error::Setting)?;
    let pulse = Pulse::new(VERSION);
    let gateway = settings.neighbors.gateway().map_err(Error::Setting)?;
    let gateway = gateway.map(|(url, secret)| Toss::new(url, secret)).transpose().map_err(Error::Setting)?;
    pulse
        .knows(Neighbor::Mail, &settings.neighbors.smtp_url.as_ref().map_or_else(|| "mail/".to_owned(), outside::host));
    let mailer = Mailer::new(&settings).map_err(Error::Setting)?;
    let pictures = Pictures::new(&settings).map_err(Error::Setting)?;
    let readers = reader::all(&settings, &pulse).map_err(Error::Setting)?;
    let targets = Targets::new(Arc::new(System), settings.neighbors.webhook_private);
    let sender = Sender::new(targets.clone()).map_err(Error::Setting)?;
    settings.check_site().map_err(Error::Setting)?;
    // Before the database: a taken port should be told at once.
    let listener = TcpListener::bind(settings.addr)
        .await
        .map_err(|error| Error::Io(format!("MADANG_ADDR {} cannot be listened on", settings.addr), error))?;
    // What is started from here on has to be stopped.
    let stop = stop::signalled().map_err(|error| Error::Io("signals cannot be waited for".to_owned(), error))?;
    let stop = tokio::spawn(stop);
    let opened = database::open(&settings.database, Patience::Request).await?;
    let shop = Shop::new(opened.pool.clone(), policy);
    let shop = match gateway {
        Some(gateway) => shop.with_gateway(Arc::new(gateway.noted(&pulse))),
        None => shop,
    };
    let shop = shop.with_readers(readers.into()).with_store(Arc::new(pictures)).with_targets(Arc::new(targets));
    let shop = shop.with_pulse(pulse);
    let served = listen(listener, &settings, shop, (mailer, sender), stop).await;
    opened.close().await;
    served
}

async fn listen(
    listener: TcpListener,
    settings: &Serve,
    shop: Shop,
    (mailer, sender): (Mailer, Sender),
    stop: JoinHandle<()>,
) -> Result<(), Error> {
    if stop.is_finished() {
        return Ok(());
    }
    if settings.demo {
        demo::fill(&shop.db).await?;
    }
    let store = http::Sessions::new(shop.db.clone());
    let workers = worker::start(&shop, &store, &settings.neighbors, &settings.database.data_dir);
    let metrics = metrics::serve(settings.metrics_addr).await?;
    let (stopping, mut stopped) = tokio::sync::watch::channel(());
    let readers = reader::start(&shop, settings.metrics_addr.is_some(), &stopped);
    let mails = mail::start(&shop, mailer, &stopped);
    let messages = subscription::start(&shop, &sender, &stopped);
    let (hub, ears) = live::start(&shop);
    let router = http::router(shop.clone(), store, hub.clone(), settings);
    announce(settings);
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            let _ = stop.await;
            tracing::info!("stopping");
            // A page that listens would do so for ever.
            hub.close();
            drop(stopping);
        });
    let served = tokio::select! {
        served = server.into_future() => served,
        // A browser that keeps its connection open must not keep the shop from stopping.
        () = async {
            let _ = stopped.changed().await;
            tokio::time::sleep(GRACE).await;
        } => Ok(()),
    };
    tokio::join!(readers.stop(), mails.stop(), messages.stop());
    worker::finish(&shop).await;
    drop(ears);
    drop(workers);
    drop(metrics);
    served.map_err(|error| Error::Io("serving failed".to_owned(), error))
}

/// Says where the shop is. Whoever started it may have closed the pipe; that is no reason to stop.
fn announce(settings: &Serve) {
    let url = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.addr));
    let mut lines = vec![format!("Madang is open: {url}")];
    if settings.demo {
        lines.extend(ACCOUNTS.map(|account| {
            let role = match account.role {
                Role::Shopper => "shopper",
                Role::Seller => "seller",
                Role::Staff => "staff",
            };
            format!("  {role:8} {:24} {}", account.email, account.password)
        }));
    }
    let _ = writeln!(std::io::stdout(), "{}", lines.join("\n"));
}
