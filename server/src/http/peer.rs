//! From where a request comes.

use std::net::{IpAddr, SocketAddr};

use axum::{extract::ConnectInfo, http::Request};

/// The address of who asks; empty where nobody knows it. `behind` tells whether something stands in
/// front of the shop and says from where it is asked.
pub(crate) fn peer<T>(request: &Request<T>, behind: bool) -> String {
    let told = || told(request).filter(|_| behind);
    let near = || request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    told().or_else(near).map(|address| address.to_canonical().to_string()).unwrap_or_default()
}

/// What stands in front says. The last address of the last line was added by it; those before are what
/// anybody may claim.
fn told<T>(request: &Request<T>) -> Option<IpAddr> {
    let line = request.headers().get_all("x-forwarded-for").iter().next_back()?;
    let last = line.to_str().ok()?.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| Some(last.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    fn asked(lines: &[&str]) -> String {
        let mut request =
            lines.iter().fold(Request::builder(), |request, line| request.header("x-forwarded-for", *line));
        let near = SocketAddr::from((Ipv6Addr::from_bits(0xffff_7f00_0001), 4321));
        if let Some(extensions) = request.extensions_mut() {
            extensions.insert(ConnectInfo(near));
        }
        peer(&request.body(()).expect("a request"), true)
    }

    #[test]
    fn what_stands_in_front_has_the_last_word() {
        assert_eq!(asked(&["5.5.5.5, 8.8.4.4"]), "8.8.4.4");
        assert_eq!(asked(&["5.5.5.5", "8.8.4.4"]), "8.8.4.4");
        assert_eq!(asked(&["5.5.5.5", "8.8.4.4:1234"]), "8.8.4.4");
        assert_eq!(asked(&["[2001:db8::1]:1234"]), "2001:db8::1");
        // What is no address counts as nothing said.
        assert_eq!(asked(&["zzz"]), "127.0.0.1");
        assert_eq!(asked(&[]), "127.0.0.1");
    }
}
