//! All that the gateway knows.

use std::collections::{HashMap, HashSet};

use axum::http::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{
    billing::{BillingKey, Registration},
    payment::{Asked, Back, NOT_FOUND, Payment, Transaction, written},
};
use crate::{card::Card, refusal::Refusal, switches::Switches};

pub(super) const DUPLICATED: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "DUPLICATED_ORDER_ID", "이미 승인 및 취소가 진행된 중복된 주문번호 입니다.");

const WRONG_PLACE: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "INVALID_TRANSACTION_KEY", "잘못된 페이징 키 입니다.");

/// Payments in the order in which they began, and the cards that are being registered.
#[derive(Default)]
pub(crate) struct Book {
    payments: Vec<Payment>,
    by_key: HashMap<String, usize>,
    by_order: HashMap<String, Vec<usize>>,
    pub(super) registrations: HashMap<String, Registration>,
    pub(super) forgotten: HashSet<String>,
    /// Webhooks to send.
    news: Vec<Value>,
}

impl Book {
    /// Opens a page for an order, unless its money was taken before.
    pub(crate) fn open(&mut self, base: &str, asked: Asked, back: Back) -> Result<Value, Refusal> {
        self.not_taken(&asked.order)?;
        let place = self.insert(Payment::new(base, asked, Some(back)));
        Ok(self.payments[place].json())
    }

    /// A payment by its key.
    pub(crate) fn find(&mut self, key: &str) -> Result<&mut Payment, Refusal> {
        let place = *self.by_key.get(key).ok_or(NOT_FOUND)?;
        if self.payments[place].expire() {
            self.tell(place);
        }
        Ok(&mut self.payments[place])
    }

    /// The payment of an order: the one whose money was taken, else the latest.
    pub(crate) fn of_order(&mut self, order: &str) -> Result<&mut Payment, Refusal> {
        let places = self.by_order.get(order).ok_or(NOT_FOUND)?;
        let taken = places.iter().find(|place| self.payments[**place].taken());
        let place = *taken.or(places.last()).ok_or(NOT_FOUND)?;
        let key = self.payments[place].key.clone();
        self.find(&key)
    }

    /// The shopper agrees to pay by a card, at the page.
    pub(crate) fn agree(&mut self, key: &str, card: Card) -> Result<(), Refusal> {
        self.find(key)?.agree(card);
        Ok(())
    }

    /// Ends a payment without money.
    pub(crate) fn abort(&mut self, key: &str, why: Refusal) -> Result<(), Refusal> {
        self.change(key, |payment| {
            payment.abort(why);
            Ok(())
        })
    }

    /// Takes the money of a payment that its shopper has agreed to.
    pub(crate) fn confirm(
        &mut self,
        key: &str,
        order: &str,
        amount: i64,
        switches: Switches,
    ) -> Result<Value, Refusal> {
        self.find(key)?.confirmable(order, amount)?;
        self.not_taken(order)?;
        self.change(key, |payment| payment.take(switches))?;
        Ok(self.find(key)?.json())
    }

    /// Takes money by a card that the gateway keeps.
    pub(super) fn charge(
        &mut self,
        base: &str,
        asked: Asked,
        by: BillingKey,
        switches: Switches,
    ) -> Result<Value, Refusal> {
        self.not_taken(&asked.order)?;
        let place = self.insert(Payment::new(base, asked, None));
        let payment = &mut self.payments[place];
        payment.agree(by.card);
        let key = payment.key.clone();
        self.change(&key, |payment| payment.take(switches))?;
        Ok(self.find(&key)?.json())
    }

    /// Gives money back.
    pub(crate) fn cancel(&mut self, key: &str, amount: Option<i64>, reason: String) -> Result<Value, Refusal> {
        self.change(key, |payment| payment.cancel(amount, reason))?;
        Ok(self.find(key)?.json())
    }

    /// Money that went from one time to another, those behind the one named `after`: so many at most.
    pub(super) fn transactions(
        &self,
        from: OffsetDateTime,
        until: OffsetDateTime,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Value, Refusal> {
        let all = self.payments.iter().flat_map(Payment::transactions);
        let mut all: Vec<Transaction> = all.filter(|one| one.at >= from && one.at <= until).collect();
        all.sort_by(|one, other| (one.at, &one.key).cmp(&(other.at, &other.key)));
        let begin = match after {
            Some(after) => all.iter().position(|one| one.key == after).ok_or(WRONG_PLACE)? + 1,
            None => 0,
        };
        Ok(all.into_iter().skip(begin).take(limit).map(|one| one.json).collect())
    }

    /// What is to be told to the shop.
    pub(crate) fn news(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.news)
    }

    pub(crate) fn received(&self) -> Vec<Value> {
        self.payments.iter().map(Payment::received).collect()
    }

    fn insert(&mut self, payment: Payment) -> usize {
        let place = self.payments.len();
        self.by_key.insert(payment.key.clone(), place);
        self.by_order.entry(payment.asked.order.clone()).or_default().push(place);
        self.payments.push(payment);
        place
    }

    fn not_taken(&self, order: &str) -> Result<(), Refusal> {
        let places = self.by_order.get(order).map(Vec::as_slice).unwrap_or_default();
        if places.iter().any(|place| self.payments[*place].taken()) { Err(DUPLICATED) } else { Ok(()) }
    }

    /// Changes a payment, and tells where it stands then; a refusal can be a change, too.
    fn change<T>(&mut self, key: &str, change: impl FnOnce(&mut Payment) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let place = *self.by_key.get(key).ok_or(NOT_FOUND)?;
        let payment = &mut self.payments[place];
        let before = payment.status;
        let changed = change(payment);
        if changed.is_ok() || payment.status != before {
            self.tell(place);
        }
        changed
    }

    fn tell(&mut self, place: usize) {
        self.news.push(json!({
            "eventType": "PAYMENT_STATUS_CHANGED", "createdAt": written(OffsetDateTime::now_utc()),
            "data": self.payments[place].json(),
        }));
    }
}
