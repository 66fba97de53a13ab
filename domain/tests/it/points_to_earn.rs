//! What purchases will earn, before they are confirmed.

use contract::{
    claim::{ClaimKind, ClaimStatus, Fault},
    product::ProductId,
};
use domain::{
    Result, Shop,
    claim::{self, Advance, Request},
    event::drain,
    member::Shopper,
    order::{cancel, confirm, expire, pay, place_one},
    points::to_earn,
    reader::points_to_earn::PointsToEarn,
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, campaign},
};

/// What the member's page shows once the reader is there.
async fn shown(shop: &Shop, by: &Shopper) -> Result<i64> {
    drain(shop, &[&PointsToEarn]).await?;
    to_earn(shop, by).await
}

/// A product that gives more than the shop does.
async fn generous(shop: &Shop, percent: i32) -> ProductId {
    let product = product(shop, "덤이 많은 책", 9_990, 50).await;
    let set = sqlx::query("update product set earn_percent = $2 where product_id = $1");
    set.bind(product).bind(percent).execute(&shop.db).await.expect("a product");
    product
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_shown_is_what_confirming_then_gives(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    // Each line is rounded down for itself, after its share of the discount.
    let (odd, rich) = (product(shop, "책", 3_333, 50).await, generous(shop, 7).await);
    let coupon = scene.coupon(&campaign(shop, "amount", "1000")).await?;
    let checkout = scene.checkout_with(&[(odd, 3), (rich, 2)], coupon, 1_000).await?;
    let first = place_one(shop, checkout).await?;
    scene.deliver(first).await?;
    let second = scene.delivered(&[(rich, 1)]).await?;
    assert_eq!(to_earn(shop, reader).await?, 0, "nobody has read the log yet");

    let before = scene.balance().await?;
    let both = shown(shop, reader).await?;
    confirm(shop, reader, first).await?;
    let given = scene.balance().await? - before;
    assert!(given > 0);
    assert_eq!(shown(shop, reader).await?, both - given);
    confirm(shop, reader, second).await?;
    assert_eq!(scene.balance().await? - before, both);
    assert_eq!(shown(shop, reader).await?, 0);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_canceled_or_returned_earns_nothing(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let (one, other) = (product(shop, "하나", 10_000, 50).await, product(shop, "둘", 7_777, 50).await);
    let order = scene.buy(&[(one, 3), (other, 1)]).await?;
    assert_eq!(shown(shop, reader).await?, 1_500 + 388);
    cancel(shop, reader, order, Uuid::now_v7(), Some(&[(one, 1)]), None).await?;
    assert_eq!(shown(shop, reader).await?, 1_000 + 388);
    scene.deliver(order).await?;
    let (id, kind, fault) = (Uuid::now_v7(), ClaimKind::Return, Fault::Seller);
    let request = Request { id, kind, fault, reason: "찢어짐".to_owned(), lines: vec![(one, 2)] };
    claim::request(shop, reader, order, &request).await?;
    for to in [ClaimStatus::Approved, ClaimStatus::Collecting, ClaimStatus::Inspected, ClaimStatus::Completed] {
        assert_eq!(shown(shop, reader).await?, 1_388, "until it is completed");
        let step = Advance { to, fault: None, resalable: true, reason: String::new() };
        claim::advance(shop, &scene.operator, order, id, &step).await?;
    }
    assert_eq!(shown(shop, reader).await?, 388);

    let whole = scene.buy(&[(one, 1)]).await?;
    assert_eq!(shown(shop, reader).await?, 888);
    cancel(shop, reader, whole, Uuid::now_v7(), None, None).await?;
    assert_eq!(shown(shop, reader).await?, 388);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_that_is_not_paid_earns_nothing_until_it_is(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 10_000, 50).await;
    let free = generous(shop, 0).await;
    let (held, lost) = (scene.hold(&[(book, 1)], 0).await?, scene.hold(&[(book, 2)], 0).await?);
    assert_eq!(shown(shop, reader).await?, 0);
    pay(shop, reader, held).await?;
    assert_eq!(shown(shop, reader).await?, 500);
    expire(&shop.ahead(Duration::HOUR)).await?;
    assert_eq!(scene.detail(lost).await?.refunded_total, 0);
    assert_eq!(shown(shop, reader).await?, 500);
    scene.buy(&[(free, 1)]).await?;
    assert_eq!(shown(shop, reader).await?, 500);
    assert_eq!(number(shop, "select count(*) from points_to_earn").await, 1, "nothing is kept for nothing");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_event_read_again_changes_nothing(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 500_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 10_000, 50).await;
    let gone = scene.buy(&[(book, 1)]).await?;
    scene.buy(&[(book, 2)]).await?;
    assert_eq!(shown(shop, reader).await?, 1_500);
    cancel(shop, reader, gone, Uuid::now_v7(), None, None).await?;
    // The payment of an order that is canceled by now is read once more, before and after.
    for _ in 0..2 {
        sqlx::query("update event_reader set xid = '0', event_id = 0").execute(&shop.db).await?;
        assert_eq!(shown(shop, reader).await?, 1_000);
    }
    Ok(())
}
