//! Pausing a subscription, letting it go on, and ending it.

use contract::{
    Failure,
    subscription::{SubscriptionId, SubscriptionStatus},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;

use super::{Subscription, lock, own_seller};
use crate::{Result, Shop, member::Operator, retry::retry, trail};

/// Pauses a subscription: what waits goes on waiting, what happens meanwhile is not told. One that is
/// paused stays so.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too; [`Failure::StatusChanged`] where it was switched off.
pub async fn pause(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<()> {
    retry("pause subscription", || pause_once(shop, by, id)).await
}

async fn pause_once(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let own = lock(&mut tx, by, id).await?;
    match own.status {
        SubscriptionStatus::Paused => return Ok(()),
        SubscriptionStatus::Failed => return Err(Failure::StatusChanged.into()),
        SubscriptionStatus::Active => {}
    }
    sqlx::query!("update subscription set status = 'paused' where subscription_id = $1", id).execute(&mut *tx).await?;
    tell(shop, &mut tx, by, &own, Act::SubscriptionPaused, SubscriptionStatus::Paused).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets a subscription go on that was paused, or switches it on again. It begins anew: what happens from
/// now on is told, and it has not failed. What waited while it was paused is sent. One that is active
/// stays so.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn resume(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<()> {
    retry("resume subscription", || resume_once(shop, by, id)).await
}

async fn resume_once(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    let own = lock(&mut tx, by, id).await?;
    match own.status {
        SubscriptionStatus::Active => return Ok(()),
        // What was being sent when it was switched off, by somebody who died since.
        SubscriptionStatus::Failed => stop(&mut tx, id, true).await?,
        SubscriptionStatus::Paused => {}
    }
    sqlx::query!(
        "update subscription set status = 'active', off_because = null, failing_since = null, since = now()
         where subscription_id = $1",
        id
    )
    .execute(&mut *tx)
    .await?;
    tell(shop, &mut tx, by, &own, Act::SubscriptionResumed, SubscriptionStatus::Active).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends one's own subscription: from now on nothing is sent, and its messages are gone.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too, and for the staff.
pub async fn remove(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<()> {
    own_seller(by)?;
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let own = lock(&mut tx, by, id).await?;
    sqlx::query!("update subscription set removed_at = $2 where subscription_id = $1", id, at)
        .execute(&mut *tx)
        .await?;
    let told = trail::Change {
        act: Act::SubscriptionRemoved,
        subject: id.to_string(),
        seller: Some(own.seller),
        before: json!({ "url": own.url, "topics": own.topics, "description": own.description }),
        after: json!({}),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives up what waits, but for what somebody is sending where not `all` of it should.
pub(super) async fn stop(conn: &mut PgConnection, id: SubscriptionId, all: bool) -> Result<()> {
    sqlx::query!(
        "update subscription_delivery set status = 'stopped', next_attempt_at = null, leased_until = null
         where subscription_id = $1 and status = 'pending' and ($2 or leased_until is null)",
        id,
        all
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn tell(
    shop: &Shop,
    conn: &mut PgConnection,
    by: &Operator,
    own: &Subscription,
    act: Act,
    to: SubscriptionStatus,
) -> Result<()> {
    let told = trail::Change {
        act,
        subject: own.id.to_string(),
        seller: Some(own.seller),
        before: json!({ "status": own.status }),
        after: json!({ "status": to }),
    };
    trail::record(conn, by, shop.now(), &[told]).await
}
