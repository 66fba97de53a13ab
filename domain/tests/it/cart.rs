//! Carts.

use contract::{
    Failure, Quantity,
    form::{Flaw, Flaws},
};
use domain::{
    Error, Result,
    cart::{self, Owner},
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::fixture::{copies, member, product, shop};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_guests_cart_joins_the_members_and_is_gone(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = member(&shop, "reader@example.com").await?;
    let (one, other) = (product(&shop, "하나", 10_000, 99).await, product(&shop, "둘", 10_000, 9).await);
    let (guest, own) = (Uuid::now_v7(), Owner::Member(reader.id()));
    cart::add(&shop, own, one, copies(60)).await?;
    cart::add(&shop, Owner::Guest(guest), one, copies(60)).await?;
    cart::add(&shop, Owner::Guest(guest), other, copies(1)).await?;
    cart::join(&shop, guest, &reader).await?;
    let lines: Vec<_> = cart::lines(&shop, own).await?.into_iter().map(|line| (line.product, line.quantity)).collect();
    assert_eq!(lines, [(one, Quantity::MAX), (other, 1)]);
    assert_eq!(cart::copies(&shop, Owner::Guest(guest)).await?, 0);
    cart::join(&shop, guest, &reader).await?;
    assert_eq!(cart::copies(&shop, own).await?, 100, "joining again adds nothing");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_guest_who_knows_the_id_of_a_members_cart_gets_nothing(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let reader = member(&shop, "reader@example.com").await?;
    let book = product(&shop, "책", 10_000, 9).await;
    cart::add(&shop, Owner::Member(reader.id()), book, copies(1)).await?;
    let id: Uuid = sqlx::query_scalar("select cart_id from cart").fetch_one(&shop.db).await?;
    assert!(cart::lines(&shop, Owner::Guest(id)).await?.is_empty());
    assert!(cart::add(&shop, Owner::Guest(id), book, copies(1)).await.is_err());
    cart::remove(&shop, Owner::Guest(id), book).await?;
    assert_eq!(cart::copies(&shop, Owner::Member(reader.id())).await?, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn only_what_is_there_goes_into_a_cart(db: PgPool) -> Result<()> {
    let shop = shop(db);
    let owner = Owner::Guest(Uuid::now_v7());
    let refused = |outcome: Result<()>| match outcome {
        Err(Error::Refused(failure)) => Some(failure),
        _ => None,
    };
    let book = product(&shop, "책", 10_000, 3).await;
    assert_eq!(refused(cart::add(&shop, owner, book, copies(4)).await), Some(Failure::OutOfStock));
    cart::add(&shop, owner, book, copies(3)).await?;
    assert_eq!(refused(cart::add(&shop, owner, book, copies(1)).await), Some(Failure::OutOfStock));
    assert_eq!(refused(cart::change(&shop, owner, book, copies(4)).await), Some(Failure::OutOfStock));
    assert_eq!(refused(cart::add(&shop, owner, 404, copies(1)).await), Some(Failure::NotFound));
    assert_eq!(refused(cart::change(&shop, owner, 404, copies(1)).await), Some(Failure::NotFound));
    sqlx::query("update stock set on_hand = 1000").execute(&shop.db).await?;
    let most = Failure::Invalid(Flaws::one("quantity", Flaw::OutOfRange { min: 1, max: 99 }));
    assert_eq!(refused(cart::add(&shop, owner, book, copies(97)).await), Some(most));
    sqlx::query("update product set status = 'suspended'").execute(&shop.db).await?;
    assert_eq!(refused(cart::change(&shop, owner, book, copies(1)).await), Some(Failure::NotOnSale));
    assert_eq!(cart::lines(&shop, owner).await?.first().map(|line| line.available), Some(0));
    Ok(())
}
