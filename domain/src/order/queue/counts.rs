//! How many orders stand where, without counting them all.

use std::collections::BTreeMap;

use contract::order::{Stage, first_id};
use time::Duration;

use super::late_before;
use crate::{Result, Shop, member::Operator};

/// Orders are counted up to here, and no further.
pub const MOST_COUNTED: i64 = 10_000;

/// How many orders stand where, each up to [`MOST_COUNTED`] and one more.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    by_stage: BTreeMap<String, i64>,
    /// Those that are not shipped though it was promised.
    pub late: i64,
}

impl Counts {
    /// How many stand there.
    pub fn of(&self, stage: Stage) -> i64 {
        self.by_stage.get(stage.word()).copied().unwrap_or_default()
    }

    /// How many there are.
    pub fn all(&self) -> i64 {
        self.by_stage.values().sum::<i64>().min(MOST_COUNTED + 1)
    }
}

/// How many of the orders that one runs stand where.
///
/// # Errors
/// Where the database is away.
pub async fn counts(shop: &Shop, by: &Operator) -> Result<Counts> {
    let stages: Vec<String> = Stage::ALL.into_iter().map(|stage| stage.word().to_owned()).collect();
    let before = late_before(shop);
    let (last, most) = (first_id(before + Duration::HOUR), MOST_COUNTED + 1);
    let rows: Vec<(String, i64)> = match by.seller() {
        None => sqlx::query!(
            r#"select s.stage as "stage!", (select count(*) from (
                   select from "order" k where k.stage = s.stage limit $2) few) as "count!"
               from unnest($1::text[]) as s (stage)
               union all
               select 'late', (select count(*) from (
                   select from "order" k where k.stage in ('new', 'preparing') and k.order_id < $3
                     and exists (select from order_change c where c.order_id = k.order_id and c.axis = 'order'
                                 and c.to_status = 'placed' and c.created_at <= $4) limit 1001) few)"#,
            &stages,
            most,
            last,
            before
        )
        .fetch_all(&shop.db)
        .await?
        .into_iter()
        .map(|row| (row.stage, row.count))
        .collect(),
        Some(seller) => sqlx::query!(
            r#"select s.stage as "stage!", (select count(*) from (
                   select from delivery k where k.seller_id = $5 and k.stage = s.stage limit $2) few) as "count!"
               from unnest($1::text[]) as s (stage)
               union all
               select 'late', (select count(*) from (
                   select from delivery k where k.seller_id = $5 and k.stage in ('new', 'preparing') and k.order_id < $3
                     and exists (select from order_change c where c.order_id = k.order_id and c.axis = 'order'
                                 and c.to_status = 'placed' and c.created_at <= $4) limit 1001) few)"#,
            &stages,
            most,
            last,
            before,
            seller
        )
        .fetch_all(&shop.db)
        .await?
        .into_iter()
        .map(|row| (row.stage, row.count))
        .collect(),
    };
    let mut by_stage: BTreeMap<String, i64> = rows.into_iter().collect();
    let late = by_stage.remove("late").unwrap_or_default();
    Ok(Counts { by_stage, late })
}
