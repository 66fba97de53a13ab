//! Looks whether all that was promised has happened, and happened once: in the shop's books, and in
//! what its neighbors have received.

use std::{
    collections::{HashMap, HashSet},
    fs,
};

use contract::Won;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Outcome, stage::Stage, step};

/// What the shop's own tables must say: each query counts what was looked at, and what is wrong.
const BOOKS: [(&str, &str); 6] = [
    (
        "every order has exactly one delivery for each of its sellers",
        "select count(*), count(*) filter (where l.seller_id is null or d.count is distinct from 1)
         from (select distinct order_id, seller_id from order_line) l
         full join (select order_id, seller_id, count(*) from delivery group by 1, 2) d using (order_id, seller_id)",
    ),
    (
        "every part of a paid order is with the carrier, as one parcel",
        r#"select count(*), count(*) filter (where p.tracking_number is null)
           from delivery d join "order" o using (order_id) left join parcel p using (delivery_id)
           where o.order_status in ('placed', 'confirmed')
             and exists (select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                         and l.quantity > l.canceled + l.returned)"#,
    ),
    (
        "the ranking counts every copy that was paid and not canceled, once",
        r#"select count(*), count(*) filter (where coalesce(b.units, 0) <> coalesce(s.units, 0))
           from (select product_id, sum(units) as units from sales_bucket group by 1) b
           full join (select product_id, sum(quantity - canceled) as units from order_line join "order" using (order_id)
                      where payment_status in ('paid', 'partially_refunded', 'refunded') group by 1) s using (product_id)"#,
    ),
    (
        "each window of the ranking is the sum of its hours that are over",
        "select count(*), count(*) filter (where coalesce(t.units, 0) <> coalesce(s.units, 0))
         from (select product_id, days, units from ranking_total where ago = 0 and units <> 0) t
         full join (select product_id, days, sum(units) as units from sales_bucket, ranking_window
                    where bucket > until - make_interval(hours => hours) and bucket < until
                    group by 1, 2 having sum(units) <> 0) s
             using (product_id, days)",
    ),
    (
        "every payment was told to its shopper once",
        "select count(*), count(*) filter (where n.count is distinct from 1)
         from event e left join (select event_id, count(*) from notification where kind = 'paid' group by 1) n using (event_id)
         where e.name = 'order.paid'",
    ),
    (
        "no mail was given up",
        "select count(*), count(*) filter (where status = 'failed') from mail",
    ),
];

/// Says what was looked at and whether it is right.
pub(crate) async fn give(stage: &Stage) -> Outcome<bool> {
    step("Looking at everything");
    let mut right = true;
    let mut say = |what: &str, checked: i64, wrong: i64| {
        right &= wrong == 0;
        println!("{checked:>8}  {:<12} {what}", if wrong == 0 { "ok".to_owned() } else { format!("{wrong} WRONG") });
    };
    for (what, query) in BOOKS {
        let (checked, wrong): (i64, i64) = sqlx::query_as(query).fetch_one(&stage.db).await?;
        say(what, checked, wrong);
    }
    let (checked, wrong) = platform(stage).await?;
    say("the data platform has every paid and every canceled order, in order", checked, wrong);
    let (checked, wrong) = carrier(stage).await?;
    say("the carrier has one parcel for each delivery, and the shop its number", checked, wrong);
    let (checked, wrong) = gateway(stage).await?;
    say("every charge of a card is tied to what it paid, or went back", checked, wrong);
    let (checked, wrong) = mails(stage).await?;
    say("every mail that was sent is there once", checked, wrong);
    let audit = stage.audit().await?;
    say("madang audit", 1, i64::from(!audit.is_empty()));
    if !audit.is_empty() {
        println!("{audit}");
    }
    Ok(right)
}

/// Each mail is a file; of one whose sender was killed, nobody knows.
async fn mails(stage: &Stage) -> Outcome<(i64, i64)> {
    let (sent, lost): (i64, i64) = sqlx::query_as(
        "select count(*) filter (where status = 'sent'), count(*) filter (where status in ('sending', 'lost')) from mail",
    )
    .fetch_one(&stage.db)
    .await?;
    let written = fs::read_dir(stage.below("mail"))?.filter_map(Result::ok);
    let written =
        i64::try_from(written.filter(|file| file.path().extension().is_some_and(|kind| kind == "eml")).count())?;
    Ok((sent, i64::from(!(sent..=sent + lost).contains(&written))))
}

