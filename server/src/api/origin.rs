//! How browsers reach the shop: where others send them back to.

use std::convert::Infallible;

use app::context::PublicUrl;
use axum::{extract::FromRequestParts, http::request::Parts};

/// The shop's address as browsers know it, such as `https://shop.example`.
pub(super) struct Origin(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let public = parts.extensions.get::<PublicUrl>().cloned().unwrap_or_default();
        Ok(Self(public.origin(parts)))
    }
}
