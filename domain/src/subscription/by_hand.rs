//! Sending by hand: a message again, and a test.

use contract::{
    Failure,
    subscription::{DeliveryId, SubscriptionId, SubscriptionStatus},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Subscription, lock, message, own_seller};
use crate::{Result, Shop, member::Operator, retry::retry, trail};

/// Sends a message again, at once and with all its attempts before it: whoever takes it knows it by its
/// id. One that waits is sent at once; one that is under way is sent once more at once where it is not taken.
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
    let (before, topic) = again(&mut tx, id, at).await?.ok_or(Failure::StatusChanged)?;
    let told = trail::Change {
        act: Act::SubscriptionResent,
        subject: own.id.to_string(),
        seller: Some(own.seller),
        before: json!({}),
        after: json!({ "message": id, "topics": [topic], "message_status": before }),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes a message due with all its attempts before it; answers where it stood, and its topic. `None`
/// where it is a test and another one waits. One that somebody is sending right now is not sent twice:
/// that no attempt is counted for it tells whoever settles it that it was asked for again.
async fn again(conn: &mut PgConnection, id: DeliveryId, at: OffsetDateTime) -> Result<Option<(String, String)>> {
    let again = sqlx::query!(
        "update subscription_delivery d
         set status = 'pending', attempts = 0, status_code = null, trouble = null,
             next_attempt_at = case when d.leased_until > $2 then d.next_attempt_at else $2 end
         from (select status from subscription_delivery where message_id = $1 for update) old
         where d.message_id = $1
           and not (d.topic = 'subscription.test' and exists (
               select from subscription_delivery o where o.subscription_id = d.subscription_id
                 and o.topic = 'subscription.test' and o.status = 'pending' and o.message_id <> d.message_id))
         returning old.status as before, d.topic",
        id,
        at
    );
    Ok(again.fetch_optional(conn).await?.map(|again| (again.before, again.topic)))
}

/// Has a test message sent to one's own endpoint at once. While one waits, no other is written: that one
/// is sent at once, and answered.
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
    if let Some((waiting, attempts)) = waiting_test(&mut tx, id).await? {
        // Without an attempt it is due already, or asked for again.
        if attempts > 0 && again(&mut tx, waiting, at).await?.is_some() {
            tell_test(&mut tx, by, &own, waiting, at).await?;
        }
        // Whoever claims it must not find it locked.
        tx.commit().await?;
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
    tell_test(&mut tx, by, &own, message, at).await?;
    tx.commit().await?;
    Ok(message)
}

/// The test that waits or is under way, locked, and how often it was sent.
async fn waiting_test(conn: &mut PgConnection, id: SubscriptionId) -> Result<Option<(DeliveryId, i32)>> {
    let waiting = sqlx::query!(
        "select message_id, attempts from subscription_delivery
         where subscription_id = $1 and topic = 'subscription.test' and status = 'pending' for update",
        id
    );
    Ok(waiting.fetch_optional(conn).await?.map(|waiting| (waiting.message_id, waiting.attempts)))
}

async fn tell_test(
    conn: &mut PgConnection,
    by: &Operator,
    own: &Subscription,
    message: DeliveryId,
    at: OffsetDateTime,
) -> Result<()> {
    let told = trail::Change {
        act: Act::SubscriptionTested,
        subject: own.id.to_string(),
        seller: Some(own.seller),
        before: json!({}),
        after: json!({ "message": message }),
    };
    trail::record(conn, by, at, &[told]).await
}
