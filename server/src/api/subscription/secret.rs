//! What signs the messages of a subscription.

use axum::{extract::State, response::Response};
use contract::subscription::SubscriptionId;
use domain::{Shop, member::Operator, subscription};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ChangeRefused, DeskAlone};
use crate::api::{
    NOT_STORED,
    body::Id,
    caller::Desk,
    problem::Refusal,
    version::{self, IfMatch, VersionHeader},
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(secrets, rotate))
}

/// What signs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubscriptionSecrets, example = json!({
    "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "previous": { "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "until": "2026-11-27T09:30:00Z" }
}))]
struct Secrets {
    /// The secret of now: `whsec_` and the key as base64.
    secret: String,
    /// The one that was replaced, while it still signs beside it.
    previous: Option<Replaced>,
}

/// A secret that was replaced.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReplacedSecret)]
struct Replaced {
    /// The secret.
    secret: String,
    /// Until when it signs.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
}

async fn told(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<Response, Refusal> {
    let secrets = subscription::secrets(shop, by, id).await?;
    let version = subscription::find(shop, by, id).await?.version;
    let previous = secrets.previous.map(|old| Replaced { secret: old.secret.expose().to_owned(), until: old.until });
    let mut told = version::told(version, Secrets { secret: secrets.current.expose().to_owned(), previous });
    told.headers_mut().extend([NOT_STORED]);
    Ok(told)
}

/// Read the secrets of a subscription
///
/// Sellers alone.
#[utoipa::path(
    get, path = "/subscription/subscriptions/{subscriptionId}/secrets", operation_id = "getSubscriptionSecrets", tag = "subscription",
    security(("bearer" = ["seller"]), ("session" = [])),
    params(("subscriptionId" = Uuid, Path, description = "The subscription.")),
    responses(
        (status = 200, description = "The secrets.", body = Secrets,
            headers(("ETag" = String, description = "The subscription's version, to be sent as `If-Match`."))),
        DeskAlone,
    )
)]
async fn secrets(State(shop): State<Shop>, Desk(by): Desk, Id(id): Id<SubscriptionId>) -> Result<Response, Refusal> {
    told(&shop, &by, id).await
}

/// Replace the secret of a subscription
///
/// Makes a new one. The one before signs beside it for 24 hours, an older one no more. Sellers alone.
#[utoipa::path(
    post, path = "/subscription/subscriptions/{subscriptionId}/secrets", operation_id = "rotateSubscriptionSecret", tag = "subscription",
    security(("bearer" = ["seller"]), ("session" = [])),
    params(("subscriptionId" = Uuid, Path, description = "The subscription."), VersionHeader),
    responses(
        (status = 200, description = "The secrets as they are now.", body = Secrets,
            headers(("ETag" = String, description = "The subscription's new version."))),
        ChangeRefused,
    )
)]
async fn rotate(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Id(id): Id<SubscriptionId>,
    named: IfMatch,
) -> Result<Response, Refusal> {
    let version = named.based_on(subscription::find(&shop, &by, id).await?.version)?;
    subscription::rotate_secret(&shop, &by, id, version).await.map_err(version::edited)?;
    told(&shop, &by, id).await
}
