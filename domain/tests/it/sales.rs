//! Sums of sales by Korean days, against what the orders themselves say.

use contract::{
    Won,
    claim::{ClaimKind, ClaimStatus, Fault},
    order::OrderId,
    product::ProductId,
    when::{kst_date, kst_midnight},
};
use domain::{
    Result, Shop,
    event::drain,
    member::Operator,
    order::{cancel, cancel_unpaid, expire, pay, place, place_one},
    ranking::{best_of, roll},
    reader::{ranking::Ranking, sales::Sales},
    sales::{self, Sum},
    visit,
};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::{
    fixture::{number, product},
    scene::{Scene, beside, campaign, seller_of},
};

/// The shop with its clock so long after the next Korean midnight.
fn after_midnight(shop: &Shop, by: Duration) -> Shop {
    let tomorrow = kst_midnight(kst_date(shop.now()) + Duration::DAY);
    shop.ahead(tomorrow + by - shop.now())
}

async fn sell(scene: &Scene, late: &Shop, lines: &[(ProductId, i32)]) -> Result<OrderId> {
    Ok(place(&late.db, late.policy, &[scene.checkout(lines).await?], late.now()).await?.remove(0)?)
}

/// Won, orders and copies of the last days, once the reader is there.
async fn sums(late: &Shop, by: &Operator, days: u16) -> Result<Vec<(Won, i64, i64)>> {
    drain(late, &[&Sales]).await?;
    assert_eq!(number(late, "select count(*) from dead_letter").await, 0);
    let days = sales::days(late, by, days).await?;
    Ok(days.into_iter().map(|day| (day.sum.won, day.sum.orders, day.sum.copies)).collect())
}

/// Today's.
async fn today(scene: &Scene) -> Result<(Won, i64, i64)> {
    Ok(sums(&scene.shop, &scene.operator, 1).await?.remove(0))
}

