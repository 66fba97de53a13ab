//! Orders in the model: placed, paid, undone, confirmed.

use std::collections::{BTreeMap, BTreeSet};

use contract::{Failure, Won};

use super::rules::{Coupon, EARN_PERCENT, FEE, FREE_FROM, HOLD, Line, Model, Order, Outcome, Part, UNPAID};

/// A checkout as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) order: u128,
    pub(super) key: u128,
    pub(super) member: i64,
    /// Product, copies, price.
    pub(super) seen: Vec<(i64, i32, Won)>,
    pub(super) expected: Won,
    pub(super) coupon: Option<u128>,
    pub(super) points: Won,
    pub(super) own_address: bool,
}

impl Model {
    pub(super) fn place(&mut self, sent: &Sent) -> Result<u128, Failure> {
        let before = self.orders.iter().find(|(_, order)| order.member == sent.member && order.key == sent.key);
        if let Some((id, _)) = before {
            return Ok(*id);
        }
        let cart = self.carts.get(&sent.member).cloned().unwrap_or_default();
        let now: Vec<_> = cart.iter().map(|(id, copies)| (*id, *copies, self.shelf[id].price)).collect();
        if now.is_empty() {
            return Err(Failure::CartEmpty);
        }
        if now != sent.seen {
            return Err(Failure::CartChanged);
        }
        for (id, copies, _) in &now {
            let book = &self.shelf[id];
            if !book.on_sale {
                return Err(Failure::NotOnSale);
            }
            if book.on_hand - book.reserved < *copies {
                return Err(Failure::OutOfStock);
            }
        }
        if !sent.own_address {
            return Err(Failure::AddressGone);
        }
        let discounts = match sent.coupon {
            Some(id) => self.discounts(sent.member, id, &now).ok_or(Failure::CouponUnusable)?,
            None => vec![0; now.len()],
        };
        let total = self.total(&now) - discounts.iter().sum::<Won>();
        if total != sent.expected {
            return Err(Failure::CartChanged);
        }
        let points = sent.points.min(total).max(0);
        let spent = self.spend(sent.member, points)?;
        let is_paid = points == total;
        let unpaid = |order: &&Order| order.member == sent.member && order.status == "pending_payment";
        if !is_paid && self.orders.values().filter(unpaid).count() >= UNPAID {
            return Err(Failure::TooManyUnpaid);
        }
        let mut lines = BTreeMap::new();
        for ((id, copies, price), discount) in now.iter().zip(discounts) {
            let book = self.shelf.get_mut(id).expect("a book");
            if is_paid {
                book.on_hand -= copies
            } else {
                book.reserved += copies
            }
            let earn = book.earn.unwrap_or(EARN_PERCENT);
            let (seller, price, quantity) = (book.seller, *price, *copies);
            lines.insert(*id, Line { seller, price, quantity, canceled: 0, returned: 0, discount, earn });
        }
        let part = |fee| Part { fee, status: "unfulfilled", delivered_at: None };
        let order = Order {
            member: sent.member,
            key: sent.key,
            lines,
            parts: self.fees(&now).into_iter().map(|(seller, fee)| (seller, part(fee))).collect(),
            coupon: sent.coupon,
            status: if is_paid { "placed" } else { "pending_payment" },
            payment: if is_paid { "paid" } else { "unpaid" },
            total,
            refunded: 0,
            earned: 0,
            held_until: (!is_paid).then_some(self.now + HOLD),
            confirm_at: None,
            points: spent.into_iter().map(|(day, amount)| (day, (amount, 0))).collect(),
        };
        if let Some(coupon) = sent.coupon.and_then(|id| self.coupons.get_mut(&id)) {
            coupon.status = if is_paid { "used" } else { "held" };
            coupon.order = Some(sent.order);
        }
        self.carts.remove(&sent.member);
        self.orders.insert(sent.order, order);
        Ok(sent.order)
    }

    /// What the goods cost with their delivery.
    pub(super) fn total(&self, lines: &[(i64, i32, Won)]) -> Won {
        let goods: Won = lines.iter().map(|(_, copies, price)| price * Won::from(*copies)).sum();
        goods + self.fees(lines).values().sum::<Won>()
    }

