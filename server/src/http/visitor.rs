//! Finds out who asks, once per request.

use app::context::{Visitor, key};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use contract::Failure;
use domain::{
    Shop,
    cart::{self, Owner},
    member,
};
use tower_sessions::Session;

use super::failures;

/// Puts the visitor into the request. With the database away, nobody can be recognized and the
/// page of that failure is the answer.
pub(super) async fn recognize(
    State(shop): State<Shop>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let locale = failures::locale(request.headers());
    match visitor(&shop, &session).await {
        Ok(visitor) => {
            request.extensions_mut().insert(Visitor { locale, ..visitor });
            next.run(request).await
        }
        Err(failure) => failures::page(&failure, locale),
    }
}

async fn visitor(shop: &Shop, session: &Session) -> Result<Visitor, Failure> {
    let read = |error: tower_sessions::session::Error| {
        tracing::error!(%error, "the session cannot be read");
        Failure::Unavailable
    };
    let member: Option<i64> = session.get(key::MEMBER).await.map_err(read)?;
    let guest_cart = session.get(key::CART).await.map_err(read)?;
    let shopper = match member {
        Some(id) => member::recognize(shop, id).await?,
        None => None,
    };
    let owner = shopper.as_ref().map(|shopper| Owner::Member(shopper.id())).or(guest_cart.map(Owner::Guest));
    let copies = match owner {
        Some(owner) => cart::copies(shop, owner).await?,
        None => 0,
    };
    Ok(Visitor { shopper, guest_cart, copies, ..Visitor::default() })
}
