//! Many who settle the same payment at once, over two handles as two instances would have them.

use std::sync::Arc;

use contract::{
    order::{OrderStatus, PaymentStatus},
    payment::{PaymentState, Way},
};
use domain::{
    Result,
    order::{cancel, expire, pay},
    payment,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{ORIGIN, Till, fake::Mood};
use crate::{
    concurrency::two_handles,
    fixture::{number, product},
    scene::{Scene, told},
};

async fn two_tills(options: PgConnectOptions) -> Result<[Till; 2]> {
    let [one, other] = two_handles(options).await?;
    let first = Till::new(one.db.clone(), 500_000).await?;
    let shop = other.with_gateway(first.gateway.clone());
    let Scene { ref reader, home, ref staff, ref operator, .. } = first.scene;
    let scene = Scene { shop, reader: reader.clone(), home, staff: staff.clone(), operator: operator.clone() };
    let second = Till { scene, gateway: Arc::clone(&first.gateway) };
    Ok([first, second])
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn return_page_webhook_and_sweep_at_the_same_time_place_the_order_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let [one, other] = two_tills(options).await?;
    let book = product(one.shop(), "책", 20_000, 100).await;
    for round in 0..12 {
        // The last rounds meet a gateway that lost its first answer.
        let order = one.scene.hold(&[(book, 1)], 0).await?;
        let payment = one.open(order).await?;
        let (key, won) = one.gateway.agree(payment);
        if round >= 8 {
            one.gateway.is(Mood::Silent);
            payment::agreed(one.shop(), &one.scene.reader, payment, &key, won).await?;
            one.gateway.is(Mood::Well);
        }
        let mut tasks = JoinSet::new();
        for number in 0..9 {
            let till = if number % 2 == 0 { &one } else { &other };
            let (shop, reader, key) = (till.shop().clone(), till.scene.reader.clone(), key.clone());
            tasks.spawn(async move {
                match number % 3 {
                    0 => payment::agreed(&shop, &reader, payment, &key, won).await.map(drop),
                    1 => told(payment::check(&shop, payment).await).map(drop),
                    _ => payment::sweep(&shop.ahead(Duration::minutes(1))).await.map(drop),
                }
            });
        }
        tasks.join_all().await.into_iter().collect::<Result<()>>()?;
        one.sweep(5).await?;
        assert_eq!(one.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid), "round {round}");
        assert_eq!(one.gateway.moved(payment), [20_000]);
        let unknown = one.scene.events("payment.").await?;
        assert!(unknown.len() <= usize::from(round >= 8) * 4, "nobody is worried without need: {unknown:?}");
        let paid = "select count(*) from event where name = 'order.paid'";
        assert_eq!(number(one.shop(), paid).await, round + 1);
    }
    assert_eq!(one.scene.stock(book).await?, (88, 0));
    one.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn of_card_points_cancel_and_expiry_at_the_same_time_one_counts(
    _: PgPoolOptions,
    options: PgConnectOptions,
) -> Result<()> {
    let [one, other] = two_tills(options).await?;
    let book = product(one.shop(), "책", 1_000, 500).await;
    for round in 0..16 {
        let order = one.scene.hold(&[(book, 1)], 0).await?;
        let payment = one.open(order).await?;
        let (key, won) = one.gateway.agree(payment);
        let mut tasks = JoinSet::new();
        for number in 0..4 {
            let till = if number % 2 == 0 { &one } else { &other };
            let (shop, reader, key) = (till.shop().clone(), till.scene.reader.clone(), key.clone());
            tasks.spawn(async move {
                match (number + round) % 4 {
                    0 => payment::agreed(&shop, &reader, payment, &key, won).await.map(drop),
                    1 => told(pay(&shop, &reader, order).await).map(drop),
                    2 => told(cancel(&shop, &reader, order, Uuid::now_v7(), None, None).await).map(drop),
                    _ => expire(&shop.ahead(Duration::minutes(31))).await.map(drop),
                }
            });
        }
        tasks.join_all().await.into_iter().collect::<Result<()>>()?;
        one.sweep(60).await?;
        one.give_back(60).await?;
        assert!(!one.state(payment).await?.is_open(), "round {round}");
        let (status, paid) = one.status(order).await?;
        assert_ne!(status, OrderStatus::PendingPayment);
        let by_card = one.scene.detail(order).await?.card_used > 0;
        if status == OrderStatus::Placed && by_card {
            assert_eq!((paid, one.gateway.moved(payment)), (PaymentStatus::Paid, vec![4_000]));
        } else {
            assert_eq!(one.gateway.moved(payment).iter().sum::<i64>(), 0, "round {round}: {status:?}");
        }
    }
    assert_eq!(number(one.shop(), "select reserved::bigint from stock").await, 0);
    one.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn pressed_many_times_a_registered_card_pays_once(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let [one, other] = two_tills(options).await?;
    let book = product(one.shop(), "책", 20_000, 100).await;
    let card = one.register("1234").await?;
    for _ in 0..6 {
        let order = one.scene.hold(&[(book, 1)], 0).await?;
        let mut tasks = JoinSet::new();
        for number in 0..6 {
            let till = if number % 2 == 0 { &one } else { &other };
            let (shop, reader) = (till.shop().clone(), till.scene.reader.clone());
            tasks.spawn(async move {
                told(payment::pay_order(&shop, &reader, order, Way::Saved(card), None, ORIGIN).await)
            });
        }
        tasks.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
        one.sweep(5).await?;
        assert_eq!(one.status(order).await?, (OrderStatus::Placed, PaymentStatus::Paid));
        let payments = payment::of_order(one.shop(), order).await?;
        assert_eq!(payments.iter().map(|payment| payment.state).collect::<Vec<_>>(), [PaymentState::Paid]);
    }
    assert_eq!(one.gateway.kept(), 120_000);
    one.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn two_who_give_back_at_once_give_back_once(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let [one, other] = two_tills(options).await?;
    let book = product(one.shop(), "책", 20_000, 100).await;
    let mut payments = Vec::new();
    for _ in 0..10 {
        let order = one.scene.hold(&[(book, 2)], 0).await?;
        payments.push(one.pay(order).await?.id);
        cancel(one.shop(), &one.scene.reader, order, Uuid::now_v7(), Some(&[(book, 1)]), None).await?;
        cancel(one.shop(), &one.scene.reader, order, Uuid::now_v7(), None, None).await?;
    }
    let mut tasks = JoinSet::new();
    for number in 0..6 {
        let shop = if number % 2 == 0 { one.shop().clone() } else { other.shop().clone() };
        tasks.spawn(async move { payment::give_back(&shop.ahead(Duration::minutes(number))).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    one.give_back(60).await?;
    for payment in payments {
        assert_eq!(one.gateway.moved(payment), [40_000, -20_000, -20_000]);
    }
    one.assert_agrees().await;
    Ok(())
}
