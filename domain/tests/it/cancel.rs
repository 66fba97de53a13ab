//! Canceling what is paid, before it ships.

use contract::{
    Failure,
    order::{FulfillmentStatus, OrderStatus, PaymentStatus},
};
use domain::{
    Result, delivery,
    order::{Checkout, cancel, pay, place_one, preview},
    points::NEVER,
};
use sqlx::PgPool;
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, beside, campaign, refused, seller_of, told},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_canceled_order_gives_everything_back(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let soon = scene.grant(4_000, 20).await?;
    let (one, other) = (product(shop, "하나", 12_000, 5).await, product(shop, "둘", 9_000, 5).await);
    let coupon = scene.coupon(&campaign(shop, "amount", "1000")).await?;
    let lines = [(one, 1), (other, 1)];
    let order = place_one(shop, scene.checkout_with(&lines, coupon, 1_000).await?).await?;
    assert_eq!(scene.lots().await?, [(NEVER, 28_000)], "26,000 were paid, two delivery fees among them");

    let seen = preview(shop, reader, order, None).await?;
    assert_eq!((seen.goods, seen.discount, seen.delivery, seen.amount()), (21_000, 1_000, 6_000, 26_000));
    let key = Uuid::now_v7();
    cancel(shop, reader, order, key, None, Some(26_000)).await?;
    cancel(shop, reader, order, key, None, Some(26_000)).await?;
    let canceled = scene.detail(order).await?;
    assert_eq!((canceled.summary.status, canceled.summary.payment), (OrderStatus::Canceled, PaymentStatus::Refunded));
    assert_eq!((canceled.refunded_total, canceled.refunds.len()), (26_000, 1));
    assert_eq!(scene.lots().await?, [(soon, 4_000), (NEVER, 50_000)]);
    assert_eq!((scene.stock(one).await?, scene.stock(other).await?), ((5, 0), (5, 0)));
    assert_eq!(scene.coupon_status(coupon).await?, "available");
    let again = cancel(shop, reader, order, Uuid::now_v7(), None, None).await;
    assert_eq!(refused(again), Some(Failure::AlreadyCanceled));
    assert_eq!(refused(pay(shop, reader, order).await), Some(Failure::AlreadyCanceled));
    assert_eq!(scene.events("order.canceled").await?.len(), 1);
    // The coupon can be used again.
    place_one(shop, scene.checkout_with(&lines, coupon, 1_000).await?).await?;
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_coupon_whose_time_is_over_stays_so_after_a_cancel(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let coupon = scene.coupon(&campaign(&scene.shop, "amount", "1000")).await?;
    let order = place_one(&scene.shop, scene.checkout_with(&[(book, 1)], coupon, 1_000).await?).await?;
    let late = scene.shop.ahead(Duration::days(30));
    cancel(&late, &scene.reader, order, Uuid::now_v7(), None, Some(19_000)).await?;
    assert_eq!((scene.coupon_status(coupon).await?.as_str(), scene.balance().await?), ("expired", 50_000));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn copy_by_copy_the_refunds_add_up_to_the_won(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let one = product(shop, "하나", 3_333, 9).await;
    let two = beside(shop, one, 2_000, 9).await;
    let coupon = scene.coupon(&campaign(shop, "amount", "1000")).await?;
    // 9,999 and 2,000 won, of which 833 and 167 come off; delivery costs 3,000.
    let order = place_one(shop, scene.checkout_with(&[(one, 3), (two, 1)], coupon, 1_000).await?).await?;
    assert_eq!(scene.detail(order).await?.summary.total, 13_999);

    let steps =
        [(one, 1, 3_333 - 278, 0), (two, 1, 2_000 - 167, 0), (one, 1, 3_333 - 278, 0), (one, 1, 3_333 - 277, 3_000)];
    let mut back = 0;
    for (position, (product, copies, goods, delivery)) in steps.into_iter().enumerate() {
        let seen = preview(shop, reader, order, Some(&[(product, copies)])).await?;
        assert_eq!((seen.goods - seen.discount, seen.delivery), (goods, delivery), "{position}");
        cancel(shop, reader, order, Uuid::now_v7(), Some(&[(product, copies)]), Some(goods + delivery)).await?;
        back += goods + delivery;
        let now = scene.detail(order).await?;
        assert_eq!(now.refunded_total, back);
        let last = position == 3;
        let expected = if last {
            (OrderStatus::Canceled, PaymentStatus::Refunded, "available")
        } else {
            (OrderStatus::Placed, PaymentStatus::PartiallyRefunded, "used")
        };
        let coupon = scene.coupon_status(coupon).await?;
        assert_eq!((now.summary.status, now.summary.payment, coupon.as_str()), expected, "{position}");
        assert_books_add_up(shop).await;
    }
    assert_eq!((back, scene.balance().await?), (13_999, 50_000));
    assert_eq!((scene.stock(one).await?, scene.stock(two).await?), ((9, 0), (9, 0)));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_not_kept_cannot_be_canceled(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let (book, gone) = (product(shop, "책", 20_000, 9).await, product(shop, "다른 책", 20_000, 9).await);
    let order = scene.buy(&[(book, 2), (gone, 1)]).await?;
    cancel(shop, reader, order, Uuid::now_v7(), Some(&[(gone, 1)]), None).await?;
    let before = scene.balance().await?;
    let attempts: [(&[(i64, i32)], Failure); 8] = [
        (&[(book, 3)], Failure::TooManyCopies),
        (&[(book, 0)], Failure::TooManyCopies),
        (&[(book, -1)], Failure::TooManyCopies),
        (&[(book, i32::MIN)], Failure::TooManyCopies),
        (&[(book, 1), (book, 1)], Failure::TooManyCopies),
        (&[(i64::MAX, 1)], Failure::TooManyCopies),
        (&[], Failure::TooManyCopies),
        (&[(book, 1), (gone, 1)], Failure::AlreadyCanceled),
    ];
    for (taken, failure) in attempts {
        let outcome = cancel(shop, reader, order, Uuid::now_v7(), Some(taken), None).await;
        assert_eq!(refused(outcome), Some(failure), "{taken:?}");
    }
    let other = cancel(shop, reader, order, Uuid::now_v7(), None, Some(20_000)).await;
    assert_eq!(refused(other), Some(Failure::RefundChanged));
    assert_eq!((scene.balance().await?, scene.stock(book).await?), (before, (7, 0)));
    cancel(shop, reader, order, Uuid::now_v7(), None, Some(40_000)).await?;
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_same_cancel_many_times_at_once_gives_back_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 9).await;
    let order = scene.buy(&[(book, 3)]).await?;
    // One form six times, and two others: each takes one copy.
    let same = Uuid::now_v7();
    let keys: Vec<Uuid> = [vec![same; 6], vec![Uuid::now_v7(), Uuid::now_v7()]].concat();
    let mut tasks = JoinSet::new();
    for key in keys {
        let (shop, reader) = (scene.shop.clone(), scene.reader.clone());
        tasks.spawn(async move { cancel(&shop, &reader, order, key, Some(&[(book, 1)]), Some(20_000)).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!((scene.balance().await?, scene.stock(book).await?), (100_000, (9, 0)));
    assert_eq!(number(&scene.shop, "select count(*) from refund").await, 3);
    assert_eq!(scene.detail(order).await?.summary.status, OrderStatus::Canceled);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_one_seller_shipped_stays_while_the_others_part_can_be_canceled(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let (sent, kept) = (product(shop, "보낸 책", 10_000, 9).await, product(shop, "남은 책", 10_000, 9).await);
    let ((sender, seller), (packer, other)) = (seller_of(shop, sent).await?, seller_of(shop, kept).await?);
    let order = scene.buy(&[(sent, 1), (kept, 2)]).await?;
    delivery::advance(shop, &packer, order, other, FulfillmentStatus::Preparing).await?;
    delivery::advance(shop, &sender, order, seller, FulfillmentStatus::Shipped).await?;
    let attempts: [Option<&[(i64, i32)]>; 3] = [None, Some(&[(sent, 1)]), Some(&[(kept, 1), (sent, 1)])];
    for taken in attempts {
        let outcome = cancel(shop, reader, order, Uuid::now_v7(), taken, None).await;
        assert_eq!(refused(outcome), Some(Failure::AlreadyShipped));
    }
    delivery::advance(shop, &sender, order, seller, FulfillmentStatus::Delivered).await?;
    assert_eq!(scene.detail(order).await?.confirm_at, None, "the other part is not there yet");
    // Free of delivery by its 20,000 won: no fee to give back.
    cancel(shop, reader, order, Uuid::now_v7(), Some(&[(kept, 2)]), Some(20_000)).await?;
    let now = scene.detail(order).await?;
    assert_eq!((now.summary.status, now.summary.payment), (OrderStatus::Placed, PaymentStatus::PartiallyRefunded));
    assert_eq!(now.summary.fulfillment, FulfillmentStatus::Delivered, "what is canceled holds nothing back");
    let left = now.confirm_at.expect("a day") - shop.now();
    assert!(left <= Duration::days(7) && left > Duration::days(6), "{left}");
    let nothing = delivery::advance(shop, &packer, order, other, FulfillmentStatus::Shipped).await;
    assert_eq!(refused(nothing), Some(Failure::StatusChanged), "nothing of it is kept");
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn of_a_cancel_and_the_parcel_going_out_at_once_one_counts(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 50).await;
    let (sender, seller) = seller_of(shop, book).await?;
    let mut kept = 0;
    for _ in 0..10 {
        let order = scene.buy(&[(book, 1)]).await?;
        let (canceled, sent) = tokio::join!(
            cancel(shop, &scene.reader, order, Uuid::now_v7(), None, None),
            delivery::advance(shop, &sender, order, seller, FulfillmentStatus::Shipped),
        );
        match (told(canceled)?, told(sent)?) {
            (None, Some(Failure::StatusChanged)) => {}
            (Some(Failure::AlreadyShipped), None) => kept += 1,
            both => panic!("{both:?}"),
        }
    }
    assert_eq!(scene.stock(book).await?, (50 - kept, 0));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_held_order_that_was_paid_later_is_canceled_like_any_other(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let soon = scene.grant(9_000, 20).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let held = Checkout { points: 4_000, ..scene.checkout(&[(book, 1)]).await? };
    let order = place_one(&scene.shop, held).await?;
    pay(&scene.shop, &scene.reader, order).await?;
    cancel(&scene.shop, &scene.reader, order, Uuid::now_v7(), None, Some(20_000)).await?;
    assert_eq!(scene.lots().await?, [(soon, 9_000), (NEVER, 50_000)], "both payments go back to their days");
    assert_eq!(scene.stock(book).await?, (5, 0));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_form_cancels_its_own_order_alone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 9).await;
    let (one, other) = (scene.buy(&[(book, 1)]).await?, scene.buy(&[(book, 1)]).await?);
    let key_of_another = Uuid::now_v7();
    cancel(&scene.shop, &scene.reader, one, key_of_another, None, None).await?;
    let again = cancel(&scene.shop, &scene.reader, other, key_of_another, None, None).await;
    assert_eq!(refused(again), Some(Failure::BadRequest));
    assert_eq!(scene.detail(other).await?.summary.status, OrderStatus::Placed);
    assert_eq!((scene.balance().await?, scene.stock(book).await?), (80_000, (8, 0)));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}
