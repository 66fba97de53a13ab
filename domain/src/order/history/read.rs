//! Each kind of what is known of an order, read by its index.

use std::collections::BTreeMap;

use contract::order::OrderId;

use super::{Entry, Happening, ReadBy};
use crate::{Result, Shop, order::timeline::steps, words::read};

/// Entries of one kind that one page shows at most: more is no history of an order.
const MOST: i64 = 500;

pub(super) async fn statuses(shop: &Shop, order: OrderId) -> Result<Vec<Entry>> {
    let steps = steps(shop, order).await?;
    Ok(steps.into_iter().map(|step| Entry { at: step.at, what: Happening::Status(step) }).collect())
}

pub(super) async fn stock(shop: &Shop, order: OrderId) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"select v.product_id, l.title, v.kind, v.on_hand_delta, v.reserved_delta, v.reason, v.created_at
           from stock_movement v join order_line l on l.order_id = v.order_id and l.product_id = v.product_id
           where v.order_id = $1 order by v.stock_movement_id limit $2"#,
        order,
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let what = Happening::Stock {
                product: row.product_id,
                title: row.title,
                kind: read(&row.kind)?,
                on_hand: row.on_hand_delta,
                reserved: row.reserved_delta,
                reason: row.reason,
            };
            Ok(Entry { at: row.created_at, what })
        })
        .collect()
}

pub(super) async fn points(shop: &Shop, order: OrderId) -> Result<Vec<Entry>> {
    // By the wallet: a member has few entries.
    let rows = sqlx::query!(
        r#"select e.kind, e.amount, e.balance_after, e.created_at
           from points_entry e join "order" o using (member_id)
           where o.order_id = $1 and e.order_id = $1 order by e.points_entry_id limit $2"#,
        order,
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let (amount, balance) = (row.amount, row.balance_after);
            Ok(Entry { at: row.created_at, what: Happening::Points { kind: read(&row.kind)?, amount, balance } })
        })
        .collect()
}

pub(super) async fn payments(shop: &Shop, order: OrderId) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let rows = sqlx::query!(
        "select method, amount, status, brand, last4, failure, checks, created_at, settled_at
         from payment where order_id = $1 order by payment_id limit $2",
        order,
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    for row in rows {
        let amount = row.amount;
        entries.push(Entry { at: row.created_at, what: Happening::Paying { method: row.method.clone(), amount } });
        if row.method == "card" {
            let card = [row.brand, row.last4].join(" ").trim().to_owned();
            let (status, failure, checks) = (row.status, row.failure, row.checks);
            let at = row.settled_at.unwrap_or(row.created_at);
            entries.push(Entry { at, what: Happening::Paid { status, amount, card, failure, checks } });
        }
    }
    let rows = sqlx::query!(
        r#"select amount as "amount!", points, created_at from refund where order_id = $1 order by refund_id limit $2"#,
        order,
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    entries.extend(
        rows.into_iter().map(|row| Entry {
            at: row.created_at,
            what: Happening::Refund { amount: row.amount, points: row.points },
        }),
    );
    let rows = sqlx::query!(
        "select c.amount, c.status, c.attempts, c.error, c.created_at, c.done_at
         from payment_cancel c join payment p using (payment_id)
         where p.order_id = $1 order by c.payment_cancel_id limit $2",
        order,
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    entries.extend(rows.into_iter().map(|row| {
        let (amount, attempts, error) = (row.amount, row.attempts, row.error);
        let what = Happening::GivingBack { amount, done: row.status == "done", attempts, error };
        Entry { at: row.done_at.unwrap_or(row.created_at), what }
    }));
    Ok(entries)
}

pub(super) async fn webhooks(shop: &Shop, order: OrderId) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"select source as "source!", message_id as "message!", body as "body!", received_at as "at!" from (
               select w.* from payment p join webhook w using (payment_id) where p.order_id = $1
               union all
               -- A message of the carrier belongs to the order whose parcel it tells of.
               select w.* from delivery d
               join checkpoint c using (delivery_id)
               join webhook w on w.source = 'carrier' and w.message_id = c.message_id
               where d.order_id = $1
           ) told
           order by received_at limit $2"#,
        order,
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (source, message, body) = (row.source, row.message, row.body);
            Entry { at: row.at, what: Happening::Webhook { source, message, body } }
        })
        .collect())
}

