//! The payment gateway tells that a payment has changed. Anybody could say so: its word is only the
//! reason to ask the gateway.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use contract::{Failure, payment::PaymentId, system::Source};
use domain::{Error, Result, Shop, payment, pulse::Turned, webhook};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tracing::instrument;

/// Where the gateway names each of its messages; a repeated one is named as before.
const MESSAGE: &str = "tosspayments-webhook-transmission-id";

#[derive(Deserialize)]
struct Message {
    data: About,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    order_id: PaymentId,
}

/// 200 where there is nothing to do, or no more; 503 where the gateway should tell it again.
#[instrument(skip_all, fields(payment))]
pub(super) async fn told(State(shop): State<Shop>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !shop.takes_cards() {
        return StatusCode::NOT_FOUND;
    }
    // What other systems of the same merchant have ordered is told here too.
    let Ok(Message { data: About { order_id: payment } }) = serde_json::from_slice(&body) else {
        shop.pulse().refused(Source::Gateway, Turned::Unreadable, &message(&headers, &body), &body);
        return StatusCode::OK;
    };
    tracing::Span::current().record("payment", tracing::field::display(payment));
    match taken(&shop, payment, &message(&headers, &body), &body).await {
        Ok(()) | Err(Error::Refused(Failure::NotFound)) => StatusCode::OK,
        Err(error) => {
            tracing::warn!(%error, "a payment that changed could not be checked");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

async fn taken(shop: &Shop, payment: PaymentId, message: &str, body: &[u8]) -> Result<()> {
    // Told twice, it is checked twice: what came of the first time is not known here.
    webhook::keep_of_payment(shop, payment, message, &String::from_utf8_lossy(body)).await?;
    payment::check(shop, payment).await
}

/// What names a message: its id, or where it has none that can be kept, what it says.
fn message(headers: &HeaderMap, body: &[u8]) -> String {
    let named = headers.get(MESSAGE).and_then(|id| id.to_str().ok());
    let named = named.filter(|id| !id.is_empty() && id.len() <= 200);
    named.map_or_else(|| format!("sha256:{:x}", Sha256::digest(body)), str::to_owned)
}
