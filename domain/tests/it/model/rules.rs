//! The shop's rules, written a second time: plain maps and words, one thing after the other.

use std::collections::BTreeMap;

use contract::{Failure, Won};

/// Minutes since the case began, which is at noon in Korea.
pub(super) type Minute = i64;
/// Days since the one on which the case began.
pub(super) type Day = i64;
pub(super) type Outcome = Result<(), Failure>;

pub(super) const NEVER: Day = Day::MAX;
pub(super) const DAY: Minute = 24 * 60;
pub(super) const HOLD: Minute = 30;
/// Orders of one member that may wait for their payment.
pub(super) const UNPAID: usize = 2;
pub(super) const CONFIRM: Minute = 3 * DAY;
pub(super) const EARN_DAYS: Day = 2;
pub(super) const EARN_PERCENT: i64 = 5;
pub(super) const WALLET_MAX: Won = 300_000;
pub(super) const FEE: Won = 3_000;
pub(super) const FREE_FROM: Won = 15_000;

#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) seller: i64,
    pub(super) category: i64,
    pub(super) price: Won,
    pub(super) earn: Option<i64>,
    pub(super) on_sale: bool,
    pub(super) on_hand: i32,
    pub(super) reserved: i32,
}

#[derive(Debug, Clone)]
pub(super) struct Campaign {
    pub(super) percent: bool,
    pub(super) value: i64,
    pub(super) max: Option<Won>,
    pub(super) min_order: Won,
    pub(super) products: Vec<i64>,
    pub(super) categories: Vec<i64>,
    pub(super) quantity: Option<i32>,
    pub(super) per_member: usize,
    pub(super) valid_days: i64,
    pub(super) ends_at: Minute,
    pub(super) issued: i32,
    pub(super) stopped: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Coupon {
    pub(super) member: i64,
    pub(super) campaign: i64,
    pub(super) expires_at: Minute,
    pub(super) status: &'static str,
    pub(super) order: Option<u128>,
}

#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) seller: i64,
    pub(super) price: Won,
    pub(super) quantity: i32,
    pub(super) canceled: i32,
    pub(super) returned: i32,
    pub(super) discount: Won,
    pub(super) earn: i64,
}

impl Line {
    pub(super) const fn kept(&self) -> i32 {
        self.quantity - self.canceled - self.returned
    }

    /// What is paid for the copies kept.
    fn paid(&self) -> Won {
        let kept = Won::from(self.kept());
        self.price * kept - self.discount * kept / Won::from(self.quantity)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) fee: Won,
    pub(super) status: &'static str,
    pub(super) delivered_at: Option<Minute>,
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) member: i64,
    pub(super) key: u128,
    pub(super) lines: BTreeMap<i64, Line>,
    pub(super) parts: BTreeMap<i64, Part>,
    pub(super) coupon: Option<u128>,
    pub(super) status: &'static str,
    pub(super) payment: &'static str,
    pub(super) total: Won,
    pub(super) refunded: Won,
    pub(super) earned: Won,
    pub(super) held_until: Option<Minute>,
    pub(super) confirm_at: Option<Minute>,
    /// What was spent, and what of it came back, by the day that it came from.
    pub(super) points: BTreeMap<Day, (Won, Won)>,
}

impl Order {
    pub(super) fn spent(&self) -> Won {
        self.points.values().map(|(spent, _)| spent).sum()
    }

    pub(super) fn kept_of(&self, seller: i64) -> i32 {
        self.lines.values().filter(|line| line.seller == seller).map(Line::kept).sum()
    }

    pub(super) fn kept(&self) -> i32 {
        self.lines.values().map(Line::kept).sum()
    }

    pub(super) fn paid(&self) -> Won {
        self.lines.values().map(Line::paid).sum()
    }

    /// Points that the copies kept earn.
    pub(super) fn worth(&self) -> Won {
        self.lines.values().map(|line| line.paid() * line.earn / 100).sum()
    }
}

#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) order: u128,
    pub(super) seller: i64,
    pub(super) exchange: bool,
    pub(super) fault: &'static str,
    pub(super) status: &'static str,
    pub(super) lines: Vec<(i64, i32)>,
}

impl Claim {
    pub(super) fn is_open(&self) -> bool {
        !["completed", "rejected", "withdrawn"].contains(&self.status)
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) now: Minute,
    pub(super) wallets: BTreeMap<i64, BTreeMap<Day, Won>>,
    pub(super) shelf: BTreeMap<i64, Book>,
    pub(super) carts: BTreeMap<i64, BTreeMap<i64, i32>>,
    pub(super) campaigns: BTreeMap<i64, Campaign>,
    pub(super) coupons: BTreeMap<u128, Coupon>,
    pub(super) orders: BTreeMap<u128, Order>,
    pub(super) claims: BTreeMap<u128, Claim>,
    /// The forms that had an effect: what, on what, the key, and what was in it.
    pub(super) done: BTreeMap<(&'static str, u128, u128), Vec<i64>>,
}

impl Model {
    /// All of it, or nothing.
    pub(super) fn attempt<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut after = self.clone();
        let outcome = work(&mut after);
        if outcome.is_ok() {
            *self = after;
        }
        outcome
    }

