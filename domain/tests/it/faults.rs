//! Trouble of the database that passes, really provoked: each is met by doing the work again, a
//! few times and counted, and what was asked for happens once.

mod desk;
mod hold;
mod lost;
mod proxy;
mod work;

use domain::{Policy, Result, Shop};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{fixture::assert_books_add_up, retries::Retries, scene::Scene};
use hold::Hold;
use work::Work;

/// A second handle to the same database, which has these settings.
async fn handle(options: PgConnectOptions, settings: [(&str, &str); 1]) -> Result<Shop> {
    let pool = PgPoolOptions::new().max_connections(4).connect_with(options.options(settings)).await?;
    Ok(Shop::new(pool, Policy::default()))
}

async fn scene(pool: PgPoolOptions, options: PgConnectOptions) -> Result<Scene> {
    let db: PgPool = pool.connect_with(options).await?;
    Scene::new(db, 5_000_000).await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_serialization_failure_is_met_by_doing_it_again(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let retries = Retries::default();
    let _listening = retries.listen();
    let shop = handle(options.clone(), [("default_transaction_isolation", "serializable")]).await?;
    let scene = scene(pool, options.clone()).await?;
    for kind in work::ALL {
        let work = Work::prepare(&scene, kind).await?;
        let mut hold = Hold::of(&options, &work.change_first()).await?;
        let change = async {
            hold.until_someone_waits().await;
            hold.commit().await;
        };
        tokio::join!(work.is_done(&shop), change);
        assert_eq!(retries.of(kind.name, "serialization"), 1, "{}", kind.name);
        work.assert_done_once(&scene).await;
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_victim_of_a_deadlock_does_it_again(pool: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let retries = Retries::default();
    let _listening = retries.listen();
    // Who looks first is the victim: that is the shop, the other one looks when all is over.
    let shop = handle(options.clone(), [("deadlock_timeout", "400ms")]).await?;
    let scene = scene(pool, options.clone()).await?;
    let other = options.clone().options([("deadlock_timeout", "60s")]);
    for kind in work::ALL {
        let work = Work::prepare(&scene, kind).await?;
        let mut hold = Hold::of(&other, &work.lock_second()).await?;
        let cross = async {
            hold.until_someone_waits().await;
            hold.run(&work.lock_first()).await;
            hold.commit().await;
        };
        tokio::join!(work.is_done(&shop), cross);
        assert_eq!(retries.of(kind.name, "deadlock"), 1, "{}", kind.name);
        work.assert_done_once(&scene).await;
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_connection_lost_before_the_commit_is_met_by_doing_it_again(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let retries = Retries::default();
    let _listening = retries.listen();
    let scene = scene(pool, options.clone()).await?;
    for kind in work::ALL {
        let work = Work::prepare(&scene, kind).await?;
        let mut hold = Hold::of(&options, &work.lock_second()).await?;
        let cut = async {
            let first = hold.until_someone_waits().await;
            hold.terminate(first).await;
            // It is there again, over another connection.
            let second = hold.until_someone_waits().await;
            assert_ne!(first, second);
            hold.commit().await;
        };
        tokio::join!(work.is_done(&scene.shop), cut);
        assert_eq!(retries.of(kind.name, "connection"), 1, "{}", kind.name);
        work.assert_done_once(&scene).await;
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}
