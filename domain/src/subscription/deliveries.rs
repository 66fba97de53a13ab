//! The log of what was sent.

use contract::{
    Failure,
    order::{OrderId, order_number},
    product::ProductId,
    subscription::{DeliveryId, DeliveryStatus, SubscriptionId, Topic, Trouble},
    table::{Cursor, Rows},
};
use time::OffsetDateTime;

use super::{LEASE, find};
use crate::{
    Result, Shop,
    member::Operator,
    plan::planned,
    words::{read, word},
};

/// A message to an endpoint, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its `webhook-id`.
    pub id: DeliveryId,
    /// Whose endpoint it goes to.
    pub subscription: SubscriptionId,
    /// What it is about.
    pub topic: Topic,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// How often it was sent since it was written, or sent again by hand.
    pub attempts: i32,
    /// Whether somebody is sending it right now. One for which no attempt is counted then was asked for
    /// again meanwhile.
    pub sending: bool,
    /// When it is sent next, in UTC; none where it is not, and while it is being sent.
    pub next_attempt_at: Option<OffsetDateTime>,
    /// What was answered last, as an HTTP status; none where nothing was.
    pub status_code: Option<i32>,
    /// Why that was no success; none where it was, or where it was not sent yet.
    pub trouble: Option<Trouble>,
    /// When it was sent first, in UTC.
    pub first_attempt_at: Option<OffsetDateTime>,
    /// When it was sent last, in UTC.
    pub last_attempt_at: Option<OffsetDateTime>,
    /// When it was written, in UTC.
    pub created_at: OffsetDateTime,
    /// What its topic happened to; none for a test.
    pub about: Option<About>,
}

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// An order.
    Order {
        /// The order.
        id: OrderId,
        /// The number that people read out.
        number: String,
    },
    /// The stock of a product.
    Product {
        /// The product.
        id: ProductId,
        /// Its title at the time.
        title: String,
    },
}

/// A message with what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The message.
    pub delivery: Delivery,
    /// Its body: JSON, as it is sent.
    pub body: String,
    /// Every time that it was sent, the latest first; the last hundred.
    pub log: Vec<Attempt>,
}

/// A message that was sent, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When it began, in UTC.
    pub began_at: OffsetDateTime,
    /// Whether it goes on right now.
    pub under_way: bool,
    /// When it ended, in UTC; none while it is under way, and where it was cut off.
    pub ended_at: Option<OffsetDateTime>,
    /// What was answered, as an HTTP status; none where nothing was.
    pub status_code: Option<i32>,
    /// Why that was no success; none where it was, or nothing is known.
    pub trouble: Option<Trouble>,
}

/// The most attempts of one message that are shown.
const MOST_ATTEMPTS: i64 = 100;

/// Which messages are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeliveryFilter {
    /// Where they stand.
    pub status: Option<DeliveryStatus>,
    /// What they are about.
    pub topic: Option<Topic>,
}

struct Row {
    id: DeliveryId,
    subscription: SubscriptionId,
    topic: String,
    status: String,
    attempts: i32,
    sending: bool,
    next_attempt_at: Option<OffsetDateTime>,
    status_code: Option<i32>,
    trouble: Option<String>,
    first_attempt_at: Option<OffsetDateTime>,
    last_attempt_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    order: Option<OrderId>,
    placed_at: Option<OffsetDateTime>,
    product: Option<ProductId>,
    title: Option<String>,
}

