//! A member about to order, and the request that does it.

use std::net::SocketAddr;

use contract::{
    Won,
    address::AddressId,
    member::MemberId,
    order::{SeenLine, write_seen},
};
use tower_sessions::session::Id;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

/// Who orders what, once.
#[derive(Debug, Clone)]
pub(crate) struct Shopper {
    /// Who.
    pub member: MemberId,
    /// Where to.
    pub address: AddressId,
    /// Of the form.
    pub key: Uuid,
    /// Of the browser.
    pub session: Id,
    /// What lies in the cart, by product id.
    pub lines: Vec<SeenLine>,
    /// What it comes to with delivery.
    pub total: Won,
}

impl Shopper {
    /// The checkout form as a browser without scripts sends it.
    pub(crate) fn order(&self, shop: SocketAddr) -> Vec<u8> {
        let body = Serializer::new(String::new())
            .append_pair("key", &self.key.to_string())
            .append_pair("seen", &write_seen(&self.lines))
            .append_pair("expected_total", &self.total.to_string())
            .append_pair("address", &self.address.to_string())
            .append_pair("note", "")
            .append_pair("coupon", "")
            .append_pair("points", "")
            .finish();
        format!(
            "POST /fn/order/place HTTP/1.1\r\nHost: {shop}\r\nOrigin: http://{shop}\r\n\
             Referer: http://{shop}/checkout\r\nSec-Fetch-Site: same-origin\r\nAccept: text/html\r\n\
             Accept-Encoding: gzip, br\r\nCookie: madang={}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.session,
            body.len()
        )
        .into_bytes()
    }

    /// Asks for the checkout page. In HTTP/1.0, so that it comes in one piece.
    pub(crate) fn look(&self, shop: SocketAddr) -> Vec<u8> {
        format!(
            "GET /checkout HTTP/1.0\r\nHost: {shop}\r\nAccept: text/html\r\nCookie: madang={}\r\n\r\n",
            self.session
        )
        .into_bytes()
    }
}