    /// What a form that was sent before hears: nothing more happens, but it must say the same.
    fn before(&mut self, what: &'static str, on: u128, key: u128, content: Vec<i64>) -> Option<Outcome> {
        let known = self.done.get(&(what, on, key)).cloned();
        let known = known.or_else(|| self.done.insert((what, on, key), content.clone()));
        known.map(|known| if known == content { Ok(()) } else { Err(Failure::AlreadySent) })
    }

    pub(super) const fn today(&self) -> Day {
        (self.now + DAY / 2).div_euclid(DAY)
    }

    fn balance(&self, member: i64) -> Won {
        self.wallets[&member].values().sum()
    }

    pub(super) fn charge(&mut self, member: i64, key: u128, amount: Won) -> Outcome {
        if let Some(before) = self.before("charge", member.unsigned_abs().into(), key, vec![amount]) {
            return before;
        }
        if self.balance(member) + amount > WALLET_MAX {
            return Err(Failure::WalletFull);
        }
        self.give(member, NEVER, amount);
        Ok(())
    }

    pub(super) fn adjust(&mut self, member: i64, amount: Won) -> Outcome {
        if amount < 0 {
            return self.spend(member, -amount).map(drop);
        }
        self.give(member, NEVER, amount);
        Ok(())
    }

    pub(super) fn give(&mut self, member: i64, day: Day, amount: Won) {
        *self.wallets.entry(member).or_default().entry(day).or_default() += amount;
    }

    /// The points that run out first go first; those that ran out cannot be spent.
    pub(super) fn spend(&mut self, member: i64, amount: Won) -> Result<BTreeMap<Day, Won>, Failure> {
        let today = self.today();
        let mut left = amount;
        let mut taken = BTreeMap::new();
        for (day, has) in self.wallets.entry(member).or_default().range_mut(today..) {
            let part = left.min(*has);
            *has -= part;
            left -= part;
            if part > 0 {
                taken.insert(*day, part);
            }
        }
        if left == 0 { Ok(taken) } else { Err(Failure::InsufficientPoints) }
    }

    pub(super) fn expire_points(&mut self) {
        let today = self.today();
        self.wallets.values_mut().for_each(|lots| lots.retain(|day, _| *day >= today));
    }

    pub(super) fn download(&mut self, member: i64, id: u128, campaign: i64) -> Outcome {
        let of = self.campaigns.get_mut(&campaign).ok_or(Failure::NotFound)?;
        let own = self.coupons.values().filter(|one| one.campaign == campaign && one.member == member).count();
        if self.coupons.get(&id).is_some_and(|one| one.campaign == campaign && one.member == member) {
            return Ok(());
        }
        if of.stopped || self.now >= of.ends_at {
            return Err(Failure::CampaignClosed);
        }
        if own >= of.per_member {
            return Err(Failure::CouponAlreadyIssued);
        }
        if of.quantity.is_some_and(|all| of.issued >= all) {
            return Err(Failure::CouponExhausted);
        }
        // The id is somebody else's, or another coupon's.
        if self.coupons.contains_key(&id) {
            return Err(Failure::CouponAlreadyIssued);
        }
        of.issued += 1;
        let expires_at = self.now + of.valid_days * DAY;
        self.coupons.insert(id, Coupon { member, campaign, expires_at, status: "available", order: None });
        Ok(())
    }

    pub(super) fn expire_coupons(&mut self) {
        let now = self.now;
        let over = |one: &&mut Coupon| one.status == "available" && one.expires_at <= now;
        self.coupons.values_mut().filter(over).for_each(|one| one.status = "expired");
    }

    /// `own`: the seller who asks; staff where there is none.
    pub(super) fn stock(&mut self, own: Option<i64>, key: u128, product: i64, delta: i32) -> Outcome {
        let book = self.shelf.get(&product).filter(|book| own.is_none_or(|own| own == book.seller));
        book.ok_or(Failure::NotFound)?;
        if let Some(before) = self.before("stock", 0, key, vec![product, delta.into()]) {
            return before;
        }
        let book = self.shelf.get_mut(&product).expect("a book");
        if delta < 0 && book.on_hand - book.reserved + delta < 0 {
            return Err(Failure::OutOfStock);
        }
        book.on_hand += delta;
        Ok(())
    }

    pub(super) fn count(&mut self, own: Option<i64>, key: u128, product: i64, counted: i32, seen: i32) -> Outcome {
        let book = self.shelf.get(&product).filter(|book| own.is_none_or(|own| own == book.seller));
        if seen != book.ok_or(Failure::NotFound)?.on_hand {
            return Err(Failure::StockChanged);
        }
        // A count that finds what was known is nothing to remember.
        if counted == seen { Ok(()) } else { self.stock(own, key, product, counted - seen) }
    }
}
