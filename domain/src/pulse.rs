//! What an instance has seen of itself since it runs: how its work goes, how its neighbors answer,
//! which webhooks it turned away. In memory, and so of this instance alone; strangers can make it
//! no larger.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contract::system::Source;
use time::OffsetDateTime;

/// Webhooks that were turned away and are remembered, the latest ones.
pub const MOST_REFUSED: usize = 50;

/// Characters of a body, or of an error, that are remembered.
const KEPT: usize = 500;

/// Who the shop talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Neighbor {
    /// The payment gateway.
    Gateway,
    /// The carrier.
    Carrier,
    /// The data platform.
    Platform,
    /// The mail server, or the folder that stands in for it.
    Mail,
}

impl Neighbor {
    /// Each of them.
    pub const ALL: &[Self] = &[Self::Gateway, Self::Carrier, Self::Platform, Self::Mail];
}

/// How it is with a neighbor.
#[derive(Debug, Clone, Default)]
pub struct Met {
    /// Where it is, without anything secret; empty where the shop has none.
    pub host: String,
    /// When it last did what it was asked for, in UTC.
    pub answered_at: Option<OffsetDateTime>,
    /// When it last did not, in UTC.
    pub failed_at: Option<OffsetDateTime>,
    /// Why it did not the last time.
    pub error: String,
}

/// How it is with work that is done again and again.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// When it was last done, in UTC; there may have been nothing to do.
    pub ran_at: Option<OffsetDateTime>,
    /// How many things it has done by now.
    pub done: u64,
    /// When it last failed, in UTC.
    pub failed_at: Option<OffsetDateTime>,
    /// Why it failed the last time.
    pub error: String,
}

/// Why a webhook was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// Its signature is missing or wrong.
    Signature,
    /// It was signed too long ago, or later than now.
    Old,
    /// It says nothing that the shop understands.
    Unreadable,
}

/// A webhook that was turned away.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Whose door it came to.
    pub source: Source,
    /// Why.
    pub why: Turned,
    /// As what it named itself.
    pub message: String,
    /// What it said, its beginning.
    pub body: String,
    /// When, in UTC.
    pub at: OffsetDateTime,
}

/// The disk that the data folder is on.
#[derive(Debug, Clone, Copy)]
pub struct Disk {
    /// Bytes that can still be written.
    pub free: u64,
    /// Bytes in all.
    pub size: u64,
}

/// All of it, at one moment.
#[derive(Debug, Clone, Default)]
pub struct Vitals {
    /// Which build this is.
    pub version: String,
    /// The work by its name.
    pub work: BTreeMap<&'static str, Work>,
    /// Those that are there.
    pub neighbors: BTreeMap<Neighbor, Met>,
    /// The latest webhooks that were turned away, newest first.
    pub refused: VecDeque<Refused>,
    /// How many were turned away by now.
    pub refusals: u64,
    /// The disk, once it was looked at.
    pub disk: Option<Disk>,
}

/// The one handle to it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pulse {
    since: OffsetDateTime,
    seen: Arc<Mutex<Vitals>>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self::new("")
    }
}

impl Pulse {
    /// Begins now, for a build of this version.
    pub fn new(version: &str) -> Self {
        let seen = Vitals { version: version.to_owned(), ..Vitals::default() };
        Self { since: OffsetDateTime::now_utc(), seen: Arc::new(Mutex::new(seen)) }
    }

    /// Since when it runs, in UTC.
    pub const fn since(&self) -> OffsetDateTime {
        self.since
    }

    /// How it is now.
    pub fn vitals(&self) -> Vitals {
        self.seen().clone()
    }

    /// There is such a neighbor, at this host.
    pub fn knows(&self, neighbor: Neighbor, host: &str) {
        host.clone_into(&mut self.seen().neighbors.entry(neighbor).or_default().host);
    }

    /// A neighbor was asked for something, and did it or did not.
    pub fn met(&self, neighbor: Neighbor, outcome: Result<(), &str>) {
        let mut seen = self.seen();
        let met = seen.neighbors.entry(neighbor).or_default();
        match outcome {
            Ok(()) => met.answered_at = Some(OffsetDateTime::now_utc()),
            Err(why) => (met.failed_at, met.error) = (Some(OffsetDateTime::now_utc()), short(why)),
        }
    }

    /// Some work was done, so many things of it, or failed.
    pub fn worked(&self, work: &'static str, outcome: Result<usize, &str>) {
        let mut seen = self.seen();
        let own = seen.work.entry(work).or_default();
        let now = Some(OffsetDateTime::now_utc());
        own.ran_at = now;
        match outcome {
            Ok(count) => own.done = own.done.saturating_add(u64::try_from(count).unwrap_or_default()),
            Err(why) => (own.failed_at, own.error) = (now, short(why)),
        }
    }

    /// A webhook was turned away.
    pub fn refused(&self, source: Source, why: Turned, message: &str, body: &[u8]) {
        // No more of it is read than is kept.
        let body = body.get(..KEPT * 4).unwrap_or(body);
        let (message, body) = (short(message), short(&String::from_utf8_lossy(body)));
        let refused = Refused { source, why, message, body, at: OffsetDateTime::now_utc() };
        let mut seen = self.seen();
        seen.refusals = seen.refusals.saturating_add(1);
        seen.refused.push_front(refused);
        seen.refused.truncate(MOST_REFUSED);
    }

    /// The disk was looked at.
    pub fn stands_on(&self, disk: Disk) {
        self.seen().disk = Some(disk);
    }

    fn seen(&self) -> MutexGuard<'_, Vitals> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn short(text: &str) -> String {
    text.chars().take(KEPT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_make_it_larger() {
        let pulse = Pulse::default();
        for _ in 0..1_000 {
            pulse.refused(Source::Carrier, Turned::Signature, &"m".repeat(100_000), &[0xFF; 100_000]);
        }
        let seen = pulse.vitals();
        assert_eq!((seen.refusals, seen.refused.len()), (1_000, MOST_REFUSED));
        assert!(seen.refused.iter().all(|one| one.message.len() + one.body.chars().count() <= 2 * KEPT));
    }

    #[test]
    fn a_failure_stays_known_after_the_next_success() {
        let pulse = Pulse::default();
        pulse.worked("orders", Err("away"));
        pulse.worked("orders", Ok(3));
        pulse.met(Neighbor::Gateway, Err("no answer in time"));
        pulse.met(Neighbor::Gateway, Ok(()));
        let seen = pulse.vitals();
        let orders = &seen.work["orders"];
        assert_eq!((orders.done, orders.error.as_str()), (3, "away"));
        assert!(orders.ran_at > orders.failed_at);
        let gateway = &seen.neighbors[&Neighbor::Gateway];
        assert!(gateway.answered_at > gateway.failed_at && gateway.error == "no answer in time");
    }
}
