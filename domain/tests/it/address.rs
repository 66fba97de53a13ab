//! Delivery addresses.

use contract::{
    Failure,
    address::{Address, MAX_ADDRESSES},
};
use domain::{Error, Result, address};
use sqlx::PgPool;

use crate::fixture::{home, member, shop};

fn room(number: i64) -> Address {
    Address { line2: format!("{number}호"), ..home() }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn there_is_one_default_as_long_as_there_are_addresses(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = member(&shop, "reader@example.com").await?;
    let first = address::add(&shop, &reader, &room(1)).await?;
    let second = address::add(&shop, &reader, &room(2)).await?;
    let third = address::add(&shop, &reader, &room(3)).await?;
    let order = |kept: Vec<address::KeptAddress>| -> Vec<_> {
        kept.into_iter().map(|kept| (kept.address_id, kept.is_default)).collect()
    };
    assert_eq!(order(address::list(&shop, &reader).await?), [(first, true), (third, false), (second, false)]);
    address::make_default(&shop, &reader, second).await?;
    assert_eq!(order(address::list(&shop, &reader).await?), [(second, true), (third, false), (first, false)]);
    address::remove(&shop, &reader, second).await?;
    assert_eq!(order(address::list(&shop, &reader).await?), [(third, true), (first, false)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_strangers_address_cannot_be_touched(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = member(&shop, "reader@example.com").await?;
    let stranger = member(&shop, "stranger@example.com").await?;
    let own = address::add(&shop, &reader, &home()).await?;
    let not_found = |outcome: Result<()>| matches!(outcome, Err(Error::Refused(Failure::NotFound)));
    assert!(not_found(address::edit(&shop, &stranger, own, &home()).await));
    assert!(not_found(address::remove(&shop, &stranger, own).await));
    assert!(not_found(address::make_default(&shop, &stranger, own).await));
    assert!(not_found(address::get(&shop, &stranger, own).await.map(drop)));
    assert_eq!(address::list(&shop, &reader).await?.len(), 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_number_of_addresses_is_bounded(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = member(&shop, "reader@example.com").await?;
    for number in 0..MAX_ADDRESSES {
        address::add(&shop, &reader, &room(number)).await?;
    }
    assert!(address::add(&shop, &reader, &room(3)).await.is_ok(), "it is kept already");
    let full = address::add(&shop, &reader, &home()).await;
    assert!(matches!(full, Err(Error::Refused(Failure::TooManyAddresses))));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_address_is_new_where_it_was_not_kept_before(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = member(&shop, "reader@example.com").await?;
    let (first, is_new) = address::add_or_find(&shop, &reader, &home()).await?;
    assert!(is_new);
    assert_eq!(address::add_or_find(&shop, &reader, &home()).await?, (first, false));
    Ok(())
}
