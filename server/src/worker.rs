//! What the shop does by itself, beside the requests: ending what ran out of time. Any number of
//! instances may do the same: whoever locks a row first does it, once.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use domain::{
    Error, Shop, audit, coupon, delivery, event, import, inventory, member, order, payment, picture, points,
    pulse::Disk, ranking, reply, sales, signup, subscription, visit, webhook,
};
use nix::sys::statvfs::Statvfs;
use tokio::task::JoinSet;

use crate::{http::Sessions, settings::Neighbors};

/// How often payments that are open, money that has to go back, orders to accept, and the turn of the
/// hour are looked for: shoppers wait.
const ALWAYS: Duration = Duration::from_secs(1);

/// How often orders that nobody paid are looked for: a hold lasts at most so much longer.
const OFTEN: Duration = Duration::from_secs(5);

/// How often purchases that confirm themselves, points and coupons that ran out, and pictures that are
/// gone, are.
const SOMETIMES: Duration = Duration::from_secs(60);

/// How often who came is stored: so much of it is lost with an instance that dies.
const VISITS: Duration = Duration::from_secs(10);

/// How often sessions that ended and old events are swept.
const SELDOM: Duration = Duration::from_secs(600);

/// Starts the workers. They end when the set is dropped; work that is cut off there is a
/// transaction that never happened.
pub fn start(shop: &Shop, sessions: &Sessions, neighbors: &Neighbors, data_dir: &Path) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    workers.spawn(orders(shop.clone()));
    workers.spawn(days(shop.clone()));
    workers.spawn(batches(shop.clone()));
    workers.spawn(stock(shop.clone()));
    workers.spawn(hours(shop.clone()));
    workers.spawn(payments(shop.clone()));
    workers.spawn(refunds(shop.clone()));
    workers.spawn(imports(shop.clone()));
    if let Some(after) = neighbors.accept_after {
        workers.spawn(acceptances(shop.clone(), time::Duration::seconds(after)));
    }
    workers.spawn(pictures(shop.clone()));
    workers.spawn(visits(shop.clone()));
    workers.spawn(sums(shop.clone()));
    workers.spawn(reconciliations(shop.clone()));
    workers.spawn(audits(shop.clone()));
    workers.spawn(disk(shop.clone(), data_dir.to_owned()));
    workers.spawn(sweep(shop.clone(), sessions.clone()));
    workers.spawn(forget(shop.clone(), neighbors.event_days));
    workers
}

async fn orders(shop: Shop) {
    loop {
        // Nothing done, or nothing that can be done now, ends the round.
        while told(&shop, "unpaid orders", order::expire(&shop).await) > 0 {}
        tokio::time::sleep(OFTEN).await;
    }
}

async fn days(shop: Shop) {
    loop {
        while told(&shop, "confirmations", order::confirm_due(&shop).await) > 0 {}
        while told(&shop, "points that ran out", points::expire(&shop).await) > 0 {}
        while told(&shop, "coupons that ran out", coupon::expire(&shop).await) > 0 {}
        while told(&shop, "coupons that run out soon", coupon::remind(&shop).await) > 0 {}
        tokio::time::sleep(SOMETIMES).await;
    }
}

