//! Events that cannot be taken, and outages, which are none of their fault.

use domain::{
    Result, Shop,
    event::{Trouble, drain, take},
};
use sqlx::PgPool;

use super::{Ear, aside, open_book, tell};
use crate::fixture;

/// A shop in which `bad` of the subject `b` was told among others.
async fn told(db: PgPool, bad: i64) -> Result<Shop> {
    let shop = fixture::shop(db);
    open_book(&shop).await?;
    let mut tx = shop.db.begin().await?;
    for (subject, number) in [("a", 1), ("b", bad), ("c", 3), ("b", 4), ("a", 5)] {
        tell(&mut *tx, subject, number).await?;
    }
    tx.commit().await?;
    Ok(shop)
}

/// The others go on in order, and what is later of its subject waits behind it, also in later batches.
async fn assert_set_aside(shop: &Shop, reader: &Ear, bad: i64) -> Result<()> {
    drain(shop, &[reader]).await?;
    assert_eq!(reader.heard(shop).await?, [1, 3, 5]);
    assert_eq!(aside(shop, reader).await?, [(bad, 5), (4, 0)]);
    tell(&shop.db, "b", 6).await?;
    tell(&shop.db, "c", 7).await?;
    drain(shop, &[reader]).await?;
    assert_eq!(reader.heard(shop).await?, [1, 3, 5, 7]);
    assert_eq!(aside(shop, reader).await?, [(bad, 5), (4, 0), (6, 0)]);
    Ok(())
}

async fn error(shop: &Shop) -> Result<String> {
    Ok(sqlx::query_scalar("select error from dead_letter where attempts > 0").fetch_one(&shop.db).await?)
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_cannot_be_sent_is_set_aside_and_what_is_later_of_its_subject_behind_it(db: PgPool) -> Result<()> {
    let shop = told(db, 2).await?;
    let reader = Ear::named("one");
    reader.mood().refused.insert(2);
    assert_set_aside(&shop, &reader, 2).await?;
    assert_eq!(error(&shop).await?, "not taken: 2 is refused");
    assert_eq!(reader.mood().sent, [1, 3, 5, 7], "what waits is not sent");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_cannot_be_stored_is_set_aside_and_was_sent_once(db: PgPool) -> Result<()> {
    let shop = told(db, -2).await?;
    let reader = Ear::named("one");
    assert_set_aside(&shop, &reader, -2).await?;
    assert!(error(&shop).await?.contains("heard_number_check"));
    assert_eq!(reader.mood().sent, [1, -2, 3, 4, 5, 7], "a batch that was sent is not sent again");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_reader_that_panics_is_one_that_fails(db: PgPool) -> Result<()> {
    let shop = told(db, 2).await?;
    let reader = Ear::named("one");
    reader.mood().panics.insert(2);
    assert_set_aside(&shop, &reader, 2).await?;
    assert_eq!(error(&shop).await?, "not taken: panicked: 2 is too much");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_readers_poison_is_nothing_to_another(db: PgPool) -> Result<()> {
    let shop = told(db, 2).await?;
    let (one, other) = (Ear::named("one"), Ear::named("other"));
    one.mood().refused.insert(2);
    drain(&shop, &[&*one, &*other]).await?;
    assert_eq!(one.heard(&shop).await?, [1, 3, 5]);
    assert_eq!(other.heard(&shop).await?, [1, 2, 3, 4, 5]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_outage_sets_nothing_aside_and_keeps_the_order(db: PgPool) -> Result<()> {
    let shop = told(db, 2).await?;
    let reader = Ear::named("one");
    reader.mood().away_from = Some(0);
    let trouble = until_trouble(&shop, &reader).await;
    assert!(trouble.is_outage(), "{trouble}");
    assert_eq!((reader.heard(&shop).await?, aside(&shop, &reader).await?), (vec![], vec![]));
    tell(&shop.db, "b", 6).await?;
    reader.mood().away_from = None;
    drain(&shop, &[&*reader]).await?;
    assert_eq!(reader.heard(&shop).await?, [1, 2, 3, 4, 5, 6]);
    assert_eq!(reader.mood().sent, [1, 2, 3, 4, 5, 6]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_outage_behind_a_poison_goes_on_from_the_same_place(db: PgPool) -> Result<()> {
    let shop = told(db, 2).await?;
    let reader = Ear::named("one");
    reader.mood().refused.insert(2);
    reader.mood().away_from = Some(5);
    let trouble = loop {
        // The batch meets the poison before the outage.
        let trouble = until_trouble(&shop, &reader).await;
        if reader.heard(&shop).await?.len() == 2 {
            break trouble;
        }
    };
    assert!(trouble.is_outage(), "{trouble}");
    assert_eq!(reader.heard(&shop).await?, [1, 3]);
    assert_eq!(aside(&shop, &reader).await?, [(2, 5), (4, 0)]);
    reader.mood().away_from = None;
    drain(&shop, &[&*reader]).await?;
    assert_eq!(reader.heard(&shop).await?, [1, 3, 5]);
    Ok(())
}

/// Other transactions of the cluster may hold the events back for a while.
async fn until_trouble(shop: &Shop, reader: &Ear) -> Trouble {
    for _ in 0..6_000 {
        if let Err(trouble) = take(shop, reader).await {
            return trouble;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("no trouble");
}
