//! Placing orders.

use contract::{
    Failure,
    order::{FulfillmentStatus, OrderStatus, PaymentStatus},
};
use domain::{
    Result, address,
    cart::{self, Owner},
    order::{self, place, place_one},
    points,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, buyer, checkout, member, number, product, put, shop},
    scene::refused,
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_takes_stock_points_and_the_cart_and_leaves_its_events(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (reader, home) = buyer(&shop, "reader@example.com", 50_000).await?;
    let (one, other) = (product(&shop, "하나", 12_000, 5).await, product(&shop, "둘", 15_000, 5).await);
    put(&shop, &reader, one, 2).await?;
    put(&shop, &reader, other, 1).await?;
    let id = place_one(&shop, checkout(&shop, &reader, home).await?).await?;

    let order = order::detail(&shop, &reader, id).await?;
    // 24,000 and 15,000 are free of delivery each.
    assert_eq!((order.goods_total, order.delivery_total, order.summary.total), (39_000, 0, 39_000));
    assert_eq!(order.points_used, 39_000);
    assert_eq!((order.summary.status, order.summary.payment), (OrderStatus::Placed, PaymentStatus::Paid));
    assert_eq!(order.summary.fulfillment, FulfillmentStatus::Unfulfilled);
    assert_eq!(order.deliveries.len(), 2, "one for each seller");
    assert_eq!(points::balance(&shop, &reader).await?, 11_000);
    assert!(cart::lines(&shop, Owner::Member(reader.id())).await?.is_empty());
    assert_eq!(domain::product::get(&shop, one).await?.map(|product| product.available), Some(3));
    let names: Vec<String> = sqlx::query_scalar("select name from event order by event_id").fetch_all(&shop.db).await?;
    assert_eq!(names, ["order.placed", "order.paid"]);
    assert_books_add_up(&shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_same_key_gives_the_same_order_even_with_another_total(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (reader, home) = buyer(&shop, "reader@example.com", 50_000).await?;
    let book = product(&shop, "책", 20_000, 5).await;
    put(&shop, &reader, book, 1).await?;
    let first = checkout(&shop, &reader, home).await?;
    let id = place_one(&shop, first.clone()).await?;
    let again = order::Checkout { order: Uuid::now_v7(), expected_total: 1, ..first };
    assert_eq!(place_one(&shop, again).await?, id);
    assert_eq!(points::balance(&shop, &reader).await?, 30_000);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn nothing_is_taken_when_the_cart_is_not_what_was_seen(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (reader, home) = buyer(&shop, "reader@example.com", 50_000).await?;
    let book = product(&shop, "책", 20_000, 5).await;
    put(&shop, &reader, book, 1).await?;
    let seen = checkout(&shop, &reader, home).await?;

    put(&shop, &reader, book, 1).await?;
    assert_eq!(refused(place_one(&shop, seen.clone()).await), Some(Failure::CartChanged));
    cart::remove(&shop, Owner::Member(reader.id()), book).await?;
    assert_eq!(refused(place_one(&shop, seen.clone()).await), Some(Failure::CartEmpty));
    put(&shop, &reader, book, 1).await?;
    sqlx::query("update product set sale_price = 19000").execute(&shop.db).await?;
    assert_eq!(refused(place_one(&shop, seen.clone()).await), Some(Failure::CartChanged));
    sqlx::query("update product set sale_price = 20000, status = 'suspended'").execute(&shop.db).await?;
    assert_eq!(refused(place_one(&shop, seen.clone()).await), Some(Failure::NotOnSale));
    sqlx::query("update product set status = 'on_sale'").execute(&shop.db).await?;
    sqlx::query("update stock set on_hand = 0").execute(&shop.db).await?;
    assert_eq!(refused(place_one(&shop, seen.clone()).await), Some(Failure::OutOfStock));
    sqlx::query("update stock set on_hand = 1").execute(&shop.db).await?;
    address::remove(&shop, &reader, home).await?;
    assert_eq!(refused(place_one(&shop, seen).await), Some(Failure::AddressGone));

    assert_eq!(points::balance(&shop, &reader).await?, 50_000);
    assert_eq!(number(&shop, r#"select count(*) from "order""#).await, 0);
    assert_eq!(number(&shop, "select count(*) from event").await, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_batch_accepts_each_checkout_whole_or_not_at_all(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let book = product(&shop, "마지막 책", 20_000, 2).await;
    let mut batch = Vec::new();
    for (name, points) in [("a", 50_000), ("b", 100), ("c", 50_000), ("d", 50_000)] {
        let (reader, home) = buyer(&shop, &format!("{name}@example.com"), points.max(1_000)).await?;
        put(&shop, &reader, book, 1).await?;
        batch.push(checkout(&shop, &reader, home).await?);
    }
    let outcomes = place(&shop.db, shop.policy, &batch, shop.now()).await?;
    assert!(outcomes[0].is_ok());
    assert_eq!(outcomes[1], Err(Failure::InsufficientPoints));
    assert!(outcomes[2].is_ok());
    assert_eq!(outcomes[3], Err(Failure::OutOfStock));
    assert_books_add_up(&shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_is_seen_by_its_shopper_alone(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (reader, home) = buyer(&shop, "reader@example.com", 50_000).await?;
    let stranger = member(&shop, "stranger@example.com").await?;
    let book = product(&shop, "책", 20_000, 5).await;
    put(&shop, &reader, book, 1).await?;
    let id = place_one(&shop, checkout(&shop, &reader, home).await?).await?;
    assert_eq!(refused(order::detail(&shop, &stranger, id).await), Some(Failure::NotFound));
    assert!(order::list(&shop, &stranger, None).await?.is_empty());
    assert_eq!(order::list(&shop, &reader, None).await?.len(), 1);
    assert!(order::list(&shop, &reader, Some(id)).await?.is_empty(), "nothing is older");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_list_in_parts_meets_each_order_once_the_newest_first(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (reader, home) = buyer(&shop, "reader@example.com", 100_000).await?;
    let (other, there) = buyer(&shop, "other@example.com", 50_000).await?;
    let book = product(&shop, "책", 20_000, 9).await;
    put(&shop, &other, book, 1).await?;
    place_one(&shop, checkout(&shop, &other, there).await?).await?;
    let mut orders = Vec::new();
    for _ in 0..3 {
        put(&shop, &reader, book, 1).await?;
        orders.insert(0, place_one(&shop, checkout(&shop, &reader, home).await?).await?);
    }
    let first = order::newest(&shop, &reader, None, 2).await?;
    let before = first.next.as_ref().and_then(contract::table::Cursor::id);
    assert!(before.is_some());
    let second = order::newest(&shop, &reader, before, 2).await?;
    assert!(second.next.is_none(), "nothing is older");
    let listed: Vec<_> = first.rows.iter().chain(&second.rows).map(|order| order.id).collect();
    assert_eq!(listed, orders);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_strangers_address_cannot_be_delivered_to(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (reader, _) = buyer(&shop, "reader@example.com", 50_000).await?;
    let (_, elsewhere) = buyer(&shop, "stranger@example.com", 1_000).await?;
    let book = product(&shop, "책", 20_000, 5).await;
    put(&shop, &reader, book, 1).await?;
    let checkout = checkout(&shop, &reader, elsewhere).await?;
    assert_eq!(refused(place_one(&shop, checkout).await), Some(Failure::AddressGone));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_database_holds_the_line_where_code_does_not(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (reader, _) = buyer(&shop, "reader@example.com", 1_000).await?;
    let book = product(&shop, "책", 20_000, 5).await;
    let constraint = |outcome: std::result::Result<_, sqlx::Error>| match outcome {
        Err(sqlx::Error::Database(error)) => error.constraint().map(str::to_owned),
        _ => None,
    };
    let oversold =
        sqlx::query("update stock set on_hand = -1 where product_id = $1").bind(book).execute(&shop.db).await;
    assert!(constraint(oversold).is_some_and(|name| name.starts_with("stock_")));
    let overheld =
        sqlx::query("update stock set reserved = 6 where product_id = $1").bind(book).execute(&shop.db).await;
    assert_eq!(constraint(overheld).as_deref(), Some("stock_available_check"));
    let overdrawn = sqlx::query("update points_wallet set balance = -1 where member_id = $1")
        .bind(reader.id())
        .execute(&shop.db)
        .await;
    assert_eq!(constraint(overdrawn).as_deref(), Some("points_wallet_balance_check"));
    Ok(())
}
