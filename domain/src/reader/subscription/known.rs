//! What the messages tell of orders and products, read for a batch at once.

use std::collections::{BTreeMap, BTreeSet};

use contract::{Won, order::OrderId, product::ProductId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Copies, Endpoint, Fact};
use crate::{Result, subscription::message::Line};

/// What is known of orders and products of those who listen.
pub(super) struct Known {
    pub(super) parts: BTreeMap<(OrderId, i64), Part>,
    /// Whose each is, and its title.
    pub(super) products: BTreeMap<ProductId, (i64, String)>,
}

/// One seller's part of an order.
#[derive(Default)]
pub(super) struct Part {
    pub(super) delivery: Option<Uuid>,
    /// Titles, prices, and copies that were not canceled before they shipped.
    lines: BTreeMap<ProductId, (String, Won, i32)>,
}

impl Known {
    pub(super) async fn of(conn: &mut PgConnection, facts: &[Fact<'_>], endpoints: &[Endpoint]) -> Result<Self> {
        let orders: Vec<OrderId> = facts.iter().filter_map(Fact::order).collect();
        let products: Vec<ProductId> = facts.iter().filter_map(Fact::product).collect();
        let sellers: BTreeSet<i64> = endpoints.iter().map(|endpoint| endpoint.seller).collect();
        let sellers: Vec<i64> = sellers.into_iter().collect();
        let rows = sqlx::query!(
            r#"select l.order_id, l.seller_id, l.product_id, l.title, l.unit_price, l.quantity - l.canceled as "kept!",
                      d.delivery_id as "delivery_id?"
               from order_line l left join delivery d using (order_id, seller_id)
               where l.order_id = any($1) and l.seller_id = any($2)"#,
            &orders,
            &sellers
        )
        .fetch_all(&mut *conn)
        .await?;
        let mut parts: BTreeMap<(OrderId, i64), Part> = BTreeMap::new();
        for row in rows {
            let part = parts.entry((row.order_id, row.seller_id)).or_default();
            part.delivery = row.delivery_id;
            part.lines.insert(row.product_id, (row.title, row.unit_price, row.kept));
        }
        let rows = sqlx::query!(
            "select product_id, seller_id, title from product where product_id = any($1) and seller_id = any($2)",
            &products,
            &sellers
        );
        let rows = rows.fetch_all(conn).await?;
        let products = rows.into_iter().map(|row| (row.product_id, (row.seller_id, row.title))).collect();
        Ok(Self { parts, products })
    }
}

impl Part {
    /// So many copies of one of its products.
    pub(super) fn line(&self, copies: &Copies) -> Option<Line> {
        let (title, unit_price, _) = self.lines.get(&copies.product_id)?;
        let (product_id, quantity) = (copies.product_id, copies.quantity);
        Some(Line { product_id, title: Some(title.clone()), quantity, unit_price: *unit_price })
    }

    /// All that went out.
    pub(super) fn kept(&self) -> Vec<Line> {
        let each =
            self.lines.iter().map(|(product_id, (_, _, kept))| Copies { product_id: *product_id, quantity: *kept });
        each.filter(|copies| copies.quantity > 0).filter_map(|copies| self.line(&copies)).collect()
    }
}