/// Messages to the endpoint of a subscription, the latest first.
///
/// # Errors
/// [`Failure::NotFound`] for another seller's subscription, or one that is gone.
pub async fn deliveries(
    shop: &Shop,
    by: &Operator,
    subscription: SubscriptionId,
    filter: DeliveryFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Delivery>> {
    find(shop, by, subscription).await?;
    let behind = after.and_then(Cursor::id::<DeliveryId>).unwrap_or(DeliveryId::max());
    let mut tx = planned(shop).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select d.message_id as id, d.subscription_id as subscription, d.topic, d.status, d.attempts, d.next_attempt_at,
                  coalesce(d.leased_until > $6, false) as "sending!", d.status_code, d.trouble,
                  d.first_attempt_at, d.last_attempt_at, d.created_at,
                  (d.body::json #>> '{data,orderId}')::uuid as "order?",
                  (select o.placed_at from "order" o where o.order_id = (d.body::json #>> '{data,orderId}')::uuid) as "placed_at?",
                  (d.body::json #>> '{data,productId}')::bigint as "product?",
                  d.body::json #>> '{data,title}' as "title?"
           from subscription_delivery d
           where d.subscription_id = $1 and d.message_id < $2
             and ($3::text is null or d.status = $3) and ($4::text is null or d.topic = $4)
           order by d.message_id desc limit $5"#,
        subscription,
        behind,
        filter.status.map(word).transpose()?,
        filter.topic.map(Topic::word),
        limit + 1,
        shop.now()
    )
    .fetch_all(&mut *tx)
    .await?;
    drop(tx);
    let rows: Vec<Delivery> = rows.into_iter().map(Delivery::try_from).collect::<Result<_>>()?;
    Ok(Rows::cut(rows, limit, |row| Cursor { value: String::new(), id: row.id.to_string() }))
}

/// One message.
///
/// # Errors
/// [`Failure::NotFound`], for one of another seller's too.
pub async fn delivery(shop: &Shop, by: &Operator, id: DeliveryId) -> Result<Detail> {
    let found = sqlx::query!(
        r#"select d.subscription_id as subscription, d.topic, d.status, d.attempts, d.next_attempt_at,
                  coalesce(d.leased_until > $3, false) as "sending!", d.status_code, d.trouble,
                  d.first_attempt_at, d.last_attempt_at, d.created_at,
                  (d.body::json #>> '{data,orderId}')::uuid as "order?",
                  (select o.placed_at from "order" o where o.order_id = (d.body::json #>> '{data,orderId}')::uuid) as "placed_at?",
                  (d.body::json #>> '{data,productId}')::bigint as "product?",
                  d.body::json #>> '{data,title}' as "title?", d.body
           from subscription_delivery d join subscription s using (subscription_id)
           where d.message_id = $1 and s.removed_at is null and ($2::bigint is null or s.seller_id = $2)"#,
        id,
        by.seller(),
        shop.now()
    );
    let found = found.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?;
    let row = Row {
        id,
        subscription: found.subscription,
        topic: found.topic,
        status: found.status,
        attempts: found.attempts,
        sending: found.sending,
        next_attempt_at: found.next_attempt_at,
        status_code: found.status_code,
        trouble: found.trouble,
        first_attempt_at: found.first_attempt_at,
        last_attempt_at: found.last_attempt_at,
        created_at: found.created_at,
        order: found.order,
        placed_at: found.placed_at,
        product: found.product,
        title: found.title,
    };
    Ok(Detail { delivery: row.try_into()?, body: found.body, log: log(shop, id).await? })
}

async fn log(shop: &Shop, id: DeliveryId) -> Result<Vec<Attempt>> {
    let rows = sqlx::query!(
        "select began_at, ended_at, status_code, trouble from subscription_attempt
         where message_id = $1 order by attempt_id desc limit $2",
        id,
        MOST_ATTEMPTS
    );
    let attempts = rows.fetch_all(&shop.db).await?.into_iter().map(|row| {
        Ok(Attempt {
            began_at: row.began_at,
            under_way: row.ended_at.is_none() && row.began_at + LEASE > shop.now(),
            ended_at: row.ended_at,
            status_code: row.status_code,
            trouble: row.trouble.as_deref().map(read).transpose()?,
        })
    });
    attempts.collect()
}

impl TryFrom<Row> for Delivery {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<Self> {
        let order = row.order.zip(row.placed_at);
        let order = order.map(|(id, placed_at)| About::Order { id, number: order_number(id, placed_at) });
        let product = row.product.zip(row.title).map(|(id, title)| About::Product { id, title });
        Ok(Self {
            id: row.id,
            subscription: row.subscription,
            topic: read(&row.topic)?,
            status: read(&row.status)?,
            attempts: row.attempts,
            sending: row.sending,
            // Until it is over that is when whoever sends it would have died.
            next_attempt_at: row.next_attempt_at.filter(|_| !row.sending),
            status_code: row.status_code,
            trouble: row.trouble.as_deref().map(read).transpose()?,
            first_attempt_at: row.first_attempt_at,
            last_attempt_at: row.last_attempt_at,
            created_at: row.created_at,
            about: order.or(product),
        })
    }
}
