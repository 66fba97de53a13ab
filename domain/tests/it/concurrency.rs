//! Many at once, over two handles as two instances would have them.

use std::collections::BTreeSet;

use contract::Failure;
use domain::{
    Error, Policy, Result, Shop, address,
    cart::{self, Owner},
    order::place_one,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixture::{assert_books_add_up, buyer, checkout, copies, home, member, number, product, put};

pub(crate) async fn two_handles(options: PgConnectOptions) -> Result<[Shop; 2]> {
    let pool = || PgPoolOptions::new().max_connections(16).connect_with(options.clone());
    Ok([Shop::new(pool().await?, Policy::default()), Shop::new(pool().await?, Policy::default())])
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn two_hundred_checkouts_for_the_last_fifty_copies_sell_exactly_fifty(
    _: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let shops = two_handles(options).await?;
    let book = product(&shops[0], "마지막 쉰 권", 20_000, 50).await;
    let mut checkouts = Vec::new();
    for number in 0..200 {
        let (reader, home) = buyer(&shops[0], &format!("reader{number}@example.com"), 50_000).await?;
        put(&shops[0], &reader, book, 1).await?;
        checkouts.push(checkout(&shops[0], &reader, home).await?);
    }
    let mut tasks = JoinSet::new();
    for (number, checkout) in checkouts.into_iter().enumerate() {
        let shop = shops[number % 2].clone();
        tasks.spawn(async move { place_one(&shop, checkout).await });
    }
    let outcomes = tasks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 50);
    assert!(
        outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(Error::Refused(Failure::OutOfStock)))),
        "everybody else is told that it is sold out"
    );
    assert_eq!(number(&shops[0], "select on_hand::bigint from stock").await, 0);
    assert_eq!(number(&shops[0], r#"select count(*) from "order""#).await, 50);
    assert_books_add_up(&shops[0]).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_key_sent_twenty_times_at_once_makes_one_order(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let shops = two_handles(options).await?;
    let (reader, home) = buyer(&shops[0], "reader@example.com", 500_000).await?;
    let book = product(&shops[0], "책", 20_000, 50).await;
    put(&shops[0], &reader, book, 1).await?;
    let sent = checkout(&shops[0], &reader, home).await?;
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let shop = shops[number % 2].clone();
        // Each request makes its own order id; the key is the form's.
        let sent = domain::order::Checkout { order: Uuid::now_v7(), ..sent.clone() };
        tasks.spawn(async move { place_one(&shop, sent).await });
    }
    let ids = tasks.join_all().await.into_iter().collect::<Result<BTreeSet<_>>>()?;
    assert_eq!(ids.len(), 1, "all twenty are told the same order");
    assert_eq!(number(&shops[0], r#"select count(*) from "order""#).await, 1);
    assert_eq!(number(&shops[0], "select balance from points_wallet").await, 480_000);
    assert_books_add_up(&shops[0]).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn first_clicks_at_once_all_count(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let shops = two_handles(options).await?;
    let reader = member(&shops[0], "reader@example.com").await?;
    let book = product(&shops[0], "책", 10_000, 500).await;
    let guest = Uuid::now_v7();
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let (shop, reader) = (shops[number % 2].clone(), reader.clone());
        tasks.spawn(async move {
            put(&shop, &reader, book, 1).await?;
            cart::add(&shop, Owner::Guest(guest), book, copies(1)).await?;
            if number < 2 { address::add(&shop, &reader, &home()).await.map(drop) } else { Ok(()) }
        });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(cart::copies(&shops[0], Owner::Member(reader.id())).await?, 20);
    assert_eq!(cart::copies(&shops[0], Owner::Guest(guest)).await?, 20);
    assert_eq!(address::list(&shops[0], &reader).await?.len(), 1, "the same address is kept once");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn sign_ins_at_once_join_a_guests_cart_once(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let shops = two_handles(options).await?;
    let reader = member(&shops[0], "reader@example.com").await?;
    let book = product(&shops[0], "책", 10_000, 500).await;
    put(&shops[0], &reader, book, 1).await?;
    let guest = Uuid::now_v7();
    cart::add(&shops[0], Owner::Guest(guest), book, copies(3)).await?;
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let (shop, reader) = (shops[number % 2].clone(), reader.clone());
        tasks.spawn(async move { cart::join(&shop, guest, &reader).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(cart::copies(&shops[0], Owner::Member(reader.id())).await?, 4);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn carts_in_opposite_order_never_deadlock(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let shops = two_handles(options).await?;
    let (one, other) = (product(&shops[0], "하나", 10_000, 500).await, product(&shops[0], "둘", 10_000, 500).await);
    let mut tasks = JoinSet::new();
    for number in 0..40 {
        let (reader, home) = buyer(&shops[0], &format!("reader{number}@example.com"), 900_000).await?;
        let (first, second) = if number % 2 == 0 { (one, other) } else { (other, one) };
        let shop = shops[number % 2].clone();
        tasks.spawn(async move {
            for _ in 0..5 {
                put(&shop, &reader, first, 1).await?;
                put(&shop, &reader, second, 1).await?;
                place_one(&shop, checkout(&shop, &reader, home).await?).await?;
            }
            Ok(())
        });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(number(&shops[0], r#"select count(*) from "order""#).await, 200);
    assert_eq!(number(&shops[0], "select sum(on_hand)::bigint from stock").await, 600);
    assert_books_add_up(&shops[0]).await;
    Ok(())
}