pub(super) async fn events(shop: &Shop, order: OrderId) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"select e.event_id, e.name, e.payload, e.created_at
           from event e
           where (e.name like 'order.%' or e.name like 'parcel.%' or e.name like 'payment.%')
             and e.subject in (select $1::uuid::text union all select payment_id::text from payment where order_id = $1)
           order by e.event_id limit $2"#,
        order,
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.event_id).collect();
    let mut readers = readers(shop, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let readers = readers.remove(&row.event_id).unwrap_or_default();
            Entry { at: row.created_at, what: Happening::Event { name: row.name, payload: row.payload, readers } }
        })
        .collect())
}

/// How far each reader is with each of these events; only readers that read it.
async fn readers(shop: &Shop, events: &[i64]) -> Result<BTreeMap<i64, Vec<ReadBy>>> {
    let (mut names, mut reads) = (Vec::new(), Vec::new());
    for reader in shop.readers().iter() {
        for event in reader.reads() {
            names.push(reader.name().to_owned());
            reads.push((*event).to_owned());
        }
    }
    let rows = sqlx::query!(
        r#"select e.event_id, n.reader as "reader!",
                  (coalesce(r.xid, '0'), coalesce(r.event_id, 0)) >= (e.xid, e.event_id) as "passed!",
                  exists (select from dead_letter l where l.reader = n.reader and l.event_id = e.event_id
                          and l.settled is null) as "aside!"
           from event e
           join unnest($2::text[], $3::text[]) as n (reader, reads) on n.reads = e.name
           left join event_reader r on r.name = n.reader
           where e.event_id = any($1) order by e.event_id, n.reader"#,
        events,
        &names,
        &reads
    )
    .fetch_all(&shop.db)
    .await?;
    let mut readers: BTreeMap<i64, Vec<ReadBy>> = BTreeMap::new();
    for row in rows {
        let one = ReadBy { reader: row.reader, passed: row.passed, aside: row.aside };
        readers.entry(row.event_id).or_default().push(one);
    }
    Ok(readers)
}

pub(super) async fn notices(shop: &Shop, order: OrderId) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"select n.kind, n.created_at, n.read_at is not null as "read!", m.status as "status?",
                  m.attempts as "attempts?", m.error as "error?", m.sent_at, m.created_at as "queued_at?"
           from "order" o join notification n using (member_id) left join mail m using (notification_id)
           where o.order_id = $1 and n.payload ->> 'order' = $2
           order by n.notification_id limit $3"#,
        order,
        order.to_string(),
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    let mut entries = Vec::new();
    for row in rows {
        let kind = row.kind;
        entries.push(Entry { at: row.created_at, what: Happening::Notice { kind: kind.clone(), read: row.read } });
        if let (Some(status), Some(attempts), Some(error)) = (row.status, row.attempts, row.error) {
            let at = row.sent_at.or(row.queued_at).unwrap_or(row.created_at);
            entries.push(Entry { at, what: Happening::Mail { kind, status, attempts, error } });
        }
    }
    Ok(entries)
}

pub(super) async fn trail(shop: &Shop, order: OrderId) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        "select t.act, t.actor, m.name, t.before, t.after, t.at from trail t join member m on m.member_id = t.by_member
         where t.subject = $1 order by t.trail_id limit $2",
        order.to_string(),
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let what = Happening::Trail {
                act: read(&row.act).ok(),
                actor: read(&row.actor)?,
                by_name: row.name,
                before: row.before,
                after: row.after,
            };
            Ok(Entry { at: row.at, what })
        })
        .collect()
}

pub(super) async fn notes(shop: &Shop, order: OrderId) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        "select n.body, m.name, n.created_at from order_note n join member m on m.member_id = n.by_member
         where n.order_id = $1 and n.removed_at is null order by n.created_at limit $2",
        order,
        MOST
    )
    .fetch_all(&shop.db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Entry { at: row.created_at, what: Happening::Note { body: row.body, by_name: row.name } })
        .collect())
}
