//! What sellers subscribe to, and who may see it.

mod room;
mod sending;
mod telling;

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;
use contract::{
    Failure,
    form::Flaw,
    product::ProductId,
    subscription::{DeliveryId, MOST, SubscriptionId, SubscriptionStatus, Topic},
    table::Cursor,
};
use domain::{
    Result, Shop,
    event::drain,
    member::Operator,
    reader::subscription::Subscription,
    subscription::{
        self, About, Delivery, DeliveryFilter, Filter, SubscriptionForm, Targets, change, create, deliveries, delivery,
        find, list, pause, remove, resend, resume, rotate_secret, secrets, test,
    },
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::{self, number, product},
    scene::{Scene, refused, seller_of},
};

const URL: &str = "https://hooks.example.com/madang";

fn form(topics: &[&str]) -> SubscriptionForm {
    let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
    SubscriptionForm { url: URL.to_owned(), topics, description: String::new() }
}

/// A seller with a product, who has subscribed to everything.
struct Listening {
    scene: Scene,
    book: ProductId,
    by: Operator,
    seller: i64,
    id: SubscriptionId,
}

impl Listening {
    async fn new(db: PgPool) -> Result<Self> {
        let scene = Scene::new(db, 1_000_000).await?;
        let book = product(&scene.shop, "심청전", 20_000, 50).await;
        let (by, seller) = seller_of(&scene.shop, book).await?;
        let id = create(&scene.shop, &by, Uuid::now_v7(), &form(&Topic::ALL.map(Topic::word))).await?;
        Ok(Self { scene, book, by, seller, id })
    }

    fn shop(&self) -> &Shop {
        &self.scene.shop
    }

    /// An order of one copy, told.
    async fn sell(&self) -> Result<DeliveryId> {
        self.scene.buy(&[(self.book, 1)]).await?;
        read(self.shop()).await?;
        Ok(self.log().await?.first().expect("a message").id)
    }

    /// The messages, the latest first.
    async fn log(&self) -> Result<Vec<Delivery>> {
        log(self.shop(), &self.by, self.id).await
    }

    async fn one(&self, id: DeliveryId) -> Result<Delivery> {
        Ok(delivery(self.shop(), &self.by, id).await?.delivery)
    }

    async fn status(&self) -> Result<SubscriptionStatus> {
        Ok(find(self.shop(), &self.by, self.id).await?.status)
    }
}

/// The reader takes all that there is.
async fn read(shop: &Shop) -> Result<()> {
    drain(shop, &[&Subscription]).await
}

