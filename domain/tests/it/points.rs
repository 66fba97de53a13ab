//! The points wallet.

use contract::{Failure, points::PointsKind};
use domain::{Error, Result, points};
use sqlx::PgPool;
use uuid::Uuid;

use crate::fixture::{assert_books_add_up, member, shop};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_same_form_charges_once(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = member(&shop, "reader@example.com").await?;
    let key = Uuid::now_v7();
    points::charge(&shop, &reader, key, 10_000).await?;
    points::charge(&shop, &reader, key, 10_000).await?;
    points::charge(&shop, &reader, Uuid::now_v7(), 5_000).await?;
    assert_eq!(points::balance(&shop, &reader).await?, 15_000);
    let history: Vec<_> = points::history(&shop, &reader, None)
        .await?
        .into_iter()
        .map(|entry| (entry.kind, entry.amount, entry.balance_after))
        .collect();
    assert_eq!(history, [(PointsKind::Charge, 5_000, 15_000), (PointsKind::Charge, 10_000, 10_000)]);
    assert_books_add_up(&shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_wallet_holds_no_more_than_the_policy_allows(db: PgPool) -> Result<()> {
    let mut shop = shop(db);
    shop.policy.points.wallet_max = 25_000;
    let reader = member(&shop, "reader@example.com").await?;
    points::charge(&shop, &reader, Uuid::now_v7(), 20_000).await?;
    let full = points::charge(&shop, &reader, Uuid::now_v7(), 5_001).await;
    assert!(matches!(full, Err(Error::Refused(Failure::WalletFull))));
    let last = Uuid::now_v7();
    points::charge(&shop, &reader, last, 5_000).await?;
    points::charge(&shop, &reader, last, 5_000).await?;
    assert_eq!(points::balance(&shop, &reader).await?, 25_000, "the same form again is no refusal");
    Ok(())
}
