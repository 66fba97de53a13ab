//! What pages of sellers and staff need beside pages and server functions: files that go out, and
//! files that come in.

mod people;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use domain::Shop;

use crate::{
    seller::{self, import, pictures},
    staff,
};

/// The routes, by noun.
pub fn routes(shop: Shop) -> Router {
    Router::new()
        .merge(people::routes())
        .merge(pictures::upload::routes())
        .merge(seller::stock_files::routes())
        .merge(staff::coupon_files::routes())
        .merge(staff::system::files::router())
        .merge(super::orders::routes())
        .merge(super::claims::routes())
        .route("/seller/products.csv", get(seller::products::csv::file))
        // What is too large is heard to its end, so that the browser is told.
        .route("/seller/products/import/file", post(import::receive).layer(DefaultBodyLimit::disable()))
        .route("/seller/products/import/example.csv", get(import::example))
        .route("/seller/products/imports/{id}/errors.csv", get(import::wrong_rows))
        .route("/seller/products/export.csv", get(import::export))
        .route("/seller/webhooks/{id}/messages.csv", get(seller::webhooks::messages::file))
        .with_state(shop)
}