    fn fees(&self, lines: &[(i64, i32, Won)]) -> BTreeMap<i64, Won> {
        let mut goods: BTreeMap<i64, Won> = BTreeMap::new();
        for (id, copies, price) in lines {
            *goods.entry(self.shelf[id].seller).or_default() += price * Won::from(*copies);
        }
        goods.into_iter().map(|(seller, goods)| (seller, if goods < FREE_FROM { FEE } else { 0 })).collect()
    }

    /// What a coupon takes off each line; nothing, where it cannot be used.
    pub(super) fn discounts(&self, member: i64, id: u128, lines: &[(i64, i32, Won)]) -> Option<Vec<Won>> {
        let usable = |one: &&Coupon| one.member == member && one.status == "available" && one.expires_at > self.now;
        let of = &self.campaigns[&self.coupons.get(&id).filter(usable)?.campaign];
        let everything = of.products.is_empty() && of.categories.is_empty();
        let in_scope =
            |id| everything || of.products.contains(&id) || of.categories.contains(&self.shelf[&id].category);
        let amounts: Vec<Won> = lines
            .iter()
            .map(|(id, copies, price)| if in_scope(*id) { price * Won::from(*copies) } else { 0 })
            .collect();
        let base: Won = amounts.iter().sum();
        if base < of.min_order {
            return None;
        }
        let off = if of.percent { (base * of.value / 100).min(of.max.unwrap_or(Won::MAX)) } else { of.value.min(base) };
        if off == 0 {
            return None;
        }
        let mut parts: Vec<Won> = amounts.iter().map(|amount| off * amount / base).collect();
        let mut lost: Vec<Won> = amounts.iter().map(|amount| off * amount % base).collect();
        // Each won that rounding lost goes to the line that lost most; of two alike, to the first.
        for _ in 0..off - parts.iter().sum::<Won>() {
            let most = *lost.iter().max()?;
            let line = lost.iter().position(|one| *one == most)?;
            parts[line] += 1;
            lost[line] = -1;
        }
        Some(parts)
    }

    pub(super) fn order_of(&mut self, member: i64, id: u128) -> Result<&mut Order, Failure> {
        self.orders.get_mut(&id).filter(|order| order.member == member).ok_or(Failure::NotFound)
    }

    pub(super) fn pay(&mut self, member: i64, id: u128) -> Outcome {
        let now = self.now;
        let order = self.order_of(member, id)?.clone();
        match order.status {
            "placed" | "confirmed" => return Ok(()),
            "canceled" => return Err(Failure::AlreadyCanceled),
            "expired" => return Err(Failure::OrderExpired),
            _ if order.held_until.is_none_or(|until| now >= until) => return Err(Failure::OrderExpired),
            _ => {}
        }
        let spent = self.spend(member, order.total - order.spent())?;
        for (product, line) in &order.lines {
            let book = self.shelf.get_mut(product).expect("a book");
            book.on_hand -= line.quantity;
            book.reserved -= line.quantity;
        }
        if let Some(coupon) = order.coupon {
            self.coupons.get_mut(&coupon).expect("a coupon").status = "used";
        }
        let order = self.order_of(member, id)?;
        (order.status, order.payment) = ("placed", "paid");
        for (day, amount) in spent {
            order.points.entry(day).or_default().0 += amount;
        }
        Ok(())
    }

    /// `seen`: the refund that the page showed.
    pub(super) fn cancel(
        &mut self,
        member: i64,
        id: u128,
        key: u128,
        taken: Option<&[(i64, i32)]>,
        seen: Option<Won>,
    ) -> Outcome {
        let order = self.order_of(member, id)?.clone();
        if self.done.contains_key(&("cancel", id, key)) {
            return Ok(());
        }
        match order.status {
            "pending_payment" if taken.is_some() => return Err(Failure::WholeOrderOnly),
            "pending_payment" => self.let_go(id, "canceled"),
            "canceled" => return Err(Failure::AlreadyCanceled),
            "confirmed" => return Err(Failure::AlreadyConfirmed),
            "expired" => return Err(Failure::OrderExpired),
            _ => {
                let all: Vec<_> = order.lines.iter().map(|(id, line)| (*id, line.kept())).collect();
                let all = all.into_iter().filter(|(_, kept)| *kept > 0).collect();
                let taken = taken.map_or(all, <[_]>::to_vec);
                for (product, _) in &taken {
                    let line = order.lines.get(product).ok_or(Failure::TooManyCopies)?;
                    if line.kept() == 0 {
                        return Err(Failure::AlreadyCanceled);
                    }
                    if !["unfulfilled", "preparing"].contains(&order.parts[&line.seller].status) {
                        return Err(Failure::AlreadyShipped);
                    }
                }
                let back = self.undo(id, &taken, None, true)?;
                if seen.is_some_and(|seen| seen != back) {
                    return Err(Failure::RefundChanged);
                }
            }
        }
        let elsewhere = self.done.keys().any(|(what, _, known)| *what == "cancel" && *known == key);
        self.done.insert(("cancel", id, key), Vec::new());
        if elsewhere { Err(Failure::BadRequest) } else { Ok(()) }
    }

