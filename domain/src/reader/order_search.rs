//! Keeps what orders are searched by.

use async_trait::async_trait;
use contract::order::OrderId;
use serde::Deserialize;
use sqlx::PgConnection;

use crate::{
    Result, Shop,
    event::{Event, Reader},
};

/// The reader. Where an order goes is settled when it is placed.
#[derive(Debug, Clone, Copy)]
pub struct OrderSearch;

#[derive(Deserialize)]
struct Placed {
    order_id: OrderId,
}

#[async_trait]
impl Reader for OrderSearch {
    fn name(&self) -> &'static str {
        "order_search"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["order.placed"]
    }

    async fn store(&self, _shop: &Shop, conn: &mut PgConnection, events: &[Event]) -> Result<()> {
        let orders = events.iter().map(|event| Ok(Placed::deserialize(&event.payload)?.order_id));
        let orders: Vec<OrderId> = orders.collect::<Result<_>>()?;
        sqlx::query!(
            r#"insert into order_search (order_id, search_text)
               select order_id, order_words(recipient, phone, postcode, line1, line2) from "order"
               where order_id = any($1) on conflict do nothing"#,
            &orders
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}
