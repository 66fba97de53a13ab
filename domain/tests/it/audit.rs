//! The audit finds what does not add up, whatever it is.

use contract::{
    claim::{ClaimKind, ClaimStatus, Fault},
    coupon::CampaignForm,
    payment::Way,
};
use domain::{
    Result, Shop,
    audit::{INVARIANTS, audit},
    inventory::{self, Change},
    order::{Checkout, cancel, confirm, expire, pay, place_one},
    payment::{self, Started},
    points,
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::{assert_books_add_up, product},
    payment::Till,
    scene::{Scene, campaign, recruit},
};

/// A shop in which a bit of everything has happened.
async fn eventful(db: PgPool) -> Result<Scene> {
    let till = Till::new(db, 900_000).await?;
    let scene = &till.scene;
    let (shop, reader) = (&scene.shop, &scene.reader);
    scene.grant(5_000, -2).await?;
    points::expire(shop).await?;
    scene.grant(3_000, 9).await?;
    points::adjust(shop, &scene.staff, Uuid::now_v7(), reader.id(), "-1000", "시험").await?;
    let book = product(shop, "책", 9_000, 40).await;
    let other = product(shop, "다른 책", 20_000, 40).await;
    inventory::change(shop, &scene.operator, Uuid::now_v7(), book, Change::By("-3"), "시험").await?;
    let form = CampaignForm { per_member: "9".to_owned(), ..campaign(shop, "amount", "1001") };

    let lines = [(book, 2), (other, 1)];
    let (first, second, third) = (scene.coupon(&form).await?, scene.coupon(&form).await?, scene.coupon(&form).await?);
    let expired = scene.checkout_with(&lines, first, 1_001).await?;
    place_one(shop, Checkout { points: 7_000, ..expired }).await?;
    expire(&shop.ahead(Duration::hours(1))).await?;
    cancel(shop, reader, scene.hold(&lines, 100).await?, Uuid::now_v7(), None, None).await?;
    let held = scene.checkout_with(&lines, second, 1_001).await?;
    place_one(shop, Checkout { points: 5_000, ..held }).await?;
    pay(shop, reader, scene.hold(&lines, 2_000).await?).await?;

    cancel(shop, reader, scene.buy(&lines).await?, Uuid::now_v7(), None, None).await?;
    let partly = place_one(shop, scene.checkout_with(&lines, third, 1_001).await?).await?;
    cancel(shop, reader, partly, Uuid::now_v7(), Some(&[(book, 1)]), None).await?;
    let returned = scene.delivered(&lines).await?;
    let claim = scene.claim(returned, ClaimKind::Return, Fault::Buyer, &[(book, 1)]).await?;
    scene.through(returned, claim, ClaimStatus::Completed).await?;
    let exchanged = scene.delivered(&lines).await?;
    let claim = scene.claim(exchanged, ClaimKind::Exchange, Fault::Seller, &[(book, 1)]).await?;
    scene.through(exchanged, claim, ClaimStatus::Completed).await?;
    let claim = scene.claim(exchanged, ClaimKind::Exchange, Fault::Seller, &[(book, 1)]).await?;
    scene.through(exchanged, claim, ClaimStatus::Collecting).await?;
    scene.claim(exchanged, ClaimKind::Return, Fault::Seller, &[(other, 1)]).await?;
    confirm(shop, reader, scene.delivered(&lines).await?).await?;
    scene.picked_up(&[(book, 1)], "1000").await?;
    recruit(shop, "다른이", "shopper").await?;

    let novel = product(shop, "카드로 산 책", 9_000, 40).await;
    let by_card = scene.hold(&[(novel, 3)], 1_000).await?;
    till.pay(by_card).await?;
    cancel(shop, reader, by_card, Uuid::now_v7(), Some(&[(novel, 1)]), None).await?;
    till.give_back(1).await?;
    till.open(scene.hold(&[(novel, 1)], 0).await?).await?;
    let charge = payment::charge_points(shop, reader, Uuid::now_v7(), 3_000, Way::New, "https://shop.example").await?;
    let Started::Page(charge) = charge else { panic!("no page was opened") };
    till.come_back(charge).await?;
    Ok(till.scene)
}

