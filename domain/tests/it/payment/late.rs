//! Money that comes when there is nothing left to pay, or in another amount.

use contract::{
    order::{OrderStatus, PaymentStatus},
    payment::{PaymentState, Way},
};
use domain::{
    Result,
    order::{cancel, expire, pay},
    payment,
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use super::{ORIGIN, Till, fake::Mood};
use crate::fixture::product;

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn money_that_comes_after_the_order_ended_goes_back_whole_and_once(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let (shop, reader) = (till.shop(), &till.scene.reader);
    let mut orders = Vec::new();
    for _ in 0..4 {
        let order = till.scene.hold(&[(book, 1)], 0).await?;
        orders.push((order, till.open(order).await?));
    }
    let [canceled, paid, refused, expired] = orders[..] else { panic!("four orders") };
    cancel(shop, reader, canceled.0, Uuid::now_v7(), None, None).await?;
    pay(shop, reader, paid.0).await?;
    till.gateway.end(refused.1, "REJECT_CARD_COMPANY");
    payment::check(shop, refused.1).await?;
    assert_eq!(expire(&shop.ahead(Duration::minutes(31))).await?, 1);

    for (_, payment) in &orders {
        till.gateway.take(*payment, 20_000);
        payment::check(shop, *payment).await?;
        payment::check(shop, *payment).await?;
    }
    till.sweep(60).await?;
    till.give_back(60).await?;
    till.give_back(120).await?;
    for (order, payment) in &orders {
        assert_eq!(till.gateway.moved(*payment), [20_000, -20_000]);
        let view = payment::find(shop, reader, *payment).await?;
        assert_eq!((view.state, view.canceled), (PaymentState::Canceled, 20_000), "{order}");
    }
    assert_eq!(till.status(canceled.0).await?, (OrderStatus::Canceled, PaymentStatus::Canceled));
    assert_eq!(till.status(paid.0).await?, (OrderStatus::Placed, PaymentStatus::Paid));
    assert_eq!(till.status(refused.0).await?, (OrderStatus::Canceled, PaymentStatus::Failed));
    assert_eq!(till.status(expired.0).await?, (OrderStatus::Expired, PaymentStatus::Canceled));
    assert_eq!((till.scene.stock(book).await?, till.scene.balance().await?), ((4, 0), 30_000));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn late_money_is_found_without_anybody_saying_so_even_after_an_outage(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    let payment = till.open(order).await?;
    cancel(till.shop(), &till.scene.reader, order, Uuid::now_v7(), None, None).await?;
    till.gateway.take(payment, 20_000);
    till.gateway.is(Mood::Away);
    till.sweep(10).await?;
    till.gateway.is(Mood::Well);
    till.sweep(30).await?;
    till.give_back(30).await?;
    assert_eq!(till.gateway.moved(payment), [20_000, -20_000]);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_word_of_the_gateway_does_not_use_up_the_late_look(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    let payment = till.open(order).await?;
    till.gateway.end(payment, "REJECT_CARD_COMPANY");
    for _ in 0..3 {
        payment::check(till.shop(), payment).await?;
    }
    assert_eq!(till.state(payment).await?, PaymentState::Failed);
    till.gateway.take(payment, 20_000);
    till.sweep(10).await?;
    till.give_back(10).await?;
    assert_eq!(till.gateway.moved(payment), [20_000, -20_000]);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn another_amount_pays_nothing_and_goes_back(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    for won in [19_999, 20_001, 1] {
        let order = till.scene.hold(&[(book, 1)], 0).await?;
        let payment = till.open(order).await?;
        till.gateway.take(payment, won);
        payment::check(till.shop(), payment).await?;
        assert_eq!(till.status(order).await?, (OrderStatus::Canceled, PaymentStatus::Failed), "{won}");
        till.give_back(1).await?;
        assert_eq!(till.gateway.moved(payment), [won, -won]);
        domain::cart::remove(till.shop(), domain::cart::Owner::Member(till.scene.reader.id()), book).await?;
    }
    assert_eq!(till.scene.stock(book).await?, (5, 0));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_answer_that_comes_after_the_hold_is_over_still_places_the_order(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "마지막 한 권", 20_000, 1).await;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    let payment = till.open(order).await?;
    till.gateway.is(Mood::Late);
    let coming = {
        let (shop, reader) = (till.shop().clone(), till.scene.reader.clone());
        let (key, won) = till.gateway.agree(payment);
        tokio::spawn(async move { payment::agreed(&shop, &reader, payment, &key, won).await })
    };
    till.gateway.until_it_waits().await;
    assert_eq!(expire(&till.shop().ahead(Duration::hours(1))).await?, 0);
    assert_eq!(till.scene.stock(book).await?, (1, 1), "nobody else gets it meanwhile");
    till.gateway.let_go();
    assert_eq!(coming.await??.state, PaymentState::Paid);
    assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_request_that_is_cut_off_while_the_gateway_takes_the_money_is_found_by_the_sweep(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let card = till.register("1234").await?;
    let (first, second) = (till.scene.hold(&[(book, 1)], 0).await?, till.scene.hold(&[(book, 1)], 0).await?);
    let payment = till.open(first).await?;
    till.gateway.is(Mood::Late);
    let (shop, reader) = (till.shop().clone(), till.scene.reader.clone());
    let (key, won) = till.gateway.agree(payment);
    let mut asking = tokio::task::JoinSet::new();
    let (by_page, by_card) = ((shop.clone(), reader.clone()), (shop, reader));
    asking.spawn(async move { payment::agreed(&by_page.0, &by_page.1, payment, &key, won).await.map(drop) });
    asking.spawn(async move {
        payment::pay_order(&by_card.0, &by_card.1, second, Way::Saved(card), None, ORIGIN).await.map(drop)
    });
    till.gateway.until_it_waits().await;
    till.gateway.until_it_waits().await;
    asking.shutdown().await;
    till.gateway.is(Mood::Well);
    for order in [first, second] {
        assert_eq!(till.status(order).await?, (OrderStatus::PendingPayment, PaymentStatus::Unknown));
    }
    till.sweep(1).await?;
    for order in [first, second] {
        assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
    }
    assert_eq!(till.gateway.kept(), 40_000);
    till.assert_agrees().await;
    Ok(())
}
