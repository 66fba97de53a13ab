//! Counts the copies that are sold, for the ranking.

use std::collections::BTreeMap;

use async_trait::async_trait;
use contract::{Failure, order::OrderId, product::ProductId};
use serde::{Deserialize, de::Error as _};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    Result, Shop,
    event::{Event, Reader},
    ranking::{Sold, count},
};

/// The reader.
#[derive(Debug, Clone, Copy)]
pub struct Ranking;

#[derive(Deserialize)]
struct Paid {
    lines: Vec<Line>,
    /// Milliseconds since 1970.
    at: i64,
}

#[derive(Deserialize)]
struct Canceled {
    order_id: OrderId,
    /// Whether it had been paid: of what was not, nothing was counted.
    paid: bool,
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    product_id: ProductId,
    quantity: i32,
}

#[async_trait]
impl Reader for Ranking {
    fn name(&self) -> &'static str {
        "ranking"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["order.paid", "order.canceled"]
    }

    async fn store(&self, shop: &Shop, conn: &mut PgConnection, events: &[Event]) -> Result<()> {
        let mut sold = Sold::default();
        let mut canceled = Vec::new();
        for event in events {
            if event.name == "order.paid" {
                let paid = Paid::deserialize(&event.payload)?;
                let at = OffsetDateTime::from_unix_timestamp(paid.at.div_euclid(1_000));
                let at = at.map_err(serde_json::Error::custom)?;
                paid.lines.iter().for_each(|line| sold.add(at, line.product_id, line.quantity.into()));
            } else {
                canceled.push(Canceled::deserialize(&event.payload)?);
            }
        }
        canceled.retain(|order| order.paid);
        let orders: Vec<OrderId> = canceled.iter().map(|order| order.order_id).collect();
        let paid_at = paid_at(conn, &orders).await?;
        for order in canceled {
            let at = *paid_at.get(&order.order_id).ok_or(Failure::NotFound)?;
            order.lines.iter().for_each(|line| sold.add(at, line.product_id, -i64::from(line.quantity)));
        }
        count(shop, conn, &sold).await
    }
}

/// When orders were paid, by their timelines, which outlive the log.
pub(super) async fn paid_at(conn: &mut PgConnection, orders: &[OrderId]) -> Result<BTreeMap<OrderId, OffsetDateTime>> {
    if orders.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query!(
        r#"select order_id, min(created_at) as "at!" from order_change
           where order_id = any($1) and axis = 'payment' and to_status = 'paid' group by order_id"#,
        orders
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.order_id, row.at)).collect())
}
