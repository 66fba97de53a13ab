//! Pictures of products.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::picture::Versions;
use domain::{Shop, picture};

/// A version of a picture, as `/pictures/{id}-600.webp`. What stands at an address never changes, so
/// that browsers need not ask twice.
pub(super) async fn picture(State(shop): State<Shop>, Path(file): Path<String>) -> Response {
    let Some(version) = file.strip_suffix(".webp").and_then(Versions::parse) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match picture::file(&shop, version.id, version.width).await {
        Ok(Some(bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, "image/webp"),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
            ];
            (headers, bytes).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(trouble) => {
            tracing::error!(%trouble, picture.id = %version.id, "a picture was not read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
