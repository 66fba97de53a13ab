//! Drawn covers.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::Failure;
use domain::{Shop, product};

use crate::cover::{Cover, draw};

/// The cover of a product, as `/covers/12.svg`. Drawn when asked for; browsers keep it for a day.
pub(super) async fn cover(State(shop): State<Shop>, Path(file): Path<String>) -> Response {
    let Some(id) = file.strip_suffix(".svg").and_then(|id| id.parse().ok()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match product::get(&shop, id).await.map_err(Failure::from) {
        Ok(Some(product)) => {
            let cover = Cover { id, title: &product.title, author: &product.author, category: &product.category.slug };
            let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")];
            (headers, draw(&cover)).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
