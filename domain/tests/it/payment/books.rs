//! The shop's books against those of the gateway.

use contract::{
    Failure,
    payment::PaymentState,
    system::{Differs, Money, RunStatus},
    when::kst_date,
};
use domain::{
    Result,
    order::cancel,
    payment::{
        list::{self, Filter, Sought},
        reconcile::{self, Difference, Run},
    },
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use super::{Till, fake::Mood};
use crate::{
    fixture::{number, product},
    scene::refused,
};

impl Till {
    /// Compares today.
    async fn compare(&self) -> Result<(Run, Vec<Difference>)> {
        let today = kst_date(self.shop().now()).to_string();
        let run = reconcile::ask(self.shop(), &self.scene.staff, &today, &today).await?;
        while reconcile::work(self.shop()).await? > 0 {}
        self.run(run).await
    }

    async fn run(&self, run: i64) -> Result<(Run, Vec<Difference>)> {
        let found = reconcile::differences(self.shop(), &self.scene.staff, run, None, None, 100).await?;
        Ok((reconcile::find(self.shop(), &self.scene.staff, run).await?, found.rows))
    }
}

fn kinds(found: &[Difference]) -> Vec<(Differs, Money, Option<i64>, Option<i64>)> {
    found.iter().map(|one| (one.differs, one.money, one.ours, one.theirs)).collect()
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn books_that_agree_have_no_differences(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 9).await;
    for _ in 0..3 {
        let order = till.scene.hold(&[(book, 2)], 0).await?;
        till.pay(order).await?;
        for _ in 0..2 {
            cancel(till.shop(), &till.scene.reader, order, Uuid::now_v7(), Some(&[(book, 1)]), None).await?;
        }
    }
    till.give_back(0).await?;
    // The gateway tells two on a page: nine take five pages.
    let (run, found) = till.compare().await?;
    assert_eq!(kinds(&found), []);
    assert_eq!((run.status, run.fetched, run.matched, run.ours, run.theirs), (RunStatus::Done, 9, 9, 9, 9));
    assert_eq!((run.matched_won, run.ours_won, run.theirs_won), (0, 0, 0));
    assert_eq!(number(till.shop(), "select count(*) from reconciliation_transaction").await, 0, "nothing is left");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_one_side_has_alone_or_otherwise_is_told(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 9).await;
    let mut payments = vec![];
    for _ in 0..4 {
        let order = till.scene.hold(&[(book, 1)], 0).await?;
        payments.push(till.pay(order).await?.id);
    }
    // One that the gateway took without an answer.
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    let page = till.open(order).await?;
    till.gateway.is(Mood::Silent);
    assert_eq!(till.come_back(page).await?.state, PaymentState::Unknown);
    till.gateway.is(Mood::Well);
    till.gateway.lose(payments[0]);
    till.gateway.moves(payments[1], 20_000);
    till.gateway.moves(payments[2], -5_000);
    till.gateway.moves(Uuid::now_v7(), 7_000);
    let (run, found) = till.compare().await?;
    let mut told = kinds(&found);
    told.sort_by_key(|(differs, ..)| *differs as u8);
    assert_eq!(
        told,
        [
            (Differs::TheirsOnly, Money::Taken, None, Some(7_000)),
            (Differs::TheirsOnly, Money::Back, None, Some(5_000)),
            (Differs::OursOnly, Money::Taken, Some(20_000), None),
            (Differs::Amount, Money::Taken, Some(20_000), Some(40_000)),
            (Differs::Status, Money::Taken, Some(20_000), Some(20_000)),
        ]
    );
    assert_eq!((run.differences, run.matched), (5, 2));
    let of = |differs| found.iter().find(|one| one.differs == differs).and_then(|one| one.payment);
    assert_eq!((of(Differs::OursOnly), of(Differs::Amount)), (Some(payments[0]), Some(payments[1])));
    let only = reconcile::differences(till.shop(), &till.scene.staff, run.id, Some(Differs::Status), None, 1).await?;
    assert_eq!(only.rows.iter().map(|one| one.payment).collect::<Vec<_>>(), [Some(page)]);

    // What to do about the last one.
    assert_eq!(list::ask(till.shop(), &till.scene.staff, page).await?, PaymentState::Paid);
    let again = list::ask(till.shop(), &till.scene.staff, page).await;
    assert_eq!(refused(again), Some(Failure::StatusChanged));
    assert_eq!(till.compare().await?.0.differences, 4);
    assert_eq!(number(till.shop(), "select count(*) from trail where act = 'payment_asked'").await, 1);
    assert_eq!(number(till.shop(), "select count(*) from trail where act = 'reconciliation_asked'").await, 2);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_the_gateway_has_on_another_day_is_no_difference(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 9).await;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    let payment = till.pay(order).await?.id;
    cancel(till.shop(), &till.scene.reader, order, Uuid::now_v7(), None, None).await?;
    till.give_back(0).await?;
    till.gateway.forget_moves(payment);
    let (run, found) = till.compare().await?;
    assert_eq!(kinds(&found), []);
    assert_eq!((run.ours, run.theirs), (2, 0));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_gateway_that_is_away_is_asked_again_and_in_the_end_no_more(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let today = kst_date(till.shop().now()).to_string();
    till.gateway.is(Mood::Away);
    let run = reconcile::ask(till.shop(), &till.scene.staff, &today, &today).await?;
    assert_eq!(reconcile::ask(till.shop(), &till.scene.staff, &today, &today).await?, run, "once is enough");
    for hours in 0..5 {
        assert_eq!(reconcile::work(&till.shop().ahead(Duration::hours(hours))).await?, 0);
        let (told, _) = till.run(run).await?;
        assert_eq!(told.status.is_open(), hours < 4, "{told:?}");
        assert!(told.error.contains("no answer in time"));
    }
    till.gateway.is(Mood::Well);
    assert_eq!(reconcile::work(&till.shop().ahead(Duration::hours(9))).await?, 0);
    let next = reconcile::ask(till.shop(), &till.scene.staff, &today, &today).await?;
    assert!(next > run);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn whoever_dies_over_a_comparison_leaves_it_to_the_next(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let today = kst_date(till.shop().now()).to_string();
    let run = reconcile::ask(till.shop(), &till.scene.staff, &today, &today).await?;
    sqlx::query("update reconciliation set status = 'running', try_at = $1, attempts = 1")
        .bind(till.shop().now() + Duration::minutes(15))
        .execute(&till.shop().db)
        .await?;
    assert_eq!(reconcile::work(till.shop()).await?, 0, "somebody is at it");
    assert_eq!(reconcile::work(&till.shop().ahead(Duration::minutes(16))).await?, 1);
    assert_eq!(till.run(run).await?.0.status, RunStatus::Done);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_day_before_is_compared_once_a_night(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let asked = async |hours| reconcile::nightly(&till.shop().ahead(Duration::hours(hours))).await;
    assert_eq!((asked(0).await?, asked(0).await?, asked(24).await?, asked(24).await?), (1, 0, 1, 0));
    let runs = reconcile::runs(till.shop(), &till.scene.staff, None, 10).await?;
    assert!(runs.iter().all(|run| run.by_name.is_empty() && run.first_day == run.last_day));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn no_more_than_a_month_is_compared_and_nothing_that_is_to_come(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let today = kst_date(till.shop().now());
    let day = |days| (today + Duration::days(days)).to_string();
    for (first, last) in [(day(-31), day(0)), (day(0), day(-1)), (day(0), day(1)), (String::new(), day(0))] {
        let asked = reconcile::ask(till.shop(), &till.scene.staff, &first, &last).await;
        assert!(matches!(refused(asked), Some(Failure::Invalid(_))), "{first} {last}");
    }
    reconcile::ask(till.shop(), &till.scene.staff, &day(-30), &day(0)).await?;
    let without = crate::fixture::shop(till.shop().db.clone());
    let asked = reconcile::ask(&without, &till.scene.staff, &day(0), &day(0)).await;
    assert_eq!(refused(asked), Some(Failure::GatewayUnavailable));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn payments_are_found_by_where_they_stand_their_day_order_and_amount(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let (shop, staff) = (till.shop(), &till.scene.staff);
    let book = product(shop, "책", 20_000, 9).await;
    let mut orders = vec![];
    for copies in 1..4 {
        let order = till.scene.hold(&[(book, copies)], 0).await?;
        till.pay(order).await?;
        orders.push(order);
    }
    let open = till.scene.hold(&[(book, 1)], 0).await?;
    let page = till.open(open).await?;
    let found = async |filter: Filter| -> Result<Vec<i64>> {
        Ok(list::list(shop, staff, &filter, None, 10).await?.rows.iter().map(|row| row.amount).collect())
    };
    assert_eq!(found(Filter::default()).await?, [20_000, 60_000, 40_000, 20_000]);
    let state = Some(PaymentState::Pending);
    assert_eq!(found(Filter { state, ..Filter::default() }).await?, [20_000]);
    assert_eq!(found(Filter { amount: Some(20_000), ..Filter::default() }).await?, [20_000, 20_000]);
    assert_eq!(found(Filter { amount: Some(20_000), state, ..Filter::default() }).await?, [20_000]);
    let tomorrow = Some(kst_date(shop.now()) + Duration::DAY);
    assert_eq!(found(Filter { day: tomorrow, ..Filter::default() }).await?, [0_i64; 0]);
    let detail = till.scene.detail(orders[2]).await?.summary;
    let named = contract::order::order_number(detail.id, detail.placed_at);
    for typed in [named, orders[2].to_string()] {
        let order = Sought::parse(&typed);
        assert_eq!(found(Filter { order, ..Filter::default() }).await?, [60_000], "{typed}");
    }
    assert_eq!(found(Filter { order: Some(Sought::Id(page)), ..Filter::default() }).await?, [20_000]);
    let first = list::list(shop, staff, &Filter::default(), None, 3).await?;
    let second = list::list(shop, staff, &Filter::default(), first.next.as_ref(), 3).await?;
    assert_eq!((first.rows.len(), second.rows.len(), second.next), (3, 1, None));
    let sums = list::sums(shop, staff, kst_date(shop.now())).await?;
    assert_eq!(sums.iter().map(|sum| (sum.count, sum.amount)).collect::<Vec<_>>(), [(3, 120_000), (1, 20_000)]);
    assert_eq!(list::undecided(shop, staff).await?, (0, 1));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn money_on_its_way_back_can_be_asked_for_now(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let (shop, staff) = (till.shop(), &till.scene.staff);
    let book = product(shop, "책", 20_000, 9).await;
    let order = till.scene.hold(&[(book, 1)], 0).await?;
    till.pay(order).await?;
    cancel(shop, &till.scene.reader, order, Uuid::now_v7(), None, None).await?;
    till.gateway.is(Mood::Away);
    till.give_back(0).await?;
    let waiting = list::waiting(shop, staff).await?;
    let [one] = waiting.as_slice() else { panic!("{waiting:?}") };
    assert_eq!((one.attempts, one.amount, one.order), (1, 20_000, Some(order)));
    assert!(one.error.contains("no answer in time"));
    assert!(!list::hurry(shop, staff, one.id).await?, "it is still away");
    till.gateway.is(Mood::Well);
    assert!(list::hurry(shop, staff, one.id).await?);
    assert!(list::waiting(shop, staff).await?.is_empty());
    assert_eq!(refused(list::hurry(shop, staff, one.id).await), Some(Failure::StatusChanged));
    assert_eq!(refused(list::hurry(shop, staff, Uuid::now_v7()).await), Some(Failure::NotFound));
    assert_eq!(number(shop, "select count(*) from trail where act = 'card_refund_hurried'").await, 2);
    till.assert_agrees().await;
    Ok(())
}
