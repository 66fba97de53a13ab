//! Whether the shop can serve, for machines that ask.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use domain::{Shop, health};
use serde_json::{Value, json};

/// A database that takes longer is none that a shop can be served from.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where machines ask.
pub(super) const PATH: &str = "/health";

/// 200 where the database answers, 503 where it does not. Without a session, and without secrets.
pub(super) async fn health(State(shop): State<Shop>) -> (StatusCode, Json<Value>) {
    let version = shop.pulse().vitals().version;
    match tokio::time::timeout(PATIENCE, health::database(&shop)).await {
        Ok(Ok(database)) => (StatusCode::OK, Json(json!({ "status": "ok", "database": database, "version": version }))),
        Ok(Err(_)) | Err(_) => {
            let body = json!({ "status": "unavailable", "database": null, "version": version });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body))
        }
    }
}
