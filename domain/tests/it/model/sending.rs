//! Deliveries, claims and confirmations in the model.

use std::collections::BTreeMap;

use contract::Failure;

use super::rules::{CONFIRM, Claim, EARN_DAYS, Model, Outcome, Part};

impl Model {
    pub(super) fn deliver(&mut self, own: Option<i64>, id: u128, seller: i64, to: &'static str) -> Outcome {
        if own.is_some_and(|own| own != seller) {
            return Err(Failure::NotFound);
        }
        let now = self.now;
        let order = self.orders.get_mut(&id).ok_or(Failure::NotFound)?;
        let (status, kept) = (order.status, order.kept_of(seller));
        let part = order.parts.get_mut(&seller).ok_or(Failure::NotFound)?;
        if part.status == to {
            return Ok(());
        }
        let open = [
            ("unfulfilled", "preparing"),
            ("unfulfilled", "shipped"),
            ("preparing", "shipped"),
            ("shipped", "delivered"),
        ];
        if status != "placed" || kept == 0 || !open.contains(&(part.status, to)) {
            return Err(Failure::StatusChanged);
        }
        part.status = to;
        if to == "delivered" {
            part.delivered_at = Some(now);
        }
        self.schedule(id);
        Ok(())
    }

    pub(super) fn claim(&mut self, member: i64, id: u128, claim: &Claim) -> Outcome {
        let order = self.order_of(member, claim.order)?.clone();
        if let Some(known) = self.claims.get(&id) {
            let sorted = |claim: &Claim| {
                let mut lines = claim.lines.clone();
                lines.sort_unstable();
                lines
            };
            return match known.order == claim.order {
                false => Err(Failure::BadRequest),
                true if known.exchange != claim.exchange || sorted(known) != sorted(claim) => Err(Failure::AlreadySent),
                true => Ok(()),
            };
        }
        match order.status {
            "pending_payment" => return Err(Failure::NotDelivered),
            "confirmed" => return Err(Failure::AlreadyConfirmed),
            "canceled" => return Err(Failure::AlreadyCanceled),
            "expired" => return Err(Failure::OrderExpired),
            _ => {}
        }
        let open = || self.claims.values().filter(|known| known.order == claim.order && known.is_open());
        let claimed = |product| -> i32 {
            open().flat_map(|known| &known.lines).filter(|(id, _)| *id == product).map(|(_, copies)| copies).sum()
        };
        let mut asked: BTreeMap<i64, i32> = BTreeMap::new();
        for (product, copies) in &claim.lines {
            let line = order.lines.get(product).ok_or(Failure::TooManyCopies)?;
            let again = asked.contains_key(product);
            let all = asked.entry(*product).or_default();
            *all += copies;
            if *copies < 1 || *all > line.kept() - claimed(*product) {
                return Err(Failure::TooManyCopies);
            }
            if again || line.seller != order.lines[&claim.lines[0].0].seller {
                return Err(Failure::BadRequest);
            }
        }
        let (first, _) = claim.lines.first().ok_or(Failure::TooManyCopies)?;
        let seller = order.lines[first].seller;
        if order.parts[&seller].status != "delivered" {
            return Err(Failure::NotDelivered);
        }
        self.claims.insert(id, Claim { seller, ..claim.clone() });
        Ok(())
    }

    pub(super) fn withdraw(&mut self, member: i64, order: u128, id: u128) -> Outcome {
        self.order_of(member, order)?;
        let claim = self.claims.get(&id).filter(|claim| claim.order == order).ok_or(Failure::NotFound)?.clone();
        match claim.status {
            "withdrawn" => return Ok(()),
            "requested" => {}
            "approved" => self.let_go_of_replacement(&claim),
            _ => return Err(Failure::StatusChanged),
        }
        self.claims.get_mut(&id).expect("a claim").status = "withdrawn";
        Ok(())
    }