async fn log(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<Vec<Delivery>> {
    Ok(deliveries(shop, by, id, DeliveryFilter::default(), None, 100).await?.rows)
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_flaw_of_the_form_is_told_at_once_and_a_key_subscribes_once(db: PgPool) -> Result<()> {
    let Listening { scene, by, .. } = Listening::new(db).await?;
    let shop = &scene.shop;
    let wrong = SubscriptionForm {
        url: "http://hooks.example.com/".to_owned(),
        topics: vec!["order.placed".to_owned()],
        description: "가".repeat(201),
    };
    let Some(Failure::Invalid(flaws)) = refused(create(shop, &by, Uuid::now_v7(), &wrong).await) else {
        panic!("it was accepted");
    };
    let told: Vec<_> = flaws.iter().collect();
    assert_eq!(told, [("url", Flaw::Url), ("topics", Flaw::Choice), ("description", Flaw::TooLong { max: 200 })]);
    let key = Uuid::now_v7();
    let id = create(shop, &by, key, &form(&["stock.low", "order.paid"])).await?;
    assert_eq!(create(shop, &by, key, &form(&["stock.low", "order.paid"])).await?, id);
    assert_eq!(refused(create(shop, &by, key, &form(&["order.paid"])).await), Some(Failure::AlreadySent));
    let found = find(shop, &by, id).await?;
    assert_eq!((found.url.as_str(), found.topics), (URL, vec![Topic::OrderPaid, Topic::StockLow]));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_has_no_more_than_there_may_be_however_many_are_asked_for_at_once(db: PgPool) -> Result<()> {
    let Listening { scene, by, id, .. } = Listening::new(db).await?;
    let shop = &scene.shop;
    for _ in 2..MOST {
        create(shop, &by, Uuid::now_v7(), &form(&["order.paid"])).await?;
    }
    let last = form(&["order.paid"]);
    let (one, other) = tokio::join!(create(shop, &by, Uuid::now_v7(), &last), create(shop, &by, Uuid::now_v7(), &last));
    let full = [one, other].map(refused).into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(full, [Failure::TooManySubscriptions]);
    remove(shop, &by, id).await?;
    create(shop, &by, Uuid::now_v7(), &last).await?;
    let first = list(shop, &by, &Filter::default(), None, 15).await?;
    let rest = list(shop, &by, &Filter::default(), first.next.as_ref(), 15).await?;
    let ids: Vec<_> = first.rows.iter().chain(&rest.rows).map(|row| row.id).collect();
    assert_eq!((ids.len(), rest.next), (20, None::<Cursor>));
    assert!(ids.is_sorted_by(|one, next| one > next) && !ids.contains(&id));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn another_sellers_subscription_is_not_there_and_the_staff_makes_none(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let (shop, id, staff) = (own.shop(), own.id, &own.scene.operator);
    let message = own.sell().await?;
    let other_book = product(shop, "홍길동전", 10_000, 5).await;
    let (other, _) = seller_of(shop, other_book).await?;
    let typed = form(&["order.paid"]);
    let not_there = Some(Failure::NotFound);
    assert_eq!(list(shop, &other, &Filter { seller: Some(own.seller), status: None }, None, 50).await?.rows, []);
    assert_eq!(refused(find(shop, &other, id).await), not_there);
    assert_eq!(refused(deliveries(shop, &other, id, DeliveryFilter::default(), None, 50).await), not_there);
    assert_eq!(refused(delivery(shop, &other, message).await), not_there);
    assert_eq!(refused(resend(shop, &other, message).await), not_there);
    assert_eq!(refused(pause(shop, &other, id).await), not_there);
    assert_eq!(refused(resume(shop, &other, id).await), not_there);
    for by in [&other, staff] {
        assert_eq!(refused(change(shop, by, id, 0, &typed).await), not_there);
        assert_eq!(refused(secrets(shop, by, id).await), not_there);
        assert_eq!(refused(rotate_secret(shop, by, id, 0).await), not_there);
        assert_eq!(refused(test(shop, by, id).await), not_there);
        assert_eq!(refused(remove(shop, by, id).await), not_there);
    }
    assert_eq!(refused(create(shop, staff, Uuid::now_v7(), &typed).await), not_there);
    assert_eq!(find(shop, &own.by, id).await?.version, 0, "nobody has changed it");

    let paused = Filter { seller: None, status: Some(SubscriptionStatus::Paused) };
    resend(shop, staff, message).await?;
    pause(shop, staff, id).await?;
    assert_eq!(list(shop, staff, &paused, None, 50).await?.rows.len(), 1);
    assert_eq!(list(shop, staff, &Filter { seller: Some(own.seller), status: None }, None, 50).await?.rows.len(), 1);
    assert_eq!(log(shop, staff, id).await?.len(), 1);
    resume(shop, staff, id).await?;
    remove(shop, &own.by, id).await?;
    assert_eq!(refused(find(shop, staff, id).await), not_there);
    assert_eq!(refused(delivery(shop, &own.by, message).await), not_there);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_changes_on_top_of_an_older_version_is_refused_and_the_same_form_again_changes_nothing(
    db: PgPool,
) -> Result<()> {
    let own = Listening::new(db).await?;
    let (shop, by, id) = (own.shop(), &own.by, own.id);
    let moved = SubscriptionForm { url: "https://other.example.com/".to_owned(), ..form(&["order.paid"]) };
    change(shop, by, id, 0, &moved).await?;
    change(shop, by, id, 0, &moved).await?;
    assert_eq!(refused(change(shop, by, id, 0, &form(&["order.paid"])).await), Some(Failure::EditedMeanwhile));
    let found = find(shop, by, id).await?;
    assert_eq!(
        (found.url.as_str(), found.version, found.topics),
        ("https://other.example.com/", 1, vec![Topic::OrderPaid])
    );
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_secret_that_was_replaced_signs_for_a_day_and_a_form_sent_twice_replaces_one(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let (shop, by, id) = (own.shop(), &own.by, own.id);
    let old = secrets(shop, by, id).await?;
    assert_eq!(old.previous, None);
    rotate_secret(shop, by, id, 0).await?;
    assert_eq!(refused(rotate_secret(shop, by, id, 0).await), Some(Failure::EditedMeanwhile));
    let new = secrets(shop, by, id).await?;
    assert_ne!(new.current, old.current);
    assert_eq!(new.previous.map(|replaced| replaced.secret), Some(old.current));
    let later = shop.ahead(Duration::hours(24));
    assert_eq!(secrets(&later, by, id).await?.previous, None);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_trail_tells_every_change_and_no_secret(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let (shop, by, id) = (own.shop(), &own.by, own.id);
    let message = own.sell().await?;
    change(shop, by, id, 0, &form(&["order.paid"])).await?;
    rotate_secret(shop, by, id, 1).await?;
    test(shop, by, id).await?;
    resend(shop, by, message).await?;
    pause(shop, by, id).await?;
    pause(shop, by, id).await?;
    resume(shop, by, id).await?;
    resume(shop, by, id).await?;
    remove(shop, by, id).await?;
    let acts: Vec<String> =
        sqlx::query_scalar("select act from trail where act like 'subscription%' and subject = $1 order by trail_id")
            .bind(id.to_string())
            .fetch_all(&shop.db)
            .await?;
    let expected = ["created", "changed", "secret_rotated", "tested", "resent", "paused", "resumed", "removed"];
    assert_eq!(acts, expected.map(|act| format!("subscription_{act}")));
    let secret = "select count(*) from trail where before::text || after::text like '%whsec%'";
    assert_eq!(number(shop, secret).await, 0);
    Ok(())
}

/// Looks every name up to the same address.
#[derive(Debug)]
struct Pointing(IpAddr, bool);

#[async_trait]
impl Targets for Pointing {
    fn allows_private(&self) -> bool {
        self.1
    }

    async fn resolve(&self, _name: &str) -> Vec<IpAddr> {
        vec!["8.8.8.8".parse().expect("an address"), self.0]
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_name_that_leads_inside_is_refused_unless_that_is_allowed(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let pointing = |to: &str, private| {
        let to = to.parse().expect("an address");
        own.shop().clone().with_targets(Arc::new(Pointing(to, private)))
    };
    let typed = form(&["order.paid"]);
    for inside in ["10.0.0.8", "127.0.0.1", "169.254.169.254", "::1", "fd00::8", "::ffff:192.168.0.1"] {
        let shop = pointing(inside, false);
        let expected = Some(Failure::Invalid(contract::form::Flaws::one("url", Flaw::PrivateTarget)));
        assert_eq!(refused(create(&shop, &own.by, Uuid::now_v7(), &typed).await), expected, "{inside}");
        let moved = SubscriptionForm { url: "https://other.example.com/".to_owned(), ..typed.clone() };
        assert_eq!(refused(change(&shop, &own.by, own.id, 0, &moved).await), expected, "{inside}");
    }
    create(&pointing("1.1.1.1", false), &own.by, Uuid::now_v7(), &typed).await?;
    create(&pointing("10.0.0.8", true), &own.by, Uuid::now_v7(), &typed).await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_log_is_read_page_by_page_and_by_what_messages_are_about(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let (shop, by, id) = (own.shop(), &own.by, own.id);
    for _ in 0..5 {
        own.sell().await?;
    }
    test(shop, by, id).await?;
    let all = DeliveryFilter::default();
    let first = deliveries(shop, by, id, all, None, 4).await?;
    let rest = deliveries(shop, by, id, all, first.next.as_ref(), 4).await?;
    let ids: Vec<_> = first.rows.iter().chain(&rest.rows).map(|row| row.id).collect();
    assert!(ids.len() == 6 && ids.is_sorted_by(|one, next| one > next), "{ids:?}");
    let about = |row: &Delivery| matches!(&row.about, Some(About::Order { number, .. }) if number.len() == 17);
    assert_eq!(first.rows.iter().chain(&rest.rows).filter(|row| about(row)).count(), 5, "a test is about nothing");
    let one = delivery(shop, by, rest.rows[0].id).await?.delivery;
    assert_eq!(one.about, rest.rows[0].about);
    let tests = DeliveryFilter { topic: Some(Topic::Test), ..all };
    assert_eq!(deliveries(shop, by, id, tests, None, 50).await?.rows.len(), 1);
    let delivered = DeliveryFilter { status: Some(contract::subscription::DeliveryStatus::Delivered), ..all };
    assert_eq!(deliveries(shop, by, id, delivered, None, 50).await?.rows, []);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn messages_are_kept_for_thirty_days_and_those_of_a_removed_subscription_go_with_it(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    own.sell().await?;
    // It was tried, which keeps it no longer.
    subscription::claim(shop, subscription::Lane::Well, &[0; 63]).await?;
    assert_eq!(subscription::forget(&shop.ahead(Duration::days(29))).await?, 0);
    assert_eq!(subscription::forget(&shop.ahead(Duration::days(30) + Duration::minutes(1))).await?, 1);
    assert_eq!(own.log().await?, []);
    assert_eq!(number(shop, "select count(*) from subscription_attempt").await, 0);
    own.sell().await?;
    remove(shop, &own.by, own.id).await?;
    assert_eq!(subscription::forget(shop).await?, 0);
    assert_eq!(subscription::forget(&shop.ahead(Duration::hours(2))).await?, 1);
    assert_eq!(number(shop, "select count(*) from subscription").await, 0);
    fixture::assert_books_add_up(shop).await;
    Ok(())
}
