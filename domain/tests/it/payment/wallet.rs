//! Points that a card charges.

use contract::{
    Failure, Won,
    payment::{PaymentId, PaymentState, Way},
};
use domain::{
    Result,
    payment::{self, Started},
    points,
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use super::{ORIGIN, Till, fake::Mood};
use crate::{fixture::number, scene::refused};

impl Till {
    async fn charge(&self, key: Uuid, amount: Won, way: Way) -> Result<Started> {
        payment::charge_points(self.shop(), &self.scene.reader, key, amount, way, ORIGIN).await
    }

    async fn charge_page(&self, key: Uuid, amount: Won) -> Result<PaymentId> {
        match self.charge(key, amount, Way::New).await? {
            Started::Page(payment) => Ok(payment),
            Started::Settled(..) => panic!("no page was opened"),
        }
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn points_charged_by_card_are_added_once(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let key = Uuid::now_v7();
    let payment = till.charge_page(key, 30_000).await?;
    assert_eq!(till.charge_page(key, 30_000).await?, payment, "the same form goes on with the same payment");
    assert_eq!(refused(till.charge(key, 40_000, Way::New).await), Some(Failure::AlreadySent));
    assert_eq!(till.scene.balance().await?, 0);
    for _ in 0..3 {
        assert_eq!(till.come_back(payment).await?.state, PaymentState::Paid);
        payment::check(till.shop(), payment).await?;
        till.sweep(10).await?;
    }
    assert_eq!(till.charge(key, 30_000, Way::New).await?, Started::Settled(payment, PaymentState::Paid));
    let card = till.register("1234").await?;
    let key = Uuid::now_v7();
    for _ in 0..2 {
        let charged = till.charge(key, 10_000, Way::Saved(card)).await?;
        assert!(matches!(charged, Started::Settled(_, PaymentState::Paid)), "{charged:?}");
    }
    assert_eq!((till.scene.balance().await?, till.gateway.kept()), (40_000, 40_000));
    assert_eq!(till.scene.events("points.charged").await?.len(), 2);
    assert_eq!(number(till.shop(), "select count(*) from points_entry where kind = 'charge'").await, 2);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn money_for_a_wallet_that_is_full_meanwhile_goes_back(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let most = till.shop().policy.points.wallet_max;
    assert_eq!(refused(till.charge(Uuid::now_v7(), most + 1, Way::New).await), Some(Failure::WalletFull));
    let payment = till.charge_page(Uuid::now_v7(), 30_000).await?;
    points::charge(till.shop(), &till.scene.reader, Uuid::now_v7(), most - 20_000).await?;
    let view = till.come_back(payment).await?;
    assert_eq!((view.state, view.canceled), (PaymentState::Canceled, 30_000));
    till.give_back(1).await?;
    till.sweep(10).await?;
    till.give_back(10).await?;
    assert_eq!(till.gateway.moved(payment), [30_000, -30_000]);
    assert_eq!((till.scene.balance().await?, till.gateway.kept()), (most - 20_000, 0));
    assert_eq!(till.scene.events("payment.failed").await?.len(), 1, "the member is told");
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_card_is_not_asked_for_more_than_the_wallet_will_hold(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let card = till.register("1234").await?;
    let most = till.shop().policy.points.wallet_max;
    till.gateway.is(Mood::Silent);
    till.charge(Uuid::now_v7(), most - 30_000, Way::Saved(card)).await?;
    // The first is not in the wallet yet.
    for way in [Way::Saved(card), Way::New] {
        assert_eq!(refused(till.charge(Uuid::now_v7(), 40_000, way).await), Some(Failure::ChargeChecking));
    }
    till.gateway.is(Mood::Well);
    till.charge(Uuid::now_v7(), 30_000, Way::Saved(card)).await?;
    till.sweep(5).await?;
    till.sweep(10).await?;
    assert_eq!((till.scene.balance().await?, till.gateway.kept()), (most, most), "nothing had to go back");
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_charge_that_is_refused_or_given_up_adds_nothing(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let card = till.register("1234").await?;
    let payment = till.charge_page(Uuid::now_v7(), 30_000).await?;
    till.gateway.is(Mood::Refusing);
    assert_eq!(till.come_back(payment).await?.state, PaymentState::Failed);
    let told = till.charge(Uuid::now_v7(), 30_000, Way::Saved(card)).await;
    assert_eq!(refused(told), Some(Failure::PaymentRefused));
    till.gateway.is(Mood::Well);
    let left = till.charge_page(Uuid::now_v7(), 30_000).await?;
    till.gateway.end(left, "PAY_PROCESS_CANCELED");
    let view = payment::turned_back(till.shop(), &till.scene.reader, left).await?;
    assert_eq!(view.state, PaymentState::Canceled);
    assert_eq!((till.scene.balance().await?, till.gateway.kept()), (0, 0));
    assert_eq!(till.scene.events("payment.").await?, ["payment.failed", "payment.failed"]);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_charge_without_an_answer_is_added_when_the_gateway_answers(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let card = till.register("1234").await?;
    for mood in [Mood::Silent, Mood::Away] {
        till.gateway.is(Mood::Well);
        let before = till.scene.balance().await?;
        let page = till.charge_page(Uuid::now_v7(), 30_000).await?;
        till.gateway.is(mood);
        assert_eq!(till.come_back(page).await?.state, PaymentState::Unknown);
        let charged = till.charge(Uuid::now_v7(), 10_000, Way::Saved(card)).await?;
        let Started::Settled(direct, PaymentState::Unknown) = charged else { panic!("{charged:?}") };
        till.sweep(1).await?;
        till.gateway.is(Mood::Well);
        till.sweep(5).await?;
        till.sweep(10).await?;
        assert_eq!((till.gateway.moved(page), till.gateway.moved(direct)), (vec![30_000], vec![10_000]));
        assert_eq!(till.scene.balance().await? - before, 40_000);
    }
    assert_eq!(till.scene.events("payment.").await?.len(), 4);
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_page_for_a_charge_that_nobody_goes_on_with_is_given_up(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let payment = till.charge_page(Uuid::now_v7(), 30_000).await?;
    till.sweep(31).await?;
    assert_eq!(till.state(payment).await?, PaymentState::Canceled);
    let over = till.shop().ahead(Duration::minutes(40));
    let (key, won) = till.gateway.agree(payment);
    let view = payment::agreed(&over, &till.scene.reader, payment, &key, won).await?;
    assert_eq!((view.state, till.gateway.kept()), (PaymentState::Canceled, 0));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn late_money_and_another_amount_charge_nothing_and_go_back(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let other = till.charge_page(Uuid::now_v7(), 30_000).await?;
    till.gateway.take(other, 20_000);
    let late = till.charge_page(Uuid::now_v7(), 30_000).await?;
    payment::turned_back(till.shop(), &till.scene.reader, late).await?;
    till.gateway.take(late, 30_000);
    for payment in [other, late] {
        payment::check(till.shop(), payment).await?;
        assert_eq!(till.state(payment).await?, PaymentState::Canceled);
    }
    till.give_back(1).await?;
    assert_eq!((till.scene.balance().await?, till.gateway.kept()), (0, 0));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_begins_another_charge_has_given_up_the_page_before(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let (first, second) =
        (till.charge_page(Uuid::now_v7(), 30_000).await?, till.charge_page(Uuid::now_v7(), 20_000).await?);
    assert_eq!(till.come_back(first).await?.state, PaymentState::Canceled);
    assert_eq!(till.come_back(second).await?.state, PaymentState::Paid);
    assert_eq!((till.scene.balance().await?, till.gateway.kept()), (20_000, 20_000));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_charge_whose_page_was_not_opened_begins_anew_under_its_key(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let key = Uuid::now_v7();
    till.gateway.is(Mood::Away);
    assert_eq!(refused(till.charge(key, 30_000, Way::New).await), Some(Failure::GatewayUnavailable));
    till.gateway.is(Mood::Well);
    assert_eq!(refused(till.charge(key, 40_000, Way::New).await), Some(Failure::AlreadySent));
    let payment = till.charge_page(key, 30_000).await?;
    assert_eq!(till.charge_page(key, 30_000).await?, payment);
    assert_eq!(till.come_back(payment).await?.state, PaymentState::Paid);
    assert_eq!(till.charge(key, 30_000, Way::New).await?, Started::Settled(payment, PaymentState::Paid));
    assert_eq!((till.scene.balance().await?, till.gateway.kept()), (30_000, 30_000));
    till.assert_agrees().await;
    Ok(())
}
