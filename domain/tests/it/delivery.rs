//! Deliveries, as sellers and staff take them further.

use contract::{
    Failure,
    order::{Actor, FulfillmentStatus as To, OrderId},
};
use domain::{
    Result, delivery,
    order::{cancel, confirm, expire},
};
use sqlx::PgPool;
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, product},
    scene::{Scene, recruit, refused, seller_of},
};

impl Scene {
    async fn try_steps(&self, order: OrderId, seller: i64, expected: &[(To, bool)]) -> Result<()> {
        for &(to, open) in expected {
            let outcome = refused(delivery::advance(&self.shop, &self.operator, order, seller, to).await);
            assert_eq!(outcome, (!open).then_some(Failure::StatusChanged), "{to:?}");
        }
        Ok(())
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn goods_go_forwards_step_by_step_and_never_back(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let order = scene.buy(&[(book, 1)]).await?;
    let seller = scene.detail(order).await?.deliveries[0].seller;
    let steps = [
        (To::Delivered, false),
        (To::Returned, false),
        (To::Preparing, true),
        (To::Unfulfilled, false),
        (To::Delivered, false),
        (To::Shipped, true),
        (To::Preparing, false),
        (To::Returned, false),
        (To::Delivered, true),
        (To::Shipped, false),
        // Through a claim alone.
        (To::Returned, false),
        (To::Delivered, true),
    ];
    scene.try_steps(order, seller, &steps).await?;
    // Packing may be left out, and its message may come late.
    let order = scene.buy(&[(book, 1)]).await?;
    scene.try_steps(order, seller, &[(To::Shipped, true), (To::Preparing, false), (To::Delivered, true)]).await?;
    confirm(&scene.shop, &scene.reader, order).await?;
    scene.try_steps(order, seller, &[(To::Shipped, false), (To::Returned, false)]).await?;
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_step_taken_again_or_many_times_at_once_is_told_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let (keeper, seller) = seller_of(&scene.shop, book).await?;
    let order = scene.buy(&[(book, 1)]).await?;
    for to in [To::Shipped, To::Delivered] {
        let mut tasks = JoinSet::new();
        for _ in 0..6 {
            let (shop, keeper) = (scene.shop.clone(), keeper.clone());
            tasks.spawn(async move { delivery::advance(&shop, &keeper, order, seller, to).await });
        }
        tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    }
    let confirm_at = scene.detail(order).await?.confirm_at;
    delivery::advance(&scene.shop.ahead(Duration::days(3)), &keeper, order, seller, To::Delivered).await?;
    assert_eq!(scene.detail(order).await?.confirm_at, confirm_at, "said again later, it was delivered then");
    let steps = scene.timeline(order).await?;
    let steps: Vec<_> = steps.iter().filter(|step| step.axis == "fulfillment").collect();
    let told: Vec<_> = steps.iter().map(|step| (step.from.as_deref(), step.to.as_str(), step.actor)).collect();
    let expected = [(Some("unfulfilled"), "shipped", Actor::Seller), (Some("shipped"), "delivered", Actor::Seller)];
    assert_eq!(told, expected);
    assert!(steps.iter().all(|step| step.by_name == "이서점"));
    assert_eq!(scene.events("parcel.").await?, ["parcel.shipped", "parcel.delivered"]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_moves_their_own_part_alone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let (own, other) = (product(shop, "내 책", 20_000, 5).await, product(shop, "남의 책", 20_000, 5).await);
    let ((keeper, seller), (stranger, elsewhere)) = (seller_of(shop, own).await?, seller_of(shop, other).await?);
    let order = scene.buy(&[(own, 1)]).await?;
    let both = scene.buy(&[(own, 1), (other, 1)]).await?;
    for (by, order, part) in [
        (&stranger, order, seller),
        (&keeper, both, elsewhere),
        (&stranger, order, elsewhere),
        (&scene.operator, order, elsewhere),
        (&keeper, Uuid::now_v7(), seller),
    ] {
        let outcome = delivery::advance(shop, by, order, part, To::Shipped).await;
        assert_eq!(refused(outcome), Some(Failure::NotFound));
    }
    delivery::advance(shop, &keeper, both, seller, To::Shipped).await?;
    let parts = scene.detail(both).await?.deliveries;
    let parts: Vec<_> = parts.iter().map(|part| (part.seller, part.status)).collect();
    assert_eq!(parts, [(seller, To::Shipped), (elsewhere, To::Unfulfilled)]);
    assert_eq!(scene.detail(both).await?.summary.fulfillment, To::Unfulfilled);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn nothing_leaves_for_an_order_that_is_not_paid_or_is_over(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let (unpaid, canceled) = (scene.hold(&[(book, 1)], 0).await?, scene.buy(&[(book, 1)]).await?);
    let seller = scene.detail(unpaid).await?.deliveries[0].seller;
    cancel(&scene.shop, &scene.reader, canceled, Uuid::now_v7(), None, None).await?;
    scene.try_steps(unpaid, seller, &[(To::Preparing, false), (To::Shipped, false)]).await?;
    scene.try_steps(canceled, seller, &[(To::Preparing, false), (To::Shipped, false)]).await?;
    expire(&scene.shop.ahead(Duration::hours(1))).await?;
    scene.try_steps(unpaid, seller, &[(To::Preparing, false), (To::Shipped, false)]).await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_day_of_the_confirmation_counts_from_the_last_delivery(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let (one, other) = (product(shop, "하나", 20_000, 5).await, product(shop, "둘", 20_000, 5).await);
    let order = scene.buy(&[(one, 1), (other, 1)]).await?;
    let parts = scene.detail(order).await?.deliveries;
    let later = shop.ahead(Duration::days(2));
    for (shop, part) in [(shop, &parts[0]), (&later, &parts[1])] {
        assert_eq!(scene.detail(order).await?.confirm_at, None);
        delivery::advance(shop, &scene.operator, order, part.seller, To::Shipped).await?;
        delivery::advance(shop, &scene.operator, order, part.seller, To::Delivered).await?;
    }
    let left = scene.detail(order).await?.confirm_at.expect("a day") - shop.now();
    assert!(left <= Duration::days(9) && left > Duration::days(9) - Duration::minutes(1), "{left}");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_delivery_is_there_for_its_shopper_its_seller_and_the_staff_alone(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let (own, other) = (product(shop, "내 책", 20_000, 5).await, product(shop, "남의 책", 10_000, 5).await);
    let ((keeper, seller), (stranger, _)) = (seller_of(shop, own).await?, seller_of(shop, other).await?);
    let order = scene.buy(&[(own, 1), (other, 2)]).await?;
    let id = scene.detail(order).await?.deliveries.iter().find(|part| part.seller == seller).expect("a part").id;
    delivery::advance(shop, &keeper, order, seller, To::Shipped).await?;

    let found = delivery::find(shop, &scene.reader, id).await?;
    assert_eq!((found.order, found.part.id, found.part.seller, found.part.status), (order, id, seller, To::Shipped));
    let lines: Vec<_> = found.lines.iter().map(|line| (line.product, line.quantity)).collect();
    assert_eq!(lines, [(own, 1)], "the goods of its seller alone");
    assert!(found.shipped_at.is_some() && found.delivered_at.is_none() && found.parcel.is_none());
    for by in [&keeper, &scene.operator] {
        assert_eq!(delivery::of(shop, by, id).await?, (order, seller));
        assert_eq!(delivery::find_by(shop, by, id).await?.to, found.to);
    }

    assert_eq!(refused(delivery::of(shop, &stranger, id).await), Some(Failure::NotFound));
    assert_eq!(refused(delivery::find_by(shop, &stranger, id).await), Some(Failure::NotFound));
    for role in ["shopper", "seller"] {
        let somebody = recruit(shop, "다른이", role).await?;
        assert_eq!(refused(delivery::find(shop, &somebody, id).await), Some(Failure::NotFound), "{role}");
    }
    assert_eq!(refused(delivery::find(shop, &scene.reader, Uuid::now_v7()).await), Some(Failure::NotFound));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn deliveries_are_listed_newest_first_to_who_runs_them(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let shop = &scene.shop;
    let (own, other) = (product(shop, "내 책", 20_000, 9).await, product(shop, "남의 책", 20_000, 9).await);
    let (keeper, seller) = seller_of(shop, own).await?;
    let first = scene.buy(&[(own, 1), (other, 1)]).await?;
    let second = scene.buy(&[(own, 1)]).await?;
    let third = scene.buy(&[(own, 2)]).await?;
    scene.hold(&[(own, 1)], 0).await?;
    delivery::advance(shop, &keeper, second, seller, To::Preparing).await?;
    cancel(shop, &scene.reader, first, Uuid::now_v7(), None, None).await?;

    let listed = delivery::list(shop, &keeper, None, None, 2).await?;
    let rows: Vec<_> = listed.rows.iter().map(|row| (row.order, row.part.status, row.canceled)).collect();
    assert_eq!(rows, [(third, To::Unfulfilled, false), (second, To::Preparing, false)]);
    let rest = delivery::list(shop, &keeper, None, listed.next.as_ref(), 2).await?;
    let rows: Vec<_> = rest.rows.iter().map(|row| (row.order, row.lines.len(), row.canceled)).collect();
    assert_eq!((rows, rest.next), (vec![(first, 1, true)], None), "what waits to be paid is left out");

    let all = delivery::list(shop, &scene.operator, None, None, 10).await?.rows;
    let ids: Vec<_> = all.iter().map(|row| row.part.id).collect();
    assert_eq!(ids.len(), 4, "the staff runs those of everybody");
    assert!(ids.is_sorted_by(|one, next| one > next), "{ids:?}");
    for by in [&keeper, &scene.operator] {
        let packed = delivery::list(shop, by, Some(To::Preparing), None, 10).await?.rows;
        assert_eq!(packed.iter().map(|row| row.order).collect::<Vec<_>>(), [second]);
        assert!(delivery::list(shop, by, Some(To::Shipped), None, 10).await?.rows.is_empty());
    }
    Ok(())
}
