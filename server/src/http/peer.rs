//! From where a request comes.

use std::net::SocketAddr;

use axum::{extract::ConnectInfo, http::Request};

/// The address of who asks; empty where nobody knows it. `behind` tells whether something stands in
/// front of the shop and says from where it is asked.
pub(crate) fn peer<T>(request: &Request<T>, behind: bool) -> String {
    let told = request.headers().get("x-forwarded-for").and_then(|told| told.to_str().ok());
    // The last one was added by what stands in front; those before it are what anybody may claim.
    let told = told.and_then(|told| told.rsplit(',').next()).map(str::trim).filter(|told| behind && !told.is_empty());
    let near = || request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string());
    told.map(str::to_owned).or_else(near).unwrap_or_default()
}
