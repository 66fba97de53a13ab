//! What pages of sellers and staff need beside pages and server functions: files that go out, and
//! files that come in.

mod people;

use axum::Router;
use domain::Shop;

use crate::seller::pictures;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use domain::Shop;

use crate::seller::import;
use axum::{Router, routing::get};
use domain::Shop;

use crate::seller;

/// The routes, by noun.
pub fn routes(shop: Shop) -> Router {
    let router: Router<Shop> = Router::new();
    let router = router.merge(people::routes());
    let router: Router<Shop> = Router::new().merge(pictures::upload::routes());
    let router = router.merge(crate::staff::system::files::router());
    let router = router.merge(crate::seller::stock_files::routes());
    let router = router.merge(crate::staff::coupon_files::routes());
    let router = router.merge(super::orders::routes());
    let router = router.merge(super::claims::routes());
    let router = router.route("/seller/products.csv", get(seller::products::csv::file));
    router.with_state(shop)
    router
        // What is too large is heard to its end, so that the browser is told.
        .route("/seller/products/import/file", post(import::receive).layer(DefaultBodyLimit::disable()))
        .route("/seller/products/import/example.csv", get(import::example))
        .route("/seller/products/imports/{id}/errors.csv", get(import::wrong_rows))
        .route("/seller/products/export.csv", get(import::export))
        .with_state(shop)
}