/// All days together are what the orders say, for the shop and for each seller.
async fn agrees(shop: &Shop) -> Result<()> {
    let naive = "select l.seller_id, count(distinct order_id) filter (where kept > 0), sum(kept)::bigint,
             sum((l.quantity * unit_price - l.discount) - coalesce(back, 0))::bigint
         from order_line l
         cross join lateral (select l.quantity - canceled - returned as kept) as k
         left join lateral (select sum(r.goods - r.discount) as back from refund_line r join refund f using (refund_id)
                            where f.order_id = l.order_id and r.product_id = l.product_id) as b on true
         where exists (select from order_change c where c.order_id = l.order_id and c.axis = 'payment' and c.to_status = 'paid')
         group by grouping sets ((), (l.seller_id))";
    let naive = format!("select coalesce(seller_id, 0), * from ({naive}) as n (seller_id, orders, copies, won)");
    let naive = format!("select coalesce, orders, copies, won from ({naive}) as n where won is not null order by 1");
    let expected: Vec<(i64, i64, i64, i64)> = sqlx::query_as(&naive).fetch_all(&shop.db).await?;
    for table in ["sales_day", "sales_minute"] {
        let kept = format!(
            "select seller_id, sum(orders)::bigint, sum(copies)::bigint, sum(won)::bigint from {table} group by 1 order by 1"
        );
        let kept: Vec<(i64, i64, i64, i64)> = sqlx::query_as(&kept).fetch_all(&shop.db).await?;
        assert_eq!(kept, expected, "{table}");
    }
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn sums_follow_payments_cancels_and_returns(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let (shop, reader) = (&scene.shop, &scene.reader);
    let (one, other) = (product(shop, "하나", 9_000, 90).await, product(shop, "둘", 5_000, 90).await);
    assert_eq!(today(&scene).await?, (0, 0, 0));
    let first = scene.buy(&[(one, 3), (other, 2)]).await?;
    assert_eq!(today(&scene).await?, (37_000, 1, 5), "goods alone: no delivery");

    let (paid, dropped) = (scene.hold(&[(other, 4)], 0).await?, scene.hold(&[(other, 9)], 0).await?);
    assert_eq!(today(&scene).await?, (37_000, 1, 5), "held is not sold");
    pay(shop, reader, paid).await?;
    cancel_unpaid(shop, reader, dropped, Uuid::now_v7()).await?;
    assert_eq!(today(&scene).await?, (57_000, 2, 9));
    scene.hold(&[(one, 1)], 0).await?;
    while expire(&shop.ahead(Duration::HOUR)).await? > 0 {}
    assert_eq!(today(&scene).await?, (57_000, 2, 9));

    cancel(shop, reader, first, Uuid::now_v7(), Some(&[(one, 2)]), None).await?;
    assert_eq!(today(&scene).await?, (39_000, 2, 7));
    cancel(shop, reader, first, Uuid::now_v7(), None, None).await?;
    assert_eq!(today(&scene).await?, (20_000, 1, 4), "an order of which nothing is kept does not count");

    scene.deliver(paid).await?;
    for left in [(15_000, 1, 3), (0, 0, 0)] {
        let copies = if left.1 > 0 { 1 } else { 3 };
        let claim = scene.claim(paid, ClaimKind::Return, Fault::Buyer, &[(other, copies)]).await?;
        scene.through(paid, claim, ClaimStatus::Completed).await?;
        assert_eq!(today(&scene).await?, left);
    }
    let day = sales::days(shop, &scene.operator, 1).await?.remove(0);
    assert_eq!((day.placed, day.paid), (4, 2), "whatever became of them");
    agrees(shop).await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn discounts_are_no_sales(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let book = product(&scene.shop, "책", 10_000, 90).await;
    let coupon = scene.coupon(&campaign(&scene.shop, "amount", "1001")).await?;
    let order = place_one(&scene.shop, scene.checkout_with(&[(book, 3)], coupon, 1_001).await?).await?;
    assert_eq!(today(&scene).await?, (28_999, 1, 3));
    cancel(&scene.shop, &scene.reader, order, Uuid::now_v7(), Some(&[(book, 1)]), None).await?;
    today(&scene).await?;
    agrees(&scene.shop).await?;
    cancel(&scene.shop, &scene.reader, order, Uuid::now_v7(), None, None).await?;
    assert_eq!(today(&scene).await?, (0, 0, 0));
    agrees(&scene.shop).await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_day_is_a_korean_day_and_a_cancel_belongs_to_that_of_the_payment(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let book = product(&scene.shop, "책", 10_000, 90).await;
    let midnight = after_midnight(&scene.shop, Duration::ZERO);
    let before = after_midnight(&scene.shop, -Duration::SECOND);
    let order = sell(&scene, &before, &[(book, 2)]).await?;
    sell(&scene, &midnight, &[(book, 1)]).await?;
    let by = &scene.operator;
    assert_eq!(sums(&midnight, by, 3).await?, [(0, 0, 0), (20_000, 1, 2), (10_000, 1, 1)]);
    assert_eq!(sums(&before, by, 1).await?, [(20_000, 1, 2)]);
    cancel(&midnight, &scene.reader, order, Uuid::now_v7(), Some(&[(book, 1)]), None).await?;
    assert_eq!(sums(&midnight, by, 3).await?, [(0, 0, 0), (10_000, 1, 1), (10_000, 1, 1)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn today_is_compared_with_last_week_until_the_same_minute(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let (shop, by) = (&scene.shop, &scene.operator);
    let book = product(shop, "책", 10_000, 90).await;
    for (hour, copies) in [(-1, 9), (9, 1), (10, 2), (11, 4)] {
        sell(&scene, &after_midnight(shop, Duration::hours(hour)), &[(book, copies)]).await?;
    }
    let week = async |by_then: Duration| -> Result<Sum> {
        let late = after_midnight(shop, Duration::WEEK + by_then);
        drain(&late, &[&Sales]).await?;
        sales::a_week_ago(&late, by).await
    };
    let sum = |copies: i64, orders| Sum { won: 10_000 * copies, orders, copies };
    assert_eq!(week(Duration::hours(8)).await?, Sum::default());
    assert_eq!(week(Duration::hours(10) - Duration::MINUTE).await?, sum(1, 1));
    assert_eq!(week(Duration::hours(10)).await?, sum(3, 2));
    assert_eq!(week(Duration::hours(23)).await?, sum(7, 3));
    // The sums by the minute are forgotten, those of the days are not.
    let late = after_midnight(shop, Duration::days(10));
    assert_eq!(sales::forget(&late).await?, 8);
    assert_eq!(sums(&late, by, 12).await?[..2], [(90_000, 1, 9), (70_000, 3, 7)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_seller_sees_nothing_of_anothers(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let shop = &scene.shop;
    let (one, other) = (product(shop, "하나", 9_000, 90).await, product(shop, "둘", 5_000, 90).await);
    let second = beside(shop, one, 1_000, 90).await;
    let ((first, seller), (stranger, _)) = (seller_of(shop, one).await?, seller_of(shop, other).await?);
    let none = seller_of(shop, product(shop, "셋", 1, 1).await).await?;
    let order = scene.buy(&[(one, 1), (second, 3), (other, 2)]).await?;
    scene.buy(&[(other, 1)]).await?;
    assert_eq!(sums(shop, &first, 1).await?, [(12_000, 1, 4)]);
    assert_eq!(sums(shop, &stranger, 1).await?, [(15_000, 2, 3)]);
    assert_eq!(sums(shop, &none.0, 1).await?, [(0, 0, 0)]);
    assert_eq!(today(&scene).await?, (27_000, 2, 7));
    assert_eq!(sales::a_week_ago(&shop.ahead(Duration::WEEK), &none.0).await?, Sum::default());
    let places = sales::days(shop, &first, 1).await?.remove(0);
    assert_eq!((places.placed, places.paid), (1, 1));

    // One's part ends before the order does, and ends once.
    cancel(shop, &scene.reader, order, Uuid::now_v7(), Some(&[(one, 1)]), None).await?;
    assert_eq!(sums(shop, &first, 1).await?, [(3_000, 1, 3)]);
    cancel(shop, &scene.reader, order, Uuid::now_v7(), Some(&[(second, 3), (other, 1)]), None).await?;
    assert_eq!(sums(shop, &first, 1).await?, [(0, 0, 0)]);
    assert_eq!(sums(shop, &stranger, 1).await?, [(10_000, 2, 2)]);
    agrees(shop).await?;
    cancel(shop, &scene.reader, order, Uuid::now_v7(), None, None).await?;
    assert_eq!(today(&scene).await?, (5_000, 1, 1));
    agrees(shop).await?;

    scene.buy(&[(one, 1), (second, 2)]).await?;
    drain(shop, &[&Ranking]).await?;
    roll(shop).await?;
    let best = best_of(shop, seller, contract::ranking::Window::Month, 5).await?;
    assert_eq!(best.iter().map(|own| (own.product, own.units)).collect::<Vec<_>>(), [(second, 2), (one, 1)]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn who_orders_and_who_pays_counts_once_a_day_for_the_shop_and_each_seller(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let shop = &scene.shop;
    let (one, other) = (product(shop, "하나", 9_000, 90).await, product(shop, "둘", 5_000, 90).await);
    let (first, stranger) = (seller_of(shop, one).await?.0, seller_of(shop, other).await?.0);
    let people = async |late: &Shop, by: &Operator| -> Result<Vec<(i64, i64)>> {
        drain(late, &[&Sales]).await?;
        assert_eq!(number(late, "select count(*) from dead_letter").await, 0);
        Ok(visit::days(late, by, 4).await?.into_iter().map(|day| (day.ordered, day.paid)).collect())
    };
    let held = scene.hold(&[(one, 1)], 0).await?;
    assert_eq!(people(shop, &scene.operator).await?, [(1, 0)], "ordered, and not paid");
    pay(shop, &scene.reader, held).await?;
    for _ in 0..3 {
        scene.buy(&[(one, 1), (other, 1)]).await?;
        assert_eq!(people(shop, &scene.operator).await?, [(1, 1)]);
    }
    cancel(shop, &scene.reader, held, Uuid::now_v7(), None, None).await?;
    for by in [&scene.operator, &first, &stranger] {
        assert_eq!(people(shop, by).await?, [(1, 1)], "whatever became of it");
    }

    let next = after_midnight(shop, Duration::HOUR);
    sell(&scene, &next, &[(other, 1)]).await?;
    assert_eq!(people(&next, &scene.operator).await?, [(1, 1), (1, 1)]);
    assert_eq!(people(&next, &first).await?, [(1, 1)]);
    // Once a day is forgotten, nobody can tell who counted on it.
    sell(&scene, &next, &[(one, 1)]).await?;
    let late = after_midnight(shop, Duration::days(2) + Duration::HOUR);
    visit::forget(&late).await?;
    assert_eq!(people(&late, &first).await?, [(1, 1)]);
    assert_eq!(number(shop, "select count(*) from visit_seen").await, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn what_stands_in_no_sum_is_taken_out_of_none(db: PgPool) -> Result<()> {
    let scene = Scene::new(db, 900_000).await?;
    let shop = &scene.shop;
    let book = product(shop, "책", 10_000, 90).await;
    let forgotten = scene.buy(&[(book, 3)]).await?;
    // The log forgot it before anybody summed it up.
    sqlx::query("delete from event").execute(&shop.db).await?;
    sqlx::query("update sales_begin set at = now()").execute(&shop.db).await?;
    scene.buy(&[(book, 1)]).await?;
    cancel(shop, &scene.reader, forgotten, Uuid::now_v7(), None, None).await?;
    assert_eq!(today(&scene).await?, (10_000, 1, 1));
    Ok(())
}
