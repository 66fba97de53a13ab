//! Transactions that commit in another order than they began.

use domain::{
    Result,
    event::{Taken, drain, take},
};
use sqlx::PgPool;

use super::{Ear, open_book, tell};
use crate::fixture::shop;

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_transaction_that_commits_late_loses_no_event_to_any_reader(db: PgPool) -> Result<()> {
    let shop = shop(db);
    open_book(&shop).await?;
    let (one, other) = (Ear::named("one"), Ear::named("other"));
    drain(&shop, &[&*one, &*other]).await?;

    let mut late = shop.db.begin().await?;
    tell(&mut *late, "a", 1).await?;
    tell(&shop.db, "b", 2).await?;
    tell(&shop.db, "a", 3).await?;
    for reader in [&one, &other] {
        assert_eq!(take(&shop, &**reader).await.expect("a look"), Taken::HeldBack);
        assert!(reader.heard(&shop).await?.is_empty(), "what may still come to light before it is waited for");
    }
    late.commit().await?;
    drain(&shop, &[&*one, &*other]).await?;
    for reader in [one, other] {
        assert_eq!(reader.heard(&shop).await?, [1, 2, 3], "{}", reader.name);
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_older_transaction_may_append_last(db: PgPool) -> Result<()> {
    let shop = shop(db);
    open_book(&shop).await?;
    let reader = Ear::named("one");
    let mut older = shop.db.begin().await?;
    sqlx::query("select pg_current_xact_id()").execute(&mut *older).await?;
    tell(&shop.db, "a", 2).await?;
    take(&shop, &*reader).await.expect("a cursor");
    assert_eq!(take(&shop, &*reader).await.expect("a look"), Taken::HeldBack);
    tell(&mut *older, "a", 1).await?;
    older.commit().await?;
    drain(&shop, &[&*reader]).await?;
    assert_eq!(reader.heard(&shop).await?, [1, 2], "in the order of their transactions, whatever their ids");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_transaction_that_is_rolled_back_tells_nobody(db: PgPool) -> Result<()> {
    let shop = shop(db);
    open_book(&shop).await?;
    let reader = Ear::named("one");
    let mut given_up = shop.db.begin().await?;
    tell(&mut *given_up, "a", 1).await?;
    tell(&shop.db, "a", 2).await?;
    given_up.rollback().await?;
    drain(&shop, &[&*reader]).await?;
    assert_eq!(reader.heard(&shop).await?, [2]);
    Ok(())
}
