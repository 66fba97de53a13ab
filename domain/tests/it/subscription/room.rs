//! Who is sent to first where much waits, and how much at once.

use domain::{
    Result,
    subscription::{Lane, PER_ENDPOINT, claim, create, settle},
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use super::{
    Listening, form, read,
    sending::{BROKEN, TAKEN, due},
};
use crate::{fixture::product, scene::seller_of};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_endpoint_with_many_messages_stands_before_no_other(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    for _ in 0..PER_ENDPOINT + 2 {
        own.sell().await?;
    }
    let other = create(shop, &own.by, Uuid::now_v7(), &form(&["order.paid"])).await?;
    own.scene.buy(&[(own.book, 1)]).await?;
    read(shop).await?;
    let (one, two) = tokio::join!(claim(shop, Lane::Well, 100), claim(shop, Lane::Well, 100));
    let mut sent = one?;
    sent.extend(two?);
    let mut ids: Vec<_> = sent.iter().map(|sending| sending.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), sent.len(), "no message is claimed twice");
    assert_eq!(sent.iter().filter(|sending| sending.subscription == other).count(), 1);
    assert!(due(shop).await?.is_empty(), "no more while these are under way");
    for sending in sent.iter().filter(|sending| sending.subscription == own.id) {
        settle(shop, sending, BROKEN).await?;
    }
    // One that takes nothing gets one at a time, in a lane of its own.
    assert!(
        claim(&shop.ahead(Duration::HOUR), Lane::Well, 100).await?.iter().all(|sending| sending.subscription == other)
    );
    assert_eq!(claim(&shop.ahead(Duration::HOUR), Lane::Failing, 100).await?.len(), 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_with_many_endpoints_leaves_room_to_the_others(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    for _ in 0..5 {
        create(shop, &own.by, Uuid::now_v7(), &form(&["order.paid"])).await?;
    }
    let book = product(shop, "흥부전", 20_000, 50).await;
    let (by, _) = seller_of(shop, book).await?;
    let other = create(shop, &by, Uuid::now_v7(), &form(&["order.paid"])).await?;
    for _ in 0..PER_ENDPOINT {
        own.sell().await?;
    }
    own.scene.buy(&[(book, 1)]).await?;
    read(shop).await?;
    // The other's message is the latest, and is not the last.
    let first = claim(shop, Lane::Well, 2).await?;
    assert_eq!(first.iter().filter(|sending| sending.subscription == other).count(), 1);
    // Of 24 messages some wait, though there is room for all.
    assert_eq!(claim(shop, Lane::Well, 64).await?.len(), 15);
    assert!(due(shop).await?.is_empty(), "no more while these are under way");
    for sending in first.iter().filter(|sending| sending.subscription != other) {
        settle(shop, sending, TAKEN).await?;
    }
    assert_eq!(claim(shop, Lane::Well, 64).await?.len(), 1);
    Ok(())
}
