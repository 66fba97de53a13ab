//! What a reader stores and its cursor are one.

use std::time::Duration;

use domain::{
    Result,
    event::{Reader, Taken, Turn, drain, take},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::task::JoinSet;

use super::{Ear, open_book, tell, tell_as};
use crate::{concurrency::two_handles, fixture};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn two_instances_at_once_store_each_event_once_and_in_order(
    _: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let shops = two_handles(options).await?;
    open_book(&shops[0]).await?;
    let reader = Ear::named("one");
    let mut tasks = JoinSet::new();
    for number in 0..6 {
        let (shop, reader) = (shops[number % 2].clone(), reader.clone());
        tasks.spawn(async move {
            for batch in 0..60 {
                if number == 0 {
                    tell(&shop.db, "a", batch).await?;
                }
                drain(&shop, &[&*reader]).await?;
            }
            Ok(())
        });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    drain(&shops[1], &[&*reader]).await?;
    assert_eq!(reader.heard(&shops[0]).await?, (0..60).collect::<Vec<_>>());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn one_instance_sends_and_another_takes_over(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let [one, other] = two_handles(options).await?;
    let (mut first, mut second) = (Turn::new(&one, "one"), Turn::new(&other, "one"));
    assert!(first.is_ours().await.expect("an answer"));
    assert!(!second.is_ours().await.expect("an answer"));
    assert!(first.is_ours().await.expect("an answer"), "it stays");
    assert!(Turn::new(&other, "two").is_ours().await.expect("an answer"), "each reader has its own");
    drop(first);
    for _ in 0..2_000 {
        if second.is_ours().await.expect("an answer") {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody took over");
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_not_stored_does_not_move_the_cursor(db: PgPool) -> Result<()> {
    let shop = fixture::shop(db);
    open_book(&shop).await?;
    let reader = Ear::named("one");
    drain(&shop, &[&*reader]).await?;
    tell(&shop.db, "a", 1).await?;
    tell(&shop.db, "a", 2).await?;
    let place = "select (xid::text || event_id) from event_reader";
    let before: String = sqlx::query_scalar(place).fetch_one(&shop.db).await?;
    reader.mood().lost = true;
    for _ in 0..3 {
        // Until no transaction of the cluster holds the events back.
        while take(&shop, &*reader).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(reader.heard(&shop).await?.is_empty());
        assert_eq!(sqlx::query_scalar::<_, String>(place).fetch_one(&shop.db).await?, before);
    }
    reader.mood().lost = false;
    drain(&shop, &[&*reader]).await?;
    assert_eq!(reader.heard(&shop).await?, [1, 2]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_new_reader_begins_at_the_beginning_and_sees_its_own_events_alone(db: PgPool) -> Result<()> {
    let shop = fixture::shop(db);
    open_book(&shop).await?;
    let mut tx = shop.db.begin().await?;
    for number in 0..1_300 {
        let name = if number % 100 == 7 { super::TOLD } else { "test.other" };
        tell_as(&mut *tx, name, "a", number).await?;
    }
    tx.commit().await?;
    let reader = Ear::named("one");
    drain(&shop, &[&*reader]).await?;
    assert_eq!(reader.heard(&shop).await?, (0..13).map(|hundred| hundred * 100 + 7).collect::<Vec<_>>());
    let last = "select count(*) from event join event_reader using (xid, event_id)
                where event_id = (select max(event_id) from event)";
    assert_eq!(fixture::number(&shop, last).await, 1, "its cursor stands behind the last event, which was not its own");
    assert_eq!(take(&shop, &*reader).await.expect("a look"), Taken::Nothing);
    Ok(())
}

/// A reader that takes two at once.
struct Few(std::sync::Arc<Ear>);

#[async_trait::async_trait]
impl Reader for Few {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn reads(&self) -> &'static [&'static str] {
        self.0.reads()
    }

    fn batch(&self) -> usize {
        2
    }

    async fn store(
        &self,
        shop: &domain::Shop,
        conn: &mut sqlx::PgConnection,
        events: &[domain::event::Event],
    ) -> Result<()> {
        assert!((1..=2).contains(&events.len()));
        self.0.store(shop, conn, events).await
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_reader_is_given_no_more_at_once_than_it_takes(db: PgPool) -> Result<()> {
    let shop = fixture::shop(db);
    open_book(&shop).await?;
    for number in 0..5 {
        tell(&shop.db, "a", number).await?;
    }
    let reader = Few(Ear::named("one"));
    drain(&shop, &[&reader]).await?;
    assert_eq!(reader.0.heard(&shop).await?, [0, 1, 2, 3, 4]);
    Ok(())
}
