//! Money that goes back to the card.

use contract::{
    Won,
    claim::{ClaimKind, ClaimStatus, Fault},
    order::{OrderStatus, PaymentStatus},
    payment::{PaymentId, PaymentState},
    product::ProductId,
};
use domain::{
    Result,
    order::{Checkout, cancel, place_one, preview},
    payment,
};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Till, fake::Mood};
use crate::{
    dice::{Dice, seed},
    fixture::product,
    scene::{beside, campaign},
};

impl Till {
    /// What was asked back of a payment, and whether all of it went.
    async fn asked_back(&self, payment: PaymentId) -> Result<(Won, bool)> {
        let asked = sqlx::query_as(
            "select coalesce(sum(amount)::bigint, 0), coalesce(bool_and(status = 'done'), true) from payment_cancel
             where payment_id = $1",
        );
        Ok(asked.bind(payment).fetch_one(&self.shop().db).await?)
    }
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_card_gets_back_first_and_points_after_it(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let (shop, reader) = (till.shop(), &till.scene.reader);
    let book = product(shop, "책", 20_000, 5).await;
    let order = till.scene.hold(&[(book, 3)], 25_000).await?;
    let payment = till.pay(order).await?.id;
    assert_eq!((till.gateway.kept(), till.scene.balance().await?), (35_000, 25_000));
    // To the card: 20,000; then 15,000, and 5,000 as points; then 20,000 as points.
    for (kept, asked, balance) in [(2, 20_000, 25_000), (1, 35_000, 30_000), (0, 35_000, 50_000)] {
        let seen = preview(shop, reader, order, Some(&[(book, 1)])).await?.amount();
        let key = Uuid::now_v7();
        for _ in 0..2 {
            cancel(shop, reader, order, key, Some(&[(book, 1)]), Some(seen)).await?;
        }
        assert_eq!(till.asked_back(payment).await?, (asked, false), "{kept} are kept");
        assert_eq!(till.scene.balance().await?, balance);
        let payments = if kept == 0 { PaymentStatus::Refunded } else { PaymentStatus::PartiallyRefunded };
        assert_eq!(till.status(order).await?.1, payments);
    }
    let refunds = till.scene.detail(order).await?.refunds;
    let parts: Vec<_> = refunds.iter().map(|refund| (refund.card(), refund.points)).collect();
    assert_eq!(parts, [(20_000, 0), (15_000, 5_000), (0, 20_000)]);
    assert_eq!(till.gateway.kept(), 35_000, "asked for, not yet given");
    till.assert_agrees().await;
    till.give_back(1).await?;
    assert_eq!((till.gateway.kept(), till.asked_back(payment).await?), (0, (35_000, true)));
    let view = payment::find(shop, reader, payment).await?;
    assert_eq!((view.state, view.canceled), (PaymentState::Paid, 35_000));
    assert_eq!(till.status(order).await?, (OrderStatus::Canceled, PaymentStatus::Refunded));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_refund_waits_for_a_gateway_that_is_away_and_comes_exactly_once(db: PgPool) -> Result<()> {
    let till = Till::new(db, 0).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    for mood in [Mood::Away, Mood::Silent] {
        till.gateway.is(Mood::Well);
        let order = till.scene.hold(&[(book, 2)], 0).await?;
        let payment = till.pay(order).await?.id;
        till.gateway.is(mood);
        let (shop, reader) = (till.shop(), &till.scene.reader);
        cancel(shop, reader, order, Uuid::now_v7(), Some(&[(book, 1)]), None).await?;
        cancel(shop, reader, order, Uuid::now_v7(), None, None).await?;
        assert_eq!(till.status(order).await?, (OrderStatus::Canceled, PaymentStatus::Refunded));
        for minutes in [0, 10, 20, 30] {
            till.give_back(minutes).await?;
            assert_eq!(till.asked_back(payment).await?, (40_000, false));
        }
        till.gateway.is(Mood::Well);
        till.give_back(60).await?;
        till.give_back(120).await?;
        assert_eq!(till.asked_back(payment).await?, (40_000, true));
        let mut moved = till.gateway.moved(payment);
        moved.sort_unstable();
        assert_eq!(moved, [-20_000, -20_000, 40_000], "{mood:?}");
        till.assert_agrees().await;
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_refund_is_on_its_way_until_the_gateway_has_taken_it(db: PgPool) -> Result<()> {
    let till = Till::new(db, 5_000).await?;
    let (shop, reader) = (till.shop(), &till.scene.reader);
    let order = till.scene.hold(&[(product(shop, "책", 20_000, 5).await, 2)], 5_000).await?;
    till.pay(order).await?;
    let owed = payment::owed(shop).await?;
    assert_eq!((owed.count, owed.amount, owed.since), (0, 0, None));
    till.gateway.is(Mood::Away);
    cancel(shop, reader, order, Uuid::now_v7(), None, None).await?;
    for (mood, done, count) in [(Mood::Away, 0, 1), (Mood::Well, 35_000, 0)] {
        till.gateway.is(mood);
        till.give_back(60 * (2 - count)).await?;
        let refunds = till.scene.detail(order).await?.refunds;
        let parts: Vec<_> = refunds
            .iter()
            .map(|refund| (refund.card(), refund.card_done, refund.on_its_way(), refund.points))
            .collect();
        assert_eq!(parts, [(35_000, done, 35_000 - done, 5_000)], "{mood:?}");
        let owed = payment::owed(shop).await?;
        let since = (count > 0).then_some(refunds[0].at);
        assert_eq!((owed.count, owed.amount, owed.since), (count, 35_000 - done, since), "{mood:?}");
    }
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_is_returned_comes_back_to_the_card_too(db: PgPool) -> Result<()> {
    let till = Till::new(db, 50_000).await?;
    let book = product(till.shop(), "책", 20_000, 5).await;
    let order = till.scene.hold(&[(book, 2)], 5_000).await?;
    let payment = till.pay(order).await?.id;
    till.scene.deliver(order).await?;
    let claim = till.scene.claim(order, ClaimKind::Return, Fault::Buyer, &[(book, 1)]).await?;
    till.scene.through(order, claim, ClaimStatus::Completed).await?;
    // The way back costs 3,000 won.
    assert_eq!(till.asked_back(payment).await?, (17_000, false));
    till.give_back(1).await?;
    assert_eq!((till.gateway.moved(payment), till.scene.balance().await?), (vec![35_000, -17_000], 45_000));
    assert_eq!(till.status(order).await?, (OrderStatus::Placed, PaymentStatus::PartiallyRefunded));
    till.assert_agrees().await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn however_an_order_is_undone_the_card_gets_back_what_it_paid_and_no_more(db: PgPool) -> Result<()> {
    let till = Till::new(db, 5_000_000).await?;
    let (shop, reader) = (till.shop(), &till.scene.reader);
    let seed = seed();
    let mut dice = Dice(seed);
    let one = product(shop, "하나", 3_333, 10_000).await;
    let two = beside(shop, one, 2_000, 10_000).await;
    let books = [one, two, product(shop, "셋", 17_777, 10_000).await];
    for round in 0..14 {
        let at = format!("MADANG_SEED={seed}, round {round}");
        let lines: Vec<(ProductId, i32)> =
            books.iter().map(|book| (*book, i32::try_from(1 + dice.below(4)).expect("a number"))).collect();
        let checkout = if dice.below(2) == 0 {
            let off = 1 + i64::try_from(dice.below(9_000)).expect("won");
            let coupon = till.scene.coupon(&campaign(shop, "amount", &off.to_string())).await?;
            till.scene.checkout_with(&lines, coupon, off).await?
        } else {
            till.scene.checkout(&lines).await?
        };
        let total = checkout.expected_total;
        let points = i64::try_from(dice.below(usize::try_from(total).expect("won"))).expect("won");
        let before = till.scene.balance().await?;
        let order = place_one(shop, Checkout { points, ..checkout }).await?;
        let payment = till.pay(order).await?.id;
        let mut kept = lines.clone();
        let mut refunded = 0;
        while !kept.is_empty() {
            till.gateway.is(dice.pick(&[Mood::Well, Mood::Away, Mood::Silent]).expect("a mood"));
            let place = dice.below(kept.len());
            let (book, copies) = kept[place];
            let taken = i32::try_from(1 + dice.below(usize::try_from(copies).expect("copies"))).expect("copies");
            let seen = preview(shop, reader, order, Some(&[(book, taken)])).await?.amount();
            cancel(shop, reader, order, Uuid::now_v7(), Some(&[(book, taken)]), Some(seen)).await?;
            refunded += seen;
            if taken == copies {
                kept.remove(place);
            } else {
                kept[place].1 -= taken;
            }
            if dice.below(2) == 0 {
                payment::give_back(shop).await?;
            }
            let (asked, _) = till.asked_back(payment).await?;
            assert_eq!(asked, refunded.min(total - points), "the card first; {at}");
            assert_eq!(till.scene.balance().await?, before - points + (refunded - asked), "then points; {at}");
        }
        assert_eq!(refunded, total, "{at}");
        till.gateway.is(Mood::Well);
        till.give_back(30 * (round + 1)).await?;
        let moved = till.gateway.moved(payment);
        assert_eq!((moved.first(), moved.iter().sum::<Won>()), (Some(&(total - points)), 0), "{at}");
    }
    till.assert_agrees().await;
    Ok(())
}
