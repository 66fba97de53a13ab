//! Parcels from the acceptance to the door: what is asked of the carrier, and what it tells.

mod fake;
mod webhook;

use std::sync::Arc;

use contract::{
    address::Address,
    cart::Totals,
    order::{FulfillmentStatus, OrderId, SeenLine},
};
use domain::{
    Policy, Shop, address,
    cart::{self, Owner},
    delivery::{accept_due, advance, errands},
    event::{Taken, drain, take},
    member::{self, Operator, Shopper},
    order::{self, Checkout, cancel, place_one},
    points,
};
use server::{demo, reader::delivery_request::DeliveryRequest};
use sqlx::PgPool;
use time::Duration;
use uuid::Uuid;

use crate::support::Outcome;
use fake::Fake;

/// The demo shop with a shopper who can buy a lot.
pub(crate) async fn stocked(db: &PgPool) -> Result<(Shop, Shopper), Box<dyn std::error::Error>> {
    let shop = Shop::new(db.clone(), Policy::default());
    demo::fill(db).await?;
    sqlx::query(
        "with more as (update stock set on_hand = on_hand + 1000 returning product_id)
         insert into stock_movement (product_id, kind, on_hand_delta) select product_id, 'received', 1000 from more",
    )
    .execute(db)
    .await?;
    let id = sqlx::query_scalar("select member_id from member where email = 'shopper@madang.example'");
    let buyer = member::recognize(&shop, id.fetch_one(db).await?, 0).await?.ok_or("no shopper")?;
    points::charge(&shop, &buyer, Uuid::now_v7(), 1_000_000).await?;
    let home = Address {
        recipient: "김독자".to_owned(),
        phone: "01012345678".to_owned(),
        postcode: "04524".to_owned(),
        line1: "서울특별시 중구 세종대로 110".to_owned(),
        line2: "3층".to_owned(),
    };
    address::add(&shop, &buyer, &home).await?;
    Ok((shop, buyer))
}

/// A paid order of one copy.
pub(crate) async fn buy(shop: &Shop, by: &Shopper) -> Result<OrderId, Box<dyn std::error::Error>> {
    cart::add(shop, Owner::Member(by.id()), 1, 1.try_into().map_err(|_| "no quantity")?).await?;
    let lines = cart::lines(shop, Owner::Member(by.id())).await?;
    let totals =
        Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), shop.policy.delivery);
    let seen = lines.iter().map(|line| SeenLine {
        product: line.product,
        quantity: line.quantity,
        unit_price: line.unit_price,
    });
    let home = address::list(shop, by).await?.first().ok_or("no address")?.address_id;
    Ok(place_one(shop, Checkout::new(by, Uuid::now_v7(), seen.collect(), totals.total(), home)).await?)
}

/// So many accepted orders, with their deliveries.
async fn accepted(
    shop: &Shop,
    by: &Shopper,
    orders: usize,
) -> Result<Vec<(OrderId, Uuid)>, Box<dyn std::error::Error>> {
    let mut accepted = Vec::new();
    for _ in 0..orders {
        let order = buy(shop, by).await?;
        accepted.push((order, order::detail(shop, by, order).await?.deliveries[0].id));
    }
    assert_eq!(accept_due(shop, Duration::ZERO).await?, orders);
    Ok(accepted)
}

