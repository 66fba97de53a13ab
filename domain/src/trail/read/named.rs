//! What entries name by an id alone, read along with them: one query for each kind of thing.

use std::collections::BTreeMap;

use contract::{
    order::{OrderId, order_number},
    product::ProductId,
};
use serde_json::Value;
use uuid::Uuid;

use super::Entry;
use crate::{
    Result, Shop,
    product::{self, Category},
};

/// The names of what entries tell of.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// Titles of products.
    pub titles: BTreeMap<ProductId, String>,
    /// Every category, where an entry tells of one.
    pub categories: Vec<Category>,
    /// The numbers of orders.
    pub orders: BTreeMap<OrderId, String>,
}

pub(super) async fn read(shop: &Shop, entries: &[Entry]) -> Result<Named> {
    let mut ids: Vec<ProductId> = Vec::new();
    let mut categorized = false;
    for told in entries.iter().flat_map(|entry| [&entry.before, &entry.after]) {
        ids.extend(products(told));
        categorized |= told.get("category").is_some() || told.get("categories").is_some();
    }
    let titles = if ids.is_empty() { BTreeMap::new() } else { product::titles(shop, &ids).await? };
    let categories = if categorized { product::categories(shop).await? } else { Vec::new() };
    let subjects: Vec<OrderId> = entries.iter().filter_map(|entry| Uuid::parse_str(&entry.subject).ok()).collect();
    let orders = if subjects.is_empty() { BTreeMap::new() } else { numbers(shop, &subjects).await? };
    Ok(Named { titles, categories, orders })
}

/// The products that are told of: of copies by id, and in a list.
fn products(told: &Value) -> Vec<ProductId> {
    let copies = told.get("kept").and_then(Value::as_object).into_iter().flatten();
    let scope = told.get("products").and_then(Value::as_array).into_iter().flatten();
    let copies = copies.filter_map(|(id, _)| id.parse::<ProductId>().ok());
    copies.chain(scope.filter_map(Value::as_i64)).collect()
}

async fn numbers(shop: &Shop, ids: &[OrderId]) -> Result<BTreeMap<OrderId, String>> {
    let rows = sqlx::query!(r#"select order_id, placed_at from "order" where order_id = any($1)"#, ids)
        .fetch_all(&shop.db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.order_id, order_number(row.order_id, row.placed_at))).collect())
}
