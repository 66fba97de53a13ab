//! What pages of sellers and staff need beside pages and server functions: files that go out, and
//! files that come in.

use axum::Router;
use domain::Shop;

/// The routes, by noun.
pub fn routes(shop: Shop) -> Router {
    let router: Router<Shop> = Router::new();
    let router = router.merge(super::orders::routes());
    let router = router.merge(super::claims::routes());
    router.with_state(shop)
}