/// What the shop and the carrier know of parcels is the same.
async fn assert_agreed(shop: &Shop, carrier: &Fake, parcels: usize) -> Outcome {
    let stored: Vec<(Uuid, Option<String>)> = sqlx::query_as(
        "select delivery_id, tracking_number from parcel where carrier is not null order by delivery_id",
    )
    .fetch_all(&shop.db)
    .await?;
    let taken: Vec<(Uuid, Option<String>)> =
        carrier.parcels().into_iter().map(|(delivery, number)| (delivery, Some(number))).collect();
    assert_eq!((stored.len(), &stored), (parcels, &taken));
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_carrier_that_is_away_or_does_not_answer_gets_each_parcel_once_in_the_end(db: PgPool) -> Outcome {
    let (shop, buyer) = stocked(&db).await?;
    accepted(&shop, &buyer, 20).await?;
    let carrier = Arc::new(Fake::default());
    let reader = DeliveryRequest::new(carrier.clone());
    for away in [true, false] {
        // Away before it took anything; then it takes each parcel, and the answer is lost.
        carrier.set(|trouble| (trouble.away, trouble.silent) = (away, !away));
        for _ in 0..3 {
            let trouble = loop {
                match take(&shop, &reader).await {
                    Ok(Taken::Nothing) => return Err("nothing was asked".into()),
                    Ok(_) => {}
                    Err(trouble) => break trouble,
                }
            };
            assert!(trouble.is_outage(), "{trouble}");
        }
    }
    assert_agreed(&shop, &Fake::default(), 0).await?;
    carrier.set(|trouble| trouble.silent = false);
    drain(&shop, &[&reader]).await?;
    assert_agreed(&shop, &carrier, 20).await?;
    assert!(carrier.most_at_once() > 1 && carrier.most_at_once() <= 8, "{}", carrier.most_at_once());
    drain(&shop, &[&reader]).await?;
    assert_agreed(&shop, &carrier, 20).await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn two_readers_at_once_book_each_parcel_once(db: PgPool) -> Outcome {
    let (shop, buyer) = stocked(&db).await?;
    accepted(&shop, &buyer, 12).await?;
    let carrier = Arc::new(Fake::default());
    let (one, other) = (DeliveryRequest::new(carrier.clone()), DeliveryRequest::new(carrier.clone()));
    let (readers, others): ([&dyn domain::event::Reader; 1], [&dyn domain::event::Reader; 1]) = ([&one], [&other]);
    let (one, other) = tokio::join!(drain(&shop, &readers), drain(&shop, &others));
    one?;
    other?;
    assert_agreed(&shop, &carrier, 12).await
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_canceled_order_leaves_no_parcel_behind_at_the_carrier(db: PgPool) -> Outcome {
    let (shop, buyer) = stocked(&db).await?;
    let orders = accepted(&shop, &buyer, 4).await?;
    let carrier = Arc::new(Fake::default());
    let reader = DeliveryRequest::new(carrier.clone());
    // The first was never asked for, the answer about the second was lost, the third is booked.
    let (first, second, third, fourth) = (orders[0], orders[1], orders[2], orders[3]);
    cancel(&shop, &buyer, first.0, Uuid::now_v7(), None, None).await?;
    errands(&shop, &[second.1], &[]).await?;
    let lost = carrier.take(second.1);
    cancel(&shop, &buyer, second.0, Uuid::now_v7(), None, None).await?;
    drain(&shop, &[&reader]).await?;
    assert_eq!(carrier.parcels().len(), 3);
    cancel(&shop, &buyer, third.0, Uuid::now_v7(), None, None).await?;
    // The carrier has the fourth already, and says so.
    cancel(&shop, &buyer, fourth.0, Uuid::now_v7(), None, None).await?;
    drain(&shop, &[&reader]).await?;
    let mut called_off = carrier.called_off();
    called_off.sort();
    let mut all: Vec<String> = carrier.parcels().into_iter().map(|(_, number)| number).collect();
    all.sort();
    assert!(called_off.contains(&lost));
    assert_eq!(called_off, all, "each once");
    let open = sqlx::query_scalar::<_, i64>("select count(*) from parcel where canceled_at is null");
    assert_eq!(open.fetch_one(&db).await?, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn goods_that_went_by_hand_while_the_carrier_was_away_leave_no_parcel_behind(db: PgPool) -> Outcome {
    let (shop, buyer) = stocked(&db).await?;
    let orders = accepted(&shop, &buyer, 2).await?;
    let carrier = Arc::new(Fake::default());
    let reader = DeliveryRequest::new(carrier.clone());
    carrier.set(|trouble| trouble.away = true);
    while take(&shop, &reader).await.is_ok() {}
    let staff = sqlx::query_scalar("select member_id from member where role = 'staff'").fetch_one(&db).await?;
    let staff = Operator::of(&shop, &member::recognize(&shop, staff, 0).await?.ok_or("no staff")?).await?;
    let (by_hand, part) = orders[0];
    let seller = order::detail(&shop, &buyer, by_hand).await?.deliveries[0].seller;
    advance(&shop, &staff, by_hand, seller, FulfillmentStatus::Shipped).await?;
    carrier.set(|trouble| trouble.away = false);
    drain(&shop, &[&reader]).await?;
    assert_eq!(carrier.called_off(), [carrier.take(part)]);
    let kept = sqlx::query_scalar::<_, Uuid>("select delivery_id from parcel where canceled_at is null");
    assert_eq!(kept.fetch_all(&db).await?, [orders[1].1]);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_parcel_that_the_carrier_refuses_does_not_keep_the_others(db: PgPool) -> Outcome {
    let (shop, buyer) = stocked(&db).await?;
    let orders = accepted(&shop, &buyer, 3).await?;
    let carrier = Arc::new(Fake::default());
    carrier.set(|trouble| trouble.refused = Some(orders[1].1));
    let reader = DeliveryRequest::new(carrier.clone());
    drain(&shop, &[&reader]).await?;
    assert_agreed(&shop, &carrier, 2).await?;
    let dead: Vec<String> = sqlx::query_scalar("select subject from dead_letter").fetch_all(&db).await?;
    assert_eq!(dead, [orders[1].0.to_string()]);
    Ok(())
}