/// What a neighbor has received.
async fn received(stage: &Stage, neighbor: &str, list: &str) -> Outcome<Vec<Value>> {
    let url = format!("{}/received/{neighbor}", stage.sandbox);
    let body = server::outside::client()?.build()?.get(url).send().await?.text().await?;
    let all: Value = serde_json::from_str(&body)?;
    Ok(all.get(list).and_then(Value::as_array).cloned().ok_or("the sandbox said something else")?)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, key: &str) -> Won {
    value.get(key).and_then(Value::as_i64).unwrap_or_default()
}

async fn platform(stage: &Stage) -> Outcome<(i64, i64)> {
    let expected: Vec<(String, String, String)> = sqlx::query_as(
        "select event_id::text, name, subject from event
         where name = 'order.paid' or (name = 'order.canceled' and (payload->>'paid')::boolean)
         order by xid, event_id",
    )
    .fetch_all(&stage.db)
    .await?;
    let arrived = received(stage, "platform", "events").await?;
    // What comes again comes late; the first time counts.
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (place, event) in arrived.iter().enumerate() {
        first.entry(text(event, "id")).or_insert(place);
    }
    let mut wrong = 0;
    let mut last: HashMap<&str, usize> = HashMap::new();
    for (id, _, subject) in &expected {
        match first.get(id.as_str()) {
            None => wrong += 1,
            Some(place) => {
                let before = last.insert(subject, *place);
                wrong += i64::from(before.is_some_and(|before| before > *place));
            }
        }
    }
    let known: HashSet<&str> = expected.iter().map(|(id, ..)| id.as_str()).collect();
    wrong += i64::try_from(first.keys().filter(|id| !known.contains(*id)).count())?;
    Ok((i64::try_from(expected.len())?, wrong))
}

async fn carrier(stage: &Stage) -> Outcome<(i64, i64)> {
    let parcels = received(stage, "carrier", "parcels").await?;
    let booked: Vec<(Uuid, Option<String>)> =
        sqlx::query_as("select delivery_id, tracking_number from parcel").fetch_all(&stage.db).await?;
    let booked: HashMap<String, Option<String>> =
        booked.into_iter().map(|(delivery, number)| (delivery.to_string(), number)).collect();
    let mut seen = HashSet::new();
    let mut wrong = 0;
    for parcel in &parcels {
        let (reference, tracking) = (text(parcel, "reference"), text(parcel, "trackingNumber"));
        let same = booked.get(reference).is_some_and(|number| number.as_deref() == Some(tracking));
        wrong += i64::from(!seen.insert(reference) || !same);
    }
    Ok((i64::try_from(parcels.len())?, wrong))
}

async fn gateway(stage: &Stage) -> Outcome<(i64, i64)> {
    let paid = paid(&stage.db).await?;
    let charges = received(stage, "gateway", "payments").await?;
    let taken =
        charges.iter().filter(|charge| matches!(text(charge, "status"), "DONE" | "PARTIAL_CANCELED" | "CANCELED"));
    let (mut checked, mut wrong) = (0, 0);
    let mut there = HashSet::new();
    for charge in taken {
        checked += 1;
        let id = text(charge, "orderId");
        let right = match paid.get(id) {
            // What pays something has its whole amount, less what went back.
            Some((amount, back)) => {
                there.insert(id) && *amount == number(charge, "amount") && amount - back == number(charge, "balance")
            }
            None => number(charge, "balance") == 0,
        };
        if !right {
            wrong += 1;
            println!("          {id}: {charge}, the shop: {:?}", paid.get(id));
        }
    }
    // What the shop takes for paid was charged.
    wrong += i64::try_from(paid.keys().filter(|id| !there.contains(id.as_str())).count())?;
    Ok((checked, wrong))
}

/// The card payments that paid an order or charged a wallet: how much, and what went back.
async fn paid(db: &PgPool) -> Outcome<HashMap<String, (Won, Won)>> {
    let rows: Vec<(Uuid, Won, Won)> = sqlx::query_as(
        r#"select payment_id, amount,
                  coalesce((select sum(c.amount)::bigint from payment_cancel c
                            where c.payment_id = p.payment_id and c.status = 'done'), 0)
           from payment p left join "order" o using (order_id)
           where method = 'card' and status = 'paid'
             and (o.payment_status in ('paid', 'partially_refunded', 'refunded')
                  or exists (select from points_entry e
                             where e.member_id = p.member_id and e.idempotency_key = p.idempotency_key))"#,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(id, amount, back)| (id.to_string(), (amount, back))).collect())
}
