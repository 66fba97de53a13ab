//! Returns: what comes back for goods that go back.

use contract::{
    Failure,
    claim::{ClaimKind, ClaimStatus, Fault},
    order::{FulfillmentStatus, OrderStatus, PaymentStatus},
    stock::MovementKind,
};
use domain::{
    Result,
    claim::{self, Advance},
    order::{cancel, confirm, place_one},
};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    claim::step,
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, beside, campaign, refused},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_returns_by_their_own_wish_pays_the_way_back(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 10_000, 9).await;
    let order = scene.delivered(&[(book, 1)]).await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(book, 1)]).await?;
    scene.through(order, claim, ClaimStatus::Inspected).await?;
    assert_eq!((scene.balance().await?, scene.stock(book).await?), (37_000, (8, 0)), "nothing before it is completed");
    scene.step(order, claim, &step(ClaimStatus::Completed)).await?;
    assert_eq!(scene.last_refund(order).await?, (10_000, 0, 3_000));
    // The delivery fee and the return fee stay behind.
    assert_eq!((scene.balance().await?, scene.stock(book).await?), (44_000, (9, 0)));
    let returned = scene.detail(order).await?;
    assert_eq!((returned.summary.status, returned.summary.payment), (OrderStatus::Canceled, PaymentStatus::Refunded));
    assert_eq!((returned.summary.fulfillment, returned.confirm_at), (FulfillmentStatus::Returned, None));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_return_fee_takes_no_more_than_comes_back(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 2_000, 9).await;
    let coupon = scene.coupon(&campaign(&scene.shop, "amount", "500")).await?;
    let order = place_one(&scene.shop, scene.checkout_with(&[(book, 1)], coupon, 500).await?).await?;
    scene.deliver(order).await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(book, 1)]).await?;
    scene.through(order, claim, ClaimStatus::Completed).await?;
    assert_eq!(scene.last_refund(order).await?, (1_500, 0, 1_500));
    assert_eq!(scene.balance().await?, 45_500);
    assert_eq!(scene.detail(order).await?.summary.payment, PaymentStatus::Refunded);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_not_the_buyers_fault_gives_the_delivery_fee_back_too(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    for fault in [Fault::Seller, Fault::Carrier] {
        let book = product(&scene.shop, "책", 5_000, 9).await;
        let order = scene.delivered(&[(book, 2)]).await?;
        let first = scene.claim(order, ClaimKind::Return, fault, &[(book, 1)]).await?;
        scene.through(order, first, ClaimStatus::Completed).await?;
        assert_eq!(scene.last_refund(order).await?, (5_000, 0, 0), "one copy is kept");
        let last = scene.claim(order, ClaimKind::Return, fault, &[(book, 1)]).await?;
        scene.through(order, last, ClaimStatus::Completed).await?;
        assert_eq!(scene.last_refund(order).await?, (5_000, 3_000, 0));
        assert_eq!(scene.balance().await?, 50_000);
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_inspection_may_find_another_fault(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 10_000, 9).await;
    let cases = [(Fault::Buyer, Fault::Seller, (10_000, 3_000, 0)), (Fault::Carrier, Fault::Buyer, (10_000, 0, 3_000))];
    for (told, found, refund) in cases {
        let order = scene.delivered(&[(book, 1)]).await?;
        let claim = scene.claim(order, ClaimKind::Return, told, &[(book, 1)]).await?;
        // Before it was inspected, nobody knows.
        let guess = Advance { fault: Some(found), ..step(ClaimStatus::Approved) };
        scene.step(order, claim, &guess).await?;
        assert_eq!(claim::find(&scene.shop, &scene.operator, claim).await?.fault, told);
        scene.step(order, claim, &step(ClaimStatus::Collecting)).await?;
        let finding = Advance { fault: Some(found), reason: "확인함".to_owned(), ..step(ClaimStatus::Inspected) };
        scene.step(order, claim, &finding).await?;
        // Nor does it change once it was.
        scene.step(order, claim, &Advance { fault: Some(told), ..step(ClaimStatus::Completed) }).await?;
        assert_eq!(claim::find(&scene.shop, &scene.operator, claim).await?.fault, found);
        assert_eq!(scene.last_refund(order).await?, refund);
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_cannot_be_sold_again_is_written_off(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 6).await;
    let order = scene.delivered(&[(book, 2)]).await?;
    let told = scene.events("stock.").await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Carrier, &[(book, 2)]).await?;
    scene.through(order, claim, ClaimStatus::Inspected).await?;
    scene.step(order, claim, &Advance { resalable: false, ..step(ClaimStatus::Completed) }).await?;
    assert_eq!((scene.stock(book).await?, scene.balance().await?), ((4, 0), 100_000));
    let movements = crate::inventory::movements(&scene, &scene.operator, book).await?;
    let last: Vec<_> = movements[..2].iter().map(|one| (one.kind, one.on_hand, one.reason.as_str())).collect();
    assert_eq!(last, [(MovementKind::Adjusted, -2, "damaged"), (MovementKind::Returned, 2, "returned")]);
    assert_eq!(scene.events("stock.").await?, told, "nothing became less");
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn with_the_last_copy_the_coupon_comes_back(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let one = product(shop, "하나", 10_000, 9).await;
    let two = beside(shop, one, 10_000, 9).await;
    let coupon = scene.coupon(&campaign(shop, "amount", "1001")).await?;
    let order = place_one(shop, scene.checkout_with(&[(one, 2), (two, 1)], coupon, 1_001).await?).await?;
    cancel(shop, reader, order, Uuid::now_v7(), Some(&[(one, 1)]), Some(9_666)).await?;
    scene.deliver(order).await?;
    let first = scene.claim(order, ClaimKind::Return, Fault::Seller, &[(two, 1)]).await?;
    scene.through(order, first, ClaimStatus::Completed).await?;
    let partly = scene.detail(order).await?;
    assert_eq!(
        (partly.summary.status, partly.summary.payment),
        (OrderStatus::Placed, PaymentStatus::PartiallyRefunded)
    );
    assert_eq!(partly.summary.fulfillment, FulfillmentStatus::Delivered);
    assert_eq!(scene.coupon_status(coupon).await?, "used");
    let last = scene.claim(order, ClaimKind::Return, Fault::Seller, &[(one, 1)]).await?;
    scene.through(order, last, ClaimStatus::Completed).await?;
    let whole = scene.detail(order).await?;
    assert_eq!((whole.summary.status, whole.summary.payment), (OrderStatus::Canceled, PaymentStatus::Refunded));
    assert_eq!(whole.summary.fulfillment, FulfillmentStatus::Returned);
    assert_eq!((scene.coupon_status(coupon).await?.as_str(), scene.balance().await?), ("available", 100_000));
    assert_eq!(refused(confirm(shop, reader, order).await), Some(Failure::AlreadyCanceled));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_sellers_return_leaves_the_other_part_as_it_is(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (back, kept) =
        (product(&scene.shop, "보낼 책", 10_000, 9).await, product(&scene.shop, "둘 책", 20_000, 9).await);
    let order = scene.delivered(&[(back, 1), (kept, 1)]).await?;
    let due = scene.detail(order).await?.confirm_at;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Seller, &[(back, 1)]).await?;
    scene.through(order, claim, ClaimStatus::Completed).await?;
    let now = scene.detail(order).await?;
    let parts: Vec<_> = now.deliveries.iter().map(|part| part.status).collect();
    assert_eq!(parts, [FulfillmentStatus::Returned, FulfillmentStatus::Delivered]);
    assert_eq!((now.summary.status, now.summary.fulfillment), (OrderStatus::Placed, FulfillmentStatus::Delivered));
    assert!(now.confirm_at.is_some() && now.confirm_at <= due);
    confirm(&scene.shop, &scene.reader, order).await?;
    assert_eq!(scene.detail(order).await?.points_earned, 1_000, "on what is kept");
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_return_completed_many_times_at_once_gives_back_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 9).await;
    let order = scene.delivered(&[(book, 2)]).await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Seller, &[(book, 1)]).await?;
    scene.through(order, claim, ClaimStatus::Inspected).await?;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (shop, by) = (scene.shop.clone(), scene.operator.clone());
        tasks.spawn(async move { claim::advance(&shop, &by, order, claim, &step(ClaimStatus::Completed)).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!((scene.balance().await?, scene.stock(book).await?), (80_000, (8, 0)));
    assert_eq!(number(&scene.shop, "select count(*) from refund").await, 1);
    assert_eq!(scene.events("order.returned").await?.len(), 1);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}
