//! The hands of a run: who asks, what they mean, and the longer steps.

use contract::{Won, order::SeenLine};
use domain::{
    Result, delivery, inventory,
    member::{Operator, Shopper},
    order::{self, Checkout},
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{
    buying::Sent,
    op::{Pick, Twist, Wish},
    run::{Run, Step},
};

impl Run {
    pub(super) const fn id(&mut self) -> u128 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) const fn uuid(&mut self) -> Uuid {
        Uuid::from_u128(self.id())
    }

    /// A new key; or one that was used for this, or else for the like of it, before.
    pub(super) fn key(&mut self, what: &'static str, on: u128, again: bool) -> u128 {
        let like = || self.model.done.keys().filter(|done| again && done.0 == what);
        let known = like().rfind(|done| done.1 == on).or_else(|| like().next_back());
        known.map(|done| done.2).unwrap_or_else(|| self.id())
    }

    pub(super) fn shopper(&self, member: i64) -> &Shopper {
        self.shoppers.iter().find(|shopper| shopper.id() == member).expect("a shopper")
    }

    /// A seller, or staff.
    pub(super) fn operator(&self, seller: Option<i64>) -> Operator {
        let own = self.sellers.iter().find(|operator| seller.is_some() && operator.seller() == seller);
        own.cloned().unwrap_or_else(|| Operator::from(&self.staff))
    }

    /// An order, or one that there is not, and who asks for it.
    pub(super) fn order(&self, pick: Pick, stranger: bool) -> (u128, i64) {
        let id = back(self.model.orders.keys().copied().collect(), pick);
        (id, self.owner(id, stranger))
    }

    pub(super) fn owner(&self, order: u128, stranger: bool) -> i64 {
        let owner = self.model.orders.get(&order).map_or(1, |order| order.member);
        if stranger { owner % 3 + 1 } else { owner }
    }

    /// A claim and its order.
    pub(super) fn claim(&self, pick: Pick) -> (u128, u128) {
        let id = back(self.model.claims.keys().copied().collect(), pick);
        (self.model.claims.get(&id).map_or(0, |claim| claim.order), id)
    }

    /// Lines by their place in the order, mostly of so many copies as there are; behind its end, a
    /// product that it may not have.
    pub(super) fn products(&self, order: u128, lines: &[(usize, i32)]) -> Vec<(i64, i32)> {
        let all = self.model.orders.get(&order).into_iter().flat_map(|order| &order.lines);
        let known: Vec<(i64, i32)> = all.map(|(product, line)| (*product, line.kept().max(1))).collect();
        let line = |(place, copies): &(usize, i32)| match known.get(if *place < 2 {
            place % known.len().max(1)
        } else {
            *place
        }) {
            Some((product, kept)) => (*product, if *copies < 3 { *copies.min(kept) } else { *copies }),
            None => (4, *copies),
        };
        lines.iter().map(line).collect()
    }

    pub(super) async fn change(
        &self,
        by: Option<i64>,
        key: u128,
        product: i64,
        change: inventory::Change<'_>,
    ) -> Result<()> {
        inventory::change(&self.shop, &self.operator(by), Uuid::from_u128(key), product, change, "까닭").await
    }

    pub(super) async fn deliver(&mut self, order: u128, seller: i64, to: &'static str, by: Option<i64>) -> Step {
        let model = self.model.attempt(|model| model.deliver(by, order, seller, to));
        let (operator, to) = (self.operator(by), enumerated(to));
        let shop = delivery::advance(&self.shop, &operator, Uuid::from_u128(order), seller, to).await;
        self.agree(model, shop).await
    }

    /// All of an order at once, or what one seller sends.
    pub(super) async fn arrive(&mut self, order: u128, alone: Option<i64>) -> Step {
        let sellers: Vec<i64> =
            self.model.orders.get(&order).into_iter().flat_map(|order| order.parts.keys().copied()).collect();
        for seller in sellers.into_iter().filter(|seller| alone.is_none_or(|alone| alone == *seller)) {
            self.deliver(order, seller, "shipped", None).await?;
            self.deliver(order, seller, "delivered", None).await?;
        }
        Ok(())
    }

    /// Fills the carts and places all of it as one batch.
    pub(super) async fn place(&mut self, wishes: &[Wish]) -> Step {
        for (at, wish) in wishes.iter().enumerate() {
            // A member has one cart: a second form of the same batch was made from another one.
            if !wishes[..at].iter().any(|before| before.member == wish.member) {
                self.fill_cart(wish).await;
            }
        }
        let sent: Vec<Sent> = wishes.iter().map(|wish| self.send(wish)).collect();
        let mut model = Vec::new();
        for one in &sent {
            model.push(self.model.attempt(|model| model.place(one)));
        }
        let batch: Vec<Checkout> = sent.iter().map(checkout).collect();
        let shop = order::place(&self.shop.db, self.shop.policy, &batch, self.shop.now()).await;
        let shop = shop.map(|all| all.into_iter().map(|one| one.map(|id| id.as_u128())).collect());
        self.agree(Ok(model), shop).await
    }

    async fn fill_cart(&mut self, wish: &Wish) {
        self.model.carts.insert(wish.member, wish.lines.iter().copied().collect());
        let (products, copies): (Vec<i64>, Vec<i32>) = wish.lines.iter().copied().unzip();
        sqlx::query("delete from cart_line using cart where cart.cart_id = cart_line.cart_id and member_id = $1")
            .bind(wish.member)
            .execute(&self.shop.db)
            .await
            .expect("an empty cart");
        let fill = "insert into cart_line (cart_id, product_id, quantity, seen_price)
                    select cart_id, new.*, 0 from cart, unnest($2::bigint[], $3::int[]) new where member_id = $1";
        let fill = sqlx::query(fill).bind(wish.member).bind(products).bind(copies);
        fill.execute(&self.shop.db).await.expect("a full cart");
    }

    /// What the checkout page would send, but for its twist.
    fn send(&mut self, wish: &Wish) -> Sent {
        let member = wish.member;
        let mut seen: Vec<(i64, i32, Won)> =
            wish.lines.iter().map(|(id, copies)| (*id, *copies, self.model.shelf[id].price)).collect();
        let coupon = wish.coupon.map(|pick| {
            // One that can be used, if there is one; now and then any, be it somebody else's.
            let all = || self.model.coupons.keys().copied();
            let usable: Vec<u128> = all().filter(|id| self.model.discounts(member, *id, &seen).is_some()).collect();
            if pick == 0 || usable.is_empty() { back(all().collect(), pick) } else { back(usable, pick) }
        });
        let off = coupon.and_then(|id| self.model.discounts(member, id, &seen)).unwrap_or_default();
        let mut expected = self.model.total(&seen) - off.iter().sum::<Won>();
        let points = expected * wish.points / 100;
        let last = self.model.orders.values().rfind(|order| order.member == member && wish.twist == Twist::SameForm);
        let key = last.map(|order| order.key).unwrap_or_else(|| self.id());
        match wish.twist {
            Twist::OtherTotal => expected += 1,
            Twist::OtherCopies => seen.iter_mut().for_each(|line| line.1 += 1),
            Twist::Nothing | Twist::OtherAddress | Twist::SameForm => {}
        }
        let own_address = wish.twist != Twist::OtherAddress;
        Sent { order: self.id(), key, member, seen, expected, coupon, points, own_address }
    }
}

fn checkout(sent: &Sent) -> Checkout {
    let seen = |(product, quantity, unit_price): &(i64, i32, Won)| SeenLine {
        product: *product,
        quantity: *quantity,
        unit_price: *unit_price,
    };
    Checkout {
        order: Uuid::from_u128(sent.order),
        member: sent.member,
        key: Uuid::from_u128(sent.key),
        seen: sent.seen.iter().map(seen).collect(),
        expected_total: sent.expected,
        coupon: sent.coupon.map(Uuid::from_u128),
        points: sent.points,
        // Everybody's address has the number of its member.
        address: if sent.own_address { sent.member } else { sent.member % 3 + 1 },
        note: String::new(),
    }
}

/// One of those that there are, counted back from the last; 0 where there is none.
fn back(ids: Vec<u128>, pick: Pick) -> u128 {
    if ids.is_empty() { 0 } else { ids[ids.len() - 1 - pick % ids.len()] }
}

/// The word of the contract.
pub(super) fn enumerated<T: DeserializeOwned>(word: &str) -> T {
    serde_plain::from_str(word).expect("a word of the contract")
}
