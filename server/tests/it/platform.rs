//! What leaves for the data platform: all of it, at least once, and in order.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use contract::order::OrderId;
use domain::{
    Policy, Shop,
    event::{Reader, Trouble, drain, take},
    order::cancel,
};
use serde_json::{Value, json};
use server::{
    platform::{CloudEvent, Platform, Remote},
    reader::data_platform::DataPlatform,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    carrier::{buy, stocked},
    process::free_address,
    sandbox::Sandbox,
    support::Outcome,
};

/// A platform that refuses what it does not like, and whose answers get lost.
#[derive(Debug, Default)]
struct Moody(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    batches: usize,
    /// Subjects and ids, as they came.
    events: Vec<(String, String)>,
}

impl Moody {
    fn events(&self) -> Vec<(String, String)> {
        self.0.lock().expect("the list").events.clone()
    }
}

#[async_trait]
impl Platform for Moody {
    async fn take(&self, batch: &[CloudEvent<'_>]) -> Result<(), Trouble> {
        assert!((1..=200).contains(&batch.len()), "a request has a limit");
        let events: Vec<Value> = batch.iter().map(|event| json!(event)).collect();
        if events.iter().any(|event| event["data"]["poison"] == true) {
            return Err(Trouble::Poison("no".to_owned()));
        }
        let mut taken = self.0.lock().expect("the list");
        taken.batches += 1;
        taken.events.extend(events.iter().map(|event| (word(event, "subject"), word(event, "id"))));
        // Every third answer is lost on its way.
        if taken.batches.is_multiple_of(3) { Err(Trouble::Away("silent".to_owned())) } else { Ok(()) }
    }
}

fn word(event: &Value, name: &str) -> String {
    event[name].as_str().expect("a word").to_owned()
}

async fn append(shop: &Shop, name: &str, order: OrderId, payload: Value) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("insert into event (name, subject, payload) values ($1, $2, $3) returning event_id")
        .bind(name)
        .bind(order.to_string())
        .bind(payload)
        .fetch_one(&shop.db)
        .await
}

async fn letters(shop: &Shop) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("select count(*) from dead_letter").fetch_one(&shop.db).await
}

/// Reads as long as it takes, as a reader at work does through an outage.
async fn read(shop: &Shop, reader: &dyn Reader) {
    while drain(shop, &[reader]).await.is_err() {}
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn every_event_arrives_with_its_id_and_in_order_though_answers_get_lost(db: PgPool) -> Outcome {
    let shop = Shop::new(db, Policy::default());
    let orders: Vec<OrderId> = (1..=150).map(OrderId::from_u128).collect();
    let mut expected = Vec::new();
    for (name, payload) in [
        ("order.placed", json!({})),
        ("order.paid", json!({ "total": 1 })),
        ("order.canceled", json!({ "paid": true })),
        ("order.canceled", json!({ "paid": true })),
    ] {
        for order in &orders {
            let id = append(&shop, name, *order, payload.clone()).await?;
            if name != "order.placed" {
                expected.push((order.to_string(), id.to_string()));
            }
        }
    }
    append(&shop, "order.canceled", OrderId::from_u128(999), json!({ "paid": false })).await?;
    let moody = Arc::new(Moody::default());
    read(&shop, &DataPlatform::new(moody.clone())).await;
    let mut first = Vec::new();
    for event in moody.events() {
        if !first.contains(&event) {
            first.push(event);
        }
    }
    assert_eq!(first, expected, "all of them and no others, as they happened");
    assert_eq!(letters(&shop).await?, 0);
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn an_event_that_is_refused_holds_up_its_order_alone(db: PgPool) -> Outcome {
    let shop = Shop::new(db, Policy::default());
    let (bad, good) = (OrderId::from_u128(1), OrderId::from_u128(2));
    append(&shop, "order.paid", bad, json!({ "poison": true })).await?;
    let paid = append(&shop, "order.paid", good, json!({})).await?;
    append(&shop, "order.canceled", bad, json!({ "paid": true })).await?;
    let moody = Arc::new(Moody::default());
    read(&shop, &DataPlatform::new(moody.clone())).await;
    assert_eq!(moody.events(), [(good.to_string(), paid.to_string())]);
    assert_eq!(letters(&shop).await?, 2, "the one that was refused, and the one behind it");
    Ok(())
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn orders_of_an_outage_arrive_when_it_is_over(db: PgPool) -> Outcome {
    let (shop, buyer) = stocked(&db).await?;
    let address = free_address()?;
    let url = format!("http://{address}/platform/events").parse()?;
    let reader = DataPlatform::new(Arc::new(Remote::new(&url)?));
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(buy(&shop, &buyer).await?);
        // Nobody listens there.
        while !take(&shop, &reader).await.is_err_and(|trouble| trouble.is_outage()) {}
    }
    let sandbox = Sandbox::start(&[("SANDBOX_ADDR", &address)])?;
    sandbox.switch("platform", &json!({ "fail": true })).await?;
    cancel(&shop, &buyer, orders[1], Uuid::now_v7(), None, None).await?;
    assert!(take(&shop, &reader).await.is_err_and(|trouble| trouble.is_outage()));
    sandbox.switch("platform", &json!({})).await?;
    drain(&shop, &[&reader]).await?;

    let received = sandbox.received("platform").await?;
    let events = received["events"].as_array().ok_or("no list")?;
    let arrived: Vec<_> = events.iter().map(|event| (word(event, "subject"), word(event, "type"))).collect();
    let happened = [(0, "paid"), (1, "paid"), (2, "paid"), (1, "canceled")];
    assert_eq!(arrived, happened.map(|(order, what)| (orders[order].to_string(), format!("madang.order.{what}"))));
    let logged: Vec<String> = sqlx::query_scalar(
        "select event_id::text from event where name in ('order.paid', 'order.canceled') order by event_id",
    )
    .fetch_all(&shop.db)
    .await?;
    assert_eq!(events.iter().map(|event| word(event, "id")).collect::<Vec<_>>(), logged);
    let bought = &events[0]["data"];
    assert_eq!((&bought["order_id"], bought["lines"].as_array().map(Vec::len)), (&json!(orders[0]), Some(1)));
    assert_eq!(letters(&shop).await?, 0, "an outage is no poison");
    Ok(())
}
