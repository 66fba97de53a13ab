//! Accepting by itself what sellers leave to the shop.

use contract::order::{Actor, FulfillmentStatus as Stands, OrderId};
use domain::{
    Result,
    delivery::{self, accept_due},
    order::{cancel, expire, pay},
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::Scene,
};

impl Scene {
    async fn parts(&self, order: OrderId) -> Result<Vec<Stands>> {
        Ok(self.detail(order).await?.deliveries.into_iter().map(|part| part.status).collect())
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_paid_order_accepts_itself_once_so_much_time_has_passed(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let shop = &scene.shop;
    let (one, other) = (product(shop, "하나", 20_000, 9).await, product(shop, "둘", 20_000, 9).await);
    let order = scene.buy(&[(one, 1), (other, 1)]).await?;
    let by_hand = scene.buy(&[(one, 1)]).await?;
    let seller = scene.detail(by_hand).await?.deliveries[0].seller;
    delivery::advance(shop, &scene.operator, by_hand, seller, Stands::Shipped).await?;
    let after = Duration::hours(1);
    assert_eq!(accept_due(&shop.ahead(after - Duration::minutes(1)), after).await?, 0);
    let late = shop.ahead(after);
    let (first, second) = tokio::join!(accept_due(&late, after), accept_due(&late, after));
    assert_eq!((first? + second?, accept_due(&late, after).await?), (2, 0));
    assert_eq!(
        (scene.parts(order).await?, scene.parts(by_hand).await?),
        (vec![Stands::Preparing; 2], vec![Stands::Shipped])
    );
    assert_eq!(scene.events("order.accepted").await?.len(), 2);
    let steps = scene.timeline(order).await?;
    assert!(steps.iter().filter(|step| step.axis == "fulfillment").all(|step| step.actor == Actor::System));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_paid_later_waits_from_there_on(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 9).await;
    let order = scene.hold(&[(book, 1)], 0).await?;
    let later = |minutes| shop.ahead(Duration::minutes(minutes));
    let after = Duration::minutes(10);
    assert_eq!(accept_due(&later(20), after).await?, 0, "not paid");
    pay(&later(20), &scene.reader, order).await?;
    assert_eq!(accept_due(&later(29), after).await?, 0);
    assert_eq!(accept_due(&later(31), after).await?, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_nobody_gets_is_not_accepted_and_looked_at_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let (one, other) = (product(shop, "하나", 20_000, 9).await, product(shop, "둘", 20_000, 9).await);
    let canceled = scene.buy(&[(one, 1)]).await?;
    cancel(shop, reader, canceled, Uuid::now_v7(), None, None).await?;
    let partly = scene.buy(&[(one, 1), (other, 2)]).await?;
    cancel(shop, reader, partly, Uuid::now_v7(), Some(&[(one, 1), (other, 1)]), None).await?;
    let expired = scene.hold(&[(one, 1)], 0).await?;
    expire(&shop.ahead(Duration::hours(1))).await?;
    let unpaid = scene.hold(&[(one, 1)], 0).await?;
    assert_eq!(accept_due(shop, Duration::ZERO).await?, 1);
    assert_eq!(scene.parts(partly).await?, [Stands::Unfulfilled, Stands::Preparing]);
    for order in [canceled, expired, unpaid] {
        assert_eq!(scene.parts(order).await?, [Stands::Unfulfilled]);
    }
    let waiting = "select count(*) from delivery where fulfillment_status = 'unfulfilled' and not nothing_kept";
    assert_eq!(number(shop, waiting).await, 1, "the unpaid one alone is looked at again");
    pay(shop, reader, unpaid).await?;
    assert_eq!(accept_due(shop, Duration::ZERO).await?, 1);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_that_cannot_be_accepted_does_not_keep_the_others(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 9).await;
    let (first, second) = (scene.buy(&[(book, 1)]).await?, scene.buy(&[(book, 1)]).await?);
    let stuck = format!(
        "alter table delivery add constraint stuck check (fulfillment_status = 'unfulfilled' or order_id <> '{first}')"
    );
    sqlx::raw_sql(&stuck).execute(&shop.db).await?;
    assert_eq!(accept_due(shop, Duration::ZERO).await?, 1);
    assert_eq!(
        (scene.parts(first).await?, scene.parts(second).await?),
        (vec![Stands::Unfulfilled], vec![Stands::Preparing])
    );
    sqlx::raw_sql("alter table delivery drop constraint stuck").execute(&shop.db).await?;
    assert_eq!(accept_due(shop, Duration::ZERO).await?, 1);
    Ok(())
}
