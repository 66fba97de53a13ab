//! Webhooks of the demo seller, of which nothing is sent by itself.

use domain::subscription::{self, SubscriptionForm};
use uuid::Uuid;

use super::{Cast, Result, Things};

pub(super) async fn things(cast: &Cast) -> Result<Things> {
    let own = subscribe(cast, "https://hooks.example.com/").await?;
    let other = subscribe(cast, "https://hooks.example.com/other").await?;
    // One that was taken: what waits is sent while everybody tries.
    let message = Uuid::now_v7();
    let taken = sqlx::query(
        "insert into subscription_delivery (message_id, subscription_id, topic, body, status, attempts, status_code,
             first_attempt_at, last_attempt_at, created_at)
         values ($1, $2, 'parcel.delivered', '{}', 'delivered', 1, 204, now(), now(), now())",
    );
    taken.bind(message).bind(own).execute(&cast.shop.db).await?;
    Ok(Things::from([
        ("subscription", own.to_string()),
        ("other-subscription", other.to_string()),
        ("message", message.to_string()),
    ]))
}

/// To what nobody does here.
async fn subscribe(cast: &Cast, url: &str) -> Result<Uuid> {
    let topics = vec!["parcel.delivered".to_owned()];
    let form = SubscriptionForm { url: url.to_owned(), topics, description: String::new() };
    Ok(subscription::create(&cast.shop, &cast.seller, Uuid::now_v7(), &form).await?)
}
