//! The page to try the API on: Swagger UI, whose scripts and styles come with the program.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::Config;

/// Where it stands.
pub(super) const PLACE: &str = "/api/docs/";

/// Its own has no viewport, and so no phone could show it.
const PAGE: &str = include_str!("page.html");

/// Nothing comes from elsewhere or goes there. Its scripts write styles of their own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Settings = Arc<Config<'static>>;

/// The page for a document.
pub(super) fn router(document: &'static str) -> Router {
    let settings = Config::from(document)
        .try_it_out_enabled(true)
        .persist_authorization(false)
        // Otherwise it shows the document to a stranger, to have it checked.
        .validator_url("none")
        // The other one asks for the address of another document.
        .use_base_layout();
    let policy = HeaderValue::from_static(POLICY);
    Router::new()
        .route("/api/docs", get(|| async { Redirect::permanent(PLACE) }))
        .route(PLACE, get(|| async { Html(PAGE) }))
        .route("/api/docs/{file}", get(file))
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, policy))
        .with_state(Arc::new(settings))
}

/// A script, a style or a picture of it.
async fn file(Path(name): Path<String>, State(settings): State<Settings>) -> Response {
    match utoipa_swagger_ui::serve(&name, settings) {
        Ok(Some(file)) => {
            let encoding = file.gzpipped.then_some([(header::CONTENT_ENCODING, "gzip")]);
            ([(header::CONTENT_TYPE, file.content_type)], encoding, file.bytes.into_owned()).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a file of the API's page cannot be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
