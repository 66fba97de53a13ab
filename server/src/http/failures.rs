//! Answers that would be a bare status become a page.

use std::any::Any;

use app::{failure_document, text::Locale};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use contract::Failure;
use tower_http::catch_panic::CatchPanicLayer;

/// The page of a failure, with its status.
pub(super) fn page(failure: &Failure, locale: Locale) -> Response {
    let status = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Html(failure_document(failure, locale))).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
    }
    response
}

/// The language that the visitor chose, if any.
pub(super) fn locale(headers: &HeaderMap) -> Locale {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let chosen = cookies.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix("lang="));
    chosen.map(Locale::parse).unwrap_or_default()
}

/// Gives a refusal without content, such as a wrong method, a body too large or a session store
/// that cannot be written, its page; and a body that no server function can read its status.
pub(super) async fn dress(request: Request, next: Next) -> Response {
    let html = request
        .headers()
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    let locale = locale(request.headers());
    let mut response = next.run(request).await;
    let bare = response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| !is_html(kind));
    let status = response.status();
    if html && bare && (status.is_client_error() || status.is_server_error()) {
        let failure = match status {
            StatusCode::NOT_FOUND => Failure::NotFound,
            status if status.is_server_error() => Failure::Unavailable,
            _ => Failure::BadRequest,
        };
        let mut page = page(&failure, locale);
        if status.is_client_error() {
            *page.status_mut() = status;
        }
        return page;
    }
    // Failures of ours tell their own status; what is left is Leptos not understanding the body.
    if status == StatusCode::INTERNAL_SERVER_ERROR && response.headers().contains_key("serverfnerror") {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    response
}

fn is_html(kind: &header::HeaderValue) -> bool {
    kind.to_str().is_ok_and(|kind| kind.starts_with("text/html"))
}

/// A panic is a bug; the visitor still gets a page.
pub(super) fn catch_panic() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response<Body>> {
    CatchPanicLayer::custom(|_| page(&Failure::Unavailable, Locale::default()))
}
