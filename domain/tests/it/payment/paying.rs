//! Orders that a card pays.

use contract::{
    Failure,
    order::{OrderStatus, PaymentStatus},
    payment::{PaymentState, Way},
};
use domain::{
    Result,
    order::{Checkout, cancel, expire, pay, place_one},
    payment::{self, Started},
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use super::{ORIGIN, Till};
use crate::{
    fixture::{number, product},
    scene::{campaign, recruit, refused},
};

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_card_payment_places_the_order_once_however_often_it_is_settled(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let order = till.scene.hold(&[(book, 2)], 0).await?;
    let payment = till.open(order).await?;
    assert_eq!(till.status(order).await?, (OrderStatus::PendingPayment, PaymentStatus::Pending));
    assert_eq!(till.state(payment).await?, PaymentState::Pending);
    let seen = payment::find(till.shop(), &till.scene.reader, payment).await?;
    assert_eq!((seen.order, seen.amount, seen.brand.as_str()), (Some(order), 40_000, ""));
    assert!(seen.page.is_some_and(|page| page.starts_with("https://gateway.example/")));

    for round in 0..3 {
        let paid = till.come_back(payment).await?;
        assert_eq!((paid.state, paid.brand.as_str(), paid.last4.as_str()), (PaymentState::Paid, "현대", "4242"));
        payment::check(till.shop(), payment).await?;
        payment::turned_back(till.shop(), &till.scene.reader, payment).await?;
        till.sweep(round * 10).await?;
    }
    let detail = till.scene.detail(order).await?;
    assert_eq!((detail.card_used, detail.points_used), (40_000, 0));
    assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
    assert_eq!(till.gateway.moved(payment), [40_000]);
    assert_eq!(till.scene.stock(book).await?, (3, 0));
    assert_eq!(till.scene.events("order.").await?, ["order.placed", "order.paid"]);
    assert_eq!(till.scene.events("payment.").await?, [] as [&str; 0]);
    assert_eq!(number(till.shop(), "select count(*) from payment").await, 1);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_registered_card_pays_without_a_page(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let card = till.register("1234").await?;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    let (payment, state) = till.pay_by(card, order).await?;
    assert_eq!(state, PaymentState::Paid);
    let again = till.begin(order, Way::Saved(card)).await?;
    assert_eq!(again, Started::Settled(payment, PaymentState::Paid), "what is paid stays so");
    let paid = payment::of_order(till.shop(), order).await?;
    assert_eq!(paid.iter().map(|paid| (paid.id, paid.last4.as_str())).collect::<Vec<_>>(), [(payment, "1234")]);
    assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn points_and_a_card_pay_an_order_together(db: PgPool) -> Result<()> {
    let till = Till::new(db, 10_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let coupon = till.scene.coupon(&campaign(till.shop(), "amount", "3000")).await?;
    let whole = till.scene.checkout_with(&[(book, 2)], coupon, 3_000).await?;
    let order = place_one(till.shop(), Checkout { points: 10_000, ..whole }).await?;
    till.pay(order).await?;
    let detail = till.scene.detail(order).await?;
    assert_eq!((detail.summary.total, detail.points_used, detail.card_used), (37_000, 10_000, 27_000));
    assert_eq!(till.gateway.kept(), 27_000);
    assert_eq!(till.scene.coupon_status(coupon).await?, "used");
    assert_eq!(number(till.shop(), "select sum(amount)::bigint from payment where status = 'paid'").await, 37_000);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_key_or_the_amount_of_another_payment_takes_nothing(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let cheap = till.open(till.scene.hold(&[(book, 1)], 0).await?).await?;
    let dear = till.open(till.scene.hold(&[(book, 3)], 0).await?).await?;
    let ((cheap_key, cheap_won), (key, won)) = (till.gateway.agree(cheap), till.gateway.agree(dear));
    let (shop, reader) = (till.shop(), &till.scene.reader);
    for (key, won) in [(&cheap_key, cheap_won), (&cheap_key, won), (&key, cheap_won), (&String::new(), won)] {
        let told = payment::agreed(shop, reader, dear, key, won).await;
        assert_eq!(refused(told), Some(Failure::BadRequest), "{key} {won}");
    }
    let stranger = recruit(shop, "다른이", "shopper").await?;
    assert_eq!(refused(payment::agreed(shop, &stranger, dear, &key, won).await), Some(Failure::NotFound));
    assert_eq!(refused(payment::turned_back(shop, &stranger, dear).await), Some(Failure::NotFound));
    assert_eq!(refused(payment::find(shop, &stranger, dear).await), Some(Failure::NotFound));
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    let begun = payment::pay_order(shop, &stranger, order, Way::New, None, ORIGIN).await;
    assert_eq!(refused(begun), Some(Failure::NotFound));
    assert_eq!(refused(payment::agreed(shop, reader, Uuid::now_v7(), &key, won).await), Some(Failure::NotFound));
    assert_eq!((till.gateway.kept(), till.state(dear).await?), (0, PaymentState::Pending));
    assert_eq!(till.come_back(dear).await?.state, PaymentState::Paid);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_turned_back_can_pay_in_another_way(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let card = till.register("1234").await?;
    let orders = [
        till.scene.hold(&[(book, 1)], 0).await?,
        till.scene.hold(&[(book, 1)], 0).await?,
        till.scene.hold(&[(book, 1)], 0).await?,
    ];
    let mut pages = Vec::new();
    for order in orders {
        let page = till.open(order).await?;
        till.gateway.end(page, "PAY_PROCESS_CANCELED");
        let view = payment::turned_back(till.shop(), &till.scene.reader, page).await?;
        assert_eq!(view.state, PaymentState::Canceled);
        assert_eq!(till.status(order).await?, (OrderStatus::PendingPayment, PaymentStatus::Unpaid));
        pages.push(page);
    }
    till.assert_agrees().await;
    pay(till.shop(), &till.scene.reader, orders[0]).await?;
    assert_eq!(till.pay_by(card, orders[1]).await?.1, PaymentState::Paid);
    assert_eq!(till.pay(orders[2]).await?.state, PaymentState::Paid);
    for order in orders {
        assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
    }
    assert_eq!((till.gateway.kept(), till.scene.balance().await?), (40_000, 30_000));
    assert_eq!(till.scene.stock(book).await?, (2, 0));
    assert_eq!(till.scene.events("payment.").await?, [] as [&str; 0]);
    till.sweep(60).await?;
    assert_eq!(till.gateway.kept(), 40_000);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_page_that_was_left_for_another_way_takes_nothing_any_more(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let (shop, reader) = (till.shop(), &till.scene.reader);

    let by_points = till.scene.hold(&[(book, 1)], 0).await?;
    let first = till.open(by_points).await?;
    pay(shop, reader, by_points).await?;
    assert_eq!(till.come_back(first).await?.state, PaymentState::Canceled);

    let by_another = till.scene.hold(&[(book, 1)], 0).await?;
    let (second, third) = (till.open(by_another).await?, till.open(by_another).await?);
    assert_eq!(till.come_back(second).await?.state, PaymentState::Canceled);
    assert_eq!(till.come_back(third).await?.state, PaymentState::Paid);

    let canceled = till.scene.hold(&[(book, 1)], 0).await?;
    let fourth = till.open(canceled).await?;
    cancel(shop, reader, canceled, Uuid::now_v7(), None, None).await?;
    assert_eq!(till.come_back(fourth).await?.state, PaymentState::Canceled);

    till.sweep(60).await?;
    assert_eq!(till.gateway.moved(third), [20_000]);
    assert_eq!((till.gateway.kept(), till.scene.balance().await?), (20_000, 30_000));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_order_expires_with_its_page_open_and_takes_nothing_then(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let (asked, swept) = (till.scene.hold(&[(book, 1)], 0).await?, till.scene.hold(&[(book, 1)], 0).await?);
    let (early, late) = (till.open(asked).await?, till.open(swept).await?);
    let over = till.shop().ahead(Duration::minutes(30));
    // The time is over, and the expiry did not come by yet.
    let (key, won) = till.gateway.agree(early);
    let told = payment::agreed(&over, &till.scene.reader, early, &key, won).await?;
    assert_eq!(told.state, PaymentState::Canceled);
    assert_eq!(expire(&over).await?, 2);
    assert_eq!(till.come_back(late).await?.state, PaymentState::Canceled);
    for order in [asked, swept] {
        assert_eq!(till.status(order).await?, (OrderStatus::Expired, PaymentStatus::Canceled));
        assert_eq!(refused(till.begin(order, Way::New).await), Some(Failure::OrderExpired));
    }
    till.sweep(60).await?;
    assert_eq!((till.gateway.kept(), till.scene.stock(book).await?), (0, (5, 0)));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_page_that_nobody_goes_on_with_is_given_up(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let shop = till.shop().clone();
    let book = product(&shop, "책", 20_000, 5).await;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    sqlx::query(r#"update "order" set held_until = now() + interval '2 hours'"#).execute(&shop.db).await?;
    let payment = till.open(order).await?;
    till.sweep(20).await?;
    assert_eq!(till.state(payment).await?, PaymentState::Pending);
    till.sweep(31).await?;
    assert_eq!(till.state(payment).await?, PaymentState::Canceled);
    assert_eq!(till.status(order).await?, (OrderStatus::PendingPayment, PaymentStatus::Unpaid));
    assert_eq!(till.pay(order).await?.state, PaymentState::Paid);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn without_a_gateway_no_card_pays_and_points_do(db: PgPool) -> Result<()> {
    let scene = crate::scene::Scene::new(db, 50_000).await?;
    let book = product(&scene.shop, "책", 20_000, 5).await;
    let order = scene.hold(&[(book, 1)], 0).await?;
    let begun = payment::pay_order(&scene.shop, &scene.reader, order, Way::New, None, ORIGIN).await;
    assert_eq!(refused(begun), Some(Failure::GatewayUnavailable));
    assert!(!scene.shop.takes_cards());
    assert_eq!((payment::sweep(&scene.shop).await?, payment::give_back(&scene.shop).await?), (0, 0));
    pay(&scene.shop, &scene.reader, order).await?;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_card_pays_what_the_shopper_saw_or_nothing(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let card = till.register("1234").await?;
    let order = till.scene.hold(&[(book, 1)], 5_000).await?;
    let pay = |seen| payment::pay_order(till.shop(), &till.scene.reader, order, Way::Saved(card), Some(seen), ORIGIN);
    for seen in [20_000, 14_999, 15_001, 0] {
        assert_eq!(refused(pay(seen).await), Some(Failure::SumChanged), "{seen}");
    }
    assert_eq!(till.gateway.kept(), 0);
    assert!(matches!(pay(15_000).await?, Started::Settled(_, PaymentState::Paid)));
    assert_eq!(till.gateway.kept(), 15_000);
    till.assert_agrees().await;
    Ok(())
}
