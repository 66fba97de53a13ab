//! Visits: how many people came on a Korean day, put something into a cart, ordered and paid.
//!
//! No request writes them: each instance keeps in memory who came, and stores the new ones every few
//! seconds. What is stored of a person is a hash under a key of that day, and both are deleted when
//! the day is over; what stays is a number. A person is a member, else a guest's cart, else an
//! address with the browser's name. The same hash counts once over all instances and restarts; who
//! signs in counts once where the same instance saw them before, and people behind one address with
//! the same browser are one until they have a cart. What an instance has not stored yet when it dies
//! is lost: a few seconds. Who ordered and who paid, a reader of the log stores in the same way.

mod store;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{member::MemberId, when::kst_date};
use sha2::{Digest as _, Sha256};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

pub(crate) use store::note;
pub use store::{VisitDay, days, flush, forget};

use crate::{cart::Owner, sales::WHOLE};

/// People kept in memory. With more, some are stored again, and are not counted again.
const SEEN: usize = 100_000;

/// People that wait to be stored. More are not counted before these are.
const FRESH: usize = 50_000;

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    Visit,
    Cart,
    Order,
    Paid,
}

type Hashed = [u8; 16];

/// A person who did something for the first time on a day, as far as this instance knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    day: Date,
    step: Step,
    seller: i64,
    who: Hashed,
    /// Not where the same person was counted under another name already.
    counts: bool,
}

impl Mark {
    /// What a member did, for the whole shop and for each seller of whom it was bought.
    pub(crate) fn of_member(
        step: Step,
        at: OffsetDateTime,
        member: MemberId,
        sellers: impl Iterator<Item = i64>,
    ) -> impl Iterator<Item = Self> {
        let (day, who) = (kst_date(at), member_name(member));
        sellers.chain([WHOLE]).map(move |seller| Self { day, step, seller, who, counts: true })
    }
}

/// What tells people apart, the better the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Address,
    Cart,
    Member,
}

#[derive(Debug)]
struct Tally {
    day: Date,
    /// Who was seen, and by what better name they were known since.
    seen: HashMap<(Step, i64, Hashed), Known>,
    fresh: Vec<Mark>,
}

/// Who came, as one instance saw it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Visits(Arc<Mutex<Tally>>);

impl Default for Visits {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Tally { day: Date::MIN, seen: HashMap::new(), fresh: Vec::new() })))
    }
}

impl Visits {
    /// Somebody looked at a page: from an address and with a browser, as a guest with a cart or
    /// without, or as a member.
    pub fn came(&self, now: OffsetDateTime, address: &str, cart: Option<Uuid>, member: Option<MemberId>) {
        let names = [
            Some((Known::Address, hashed(&format!("address {address}")))),
            cart.map(|cart| (Known::Cart, hashed(&format!("cart {cart}")))),
            member.map(|member| (Known::Member, member_name(member))),
        ];
        self.with(now, |tally| tally.came(&names.into_iter().flatten().collect::<Vec<_>>()));
    }

    /// Somebody put something of a seller's into a cart.
    pub(crate) fn put_into_cart(&self, now: OffsetDateTime, owner: Owner, seller: i64) {
        let (known, who) = match owner {
            Owner::Member(member) => (Known::Member, member_name(member)),
            Owner::Guest(cart) => (Known::Cart, hashed(&format!("cart {cart}"))),
        };
        self.with(now, |tally| {
            for seller in [WHOLE, seller] {
                tally.mark(Step::Cart, seller, known, who, true);
            }
        });
    }

    fn with<T>(&self, now: OffsetDateTime, work: impl FnOnce(&mut Tally) -> T) -> T {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let today = kst_date(now);
        if tally.day != today {
            tally.day = today;
            tally.seen.clear();
        }
        work(&mut tally)
    }

    fn take(&self) -> Vec<Mark> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).fresh)
    }

    fn give_back(&self, marks: Vec<Mark>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fresh.extend(marks);
    }
}

