//! The points wallet.

use contract::{
    Failure, Won,
    form::{Flaw, Flaws},
    points::PointsKind,
    when::kst_date,
};
use domain::{
    Error, Result,
    order::{cancel, confirm, pay},
    points::{self, Lot, NEVER},
};
use sqlx::PgPool;
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, member, number, product, shop},
    scene::{Scene, refused},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_same_form_charges_once(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = member(&shop, "reader@example.com").await?;
    let key = Uuid::now_v7();
    points::charge(&shop, &reader, key, 10_000).await?;
    points::charge(&shop, &reader, key, 10_000).await?;
    points::charge(&shop, &reader, Uuid::now_v7(), 5_000).await?;
    assert_eq!(points::balance(&shop, &reader).await?, 15_000);
    let history: Vec<_> = points::history(&shop, &reader, None, points::PAGE)
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

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_nearest_expiry_is_spent_first_and_points_come_back_to_their_day(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 20_000).await?;
    let (later, soon) = (scene.grant(3_000, 10).await?, scene.grant(2_000, 2).await?);
    let book = product(&scene.shop, "책", 9_000, 5).await;
    let order = scene.buy(&[(book, 2)]).await?;
    assert_eq!(scene.lots().await?, [(NEVER, 7_000)]);

    cancel(&scene.shop, &scene.reader, order, Uuid::now_v7(), Some(&[(book, 1)]), None).await?;
    assert_eq!(scene.lots().await?, [(NEVER, 16_000)], "what lasts longest comes back first");
    cancel(&scene.shop, &scene.reader, order, Uuid::now_v7(), None, None).await?;
    assert_eq!(scene.lots().await?, [(soon, 2_000), (later, 3_000), (NEVER, 20_000)]);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn points_that_ran_out_cannot_be_spent_even_before_they_are_swept(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 10_000).await?;
    let shop = &scene.shop;
    let over = scene.grant(5_000, -1).await?;
    let book = product(shop, "책", 8_000, 5).await;
    let order = scene.hold(&[(book, 1)], 0).await?;
    assert_eq!(refused(pay(shop, &scene.reader, order).await), Some(Failure::InsufficientPoints));
    assert_eq!(refused(scene.buy(&[(book, 1)]).await), Some(Failure::InsufficientPoints));
    let down = points::adjust(shop, &scene.staff, Uuid::now_v7(), scene.reader.id(), "-10,001", "오류").await;
    assert_eq!(refused(down), Some(Failure::InsufficientPoints));
    assert_eq!((scene.balance().await?, scene.lots().await?), (15_000, vec![(over, 5_000), (NEVER, 10_000)]));

    // The last day is still good.
    let today = scene.grant(1_000, 0).await?;
    pay(shop, &scene.reader, order).await?;
    assert_eq!(scene.lots().await?, [(over, 5_000)]);
    assert_eq!(points::expiring(shop, &scene.reader, 3).await?, []);
    cancel(shop, &scene.reader, order, Uuid::now_v7(), None, None).await?;
    assert_eq!(points::expiring(shop, &scene.reader, 3).await?, [Lot { expires_on: today, amount: 1_000 }]);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn points_run_out_once_and_by_an_entry(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 10_000).await?;
    scene.grant(3_000, 5).await?;
    scene.grant(2_000, 6).await?;
    assert_eq!(points::expire(&scene.shop.ahead(Duration::days(5))).await?, 0, "on their last day they are good");
    let late = scene.shop.ahead(Duration::days(6));
    let (one, other) = tokio::join!(points::expire(&late), points::expire(&late));
    assert!(one? + other? >= 1, "two at once take them away once");
    assert_eq!(points::expire(&late).await?, 0);
    assert_eq!(points::expire(&scene.shop.ahead(Duration::days(7))).await?, 1);
    let kinds: Vec<_> = history(&scene).await?.into_iter().take(2).collect();
    assert_eq!(kinds, [(PointsKind::Expire, -2_000, 10_000), (PointsKind::Expire, -3_000, 12_000)]);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_sweep_takes_a_hundred_wallets_at_a_time_until_none_is_left(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    sqlx::query(
        "with m as (
             insert into member (email, password_hash, name)
             select 'reader' || n || '@example.com', '!', '독자' from generate_series(1, 101) n returning member_id
         ), w as (
             insert into points_wallet (member_id, balance) select member_id, 10 from m returning member_id
         ), l as (
             insert into points_lot select member_id, '2020-01-01', 10 from w
         )
         insert into points_entry (member_id, kind, amount, balance_after) select member_id, 'earn', 10, 10 from w",
    )
    .execute(&scene.shop.db)
    .await?;
    let shop = &scene.shop;
    let swept = [points::expire(shop).await?, points::expire(shop).await?, points::expire(shop).await?];
    assert_eq!(swept, [100, 1, 0]);
    assert_eq!(number(shop, "select sum(balance)::bigint from points_wallet").await, 0);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_confirmed_purchase_earns_by_its_products_rate_or_else_the_shops(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let shop = &scene.shop;
    let (own, usual) = (product(shop, "10%", 20_190, 5).await, product(shop, "5%", 15_590, 5).await);
    let none = product(shop, "0%", 1_000, 5).await;
    sqlx::query("update product set earn_percent = 10 where product_id = $1").bind(own).execute(&shop.db).await?;
    sqlx::query("update product set earn_percent = 0 where product_id = $1").bind(none).execute(&shop.db).await?;
    let order = scene.delivered(&[(own, 1), (usual, 2), (none, 1)]).await?;
    let before = scene.balance().await?;
    assert_eq!(before, 100_000 - 20_190 - 31_180 - 4_000, "nothing is earned before the confirmation");
    // As promised when it was bought.
    sqlx::query("update product set earn_percent = 90").execute(&shop.db).await?;
    confirm(shop, &scene.reader, order).await?;
    assert_eq!(scene.detail(order).await?.points_earned, 2_019 + 1_559);
    let last_day = kst_date(shop.now()) + Duration::days(365);
    let entry = points::history(shop, &scene.reader, None, points::PAGE).await?.remove(0);
    assert_eq!((entry.kind, entry.amount, entry.balance_after), (PointsKind::Earn, 3_578, before + 3_578));
    assert_eq!((entry.expires_on, entry.order_id), (Some(last_day), Some(order)));
    assert_eq!(scene.lots().await?, [(last_day, 3_578), (NEVER, before)]);
    assert_eq!(points::expire(&shop.ahead(Duration::days(366))).await?, 1);
    assert_eq!(scene.balance().await?, before);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn staff_corrects_a_balance_up_and_down_once_with_its_reason(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let (shop, reader) = (&scene.shop, scene.reader.id());
    let soon = scene.grant(1_000, 9).await?;
    let up = Uuid::now_v7();
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (shop, staff) = (shop.clone(), scene.staff.clone());
        tasks.spawn(async move { points::adjust(&shop, &staff, up, reader, "+5,000", " 사과의 뜻 ").await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(scene.lots().await?, [(soon, 1_000), (NEVER, 5_000)]);
    points::adjust(shop, &scene.staff, Uuid::now_v7(), reader, "-1500", "잘못 줌").await?;
    assert_eq!(scene.lots().await?, [(NEVER, 4_500)], "what runs out first goes first");
    let below = points::adjust(shop, &scene.staff, Uuid::now_v7(), reader, "-4501", "잘못 줌").await;
    assert_eq!(refused(below), Some(Failure::InsufficientPoints));
    let entries = points::history(shop, &scene.reader, None, points::PAGE).await?;
    let told: Vec<_> = entries.iter().map(|entry| (entry.amount, entry.balance_after, entry.reason.as_str())).collect();
    assert_eq!(told, [(-1_500, 4_500, "잘못 줌"), (5_000, 6_000, "사과의 뜻"), (1_000, 1_000, "")]);
    let by = format!("select count(*) from points_entry where kind = 'adjust' and by_member = {}", scene.staff.id());
    assert_eq!(number(shop, &by).await, 2);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_correction_that_cannot_be_read_or_has_no_member_changes_nothing(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 0).await?;
    let adjust = async |member, amount: &str, reason: &str| {
        refused(points::adjust(&scene.shop, &scene.staff, Uuid::now_v7(), member, amount, reason).await)
    };
    let reader = scene.reader.id();
    let Some(Failure::Invalid(flaws)) = adjust(reader, "많이", " ").await else { panic!("accepted") };
    assert_eq!(flaws.iter().collect::<Vec<_>>(), [("amount", Flaw::NotANumber), ("reason", Flaw::Required)]);
    let most = scene.shop.policy.points.wallet_max;
    for edge in ["9223372036854775807", "-9223372036854775808", "99999999999999999999", "10000001", "-10000001"] {
        let outside = Failure::Invalid(Flaws::one("amount", Flaw::OutOfRange { min: -most, max: most }));
        assert_eq!(adjust(reader, edge, "시험").await, Some(outside), "{edge}");
    }
    assert_eq!(adjust(i64::MAX, "1", "시험").await, Some(Failure::NotFound));
    assert_eq!(number(&scene.shop, "select count(*) from points_entry").await, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_refund_fits_even_into_a_full_wallet(db: PgPool) -> Result<()> {
    let mut scene = Scene::new(db, 25_000).await?;
    scene.shop.policy.points.wallet_max = 25_000;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let order = scene.buy(&[(book, 1)]).await?;
    points::charge(&scene.shop, &scene.reader, Uuid::now_v7(), 20_000).await?;
    cancel(&scene.shop, &scene.reader, order, Uuid::now_v7(), None, Some(20_000)).await?;
    assert_eq!(scene.balance().await?, 45_000);
    let more = points::charge(&scene.shop, &scene.reader, Uuid::now_v7(), 1).await;
    assert_eq!(refused(more), Some(Failure::WalletFull));
    let told = [
        (PointsKind::Restore, 20_000, 45_000),
        (PointsKind::Charge, 20_000, 25_000),
        (PointsKind::Spend, -20_000, 5_000),
    ];
    assert_eq!(history(&scene).await?[..3], told);
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

async fn history(scene: &Scene) -> Result<Vec<(PointsKind, Won, Won)>> {
    let entries = points::history(&scene.shop, &scene.reader, None, points::PAGE).await?;
    Ok(entries.into_iter().map(|entry| (entry.kind, entry.amount, entry.balance_after)).collect())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_form_sent_again_with_another_amount_is_told_and_changes_nothing(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 50_000).await?;
    let (shop, key) = (&scene.shop, Uuid::now_v7());
    points::charge(shop, &scene.reader, key, 1_000).await?;
    assert_eq!(refused(points::charge(shop, &scene.reader, key, 7_000).await), Some(Failure::AlreadySent));
    let (key, reader) = (Uuid::now_v7(), scene.reader.id());
    points::adjust(shop, &scene.staff, key, reader, "10", "시험").await?;
    let other = points::adjust(shop, &scene.staff, key, reader, "-999", "시험").await;
    assert_eq!(refused(other), Some(Failure::AlreadySent));
    assert_eq!(scene.balance().await?, 51_010);
    assert_books_add_up(shop).await;
    Ok(())
}
