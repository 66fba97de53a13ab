//! Old events leave the log.

use time::Duration;

use crate::{Result, Shop};

/// Forgets events that are older than so many days and behind the cursor of each reader, five thousand
/// at most. A reader counts if it is one of these, or if its cursor has moved within so many days: other
/// instances may have other readers. Any other cursor is of a reader that is no more.
/// Answers how many left: call it again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn forget(shop: &Shop, readers: &[&str], days: i64) -> Result<usize> {
    let readers: Vec<String> = readers.iter().map(|reader| (*reader).to_owned()).collect();
    // The log is nearly in the order of time: no more than its beginning has to be looked at.
    let forgotten = sqlx::query_scalar!(
        r#"with slowest as (
               select coalesce(r.xid, '0') as xid, coalesce(r.event_id, 0) as event_id
               from unnest($1::text[]) as n (name) full join event_reader r using (name)
               where n.name is not null or r.moved_at >= $2
               order by 1, 2 limit 1
           ), beginning as (
               select event_id, xid, created_at from event order by xid, event_id limit 5000
           ), gone as (
               delete from event where event_id in (
                   select b.event_id from beginning b
                   where b.created_at < $2
                     and not exists (select from slowest s where (b.xid, b.event_id) > (s.xid, s.event_id))
               )
               returning created_at
           ), horizon as (
               update event_horizon h set forgotten_until = g.latest
               from (select max(created_at) as latest from gone) g where g.latest > h.forgotten_until
           )
           select count(*) as "count!" from gone"#,
        &readers,
        shop.now() - Duration::days(days)
    )
    .fetch_one(&shop.db)
    .await?;
    Ok(usize::try_from(forgotten).unwrap_or_default())
}
