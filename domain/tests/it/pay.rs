//! Orders that are held: paid later, or let go.

use contract::{
    Failure,
    order::{OrderStatus, PaymentStatus},
};
use domain::{
    Result,
    order::{self, Checkout, cancel, expire, pay, place_one},
    points::{self, NEVER},
};
use sqlx::PgPool;
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, campaign, recruit, refused},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_partly_paid_is_held_until_the_rest_is_paid(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let coupon = scene.coupon(&campaign(&scene.shop, "amount", "3000")).await?;
    let whole = scene.checkout_with(&[(book, 2)], coupon, 3_000).await?;
    let order = place_one(&scene.shop, Checkout { points: 10_000, ..whole }).await?;

    let held = scene.detail(order).await?;
    assert_eq!((held.summary.status, held.summary.payment), (OrderStatus::PendingPayment, PaymentStatus::Unpaid));
    assert_eq!((held.summary.total, held.points_used), (37_000, 10_000));
    let left = held.held_until.expect("a hold") - scene.shop.now();
    assert!(left <= Duration::minutes(30) && left > Duration::minutes(29), "{left}");
    assert_eq!((scene.stock(book).await?, scene.balance().await?), ((5, 2), 40_000));
    assert_eq!(scene.coupon_status(coupon).await?, "held");
    assert_eq!(number(&scene.shop, "select count(*) from payment").await, 0);
    assert_eq!(scene.events("order.").await?, ["order.placed"]);
    assert_books_add_up(&scene.shop).await;

    pay(&scene.shop, &scene.reader, order).await?;
    let paid = scene.detail(order).await?;
    assert_eq!((paid.summary.status, paid.summary.payment), (OrderStatus::Placed, PaymentStatus::Paid));
    assert_eq!((paid.points_used, scene.stock(book).await?, scene.balance().await?), (37_000, (3, 0), 13_000));
    assert_eq!(scene.coupon_status(coupon).await?, "used");
    assert_eq!(number(&scene.shop, "select sum(amount)::bigint from payment").await, 37_000);
    assert_eq!(scene.events("order.").await?, ["order.placed", "order.paid"]);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn paying_again_or_many_times_at_once_pays_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let order = scene.hold(&[(book, 1)], 0).await?;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (shop, reader) = (scene.shop.clone(), scene.reader.clone());
        tasks.spawn(async move { pay(&shop, &reader, order).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    pay(&scene.shop.ahead(Duration::hours(1)), &scene.reader, order).await?;
    assert_eq!((scene.balance().await?, scene.stock(book).await?), (30_000, (4, 0)));
    assert_eq!(number(&scene.shop, "select count(*) from payment").await, 1);
    assert_eq!(scene.timeline(order).await?.len(), 4);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_cannot_pay_the_rest_may_charge_and_pay_then(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 10_000).await?;
    let book = product(&scene.shop, "책", 20_000, 1).await;
    let order = scene.hold(&[(book, 1)], 10_000).await?;
    assert_eq!(refused(pay(&scene.shop, &scene.reader, order).await), Some(Failure::InsufficientPoints));
    assert_eq!((scene.balance().await?, scene.stock(book).await?), (0, (1, 1)));
    let other = product(&scene.shop, "다른 책", 20_000, 1).await;
    let twice = scene.hold(&[(other, 1)], 1).await;
    assert_eq!(refused(twice), Some(Failure::InsufficientPoints), "points that are held cannot be spent again");
    domain::cart::remove(&scene.shop, domain::cart::Owner::Member(scene.reader.id()), other).await?;
    assert_eq!(refused(scene.hold(&[(book, 1)], 0).await), Some(Failure::OutOfStock), "the copy is held");
    points::charge(&scene.shop, &scene.reader, Uuid::now_v7(), 10_000).await?;
    pay(&scene.shop, &scene.reader, order).await?;
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_that_is_not_paid_in_time_lets_go_of_everything_by_itself(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let soon = scene.grant(4_000, 20).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let coupon = scene.coupon(&campaign(&scene.shop, "amount", "3000")).await?;
    let whole = scene.checkout_with(&[(book, 1)], coupon, 3_000).await?;
    let order = place_one(&scene.shop, Checkout { points: 10_000, ..whole }).await?;
    let paid = scene.buy(&[(book, 1)]).await?;
    assert_eq!(expire(&scene.shop).await?, 0, "not before its time");

    let late = scene.shop.ahead(Duration::minutes(30));
    assert_eq!(refused(pay(&late, &scene.reader, order).await), Some(Failure::OrderExpired), "even before the sweep");
    assert_eq!(scene.stock(book).await?, (4, 1));
    assert_eq!((expire(&late).await?, expire(&late).await?), (1, 0));
    let over = scene.detail(order).await?;
    assert_eq!((over.summary.status, over.summary.payment), (OrderStatus::Expired, PaymentStatus::Canceled));
    assert_eq!(scene.stock(book).await?, (4, 0));
    assert_eq!(scene.lots().await?, [(soon, 4_000), (NEVER, 30_000)]);
    assert_eq!(scene.coupon_status(coupon).await?, "available");
    assert_eq!(scene.detail(paid).await?.summary.status, OrderStatus::Placed);

    assert_eq!(refused(pay(&scene.shop, &scene.reader, order).await), Some(Failure::OrderExpired));
    let canceled = cancel(&scene.shop, &scene.reader, order, Uuid::now_v7(), None, None).await;
    assert_eq!(refused(canceled), Some(Failure::OrderExpired));
    assert_eq!(scene.events("order.expired").await?.len(), 1);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn of_a_payment_and_the_expiry_at_once_one_counts(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 1_000, 50).await;
    let late = scene.shop.ahead(Duration::minutes(31));
    for _ in 0..10 {
        let order = scene.hold(&[(book, 1)], 500).await?;
        let (paid, swept) = tokio::join!(pay(&scene.shop, &scene.reader, order), expire(&late));
        swept?;
        let status = scene.detail(order).await?.summary.status;
        match refused(paid) {
            None => assert_eq!(status, OrderStatus::Placed),
            Some(failure) => assert_eq!((status, failure), (OrderStatus::Expired, Failure::OrderExpired)),
        }
    }
    assert_eq!(number(&scene.shop, "select reserved::bigint from stock").await, 0);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_held_coupon_outlives_its_time_only_while_it_is_held(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let mut orders = Vec::new();
    for _ in 0..2 {
        let coupon = scene.coupon(&campaign(&scene.shop, "amount", "3000")).await?;
        let whole = scene.checkout_with(&[(book, 1)], coupon, 3_000).await?;
        orders.push((coupon, place_one(&scene.shop, Checkout { points: 0, ..whole }).await?));
    }
    sqlx::query("update coupon set expires_at = now() + interval '10 minutes'").execute(&scene.shop.db).await?;
    let [(paid, first), (let_go, _)] = orders[..] else { panic!("two orders") };
    let later = scene.shop.ahead(Duration::minutes(20));
    assert_eq!(domain::coupon::expire(&later).await?, 0);
    pay(&later, &scene.reader, first).await?;
    assert_eq!(expire(&scene.shop.ahead(Duration::minutes(31))).await?, 1);
    assert_eq!(scene.coupon_status(paid).await?, "used");
    assert_eq!(scene.coupon_status(let_go).await?, "expired");
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_unpaid_order_is_canceled_as_a_whole_and_lets_go_of_everything(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 5).await;
    let coupon = scene.coupon(&campaign(shop, "amount", "3000")).await?;
    let whole = scene.checkout_with(&[(book, 2)], coupon, 3_000).await?;
    let order = place_one(shop, Checkout { points: 10_000, ..whole }).await?;
    let some = cancel(shop, reader, order, Uuid::now_v7(), Some(&[(book, 1)]), None).await;
    assert_eq!(refused(some), Some(Failure::WholeOrderOnly));
    assert_eq!(refused(order::preview(shop, reader, order, None).await), Some(Failure::WholeOrderOnly));
    assert_eq!(scene.stock(book).await?, (5, 2));

    let key = Uuid::now_v7();
    cancel(shop, reader, order, key, None, None).await?;
    cancel(shop, reader, order, key, None, None).await?;
    let canceled = scene.detail(order).await?;
    assert_eq!((canceled.summary.status, canceled.summary.payment), (OrderStatus::Canceled, PaymentStatus::Canceled));
    assert_eq!((scene.stock(book).await?, scene.balance().await?), ((5, 0), 50_000));
    assert_eq!(scene.coupon_status(coupon).await?, "available");
    assert!(canceled.refunds.is_empty(), "nothing was paid");
    let again = cancel(shop, reader, order, Uuid::now_v7(), None, None).await;
    assert_eq!(refused(again), Some(Failure::AlreadyCanceled));
    assert_eq!(refused(pay(shop, reader, order).await), Some(Failure::AlreadyCanceled));
    assert_eq!(expire(&shop.ahead(Duration::hours(1))).await?, 0);
    assert_eq!(scene.events("order.").await?, ["order.placed", "order.canceled"]);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn nobody_pays_or_cancels_an_order_of_somebody_else(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let stranger = recruit(&scene.shop, "다른이", "shopper").await?;
    points::charge(&scene.shop, &stranger, Uuid::now_v7(), 50_000).await?;
    for order in [scene.hold(&[(book, 1)], 0).await?, scene.buy(&[(book, 1)]).await?, Uuid::now_v7()] {
        assert_eq!(refused(pay(&scene.shop, &stranger, order).await), Some(Failure::NotFound));
        let canceled = cancel(&scene.shop, &stranger, order, Uuid::now_v7(), None, None).await;
        assert_eq!(refused(canceled), Some(Failure::NotFound));
        assert_eq!(refused(order::preview(&scene.shop, &stranger, order, None).await), Some(Failure::NotFound));
        assert_eq!(refused(order::confirm(&scene.shop, &stranger, order).await), Some(Failure::NotFound));
    }
    assert_eq!(scene.stock(book).await?, (4, 1));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn nobody_holds_more_unpaid_orders_than_the_shop_allows(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 50).await;
    let mut last = None;
    for _ in 0..scene.shop.policy.order.unpaid_max {
        last = Some(scene.hold(&[(book, 1)], 0).await?);
    }
    assert_eq!(refused(scene.hold(&[(book, 1)], 0).await), Some(Failure::TooManyUnpaid));
    // Ended, it counts no more; and what is paid at once never did.
    cancel(&scene.shop, &scene.reader, last.expect("an order"), Uuid::now_v7(), None, None).await?;
    scene.buy(&[(book, 1)]).await?;
    scene.hold(&[(book, 1)], 0).await?;
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_cancels_an_unpaid_order_does_not_cancel_one_that_was_paid_meanwhile(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 50).await;
    let order = scene.hold(&[(book, 1)], 0).await?;
    pay(&scene.shop, &scene.reader, order).await?;
    let stale = order::cancel_unpaid(&scene.shop, &scene.reader, order, Uuid::now_v7()).await;
    assert_eq!(refused(stale), Some(Failure::RefundChanged));
    assert_eq!(scene.detail(order).await?.summary.status, OrderStatus::Placed);
    let other = scene.hold(&[(book, 1)], 0).await?;
    order::cancel_unpaid(&scene.shop, &scene.reader, other, Uuid::now_v7()).await?;
    assert_eq!(scene.detail(other).await?.summary.status, OrderStatus::Canceled);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}
