//! Claims: who may ask for what, and which step follows which.

use contract::{
    Failure, Won,
    claim::{ClaimId, ClaimKind, ClaimStatus, Fault},
    form::{Flaw, Flaws},
    order::{FulfillmentStatus, OrderId, OrderStatus},
    product::ProductId,
};
use domain::{
    Result,
    claim::{self, Advance, Request},
    delivery,
    order::{cancel, confirm, confirm_due, expire},
};
use sqlx::PgPool;
use time::Duration;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, number, product},
    scene::{Scene, beside, recruit, refused, seller_of},
};

pub(crate) fn ask(kind: ClaimKind, fault: Fault, lines: &[(ProductId, i32)]) -> Request {
    Request { id: Uuid::now_v7(), kind, fault, reason: "시험".to_owned(), lines: lines.to_vec() }
}

pub(crate) fn step(to: ClaimStatus) -> Advance {
    Advance { to, fault: None, resalable: true, reason: String::new() }
}

impl Scene {
    pub(crate) async fn ask(&self, order: OrderId, asked: &Request) -> Result<()> {
        claim::request(&self.shop, &self.reader, order, asked).await
    }

    pub(crate) async fn claim(
        &self,
        order: OrderId,
        kind: ClaimKind,
        fault: Fault,
        lines: &[(ProductId, i32)],
    ) -> Result<ClaimId> {
        let asked = ask(kind, fault, lines);
        self.ask(order, &asked).await?;
        Ok(asked.id)
    }

    pub(crate) async fn step(&self, order: OrderId, claim: ClaimId, step: &Advance) -> Result<()> {
        claim::advance(&self.shop, &self.operator, order, claim, step).await
    }

    /// Takes a claim through all steps up to this one.
    pub(crate) async fn through(&self, order: OrderId, claim: ClaimId, last: ClaimStatus) -> Result<()> {
        use ClaimStatus::{Approved, Collecting, Completed, Inspected};
        for to in [Approved, Collecting, Inspected, Completed] {
            self.step(order, claim, &step(to)).await?;
            if to == last {
                break;
            }
        }
        Ok(())
    }

    pub(crate) async fn claim_status(&self, order: OrderId, claim: ClaimId) -> Result<ClaimStatus> {
        let claims = claim::of_order(&self.shop, order).await?;
        Ok(claims.into_iter().find(|one| one.id == claim).expect("a claim").status)
    }

