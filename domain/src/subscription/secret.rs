//! What signs messages: made here, read by its seller alone.

use std::fmt;

use argon2::password_hash::rand_core::{OsRng, RngCore};
use base64::{Engine, engine::general_purpose::STANDARD};
use contract::{
    Failure,
    subscription::{OVERLAP_HOURS, SubscriptionId},
    trail::Act,
};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{lock, own_seller};
use crate::{Result, Shop, member::Operator, retry::retry, trail};

/// Bytes of a secret, as many as the hash that it keys.
const BYTES: usize = 32;

/// A secret as Standard Webhooks writes it: `whsec_` and base64. It is not printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    pub(super) fn new() -> Self {
        let mut bytes = [0; BYTES];
        OsRng.fill_bytes(&mut bytes);
        Self(format!("whsec_{}", STANDARD.encode(bytes)))
    }

    /// One that was stored.
    pub(super) const fn stored(secret: String) -> Self {
        Self(secret)
    }

    /// The text of it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What signs the messages of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The one of now.
    pub current: Secret,
    /// The one that was replaced, while it still signs.
    pub previous: Option<Replaced>,
}

/// A secret that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The secret.
    pub secret: Secret,
    /// Until when it signs, in UTC.
    pub until: OffsetDateTime,
}

/// What signs the messages of one's own subscription.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too, and for the staff.
pub async fn secrets(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<Secrets> {
    let seller = own_seller(by)?;
    let found = sqlx::query!(
        "select secret, previous_secret, previous_until from subscription
         where subscription_id = $1 and seller_id = $2 and removed_at is null",
        id,
        seller
    );
    let found = found.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?;
    let now = shop.now();
    let previous = found.previous_secret.zip(found.previous_until).filter(|(_, until)| *until > now);
    Ok(Secrets {
        current: Secret(found.secret),
        previous: previous.map(|(secret, until)| Replaced { secret: Secret(secret), until }),
    })
}

/// Gives one's own subscription a new secret, based on its `version`. The one before signs beside it for
/// [`OVERLAP_HOURS`]; an older one no more.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too, and for the staff; [`Failure::EditedMeanwhile`] where
/// it was changed since the form was shown, by the same form also.
pub async fn rotate_secret(shop: &Shop, by: &Operator, id: SubscriptionId, version: i32) -> Result<()> {
    own_seller(by)?;
    let secret = Secret::new();
    retry("rotate secret", || rotate_once(shop, by, id, version, &secret)).await
}

async fn rotate_once(shop: &Shop, by: &Operator, id: SubscriptionId, version: i32, secret: &Secret) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let own = lock(&mut tx, by, id).await?;
    let rotated = sqlx::query!(
        "update subscription set previous_secret = secret, previous_until = $3, secret = $4, version = version + 1
         where subscription_id = $1 and version = $2 and secret <> $4",
        id,
        version,
        at + Duration::hours(OVERLAP_HOURS),
        secret.expose()
    )
    .execute(&mut *tx)
    .await?;
    if rotated.rows_affected() == 0 {
        // The answer to the commit may have been lost.
        let done = sqlx::query_scalar!(
            r#"select secret = $2 as "done!" from subscription where subscription_id = $1"#,
            id,
            secret.expose()
        );
        return if done.fetch_one(&mut *tx).await? { Ok(()) } else { Err(Failure::EditedMeanwhile.into()) };
    }
    let told = trail::Change {
        act: Act::SubscriptionSecretRotated,
        subject: id.to_string(),
        seller: Some(own.seller),
        before: json!({ "version": own.version }),
        after: json!({ "version": own.version + 1 }),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_new_each_time_and_not_printed() {
        let (one, other) = (Secret::new(), Secret::new());
        assert_ne!(one, other);
        let bytes = STANDARD.decode(one.expose().strip_prefix("whsec_").expect("its prefix")).expect("base64");
        assert_eq!(bytes.len(), BYTES);
        assert_eq!(format!("{one:?}"), "Secret");
    }
}
