//! Writes down the messages that sellers have subscribed to.

mod known;

use std::collections::BTreeSet;

use async_trait::async_trait;
use contract::{
    order::OrderId,
    product::ProductId,
    subscription::{KEPT_DAYS, SubscriptionId, Topic},
};
use serde::Deserialize;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use self::known::Known;
use crate::{
    Result, Shop,
    event::{Event, Reader},
    subscription::message::{self, Data, Line},
};

/// The reader. It sends nothing itself: what it writes is claimed by the senders.
#[derive(Debug, Clone, Copy)]
pub struct Subscription;

#[async_trait]
impl Reader for Subscription {
    fn name(&self) -> &'static str {
        "subscription"
    }

    fn reads(&self) -> &'static [&'static str] {
        &[
            "order.paid",
            "order.canceled",
            "order.returned",
            "parcel.shipped",
            "parcel.delivered",
            "stock.low",
            "stock.depleted",
            "stock.restocked",
        ]
    }

    async fn store(&self, shop: &Shop, conn: &mut PgConnection, events: &[Event]) -> Result<()> {
        let now = shop.now();
        // What would be forgotten at once: the log is read from its beginning.
        let recent = events.iter().filter(|event| event.at > now - Duration::days(KEPT_DAYS));
        let facts = recent.map(Fact::read).collect::<Result<Vec<_>>>()?;
        let facts: Vec<Fact<'_>> = facts.into_iter().flatten().collect();
        let endpoints = endpoints(conn, &facts).await?;
        if endpoints.is_empty() {
            return Ok(());
        }
        let known = Known::of(conn, &facts, &endpoints).await?;
        let mut new = Messages::default();
        for fact in &facts {
            for endpoint in endpoints.iter().filter(|endpoint| endpoint.wants(fact)) {
                if let Some(data) = fact.tell(endpoint.seller, &known) {
                    new.add(endpoint.id, fact, data)?;
                }
            }
        }
        new.store(conn, now).await
    }
}

/// What happened, as far as sellers are told of it.
struct Fact<'a> {
    event: &'a Event,
    topic: Topic,
    at: OffsetDateTime,
    what: What,
}

enum What {
    /// Copies of an order; of a parcel, all that its seller's part keeps.
    Order {
        order: OrderId,
        seller: Option<i64>,
        lines: Option<Vec<Copies>>,
        ended: Option<Vec<i64>>,
    },
    Stock {
        product: ProductId,
        available: i32,
        low_at: i32,
    },
}

#[derive(Deserialize)]
struct OfOrder {
    order_id: OrderId,
    /// Whose part it is, of a parcel.
    seller_id: Option<i64>,
    /// Of what was canceled: whether it had been paid. Sellers never heard of what was not.
    paid: Option<bool>,
    lines: Option<Vec<Copies>>,
    ended: Option<Vec<i64>>,
    /// Milliseconds since 1970.
    at: i64,
}

#[derive(Deserialize)]
struct Copies {
    product_id: ProductId,
    quantity: i32,
}

#[derive(Deserialize)]
struct OfStock {
    product_id: ProductId,
    available: i32,
    low_at: i32,
}

