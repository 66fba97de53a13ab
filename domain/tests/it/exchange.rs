//! Exchanges: the replacement is held, sent or let go.

use contract::{
    Failure,
    claim::{ClaimKind, ClaimStatus, Fault},
    order::{OrderStatus, PaymentStatus},
    stock::MovementKind,
};
use domain::{
    Result,
    claim::{self, Advance},
    inventory::{self, Change},
    order::confirm,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    claim::step,
    fixture::{assert_books_add_up, product},
    scene::{Scene, beside, refused},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_exchange_holds_its_replacement_and_sends_it_out(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 3).await;
    let order = scene.delivered(&[(book, 2)]).await?;
    let claim = scene.claim(order, ClaimKind::Exchange, Fault::Seller, &[(book, 1)]).await?;
    assert_eq!(scene.stock(book).await?, (1, 0), "asked for, nothing is held");
    scene.step(order, claim, &step(ClaimStatus::Approved)).await?;
    scene.step(order, claim, &step(ClaimStatus::Approved)).await?;
    assert_eq!(scene.stock(book).await?, (1, 1));
    assert_eq!(refused(scene.hold(&[(book, 1)], 0).await), Some(Failure::OutOfStock), "nobody buys it away");
    scene.step(order, claim, &step(ClaimStatus::Collecting)).await?;
    scene.step(order, claim, &step(ClaimStatus::Inspected)).await?;
    assert_books_add_up(shop).await;
    scene.step(order, claim, &step(ClaimStatus::Completed)).await?;
    assert_eq!(scene.stock(book).await?, (1, 0), "one came, one went");
    let movements = crate::inventory::movements(&scene, &scene.operator, book).await?;
    let last: Vec<_> = movements[..3].iter().map(|one| (one.kind, one.on_hand, one.reserved)).collect();
    let expected = [(MovementKind::Sold, -1, -1), (MovementKind::Returned, 1, 0), (MovementKind::Reserved, 0, 1)];
    assert_eq!(last, expected);
    let now = scene.detail(order).await?;
    assert_eq!((now.summary.status, now.summary.payment), (OrderStatus::Placed, PaymentStatus::Paid));
    assert!(now.refunds.is_empty());
    assert_eq!(scene.balance().await?, 60_000);
    // The new copy can be sent back like the first one.
    let again = scene.claim(order, ClaimKind::Return, Fault::Seller, &[(book, 2)]).await?;
    scene.through(order, again, ClaimStatus::Completed).await?;
    assert_eq!((scene.stock(book).await?, scene.balance().await?), ((3, 0), 100_000));
    assert_eq!(refused(confirm(shop, reader, order).await), Some(Failure::AlreadyCanceled));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn without_a_replacement_an_exchange_is_not_approved(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let one = product(&scene.shop, "하나", 20_000, 9).await;
    let two = beside(&scene.shop, one, 20_000, 1).await;
    let order = scene.delivered(&[(one, 1), (two, 1)]).await?;
    let claim = scene.claim(order, ClaimKind::Exchange, Fault::Seller, &[(one, 1), (two, 1)]).await?;
    let approved = scene.step(order, claim, &step(ClaimStatus::Approved)).await;
    assert_eq!(refused(approved), Some(Failure::OutOfStock));
    assert_eq!(scene.claim_status(order, claim).await?, ClaimStatus::Requested);
    assert_eq!((scene.stock(one).await?, scene.stock(two).await?), ((8, 0), (0, 0)), "none is held alone");
    let received = Change::By("1");
    inventory::change(&scene.shop, &scene.operator, Uuid::now_v7(), two, received, "입고").await?;
    scene.step(order, claim, &step(ClaimStatus::Approved)).await?;
    assert_eq!((scene.stock(one).await?, scene.stock(two).await?), ((8, 1), (1, 1)));
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_replacement_is_let_go_where_the_exchange_ends_otherwise(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 9).await;
    let order = scene.delivered(&[(book, 1)]).await?;
    // Rejected at once or withdrawn at once: nothing was held.
    let claim = scene.claim(order, ClaimKind::Exchange, Fault::Seller, &[(book, 1)]).await?;
    scene.step(order, claim, &step(ClaimStatus::Rejected)).await?;
    let claim = scene.claim(order, ClaimKind::Exchange, Fault::Seller, &[(book, 1)]).await?;
    claim::withdraw(&scene.shop, &scene.reader, order, claim).await?;
    assert_eq!(scene.stock(book).await?, (8, 0));
    // Approved, and withdrawn: twice, so that nothing is let go twice.
    let claim = scene.claim(order, ClaimKind::Exchange, Fault::Seller, &[(book, 1)]).await?;
    scene.through(order, claim, ClaimStatus::Approved).await?;
    for _ in 0..2 {
        claim::withdraw(&scene.shop, &scene.reader, order, claim).await?;
        assert_eq!(scene.stock(book).await?, (8, 0));
    }
    // On its way back it cannot be withdrawn, and still holds.
    let claim = scene.claim(order, ClaimKind::Exchange, Fault::Seller, &[(book, 1)]).await?;
    scene.through(order, claim, ClaimStatus::Collecting).await?;
    let late = claim::withdraw(&scene.shop, &scene.reader, order, claim).await;
    assert_eq!((refused(late), scene.stock(book).await?), (Some(Failure::StatusChanged), (8, 1)));
    // Inspected, and rejected.
    scene.step(order, claim, &step(ClaimStatus::Inspected)).await?;
    for _ in 0..2 {
        scene.step(order, claim, &step(ClaimStatus::Rejected)).await?;
        assert_eq!(scene.stock(book).await?, (8, 0));
    }
    confirm(&scene.shop, &scene.reader, order).await?;
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_damaged_copy_is_written_off_and_depletes_nothing_anew(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 100_000).await?;
    let book = product(&scene.shop, "책", 20_000, 2).await;
    let order = scene.delivered(&[(book, 1)]).await?;
    let claim = scene.claim(order, ClaimKind::Exchange, Fault::Carrier, &[(book, 1)]).await?;
    scene.through(order, claim, ClaimStatus::Inspected).await?;
    assert_eq!(scene.events("stock.").await?, ["stock.depleted"], "the last copy is held");
    scene.step(order, claim, &Advance { resalable: false, ..step(ClaimStatus::Completed) }).await?;
    assert_eq!(scene.stock(book).await?, (0, 0));
    let movements = crate::inventory::movements(&scene, &scene.operator, book).await?;
    let told: Vec<_> = movements[..3].iter().map(|one| (one.kind, one.on_hand, one.reason.as_str())).collect();
    let expected = [
        (MovementKind::Sold, -1, "exchange"),
        (MovementKind::Adjusted, -1, "damaged"),
        (MovementKind::Returned, 1, "exchange"),
    ];
    assert_eq!(told, expected);
    assert_eq!(scene.events("stock.").await?, ["stock.depleted"], "none could be bought before, none after");
    assert_books_add_up(&scene.shop).await;
    Ok(())
}
