//! Cards that are refused: nothing was taken, and everything goes back.

use contract::{
    Failure,
    order::{OrderId, OrderStatus, PaymentStatus},
    payment::{PaymentId, PaymentState, Way},
    product::ProductId,
};
use domain::{
    Result,
    cart::{self, Owner},
    order::{Checkout, cancel, pay, place_one},
    payment,
};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Till, fake::Mood};
use crate::{
    fixture::{product, put},
    scene::{campaign, refused, told},
};

/// An order of two books with a coupon, of which 10,000 points are paid.
async fn held(till: &Till, book: ProductId, coupon: Uuid) -> Result<OrderId> {
    let whole = till.scene.checkout_with(&[(book, 2)], coupon, 3_000).await?;
    place_one(till.shop(), Checkout { points: 10_000, ..whole }).await
}

async fn assert_everything_is_back(till: &Till, order: OrderId, book: ProductId, coupon: Uuid) -> Result<()> {
    assert_eq!(till.status(order).await?, (OrderStatus::Canceled, PaymentStatus::Failed));
    assert_eq!((till.scene.stock(book).await?, till.scene.balance().await?), ((5, 0), 50_000));
    assert_eq!(till.scene.coupon_status(coupon).await?, "available");
    let lines = cart::lines(till.shop(), Owner::Member(till.scene.reader.id())).await?;
    let lines: Vec<_> = lines.iter().map(|line| (line.product, line.quantity)).collect();
    assert_eq!(lines, [(book, 2)], "the cart is full again");
    assert_eq!(till.gateway.kept(), 0);
    till.assert_agrees().await;
    Ok(())
}

async fn failure_told(till: &Till, order: OrderId) -> Result<Vec<Value>> {
    let told = sqlx::query_scalar("select payload from event where name = 'payment.failed' and subject = $1");
    Ok(told.bind(order.to_string()).fetch_all(&till.shop().db).await?)
}

async fn assert_told(till: &Till, order: OrderId, payment: PaymentId, code: &str) -> Result<()> {
    let told = failure_told(till, order).await?;
    let told: Vec<_> =
        told.iter().map(|told| (&told["payment_id"], &told["order_id"], &told["code"], &told["amount"])).collect();
    let (payment, order) = (Value::from(payment.to_string()), Value::from(order.to_string()));
    assert_eq!(told, [(&payment, &order, &Value::from(code), &Value::from(27_000))]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_card_refused_when_it_is_asked_gives_everything_back_and_fills_the_cart(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let coupon = till.scene.coupon(&campaign(till.shop(), "amount", "3000")).await?;
    let order = held(&till, book, coupon).await?;
    let payment = till.open(order).await?;
    till.gateway.is(Mood::Refusing);
    let view = till.come_back(payment).await?;
    assert_eq!((view.state, view.failure.as_str()), (PaymentState::Failed, "REJECT_CARD_PAYMENT"));
    till.gateway.is(Mood::Well);
    // Told again it stays so, and fills the cart once.
    payment::check(till.shop(), payment).await?;
    assert_eq!(till.come_back(payment).await?.state, PaymentState::Failed);
    till.sweep(60).await?;
    assert_everything_is_back(&till, order, book, coupon).await?;
    assert_told(&till, order, payment, "REJECT_CARD_PAYMENT").await?;
    for begun in [told(till.begin(order, Way::New).await)?, told(pay(till.shop(), &till.scene.reader, order).await)?] {
        assert_eq!(begun, Some(Failure::AlreadyCanceled));
    }
    let again = cancel(till.shop(), &till.scene.reader, order, Uuid::now_v7(), None, None).await;
    assert_eq!(refused(again), Some(Failure::AlreadyCanceled));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_card_refused_at_the_page_is_refused_whoever_says_so(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    for way in ["return", "webhook", "sweep"] {
        let coupon = till.scene.coupon(&campaign(till.shop(), "amount", "3000")).await?;
        let order = held(&till, book, coupon).await?;
        let payment = till.open(order).await?;
        till.gateway.end(payment, "REJECT_CARD_COMPANY");
        match way {
            "return" => drop(payment::turned_back(till.shop(), &till.scene.reader, payment).await?),
            "webhook" => payment::check(till.shop(), payment).await?,
            _ => till.sweep(1).await?,
        }
        assert_eq!(till.state(payment).await?, PaymentState::Failed, "{way}");
        assert_everything_is_back(&till, order, book, coupon).await?;
        assert_told(&till, order, payment, "REJECT_CARD_COMPANY").await?;
        cart::remove(till.shop(), Owner::Member(till.scene.reader.id()), book).await?;
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_registered_card_that_is_refused_is_told_at_once(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let coupon = till.scene.coupon(&campaign(till.shop(), "amount", "3000")).await?;
    let card = till.register("1234").await?;
    let order = held(&till, book, coupon).await?;
    till.gateway.is(Mood::Refusing);
    let begun = till.begin(order, Way::Saved(card)).await;
    assert_eq!(refused(begun), Some(Failure::PaymentRefused));
    assert_everything_is_back(&till, order, book, coupon).await?;
    let payment = payment::of_order(till.shop(), order).await?.remove(0);
    assert_eq!((payment.state, payment.last4.as_str()), (PaymentState::Failed, "1234"));
    assert_told(&till, order, payment.id, "REJECT_CARD_PAYMENT").await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_lies_in_the_cart_meanwhile_stays_there_beside_what_comes_back(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let (book, other) = (product(till.shop(), "책", 20_000, 500).await, product(till.shop(), "둘", 20_000, 5).await);
    let order = till.scene.hold(&[(book, 60)], 0).await?;
    let payment = till.open(order).await?;
    put(till.shop(), &till.scene.reader, book, 60).await?;
    put(till.shop(), &till.scene.reader, other, 1).await?;
    till.gateway.end(payment, "REJECT_CARD_COMPANY");
    payment::check(till.shop(), payment).await?;
    let lines = cart::lines(till.shop(), Owner::Member(till.scene.reader.id())).await?;
    let mut lines: Vec<_> = lines.iter().map(|line| (line.product, line.quantity)).collect();
    lines.sort_unstable();
    assert_eq!(lines, [(book, 99), (other, 1)], "as many as a line can hold");
    till.assert_agrees().await;
    Ok(())
}
