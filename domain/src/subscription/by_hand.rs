//! Sending by hand: a message again, and a test.

use contract::{
    Failure,
    subscription::{DeliveryId, SubscriptionId, SubscriptionStatus},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{lock, message, own_seller};
use crate::{Result, Shop, member::Operator, retry::retry, trail};

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
