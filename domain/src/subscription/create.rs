//! Subscribing, and changing what was subscribed to.

use contract::{
    Failure,
    subscription::{MOST, SubscriptionId, Topic},
    trail::Act,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Secret, SubscriptionForm, form::Wanted, lock, own_seller};
use crate::{Result, Shop, member::Operator, points::same, retry::retry, trail};

/// Subscribes to events that happen from now on. The same key again answers the same subscription.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form; [`Failure::TooManySubscriptions`];
/// [`Failure::AlreadySent`] where the key came with something else; [`Failure::NotFound`] for the staff.
pub async fn create(shop: &Shop, by: &Operator, key: Uuid, form: &SubscriptionForm) -> Result<SubscriptionId> {
    let seller = own_seller(by)?;
    let wanted = form.read(shop).await?;
    let (id, secret) = (Uuid::now_v7(), Secret::new());
    retry("subscribe", || create_once(shop, by, seller, key, (id, &secret), &wanted)).await
}

async fn create_once(
    shop: &Shop,
    by: &Operator,
    seller: i64,
    key: Uuid,
    (id, secret): (SubscriptionId, &Secret),
    wanted: &Wanted,
) -> Result<SubscriptionId> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    // One after the other, so that none is one too many.
    sqlx::query!("select seller_id from seller where seller_id = $1 for no key update", seller)
        .fetch_one(&mut *tx)
        .await?;
    let before = sqlx::query!(
        "select subscription_id, seller_id, url, topics, description, version from subscription
         where idempotency_key = $1",
        key
    );
    let topics: Vec<String> = words(&wanted.topics);
    if let Some(before) = before.fetch_optional(&mut *tx).await? {
        // What was changed since cannot be told from another form any more.
        if before.seller_id != seller || before.version == 0 {
            same(
                (before.seller_id, &before.url, &before.topics, &before.description),
                (seller, &wanted.url, &topics, &wanted.description),
            )?;
        }
        return Ok(before.subscription_id);
    }
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from subscription where seller_id = $1 and removed_at is null"#,
        seller
    );
    if count.fetch_one(&mut *tx).await? >= MOST {
        return Err(Failure::TooManySubscriptions.into());
    }
    sqlx::query!(
        "insert into subscription (subscription_id, seller_id, url, topics, description, secret, idempotency_key, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        seller,
        wanted.url,
        &topics,
        wanted.description,
        secret.expose(),
        key,
        at
    )
    .execute(&mut *tx)
    .await?;
    let told = trail::Change {
        act: Act::SubscriptionCreated,
        subject: id.to_string(),
        seller: Some(seller),
        before: json!({}),
        after: facts(&wanted.url, &wanted.topics, &wanted.description),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes one's own subscription, based on its `version`. What waits goes to the new address.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form; [`Failure::NotFound`], for another seller's too, and
/// for the staff; [`Failure::EditedMeanwhile`] where it was changed since the form was shown.
pub async fn change(
    shop: &Shop,
    by: &Operator,
    id: SubscriptionId,
    version: i32,
    form: &SubscriptionForm,
) -> Result<()> {
    own_seller(by)?;
    // Nothing is looked up for a subscription that is not there.
    super::find(shop, by, id).await?;
    let wanted = form.read(shop).await?;
    retry("change subscription", || change_once(shop, by, id, version, &wanted)).await
}

async fn change_once(shop: &Shop, by: &Operator, id: SubscriptionId, version: i32, wanted: &Wanted) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let own = lock(&mut tx, by, id).await?;
    let (before, after) =
        (facts(&own.url, &own.topics, &own.description), facts(&wanted.url, &wanted.topics, &wanted.description));
    // Sent again, it stands there already.
    if before == after {
        return Ok(());
    }
    if own.version != version {
        return Err(Failure::EditedMeanwhile.into());
    }
    // Another address has not failed yet.
    sqlx::query!(
        "update subscription set url = $2, topics = $3, description = $4, version = version + 1,
             failing_since = case when url = $2 then failing_since end
         where subscription_id = $1",
        id,
        wanted.url,
        &words(&wanted.topics),
        wanted.description
    )
    .execute(&mut *tx)
    .await?;
    let told = trail::Change {
        act: Act::SubscriptionChanged,
        subject: id.to_string(),
        seller: Some(own.seller),
        before,
        after,
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

fn words(topics: &[Topic]) -> Vec<String> {
    topics.iter().map(|topic| topic.word().to_owned()).collect()
}

/// What the trail tells.
fn facts(url: &str, topics: &[Topic], description: &str) -> Value {
    json!({ "url": url, "topics": topics, "description": description })
}
