//! Finds out who asks, once per request.

use app::{
    context::{Visitor, key},
    form::Returned,
};
use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use contract::Failure;
use domain::{
    Shop,
    cart::{self, Owner},
    member, notification,
};
use tower_sessions::Session;

use super::{failures, live};

/// Puts the visitor into the request. With the database away, nobody can be recognized and the
/// page of that failure is the answer.
pub(super) async fn recognize(
    State(shop): State<Shop>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let locale = failures::locale(request.headers());
    match visitor(&shop, &session, is_page(&request)).await {
        Ok(visitor) => {
            request.extensions_mut().insert(Visitor { locale, ..visitor });
            let shown = is_shown(&request);
            match kept_form(shown, &session).await {
                Ok(Some(kept)) => {
                    request.extensions_mut().insert(kept);
                }
                Ok(None) => {}
                Err(failure) => return failures::page(&failure, locale),
            }
            next.run(request).await
        }
        Err(failure) => failures::page(&failure, locale),
    }
}

async fn visitor(shop: &Shop, session: &Session, page: bool) -> Result<Visitor, Failure> {
    let member: Option<i64> = session.get(key::MEMBER).await.map_err(failed)?;
    let generation: Option<i32> = session.get(key::GENERATION).await.map_err(failed)?;
    let guest_cart = session.get(key::CART).await.map_err(failed)?;
    let shopper = match member {
        Some(id) => member::recognize(shop, id, generation.unwrap_or_default()).await?,
        None => None,
    };
    let blocked = match member.filter(|_| page && shopper.is_none()) {
        Some(id) => member::was_blocked(shop, id, generation.unwrap_or_default()).await?,
        None => false,
    };
    let owner = shopper.as_ref().map(|shopper| Owner::Member(shopper.id())).or(guest_cart.map(Owner::Guest));
    // Only the header of a page tells them, and a form is answered without one.
    let copies = match owner.filter(|_| page) {
        Some(owner) => cart::copies(shop, owner).await?,
        None => 0,
    };
    let unread = match shopper.as_ref().filter(|_| page) {
        Some(shopper) => notification::unread(shop, shopper).await?,
        None => 0,
    };
    Ok(Visitor { shopper, blocked, guest_cart, copies, unread, ..Visitor::default() })
}

/// Whether a page is asked for, and not what its islands ask for beside it.
fn is_page(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::GET && !path.starts_with("/fn/") && path != live::PATH
}

/// Whether the answer will be looked at, and is not fetched ahead.
pub(super) fn is_shown(request: &Request) -> bool {
    is_page(request) && !request.headers().contains_key("sec-purpose")
}

/// Takes out the form that was refused a moment ago: it is there for the one next page.
async fn kept_form(shown: bool, session: &Session) -> Result<Option<Returned>, Failure> {
    if !shown {
        return Ok(None);
    }
    // Looked at first: taking it out is a write, and most views have nothing to take.
    let kept: Option<Returned> = session.get(key::FORM).await.map_err(failed)?;
    if kept.is_some() {
        session.remove_value(key::FORM).await.map_err(failed)?;
    }
    Ok(kept)
}

fn failed(error: tower_sessions::session::Error) -> Failure {
    tracing::error!(%error, "the session cannot be used");
    Failure::Unavailable
}
