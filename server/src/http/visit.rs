//! Counts visits: who looks at a page of the shop, in memory. Nothing is written, and no cookie is
//! set for it.

use app::context::Visitor;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use contract::member::{MemberId, Role};
use domain::Shop;
use uuid::Uuid;

use super::{peer::peer, visitor::is_shown};

/// What programs that look at pages by themselves call themselves, in small letters.
const BOTS: [&str; 21] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "scrape",
    "headless",
    "phantom",
    "preview",
    "monitor",
    "lighthouse",
    "archive",
    "facebookexternalhit",
    "curl",
    "wget",
    "python",
    "java/",
    "go-http-client",
    "okhttp",
    "libwww",
    "httpclient",
    "yeti",
];

/// Where visits are counted.
#[derive(Debug, Clone)]
pub(super) struct Counter {
    pub(super) shop: Shop,
    /// Whether something stands in front of the shop and tells from where it is asked.
    pub(super) behind: bool,
}

struct Person {
    address: String,
    cart: Option<Uuid>,
    member: Option<MemberId>,
}

/// Counts who is shown a page. Those who run the shop do not count.
pub(super) async fn count(State(counter): State<Counter>, request: Request, next: Next) -> Response {
    let person = person(&request, counter.behind);
    let response = next.run(request).await;
    if let Some(person) = person.filter(|_| is_seen(&response)) {
        counter.shop.visits().came(counter.shop.now(), &person.address, person.cart, person.member);
    }
    response
}

fn person(request: &Request, behind: bool) -> Option<Person> {
    let agent = text(request.headers(), header::USER_AGENT);
    if !is_shown(request) || is_bot(agent) {
        return None;
    }
    let visitor = request.extensions().get::<Visitor>()?;
    if visitor.shopper.as_ref().is_some_and(|shopper| shopper.role() != Role::Shopper) {
        return None;
    }
    let address = format!("{} {agent}", peer(request, behind));
    Some(Person { address, cart: visitor.guest_cart, member: visitor.shopper.as_ref().map(|shopper| shopper.id()) })
}

fn is_seen(response: &Response) -> bool {
    response.status().is_success() && text(response.headers(), header::CONTENT_TYPE).starts_with("text/html")
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether it calls itself a program, or nothing at all.
fn is_bot(agent: &str) -> bool {
    let agent = agent.to_lowercase();
    agent.is_empty() || BOTS.iter().any(|bot| agent.contains(bot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_do_not_count_and_browsers_do() {
        for program in [
            "",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; Yeti/1.1; +https://naver.me/spd)",
            "curl/8.5.0",
            "python-requests/2.32",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0 Safari/537.36",
        ] {
            assert!(is_bot(program), "{program}");
        }
        for browser in [
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Linux; Android 15; SM-S931N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        ] {
            assert!(!is_bot(browser), "{browser}");
        }
    }
}
