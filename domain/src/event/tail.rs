//! Looking at the end of the log as it grows, for whoever shows what happens and keeps nothing.

use std::collections::BTreeSet;

use contract::{member::MemberId, order::OrderId};

use crate::{Result, Shop};

/// The most events that are looked at in one go.
const MOST: i64 = 1_000;

/// How far somebody has looked. It lives in memory: who comes anew starts at the end.
#[derive(Debug, Clone, Copy)]
pub struct Cursor {
    xid: i64,
    event: i64,
}

/// Something of a member's order changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Heard {
    /// Whose order it is.
    pub member: MemberId,
    /// The order.
    pub order: OrderId,
}

/// The end of the log: all that is committed later lies behind it.
///
/// # Errors
/// Where the database is away.
pub async fn end(shop: &Shop) -> Result<Cursor> {
    let xid = sqlx::query_scalar!(r#"select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "xid!""#);
    Ok(Cursor { xid: xid.fetch_one(&shop.db).await?, event: 0 })
}

/// What changed behind the cursor, each order once, and the cursor after it. Goes on until the end;
/// what is committed while an older transaction still runs is heard when that one has ended.
///
/// # Errors
/// Where the database is away.
pub async fn tail(shop: &Shop, from: Cursor) -> Result<(BTreeSet<Heard>, Cursor)> {
    let mut heard = BTreeSet::new();
    let mut at = from;
    loop {
        let rows = sqlx::query!(
            r#"select horizon::text::bigint as "horizon!", seen.xid::text::bigint as "xid?", event_id as "event_id?",
                      member as "member?", "order" as "order?"
               from (select pg_snapshot_xmin(pg_current_snapshot()) as horizon) as now
               left join lateral (
                   select xid, event_id, payload ->> 'member_id' as member, payload ->> 'order_id' as "order"
                   from event
                   where (xid, event_id) > ($1::text::xid8, $2::bigint) and xid < horizon
                   order by xid, event_id limit $3
               ) as seen on true
               order by seen.xid, event_id"#,
            at.xid.to_string(),
            at.event,
            MOST
        )
        .fetch_all(&shop.db)
        .await?;
        for row in &rows {
            let member = row.member.as_deref().and_then(|text| text.parse().ok());
            let order = row.order.as_deref().and_then(|text| text.parse().ok());
            heard.extend(member.zip(order).map(|(member, order)| Heard { member, order }));
        }
        let Some(last) = rows.last() else { return Ok((heard, at)) };
        if let (Some(xid), Some(event), Ok(MOST)) = (last.xid, last.event_id, i64::try_from(rows.len())) {
            at = Cursor { xid, event };
        } else {
            // All below the oldest transaction that still runs has been looked at.
            return Ok((heard, Cursor { xid: last.horizon, event: 0 }));
        }
    }
}
