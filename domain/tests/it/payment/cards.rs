//! Cards that members have registered.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use contract::{
    Failure,
    payment::{MOST_CARDS, Way},
};
use domain::{Result, payment};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{ORIGIN, Till, fake::Mood};
use crate::{
    concurrency::two_handles,
    fixture::{number, product},
    scene::{recruit, refused, told},
};

impl Till {
    /// Digits, name and whether it is the proposed one, of each card.
    async fn listed(&self) -> Result<Vec<(String, String, bool)>> {
        let cards = payment::cards(self.shop(), &self.scene.reader).await?;
        Ok(cards.into_iter().map(|card| (card.last4, card.name, card.is_default)).collect())
    }
}

fn card(last4: &str, name: &str, default: bool) -> (String, String, bool) {
    (last4.to_owned(), name.to_owned(), default)
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn cards_are_registered_named_proposed_and_removed(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let (shop, reader) = (till.shop(), &till.scene.reader);
    assert_eq!(till.listed().await?, []);
    let first = till.register("1111").await?;
    let second = till.register("2222").await?;
    assert_eq!(till.register("2222").await?, second, "the same word again is the same card");
    assert_eq!(till.listed().await?, [card("1111", "", true), card("2222", "", false)], "the first one is proposed");
    payment::change(shop, reader, second, "  생활비 ", true).await?;
    assert_eq!(till.listed().await?, [card("2222", "생활비", true), card("1111", "", false)]);
    payment::change(shop, reader, first, "비상금", false).await?;
    let flawed = payment::change(shop, reader, first, &"가".repeat(31), false).await;
    assert!(matches!(refused(flawed), Some(Failure::Invalid(_))));

    payment::remove(shop, reader, second).await?;
    payment::remove(shop, reader, second).await?;
    assert_eq!(till.listed().await?, [card("1111", "비상금", false)]);
    assert_eq!(till.gateway.tokens().len(), 1, "the gateway has forgotten it too");
    assert_eq!(refused(payment::change(shop, reader, second, "", true).await), Some(Failure::CardGone));
    let book = product(shop, "책", 20_000, 5).await;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    assert_eq!(refused(till.begin(order, Way::Saved(second)).await), Some(Failure::CardGone));
    payment::change(shop, reader, first, "비상금", true).await?;
    assert_eq!(till.listed().await?, [card("1111", "비상금", true)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_card_that_was_removed_can_be_registered_again(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let first = till.register("1111").await?;
    payment::remove(till.shop(), &till.scene.reader, first).await?;
    till.register("1111").await?;
    assert_eq!(till.listed().await?, [card("1111", "", true)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_members_cards_are_nobody_elses(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let (shop, card) = (till.shop(), till.register("1111").await?);
    let stranger = recruit(shop, "다른이", "shopper").await?;
    assert!(payment::cards(shop, &stranger).await?.is_empty());
    assert_eq!(refused(payment::change(shop, &stranger, card, "내 것", true).await), Some(Failure::CardGone));
    payment::remove(shop, &stranger, card).await?;
    let charged = payment::charge_points(shop, &stranger, Uuid::now_v7(), 10_000, Way::Saved(card), ORIGIN).await;
    assert_eq!(refused(charged), Some(Failure::CardGone));
    assert_eq!((till.listed().await?.len(), till.gateway.kept()), (1, 0));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn nobody_registers_more_cards_than_the_most_even_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let [one, other] = two_handles(options).await?;
    let till = Till::new(one.db.clone(), 0).await?;
    let other = other.with_gateway(till.gateway.clone());
    let mut tasks = JoinSet::new();
    for number in 0..2 * MOST_CARDS {
        let shop = if number % 2 == 0 { till.shop().clone() } else { other.clone() };
        let reader = till.scene.reader.clone();
        tasks.spawn(async move { told(payment::register(&shop, &reader, &format!("{number:04}")).await) });
    }
    let outcomes = tasks.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    let refusals: Vec<_> = outcomes.into_iter().flatten().collect();
    assert_eq!(refusals.len(), usize::try_from(MOST_CARDS).expect("a number"));
    assert!(refusals.iter().all(|refusal| *refusal == Failure::TooManyCards), "{refusals:?}");
    let listed = till.listed().await?;
    assert_eq!((listed.len(), listed.iter().filter(|card| card.2).count()), (10, 1));
    let page = payment::registration(till.shop(), &till.scene.reader, ORIGIN, "%2Fcheckout").await;
    assert_eq!(refused(page), Some(Failure::TooManyCards));
    assert_eq!(till.gateway.tokens().len(), 10, "the gateway keeps none that the shop does not");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_registration_that_is_refused_or_not_answered_adds_nothing(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    for (mood, failure) in [(Mood::Refusing, Failure::PaymentRefused), (Mood::Away, Failure::GatewayUnavailable)] {
        till.gateway.is(mood);
        assert_eq!(refused(till.register("1111").await), Some(failure));
    }
    assert_eq!(till.listed().await?, []);
    till.gateway.is(Mood::Well);
    till.register("1111").await?;
    till.gateway.is(Mood::Away);
    let gone = payment::cards(till.shop(), &till.scene.reader).await?.remove(0).id;
    payment::remove(till.shop(), &till.scene.reader, gone).await?;
    assert_eq!(till.listed().await?, [], "gone here, whether the gateway answers or not");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_gateway_knows_a_member_by_a_key_that_says_nothing(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let page = async || payment::registration(till.shop(), &till.scene.reader, ORIGIN, "%2Fcheckout%3Fa%3Db").await;
    let first = page().await?;
    assert_eq!(first, page().await?);
    assert!(first.contains("https://shop.example/my/cards/return?next=%2Fcheckout%3Fa%3Db"), "{first}");
    assert_eq!(number(till.shop(), "select count(*) from payment_customer").await, 1);
    Ok(())
}

/// A log that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_the_shop_shows_tells_and_logs_of_a_card_holds_no_token(db: PgPool) -> Result<()> {
    let kept = Kept::default();
    let log = kept.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
    // This test's own thread, on which all of it runs.
    let recording = tracing::subscriber::set_default(subscriber.with_writer(move || log.clone()).finish());
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 500).await;
    let card = till.register("1234").await?;
    let orders = [till.scene.hold(&[(book, 1)], 0).await?, till.scene.hold(&[(book, 1)], 0).await?];
    till.pay_by(card, orders[0]).await?;
    till.gateway.is(Mood::Away);
    till.pay_by(card, orders[1]).await?;
    till.sweep(1).await?;
    till.gateway.is(Mood::Well);
    till.sweep(2).await?;
    let cards = payment::cards(till.shop(), &till.scene.reader).await?;
    till.gateway.is(Mood::Away);
    payment::remove(till.shop(), &till.scene.reader, card).await?;
    assert_eq!(refused(till.register("9999").await), Some(Failure::GatewayUnavailable));
    drop(recording);

    let mut told = format!("{cards:?} {:?}", till.scene.detail(orders[0]).await?);
    for order in orders {
        told += &format!("{:?}", payment::of_order(till.shop(), order).await?);
    }
    let log = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let log = String::from_utf8(log).expect("text");
    assert!(log.contains("a payment has no answer yet") && log.contains("still keeps a card"), "it was recorded");
    assert!(told.contains("1234") && !told.contains("secret-"), "{told}");
    assert!(!log.contains("secret-"), "{log}");
    let events = "select count(*) from event where payload::text like '%secret-%'";
    assert_eq!(number(till.shop(), events).await, 0);
    Ok(())
}
