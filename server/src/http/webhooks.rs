//! What neighbors tell by themselves. None of it is believed before it was checked.

mod carrier;
mod gateway;

use axum::{Router, extract::DefaultBodyLimit, routing::post};
use domain::Shop;

/// The largest body of a message, in bytes; those of today are a tenth of it.
const BODY_LIMIT: usize = 64 * 1024;

/// The doors of the neighbors. The carrier signs with `secret`.
pub(super) fn router(shop: Shop, secret: Option<&str>) -> Router {
    Router::new()
        .route("/webhooks/gateway", post(gateway::told))
        .with_state(shop.clone())
        .merge(carrier::router(shop, secret))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}