async fn batches(shop: Shop) {
    loop {
        while told(&shop, "coupons for chosen members", coupon::batch::run(&shop).await) > 0 {}
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn stock(shop: Shop) {
    let mut looked_over = Instant::now();
    loop {
        while quietly(&shop, inventory::follow(&shop).await) > 0 {}
        if looked_over.elapsed() > SELDOM {
            while told(&shop, "stock that the table had missed", inventory::look_over(&shop).await) > 0 {}
            looked_over = Instant::now();
        }
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn hours(shop: Shop) {
    loop {
        told(&shop, "windows of the ranking", ranking::roll(&shop).await);
        tokio::time::sleep(ranking::turns_in(&shop).min(ALWAYS)).await;
    }
}

async fn payments(shop: Shop) {
    loop {
        while told(&shop, "payments that were open", payment::sweep(&shop).await) > 0 {}
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn refunds(shop: Shop) {
    loop {
        while told(&shop, "money back to cards", payment::give_back(&shop).await) > 0 {}
        match payment::owed(&shop).await {
            Ok(owed) => {
                metrics::gauge!("madang_card_refunds_pending").set(owed.count as f64);
                metrics::gauge!("madang_card_refunds_pending_won").set(owed.amount as f64);
            }
            Err(error) => tracing::debug!(%error, "the money on its way back to cards was not counted"),
        }
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn imports(shop: Shop) {
    loop {
        while told(&shop, "steps of files of products", import::work(&shop).await) > 0 {}
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn acceptances(shop: Shop, after: time::Duration) {
    loop {
        while told(&shop, "acceptances", delivery::accept_due(&shop, after).await) > 0 {}
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn pictures(shop: Shop) {
    loop {
        while told(&shop, "pictures that are gone", picture::sweep(&shop).await) > 0 {}
        match picture::leftovers(&shop).await {
            Ok(left) => metrics::gauge!("madang_picture_leftovers").set(left as f64),
            Err(error) => tracing::debug!(%error, "the pictures left to delete were not counted"),
        }
        tokio::time::sleep(SOMETIMES).await;
    }
}

async fn visits(shop: Shop) {
    loop {
        tokio::time::sleep(VISITS).await;
        finish(&shop).await;
    }
}

/// Stores what is in memory alone.
pub async fn finish(shop: &Shop) {
    if let Err(error) = visit::flush(shop).await {
        tracing::warn!(%error, "visits were not stored; the next round tries again");
    }
}

async fn sums(shop: Shop) {
    loop {
        told(&shop, "days of sign-ups", signup::keep(&shop).await);
        told(&shop, "old sums by the minute", sales::forget(&shop).await);
        told(&shop, "visits of days that are over", visit::forget(&shop).await);
        tokio::time::sleep(SELDOM).await;
    }
}

async fn reconciliations(shop: Shop) {
    loop {
        told(&shop, "reconciliations of the night", payment::reconcile::nightly(&shop).await);
        while told(&shop, "reconciliations", payment::reconcile::work(&shop).await) > 0 {}
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn audits(shop: Shop) {
    loop {
        told(&shop, "audits", audit::work(&shop).await);
        tokio::time::sleep(ALWAYS).await;
    }
}

/// Looks how much room is left, which takes a moment where the disk is far away.
async fn disk(shop: Shop, data_dir: PathBuf) {
    loop {
        let place = data_dir.clone();
        let found = tokio::task::spawn_blocking(move || statvfs(&place)).await;
        match found {
            Ok(Ok(found)) => {
                let bytes = |blocks| found.fragment_size().saturating_mul(blocks);
                shop.pulse().stands_on(Disk { free: bytes(found.blocks_available()), size: bytes(found.blocks()) });
                shop.pulse().worked("disk", Ok(0));
            }
            Ok(Err(error)) => shop.pulse().worked("disk", Err(error.desc())),
            Err(error) => tracing::warn!(%error, "the disk was not looked at"),
        }
        tokio::time::sleep(SOMETIMES).await;
    }
}

/// The disk of a folder; that of the one above it while it is not there yet.
fn statvfs(folder: &Path) -> nix::Result<Statvfs> {
    let found = folder.ancestors().find(|above| above.exists());
    nix::sys::statvfs::statvfs(found.unwrap_or(Path::new(".")))
}

async fn sweep(shop: Shop, sessions: Sessions) {
    loop {
        let swept = sessions.sweep().await;
        let outcome = swept.as_ref().map(|()| 0).map_err(ToString::to_string);
        shop.pulse().worked("ended sessions", outcome.as_ref().copied().map_err(String::as_str));
        if let Err(error) = swept {
            tracing::warn!(%error, "ended sessions were not swept");
        }
        tokio::time::sleep(SELDOM).await;
    }
}

async fn forget(shop: Shop, event_days: i64) {
    // They count however long they have been away, those of other instances while they move.
    let readers = shop.readers().names();
    loop {
        while told(&shop, "old files of products", import::forget(&shop).await) > 0 {}
        while told(&shop, "old events", event::forget(&shop, &readers, event_days).await) > 0 {}
        while told(&shop, "old answers to programs", reply::sweep(&shop).await) > 0 {}
        while told(&shop, "tokens that ran out", member::sweep_tokens(&shop).await) > 0 {}
        while told(&shop, "old webhooks", webhook::forget(&shop, event_days).await) > 0 {}
        while told(&shop, "old messages to sellers", subscription::forget(&shop).await) > 0 {}
        tokio::time::sleep(SELDOM).await;
    }
}

/// The same for what happens with every order, which nobody wants to read.
fn quietly(shop: &Shop, done: Result<usize, Error>) -> usize {
    done.unwrap_or_else(|error| told(shop, "the table of stock", Err(error)))
}

/// How many were done; a failure is told, and done again in the next round. Either is noted.
fn told(shop: &Shop, work: &'static str, done: Result<usize, Error>) -> usize {
    let error = done.as_ref().err().map(ToString::to_string);
    shop.pulse().worked(work, error.as_deref().map_or(Ok(done.as_ref().copied().unwrap_or_default()), Err));
    match done {
        Ok(0) => 0,
        Ok(count) => {
            tracing::info!(work, count, "done");
            count
        }
        Err(error) => {
            tracing::warn!(work, %error, "not done; the next round tries again");
            0
        }
    }
}
