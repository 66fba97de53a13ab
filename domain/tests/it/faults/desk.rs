//! The desk under load: who comes while a batch commits is in the next one.

use std::time::{Duration, Instant};

use contract::Failure;
use domain::{
    Error, Result, Shop,
    order::{self, Checkout, place_one},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::hold::Hold;
use crate::{
    fixture::{assert_books_add_up, home, number, product},
    scene::Scene,
};

/// So many members, each with a cart for one copy.
async fn crowd(scene: &Scene, size: usize) -> Result<Vec<Checkout>> {
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 1_000).await;
    let mut crowd = Vec::with_capacity(size);
    for _ in 0..size {
        let reader = crate::scene::recruit(shop, "김독자", "shopper").await?;
        let address = domain::address::add(shop, &reader, &home()).await?;
        domain::points::charge(shop, &reader, Uuid::now_v7(), 50_000).await?;
        crate::fixture::put(shop, &reader, book, 1).await?;
        crowd.push(crate::fixture::checkout(shop, &reader, address).await?);
    }
    Ok(crowd)
}

/// Hands checkouts in, and lets the desk take them.
async fn hand_in(shop: &Shop, crowd: &[Checkout]) -> JoinSet<Result<Uuid>> {
    let mut tasks = JoinSet::new();
    for checkout in crowd {
        let (shop, checkout) = (shop.clone(), checkout.clone());
        tasks.spawn(async move { place_one(&shop, checkout).await });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    tasks
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_comes_while_a_batch_commits_is_in_the_next_one(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let scene = super::scene(pool, options.clone()).await?;
    let shop = &scene.shop;
    let crowd = crowd(&scene, 101).await?;
    let mut hold = Hold::of(&options, "select from stock for update").await?;
    let mut first = hand_in(shop, &crowd[..1]).await;
    hold.until_someone_waits().await;
    let mut others = hand_in(shop, &crowd[1..]).await;
    hold.commit().await;
    while let Some(placed) = first.join_next().await {
        placed.expect("an answer")?;
    }
    while let Some(placed) = others.join_next().await {
        placed.expect("an answer")?;
    }
    assert_eq!(number(shop, r#"select count(*) from "order""#).await, 101);
    let batches: Vec<i64> =
        sqlx::query_scalar("select count(*) from event where name = 'order.placed' group by xid order by xid")
            .fetch_all(&shop.db)
            .await?;
    assert_eq!(batches, [1, 64, 36], "one transaction for each batch");
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_full_desk_refuses_at_once_and_answers_who_came_before(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let scene = super::scene(pool, options.clone()).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 1_000).await;
    let sent = scene.checkout(&[(book, 1)]).await?;
    let again = |_| Checkout { key: Uuid::now_v7(), order: Uuid::now_v7(), ..sent.clone() };
    let mut hold = Hold::of(&options, "select from stock for update").await?;
    let mut first = hand_in(shop, std::slice::from_ref(&sent)).await;
    hold.until_someone_waits().await;
    let mut waiting = hand_in(shop, &(0..512).map(again).collect::<Vec<_>>()).await;
    let began = Instant::now();
    let refused = place_one(shop, again(0)).await;
    assert!(matches!(refused, Err(Error::Refused(Failure::Busy))), "{refused:?}");
    assert!(began.elapsed() < Duration::from_millis(500), "nobody waits to hear so");
    hold.commit().await;
    first.join_next().await.expect("an answer").expect("an answer")?;
    while let Some(answer) = waiting.join_next().await {
        let answer = answer.expect("an answer");
        assert!(matches!(answer, Err(Error::Refused(Failure::CartEmpty))), "the cart was ordered: {answer:?}");
    }
    assert!(place_one(shop, again(0)).await.is_err_and(|error| error.failure() == Failure::CartEmpty), "it is open");
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_gave_up_waiting_finds_the_order_by_its_key(pool: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let scene = super::scene(pool, options.clone()).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 20_000, 1_000).await;
    let sent = scene.checkout(&[(book, 1)]).await?;
    let mut hold = Hold::of(&options, "select from stock for update").await?;
    let waiting = hand_in(shop, std::slice::from_ref(&sent)).await;
    hold.until_someone_waits().await;
    drop(waiting);
    assert_eq!(order::placed(shop, &scene.reader, sent.key).await?, None);
    hold.commit().await;
    let found = async {
        loop {
            if let Some(found) = order::placed(shop, &scene.reader, sent.key).await? {
                return Ok::<_, Error>(found);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(10), found).await.expect("an order")?;
    assert_eq!(found, sent.order);
    assert_eq!(place_one(shop, Checkout { order: Uuid::now_v7(), ..sent }).await?, found);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_that_the_database_refuses_does_not_take_its_batch_along(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let scene = super::scene(pool, options.clone()).await?;
    let shop = &scene.shop;
    let mut crowd = crowd(&scene, 8).await?;
    // No rule of the domain knows of an order's id; the table does.
    crowd[4].order = place_one(shop, crowd[0].clone()).await?;
    let mut hold = Hold::of(&options, "select from stock for update").await?;
    let mut first = hand_in(shop, &crowd[1..2]).await;
    hold.until_someone_waits().await;
    let mut tasks = JoinSet::new();
    for (number, checkout) in crowd.into_iter().enumerate().skip(2) {
        let shop = shop.clone();
        tasks.spawn(async move { (number, place_one(&shop, checkout).await) });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    hold.commit().await;
    first.join_next().await.expect("an answer").expect("an answer")?;
    for (number, answer) in tasks.join_all().await {
        match number {
            4 => assert!(matches!(answer, Err(Error::Refused(Failure::Unavailable))), "{answer:?}"),
            _ => drop(answer?),
        }
    }
    assert_eq!(number(shop, r#"select count(*) from "order""#).await, 7);
    assert_books_add_up(shop).await;
    Ok(())
}
