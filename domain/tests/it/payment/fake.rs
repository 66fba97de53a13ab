//! A gateway that lives in memory, and does what it is told to do wrong. Like the real one it does
//! things under one key once, and answers them again as before.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use contract::{Won, payment::PaymentId, system::Money};
use domain::{
    Shop,
    payment::gateway::{Back, Charge, ChargeStatus, Denial, Gateway, Opened, Token, Told, Transaction},
};
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// How it is with the gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mood {
    /// It does what it is asked for, and says so.
    #[default]
    Well,
    /// It takes no money, for good.
    Refusing,
    /// It hears and says nothing.
    Away,
    /// It does what it is asked for, and nobody learns of it.
    Silent,
    /// It does what it is asked for, and says so when it is let.
    Late,
}

#[derive(Debug)]
pub(super) struct Fake {
    books: Mutex<Books>,
    /// One permit for each answer that waits.
    waiting: Semaphore,
    /// One permit for each answer that may go.
    going: Semaphore,
}

#[derive(Debug, Default)]
struct Books {
    mood: Mood,
    charges: BTreeMap<PaymentId, Charge>,
    /// Whose the cards are, by token.
    cards: BTreeMap<String, Uuid>,
    /// What was answered under each key: the charge, or the code of its refusal.
    answers: BTreeMap<String, Result<Charge, String>>,
    running: BTreeSet<String>,
    /// Money as it moved: from a card, or, below zero, back to it.
    moved: Vec<(PaymentId, Won)>,
}

impl Default for Fake {
    fn default() -> Self {
        Self { books: Mutex::default(), waiting: Semaphore::new(0), going: Semaphore::new(0) }
    }
}

impl Fake {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is(&self, mood: Mood) {
        self.books().mood = mood;
    }

    /// Waits until an answer waits.
    pub(super) async fn until_it_waits(&self) {
        self.waiting.acquire().await.expect("open").forget();
    }

    /// Lets an answer go.
    pub(super) fn let_go(&self) {
        self.going.add_permits(1);
    }

    /// The shopper agrees at the page. What the way back carries.
    pub(super) fn agree(&self, payment: PaymentId) -> (String, Won) {
        let mut books = self.books();
        let charge = books.charges.get_mut(&payment).expect("a page");
        if charge.status == ChargeStatus::Ready {
            charge.status = ChargeStatus::InProgress;
            charge.card = Some(("현대".to_owned(), "4242".to_owned()));
        }
        (charge.key.clone(), charge.amount)
    }

    /// The page ends without an agreement.
    pub(super) fn end(&self, payment: PaymentId, code: &str) {
        let mut books = self.books();
        let charge = books.charges.get_mut(&payment).expect("a page");
        charge.status = ChargeStatus::Ended;
        code.clone_into(&mut charge.failure);
    }

    /// Takes money that nobody asked for any more.
    pub(super) fn take(&self, payment: PaymentId, amount: Won) {
        let mut books = self.books();
        let charge = books.charges.get_mut(&payment).expect("a page");
        (charge.status, charge.amount, charge.balance) = (ChargeStatus::Done, amount, amount);
        books.moved.push((payment, amount));
    }

    /// Money moves that the shop knows nothing of.
    pub(super) fn moves(&self, payment: PaymentId, amount: Won) {
        self.books().moved.push((payment, amount));
    }

    /// Its list of what moved leaves a payment out; looked up, it is there.
    pub(super) fn forget_moves(&self, payment: PaymentId) {
        self.books().moved.retain(|(of, _)| *of != payment);
    }

    /// It knows nothing of a payment any more.
    pub(super) fn lose(&self, payment: PaymentId) {
        self.forget_moves(payment);
        self.books().charges.remove(&payment);
    }

    /// Money as it moved for a payment.
    pub(super) fn moved(&self, payment: PaymentId) -> Vec<Won> {
        self.books().moved.iter().filter(|(of, _)| *of == payment).map(|(_, won)| *won).collect()
    }

    /// What it took from cards and did not give back, in won.
    pub(super) fn kept(&self) -> Won {
        self.books().moved.iter().map(|(_, won)| won).sum()
    }

    /// The tokens of the cards that it keeps.
    pub(super) fn tokens(&self) -> Vec<String> {
        self.books().cards.keys().cloned().collect()
    }

