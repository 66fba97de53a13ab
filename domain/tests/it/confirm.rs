//! Confirming a purchase, by hand and by itself.

use contract::{
    Failure,
    claim::{ClaimKind, Fault},
    order::{Actor, FulfillmentStatus, OrderStatus},
};
use domain::{
    Result,
    claim::{self, Request},
    delivery,
    order::{cancel, confirm, confirm_due, expire, pay, place_one},
};
use sqlx::PgPool;
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, campaign, refused},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_purchase_is_confirmed_once_all_of_it_is_there(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let (one, other) = (product(shop, "하나", 20_000, 5).await, product(shop, "둘", 20_000, 5).await);
    let order = scene.hold(&[(one, 1), (other, 1)], 0).await?;
    let refusal = async || refused(confirm(shop, reader, order).await);
    assert_eq!(refusal().await, Some(Failure::NotDelivered), "not even paid");
    pay(shop, reader, order).await?;
    assert_eq!(refusal().await, Some(Failure::NotDelivered));
    for part in scene.detail(order).await?.deliveries {
        delivery::advance(shop, &scene.operator, order, part.seller, FulfillmentStatus::Shipped).await?;
        assert_eq!(refusal().await, Some(Failure::NotDelivered));
        delivery::advance(shop, &scene.operator, order, part.seller, FulfillmentStatus::Delivered).await?;
    }
    let mut tasks = JoinSet::new();
    for _ in 0..6 {
        let (shop, reader) = (shop.clone(), reader.clone());
        tasks.spawn(async move { confirm(&shop, &reader, order).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    let confirmed = scene.detail(order).await?;
    assert_eq!((confirmed.summary.status, confirmed.points_earned), (OrderStatus::Confirmed, 2_000));
    assert_eq!(scene.balance().await?, 62_000, "earned once");
    assert_eq!(scene.events("order.confirmed").await?.len(), 1);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_purchase_confirms_itself_days_after_its_delivery(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let order = scene.delivered(&[(book, 1)]).await?;
    let underway = scene.buy(&[(book, 1)]).await?;
    let early = scene.shop.ahead(Duration::days(7) - Duration::minutes(1));
    assert_eq!(confirm_due(&early).await?, 0);
    let late = scene.shop.ahead(Duration::days(7));
    let (one, other) = tokio::join!(confirm_due(&late), confirm_due(&late));
    assert_eq!((one? + other?, confirm_due(&late).await?), (1, 0));
    assert_eq!(scene.detail(order).await?.summary.status, OrderStatus::Confirmed);
    assert_eq!(scene.detail(underway).await?.summary.status, OrderStatus::Placed);
    let steps = scene.timeline(order).await?;
    let last = steps.last().expect("a step");
    assert_eq!((last.to.as_str(), last.actor, last.by_name.as_str()), ("confirmed", Actor::System, ""));
    assert_eq!(scene.balance().await?, 61_000);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn nothing_is_undone_after_the_confirmation(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 5).await;
    let order = scene.delivered(&[(book, 2)]).await?;
    confirm(shop, reader, order).await?;
    let before = scene.balance().await?;
    for taken in [None, Some(&[(book, 1)][..])] {
        let outcome = cancel(shop, reader, order, Uuid::now_v7(), taken, None).await;
        assert_eq!(refused(outcome), Some(Failure::AlreadyConfirmed));
    }
    for kind in [ClaimKind::Return, ClaimKind::Exchange] {
        let asked = Request {
            id: Uuid::now_v7(),
            kind,
            fault: Fault::Seller,
            reason: "불량".to_owned(),
            lines: vec![(book, 1)],
        };
        assert_eq!(refused(claim::request(shop, reader, order, &asked).await), Some(Failure::AlreadyConfirmed));
    }
    pay(shop, reader, order).await?;
    assert_eq!((scene.balance().await?, scene.stock(book).await?), (before, (3, 0)));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_that_is_over_cannot_be_confirmed(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 5).await;
    let (canceled, expired) = (scene.buy(&[(book, 1)]).await?, scene.hold(&[(book, 1)], 0).await?);
    cancel(shop, reader, canceled, Uuid::now_v7(), None, None).await?;
    expire(&shop.ahead(Duration::hours(1))).await?;
    assert_eq!(refused(confirm(shop, reader, canceled).await), Some(Failure::AlreadyCanceled));
    assert_eq!(refused(confirm(shop, reader, expired).await), Some(Failure::OrderExpired));
    assert_eq!(confirm_due(&shop.ahead(Duration::days(99))).await?, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn points_are_earned_on_what_was_paid_for_the_goods_that_are_kept(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 4_000, 5).await;
    let coupon = scene.coupon(&campaign(shop, "amount", "1500")).await?;
    let order = place_one(shop, scene.checkout_with(&[(book, 3)], coupon, 1_500).await?).await?;
    cancel(shop, reader, order, Uuid::now_v7(), Some(&[(book, 1)]), Some(3_500)).await?;
    scene.deliver(order).await?;
    confirm(shop, reader, order).await?;
    // Of 8,000 won less 1,000; nothing for the 3,000 of the delivery.
    assert_eq!(scene.detail(order).await?.points_earned, 350);

    let nothing = scene.coupon(&campaign(shop, "percent", "100")).await?;
    let order = place_one(shop, scene.checkout_with(&[(book, 1)], nothing, 4_000).await?).await?;
    scene.deliver(order).await?;
    confirm(shop, reader, order).await?;
    assert_eq!(scene.detail(order).await?.points_earned, 0);
    assert_eq!(number(shop, "select count(*) from points_entry where kind = 'earn'").await, 1, "nothing, no entry");
    assert_books_add_up(shop).await;
    Ok(())
}
