//! What pages of sellers and staff need beside pages and server functions: files that go out, and
//! files that come in.

use axum::{Router, routing::get};
use domain::Shop;

use crate::seller;

/// The routes, by noun.
pub fn routes(shop: Shop) -> Router {
    let router: Router<Shop> = Router::new();
    let router = router.route("/seller/products.csv", get(seller::products::csv::file));
    router.with_state(shop)
}
