//! Answers that get lost, and a database that stays away.

use std::time::{Duration, Instant};

use contract::Failure;
use domain::{Error, Policy, Result, Shop};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{
    handle,
    hold::Hold,
    proxy::{COMMIT, EXECUTE, Loss, Proxy},
    scene,
    work::{self, Kind, Work},
};
use crate::{fixture::assert_books_add_up, retries::Retries, scene::Scene};

/// A charge is one statement and commits with it.
fn last_message(kind: Kind) -> &'static [u8] {
    if kind.name == "charge" { EXECUTE } else { COMMIT }
}

async fn lose_each(loss: Loss, pool: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let retries = Retries::default();
    let _listening = retries.listen();
    let scene = scene(pool, options.clone()).await?;
    let proxy = Proxy::to(&options).await?;
    let shop = proxy.shop(&options).await?;
    for (number, kind) in (1..).zip(work::ALL) {
        let work = Work::prepare(&scene, kind).await?;
        proxy.lose(last_message(kind), loss);
        work.is_done(&shop).await;
        assert_eq!(proxy.lost(), number, "something was lost of {}", kind.name);
        assert_eq!(retries.of(kind.name, "connection"), 1, "{}", kind.name);
        work.assert_done_once(&scene).await;
        // The form once more, when nothing is wrong: nothing more happens.
        work.is_done(&shop).await;
        work.assert_done_once(&scene).await;
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_lost_answer_to_the_commit_does_nothing_twice(pool: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    lose_each(Loss::Answer, pool, options).await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_commit_that_never_arrived_is_made_up_for(pool: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    lose_each(Loss::Question, pool, options).await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_database_that_stays_away_is_an_error_soon_and_the_key_works_afterwards(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let retries = Retries::default();
    let _listening = retries.listen();
    let scene = scene(pool, options.clone()).await?;
    let proxy = Proxy::to(&options).await?;
    let shop = proxy.shop(&options).await?;
    for kind in work::ALL {
        let work = Work::prepare(&scene, kind).await?;
        let before = work.effects(&scene).await;
        proxy.set_down(true);
        let (began, tried) = (Instant::now(), proxy.tried());
        let outcome = work.run(&shop).await;
        let took = began.elapsed();
        proxy.set_down(false);
        let unavailable = matches!(&outcome, Err(Error::Refused(Failure::Unavailable) | Error::Database(_)));
        assert!(unavailable, "{}: {outcome:?}", kind.name);
        assert!(took < Duration::from_secs(3), "{} took {took:?}", kind.name);
        assert!(proxy.tried() - tried <= 6, "{} tried too often", kind.name);
        assert_eq!(retries.of(kind.name, "connection"), 5, "{}", kind.name);
        assert_eq!(work.effects(&scene).await, before, "{} did not happen", kind.name);
        work.is_done(&shop).await;
        work.assert_done_once(&scene).await;
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_stored_before_all_went_dark_is_found_by_its_key(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let scene = scene(pool, options.clone()).await?;
    let proxy = Proxy::to(&options).await?;
    let shop = proxy.shop(&options).await?;
    for kind in work::ALL {
        let work = Work::prepare(&scene, kind).await?;
        proxy.lose(last_message(kind), Loss::Everything);
        let outcome = work.run(&shop).await;
        assert!(outcome.is_err(), "{}: nobody can know yet", kind.name);
        proxy.set_down(false);
        work.assert_done_once(&scene).await;
        work.is_done(&shop).await;
        work.assert_done_once(&scene).await;
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

/// Trouble that lasts is waited for a little while, not once for each try.
async fn assert_given_up_soon(work: &Work, shop: &Shop, scene: &Scene, within: Duration) {
    let began = Instant::now();
    let outcome = work.run(shop).await;
    let (took, name) = (began.elapsed(), work.kind.name);
    let unavailable = matches!(&outcome, Err(Error::Refused(Failure::Unavailable) | Error::Database(_)));
    assert!(unavailable, "{name}: {outcome:?}");
    assert!(took < within, "{name} took {took:?}");
    assert_eq!(work.effects(scene).await, 0, "{name} did not happen");
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_row_that_stays_locked_is_given_up_soon(pool: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let retries = Retries::default();
    let _listening = retries.listen();
    let shop = handle(options.clone(), [("lock_timeout", "700ms")]).await?;
    let scene = scene(pool, options.clone()).await?;
    let work = Work::prepare(&scene, work::ALL[0]).await?;
    let mut hold = Hold::of(&options, &work.lock_second()).await?;
    assert_given_up_soon(&work, &shop, &scene, Duration::from_millis(3_900)).await;
    assert!((1..=3).contains(&retries.of("place", "lock")), "{:?}", retries.all());
    hold.commit().await;
    work.is_done(&shop).await;
    work.assert_done_once(&scene).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_pool_without_a_free_connection_is_given_up_soon(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let retries = Retries::default();
    let _listening = retries.listen();
    let narrow = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(700));
    let shop = Shop::new(narrow.connect_with(options.clone()).await?, Policy::default());
    let scene = scene(pool, options).await?;
    let work = Work::prepare(&scene, work::ALL[0]).await?;
    let taken = shop.db.acquire().await?;
    assert_given_up_soon(&work, &shop, &scene, Duration::from_millis(3_900)).await;
    assert!((1..=3).contains(&retries.of("place", "pool")), "{:?}", retries.all());
    drop(taken);
    work.is_done(&shop).await;
    work.assert_done_once(&scene).await;
    Ok(())
}
