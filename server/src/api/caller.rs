//! Who asks: by a bearer token, or by the session of a browser.

use app::context::key;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{Failure, member::Role, token::TokenId};
use domain::{
    Shop,
    cart::Owner,
    member::{self, Operator, Shopper},
};
use tower_sessions::Session;
use uuid::Uuid;

use super::problem::Refusal;

/// Who asks, found out once per request.
#[derive(Debug, Clone, Default)]
pub(super) struct Caller {
    /// The member, as what the token or the session lets them act.
    pub(super) shopper: Option<Shopper>,
    /// The token that was shown, if one was.
    pub(super) token: Option<TokenId>,
    /// The cart of a guest's session.
    pub(super) guest_cart: Option<Uuid>,
    /// Whether a token was shown that is not good.
    stranger: bool,
}

/// Puts the caller into the request.
pub(super) async fn recognize(
    State(shop): State<Shop>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    match caller(&shop, &session, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(failure) => Refusal::from(failure).into_response(),
    }
}

/// Refuses a token that is not good, even where nobody needs to be signed in: whoever shows it believes to
/// be. Where one signs in, it does not matter.
pub(super) async fn refuse_strangers(request: Request, next: Next) -> Response {
    let stranger = request.extensions().get::<Caller>().is_some_and(|caller| caller.stranger);
    if stranger && !DOORS.contains(&request.uri().path()) {
        return Refusal::from(Failure::SignInRequired).of_a_bad_token().into_response();
    }
    next.run(request).await
}

/// Where one gets a token.
const DOORS: [&str; 2] = ["/member/login", "/member/registration"];

async fn caller(shop: &Shop, session: &Session, headers: &HeaderMap) -> Result<Caller, Failure> {
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    if let Some(first) = shown.next() {
        // Of two nobody can say which one is meant.
        let secret = if shown.next().is_none() { first.to_str().ok().and_then(bearer) } else { None };
        let known = match secret {
            Some(secret) => member::recognize_token(shop, secret).await?,
            None => None,
        };
        return Ok(match known {
            Some((shopper, token)) => Caller { shopper: Some(shopper), token: Some(token), ..Caller::default() },
            None => Caller { stranger: true, ..Caller::default() },
        });
    }
    let member: Option<i64> = session.get(key::MEMBER).await.map_err(failed)?;
    let generation: Option<i32> = session.get(key::GENERATION).await.map_err(failed)?;
    let guest_cart = session.get(key::CART).await.map_err(failed)?;
    let shopper = match member {
        Some(id) => member::recognize(shop, id, generation.unwrap_or_default()).await?,
        None => None,
    };
    Ok(Caller { shopper, guest_cart, ..Caller::default() })
}

/// The scheme is read in any case (RFC 9110, section 11.1).
fn bearer(shown: &str) -> Option<&str> {
    let (scheme, secret) = shown.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

fn failed(error: tower_sessions::session::Error) -> Failure {
    tracing::error!(%error, "the session cannot be used");
    Failure::Unavailable
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// A member who is signed in.
pub(super) struct Member(pub(super) Shopper);

impl<S: Send + Sync> FromRequestParts<S> for Member {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let caller = Caller::from_request_parts(parts, state).await?;
        Ok(Self(caller.shopper.ok_or(Failure::SignInRequired)?))
    }
}

/// A seller or a member of the staff, by a session or a token of that scope.
pub(super) struct Desk(pub(super) Operator);

impl FromRequestParts<Shop> for Desk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Refusal> {
        let Member(shopper) = Member::from_request_parts(parts, shop).await?;
        if shopper.role() == Role::Shopper {
            return Err(Failure::ScopeRequired.into());
        }
        Ok(Self(Operator::of(shop, &shopper).await?))
    }
}

/// Whose cart it is: a member's, or that of the session of a guest. A guest without one gets a new one,
/// which the session keeps once there is something in it.
pub(super) struct CartOf {
    pub(super) owner: Owner,
    new: bool,
    session: Session,
}

impl CartOf {
    /// Makes the session keep a new cart.
    pub(super) async fn keep(&self) -> Result<(), Refusal> {
        match self.owner {
            Owner::Guest(cart) if self.new => Ok(self.session.insert(key::CART, cart).await.map_err(failed)?),
            _ => Ok(()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CartOf {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let session = parts.extensions.get::<Session>().cloned().ok_or(Failure::Unavailable)?;
        let known = caller.shopper.map(|shopper| Owner::Member(shopper.id())).or(caller.guest_cart.map(Owner::Guest));
        Ok(Self { owner: known.unwrap_or_else(|| Owner::Guest(Uuid::now_v7())), new: known.is_none(), session })
    }
}
