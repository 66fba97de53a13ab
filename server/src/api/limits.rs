//! How many requests one may send: by token or session, by address, and fewer where passwords could be
//! guessed. Each instance counts for itself, in memory.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
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

/// Limits who asks, once it is known who does.
pub(super) fn by_caller(router: Router<Shop>, programs: &Programs, behind: bool) -> Router<Shop> {
    let (each, burst) = (programs.api_per_second.get(), programs.api_burst.get());
    limited(router, ByCaller { behind }, Duration::from_secs(1) / each, burst)
}

/// Limits an address, before anything is looked at.
pub(super) fn by_address(router: Router<Shop>, programs: &Programs, behind: bool) -> Router<Shop> {
    let all = |one: NonZeroU32| one.get().saturating_mul(BEHIND_ONE_ADDRESS);
    let (each, burst) = (all(programs.api_per_second), all(programs.api_burst));
    limited(router, ByAddress { behind }, Duration::from_secs(1) / each, burst)
}

/// Limits where passwords, or the codes of coupons, could be guessed.
pub(super) fn logins(router: Router<Shop>, programs: &Programs, behind: bool) -> Router<Shop> {
    let each = programs.api_logins_per_minute.get();
    limited(router, ByAddress { behind }, Duration::from_secs(60) / each, each)
}

/// Lets `burst` come at once, and one more after each `period`. Of several limits the one is told that is
/// nearest.
fn limited<K>(router: Router<Shop>, by: K, period: Duration, burst: u32) -> Router<Shop>
where
    K: KeyExtractor<Key: Send + Sync> + Send + Sync + 'static,
{
    let mut config = GovernorConfigBuilder::default().key_extractor(by).period(period).burst_size(burst).use_headers();
    // Neither can be nothing: both are made of numbers that cannot.
    let Some(config) = config.finish().map(Arc::new) else { return router };
    let weak = Arc::downgrade(&config);
    // Forgets those who have been quiet, for as long as the limit is used.
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(SWEEP).await;
            let Some(config) = weak.upgrade() else { return };
            config.limiter().retain_recent();
        }
    });
    router
        .layer(GovernorLayer::new(config).error_handler(move |error| refuse(&error, burst)))
        .layer(map_response(async |response| tell_nearest(response)))
}

fn refuse(error: &GovernorError, limit: u32) -> Response {
    let mut response = Refusal::from(Failure::TooManyRequests).into_response();
    response.headers_mut().insert(LIMIT, HeaderValue::from(limit));
    response.headers_mut().insert(REMAINING, HeaderValue::from(0));
    if let GovernorError::TooManyRequests { wait_time, .. } = error {
        // It is rounded down, and whoever comes a moment early is refused again.
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_time + 1));
    }
    response
}

/// What a limit further in has told.
#[derive(Debug, Clone)]
struct Told {
    limit: HeaderValue,
    left: HeaderValue,
}

/// Tells again what a limit further in has told, if fewer were left of that.
fn tell_nearest(mut response: Response) -> Response {
    let count = |left: &HeaderValue| left.to_str().ok().and_then(|left| left.parse::<u32>().ok());
    let now = response.headers().get(LIMIT).cloned().zip(response.headers().get(REMAINING).cloned());
    let now = now.map(|(limit, left)| Told { limit, left });
    let before = response.extensions_mut().remove::<Told>();
    let nearest = [before, now].into_iter().flatten().min_by_key(|told| count(&told.left));
    if let Some(told) = nearest {
        response.headers_mut().insert(LIMIT, told.limit.clone());
        response.headers_mut().insert(REMAINING, told.left.clone());
        response.extensions_mut().insert(told);
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
