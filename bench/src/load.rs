//! Orders over HTTP: so many shoppers at a time, each ordering as soon as the one before is served.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use indicatif::ProgressBar;
use tokio::task::JoinSet;

use crate::{
    Outcome,
    client::{Answer, Client},
    market::Crowd,
    shopper::Shopper,
    table::{Row, bar},
};

/// Lets the crowd order, `at_once` shoppers at a time.
pub(crate) async fn place(name: &str, shop: SocketAddr, crowd: Crowd, at_once: usize) -> Outcome<Row> {
    let bar = bar(name, crowd.all().count());
    let before = go(shop, crowd.warm_up, at_once, &bar).await?;
    let mut row = go(shop, crowd.counted, at_once, &bar).await?;
    bar.finish();
    row.warmed_up_by(before);
    Ok(row)
}

async fn go(shop: SocketAddr, shoppers: Vec<Shopper>, at_once: usize, bar: &ProgressBar) -> Outcome<Row> {
    let requests: Arc<[Vec<u8>]> = shoppers.iter().map(|shopper| shopper.order(shop)).collect();
    let next = Arc::new(AtomicUsize::new(0));
    let mut lanes = JoinSet::new();
    let start = Instant::now();
    for _ in 0..at_once {
        lanes.spawn(lane(Client::new(shop), Arc::clone(&requests), Arc::clone(&next), bar.clone()));
    }
    let mut row = Row::default();
    while let Some(done) = lanes.join_next().await {
        row.add(done?);
    }
    row.elapsed = start.elapsed();
    Ok(row)
}

/// One shopper after the other over one connection.
async fn lane(mut client: Client, requests: Arc<[Vec<u8>]>, next: Arc<AtomicUsize>, bar: ProgressBar) -> Row {
    let mut row = Row::default();
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let start = Instant::now();
        let answer = client.ask(request).await;
        let took = start.elapsed();
        match answer {
            Ok(answer) if is_placed(&answer) => row.record(took, 1),
            Ok(Answer { status: 503, .. }) => row.full += 1,
            Ok(Answer { status, location }) => {
                row.fail(|| format!("{status} {}", location.map(|to| format!("to {to}")).unwrap_or_default()));
            }
            Err(error) => row.fail(|| error.to_string()),
        }
        bar.inc(1);
    }
    row
}

/// Whether the answer leads on to the page of the new order.
fn is_placed(answer: &Answer) -> bool {
    let Answer { status: 302 | 303, location: Some(location) } = answer else { return false };
    location.starts_with("/orders/") && location.ends_with("/complete")
}