    /// Whatever it took pays an order or a wallet, or went back; once.
    pub(super) async fn assert_agrees_with(&self, shop: &Shop) {
        let rows: Vec<(Uuid, String, Won, Won)> = sqlx::query_as(
            "select payment_id, status, amount,
                    coalesce((select sum(amount)::bigint from payment_cancel c
                              where c.payment_id = p.payment_id and c.status = 'done'), 0)
             from payment p where method = 'card'",
        )
        .fetch_all(&shop.db)
        .await
        .expect("payments");
        for (payment, status, amount, back) in rows {
            let moved = self.moved(payment);
            let taken: Vec<Won> = moved.iter().copied().filter(|won| *won > 0).collect();
            let given = moved.iter().filter(|won| **won < 0).sum::<Won>();
            assert!(taken.len() <= 1, "{payment} was taken more than once: {moved:?}");
            assert_eq!(-given, back, "what went back of {payment}");
            match status.as_str() {
                "paid" => assert_eq!(taken, [amount], "{payment} is paid"),
                "pending" | "failed" => assert!(moved.is_empty(), "{payment} is {status}: {moved:?}"),
                "canceled" => assert_eq!(moved.iter().sum::<Won>(), 0, "{payment} is canceled"),
                _ => {}
            }
        }
    }

    /// Does something under a key, once.
    async fn once(
        &self,
        key: String,
        work: impl FnOnce(&mut Books) -> Result<Charge, Denial> + Send,
    ) -> Result<Charge, Denial> {
        let (mood, answer) = self.books().once(&key, work)?;
        let _running = Running(self, &key);
        if mood == Mood::Late {
            self.waiting.add_permits(1);
            self.going.acquire().await.expect("open").forget();
        } else {
            tokio::task::yield_now().await;
        }
        if mood == Mood::Silent { Err(silence()) } else { answer }
    }
}

/// Whoever asked may hang up while it runs.
struct Running<'a>(&'a Fake, &'a str);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.books().running.remove(self.1);
    }
}

impl Books {
    fn once(
        &mut self,
        key: &str,
        work: impl FnOnce(&mut Self) -> Result<Charge, Denial>,
    ) -> Result<(Mood, Result<Charge, Denial>), Denial> {
        if self.mood == Mood::Away {
            return Err(silence());
        }
        if !self.running.insert(key.to_owned()) {
            return Err(Denial::Unanswered("IDEMPOTENT_REQUEST_PROCESSING".to_owned()));
        }
        if let Some(before) = self.answers.get(key) {
            return Ok((self.mood, before.clone().map_err(Denial::Refused)));
        }
        let answer = work(self);
        match &answer {
            Ok(charge) => drop(self.answers.insert(key.to_owned(), Ok(charge.clone()))),
            Err(Denial::Refused(code)) => drop(self.answers.insert(key.to_owned(), Err(code.clone()))),
            Err(Denial::Already(_) | Denial::Unanswered(_)) => {}
        }
        Ok((self.mood, answer))
    }

    fn confirm(&mut self, key: &str, payment: PaymentId, amount: Won) -> Result<Charge, Denial> {
        let refusing = self.mood == Mood::Refusing;
        let charge = self.charges.get_mut(&payment).filter(|charge| charge.key == key);
        let charge = charge.ok_or_else(|| refusal("NOT_FOUND_PAYMENT"))?;
        match charge.status {
            ChargeStatus::Ready | ChargeStatus::Ended => return Err(refusal("NOT_FOUND_PAYMENT_SESSION")),
            ChargeStatus::Done | ChargeStatus::Canceled => {
                return Err(Denial::Already("ALREADY_PROCESSED_PAYMENT".to_owned()));
            }
            ChargeStatus::InProgress => {}
        }
        if charge.amount != amount {
            return Err(refusal("INVALID_REQUEST"));
        }
        if refusing {
            charge.status = ChargeStatus::Ended;
            "REJECT_CARD_PAYMENT".clone_into(&mut charge.failure);
            return Err(refusal("REJECT_CARD_PAYMENT"));
        }
        (charge.status, charge.balance) = (ChargeStatus::Done, amount);
        self.moved.push((payment, amount));
        Ok(charge.clone())
    }

    fn charge(&mut self, token: &str, customer: Uuid, payment: PaymentId, amount: Won) -> Result<Charge, Denial> {
        if self.cards.get(token) != Some(&customer) {
            return Err(refusal("NOT_FOUND_BILLING"));
        }
        if self.charges.contains_key(&payment) {
            return Err(Denial::Already("DUPLICATED_ORDER_ID".to_owned()));
        }
        if self.mood == Mood::Refusing {
            return Err(refusal("REJECT_CARD_PAYMENT"));
        }
        let last4 = token.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let charge = Charge {
            status: ChargeStatus::Done,
            balance: amount,
            card: Some(("현대".to_owned(), last4)),
            ..page(payment, amount)
        };
        self.charges.insert(payment, charge.clone());
        self.moved.push((payment, amount));
        Ok(charge)
    }

