//! What pages of sellers and staff need beside pages and server functions: files that go out, and
//! files that come in.

mod people;

use axum::Router;
use domain::Shop;

use crate::seller::pictures;

/// The routes, by noun.
pub fn routes(shop: Shop) -> Router {
    let router: Router<Shop> = Router::new();
    let router = router.merge(people::routes());
    let router: Router<Shop> = Router::new().merge(pictures::upload::routes());
    router.with_state(shop)
}
