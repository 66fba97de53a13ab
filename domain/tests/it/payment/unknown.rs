//! Questions that the gateway did not answer.

use contract::{
    Failure,
    order::{OrderId, OrderStatus, PaymentStatus},
    payment::{PaymentId, PaymentState, Way},
};
use domain::{
    Result,
    order::{cancel, expire, pay},
    payment,
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use super::{Till, fake::Mood};
use crate::{fixture::product, scene::refused};

/// Two orders, one paid at the page and one by a registered card, while the gateway is in this mood.
async fn two_unknown(till: &Till, mood: Mood) -> Result<[(OrderId, PaymentId); 2]> {
    let book = product(till.shop(), "책", 20_000, 5).await;
    let card = till.register("1234").await?;
    let (first, second) = (till.scene.hold(&[(book, 1)], 0).await?, till.scene.hold(&[(book, 1)], 0).await?);
    let page = till.open(first).await?;
    till.gateway.is(mood);
    assert_eq!(till.come_back(page).await?.state, PaymentState::Unknown);
    let (direct, state) = till.pay_by(card, second).await?;
    assert_eq!(state, PaymentState::Unknown);
    Ok([(first, page), (second, direct)])
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn money_taken_without_an_answer_is_being_checked_and_nothing_else_becomes_of_the_order(
    db: PgPool,
) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let (shop, reader) = (till.shop().clone(), till.scene.reader.clone());
    let unknown = two_unknown(&till, Mood::Silent).await?;
    let card = payment::cards(&shop, &reader).await?.remove(0).id;
    for (order, payment) in unknown {
        assert_eq!(till.status(order).await?, (OrderStatus::PendingPayment, PaymentStatus::Unknown));
        assert_eq!(till.gateway.moved(payment), [20_000]);
        for way in [Way::New, Way::Saved(card)] {
            assert_eq!(refused(till.begin(order, way).await), Some(Failure::PaymentChecking));
        }
        assert_eq!(refused(pay(&shop, &reader, order).await), Some(Failure::PaymentChecking));
        let key = Uuid::now_v7();
        assert_eq!(refused(cancel(&shop, &reader, order, key, None, None).await), Some(Failure::PaymentChecking));
        assert_eq!(
            refused(domain::order::cancel_unpaid(&shop, &reader, order, key).await),
            Some(Failure::PaymentChecking)
        );
        assert_eq!(payment::turned_back(&shop, &reader, payment).await?.state, PaymentState::Unknown);
    }
    assert_eq!(refused(payment::remove(&shop, &reader, card).await), Some(Failure::PaymentChecking));
    assert_eq!(expire(&shop.ahead(Duration::hours(2))).await?, 0, "it may be paid");
    assert_eq!(till.scene.events("payment.").await?, ["payment.unknown", "payment.unknown"], "told once each");
    till.assert_agrees().await;

    till.gateway.is(Mood::Well);
    till.sweep(120).await?;
    for (order, payment) in unknown {
        assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
        assert_eq!((till.state(payment).await?, till.gateway.moved(payment)), (PaymentState::Paid, vec![20_000]));
    }
    assert_eq!(till.scene.events("order.paid").await?.len(), 2);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_did_not_reach_the_gateway_is_asked_again_until_it_answers(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let unknown = two_unknown(&till, Mood::Away).await?;
    for minutes in [5, 30, 60] {
        till.sweep(minutes).await?;
        assert_eq!(expire(&till.shop().ahead(Duration::minutes(minutes))).await?, 0);
    }
    assert_eq!(till.gateway.kept(), 0);
    assert_eq!(till.scene.events("payment.").await?.len(), 2, "told once each");
    till.gateway.is(Mood::Well);
    till.sweep(90).await?;
    till.sweep(120).await?;
    for (order, payment) in unknown {
        assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
        assert_eq!(till.gateway.moved(payment), [20_000]);
    }
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_asked_again_may_be_refused_then(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let unknown = two_unknown(&till, Mood::Away).await?;
    till.gateway.is(Mood::Refusing);
    till.sweep(5).await?;
    for (order, payment) in unknown {
        assert_eq!(till.status(order).await?, (OrderStatus::Canceled, PaymentStatus::Failed));
        assert_eq!(till.state(payment).await?, PaymentState::Failed);
    }
    let told = till.scene.events("payment.").await?;
    assert_eq!(told, ["payment.unknown", "payment.unknown", "payment.failed", "payment.failed"]);
    assert_eq!(till.gateway.kept(), 0);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_agreed_and_never_came_back_is_paid_by_the_webhook_or_the_sweep(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let orders = [till.scene.hold(&[(book, 1)], 0).await?, till.scene.hold(&[(book, 1)], 0).await?];
    let [told, swept] = [till.open(orders[0]).await?, till.open(orders[1]).await?];
    payment::check(till.shop(), told).await?;
    assert_eq!(till.state(told).await?, PaymentState::Pending, "still at the page");
    till.gateway.agree(told);
    payment::check(till.shop(), told).await?;
    till.gateway.agree(swept);
    till.sweep(1).await?;
    for (order, payment) in orders.into_iter().zip([told, swept]) {
        assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
        assert_eq!(till.gateway.moved(payment), [20_000]);
    }
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_page_that_does_not_open_leaves_the_order_to_be_paid(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    for mood in [Mood::Away, Mood::Silent] {
        till.gateway.is(mood);
        assert_eq!(refused(till.begin(order, Way::New).await), Some(Failure::GatewayUnavailable));
        assert_eq!(till.status(order).await?, (OrderStatus::PendingPayment, PaymentStatus::Unpaid));
    }
    till.gateway.is(Mood::Well);
    assert_eq!(till.pay(order).await?.state, PaymentState::Paid);
    till.sweep(60).await?;
    assert_eq!(till.gateway.kept(), 20_000);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_webhook_that_cannot_be_checked_is_to_be_told_again(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    let payment = till.open(order).await?;
    till.gateway.is(Mood::Away);
    let told = payment::check(till.shop(), payment).await;
    assert_eq!(refused(told), Some(Failure::GatewayUnavailable), "the page may be over");
    assert_eq!(till.come_back(payment).await?.state, PaymentState::Unknown);
    assert_eq!(refused(payment::check(till.shop(), payment).await), Some(Failure::GatewayUnavailable));
    till.gateway.is(Mood::Well);
    payment::check(till.shop(), payment).await?;
    assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
    // What is nobody's, or settled, is nothing to check.
    till.gateway.is(Mood::Away);
    payment::check(till.shop(), Uuid::now_v7()).await?;
    payment::check(till.shop(), payment).await?;
    Ok(())
}