    /// A step by the shop; `fault` as it was found when the goods were inspected.
    pub(super) fn advance(
        &mut self,
        own: Option<i64>,
        id: u128,
        to: &'static str,
        fault: Option<&'static str>,
        resalable: bool,
    ) -> Outcome {
        if to == "withdrawn" {
            return Err(Failure::StatusChanged);
        }
        let claim = self.claims.get_mut(&id).filter(|claim| own.is_none_or(|own| own == claim.seller));
        let claim = claim.ok_or(Failure::NotFound)?;
        match (claim.status, to) {
            (now, to) if now == to => return Ok(()),
            ("requested", "approved" | "rejected")
            | ("approved", "collecting")
            | ("collecting", "inspected")
            | ("inspected", "completed" | "rejected") => {}
            _ => return Err(Failure::StatusChanged),
        }
        let before = claim.clone();
        claim.status = to;
        if let ("inspected", Some(found)) = (to, fault) {
            claim.fault = found;
        }
        let claim = claim.clone();
        match to {
            "approved" if claim.exchange => {
                for (product, copies) in &claim.lines {
                    let book = self.shelf.get_mut(product).expect("a book");
                    book.reserved += copies;
                    if book.reserved > book.on_hand {
                        return Err(Failure::OutOfStock);
                    }
                }
            }
            "rejected" if before.status == "inspected" => self.let_go_of_replacement(&claim),
            "completed" if claim.exchange => {
                self.let_go_of_replacement(&claim);
                for (product, copies) in &claim.lines {
                    // One came back and one went out; a damaged one came back for nothing.
                    self.shelf.get_mut(product).expect("a book").on_hand -= if resalable { 0 } else { *copies };
                }
                // What replaces it is delivered now.
                let order = self.orders.get_mut(&claim.order).expect("an order");
                order.parts.get_mut(&claim.seller).expect("a part").delivered_at = Some(self.now);
                self.schedule(claim.order);
            }
            "completed" => drop(self.undo(claim.order, &claim.lines, Some(claim.fault), resalable)?),
            _ => {}
        }
        Ok(())
    }

    fn let_go_of_replacement(&mut self, claim: &Claim) {
        for (product, copies) in claim.lines.iter().filter(|_| claim.exchange) {
            self.shelf.get_mut(product).expect("a book").reserved -= copies;
        }
    }

    /// A purchase confirms itself some days after the last of what is kept was delivered.
    pub(super) fn schedule(&mut self, id: u128) {
        let order = self.orders.get_mut(&id).expect("an order");
        let kept: Vec<&Part> =
            order.parts.iter().filter(|(seller, _)| order.kept_of(**seller) > 0).map(|(_, part)| part).collect();
        let last = kept.iter().map(|part| part.delivered_at).max().flatten();
        let all = kept.iter().all(|part| part.status == "delivered");
        order.confirm_at = if all { last.map(|last| last + CONFIRM) } else { None };
    }

    pub(super) fn confirm(&mut self, member: i64, id: u128) -> Outcome {
        let order = self.order_of(member, id)?.clone();
        match order.status {
            "confirmed" => return Ok(()),
            "canceled" => return Err(Failure::AlreadyCanceled),
            "expired" => return Err(Failure::OrderExpired),
            "pending_payment" => return Err(Failure::NotDelivered),
            _ => {}
        }
        let undelivered = |(seller, part): (&i64, &Part)| order.kept_of(*seller) > 0 && part.status != "delivered";
        if order.parts.iter().any(undelivered) {
            return Err(Failure::NotDelivered);
        }
        if self.claims.values().any(|claim| claim.order == id && claim.is_open()) {
            return Err(Failure::ClaimOpen);
        }
        let (worth, day) = (order.worth(), self.today() + EARN_DAYS);
        self.give(member, day, worth);
        let order = self.order_of(member, id)?;
        (order.status, order.earned) = ("confirmed", worth);
        Ok(())
    }

    pub(super) fn confirm_due(&mut self) {
        let due: Vec<(u128, i64)> = self
            .orders
            .iter()
            .filter(|(_, order)| order.status == "placed" && order.confirm_at.is_some_and(|at| at <= self.now))
            .map(|(id, order)| (*id, order.member))
            .collect();
        for (id, member) in due {
            // One with a claim under way waits.
            drop(self.confirm(member, id));
        }
    }
}
