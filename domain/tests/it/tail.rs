//! Looking at the end of the log.

use std::collections::BTreeSet;

use domain::{
    Result, Shop,
    event::tail::{Cursor, Heard, end, tail},
};
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    fixture::{product, shop},
    scene::Scene,
};

/// Looks until something is heard; what other tests still have open holds it back for a while.
async fn hear(shop: &Shop, cursor: &mut Cursor) -> Result<BTreeSet<Heard>> {
    let give_up = OffsetDateTime::now_utc() + time::Duration::seconds(60);
    loop {
        let (heard, next) = tail(shop, *cursor).await?;
        *cursor = next;
        if !heard.is_empty() || OffsetDateTime::now_utc() > give_up {
            return Ok(heard);
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

fn insert(member: &str, order: Uuid) -> String {
    format!(
        "insert into event (name, subject, payload)
         values ('order.changed', '{order}', jsonb_build_object('member_id', {member}, 'order_id', '{order}'))"
    )
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_comes_anew_hears_each_order_that_changes_from_then_on_once(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let before = scene.buy(&[(book, 1)]).await?;
    let mut cursor = end(&scene.shop).await?;
    // Placed and paid are two events.
    let order = scene.buy(&[(book, 1)]).await?;
    let mut heard = hear(&scene.shop, &mut cursor).await?;
    // What was held back by others lies before the end only for who looks later.
    if heard.iter().all(|heard| heard.order == before) {
        heard = hear(&scene.shop, &mut cursor).await?;
    }
    heard.retain(|heard| heard.order != before);
    assert_eq!(heard, BTreeSet::from([Heard { member: scene.reader.id(), order }]));
    assert_eq!(tail(&scene.shop, cursor).await?.0, BTreeSet::new());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_committed_late_is_heard_late_but_heard(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let mut cursor = end(&shop).await?;
    let (early, late) = (Uuid::now_v7(), Uuid::now_v7());
    let mut tx = shop.db.begin().await?;
    sqlx::query(&insert("1", late)).execute(&mut *tx).await?;
    sqlx::query(&insert("1", early)).execute(&shop.db).await?;
    let (heard, next) = tail(&shop, cursor).await?;
    assert_eq!(heard, BTreeSet::new(), "an older transaction still runs");
    cursor = next;
    tx.commit().await?;
    let mut orders = BTreeSet::new();
    while orders.len() < 2 {
        let heard = hear(&shop, &mut cursor).await?;
        assert!(!heard.is_empty(), "nothing is missed");
        orders.extend(heard.into_iter().map(|heard| heard.order));
    }
    assert_eq!(orders, BTreeSet::from([early, late]));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_belongs_to_no_order_or_cannot_be_read_holds_nothing_up(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let mut cursor = end(&shop).await?;
    let order = Uuid::now_v7();
    for member in ["null", "'somebody'", "'99999999999999999999'", "7"] {
        sqlx::query(&insert(member, order)).execute(&shop.db).await?;
    }
    assert_eq!(hear(&shop, &mut cursor).await?, BTreeSet::from([Heard { member: 7, order }]));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_log_that_grew_by_more_than_one_look_takes_is_heard_to_its_end(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let mut cursor = end(&shop).await?;
    sqlx::query(
        "insert into event (name, subject, payload)
         select 'order.changed', '', jsonb_build_object('member_id', n, 'order_id', gen_random_uuid())
         from generate_series(1, 2500) n",
    )
    .execute(&shop.db)
    .await?;
    let heard = hear(&shop, &mut cursor).await?;
    assert_eq!(heard.into_iter().map(|heard| heard.member).collect::<Vec<_>>(), (1..=2500).collect::<Vec<_>>());
    Ok(())
}
