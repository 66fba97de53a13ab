//! What the shop does by itself, beside the requests: ending what ran out of time. Any number of
//! instances may do the same: whoever locks a row first does it, once.

use std::time::{Duration, Instant};

use domain::{Error, Shop, coupon, delivery, event, inventory, order, payment, points, ranking};
use tokio::task::JoinSet;

use crate::{http::Sessions, settings::Neighbors};

/// How often payments that are open, money that has to go back, orders to accept, and the turn of the
/// hour are looked for: shoppers wait.
const ALWAYS: Duration = Duration::from_secs(1);

/// How often orders that nobody paid are looked for: a hold lasts at most so much longer.
const OFTEN: Duration = Duration::from_secs(5);

/// How often purchases that confirm themselves, and points and coupons that ran out, are.
const SOMETIMES: Duration = Duration::from_secs(60);

/// How often sessions that ended and old events are swept.
const SELDOM: Duration = Duration::from_secs(600);

/// Starts the workers. They end when the set is dropped; work that is cut off there is a
/// transaction that never happened.
pub fn start(shop: &Shop, sessions: &Sessions, neighbors: &Neighbors) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    workers.spawn(orders(shop.clone()));
    workers.spawn(days(shop.clone()));
    workers.spawn(batches(shop.clone()));
    workers.spawn(stock(shop.clone()));
    workers.spawn(hours(shop.clone()));
    workers.spawn(payments(shop.clone()));
    workers.spawn(refunds(shop.clone()));
    if let Some(after) = neighbors.accept_after {
        workers.spawn(acceptances(shop.clone(), time::Duration::seconds(after)));
    }
    workers.spawn(sweep(sessions.clone()));
    workers.spawn(forget(shop.clone(), neighbors.event_days));
    workers
}

async fn orders(shop: Shop) {
    loop {
        // Nothing done, or nothing that can be done now, ends the round.
        while told("unpaid orders", order::expire(&shop).await) > 0 {}
        tokio::time::sleep(OFTEN).await;
    }
}

async fn days(shop: Shop) {
    loop {
        while told("confirmations", order::confirm_due(&shop).await) > 0 {}
        while told("points that ran out", points::expire(&shop).await) > 0 {}
        while told("coupons that ran out", coupon::expire(&shop).await) > 0 {}
        while told("coupons that run out soon", coupon::remind(&shop).await) > 0 {}
        tokio::time::sleep(SOMETIMES).await;
    }
}

async fn batches(shop: Shop) {
    loop {
        while told("coupons for chosen members", coupon::batch::run(&shop).await) > 0 {}
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn stock(shop: Shop) {
    let mut looked_over = Instant::now();
    loop {
        while quietly(inventory::follow(&shop).await) > 0 {}
        if looked_over.elapsed() > SELDOM {
            while told("stock that the table had missed", inventory::look_over(&shop).await) > 0 {}
            looked_over = Instant::now();
        }
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn hours(shop: Shop) {
    loop {
        told("windows of the ranking", ranking::roll(&shop).await);
        tokio::time::sleep(ranking::turns_in(&shop).min(ALWAYS)).await;
    }
}

async fn payments(shop: Shop) {
    loop {
        while told("payments that were open", payment::sweep(&shop).await) > 0 {}
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn refunds(shop: Shop) {
    loop {
        while told("money back to cards", payment::give_back(&shop).await) > 0 {}
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

async fn acceptances(shop: Shop, after: time::Duration) {
    loop {
        while told("acceptances", delivery::accept_due(&shop, after).await) > 0 {}
        tokio::time::sleep(ALWAYS).await;
    }
}

async fn sweep(sessions: Sessions) {
    loop {
        if let Err(error) = sessions.sweep().await {
            tracing::warn!(%error, "ended sessions were not swept");
        }
        tokio::time::sleep(SELDOM).await;
    }
}

async fn forget(shop: Shop, event_days: i64) {
    // They count however long they have been away, those of other instances while they move.
    let readers = shop.readers().names();
    loop {
        while told("old events", event::forget(&shop, &readers, event_days).await) > 0 {}
        tokio::time::sleep(SELDOM).await;
    }
}

/// The same for what happens with every order, which nobody wants to read.
fn quietly(done: Result<usize, Error>) -> usize {
    done.unwrap_or_else(|error| told("the table of stock", Err(error)))
}

/// How many were done; a failure is told, and done again in the next round.
fn told(work: &str, done: Result<usize, Error>) -> usize {
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
