//! Answers that would be a bare status become a page.

use std::any::Any;

use app::{failure_document, text::Locale};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use contract::Failure;
use tower_http::catch_panic::CatchPanicLayer;

/// Set by Leptos on the answer of a server function that failed.
const SERVER_FN_ERROR: &str = "serverfnerror";

/// The page of a failure, with its status.
pub(super) fn page(failure: &Failure, locale: Locale) -> Response {
    let status = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Html(failure_document(failure, locale))).into_response();
    ask_again(failure, &mut response);
    response
}

/// Tells browsers and programs in how many seconds trying again makes sense.
fn ask_again(failure: &Failure, response: &mut Response) {
    let seconds = match failure {
        Failure::Busy => "1",
        Failure::Unavailable => "5",
        _ => return,
    };
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static(seconds));
}

/// The language that the visitor chose, if any.
pub(crate) fn locale(headers: &HeaderMap) -> Locale {
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
    let status = response.status();
    if response.headers().contains_key(SERVER_FN_ERROR) {
        // Leptos would send a plain form back with the failure in the URL, where no page looks.
        if html {
            let body = to_bytes(response.into_body(), 4_096).await.unwrap_or_default();
            return page(&serde_json::from_slice(&body).unwrap_or(Failure::Unavailable), locale);
        }
        // Failures of ours tell their own status; what is left is Leptos not understanding the body.
        match status {
            StatusCode::INTERNAL_SERVER_ERROR => *response.status_mut() = StatusCode::BAD_REQUEST,
            StatusCode::SERVICE_UNAVAILABLE => ask_again(&Failure::Busy, &mut response),
            _ => {}
        }
        return response;
    }
    let bare = response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| !is_html(kind) && !is_problem(kind));
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
    response
}

fn is_html(kind: &header::HeaderValue) -> bool {
    kind.to_str().is_ok_and(|kind| kind.starts_with("text/html"))
}

/// What programs are told is told to whoever asks as a program does.
fn is_problem(kind: &header::HeaderValue) -> bool {
    kind.as_bytes() == b"application/problem+json"
}

type OnPanic = fn(Box<dyn Any + Send>) -> Response<Body>;

/// A panic is a bug; the visitor still gets a page.
pub(super) fn catch_panic() -> CatchPanicLayer<OnPanic> {
    CatchPanicLayer::custom(|_| page(&Failure::Unavailable, Locale::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_told_to_come_again_is_told_when() {
        for (failure, seconds) in [(Failure::Busy, "1"), (Failure::Unavailable, "5")] {
            let told = page(&failure, Locale::En);
            assert_eq!(told.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(told.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()), Some(seconds));
        }
        assert!(!page(&Failure::NotFound, Locale::En).headers().contains_key(header::RETRY_AFTER));
    }
}
