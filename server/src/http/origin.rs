//! Requests that change something come from the shop's own pages, or from no page at all.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header},
    middleware::Next,
    response::Response,
};
use contract::Failure;

use super::failures;
use crate::api;

/// The origin that browsers see, where it is set; otherwise the request's own host counts.
#[derive(Debug, Clone)]
pub(super) struct Origins(Option<Arc<str>>);

impl Origins {
    pub(super) fn new(public_url: Option<String>) -> Self {
        Self(public_url.map(Into::into))
    }
}

/// Refuses a mutating request that another site's page has sent.
pub(super) async fn refuse_foreign(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    if is_own(&origins, request.uri(), request.headers()) {
        let mut response = next.run(request).await;
        // What was fetched early shows the shop as it was before.
        let header = response.headers_mut().entry(header::HeaderName::from_static("clear-site-data"));
        header.or_insert(header::HeaderValue::from_static("\"prefetchCache\""));
        return response;
    }
    tracing::info!(path = request.uri().path(), "refused a request of a foreign origin");
    failures::page(&Failure::ForeignOrigin, failures::locale(request.headers()))
}

/// The same for programs. Who shows a token rides on nobody's cookie, from wherever it comes.
pub(super) async fn refuse_foreign_program(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe
        || request.headers().contains_key(header::AUTHORIZATION)
        || is_own(&origins, request.uri(), request.headers())
    {
        return next.run(request).await;
    }
    tracing::info!(path = request.uri().path(), "refused a request of a foreign origin");
    api::refuse(Failure::ForeignOrigin)
}

/// Browsers name the origin of every mutating request. A program that names none carries no
/// cookie that somebody else could ride on.
fn is_own(origins: &Origins, uri: &Uri, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let Some(origin) = text(header::ORIGIN) else {
        return text(header::HeaderName::from_static("sec-fetch-site"))
            .is_none_or(|site| matches!(site, "same-origin" | "none"));
    };
    if origins.0.as_deref() == Some(origin) {
        return true;
    }
    let host = text(header::HOST).or_else(|| uri.authority().map(axum::http::uri::Authority::as_str));
    let named = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    named.is_some() && named == host
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(public: Option<&str>, pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), header::HeaderValue::from_static(value)));
        is_own(&Origins::new(public.map(str::to_owned)), &Uri::from_static("/fn/cart/add"), &headers.collect())
    }

    #[test]
    fn only_the_shops_own_pages_and_programs_change_something() {
        assert!(own(None, &[("host", "shop.example"), ("origin", "http://shop.example")]));
        assert!(own(Some("https://shop.example"), &[("host", "10.0.0.1:80"), ("origin", "https://shop.example")]));
        assert!(own(None, &[("host", "shop.example")]));
        assert!(own(None, &[("host", "shop.example"), ("sec-fetch-site", "same-origin")]));
        for foreign in ["http://evil.example", "null", "", "http://shop.example.evil.example", "http://shop.example:81"]
        {
            let headers = header::HeaderValue::from_str(foreign);
            assert!(headers.is_ok());
            let map: HeaderMap = [
                (header::HOST, header::HeaderValue::from_static("shop.example")),
                (
                    header::ORIGIN,
                    header::HeaderValue::from_str(foreign).unwrap_or(header::HeaderValue::from_static("null")),
                ),
            ]
            .into_iter()
            .collect();
            assert!(!is_own(&Origins::new(None), &Uri::from_static("/fn/cart/add"), &map), "{foreign}");
        }
        assert!(!own(None, &[("host", "shop.example"), ("sec-fetch-site", "cross-site")]));
    }
}
