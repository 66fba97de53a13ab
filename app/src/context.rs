//! Who and what a request comes with, as pages and server functions find it.

use axum::http::request::Parts;
use contract::Failure;
use domain::{Shop, cart::Owner, member::Shopper};
use leptos::prelude::use_context;
use tower_sessions::Session;
use uuid::Uuid;

use crate::{form::Returned, text::Locale};

/// Keys of what a session keeps.
pub mod key {
    /// The signed-in member's id.
    pub const MEMBER: &str = "member";
    /// Which of the member's passwords signed them in.
    pub const GENERATION: &str = "generation";
    /// The guest's cart.
    pub const CART: &str = "cart";
    /// A refused form, for the one next view.
    pub const FORM: &str = "form";
    /// Where a charge of the wallet leads on to.
    pub const NEXT: &str = "next";
}

/// Who asks, found out once per request.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// The member, when signed in.
    pub shopper: Option<Shopper>,
    /// Whether the session's member was blocked since: whoever holds it is told so.
    pub blocked: bool,
    /// The guest's cart, if there is one.
    pub guest_cart: Option<Uuid>,
    /// Copies in the cart, for the header.
    pub copies: i64,
    /// Unread notifications, for the header.
    pub unread: i64,
    /// The language to answer in.
    pub locale: Locale,
}

/// How browsers reach the shop, where it is set; otherwise the request's own host counts.
#[derive(Debug, Clone, Default)]
pub struct PublicUrl(pub Option<String>);

impl PublicUrl {
    /// The shop's address as whoever sent a request knows it, such as `https://shop.example`.
    pub fn origin(&self, parts: &Parts) -> String {
        if let Some(url) = &self.0 {
            return url.clone();
        }
        let named = parts.headers.get(axum::http::header::HOST).and_then(|host| host.to_str().ok());
        let host = named.or(parts.uri.authority().map(axum::http::uri::Authority::as_str));
        format!("http://{}", host.unwrap_or_default())
    }
}

/// Puts what the layers before have found into the reactive context.
pub fn provide(shop: &Shop, public: &PublicUrl) {
    leptos::prelude::provide_context(shop.clone());
    leptos::prelude::provide_context(public.clone());
    if let Some(parts) = use_context::<Parts>() {
        if let Some(visitor) = parts.extensions.get::<Visitor>() {
            leptos::prelude::provide_context(visitor.clone());
        }
        if let Some(kept) = parts.extensions.get::<Returned>() {
            leptos::prelude::provide_context(kept.clone());
        }
        if let Some(session) = parts.extensions.get::<Session>() {
            leptos::prelude::provide_context(session.clone());
        }
    }
}

/// The shop.
pub(crate) fn shop() -> Result<Shop, Failure> {
    use_context().ok_or(Failure::Unavailable)
}

/// Who asks.
pub(crate) fn visitor() -> Visitor {
    use_context().unwrap_or_default()
}

/// The session, kept or not.
pub(crate) fn session() -> Result<Session, Failure> {
    use_context().ok_or(Failure::Unavailable)
}

/// The member who asks.
pub(crate) fn shopper() -> Result<Shopper, Failure> {
    visitor().shopper.ok_or(Failure::SignInRequired)
}

/// Whose cart it is, if there can be anything in it.
pub(crate) fn cart_owner() -> Option<Owner> {
    let visitor = visitor();
    let member = visitor.shopper.map(|shopper| Owner::Member(shopper.id()));
    member.or(visitor.guest_cart.map(Owner::Guest))
}

/// Whose cart it will be: that of a guest without one is a new one.
pub(crate) fn cart_owner_or_new() -> Owner {
    cart_owner().unwrap_or_else(|| Owner::Guest(Uuid::now_v7()))
}

/// Makes the session keep a guest's new cart, now that there is something in it.
pub(crate) async fn keep_cart(owner: Owner) -> Result<(), Failure> {
    match owner {
        Owner::Guest(cart) if visitor().guest_cart != Some(cart) => {
            session()?.insert(key::CART, cart).await.map_err(store_failed)
        }
        _ => Ok(()),
    }
}

/// A session that cannot be read or written is the database being away.
pub(crate) fn store_failed(error: tower_sessions::session::Error) -> Failure {
    tracing::error!(%error, "the session store failed");
    Failure::Unavailable
}

/// Whether the browser itself sent the form, and not a script of ours.
pub(crate) fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(axum::http::header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    })
}

/// The path and query that was asked for.
pub(crate) fn asked_path() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.uri.path_and_query().map(ToString::to_string))
        .unwrap_or_else(|| "/".to_owned())
}

/// The shop's address as the browser that asks knows it, such as `https://shop.example`.
pub(crate) fn origin() -> String {
    let public: PublicUrl = use_context().unwrap_or_default();
    use_context::<Parts>().map(|parts| public.origin(&parts)).unwrap_or_default()
}

/// A path of this shop to go on to; anything else, another site above all, is the home page.
pub(crate) fn own_path(typed: &str) -> &str {
    // Browsers drop tabs and line ends, and read a backslash as a slash.
    let odd = typed.chars().any(|c| c == '\\' || c.is_control());
    let own = typed.starts_with('/') && !typed.starts_with("//") && !odd;
    if own && typed.len() <= 2_000 { typed } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_this_shop_is_gone_on_to() {
        assert_eq!(own_path("/orders?before=1"), "/orders?before=1");
        for foreign in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "orders",
            "",
            "/a\r\nSet-Cookie: b",
            "/\t/evil.example",
        ] {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
    }
}
