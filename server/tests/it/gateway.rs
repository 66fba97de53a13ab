//! The adapter of the payment gateway, against the sandbox.

mod doors;
mod logs;
mod trouble;

use contract::{Won, payment::PaymentId, system::Money};
use domain::payment::gateway::{Back, Charge, ChargeStatus, Denial, Gateway, Token};
use reqwest::Url;
use serde_json::{Value, json};
use server::gateway::Toss;
use uuid::Uuid;

use crate::{
    sandbox::{Failed, Sandbox},
    support::Outcome,
};

const SECRET: &str = "test_sk_of_this_shop";

/// Cards: one that pays, and one that its page takes and its company refuses.
const GOOD: &str = "4330 1234 1234 1234";
const EMPTY: &str = "4330 1234 1234 0002";

/// The sandbox, and the shop's way to it.
struct Neighbor {
    sandbox: Sandbox,
    gateway: Toss,
}

impl Neighbor {
    fn start() -> Result<Self, Failed> {
        let sandbox = Sandbox::start(&[("SANDBOX_GATEWAY_SECRET", SECRET)])?;
        let gateway = Toss::new(&sandbox.url("").parse()?, SECRET)?;
        Ok(Self { sandbox, gateway })
    }

    /// Opens a page and types a card in. Answers the payment and its key.
    async fn agree(&self, amount: Won, number: &str) -> Result<(PaymentId, String), Failed> {
        let payment = Uuid::now_v7();
        let opened = self.gateway.open(payment, amount, "책", &back()).await?;
        assert_eq!(self.found(payment).await?.status, ChargeStatus::Ready);
        let way = self.sandbox.press(Url::parse(&opened.page)?.path(), number, "pay").await?;
        let way = Url::parse(&way)?;
        assert_eq!((way.host_str(), way.path()), (Some("shop.example"), "/pay/7/return"));
        let told: Vec<(String, String)> = way.query_pairs().into_owned().collect();
        let (payment_id, amount) = (payment.to_string(), amount.to_string());
        let expected = [("paymentKey", &opened.key), ("orderId", &payment_id), ("amount", &amount)];
        assert_eq!(told, expected.map(|(name, value)| (name.to_owned(), value.clone())));
        Ok((payment, opened.key))
    }

    /// The same, and takes the money.
    async fn pay(&self, amount: Won) -> Result<Charge, Failed> {
        let (payment, key) = self.agree(amount, GOOD).await?;
        Ok(self.gateway.confirm(&key, payment, amount).await?)
    }

    /// Registers a card at the gateway's page.
    async fn register(&self, customer: Uuid, number: &str) -> Result<Token, Failed> {
        Ok(self.gateway.register(customer, &self.word(customer, number).await?).await?)
    }

    /// The word that a registration comes back with.
    async fn word(&self, customer: Uuid, number: &str) -> Result<String, Failed> {
        let page = Url::parse(&self.gateway.registration(customer, &back()))?;
        let path = format!("{}?{}", page.path(), page.query().unwrap_or_default());
        let way = Url::parse(&self.sandbox.press(&path, number, "pay").await?)?;
        let word = way.query_pairs().find(|(name, _)| name == "authKey").ok_or("no word")?.1.into_owned();
        Ok(word)
    }

    async fn found(&self, payment: PaymentId) -> Result<Charge, Failed> {
        Ok(self.gateway.find(payment).await?.ok_or("no payment")?)
    }

    async fn switch(&self, switches: Value) -> Result<(), Failed> {
        self.sandbox.switch("gateway", &switches).await
    }
}

fn back() -> Back {
    Back {
        success: "https://shop.example/pay/7/return".to_owned(),
        fail: "https://shop.example/pay/7/fail?a=b".to_owned(),
    }
}

/// The code with which it was refused.
fn refusal<T>(answer: Result<T, Denial>) -> Option<String> {
    match answer {
        Err(Denial::Refused(code)) => Some(code),
        _ => None,
    }
}

fn already<T>(answer: Result<T, Denial>) -> Option<String> {
    match answer {
        Err(Denial::Already(code)) => Some(code),
        _ => None,
    }
}