impl Tally {
    /// By all their names, the best one last.
    fn came(&mut self, names: &[(Known, Hashed)]) {
        let Some(((known, who), weaker)) = names.split_last() else { return };
        if self.seen.contains_key(&(Step::Visit, WHOLE, *who)) {
            return;
        }
        // Who was seen by a weaker name, and by no other one as good as this since, is the same.
        let same = weaker.iter().rev().find_map(|(_, name)| {
            let key = (Step::Visit, WHOLE, *name);
            self.seen.get(&key).is_some_and(|since| since < known).then_some(key)
        });
        if self.mark(Step::Visit, WHOLE, *known, *who, same.is_none())
            && let Some(known_since) = same.and_then(|key| self.seen.get_mut(&key))
        {
            *known_since = *known;
        }
    }

    /// Whether there was room for it.
    fn mark(&mut self, step: Step, seller: i64, known: Known, who: Hashed, counts: bool) -> bool {
        if self.fresh.len() >= FRESH || self.seen.contains_key(&(step, seller, who)) {
            return false;
        }
        if self.seen.len() >= SEEN {
            self.seen.clear();
        }
        self.seen.insert((step, seller, who), known);
        self.fresh.push(Mark { day: self.day, step, seller, who, counts });
        true
    }
}

fn member_name(member: MemberId) -> Hashed {
    hashed(&format!("member {member}"))
}

/// Of the same length whatever it is: what browsers call themselves may be long.
fn hashed(name: &str) -> Hashed {
    let digest: [u8; 32] = Sha256::digest(name).into();
    let mut hashed = Hashed::default();
    hashed.copy_from_slice(&digest[..16]);
    hashed
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// How many were counted since the last time.
    fn counted(visits: &Visits) -> usize {
        visits.take().iter().filter(|mark| mark.counts).count()
    }

    #[test]
    fn who_gets_a_cart_and_signs_in_is_still_the_same() {
        let (visits, now, cart) = (Visits::default(), datetime!(2026-11-20 10:00 UTC), Uuid::from_u128(1));
        for _ in 0..2 {
            visits.came(now, "1.2.3.4 Firefox", None, None);
            visits.came(now, "1.2.3.4 Firefox", Some(cart), None);
            visits.came(now, "1.2.3.4 Firefox", None, Some(7));
            visits.came(now, "1.2.3.4 Firefox", None, None);
        }
        assert_eq!(counted(&visits), 1);
        visits.came(now, "1.2.3.4 Firefox", None, Some(8));
        visits.came(now, "1.2.3.4 Firefox", Some(Uuid::from_u128(2)), None);
        visits.came(now, "1.2.3.4 Chrome", None, None);
        assert_eq!(counted(&visits), 3, "others at the same address");
    }

    #[test]
    fn a_new_korean_day_counts_anew() {
        let (visits, evening) = (Visits::default(), datetime!(2026-11-20 14:59:59 UTC));
        visits.came(evening, "1.2.3.4", None, None);
        visits.came(evening, "1.2.3.4", None, None);
        visits.came(evening + time::Duration::SECOND, "1.2.3.4", None, None);
        assert_eq!(counted(&visits), 2);
    }

    #[test]
    fn however_many_come_memory_is_bounded_and_nobody_counts_twice_at_once() {
        let (visits, now) = (Visits::default(), datetime!(2026-11-20 10:00 UTC));
        for round in 0..3 {
            for number in 0..FRESH + 10 {
                visits.came(now, &format!("{round} {number}"), None, None);
            }
            assert_eq!(counted(&visits), FRESH);
        }
        assert!(visits.with(now, |tally| tally.seen.len()) <= SEEN);
        // Those for whom there was no room come again.
        visits.came(now, &format!("2 {FRESH}"), None, None);
        assert_eq!(counted(&visits), 1);
    }
}
