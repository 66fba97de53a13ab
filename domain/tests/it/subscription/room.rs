//! Who is sent to first where much waits, and how much at once.

use std::collections::BTreeSet;

use contract::subscription::MOST;
use domain::{
    Result,
    subscription::{Lane, PER_ENDPOINT, Sending, claim, create, remove, settle},
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use super::{
    Listening, form, read,
    sending::{BROKEN, due},
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
    let (one, two) = tokio::join!(claim(shop, Lane::Well, &[]), claim(shop, Lane::Well, &[]));
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
        claim(&shop.ahead(Duration::HOUR), Lane::Well, &[]).await?.iter().all(|sending| sending.subscription == other)
    );
    assert_eq!(claim(&shop.ahead(Duration::HOUR), Lane::Failing, &[]).await?.len(), 1);
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
    let (by, seller) = seller_of(shop, book).await?;
    let other = create(shop, &by, Uuid::now_v7(), &form(&["order.paid"])).await?;
    for _ in 0..PER_ENDPOINT {
        own.sell().await?;
    }
    own.scene.buy(&[(book, 1)]).await?;
    read(shop).await?;
    // Where there is room for two, the other's message goes with the first, though it is the latest.
    let first = claim(shop, Lane::Well, &[0; 62]).await?;
    let mut here: Vec<_> = first.iter().map(|sending| sending.seller).collect();
    here.sort_unstable();
    let mut both = [own.seller, seller];
    both.sort_unstable();
    assert_eq!(here, both);
    assert!(first.iter().any(|sending| sending.subscription == other));
    // Of 24 messages some wait, though there is room for all.
    let more = claim(shop, Lane::Well, &here).await?;
    assert_eq!(more.len(), 19);
    here.extend(more.iter().map(|sending| sending.seller));
    assert!(claim(shop, Lane::Well, &here).await?.is_empty(), "no more while these are under way");
    // What hangs holds its slot, whatever becomes of its endpoint.
    for sending in first.iter().filter(|sending| sending.subscription != other) {
        settle(shop, sending, BROKEN).await?;
        remove(shop, &own.by, sending.subscription).await?;
    }
    assert!(claim(shop, Lane::Well, &here).await?.is_empty());
    here.retain(|seller| *seller != own.seller);
    assert!(!claim(shop, Lane::Well, &here).await?.is_empty());
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_endpoint_waits_for_no_queue_of_others_of_the_same_seller(db: PgPool) -> Result<()> {
    let own = Listening::new(db).await?;
    let shop = own.shop();
    for _ in 2..MOST {
        create(shop, &own.by, Uuid::now_v7(), &form(&["order.paid"])).await?;
    }
    for _ in 0..2 {
        own.sell().await?;
    }
    let late = create(shop, &own.by, Uuid::now_v7(), &form(&["order.paid"])).await?;
    own.sell().await?;
    let endpoints = |sent: &[Sending]| -> BTreeSet<_> { sent.iter().map(|one| one.subscription).collect() };
    // Those with a queue could hold everything that one seller may.
    let sent = claim(shop, Lane::Well, &[]).await?;
    assert_eq!((sent.len() as i64, endpoints(&sent).len() as i64), (MOST, MOST));
    // Those that take nothing are tried all the same, each once.
    for sending in &sent {
        settle(shop, sending, BROKEN).await?;
    }
    let again = claim(shop, Lane::Failing, &[]).await?;
    assert_eq!((again.len() as i64, endpoints(&again).len() as i64), (MOST - 1, MOST - 1));
    assert!(!endpoints(&again).contains(&late), "it has nothing else to be sent");
    Ok(())
}