impl<'a> Fact<'a> {
    fn read(event: &'a Event) -> Result<Option<Self>> {
        let Some(topic) = Topic::parse(&event.name) else { return Ok(None) };
        let (at, what) = if matches!(topic, Topic::StockLow | Topic::StockDepleted | Topic::StockRestocked) {
            let OfStock { product_id: product, available, low_at } = OfStock::deserialize(&event.payload)?;
            (event.at, What::Stock { product, available, low_at })
        } else {
            let fact = OfOrder::deserialize(&event.payload)?;
            if fact.paid == Some(false) {
                return Ok(None);
            }
            let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(fact.at) * 1_000_000).unwrap_or(event.at);
            (at, What::Order { order: fact.order_id, seller: fact.seller_id, lines: fact.lines, ended: fact.ended })
        };
        Ok(Some(Self { event, topic, at, what }))
    }

    /// What a seller is told; `None` where nothing of it is theirs.
    fn tell(&self, seller: i64, known: &Known) -> Option<Data> {
        match &self.what {
            What::Order { order, seller: of, lines, ended } => {
                if of.is_some_and(|of| of != seller) {
                    return None;
                }
                let part = known.parts.get(&(*order, seller))?;
                let lines: Vec<Line> = match lines {
                    Some(lines) => lines.iter().filter_map(|copies| part.line(copies)).collect(),
                    None => part.kept(),
                };
                let nothing_kept = ended.as_ref().map(|ended| ended.contains(&seller));
                let data = Data::Order { order_id: *order, delivery_id: part.delivery, nothing_kept, lines };
                matches!(&data, Data::Order { lines, .. } if !lines.is_empty()).then_some(data)
            }
            What::Stock { product, available, low_at } => {
                let (_, title) = known.products.get(product).filter(|(of, _)| *of == seller)?;
                Some(Data::Stock { product_id: *product, title: title.clone(), available: *available, low_at: *low_at })
            }
        }
    }

    const fn order(&self) -> Option<OrderId> {
        match self.what {
            What::Order { order, .. } => Some(order),
            What::Stock { .. } => None,
        }
    }

    const fn product(&self) -> Option<ProductId> {
        match self.what {
            What::Stock { product, .. } => Some(product),
            What::Order { .. } => None,
        }
    }
}

/// Where somebody listens.
struct Endpoint {
    id: SubscriptionId,
    seller: i64,
    topics: Vec<String>,
    since: OffsetDateTime,
}

impl Endpoint {
    fn wants(&self, fact: &Fact<'_>) -> bool {
        fact.event.at >= self.since && self.topics.iter().any(|topic| topic == fact.topic.word())
    }
}

/// The endpoints of the sellers of what these facts are about. Those who were blocked are told nothing.
async fn endpoints(conn: &mut PgConnection, facts: &[Fact<'_>]) -> Result<Vec<Endpoint>> {
    let orders: Vec<OrderId> = facts.iter().filter_map(Fact::order).collect();
    let products: Vec<ProductId> = facts.iter().filter_map(Fact::product).collect();
    let topics: BTreeSet<&str> = facts.iter().map(|fact| fact.topic.word()).collect();
    let topics: Vec<String> = topics.into_iter().map(str::to_owned).collect();
    let rows = sqlx::query_as!(
        Endpoint,
        "select s.subscription_id as id, s.seller_id as seller, s.topics, s.since
         from subscription s join seller v using (seller_id) join member m using (member_id)
         where s.status = 'active' and s.removed_at is null and s.topics && $1 and m.status = 'active'
           and s.seller_id in (
               select seller_id from delivery where order_id = any($2)
               union select seller_id from product where product_id = any($3)
           )",
        &topics,
        &orders,
        &products
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Messages to write, column by column.
#[derive(Default)]
struct Messages {
    ids: Vec<Uuid>,
    subscriptions: Vec<SubscriptionId>,
    events: Vec<i64>,
    topics: Vec<String>,
    bodies: Vec<String>,
}

impl Messages {
    fn add(&mut self, subscription: SubscriptionId, fact: &Fact<'_>, data: Data) -> Result<()> {
        self.ids.push(message::id(subscription, fact.event.id, fact.event.at));
        self.subscriptions.push(subscription);
        self.events.push(fact.event.id);
        self.topics.push(fact.topic.word().to_owned());
        self.bodies.push(message::body(fact.topic, fact.at, data)?);
        Ok(())
    }

    /// Stores each once, however often its event is read.
    async fn store(self, conn: &mut PgConnection, now: OffsetDateTime) -> Result<()> {
        sqlx::query!(
            "insert into subscription_delivery (message_id, subscription_id, event_id, topic, body, next_attempt_at, created_at)
             select message_id, subscription_id, event_id, topic, body, $6, $6
             from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[])
                 as new (message_id, subscription_id, event_id, topic, body)
             on conflict do nothing",
            &self.ids,
            &self.subscriptions,
            &self.events,
            &self.topics,
            &self.bodies,
            now
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}
