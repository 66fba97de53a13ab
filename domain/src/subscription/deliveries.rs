//! The log of what was sent, and sending by hand.

use contract::{
    Failure,
    subscription::{DeliveryId, DeliveryStatus, SubscriptionId, SubscriptionStatus, Topic, Trouble},
    table::{Cursor, Rows},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{find, lock, message, own_seller};
use crate::{
    Result, Shop,
    member::Operator,
    plan::planned,
    retry::retry,
    trail,
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
    /// When it is sent next, in UTC; none where it is not.
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
}

/// A message with what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The message.
    pub delivery: Delivery,
    /// Its body: JSON, as it is sent.
    pub body: String,
}

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
    next_attempt_at: Option<OffsetDateTime>,
    status_code: Option<i32>,
    trouble: Option<String>,
    first_attempt_at: Option<OffsetDateTime>,
    last_attempt_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
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
        "select message_id as id, subscription_id as subscription, topic, status, attempts, next_attempt_at, status_code,
                trouble, first_attempt_at, last_attempt_at, created_at
         from subscription_delivery
         where subscription_id = $1 and message_id < $2
           and ($3::text is null or status = $3) and ($4::text is null or topic = $4)
         order by message_id desc limit $5",
        subscription,
        behind,
        filter.status.map(word).transpose()?,
        filter.topic.map(Topic::word),
        limit + 1
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
        r#"select d.subscription_id as subscription, d.topic, d.status, d.attempts, d.next_attempt_at, d.status_code,
                  d.trouble, d.first_attempt_at, d.last_attempt_at, d.created_at, d.body
           from subscription_delivery d join subscription s using (subscription_id)
           where d.message_id = $1 and s.removed_at is null and ($2::bigint is null or s.seller_id = $2)"#,
        id,
        by.seller()
    );
    let found = found.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?;
    let row = Row {
        id,
        subscription: found.subscription,
        topic: found.topic,
        status: found.status,
        attempts: found.attempts,
        next_attempt_at: found.next_attempt_at,
        status_code: found.status_code,
        trouble: found.trouble,
        first_attempt_at: found.first_attempt_at,
        last_attempt_at: found.last_attempt_at,
        created_at: found.created_at,
    };
    Ok(Detail { delivery: row.try_into()?, body: found.body })
}

/// Sends a message again, at once and with all its attempts before it: whoever takes it knows it by its
/// id. One that waits is sent at once.
///
/// # Errors
/// [`Failure::NotFound`], for one of another seller's too; [`Failure::StatusChanged`] where its
/// subscription is not active, or another test waits.
pub async fn resend(shop: &Shop, by: &Operator, id: DeliveryId) -> Result<()> {
    retry("send a message again", || resend_once(shop, by, id)).await
}

async fn resend_once(shop: &Shop, by: &Operator, id: DeliveryId) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let subscription =
        sqlx::query_scalar!("select subscription_id from subscription_delivery where message_id = $1", id)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(Failure::NotFound)?;
    let own = lock(&mut tx, by, subscription).await?;
    if own.status != SubscriptionStatus::Active {
        return Err(Failure::StatusChanged.into());
    }
    // What somebody is sending right now is not sent twice.
    let again = sqlx::query!(
        "update subscription_delivery d set status = 'pending', next_attempt_at = $2, attempts = 0, first_attempt_at = null
         from (select status from subscription_delivery where message_id = $1 for update) old
         where d.message_id = $1 and (d.leased_until is null or d.leased_until <= $2)
           and not (d.topic = 'subscription.test' and exists (
               select from subscription_delivery o where o.subscription_id = d.subscription_id
                 and o.topic = 'subscription.test' and o.status = 'pending' and o.message_id <> d.message_id))
         returning old.status as before, d.topic",
        id,
        at
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(again) = again else {
        let sending = sqlx::query_scalar!(
            r#"select leased_until > $2 as "sending?" from subscription_delivery where message_id = $1"#,
            id,
            at
        );
        let sending = sending.fetch_optional(&mut *tx).await?.ok_or(Failure::NotFound)?;
        return if sending == Some(true) { Ok(()) } else { Err(Failure::StatusChanged.into()) };
    };
    let told = trail::Change {
        act: Act::SubscriptionResent,
        subject: own.id.to_string(),
        seller: Some(own.seller),
        before: json!({}),
        after: json!({ "message": id, "topics": [again.topic], "message_status": again.before }),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Has a test message sent to one's own endpoint at once. While one waits, no other is written: that one
/// is answered.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's subscription too, and for the staff;
/// [`Failure::StatusChanged`] where it is not active.
pub async fn test(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<DeliveryId> {
    own_seller(by)?;
    let message = Uuid::now_v7();
    retry("send a test", || test_once(shop, by, id, message)).await
}

async fn test_once(shop: &Shop, by: &Operator, id: SubscriptionId, message: DeliveryId) -> Result<DeliveryId> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let own = lock(&mut tx, by, id).await?;
    if own.status != SubscriptionStatus::Active {
        return Err(Failure::StatusChanged.into());
    }
    if let Some(waiting) = waiting_test(&mut tx, id).await? {
        return Ok(waiting);
    }
    sqlx::query!(
        "insert into subscription_delivery (message_id, subscription_id, topic, body, next_attempt_at, created_at)
         values ($1, $2, 'subscription.test', $3, $4, $4)",
        message,
        id,
        message::test(id, at)?,
        at
    )
    .execute(&mut *tx)
    .await?;
    let told = trail::Change {
        act: Act::SubscriptionTested,
        subject: id.to_string(),
        seller: Some(own.seller),
        before: json!({}),
        after: json!({ "message": message }),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(message)
}

async fn waiting_test(conn: &mut PgConnection, id: SubscriptionId) -> Result<Option<DeliveryId>> {
    let waiting = sqlx::query_scalar!(
        "select message_id from subscription_delivery
         where subscription_id = $1 and topic = 'subscription.test' and status = 'pending'",
        id
    );
    Ok(waiting.fetch_optional(conn).await?)
}

impl TryFrom<Row> for Delivery {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            subscription: row.subscription,
            topic: read(&row.topic)?,
            status: read(&row.status)?,
            attempts: row.attempts,
            next_attempt_at: row.next_attempt_at,
            status_code: row.status_code,
            trouble: row.trouble.as_deref().map(read).transpose()?,
            first_attempt_at: row.first_attempt_at,
            last_attempt_at: row.last_attempt_at,
            created_at: row.created_at,
        })
    }
}
