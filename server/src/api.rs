//! The REST API: what browsers get, for programs, through the same functions of the domain. Each noun
//! is one file; what holds for every operation stands in this folder once.

mod body;
mod caller;
mod cart;
mod catalog;
mod coupon;
mod delivery;
mod document;
mod json;
mod limits;
mod list;
mod member;
mod order;
mod origin;
mod page;
mod parameters;
mod payment;
mod points;
mod problem;
mod refusals;
mod replay;
mod rule;
mod schema;
mod subscription;
mod together;
mod token;
mod types;
mod version;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, header},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::any,
};
use contract::Failure;
use domain::Shop;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;

pub use document::{document, documents, text};
pub(crate) use problem::tell;

use crate::settings::Programs;
use problem::Refusal;

/// Where nothing of the API stands, but could: programs are told so in their own words.
const NOUNS: [&str; 9] =
    ["cart", "catalog", "coupon", "delivery", "member", "order", "payment", "points", "subscription"];

/// Every operation, by noun.
fn operations() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .merge(cart::router())
        .merge(catalog::router())
        .merge(coupon::router())
        .merge(delivery::router())
        .merge(member::router())
        .merge(order::router())
        .merge(payment::router())
        .merge(points::router())
        .merge(subscription::router())
        .merge(token::router())
}

/// Set where a secret is told.
const NOT_STORED: (HeaderName, HeaderValue) = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// Operations where passwords could be guessed.
fn doors() -> OpenApiRouter<Shop> {
    member::doors()
}

/// Operations where codes could be guessed.
fn counters() -> OpenApiRouter<Shop> {
    coupon::counter()
}

/// The API. `behind` tells whether something stands in front of the shop. Sessions, where a browser
/// asks, are the caller's to provide, as is [`tell`].
pub(crate) fn router(shop: &Shop, programs: &Programs, behind: bool) -> Router {
    let router = Router::from(operations()).merge(limits::logins(doors().into(), programs, behind));
    // Counted apart: whoever takes coupons can still sign in.
    let router = router.merge(limits::logins(counters().into(), programs, behind));
    let router = NOUNS.iter().fold(router, |router, noun| {
        let router =
            router.route(&format!("/{noun}/"), any(nothing)).route(&format!("/{noun}/{{*rest}}"), any(nothing));
        // The page of the cart stands there.
        if *noun == "cart" { router } else { router.route(&format!("/{noun}"), any(nothing)) }
    });
    // The last one sees a request first.
    let router = router
        .layer(CatchPanicLayer::custom(|_| refuse(Failure::Unavailable)))
        .layer(from_fn(parameters::refuse_unknown))
        .layer(from_fn(tell))
        .layer(from_fn_with_state(shop.clone(), replay::replay))
        .layer(from_fn(caller::refuse_strangers))
        .layer(DefaultBodyLimit::max(body::LIMIT));
    let router = limits::by_caller(router, programs, behind).layer(from_fn_with_state(shop.clone(), caller::recognize));
    limits::by_address(router, programs, behind).with_state(shop.clone())
}

/// A refusal that nobody has put into words yet.
pub(crate) fn refuse(failure: Failure) -> Response {
    Refusal::from(failure).into_response()
}

async fn nothing() -> Response {
    refuse(Failure::NotFound)
}