    fn cancel(&mut self, key: &str, amount: Won) -> Result<Charge, Denial> {
        let charge = self.charges.values_mut().find(|charge| charge.key == key);
        let charge = charge.ok_or_else(|| refusal("NOT_FOUND_PAYMENT"))?;
        match charge.status {
            ChargeStatus::Canceled if charge.balance == 0 => {
                return Err(Denial::Already("ALREADY_CANCELED_PAYMENT".to_owned()));
            }
            ChargeStatus::Done | ChargeStatus::Canceled if charge.balance >= amount => {}
            _ => return Err(refusal("NOT_CANCELABLE_AMOUNT")),
        }
        charge.status = ChargeStatus::Canceled;
        charge.balance -= amount;
        self.moved.push((charge.payment, -amount));
        Ok(charge.clone())
    }
}

#[async_trait]
impl Gateway for Fake {
    async fn open(&self, payment: PaymentId, amount: Won, _: &str, back: &Back) -> Result<Opened, Denial> {
        let expected = format!("{}/pay/{payment}/", super::ORIGIN);
        assert!(back.success.starts_with(&expected) && back.fail.starts_with(&expected), "{back:?}");
        let opened = self.once(format!("open-{payment}"), |books| {
            let charge = page(payment, amount);
            books.charges.insert(payment, charge.clone());
            Ok(charge)
        });
        let key = opened.await?.key;
        Ok(Opened { page: format!("https://gateway.example/{key}"), key })
    }

    async fn confirm(&self, key: &str, payment: PaymentId, amount: Won) -> Result<Charge, Denial> {
        self.once(format!("confirm-{payment}"), |books| books.confirm(key, payment, amount)).await
    }

    async fn charge(
        &self,
        token: &str,
        customer: Uuid,
        payment: PaymentId,
        amount: Won,
        _: &str,
    ) -> Result<Charge, Denial> {
        self.once(format!("charge-{payment}"), |books| books.charge(token, customer, payment, amount)).await
    }

    async fn find(&self, payment: PaymentId) -> Result<Option<Charge>, Denial> {
        tokio::task::yield_now().await;
        let books = self.books();
        if books.mood == Mood::Away { Err(silence()) } else { Ok(books.charges.get(&payment).cloned()) }
    }

    /// All that moved, whenever it did, two on a page: it has no clock.
    async fn transactions(&self, from: OffsetDateTime, _: OffsetDateTime, after: Option<&str>) -> Result<Told, Denial> {
        let books = self.books();
        if books.mood == Mood::Away {
            return Err(silence());
        }
        let begin = after.map_or(0, |after| after.parse::<usize>().expect("a key") + 1);
        let all = books.moved.iter().enumerate().skip(begin);
        let transactions: Vec<Transaction> = all
            .take(2)
            .map(|(place, (payment, won))| Transaction {
                key: place.to_string(),
                payment_key: format!("key-{payment}"),
                order: payment.to_string(),
                money: if *won > 0 { Money::Taken } else { Money::Back },
                amount: won.abs(),
                at: from,
            })
            .collect();
        let next = transactions.last().filter(|_| transactions.len() == 2).map(|last| last.key.clone());
        Ok(Told { transactions, next })
    }

    async fn cancel(&self, key: &str, cancel: Uuid, amount: Won, _: &str) -> Result<Charge, Denial> {
        self.once(format!("cancel-{cancel}"), |books| books.cancel(key, amount)).await
    }

    fn registration(&self, customer: Uuid, back: &Back) -> String {
        format!("https://gateway.example/register?customer={customer}&to={}&or={}", back.success, back.fail)
    }

    /// The word is the last four digits of the card.
    async fn register(&self, customer: Uuid, word: &str) -> Result<Token, Denial> {
        let mut books = self.books();
        match books.mood {
            Mood::Refusing => Err(refusal("INVALID_CARD_NUMBER")),
            Mood::Away | Mood::Silent => Err(silence()),
            Mood::Well | Mood::Late => {
                let token = format!("secret-{customer}-{word}");
                books.cards.insert(token.clone(), customer);
                Ok(Token { token, brand: "현대".to_owned(), last4: word.to_owned() })
            }
        }
    }

    async fn forget(&self, token: &str) -> Result<(), Denial> {
        let mut books = self.books();
        if books.mood == Mood::Away {
            return Err(silence());
        }
        books.cards.remove(token).map(drop).ok_or_else(|| refusal("NOT_FOUND_BILLING"))
    }
}

fn page(payment: PaymentId, amount: Won) -> Charge {
    Charge {
        key: format!("key-{payment}"),
        payment,
        amount,
        balance: 0,
        status: ChargeStatus::Ready,
        card: None,
        failure: String::new(),
    }
}

fn silence() -> Denial {
    Denial::Unanswered("no answer in time".to_owned())
}

fn refusal(code: &str) -> Denial {
    Denial::Refused(code.to_owned())
}