async fn broken(shop: &Shop) -> Result<Vec<&'static str>> {
    let findings = audit(shop, |_| {}).await?;
    Ok(findings.into_iter().filter(|finding| finding.broken > 0).map(|finding| finding.name).collect())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn in_a_healthy_shop_every_rule_has_something_to_look_at_and_finds_nothing(db: PgPool) -> Result<()> {
    let scene = eventful(db).await?;
    let mut heard = Vec::new();
    let findings = audit(&scene.shop, |finding| heard.push(finding.clone())).await?;
    assert_eq!(heard, findings);
    assert_eq!(findings.len(), INVARIANTS.len());
    for finding in findings {
        assert!(finding.checked > 0 && finding.broken == 0, "{finding:?}");
    }
    assert_books_add_up(&scene.shop).await;
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_empty_shop_adds_up(db: PgPool) -> Result<()> {
    assert_books_add_up(&crate::fixture::shop(db)).await;
    Ok(())
}

/// What breaks each rule, and nothing else; and what mends it again.
const CORRUPTIONS: &[(&str, &str, &str)] = &[
    (
        "a wallet's balance is the sum of its entries",
        "update points_wallet set balance = balance + 1 where balance > 0;
         update points_lot set remaining = remaining + 1 where expires_on = '9999-12-31'",
        "update points_wallet set balance = balance - 1 where balance > 0;
         update points_lot set remaining = remaining - 1 where expires_on = '9999-12-31'",
    ),
    (
        "an entry's balance is the one before and its amount",
        "update points_entry set balance_after = balance_after + 1
         where points_entry_id = (select max(points_entry_id) from points_entry)",
        "update points_entry set balance_after = balance_after - 1
         where points_entry_id = (select max(points_entry_id) from points_entry)",
    ),
    (
        "a wallet's balance is the sum of its lots",
        "update points_lot set remaining = remaining + 1 where expires_on = '9999-12-31'",
        "update points_lot set remaining = remaining - 1 where expires_on = '9999-12-31'",
    ),
    (
        "the points of an order are what it took from lots and what its entries say",
        r#"update points_use set amount = amount + 1
           where order_id = (select order_id from "order" where order_status = 'confirmed')"#,
        r#"update points_use set amount = amount - 1
           where order_id = (select order_id from "order" where order_status = 'confirmed')"#,
    ),
    (
        "stock on hand and reserved are the sums of their movements",
        "update stock set on_hand = on_hand + 1 where product_id = 1",
        "update stock set on_hand = on_hand - 1 where product_id = 1",
    ),
    (
        "what left the stock for an order is what the order keeps",
        "update stock_movement set kind = 'adjusted'
         where stock_movement_id = (select max(stock_movement_id) from stock_movement where kind = 'sold')",
        "update stock_movement set kind = 'sold' where kind = 'adjusted' and order_id is not null",
    ),
    (
        "stock is reserved for unpaid orders and approved exchanges alone",
        "update stock set reserved = reserved + 1 where product_id = 1;
         insert into stock_movement (product_id, kind, on_hand_delta, reserved_delta, reason)
         values (1, 'reserved', 0, 1, 'corrupt')",
        "update stock set reserved = reserved - 1 where product_id = 1;
         delete from stock_movement where reason = 'corrupt'",
    ),
    (
        "an order's goods and discount are the sums of its lines",
        r#"update "order" set goods_total = goods_total + 1, discount_total = discount_total + 1"#,
        r#"update "order" set goods_total = goods_total - 1, discount_total = discount_total - 1"#,
    ),
    (
        "an order's delivery total is the sum of its fees",
        "update delivery set fee = fee + 1 where seller_id = 1",
        "update delivery set fee = fee - 1 where seller_id = 1",
    ),
    (
        "a paid order is paid once and in full, an unpaid one not at all",
        "update payment set amount = amount + 1 where order_id is not null",
        "update payment set amount = amount - 1 where order_id is not null",
    ),
    (
        "an order's refunds are what its refunds say, and came back as points or to the card",
        r#"update "order" set refunded_total = refunded_total - 1 where refunded_total > 0"#,
        r#"update "order" set refunded_total = refunded_total + 1 where refunded_total > 0"#,
    ),
    (
        "a refund's sums are those of its lines",
        "update refund set goods = goods + 1, return_fee = return_fee + 1",
        "update refund set goods = goods - 1, return_fee = return_fee - 1",
    ),
    (
        "the copies refunded are those canceled or returned of a paid order",
        "update refund_line set quantity = quantity + 1",
        "update refund_line set quantity = quantity - 1",
    ),
    (
        "an unpaid order that ended gave everything back",
        r#"update order_line set canceled = canceled - 1, returned = 1
           where order_id = (select order_id from "order" where order_status = 'expired')"#,
        r#"update order_line set canceled = canceled + 1, returned = 0
           where order_id = (select order_id from "order" where order_status = 'expired')"#,
    ),
    (
        "an order is canceled exactly when nothing of it is kept",
        r#"update "order" set order_status = 'placed' where order_status = 'canceled';
           update order_change set to_status = 'placed', reason = 'corrupt' where axis = 'order' and to_status = 'canceled'"#,
        r#"update order_change set to_status = 'canceled', reason = '' where reason = 'corrupt';
           update "order" o set order_status = 'canceled'
           where not exists (select from order_line l where l.order_id = o.order_id and l.quantity > l.canceled + l.returned)
             and order_status = 'placed'"#,
    ),
    (
        "a coupon that is held or used belongs to an order of its member that names it",
        "update coupon set member_id = (select max(member_id) from member) where status = 'used'",
        "update coupon set member_id = (select min(member_id) from member) where status = 'used'",
    ),
    (
        "an order that keeps something and names a coupon has it",
        "update coupon set status = 'available', order_id = null where status = 'used'",
        r#"update coupon c set status = 'used', order_id = o.order_id from "order" o
           where o.coupon_id = c.coupon_id and o.order_status = 'placed'"#,
    ),
    (
        "every change of a timeline and every use of points belongs to an order, every line to its product's seller",
        "insert into points_use (order_id, expires_on, amount)
         values ('00000000-0000-0000-0000-000000000000', '2030-01-01', 1)",
        "delete from points_use where order_id = '00000000-0000-0000-0000-000000000000'",
    ),
    (
        "a campaign has issued as many coupons as there are, and no more than it may",
        "update coupon_campaign set issued = issued + 1",
        "update coupon_campaign set issued = issued - 1",
    ),
    (
        "no member has more coupons of a campaign than one may",
        "update coupon_campaign set per_member = 1, issued = issued + 1 where campaign_id = 1;
         insert into coupon (coupon_id, campaign_id, member_id, number, issued_at, expires_at)
         select gen_random_uuid(), 1, min(member_id), 9, now(), now() from member",
        "update coupon_campaign set per_member = 9, issued = issued - 1 where campaign_id = 1;
         delete from coupon where number = 9",
    ),
    (
        "no copy is claimed that is not kept",
        "update claim_line set quantity = quantity + 9
         where claim_id = (select claim_id from claim where status = 'requested')",
        "update claim_line set quantity = quantity - 9
         where claim_id = (select claim_id from claim where status = 'requested')",
    ),
    (
        "a completed return has one refund, and no other claim has any",
        "update refund set claim_id = null where claim_id is not null",
        "update refund r set claim_id = c.claim_id from claim c
         where c.order_id = r.order_id and c.kind = 'return' and c.status = 'completed'",
    ),
    (
        "a confirmed purchase earned what its entry says, another one nothing",
        r#"update "order" set points_earned = points_earned + 1 where order_status = 'confirmed'"#,
        r#"update "order" set points_earned = points_earned - 1 where order_status = 'confirmed'"#,
    ),
    (
        "a card payment that is open and the order that waits for it belong together",
        "update payment set status = 'unknown' where status = 'pending'",
        "update payment set status = 'pending' where status = 'unknown'",
    ),
    (
        "no more goes back to a card than it paid, and nothing of a refused payment",
        "insert into payment_cancel (payment_cancel_id, request_key, payment_id, amount, try_at, created_at)
         select gen_random_uuid(), gen_random_uuid(), payment_id, 1000000, now(), now() from payment where method = 'card' and status = 'paid'",
        "delete from payment_cancel where amount = 1000000",
    ),
    (
        "a wallet that a card has charged holds what was paid",
        "update payment set amount = amount + 1 where order_id is null",
        "update payment set amount = amount - 1 where order_id is null",
    ),
    (
        "the last change of each status in the timeline is the status",
        r#"insert into order_change (order_id, axis, to_status, actor, reason, created_at)
           select order_id, 'payment', 'unknown', 'system', 'corrupt', now() from "order" where order_status = 'confirmed'"#,
        "delete from order_change where reason = 'corrupt'",
    ),
    (
        "orders and their parts are listed where their statuses say, each part with the sum of its lines",
        "update delivery set goods = goods + 1 where seller_id = 1",
        "update delivery set goods = goods - 1 where seller_id = 1",
    ),
    (
        "a parcel belongs to goods that were accepted",
        "insert into parcel (delivery_id, requested_at)
         select min(delivery_id::text)::uuid, now() from delivery where fulfillment_status = 'unfulfilled'",
        "delete from parcel where carrier is null",
    ),
    (
        "goods that are kept are at least where their parcel was seen",
        "insert into checkpoint (message_id, delivery_id, status, place, at, received_at)
         select 'corrupt', delivery_id, 'delivered', '', now(), now() from parcel",
        "delete from checkpoint where message_id = 'corrupt'",
    ),
    (
        "every paid order has left one order.paid in the log",
        "update event set name = 'order.lost' where name = 'order.paid'",
        "update event set name = 'order.paid' where name = 'order.lost'",
    ),
];

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn each_rule_finds_what_breaks_it_and_no_other_does(db: PgPool) -> Result<()> {
    let scene = eventful(db).await?;
    for invariant in INVARIANTS {
        let (name, corrupt, mend) =
            CORRUPTIONS.iter().find(|(name, ..)| *name == invariant.name).expect("each rule has its corruption");
        let touched = sqlx::raw_sql(corrupt).execute(&scene.shop.db).await?.rows_affected();
        assert!(touched > 0, "{name}");
        assert_eq!(broken(&scene.shop).await?, [*name]);
        sqlx::raw_sql(mend).execute(&scene.shop.db).await?;
        assert!(broken(&scene.shop).await?.is_empty(), "{name} was mended");
    }
    Ok(())
}
