//! Keeps what each member's purchases will earn.

use async_trait::async_trait;
use contract::order::OrderId;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::{
    Result, Shop,
    event::{Event, Reader},
    points::expect,
};

/// The reader. It looks at the orders as they are now, so that nothing depends on which of their
/// events it is told.
#[derive(Debug, Clone, Copy)]
pub struct PointsToEarn;

#[derive(Deserialize)]
struct Changed {
    order_id: OrderId,
}

#[async_trait]
impl Reader for PointsToEarn {
    fn name(&self) -> &'static str {
        "points_to_earn"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["order.paid", "order.canceled", "order.returned", "order.confirmed"]
    }

    async fn store(&self, _shop: &Shop, conn: &mut PgConnection, events: &[Event]) -> Result<()> {
        let orders = events.iter().map(|event| Ok(Changed::deserialize(&event.payload)?.order_id));
        let mut orders: Vec<OrderId> = orders.collect::<Result<_>>()?;
        orders.sort_unstable();
        orders.dedup();
        expect(conn, &orders).await
    }
}
