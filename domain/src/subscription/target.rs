//! Where messages may be sent: not into a private network, whatever leads there.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use async_trait::async_trait;
use contract::{form::Flaw, subscription::MOST_URL};
use url::{Host, Url};

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
const INSIDE: &[&str] = &["localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa"];

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

/// The form of an address, and the host where it says by itself where it leads.
fn read(typed: &str, private: bool) -> Result<Url, Flaw> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Flaw::Required);
    }
    let too_long = Flaw::TooLong { max: i64::try_from(MOST_URL).unwrap_or(i64::MAX) };
    if typed.chars().count() > MOST_URL {
        return Err(too_long);
    }
    let mut url = Url::parse(typed).map_err(|_| Flaw::Url)?;
    let spoken = url.scheme() == "https" || (private && url.scheme() == "http");
    if !spoken || !url.username().is_empty() || url.password().is_some() || url.port() == Some(0) {
        return Err(Flaw::Url);
    }
    // It is never sent.
    url.set_fragment(None);
    if url.as_str().len() > MOST_URL {
        return Err(too_long);
    }
    let inside = match url.host() {
        Some(Host::Domain(name)) => is_inside(name),
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        None => return Err(Flaw::Url),
    };
    if inside && !private { Err(Flaw::PrivateTarget) } else { Ok(url) }
}

/// A name without a dot is looked up among the neighbors.
fn is_inside(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let below = |inside: &str| name.strip_suffix(inside).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.contains('.') || INSIDE.iter().any(|inside| below(inside))
}

/// Whether an address is one of the internet, by IANA's registries of special-purpose addresses. An
/// address that holds another one leads where that leads.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        // This host, private, loopback.
        (0 | 10 | 127, ..)
            // Shared by the customers of a provider.
            | (100, 64..=127, _)
            // Link-local, where clouds keep what only a machine itself should know.
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            // For protocols; AMT and the relays of 6to4.
            | (192, 0, 0)
            | (192, 52, 193)
            | (192, 88, 99)
            // Measuring, documentation.
            | (198, 18..=19, _)
            | (192, 0, 2)
            | (198, 51, 100)
            | (203, 0, 113)
            // Multicast, reserved, broadcast.
            | (224..=255, ..)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let held = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b) {
        // IPv4 in IPv6's clothes, and behind a translator.
        (0, 0) if (c, d, e, f) == (0, 0, 0, 0xffff) => held(g, h),
        (0x64, 0xff9b) if (c, d, e, f) == (0, 0, 0, 0) => held(g, h),
        // 6to4.
        (0x2002, _) => held(b, c),
        // For protocols, Teredo and measuring among them; documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff) => false,
        // All that is given out; beyond it are loopback, unique local, link-local, multicast and what is
        // reserved.
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_of_private_and_special_networks_are_none_of_the_internet() {
        for address in [
            "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.8.8.8", "169.254.169.254",
            "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1",
            "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1",
            "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:2::1",
            "2001:10::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd12::1",
            "fe80::1", "fec0::1", "ff02::1",
        ] {
            assert!(!is_public(address.parse().expect("an address")), "{address}");
        }
        for address in [
            "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.17.0.1",
            "198.20.0.1", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:200::1", "2606:4700::1111",
            "2a00:1450::1", "2002:808:808::1",
        ] {
            assert!(is_public(address.parse().expect("an address")), "{address}");
        }
    }

    #[test]
    fn an_address_is_refused_by_its_form_or_because_it_leads_inside() {
        for (typed, flaw) in [
            ("", Flaw::Required),
            ("nowhere", Flaw::Url),
            ("http://shop.example.com/", Flaw::Url),
            ("ftp://shop.example.com/", Flaw::Url),
            ("https://", Flaw::Url),
            ("https://me:word@shop.example.com/", Flaw::Url),
            ("https://me@shop.example.com/", Flaw::Url),
            ("https://shop.example.com:0/", Flaw::Url),
            ("https://localhost/", Flaw::PrivateTarget),
            ("https://LOCALHOST.:8443/", Flaw::PrivateTarget),
            ("https://my.localhost/", Flaw::PrivateTarget),
            ("https://printer.local/", Flaw::PrivateTarget),
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

        #[test]
        fn an_address_in_anothers_clothes_leads_where_it_leads(bits in any::<u32>()) {
            let bare = Ipv4Addr::from(bits);
            let held = bare.to_ipv6_mapped();
            prop_assert_eq!(is_public(held.into()), is_public(bare.into()));
            let [a, b, c, d] = bare.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let six = Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1);
            let translated = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low);
            prop_assert_eq!(is_public(six.into()), is_public(bare.into()));
            prop_assert_eq!(is_public(translated.into()), is_public(bare.into()));
        }
    }
}
