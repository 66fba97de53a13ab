//! Hands what was paid and canceled to the data platform.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Shop,
    event::{Event, Reader, Trouble},
};

use crate::platform::{CloudEvent, Platform};

/// The most events of one request.
const MOST: usize = 200;

/// The reader, with the platform that it hands events to.
pub(crate) struct DataPlatform {
    platform: Arc<dyn Platform>,
}

impl DataPlatform {
    pub(crate) fn new(platform: Arc<dyn Platform>) -> Self {
        Self { platform }
    }
}

#[async_trait]
impl Reader for DataPlatform {
    fn name(&self) -> &'static str {
        "data_platform"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["order.paid", "order.canceled"]
    }

    fn sends(&self) -> bool {
        true
    }

    async fn send(&self, _shop: &Shop, events: &[Event]) -> Result<(), Trouble> {
        let batch = events.iter().filter(|event| concerns(event)).map(CloudEvent::of).collect::<Result<Vec<_>, _>>()?;
        // One after the other: an order's events arrive as they happened.
        for part in batch.chunks(MOST) {
            self.platform.take(part).await?;
        }
        Ok(())
    }
}

/// An order that was never paid is not missed when it is canceled.
fn concerns(event: &Event) -> bool {
    event.name != "order.canceled" || event.payload["paid"] != false
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use contract::order::OrderId;
    use serde_json::{Value, json};
    use sqlx::PgPool;

    use super::*;

    /// A platform that is away, refuses what it does not like, and forgets to answer.
    #[derive(Debug, Default)]
    struct Moody {
        taken: Mutex<Vec<(String, String)>>,
        asked: Mutex<usize>,
        down: bool,
    }

    impl Moody {
        fn taken(&self) -> Vec<(String, String)> {
            self.taken.lock().expect("the list").clone()
        }
    }

    #[async_trait]
    impl Platform for Moody {
        async fn take(&self, batch: &[CloudEvent<'_>]) -> Result<(), Trouble> {
            if self.down {
                return Err(Trouble::Away("down".to_owned()));
            }
            assert!(batch.len() <= MOST, "a request has a limit");
            for event in batch {
                let event = json!(event);
                if event["data"]["poison"] == true {
                    return Err(Trouble::Poison("no".to_owned()));
                }
                let word = |name: &str| event[name].as_str().expect("a word").to_owned();
                self.taken.lock().expect("the list").push((word("subject"), word("id")));
            }
            let mut asked = self.asked.lock().expect("the count");
            *asked += 1;
            // Every third answer is lost on its way.
            if asked.is_multiple_of(3) { Err(Trouble::Away("silent".to_owned())) } else { Ok(()) }
        }
    }

    async fn append(shop: &Shop, name: &str, order: OrderId, payload: Value) -> i64 {
        let id = sqlx::query_scalar("insert into event (name, subject, payload) values ($1, $2, $3) returning event_id");
        id.bind(name).bind(order.to_string()).bind(payload).fetch_one(&shop.db).await.expect("an event")
    }

    async fn letters(shop: &Shop) -> i64 {
        sqlx::query_scalar("select count(*) from dead_letter").fetch_one(&shop.db).await.expect("a number")
    }

    /// Reads as long as it takes, as a reader at work does through an outage.
    async fn drain(shop: &Shop, reader: &DataPlatform) {
        while domain::event::drain(shop, &[reader]).await.is_err() {}
    }

    #[sqlx::test(migrator = "domain::MIGRATIONS")]
    async fn every_event_arrives_with_its_id_and_in_the_order_of_its_order(db: PgPool) {
        let shop = Shop::new(db, domain::Policy::default());
        let orders: Vec<OrderId> = (1..=150).map(OrderId::from_u128).collect();
        let mut expected = Vec::new();
        for (name, payload) in [
            ("order.placed", json!({})),
            ("order.paid", json!({ "total": 1 })),
            ("order.canceled", json!({ "paid": true })),
            ("order.canceled", json!({ "paid": true })),
        ] {
            for order in &orders {
                let id = append(&shop, name, *order, payload.clone()).await;
                if name != "order.placed" {
                    expected.push((order.to_string(), id.to_string()));
                }
            }
        }
        let never_paid = OrderId::from_u128(999);
        append(&shop, "order.canceled", never_paid, json!({ "paid": false })).await;

        let away = DataPlatform::new(Arc::new(Moody { down: true, ..Moody::default() }));
        for _ in 0..7 {
            assert!(domain::event::take(&shop, &away).await.is_err_and(|trouble| trouble.is_outage()) || {
                // The first look only begins its cursor.
                letters(&shop).await == 0
            });
        }
        assert_eq!(letters(&shop).await, 0, "an outage is no poison");

        let moody = Arc::new(Moody::default());
        drain(&shop, &DataPlatform::new(Arc::clone(&moody) as Arc<dyn Platform>)).await;
        let mut first = Vec::new();
        for taken in moody.taken() {
            if !first.contains(&taken) {
                first.push(taken);
            }
        }
        assert_eq!(first, expected, "all of them and no others, as they happened");
        assert_eq!(letters(&shop).await, 0);
    }

    #[sqlx::test(migrator = "domain::MIGRATIONS")]
    async fn an_event_that_is_refused_holds_up_its_order_alone(db: PgPool) {
        let shop = Shop::new(db, domain::Policy::default());
        let (bad, good) = (OrderId::from_u128(1), OrderId::from_u128(2));
        append(&shop, "order.paid", bad, json!({ "poison": true })).await;
        let paid = append(&shop, "order.paid", good, json!({})).await;
        append(&shop, "order.canceled", bad, json!({ "paid": true })).await;
        let moody = Arc::new(Moody::default());
        drain(&shop, &DataPlatform::new(Arc::clone(&moody) as Arc<dyn Platform>)).await;
        assert_eq!(moody.taken(), [(good.to_string(), paid.to_string())]);
        assert_eq!(letters(&shop).await, 2);
    }
}
