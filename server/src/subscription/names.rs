//! Where names lead, and whether messages may go there. Asked when a seller subscribes, and again for the
//! very addresses that are connected to: a name that leads elsewhere later leads nowhere inside.

use std::{fmt, io, net::IpAddr, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use contract::subscription::Trouble;
use domain::subscription::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::timeout;
use url::{Host, Url};

/// How long a form waits for a name to be looked up.
const LOOK_UP: Duration = Duration::from_secs(3);

/// Looks names up.
#[async_trait]
pub trait Names: Send + Sync {
    /// The addresses of a name.
    async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// As the machine does.
#[derive(Debug, Clone, Copy)]
pub struct System;

#[async_trait]
impl Names for System {
    async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Where messages may go. Cheap to clone.
#[derive(Clone)]
pub struct Targets {
    names: Arc<dyn Names>,
    private: bool,
}

impl fmt::Debug for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Targets").field("private", &self.private).finish_non_exhaustive()
    }
}

impl Targets {
    /// Targets whose names are looked up there; http and private networks are among them where `private`.
    pub fn new(names: Arc<dyn Names>, private: bool) -> Self {
        Self { names, private }
    }

    /// Why nothing is sent to an address, by what it says itself.
    pub(super) fn refusal(&self, url: &Url) -> Option<Trouble> {
        if self.private {
            return None;
        }
        let inside = match url.host() {
            // It is looked up when it is connected to.
            Some(Host::Domain(_)) => false,
            Some(Host::Ipv4(address)) => !is_public(address.into()),
            Some(Host::Ipv6(address)) => !is_public(address.into()),
            None => true,
        };
        match url.scheme() {
            _ if inside => Some(Trouble::Private),
            "https" => None,
            _ => Some(Trouble::Tls),
        }
    }
}

#[async_trait]
impl domain::subscription::Targets for Targets {
    fn allows_private(&self) -> bool {
        self.private
    }

    async fn resolve(&self, name: &str) -> Vec<IpAddr> {
        let found = timeout(LOOK_UP, self.names.look_up(name)).await;
        found.ok().and_then(Result::ok).unwrap_or_default()
    }
}

/// Why a name led to no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Nowhere {
    #[error("the name is not known")]
    Unknown,
    #[error("the name leads to a private network")]
    Private,
}

impl Resolve for Targets {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, private) = (Arc::clone(&self.names), self.private);
        Box::pin(async move {
            let found = names.look_up(name.as_str()).await.unwrap_or_default();
            if found.is_empty() {
                return Err(Nowhere::Unknown.into());
            }
            let open: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| private || is_public(*address))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if open.is_empty() {
                return Err(Nowhere::Private.into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leads everywhere at once.
    struct Everywhere;

    #[async_trait]
    impl Names for Everywhere {
        async fn look_up(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
            let all = ["10.0.0.1", "8.8.8.8", "::1", "169.254.169.254", "2606:4700::1111", "::ffff:127.0.0.1"];
            Ok(all.iter().filter_map(|address| address.parse().ok()).collect())
        }
    }

    async fn connected_to(private: bool) -> Vec<String> {
        let targets = Targets::new(Arc::new(Everywhere), private);
        let found = Resolve::resolve(&targets, "hooks.example.com".parse().expect("a name")).await;
        found.map(|found| found.map(|address| address.ip().to_string()).collect()).unwrap_or_default()
    }

    #[tokio::test]
    async fn only_addresses_of_the_internet_are_connected_to() {
        assert_eq!(connected_to(false).await, ["8.8.8.8", "2606:4700::1111"]);
        assert_eq!(connected_to(true).await.len(), 6, "where that is allowed");
    }

    #[test]
    fn what_an_address_says_itself_is_looked_at_again() {
        let targets = Targets::new(Arc::new(Everywhere), false);
        let refusal = |url: &str| targets.refusal(&url.parse().expect("an address"));
        for inside in ["https://10.0.0.1/", "https://[::1]/", "http://127.0.0.1/", "https://2130706433/"] {
            assert_eq!(refusal(inside), Some(Trouble::Private), "{inside}");
        }
        assert_eq!(refusal("http://hooks.example.com/"), Some(Trouble::Tls));
        assert_eq!(refusal("https://hooks.example.com/"), None);
        assert_eq!(refusal("https://8.8.8.8/"), None);
    }
}