    /// Ends an order that is not paid.
    fn let_go(&mut self, id: u128, status: &'static str) {
        let order = self.orders.get_mut(&id).expect("an order");
        (order.status, order.payment) = (status, "canceled");
        let mut held = Vec::new();
        for (product, line) in &mut order.lines {
            line.canceled = line.quantity;
            held.push((*product, line.quantity));
        }
        for (product, copies) in held {
            self.shelf.get_mut(&product).expect("a book").reserved -= copies;
        }
        self.give_back(id, Won::MAX);
        self.free_coupon(id);
    }

    /// Takes copies out of a paid order, and tells how much came back. `fault` is of a return.
    pub(super) fn undo(
        &mut self,
        id: u128,
        taken: &[(i64, i32)],
        fault: Option<&str>,
        resalable: bool,
    ) -> Result<Won, Failure> {
        let order = self.orders.get_mut(&id).expect("an order");
        let named: BTreeSet<i64> = taken.iter().map(|(product, _)| *product).collect();
        if taken.is_empty() || named.len() < taken.len() {
            return Err(Failure::TooManyCopies);
        }
        let before = order.paid();
        for (product, copies) in taken {
            let line = order.lines.get_mut(product).expect("a line");
            if *copies < 1 || *copies > line.kept() {
                return Err(Failure::TooManyCopies);
            }
            if fault.is_some() {
                line.returned += copies
            } else {
                line.canceled += copies
            }
            if resalable {
                self.shelf.get_mut(product).expect("a book").on_hand += copies;
            }
        }
        let mut back = before - order.paid();
        let sellers: BTreeSet<i64> = named.iter().map(|product| order.lines[product].seller).collect();
        let gone: Vec<i64> = sellers.into_iter().filter(|seller| order.kept_of(*seller) == 0).collect();
        if fault == Some("buyer") {
            back -= FEE.min(back);
        } else {
            back += gone.iter().map(|seller| order.parts[seller].fee).sum::<Won>();
        }
        if fault.is_some() {
            gone.iter().for_each(|seller| order.parts.get_mut(seller).expect("a part").status = "returned");
        }
        order.refunded += back;
        if order.kept() == 0 {
            (order.status, order.payment) = ("canceled", "refunded");
        } else {
            order.payment = "partially_refunded";
        }
        let is_over = order.kept() == 0;
        self.give_back(id, back);
        if is_over {
            self.free_coupon(id);
        }
        self.schedule(id);
        Ok(back)
    }

    /// What was spent of the points that last longest comes back first, to where it came from.
    fn give_back(&mut self, id: u128, amount: Won) {
        let order = self.orders.get_mut(&id).expect("an order");
        let mut left = amount;
        let mut back = Vec::new();
        for (day, (spent, restored)) in order.points.iter_mut().rev() {
            let part = left.min(*spent - *restored);
            *restored += part;
            left -= part;
            back.push((*day, part));
        }
        let member = order.member;
        back.into_iter().for_each(|(day, part)| self.give(member, day, part));
    }

    fn free_coupon(&mut self, id: u128) {
        let now = self.now;
        for coupon in self.coupons.values_mut().filter(|coupon| coupon.order == Some(id)) {
            coupon.status = if coupon.expires_at > now { "available" } else { "expired" };
            coupon.order = None;
        }
    }

    pub(super) fn expire_orders(&mut self) {
        let due =
            |order: &Order| order.status == "pending_payment" && order.held_until.is_some_and(|at| at <= self.now);
        let due: Vec<u128> = self.orders.iter().filter(|(_, order)| due(order)).map(|(id, _)| *id).collect();
        due.into_iter().for_each(|id| self.let_go(id, "expired"));
    }
}
