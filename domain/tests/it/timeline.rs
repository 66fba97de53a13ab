//! The timeline: what became of an order, when, by whom and why.

use contract::{
    claim::{ClaimKind, ClaimStatus, Fault},
    order::{Actor, FulfillmentStatus, OrderId},
};
use domain::{
    Result,
    claim::{self, Advance},
    delivery,
    order::{cancel, confirm, expire, pay},
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    claim::step,
    fixture::product,
    scene::{Scene, seller_of},
};

/// A step as `axis from>to who (name) why`.
async fn told(scene: &Scene, order: OrderId) -> Result<Vec<String>> {
    let steps = scene.timeline(order).await?;
    assert!(steps.is_sorted_by_key(|step| step.at));
    let words = steps.iter().map(|step| {
        let from = step.from.as_deref().unwrap_or("");
        let line = format!("{} {from}>{} {:?} ({}) {}", step.axis, step.to, step.actor, step.by_name, step.reason);
        line.trim_end().to_owned()
    });
    Ok(words.collect())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_change_from_the_hold_to_the_confirmation_is_told_in_order(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 9).await;
    let (keeper, seller) = seller_of(shop, book).await?;
    let order = scene.hold(&[(book, 2)], 0).await?;
    pay(shop, reader, order).await?;
    for to in [FulfillmentStatus::Preparing, FulfillmentStatus::Shipped] {
        delivery::advance(shop, &keeper, order, seller, to).await?;
    }
    let later = shop.ahead(Duration::days(2));
    delivery::advance(&later, &scene.operator, order, seller, FulfillmentStatus::Delivered).await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Seller, &[(book, 1)]).await?;
    let before = claim::of_order(shop, order).await?[0].created_at;
    sqlx::query("update order_change set created_at = created_at + interval '2 days' where axis = 'claim'")
        .execute(&shop.db)
        .await?;
    let later = shop.ahead(Duration::days(3));
    for (to, reason) in [
        (ClaimStatus::Approved, ""),
        (ClaimStatus::Collecting, "월요일에"),
        (ClaimStatus::Inspected, ""),
        (ClaimStatus::Completed, " 파본 확인 "),
    ] {
        let step = Advance { reason: reason.to_owned(), ..step(to) };
        claim::advance(&later, &keeper, order, claim, &step).await?;
    }
    confirm(&later, reader, order).await?;
    let expected = [
        "order >pending_payment Shopper (김독자)",
        "payment >unpaid Shopper (김독자)",
        "order pending_payment>placed Shopper (김독자)",
        "payment unpaid>paid Shopper (김독자)",
        "fulfillment unfulfilled>preparing Seller (이서점)",
        "fulfillment preparing>shipped Seller (이서점)",
        "fulfillment shipped>delivered Staff (박직원)",
        "claim >requested Shopper (김독자) 시험",
        "claim requested>approved Seller (이서점)",
        "claim approved>collecting Seller (이서점) 월요일에",
        "claim collecting>inspected Seller (이서점)",
        "claim inspected>completed Seller (이서점) 파본 확인",
        "payment paid>partially_refunded Seller (이서점) 파본 확인",
        "order placed>confirmed Shopper (김독자)",
    ];
    assert_eq!(told(&scene, order).await?, expected);
    let steps = scene.timeline(order).await?;
    let delivery = scene.detail(order).await?.deliveries[0].id;
    for step in &steps {
        let subject = match step.axis.as_str() {
            "fulfillment" => Some(delivery),
            "claim" => Some(claim),
            _ => None,
        };
        assert_eq!(step.subject, subject);
    }
    assert_eq!((steps[13].at - before).whole_days(), 3, "when it was done");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_other_ends_of_an_order_are_told_too(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 9).await;
    let held = ["order >pending_payment Shopper (김독자)", "payment >unpaid Shopper (김독자)"];
    let paid = ["order >placed Shopper (김독자)", "payment >paid Shopper (김독자)"];

    let expired = scene.hold(&[(book, 1)], 0).await?;
    expire(&shop.ahead(Duration::hours(1))).await?;
    let end = ["order pending_payment>expired System ()", "payment unpaid>canceled System ()"];
    assert_eq!(told(&scene, expired).await?, [held, end].concat());

    let unpaid = scene.hold(&[(book, 1)], 0).await?;
    cancel(shop, reader, unpaid, Uuid::now_v7(), None, None).await?;
    let end = ["order pending_payment>canceled Shopper (김독자)", "payment unpaid>canceled Shopper (김독자)"];
    assert_eq!(told(&scene, unpaid).await?, [held, end].concat());

    let canceled = scene.buy(&[(book, 3)]).await?;
    for taken in [Some(&[(book, 1)][..]), Some(&[(book, 1)]), None] {
        cancel(shop, reader, canceled, Uuid::now_v7(), taken, None).await?;
    }
    let end = [
        "payment paid>partially_refunded Shopper (김독자)",
        "payment partially_refunded>partially_refunded Shopper (김독자)",
        "order placed>canceled Shopper (김독자)",
        "payment partially_refunded>refunded Shopper (김독자)",
    ];
    assert_eq!(told(&scene, canceled).await?, [&paid[..], &end].concat());

    let returned = scene.delivered(&[(book, 1)]).await?;
    let claim = scene.claim(returned, ClaimKind::Return, Fault::Buyer, &[(book, 1)]).await?;
    scene.through(returned, claim, ClaimStatus::Completed).await?;
    let end = [
        "claim inspected>completed Staff (박직원)",
        "order placed>canceled Staff (박직원)",
        "payment paid>refunded Staff (박직원)",
        "fulfillment delivered>returned Staff (박직원)",
    ];
    assert_eq!(told(&scene, returned).await?[8..], end);

    let rejected = scene.delivered(&[(book, 1)]).await?;
    let claim = scene.claim(rejected, ClaimKind::Exchange, Fault::Buyer, &[(book, 1)]).await?;
    let no = Advance { reason: "사용함".to_owned(), ..step(ClaimStatus::Rejected) };
    scene.step(rejected, claim, &no).await?;
    let claim = scene.claim(rejected, ClaimKind::Exchange, Fault::Buyer, &[(book, 1)]).await?;
    claim::withdraw(shop, reader, rejected, claim).await?;
    let end = [
        "claim requested>rejected Staff (박직원) 사용함",
        "claim >requested Shopper (김독자) 시험",
        "claim requested>withdrawn Shopper (김독자)",
    ];
    assert_eq!(told(&scene, rejected).await?[5..], end);
    assert!(scene.timeline(rejected).await?.iter().all(|step| step.actor != Actor::System));
    Ok(())
}
