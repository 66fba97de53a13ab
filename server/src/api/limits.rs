//! How many requests one may send: by token or session, by address, and fewer where passwords could be
//! guessed. Each instance counts for itself, in memory.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Request, header},
    middleware::map_response,
    response::{IntoResponse, Response},
};
use contract::{Failure, member::MemberId, token::TokenId};
use domain::Shop;
use tower_governor::{GovernorError, GovernorLayer, governor::GovernorConfigBuilder, key_extractor::KeyExtractor};

use super::{caller::Caller, problem::Refusal};
use crate::{http::peer, settings::Programs};

/// How many tokens, sessions and guests of one address may be busy at once.
const BEHIND_ONE_ADDRESS: u32 = 5;

/// How often those who have been quiet are forgotten.
const SWEEP: Duration = Duration::from_secs(60);

/// Headers that tell the limit: how many may come at once, and how many of them are left.
pub(super) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub(super) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");

/// Forgets those who have been quiet, for as long as the limit is used.
macro_rules! swept {
    ($config:expr) => {{
        let config = Arc::new($config);
        let weak = Arc::downgrade(&config);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(config) = weak.upgrade() else { return };
                config.limiter().retain_recent();
            }
        });
        config
    }};
}

/// Limits who asks, once it is known who does, and tells how much is left.
pub(super) fn by_caller(router: Router<Shop>, programs: &Programs, behind: bool) -> Router<Shop> {
    let config = GovernorConfigBuilder::default()
        .key_extractor(ByCaller { behind })
        .period(Duration::from_secs(1) / programs.api_per_second.get())
        .burst_size(programs.api_burst.get())
        .use_headers()
        .finish();
    match config {
        Some(config) => router
            .layer(GovernorLayer::new(swept!(config)).error_handler(refuse(programs.api_burst.get())))
            .layer(map_response(async |response| tell_passed(response))),
        None => router,
    }
}

/// Limits an address, before anything is looked at.
pub(super) fn by_address(router: Router<Shop>, programs: &Programs, behind: bool) -> Router<Shop> {
    let config = GovernorConfigBuilder::default()
        .key_extractor(ByAddress { behind })
        .period(Duration::from_secs(1) / programs.api_per_second.get().saturating_mul(BEHIND_ONE_ADDRESS))
        .burst_size(programs.api_burst.get().saturating_mul(BEHIND_ONE_ADDRESS))
        .finish();
    match config {
        Some(config) => router.layer(
            GovernorLayer::new(swept!(config))
                .error_handler(refuse(programs.api_burst.get().saturating_mul(BEHIND_ONE_ADDRESS))),
        ),
        None => router,
    }
}

/// Limits where passwords, or the codes of coupons, could be guessed.
pub(super) fn logins(router: Router<Shop>, programs: &Programs, behind: bool) -> Router<Shop> {
    let config = GovernorConfigBuilder::default()
        .key_extractor(ByAddress { behind })
        .period(Duration::from_secs(60) / programs.api_logins_per_minute.get())
        .burst_size(programs.api_logins_per_minute.get())
        .finish();
    match config {
        Some(config) => {
            router.layer(GovernorLayer::new(swept!(config)).error_handler(refuse(programs.api_logins_per_minute.get())))
        }
        None => router,
    }
}

/// The limit that was passed: it is the one to be told, whatever others are further out.
#[derive(Debug, Clone, Copy)]
struct Passed {
    limit: u32,
}

fn refuse(limit: u32) -> impl Fn(GovernorError) -> Response<Body> + Clone + Send + Sync + 'static {
    move |error| {
        let mut response = Refusal::from(Failure::TooManyRequests).into_response();
        response.extensions_mut().insert(Passed { limit });
        if let GovernorError::TooManyRequests { wait_time, .. } = error {
            // It is rounded down, and whoever comes a moment early is refused again.
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_time + 1));
        }
        tell_passed(response)
    }
}

/// Tells the limit that was passed, over what others have said.
fn tell_passed(mut response: Response) -> Response {
    if let Some(passed) = response.extensions().get::<Passed>().copied() {
        response.headers_mut().insert(LIMIT, HeaderValue::from(passed.limit));
        response.headers_mut().insert(REMAINING, HeaderValue::from(0));
    }
    response
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counted {
    Token(TokenId),
    Member(MemberId),
    Address(String),
}

#[derive(Debug, Clone, Copy)]
struct ByCaller {
    behind: bool,
}

impl KeyExtractor for ByCaller {
    type Key = Counted;

    fn extract<T>(&self, request: &Request<T>) -> Result<Counted, GovernorError> {
        let caller = request.extensions().get::<Caller>().cloned().unwrap_or_default();
        Ok(match (caller.token, caller.shopper) {
            (Some(token), _) => Counted::Token(token),
            (None, Some(shopper)) => Counted::Member(shopper.id()),
            (None, None) => Counted::Address(network(&peer(request, self.behind))),
        })
    }
}

#[derive(Debug, Clone, Copy)]
struct ByAddress {
    behind: bool,
}

impl KeyExtractor for ByAddress {
    type Key = String;

    fn extract<T>(&self, request: &Request<T>) -> Result<String, GovernorError> {
        Ok(network(&peer(request, self.behind)))
    }
}

/// An address as one is counted by: of IPv6 everybody has a network of 64 bits to themselves.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => {
            let network = address.to_bits() & (u128::MAX << 64);
            Ipv6Addr::from_bits(network).to_string()
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_of_one_network_count_as_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
    }
}
