//! How far readers are behind, and what the log forgets.

use domain::{
    Result, Shop,
    event::{Lag, drain, forget, lags},
};
use sqlx::PgPool;
use time::Duration;

use super::{Ear, open_book, tell};
use crate::{
    fixture::{self, assert_books_add_up, number, product},
    scene::Scene,
};

async fn left(shop: &Shop) -> i64 {
    number(shop, "select count(*) from event").await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_log_forgets_what_is_old_and_never_past_the_slowest_reader(db: PgPool) -> Result<()> {
    let shop = fixture::shop(db);
    open_book(&shop).await?;
    let (fast, slow) = (Ear::named("fast"), Ear::named("slow"));
    let both = ["fast", "slow"];
    let later = shop.ahead(Duration::days(31));
    for number in 0..3 {
        tell(&shop.db, "a", number).await?;
    }
    drain(&shop, &[&*fast]).await?;
    assert_eq!(forget(&later, &both, 30).await?, 0, "one that never read anything is the slowest");
    drain(&shop, &[&*slow]).await?;
    tell(&shop.db, "a", 3).await?;
    drain(&shop, &[&*fast]).await?;
    assert_eq!(forget(&shop, &both, 30).await?, 0, "nothing is old");
    assert_eq!(forget(&later, &both, 30).await?, 3);
    assert_eq!(forget(&later, &both, 30).await?, 0);
    assert_eq!(left(&shop).await, 1);
    drain(&shop, &[&*slow]).await?;
    assert_eq!(slow.heard(&shop).await?, [0, 1, 2, 3]);
    assert_eq!(forget(&later, &both, 30).await?, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_reader_that_is_no_more_holds_nothing_back(db: PgPool) -> Result<()> {
    let shop = fixture::shop(db);
    open_book(&shop).await?;
    let (kept, gone) = (Ear::named("kept"), Ear::named("gone"));
    drain(&shop, &[&*gone]).await?;
    tell(&shop.db, "a", 1).await?;
    drain(&shop, &[&*kept]).await?;
    let later = shop.ahead(Duration::days(31));
    assert_eq!(forget(&later, &["kept", "gone"], 30).await?, 0);
    assert_eq!(forget(&later, &["kept"], 30).await?, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_reader_that_another_instance_alone_has_counts_while_it_moves(db: PgPool) -> Result<()> {
    let shop = fixture::shop(db);
    open_book(&shop).await?;
    let (own, other) = (Ear::named("own"), Ear::named("other"));
    for number in 0..2 {
        tell(&shop.db, "a", number).await?;
        if number == 0 {
            drain(&shop, &[&*other]).await?;
        }
    }
    drain(&shop, &[&*own]).await?;
    sqlx::query("update event set created_at = created_at - interval '31 days'").execute(&shop.db).await?;
    assert_eq!(forget(&shop, &["own"], 30).await?, 1, "what both have read");
    assert_eq!(forget(&shop, &["own"], 30).await?, 0);
    sqlx::query("update event_reader set moved_at = moved_at - interval '31 days'").execute(&shop.db).await?;
    assert_eq!(forget(&shop, &["own", "other"], 30).await?, 0, "an own one counts however long it has been away");
    assert_eq!(forget(&shop, &["own"], 30).await?, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn many_old_events_leave_in_batches(db: PgPool) -> Result<()> {
    let shop = fixture::shop(db);
    sqlx::query(
        "insert into event (name, subject, payload) select 'test.other', 'a', '{}' from generate_series(1, 12000)",
    )
    .execute(&shop.db)
    .await?;
    let later = shop.ahead(Duration::days(31));
    let mut batches = vec![];
    while batches.last() != Some(&0) {
        batches.push(forget(&later, &[], 30).await?);
    }
    assert_eq!(batches, [5_000, 5_000, 2_000, 0]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_audit_knows_how_far_back_the_log_reaches(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 9).await;
    scene.buy(&[(book, 1)]).await?;
    assert!(forget(&scene.shop.ahead(Duration::days(31)), &[], 30).await? > 0);
    assert_eq!(left(&scene.shop).await, 0);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_readers_lag_is_counted_in_events_and_by_the_oldest_of_them(db: PgPool) -> Result<()> {
    let shop = fixture::shop(db);
    open_book(&shop).await?;
    let reader = Ear::named("one");
    tell(&shop.db, "a", -1).await?;
    drain(&shop, &[&*reader]).await?;
    let at_the_end = Lag { reader: "one".to_owned(), events: 0, seconds: 0.0, dead: 1 };
    assert_eq!(lags(&shop, &["one"]).await?, [at_the_end]);
    sqlx::query(
        "insert into event (name, subject, payload, created_at)
         select 'test.other', 'a', '{}', now() - interval '1 hour' * n from generate_series(2, 1, -1) n",
    )
    .execute(&shop.db)
    .await?;
    let both = lags(&shop, &["new", "one"]).await?;
    assert_eq!(both.iter().map(|lag| lag.events).collect::<Vec<_>>(), [3, 2], "a new one has read nothing yet");
    assert!((7_200.0..10_800.0).contains(&both[1].seconds), "the oldest is two hours old");
    sqlx::query(
        "insert into event (name, subject, payload) select 'test.other', 'a', '{}' from generate_series(1, 12000)",
    )
    .execute(&shop.db)
    .await?;
    let lag = lags(&shop, &["one"]).await?.pop().expect("a lag");
    assert!(lag.is_more() && lag.events == 10_000, "{lag:?}");
    Ok(())
}