fn unanswered<T>(answer: Result<T, Denial>) -> Option<String> {
    match answer {
        Err(Denial::Unanswered(why)) => Some(why),
        _ => None,
    }
}

#[tokio::test]
async fn a_page_is_opened_agreed_to_and_confirmed_once() -> Outcome {
    let it = Neighbor::start()?;
    assert!(it.gateway.find(Uuid::now_v7()).await?.is_none());
    let (payment, key) = it.agree(20_000, GOOD).await?;
    assert_eq!(it.found(payment).await?.status, ChargeStatus::InProgress);
    let paid = it.gateway.confirm(&key, payment, 20_000).await?;
    let expected = Charge {
        key: key.clone(),
        payment,
        amount: 20_000,
        balance: 20_000,
        status: ChargeStatus::Done,
        card: Some(("현대".to_owned(), "1234".to_owned())),
        failure: String::new(),
    };
    assert_eq!(paid, expected);
    assert_eq!(it.gateway.confirm(&key, payment, 20_000).await?, expected, "the first answer again");
    assert_eq!(it.found(payment).await?, expected);
    let received = it.sandbox.received("gateway").await?;
    assert_eq!(received["payments"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
async fn opened_twice_a_page_is_the_same() -> Outcome {
    let it = Neighbor::start()?;
    let (payment, long) = (Uuid::now_v7(), "책".repeat(500));
    let first = it.gateway.open(payment, 20_000, &long, &back()).await?;
    let second = it.gateway.open(payment, 20_000, &long, &back()).await?;
    assert_eq!((first.key, first.page), (second.key, second.page));
    Ok(())
}

#[tokio::test]
async fn what_is_refused_says_with_what_code() -> Outcome {
    let it = Neighbor::start()?;
    let (payment, key) = it.agree(20_000, EMPTY).await?;
    for _ in 0..2 {
        let told = it.gateway.confirm(&key, payment, 20_000).await;
        assert_eq!(refusal(told).as_deref(), Some("REJECT_CARD_PAYMENT"));
    }
    let ended = it.found(payment).await?;
    assert_eq!((ended.status, ended.failure.as_str()), (ChargeStatus::Ended, "REJECT_CARD_PAYMENT"));

    let (payment, key) = it.agree(20_000, GOOD).await?;
    assert_eq!(refusal(it.gateway.confirm("another", payment, 20_000).await).as_deref(), Some("NOT_FOUND_PAYMENT"));
    assert_eq!(refusal(it.gateway.confirm(&key, payment, 10_000).await).as_deref(), Some("INVALID_REQUEST"));

    let opened = it.gateway.open(Uuid::now_v7(), 20_000, "책", &back()).await?;
    let way = it.sandbox.press(Url::parse(&opened.page)?.path(), "4330 1234 1234 0003", "pay").await?;
    assert!(way.starts_with("https://shop.example/pay/7/fail?a=b&code=REJECT_CARD_COMPANY"), "{way}");
    Ok(())
}

#[tokio::test]
async fn a_registered_card_is_charged_by_its_token_and_forgotten() -> Outcome {
    let it = Neighbor::start()?;
    let (me, other) = (Uuid::new_v4(), Uuid::new_v4());
    let word = it.word(me, GOOD).await?;
    assert!(refusal(it.gateway.register(other, &word).await).is_some(), "the word is mine");
    let card = it.gateway.register(me, &word).await?;
    assert_eq!((card.brand.as_str(), card.last4.as_str()), ("현대", "1234"));
    assert_eq!(it.gateway.register(me, &word).await?.token, card.token, "the same word again is the same card");

    let payment = Uuid::now_v7();
    for _ in 0..2 {
        let paid = it.gateway.charge(&card.token, me, payment, 20_000, "책").await?;
        assert_eq!((paid.payment, paid.status, paid.balance), (payment, ChargeStatus::Done, 20_000));
        assert_eq!(paid.card, Some(("현대".to_owned(), "1234".to_owned())));
    }
    assert_eq!(it.found(payment).await?.status, ChargeStatus::Done);
    let page = it.gateway.open(payment, 20_000, "책", &back()).await;
    assert_eq!(already(page).as_deref(), Some("DUPLICATED_ORDER_ID"), "what is paid is not paid again");
    let told = it.gateway.charge(&card.token, other, Uuid::now_v7(), 20_000, "책").await;
    assert!(refusal(told).is_some(), "another's card");
    let empty = it.register(me, EMPTY).await?;
    let told = it.gateway.charge(&empty.token, me, Uuid::now_v7(), 20_000, "책").await;
    assert_eq!(refusal(told).as_deref(), Some("REJECT_CARD_PAYMENT"));

    it.gateway.forget(&card.token).await?;
    it.gateway.forget(&card.token).await?;
    it.gateway.forget("unknown/../token").await?;
    let told = it.gateway.charge(&card.token, me, Uuid::now_v7(), 20_000, "책").await;
    assert_eq!(refusal(told).as_deref(), Some("NOT_FOUND_BILLING_KEY"));
    Ok(())
}

#[tokio::test]
async fn money_goes_back_in_parts_each_once_and_never_more_than_there_is() -> Outcome {
    let it = Neighbor::start()?;
    let paid = it.pay(20_000).await?;
    let (first, rest) = (Uuid::now_v7(), Uuid::now_v7());
    for _ in 0..2 {
        let left = it.gateway.cancel(&paid.key, first, 5_000, "refund").await?;
        assert_eq!((left.status, left.balance), (ChargeStatus::Canceled, 15_000));
    }
    let told = it.gateway.cancel(&paid.key, Uuid::now_v7(), 15_001, "refund").await;
    assert_eq!(refusal(told).as_deref(), Some("NOT_CANCELABLE_AMOUNT"));
    for _ in 0..2 {
        assert_eq!(it.gateway.cancel(&paid.key, rest, 15_000, &"가".repeat(999)).await?.balance, 0);
    }
    let told = it.gateway.cancel(&paid.key, Uuid::now_v7(), 1, "refund").await;
    assert_eq!(already(told).as_deref(), Some("ALREADY_CANCELED_PAYMENT"));
    let found = it.found(paid.payment).await?;
    assert_eq!((found.status, found.amount, found.balance), (ChargeStatus::Canceled, 20_000, 0));
    Ok(())
}

#[tokio::test]
async fn its_books_tell_each_time_that_money_went_page_by_page() -> Outcome {
    let it = Neighbor::start()?;
    let now = time::OffsetDateTime::now_utc();
    let (from, until) = (now - time::Duration::DAY, now + time::Duration::DAY);
    assert!(it.gateway.transactions(from, until, None).await?.transactions.is_empty());
    let (paid, other) = (it.pay(20_000).await?, it.pay(7_000).await?);
    // Opened, and never paid: no money went.
    it.agree(1_000, GOOD).await?;
    it.gateway.cancel(&paid.key, Uuid::now_v7(), 5_000, "refund").await?;
    it.gateway.cancel(&paid.key, Uuid::now_v7(), 15_000, "refund").await?;
    let told = it.gateway.transactions(from, until, None).await?;
    assert_eq!(told.next, None, "less than a page");
    let mut moved: Vec<_> =
        told.transactions.iter().map(|one| (one.order.clone(), one.money == Money::Taken, one.amount)).collect();
    moved.sort_unstable();
    let (paid, other) = (paid.payment.to_string(), other.payment.to_string());
    let mut expected =
        vec![(paid.clone(), false, 5_000), (paid.clone(), false, 15_000), (paid, true, 20_000), (other, true, 7_000)];
    expected.sort_unstable();
    assert_eq!(moved, expected);
    let first = told.transactions.first().ok_or("none")?;
    let rest = it.gateway.transactions(from, until, Some(&first.key)).await?;
    assert_eq!(rest.transactions, told.transactions[1..]);
    assert_eq!(
        refusal(it.gateway.transactions(from, until, Some("nothing")).await).as_deref(),
        Some("INVALID_TRANSACTION_KEY")
    );
    assert!(it.gateway.transactions(from, now - time::Duration::HOUR, None).await?.transactions.is_empty());
    it.switch(json!({ "fail": true })).await?;
    assert!(unanswered(it.gateway.transactions(from, until, None).await).is_some());
    Ok(())
}
