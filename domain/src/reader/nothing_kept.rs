//! Takes parts of orders that were canceled or ran out of time out of what waits to be shipped.

use async_trait::async_trait;
use contract::order::OrderId;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::{
    Result, Shop, delivery,
    event::{Event, Reader},
};

/// The reader.
#[derive(Debug, Clone, Copy)]
pub struct NothingKept;

#[derive(Deserialize)]
struct Ended {
    order_id: OrderId,
}

#[async_trait]
impl Reader for NothingKept {
    fn name(&self) -> &'static str {
        "nothing_kept"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["order.canceled", "order.expired"]
    }

    async fn store(&self, _shop: &Shop, conn: &mut PgConnection, events: &[Event]) -> Result<()> {
        let ended: serde_json::Result<Vec<Ended>> =
            events.iter().map(|event| Ended::deserialize(&event.payload)).collect();
        let orders: Vec<OrderId> = ended?.into_iter().map(|ended| ended.order_id).collect();
        delivery::set_aside(conn, &orders).await
    }
}
