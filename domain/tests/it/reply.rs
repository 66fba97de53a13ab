//! What programs were answered, by their keys.

use domain::{
    Result, Shop,
    reply::{Asked, Begun, KEPT, begin, give_up, keep, sweep},
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

use crate::fixture::{number, shop};

/// Longer than anybody may be at it.
const LONG: Duration = Duration::minutes(3);

fn asked(caller: Option<i64>, key: &str, body: &str) -> Asked {
    Asked { caller, key: key.as_bytes().to_vec(), fingerprint: body.as_bytes().to_vec() }
}

async fn begun(shop: &Shop, asked: &Asked) -> Result<OffsetDateTime> {
    match begin(shop, asked).await? {
        Begun::Now(at) => Ok(at),
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_first_is_at_it_and_the_next_ones_get_its_answer(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let one = asked(Some(7), "key", "body");
    let at = begun(&shop, &one).await?;
    assert_eq!(begin(&shop, &one).await?, Begun::UnderWay);
    keep(&shop, &one, at, b"an answer").await?;
    assert_eq!(begin(&shop, &one).await?, Begun::Answered(b"an answer".to_vec()));
    assert_eq!(begin(&shop.ahead(LONG), &one).await?, Begun::Answered(b"an answer".to_vec()));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn of_many_at_once_one_begins(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let one = asked(None, "key", "body");
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (shop, one) = (shop.clone(), one.clone());
        tasks.spawn(async move { begin(&shop, &one).await });
    }
    let all = tasks.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    assert_eq!(all.iter().filter(|begun| matches!(begun, Begun::Now(_))).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|begun| **begun == Begun::UnderWay).count(), 7, "{all:?}");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_key_is_for_one_request_of_one_caller(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let at = begun(&shop, &asked(Some(7), "key", "body")).await?;
    assert_eq!(begin(&shop, &asked(Some(7), "key", "another")).await?, Begun::Another, "while it is under way");
    assert_eq!(begin(&shop.ahead(LONG), &asked(Some(7), "key", "another")).await?, Begun::Another, "for however long");
    keep(&shop, &asked(Some(7), "key", "body"), at, b"an answer").await?;
    assert_eq!(begin(&shop, &asked(Some(7), "key", "another")).await?, Begun::Another, "and once it is answered");
    for other in [asked(Some(8), "key", "body"), asked(None, "key", "body"), asked(Some(7), "other", "body")] {
        assert!(matches!(begin(&shop, &other).await?, Begun::Now(_)), "{other:?}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_was_given_up_begins_anew(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let one = asked(Some(7), "key", "body");
    let at = begun(&shop, &one).await?;
    give_up(&shop, &one, at).await?;
    // Nothing was decided, so that it may be another request, too.
    let other = asked(Some(7), "key", "mended");
    let at = begun(&shop, &other).await?;
    keep(&shop, &other, at, b"an answer").await?;
    give_up(&shop, &other, at).await?;
    assert_eq!(begin(&shop, &other).await?, Begun::Answered(b"an answer".to_vec()), "what was answered stays");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn whoever_comes_after_a_crash_goes_on_and_a_late_answer_is_not_kept(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let one = asked(Some(7), "key", "body");
    let lost = begun(&shop, &one).await?;
    let later = shop.ahead(LONG);
    let at = begun(&later, &one).await?;
    assert!(at > lost);
    assert_eq!(begin(&later, &one).await?, Begun::UnderWay);
    keep(&shop, &one, lost, b"too late").await?;
    give_up(&shop, &one, lost).await?;
    assert_eq!(begin(&later, &one).await?, Begun::UnderWay, "who lost the lease has no say");
    keep(&later, &one, at, b"an answer").await?;
    assert_eq!(begin(&later, &one).await?, Begun::Answered(b"an answer".to_vec()));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_answer_is_kept_for_a_day_and_swept_then(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let (one, other) = (asked(Some(7), "key", "body"), asked(Some(7), "key", "another"));
    let at = begun(&shop, &one).await?;
    keep(&shop, &one, at, b"an answer").await?;
    let (within, after) = (shop.ahead(KEPT - LONG), shop.ahead(KEPT + LONG));
    assert_eq!(begin(&within, &one).await?, Begun::Answered(b"an answer".to_vec()));
    assert_eq!(sweep(&within).await?, 0);
    // Not swept yet, it counts no more: the key is free for anything.
    let at = begun(&after, &other).await?;
    keep(&after, &other, at, b"another answer").await?;
    assert_eq!(begin(&after, &other).await?, Begun::Answered(b"another answer".to_vec()));
    assert_eq!(sweep(&after).await?, 0);
    assert_eq!(sweep(&after.ahead(KEPT)).await?, 1);
    assert_eq!(number(&shop, "select count(*) from api_reply").await, 0);
    Ok(())
}
