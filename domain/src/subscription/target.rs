//! Where messages may be sent: not into a private network, whatever leads there.

use std::{fmt, net::IpAddr};

use async_trait::async_trait;
use contract::{form::Flaw, subscription::MOST_URL};
use url::{Host, ParseError, Url};

use super::internet::is_public;
use crate::Shop;

/// How the shop looks at where messages are to go. Without one, private networks are refused, and
/// names are looked up when something is sent.
#[async_trait]
pub trait Targets: fmt::Debug + Send + Sync {
    /// Whether http and private networks are allowed.
    fn allows_private(&self) -> bool;

    /// The addresses that a name leads to; none where it leads nowhere, or cannot be looked up now.
    async fn resolve(&self, name: &str) -> Vec<IpAddr>;
}

/// Names that lead inside wherever they are looked up, and those below them: RFC 6761, 6762, 8375,
/// and what is reserved for use inside.
const INSIDE: &[&str] = &[
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "lan",
    "home",
    "corp",
    "home.arpa",
    "svc",
];

/// Whether http and private networks are allowed.
pub fn allows_private(shop: &Shop) -> bool {
    shop.targets().is_some_and(Targets::allows_private)
}

/// Reads an address that messages can be sent to. A name that leads nowhere yet is fine; one that leads
/// inside is not.
pub(super) async fn check(targets: Option<&dyn Targets>, typed: &str) -> Result<String, Flaw> {
    let private = targets.is_some_and(Targets::allows_private);
    let url = read(typed, private)?;
    if let (false, Some(targets), Some(Host::Domain(name))) = (private, targets, url.host())
        && !targets.resolve(name).await.into_iter().all(is_public)
    {
        return Err(Flaw::PrivateTarget);
    }
    Ok(url.into())
}

/// Reads an address by what it says of itself: its form, and the host where that is an address or a name that
/// leads inside. `private` allows http and private networks.
///
/// # Errors
/// The flaw of what was typed.
pub fn read(typed: &str, private: bool) -> Result<Url, Flaw> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Flaw::Required);
    }
    let too_long = Flaw::TooLong { max: i64::try_from(MOST_URL).unwrap_or(i64::MAX) };
    if typed.chars().count() > MOST_URL {
        return Err(too_long);
    }
    let mut url = Url::parse(typed).map_err(|why| match why {
        ParseError::RelativeUrlWithoutBase => Flaw::Url,
        _ => Flaw::Host,
    })?;
    let spoken = url.scheme() == "https" || (private && url.scheme() == "http");
    if !spoken || !url.username().is_empty() || url.password().is_some() {
        return Err(Flaw::Url);
    }
    if url.port() == Some(0) {
        return Err(Flaw::Host);
    }
    // It is never sent.
    url.set_fragment(None);
    if url.as_str().len() > MOST_URL {
        return Err(too_long);
    }
    let inside = match url.host() {
        Some(Host::Domain(name)) if !can_be(name) => return Err(Flaw::Host),
        Some(Host::Domain(name)) => is_inside(name),
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        None => return Err(Flaw::Host),
    };
    if inside && !private { Err(Flaw::PrivateTarget) } else { Ok(url) }
}

/// Whether a name is one at all: labels of 1 to 63 characters, 253 in all, and one dot behind them at most.
fn can_be(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

/// A name without a dot is looked up among the neighbors.
fn is_inside(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let below = |inside: &str| name.strip_suffix(inside).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.contains('.') || INSIDE.iter().any(|inside| below(inside))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_refused_by_its_form_or_because_it_leads_inside() {
        for (typed, flaw) in [
            ("", Flaw::Required),
            ("nowhere", Flaw::Url),
            ("http://shop.example.com/", Flaw::Url),
            ("ftp://shop.example.com/", Flaw::Url),
            ("https://", Flaw::Host),
            ("https://me:word@shop.example.com/", Flaw::Url),
            ("https://me@shop.example.com/", Flaw::Url),
            ("https://shop.example.com:0/", Flaw::Host),
            ("https://shop.example.com../", Flaw::Host),
            ("https://shop..example.com/", Flaw::Host),
            ("https://.example.com/", Flaw::Host),
            ("https://localhost../", Flaw::Host),
            ("https://localhost/", Flaw::PrivateTarget),
            ("https://LOCALHOST.:8443/", Flaw::PrivateTarget),
            ("https://my.localhost/", Flaw::PrivateTarget),
            ("https://printer.local/", Flaw::PrivateTarget),
            ("https://localhost.localdomain/", Flaw::PrivateTarget),
            ("https://hooks.shop.svc/", Flaw::PrivateTarget),
            ("https://hooks.private/", Flaw::PrivateTarget),
            ("https://metadata.google.internal/", Flaw::PrivateTarget),
            ("https://postgres:5432/", Flaw::PrivateTarget),
            ("https://10.0.0.1/", Flaw::PrivateTarget),
            // All of them 127.0.0.1.
            ("https://2130706433/", Flaw::PrivateTarget),
            ("https://0x7f.1/", Flaw::PrivateTarget),
            ("https://0177.0.0.1/", Flaw::PrivateTarget),
            ("https://１２７.0.0.1/", Flaw::PrivateTarget),
            ("https://127.0.0.1./", Flaw::PrivateTarget),
            ("https://[::1]/", Flaw::PrivateTarget),
            ("https://[::ffff:10.0.0.1]/", Flaw::PrivateTarget),
        ] {
            assert_eq!(read(typed, false).map(String::from), Err(flaw), "{typed}");
        }
        assert_eq!(
            read(" https://Shop.example.com/hook?a=b#c ", false).map(String::from),
            Ok("https://shop.example.com/hook?a=b".to_owned())
        );
        assert!(read("https://shop.example.com./", false).is_ok(), "a name that is whole");
        assert_eq!(read(&format!("https://{}.example.com/", "a".repeat(64)), false).map(String::from), Err(Flaw::Host));
        assert!(read("https://8.8.8.8:8443/", false).is_ok());
        assert!(read("https://local.example.com/", false).is_ok(), "a name that only begins so");
    }

    #[test]
    fn where_private_networks_are_allowed_the_form_is_still_checked() {
        for typed in ["http://127.0.0.1:9000/", "http://receiver/", "https://[::1]/"] {
            assert!(read(typed, true).is_ok(), "{typed}");
        }
        assert_eq!(read("http://me:word@receiver/", true).map(String::from), Err(Flaw::Url));
        assert_eq!(read("file:///etc/passwd", true).map(String::from), Err(Flaw::Url));
    }

    #[test]
    fn an_address_has_its_end() {
        let long = |characters: usize| format!("https://a.example.com/{}", "a".repeat(characters - 22));
        assert!(read(&long(MOST_URL), false).is_ok());
        assert_eq!(read(&long(MOST_URL + 1), false).map(String::from), Err(Flaw::TooLong { max: 2_000 }));
        let grows = format!("https://a.example.com/{}", "가".repeat(1_000));
        assert_eq!(read(&grows, false).map(String::from), Err(Flaw::TooLong { max: 2_000 }));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(typed in any::<String>(), private in any::<bool>()) {
            let _ = read(&typed, private);
        }
    }
}
