//! What waits for sellers and staff.

use contract::{
    claim::{ClaimKind, ClaimStatus, Fault},
    order::FulfillmentStatus,
};
use domain::{
    Result, Shop, delivery,
    member::Operator,
    order::{cancel, expire, place},
    todo::{MOST, Trouble, Waiting, trouble, waiting},
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::{number, product},
    scene::{Scene, seller_of},
};

/// Orders to accept, and orders that are late.
async fn orders(shop: &Shop, by: &Operator) -> Result<(i64, i64)> {
    let waiting = waiting(shop, by).await?;
    Ok((waiting.unaccepted, waiting.late))
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn orders_wait_from_the_payment_until_each_seller_has_shipped(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let (shop, staff) = (&scene.shop, &scene.operator);
    let (one, other) = (product(shop, "하나", 9_000, 90).await, product(shop, "둘", 5_000, 90).await);
    let ((first, seller), (stranger, _)) = (seller_of(shop, one).await?, seller_of(shop, other).await?);
    scene.hold(&[(one, 1)], 0).await?;
    assert_eq!(orders(shop, staff).await?, (0, 0), "not paid");
    let order = scene.buy(&[(one, 1), (other, 1)]).await?;
    scene.buy(&[(other, 1)]).await?;
    assert_eq!(orders(shop, staff).await?, (2, 0), "an order of two sellers is one order");
    assert_eq!((orders(shop, &first).await?, orders(shop, &stranger).await?), ((1, 0), (2, 0)));

    let promise = Duration::days(shop.policy.order.ship_days);
    let late = shop.ahead(promise + Duration::MINUTE);
    assert_eq!(orders(&shop.ahead(promise - Duration::MINUTE), staff).await?, (2, 0));
    assert_eq!(orders(&late, staff).await?, (2, 2));
    delivery::advance(shop, &first, order, seller, FulfillmentStatus::Preparing).await?;
    assert_eq!((orders(&late, &first).await?, orders(&late, staff).await?), ((0, 1), (2, 2)));
    delivery::advance(shop, &first, order, seller, FulfillmentStatus::Shipped).await?;
    assert_eq!((orders(&late, &first).await?, orders(&late, &stranger).await?), ((0, 0), (2, 2)));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_canceled_or_ran_out_of_time_waits_no_more(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let (shop, staff) = (&scene.shop, &scene.operator);
    let (one, other) = (product(shop, "하나", 9_000, 90).await, product(shop, "둘", 5_000, 90).await);
    let order = scene.buy(&[(one, 2), (other, 1)]).await?;
    scene.hold(&[(other, 1)], 0).await?;
    while expire(&shop.ahead(Duration::HOUR)).await? > 0 {}
    let (first, seller) = seller_of(shop, one).await?;
    let (stranger, _) = seller_of(shop, other).await?;
    delivery::advance(shop, staff, order, seller, FulfillmentStatus::Preparing).await?;
    assert_eq!((orders(shop, staff).await?.0, orders(shop, &first).await?.0), (1, 0), "the other part waits");
    assert_eq!(orders(shop, &stranger).await?.0, 1);
    cancel(shop, &scene.reader, order, Uuid::now_v7(), Some(&[(other, 1)]), None).await?;
    assert_eq!((orders(shop, staff).await?.0, orders(shop, &stranger).await?.0), (0, 0));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn claims_low_stock_and_trouble_are_counted(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let (shop, staff) = (&scene.shop, &scene.operator);
    let (one, other) = (product(shop, "하나", 9_000, 5).await, product(shop, "둘", 5_000, 90).await);
    let (first, stranger) = (seller_of(shop, one).await?.0, seller_of(shop, other).await?.0);
    let order = scene.delivered(&[(other, 1)]).await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(other, 1)]).await?;
    let expected = Waiting { unaccepted: 0, late: 0, claims: 1, low: 1 };
    assert_eq!(waiting(shop, staff).await?, expected);
    assert_eq!(waiting(shop, &first).await?, Waiting { claims: 0, ..expected });
    assert_eq!(waiting(shop, &stranger).await?, Waiting { low: 0, ..expected });
    scene.through(order, claim, ClaimStatus::Completed).await?;
    assert_eq!(waiting(shop, staff).await?.claims, 0);
    for status in ["draft", "suspended", "archived"] {
        let set = sqlx::query("update product set status = $2 where product_id = $1").bind(one).bind(status);
        set.execute(&shop.db).await?;
        assert_eq!((waiting(shop, staff).await?.low, waiting(shop, &first).await?.low), (0, 0), "{status}");
    }

    assert_eq!(trouble(shop, &scene.staff).await?, Trouble { letters: 0, unknown: 0 });
    sqlx::query(
        "with reader as (insert into event_reader (name) values ('ranking') returning name)
         insert into dead_letter (reader, event_id, name, subject, payload, created_at, attempts, error)
         select name, 1, 'order.paid', '', '{}', now(), 5, '' from reader",
    )
    .execute(&shop.db)
    .await?;
    assert_eq!(trouble(shop, &scene.staff).await?, Trouble { letters: 1, unknown: 0 });
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn however_much_waits_it_is_counted_up_to_a_hundred(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 9_000_000).await?;
    let shop = &scene.shop;
    let mut books = Vec::new();
    for title in ["가", "나", "다", "라"] {
        books.push((product(shop, title, 1_000, 900).await, 1));
    }
    // Four parts each, which are one order all the same.
    let mut checkouts = Vec::new();
    for _ in 0..MOST + 2 {
        checkouts.push(scene.checkout(&books).await?);
        sqlx::query("delete from cart_line").execute(&shop.db).await?;
    }
    for chunk in checkouts.chunks(1) {
        sqlx::query("insert into cart_line (cart_id, product_id, quantity, seen_price) select cart_id, product_id, 1, 1000 from cart, product")
            .execute(&shop.db)
            .await?;
        place(&shop.db, shop.policy, chunk, shop.now()).await?.remove(0)?;
    }
    assert_eq!(number(shop, "select count(*) from delivery").await, 4 * (MOST + 2));
    assert_eq!(waiting(shop, &scene.operator).await?.unaccepted, MOST + 1);
    let (seller, _) = seller_of(shop, books[0].0).await?;
    assert_eq!(waiting(shop, &seller).await?.unaccepted, MOST + 1);
    Ok(())
}
