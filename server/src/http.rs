//! The shop over HTTP: pages, server functions, covers, pictures and files, and the layers around them.

mod covers;
mod failures;
mod health;
mod lingering;
mod live;
mod origin;
mod peer;
mod pictures;
mod sessions;
mod visit;
mod visitor;
mod webhooks;

use std::sync::Arc;

use app::{
    context::PublicUrl,
    desk::sandbox::{Handle, Sandbox},
    shell,
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::{from_fn, from_fn_with_state, map_request},
    routing::get,
};
use domain::Shop;
use leptos::config::LeptosOptions;
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_async_with_context};
use tower_http::{
    compression::CompressionLayer,
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

pub(crate) use failures::locale;
pub(crate) use peer::peer;
pub use sessions::Sessions;

use crate::{api, live::Hub, sandbox, settings::Serve};

/// The largest body of a form, in bytes: fields of ten thousand characters each still get their
/// answer.
const BODY_LIMIT: usize = 1024 * 1024;

/// Everything that the shop answers.
pub fn router(shop: Shop, sessions: Sessions, hub: Hub, settings: &Serve) -> Router {
    let site = settings.site_root.clone();
    let leptos = LeptosOptions::builder()
        .output_name("madang")
        .site_root(site.to_string_lossy())
        .site_pkg_dir("pkg")
        .site_addr(settings.addr)
        .build();
    let secure = settings.public_url.as_ref().is_some_and(|url| url.starts_with("https:"));
    let sessions = SessionManagerLayer::new(sessions)
        .with_name("madang")
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(secure)
        .with_expiry(Expiry::OnInactivity(time::Duration::days(settings.session_days)));
    let counter = visit::Counter { shop: shop.clone(), behind: settings.public_url.is_some() };
    let origins = origin::Origins::new(settings.public_url.clone());

    let gateway = settings.neighbors.gateway().ok().flatten();
    let near = gateway.and_then(|(url, _)| sandbox::Remote::at(url));
    let near = Handle(near.map(|near| Arc::new(near) as Arc<dyn Sandbox>));

    let public = PublicUrl(settings.public_url.clone());
    let options = leptos.clone();
    let document = move || shell(options.clone());
    let routes = generate_route_list(document.clone());
    let pages = Router::new()
        .leptos_routes_with_context(&leptos, routes, provide(&shop, &public), document.clone())
        .fallback(render_app_async_with_context(provide(&shop, &public), document))
        .with_state(leptos)
        .merge(live::router(shop.clone(), hub))
        .merge(app::desk::routes(shop.clone()))
        .merge(own_covers(shop.clone()))
        // The last one sees a request first.
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(counter, visit::count))
        .layer(Extension(near))
        .layer(from_fn_with_state(shop.clone(), visitor::recognize))
        .layer(sessions.clone())
        .layer(from_fn_with_state(origins.clone(), origin::refuse_foreign))
        // A page is one visitor's: nobody in between may keep it.
        .layer(header(header::CACHE_CONTROL, "private, no-cache"));
    let files = Router::new()
        .nest_service("/pkg", ServeDir::new(site.join("pkg")).precompressed_br().precompressed_gzip())
        .route_service("/favicon.svg", ServeFile::new(site.join("favicon.svg")))
        .route_service("/robots.txt", ServeFile::new(site.join("robots.txt")))
        // Looked at again each time, which costs a 304: a new version must not meet old scripts.
        .layer(header(header::CACHE_CONTROL, "no-cache"));
    // Programs of neighbors: without a session, and from no page.
    let carrier = settings.neighbors.carrier().ok().flatten();
    let webhooks = webhooks::router(shop.clone(), carrier.map(|(_, secret)| secret));
    let programs = api::router(&shop, &settings.programs, settings.public_url.is_some())
        .layer(Extension(public.clone()))
        .layer(sessions.clone())
        .layer(from_fn_with_state(origins.clone(), origin::refuse_foreign_program))
        .layer(header(header::CACHE_CONTROL, "private, no-cache"))
        .layer(from_fn(api::tell));
    let covers = Router::new()
        .route("/covers/{file}", get(covers::cover))
        .route("/pictures/{file}", get(pictures::picture))
        .with_state(shop.clone());
    let health = Router::new().route(health::PATH, get(health::health)).with_state(shop);
    let health = health.layer(header(header::CACHE_CONTROL, "no-store"));
    files
        .merge(covers)
        .merge(health)
        .merge(webhooks)
        .merge(programs)
        .merge(api::documents())
        .merge(pages)
        .layer(from_fn(failures::dress))
        .layer(failures::catch_panic())
        .layer(CompressionLayer::new())
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // Failures are logged where they happen, with their cause.
        .layer(TraceLayer::new_for_http().on_failure(()))
        .layer(map_request(async |request: Request| lingering::linger(request)))
}

/// Covers that only those who run the products are shown.
fn own_covers(shop: Shop) -> Router {
    Router::new().route("/seller/products/{id}/cover.svg", get(covers::own_cover)).with_state(shop)
}

/// What pages and server functions find in their context.
fn provide(shop: &Shop, public: &PublicUrl) -> impl Fn() + Clone + Send + Sync + 'static {
    let (shop, public) = (shop.clone(), public.clone());
    move || app::context::provide(&shop, &public)
}

fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
