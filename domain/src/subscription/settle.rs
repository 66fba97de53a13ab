//! What came of sending a message.

use contract::{
    Failure,
    subscription::{DeliveryStatus, FAILING_DAYS, Off, SubscriptionStatus, Trouble},
};
use serde_json::json;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use url::Url;

use super::{Sending, backoff::wait, standing::stop};
use crate::{
    Result, Shop,
    event::{self, NewEvent},
    retry::retry,
    words::{read, word},
};

/// The answer that says that nothing is there any more.
const GONE: u16 = 410;

/// What came of sending a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint answered.
    Answered {
        /// The HTTP status.
        code: u16,
        /// How long it asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// There was no answer.
    Unanswered(Trouble),
}

impl Outcome {
    /// Whether the message was taken.
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Answered { code: 200..=299, .. })
    }

    fn code(self) -> Option<i32> {
        match self {
            Self::Answered { code, .. } => Some(code.into()),
            Self::Unanswered(_) => None,
        }
    }

    const fn trouble(self) -> Trouble {
        match self {
            Self::Answered { .. } => Trouble::Answer,
            Self::Unanswered(trouble) => trouble,
        }
    }
}

/// Writes down what came of a message: it was taken, is sent again, or is given up. One that was asked for
/// again meanwhile, and was not taken, is due at once. Where the endpoint is
/// gone, or has taken nothing for days, its subscription is switched off and its seller told. What somebody
/// else sends by now is left to them.
///
/// # Errors
/// Where the database is away; the message is sent once more when its lease is over.
pub async fn settle(shop: &Shop, sending: &Sending, outcome: Outcome) -> Result<()> {
    // What was answered is true, whosever the message is by now.
    retry("note an attempt", || note(shop, sending, outcome)).await?;
    if outcome.is_taken() {
        retry("settle a message", || taken(shop, sending, outcome)).await
    } else {
        retry("settle a message", || not_taken(shop, sending, outcome)).await
    }
}

async fn note(shop: &Shop, sending: &Sending, outcome: Outcome) -> Result<()> {
    let trouble = (!outcome.is_taken()).then(|| outcome.trouble());
    sqlx::query!(
        "update subscription_attempt set ended_at = $2, status_code = $3, trouble = $4 where attempt_id = $1",
        sending.noted,
        shop.now(),
        outcome.code(),
        trouble.map(word).transpose()?
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

async fn taken(shop: &Shop, sending: &Sending, outcome: Outcome) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    // Its address may have been changed while it was sent: of the new one this says nothing.
    sqlx::query!(
        "update subscription set failing_since = null
         where subscription_id = $1 and failing_since is not null and url = $2",
        sending.subscription,
        sending.url
    )
    .execute(&mut *tx)
    .await?;
    // What is no more this claim's is not committed.
    if store(&mut tx, sending, DeliveryStatus::Delivered, None, (outcome.code(), None)).await? {
        tx.commit().await?;
    }
    Ok(())
}

async fn not_taken(shop: &Shop, sending: &Sending, outcome: Outcome) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let own = sqlx::query!(
        r#"select s.seller_id, v.member_id, s.url, s.status, s.failing_since, s.removed_at is not null as "removed!"
           from subscription s join seller v using (seller_id) where s.subscription_id = $1 for no key update of s"#,
        sending.subscription
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    let asked = match outcome {
        Outcome::Answered { code: 429 | 503, retry_after } => retry_after,
        _ => None,
    };
    let status = read::<SubscriptionStatus>(&own.status)?;
    let next = if asked_again(&mut tx, sending).await? {
        Some(at)
    } else {
        wait(sending.attempt, asked, spread(sending)).map(|wait| at + wait)
    };
    // Its address may have been changed while it was sent.
    let same = own.url == sending.url;
    let off = match outcome {
        _ if status == SubscriptionStatus::Failed || own.removed || !same => None,
        Outcome::Answered { code: GONE, .. } => Some(Off::Gone),
        _ if own.failing_since.is_some_and(|since| since + Duration::days(FAILING_DAYS) <= at) => Some(Off::Failing),
        _ => None,
    };
    let (to, next) = match (off, status, next) {
        (Some(Off::Gone), ..) => (DeliveryStatus::Failed, None),
        (Some(Off::Failing), ..) | (None, SubscriptionStatus::Failed, _) => (DeliveryStatus::Stopped, None),
        (None, _, Some(next)) => (DeliveryStatus::Pending, Some(next)),
        (None, _, None) => (DeliveryStatus::Failed, None),
    };
    if !store(&mut tx, sending, to, next, (outcome.code(), Some(outcome.trouble()))).await? {
        return Ok(());
    }
    if same && own.failing_since.is_none() {
        sqlx::query!("update subscription set failing_since = $2 where subscription_id = $1", sending.subscription, at)
            .execute(&mut *tx)
            .await?;
    }
    if let Some(off) = off {
        switch_off(&mut tx, sending, off).await?;
        let host = Url::parse(&own.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let payload = json!({
            "subscription_id": sending.subscription, "seller_id": own.seller_id, "member_id": own.member_id,
            "host": host, "because": off, "at": at.unix_timestamp_nanos() / 1_000_000,
        });
        let told = NewEvent { name: "subscription.failed", subject: sending.subscription.to_string(), payload };
        event::append(&mut tx, &[told]).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether the message was asked for by hand while it was sent, which counts its attempts anew. Its
/// subscription is locked, so that nobody does so now.
async fn asked_again(conn: &mut PgConnection, sending: &Sending) -> Result<bool> {
    let again = sqlx::query_scalar!(
        r#"select attempts < $2 as "again!" from subscription_delivery where message_id = $1"#,
        sending.id,
        sending.attempt
    );
    Ok(again.fetch_optional(conn).await?.unwrap_or(false))
}

/// Answers whether it was still this claim's.
async fn store(
    conn: &mut PgConnection,
    sending: &Sending,
    to: DeliveryStatus,
    next: Option<OffsetDateTime>,
    (code, trouble): (Option<i32>, Option<Trouble>),
) -> Result<bool> {
    let stored = sqlx::query!(
        "update subscription_delivery
         set status = $3::text, next_attempt_at = $4, leased_until = null, status_code = $5, trouble = $6,
             attempts = case when $3::text = 'pending' then attempts else greatest(attempts, 1) end
         where message_id = $1 and leased_until = $2 and status = 'pending'",
        sending.id,
        sending.leased_until,
        word(to)?,
        next,
        code,
        trouble.map(word).transpose()?
    );
    Ok(stored.execute(conn).await?.rows_affected() > 0)
}

async fn switch_off(conn: &mut PgConnection, sending: &Sending, off: Off) -> Result<()> {
    sqlx::query!(
        "update subscription set status = 'failed', off_because = $2 where subscription_id = $1",
        sending.subscription,
        word(off)?
    )
    .execute(&mut *conn)
    .await?;
    stop(conn, sending.subscription, false).await
}

/// Differs from message to message, and from attempt to attempt.
fn spread(sending: &Sending) -> u32 {
    let [.., a, b, c, d] = *sending.id.as_bytes();
    u32::from_be_bytes([a, b, c, d]).wrapping_mul(sending.attempt.unsigned_abs() | 1)
}
