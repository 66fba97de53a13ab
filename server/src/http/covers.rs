//! Drawn covers.

use app::context::Visitor;
use axum::{
    Extension,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::Failure;
use domain::{
    Shop,
    member::Operator,
    product::{self, Product},
};

use crate::cover::{Cover, draw};

/// The cover of a product, as `/covers/12.svg`. Drawn when asked for; browsers keep it for a day.
pub(super) async fn cover(State(shop): State<Shop>, Path(file): Path<String>) -> Response {
    let Some(id) = file.strip_suffix(".svg").and_then(|id| id.parse().ok()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match product::get(&shop, id).await.map_err(Failure::from) {
        Ok(Some(product)) => drawn(&product, "public, max-age=86400"),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The cover of a product for those who run it, of a draft too, as `/seller/products/12/cover.svg`.
pub(super) async fn own_cover(
    State(shop): State<Shop>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
) -> Response {
    let found = async {
        let shopper = visitor.shopper.as_ref().ok_or(Failure::NotFound)?;
        let by = Operator::of(&shop, shopper).await?;
        Ok::<_, Failure>(product::preview(&shop, &by, id).await?)
    };
    match found.await {
        // Its title may change at any time.
        Ok(product) => drawn(&product, "private, no-cache"),
        Err(Failure::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn drawn(product: &Product, kept: &'static str) -> Response {
    let cover =
        Cover { id: product.id, title: &product.title, author: &product.author, category: &product.category.slug };
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, kept)];
    (headers, draw(&cover)).into_response()
}
