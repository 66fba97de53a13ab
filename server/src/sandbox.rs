//! The sandbox's switches over HTTP, where a sandbox stands in for the payment gateway.

use std::{fmt, time::Duration};

use app::desk::sandbox::{All, Sandbox, Switches};
use async_trait::async_trait;
use reqwest::{Client, Url};

use crate::outside;

/// How long it may take to answer: somebody waits for the page, and it is on this machine.
const ANSWER: Duration = Duration::from_millis(500);

/// The neighbors that a sandbox stands in for. Whoever does not name all of them is none.
const NEIGHBORS: [&str; 3] = ["gateway", "carrier", "platform"];

/// What may be a sandbox, at the gateway's address.
pub struct Remote {
    client: Client,
    base: Url,
}

impl fmt::Debug for Remote {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Remote").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

impl Remote {
    /// The sandbox at the gateway's address, if it can be one: a real gateway is never on this very
    /// machine, and so it is never asked.
    pub fn at(gateway: &Url) -> Option<Self> {
        let host = gateway.host()?;
        let near = match host {
            url::Host::Domain(name) => name == "localhost",
            url::Host::Ipv4(address) => address.is_loopback(),
            url::Host::Ipv6(address) => address.is_loopback(),
        };
        let client = outside::client().ok()?.timeout(ANSWER).build().ok()?;
        near.then(|| Self { client, base: gateway.clone() })
    }

    fn to(&self, path: &str) -> Option<Url> {
        self.base.join(path).ok()
    }
}

#[async_trait]
impl Sandbox for Remote {
    async fn switches(&self) -> Option<All> {
        let answer = self.client.get(self.to("/switches")?).send().await.ok()?;
        let all: All = answer.error_for_status().ok()?.json().await.ok()?;
        NEIGHBORS.iter().all(|neighbor| all.contains_key(*neighbor)).then_some(all)
    }

    async fn set(&self, neighbor: &str, switches: Switches) -> bool {
        let Some(url) = self.to(&format!("/switches/{neighbor}")) else { return false };
        let sent = self.client.put(url).json(&switches).send().await;
        sent.is_ok_and(|answer| answer.status().is_success())
    }

    fn page(&self) -> &str {
        self.base.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_this_machine_can_be_a_sandbox() {
        let at = |url: &str| Remote::at(&url.parse().expect("an address")).is_some();
        for near in ["http://127.0.0.1:8090", "http://localhost:8090/", "http://[::1]:8090"] {
            assert!(at(near), "{near}");
        }
        for far in
            ["https://api.tosspayments.com", "http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example"]
        {
            assert!(!at(far), "{far}");
        }
    }
}
