//! The carrier tells how far a parcel has come, signed after the Standard Webhooks.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use contract::{Failure, delivery::CheckpointStatus, system::Source};
use domain::{
    Error, Result, Shop,
    delivery::{self, Report},
    pulse::Turned,
    webhook,
};
use serde::Deserialize;
use standardwebhooks::{HEADER_WEBHOOK_ID, Webhook, WebhookError};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tracing::instrument;
use uuid::Uuid;

/// The longest word that is kept, in bytes.
const LONGEST: usize = 200;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    tracking_number: String,
    #[serde(default)]
    reference: String,
    status: CheckpointStatus,
    #[serde(default)]
    place: String,
    at: String,
}

#[derive(Clone)]
struct Door {
    shop: Shop,
    /// Without a secret nobody is believed.
    signature: Option<Arc<Webhook>>,
}

/// The carrier's door. Who knows `secret` is believed.
pub(super) fn router(shop: Shop, secret: Option<&str>) -> Router {
    let signature = secret.and_then(|secret| Webhook::new(secret).ok()).map(Arc::new);
    Router::new().route("/webhooks/carrier", post(told)).with_state(Door { shop, signature })
}

/// 204 for what is kept, also from before; 401 for a wrong signature or one that is older than five
/// minutes; 400 for what cannot be read. The carrier tells it again after 404, as the parcel may
/// just be being requested, and after 503.
#[instrument(skip_all)]
async fn told(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> StatusCode {
    // Without a secret nobody is believed, and nobody is heard.
    let Some(signature) = door.signature else { return StatusCode::UNAUTHORIZED };
    // It is part of what is signed.
    let id = headers.get(HEADER_WEBHOOK_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let refused = |why| door.shop.pulse().refused(Source::Carrier, why, id, &body);
    if let Err(error) = signature.verify(&body, &headers) {
        let late = matches!(error, WebhookError::TimestampTooOldError | WebhookError::FutureTimestampError);
        refused(if late { Turned::Old } else { Turned::Signature });
        return StatusCode::UNAUTHORIZED;
    }
    let Some((report, text)) = read(id, &body) else {
        tracing::warn!(message = id, "a message of the carrier cannot be read");
        refused(Turned::Unreadable);
        return StatusCode::BAD_REQUEST;
    };
    match kept(&door.shop, &report, text).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(Error::Refused(Failure::NotFound)) => StatusCode::NOT_FOUND,
        Err(Error::Refused(Failure::BadRequest)) => StatusCode::BAD_REQUEST,
        Err(error) => {
            tracing::warn!(%error, message = id, "a message of the carrier was not kept");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

fn read<'a>(id: &str, body: &'a [u8]) -> Option<(Report, &'a str)> {
    let body = std::str::from_utf8(body).ok()?;
    let message: Message = serde_json::from_str(body).ok()?;
    let at = OffsetDateTime::parse(&message.at, &Rfc3339).ok()?;
    let fits = |word: &str| word.len() <= LONGEST && !word.contains(char::is_control);
    let named = !id.is_empty() && !message.tracking_number.is_empty();
    if !named || ![id, &message.tracking_number, &message.place].into_iter().all(fits) {
        return None;
    }
    let report = Report {
        message: id.to_owned(),
        number: message.tracking_number,
        reference: Uuid::parse_str(&message.reference).ok(),
        status: message.status,
        place: message.place,
        at,
    };
    Some((report, body))
}

async fn kept(shop: &Shop, report: &Report, body: &str) -> Result<()> {
    // Told again, it is looked at again: the first time may have come to nothing.
    webhook::keep(shop, &report.message, body).await?;
    delivery::checkpoint(shop, report).await
}