    /// What came back by the last refund: for the goods, for the delivery, the return fee.
    pub(crate) async fn last_refund(&self, order: OrderId) -> Result<(Won, Won, Won)> {
        let refund = self.detail(order).await?.refunds.pop().expect("a refund").refund;
        Ok((refund.goods - refund.discount, refund.delivery, refund.return_fee))
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn only_what_was_delivered_can_be_claimed(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 9).await;
    let request = ask(ClaimKind::Return, Fault::Buyer, &[(book, 1)]);
    let (unpaid, canceled) = (scene.hold(&[(book, 1)], 0).await?, scene.buy(&[(book, 1)]).await?);
    assert_eq!(refused(scene.ask(unpaid, &request).await), Some(Failure::NotDelivered));
    cancel(shop, reader, canceled, Uuid::now_v7(), None, None).await?;
    assert_eq!(refused(scene.ask(canceled, &request).await), Some(Failure::AlreadyCanceled));
    expire(&shop.ahead(Duration::hours(1))).await?;
    assert_eq!(refused(scene.ask(unpaid, &request).await), Some(Failure::OrderExpired));

    let order = scene.buy(&[(book, 1)]).await?;
    let seller = scene.detail(order).await?.deliveries[0].seller;
    for to in [FulfillmentStatus::Preparing, FulfillmentStatus::Shipped, FulfillmentStatus::Delivered] {
        assert_eq!(refused(scene.ask(order, &request).await), Some(Failure::NotDelivered));
        delivery::advance(shop, &scene.operator, order, seller, to).await?;
    }
    let stranger = recruit(shop, "다른이", "shopper").await?;
    assert_eq!(refused(claim::request(shop, &stranger, order, &request).await), Some(Failure::NotFound));
    let silent = Request { reason: " ".to_owned(), ..request.clone() };
    let flaw = Failure::Invalid(Flaws::one("reason", Flaw::Required));
    assert_eq!(refused(scene.ask(order, &silent).await), Some(flaw));
    assert_eq!(number(shop, "select count(*) from claim").await, 0);
    scene.ask(order, &request).await?;
    let found = claim::open(shop, &scene.operator).await?;
    assert_eq!(found.iter().map(|claim| (claim.id, claim.seller)).collect::<Vec<_>>(), [(request.id, seller)]);
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn no_more_is_claimed_than_is_kept_and_of_one_seller_at_a_time(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let shop = &scene.shop;
    let one = product(shop, "하나", 20_000, 9).await;
    let two = beside(shop, one, 20_000, 9).await;
    let elsewhere = product(shop, "남의 책", 20_000, 9).await;
    let order = scene.delivered(&[(one, 3), (two, 1), (elsewhere, 1)]).await?;
    let refusal = async |lines: &[(ProductId, i32)]| {
        refused(scene.ask(order, &ask(ClaimKind::Return, Fault::Buyer, lines)).await)
    };
    let open = scene.claim(order, ClaimKind::Exchange, Fault::Seller, &[(one, 1), (two, 1)]).await?;
    for lines in [
        &[(one, 3)][..],
        &[(one, 0)],
        &[(one, -1)],
        &[(one, i32::MIN)],
        &[(one, i32::MAX)],
        &[(two, 1)],
        &[(i64::MAX, 1)],
        &[],
    ] {
        assert_eq!(refusal(lines).await, Some(Failure::TooManyCopies), "{lines:?}");
    }
    assert_eq!(refusal(&[(one, 1), (elsewhere, 1)]).await, Some(Failure::BadRequest), "two sellers");
    assert_eq!(refusal(&[(one, 1), (one, 1)]).await, Some(Failure::BadRequest), "one product twice");
    assert_eq!(refusal(&[(one, 2)]).await, None);
    assert_eq!(refusal(&[(one, 1)]).await, Some(Failure::TooManyCopies));
    claim::withdraw(shop, &scene.reader, order, open).await?;
    assert_eq!(refusal(&[(one, 1), (two, 1)]).await, None, "what was withdrawn can be claimed again");
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_same_form_is_the_same_claim(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let book = product(&scene.shop, "책", 20_000, 9).await;
    let (order, other) = (scene.delivered(&[(book, 2)]).await?, scene.delivered(&[(book, 2)]).await?);
    let request = ask(ClaimKind::Return, Fault::Buyer, &[(book, 1)]);
    let mut tasks = JoinSet::new();
    for _ in 0..6 {
        let (shop, reader, request) = (scene.shop.clone(), scene.reader.clone(), request.clone());
        tasks.spawn(async move { claim::request(&shop, &reader, order, &request).await });
    }
    tasks.join_all().await.into_iter().collect::<Result<()>>()?;
    assert_eq!(refused(scene.ask(other, &request).await), Some(Failure::BadRequest), "it is another order's");
    assert_eq!(number(&scene.shop, "select count(*) from claim").await, 1);
    assert_eq!(number(&scene.shop, "select count(*) from order_change where axis = 'claim'").await, 1);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_claim_is_withdrawn_until_the_goods_are_collected(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 9).await;
    let order = scene.delivered(&[(book, 1)]).await?;
    let withdraw = async |claim| refused(claim::withdraw(shop, reader, order, claim).await);
    for approved in [false, true] {
        let claim = scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(book, 1)]).await?;
        if approved {
            scene.through(order, claim, ClaimStatus::Approved).await?;
        }
        let stranger = recruit(shop, "다른이", "shopper").await?;
        assert_eq!(refused(claim::withdraw(shop, &stranger, order, claim).await), Some(Failure::NotFound));
        assert_eq!((withdraw(claim).await, withdraw(claim).await), (None, None));
        assert_eq!(scene.claim_status(order, claim).await?, ClaimStatus::Withdrawn);
        let on = scene.step(order, claim, &step(ClaimStatus::Approved)).await;
        assert_eq!(refused(on), Some(Failure::StatusChanged));
    }
    let claim = scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(book, 1)]).await?;
    let by_staff = scene.step(order, claim, &step(ClaimStatus::Withdrawn)).await;
    assert_eq!(refused(by_staff), Some(Failure::StatusChanged), "that is the shopper's to do");
    scene.step(order, claim, &step(ClaimStatus::Approved)).await?;
    for to in [ClaimStatus::Collecting, ClaimStatus::Inspected, ClaimStatus::Completed] {
        scene.step(order, claim, &step(to)).await?;
        assert_eq!(withdraw(claim).await, Some(Failure::StatusChanged), "{to:?}");
    }
    assert_eq!(withdraw(Uuid::now_v7()).await, Some(Failure::NotFound));
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_claim_goes_its_steps_by_its_seller_or_staff_alone(db: PgPool) -> Result<()> {
    use ClaimStatus::{Approved, Collecting, Completed, Inspected, Rejected, Requested};
    let scene = Scene::new(db, 200_000).await?;
    let shop = &scene.shop;
    let (book, other) = (product(shop, "책", 20_000, 9).await, product(shop, "남의 책", 20_000, 9).await);
    let ((keeper, _), (stranger, _)) = (seller_of(shop, book).await?, seller_of(shop, other).await?);
    let order = scene.delivered(&[(book, 1), (other, 1)]).await?;
    let elsewhere = scene.delivered(&[(book, 1)]).await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Seller, &[(book, 1)]).await?;
    let advance = async |to| refused(claim::advance(shop, &keeper, order, claim, &step(to)).await);
    let attempts = [
        (Approved, &[Completed, Inspected, Collecting][..]),
        (Collecting, &[Rejected, Completed, Requested]),
        (Inspected, &[Rejected, Completed, Approved]),
        (Completed, &[Approved, Requested, Collecting]),
    ];
    for (to, wrong) in attempts {
        for &wrong in wrong {
            assert_eq!(advance(wrong).await, Some(Failure::StatusChanged), "{wrong:?} before {to:?}");
        }
        let foreign = claim::advance(shop, &stranger, order, claim, &step(to)).await;
        assert_eq!(refused(foreign), Some(Failure::NotFound));
        assert_eq!(refused(scene.step(elsewhere, claim, &step(to)).await), Some(Failure::NotFound));
        assert_eq!((advance(to).await, advance(to).await), (None, None));
        assert_eq!(scene.claim_status(order, claim).await?, to);
    }
    assert_eq!(advance(Rejected).await, Some(Failure::StatusChanged));
    assert_eq!(number(shop, "select count(*) from refund").await, 1);
    assert_eq!(number(shop, "select count(*) from order_change where axis = 'claim'").await, 5);
    assert_eq!(refused(claim::find(shop, &stranger, claim).await), Some(Failure::NotFound));
    assert_eq!(claim::find(shop, &keeper, claim).await?.status, Completed);
    assert!(claim::open(shop, &keeper).await?.is_empty());
    assert_books_add_up(shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_claim_under_way_holds_the_confirmation_back(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 200_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let book = product(shop, "책", 20_000, 9).await;
    let order = scene.delivered(&[(book, 2)]).await?;
    let claim = scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(book, 1)]).await?;
    let late = shop.ahead(Duration::days(8));
    for to in [ClaimStatus::Approved, ClaimStatus::Collecting, ClaimStatus::Inspected, ClaimStatus::Rejected] {
        assert_eq!(refused(confirm(shop, reader, order).await), Some(Failure::ClaimOpen));
        assert_eq!(confirm_due(&late).await?, 0);
        scene.step(order, claim, &step(to)).await?;
    }
    assert_eq!(confirm_due(&late).await?, 1);
    assert_eq!(scene.detail(order).await?.summary.status, OrderStatus::Confirmed);
    assert_eq!(scene.balance().await?, 162_000, "nothing came back of what was rejected");
    assert_books_add_up(shop).await;
    Ok(())
}
