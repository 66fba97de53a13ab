//! How far the readers are behind.

use crate::{Result, Shop};

/// Events are counted up to here, as the query says too.
const MOST: i64 = 10_000;

/// How far a reader is behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Lag {
    /// The reader.
    pub reader: String,
    /// Events behind its cursor, wanted or not; ten thousand may be more.
    pub events: i64,
    /// The age of the oldest of them, in seconds.
    pub seconds: f64,
    /// Events that are set aside.
    pub dead: i64,
}

impl Lag {
    /// Whether there may be more events than were counted.
    pub const fn is_more(&self) -> bool {
        self.events >= MOST
    }
}

/// How far readers are behind, in their order.
///
/// # Errors
/// Where the database is away.
pub async fn lags(shop: &Shop, readers: &[&str]) -> Result<Vec<Lag>> {
    let readers: Vec<String> = readers.iter().map(|reader| (*reader).to_owned()).collect();
    Ok(sqlx::query_as!(
        Lag,
        r#"with place as (
               select n.name, n.position, coalesce(r.xid, '0') as xid, coalesce(r.event_id, 0) as event_id
               from unnest($1::text[]) with ordinality as n (name, position) left join event_reader r using (name)
           )
           select p.name as "reader!", behind.count as "events!",
                  coalesce(extract(epoch from now() - oldest.created_at), 0)::float8 as "seconds!", dead.count as "dead!"
           from place p
           left join lateral (
               select count(*) from (
                   select from event e where (e.xid, e.event_id) > (p.xid, p.event_id)
                   order by e.xid, e.event_id limit 10000
               ) e
           ) behind on true
           left join lateral (
               select e.created_at from event e where (e.xid, e.event_id) > (p.xid, p.event_id)
               order by e.xid, e.event_id limit 1
           ) oldest on true
           left join lateral (select count(*) from dead_letter d where d.reader = p.name and d.settled is null) dead on true
           order by p.position"#,
        &readers
    )
    .fetch_all(&shop.db)
    .await?)
}
