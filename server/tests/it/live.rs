//! What a page hears while it is open.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header};
use server::postgres::{self, Cluster};
use tokio::time::timeout;

use crate::{
    process::{Served, browser, get, post},
    support::{Outcome, ask, folder, run},
};

type Maybe<T> = Result<T, Box<dyn std::error::Error>>;

/// So long a word may take on a machine under load.
const PATIENCE: Duration = Duration::from_secs(30);

const SHOPPER: &str = "shopper";
const STAFF: &str = "staff";

/// Somebody of the demo, signed in.
async fn sign_in(shop: &Served, who: &str) -> Maybe<Client> {
    let browser = browser()?;
    let (email, password) = (format!("{who}@madang.example"), format!("{who}-madang"));
    post(&browser, shop.url("/fn/member/sign-in"), &[("email", &email), ("password", &password)]).await?;
    Ok(browser)
}

/// A stream, and what came over it that nobody has asked for.
struct Ear {
    stream: Response,
    text: String,
    events: Vec<(String, String)>,
}

impl Ear {
    /// Opens a stream; it is open when it has said hello, and how many notifications are unread.
    async fn open(browser: &Client, shop: &Served) -> Maybe<Self> {
        let stream = browser.get(shop.url("/live")).send().await?;
        assert_eq!(stream.status(), StatusCode::OK);
        let mut ear = Self { stream, text: String::new(), events: Vec::new() };
        assert_eq!(ear.next("hello").await?, "hello");
        assert_eq!(ear.next("inbox").await?, "0");
        Ok(ear)
    }

    /// The data of the next event of this name.
    async fn next(&mut self, name: &str) -> Maybe<String> {
        timeout(PATIENCE, async {
            loop {
                if let Some(at) = self.events.iter().position(|(event, _)| event == name) {
                    return Ok(self.events.remove(at).1);
                }
                if !self.hear().await? {
                    return Err("the stream ended".into());
                }
            }
        })
        .await?
    }

    /// All that is told until the stream ends by itself, as it should.
    async fn rest(mut self) -> Maybe<Vec<(String, String)>> {
        timeout(PATIENCE, async {
            while self.hear().await? {}
            Maybe::Ok(())
        })
        .await??;
        Ok(self.events)
    }

    /// Waits for more; `false` at the end.
    async fn hear(&mut self) -> Maybe<bool> {
        let Some(chunk) = self.stream.chunk().await? else { return Ok(false) };
        self.text.push_str(std::str::from_utf8(&chunk)?);
        while let Some((event, rest)) = self.text.split_once("\n\n") {
            let field =
                |field| event.lines().find_map(|line| line.strip_prefix(field)).map(|value| value.trim().to_owned());
            // What has no name only keeps the stream alive.
            self.events.extend(field("event:").zip(field("data:")));
            self.text = rest.to_owned();
        }
        Ok(true)
    }
}

/// What stands in a hidden field.
fn hidden<'a>(page: &'a str, name: &str) -> Maybe<&'a str> {
    let named = format!("name=\"{name}\"");
    let tag = page.split('<').find(|tag| tag.contains(&named)).ok_or("no such field")?;
    let value = tag.split_once("value=\"").and_then(|(_, rest)| rest.split_once('"'));
    Ok(value.ok_or("no value")?.0)
}

/// Orders a copy of a book, paid by points; answers with the order's id.
async fn buy(browser: &Client, shop: &Served) -> Maybe<String> {
    post(browser, shop.url("/fn/cart/add"), &[("product", "2"), ("quantity", "1")]).await?;
    let (_, page) = get(browser, shop.url("/checkout")).await?;
    let mut form = vec![
        ("address", "new"),
        ("form[recipient]", "홍길동"),
        ("form[phone]", "010-1234-5678"),
        ("form[postcode]", "04524"),
        ("form[line1]", "서울 중구 세종대로 110"),
    ];
    for name in ["key", "seen", "expected_total", "due"] {
        form.push((name, hidden(&page, name)?));
    }
    let answer = post(browser, shop.url("/fn/order/place"), &form).await?;
    let next = answer.headers().get(header::LOCATION).ok_or("not placed")?.to_str()?;
    Ok(next.trim_start_matches("/orders/").trim_end_matches("/complete").to_owned())
}

/// Tells of an order of somebody, as if something of it had changed. Nobody is woken.
async fn change(database: &Cluster, who: &str, order: &str) -> Outcome {
    let payload = format!(
        "select jsonb_build_object('member_id', member_id, 'order_id', '{order}') from member
         where email = '{who}@madang.example'"
    );
    let event = format!("insert into event (name, subject, payload) values ('order.changed', '{order}', ({payload}))");
    Ok(run(database, &event).await?)
}

const ORDER: &str = "01940000-0000-7000-8000-000000000001";
const LATER: &str = "01940000-0000-7000-8000-000000000002";

#[tokio::test]
async fn a_page_hears_of_its_members_orders_and_of_nobody_elses() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &database.url())])?;
    let (shopper, staff) = (sign_in(&shop, SHOPPER).await?, sign_in(&shop, STAFF).await?);
    let (mut own, mut others) = (Ear::open(&shopper, &shop).await?, Ear::open(&staff, &shop).await?);
    let order = buy(&shopper, &shop).await?;
    assert_eq!(own.next("order").await?, order);
    // What follows from an order reaches the inbox by itself.
    assert_eq!(own.next("inbox").await?, "1");
    // Not woken, it looks by itself; and the first that the other one hears is their own.
    change(&database, SHOPPER, LATER).await?;
    change(&database, STAFF, ORDER).await?;
    assert_eq!(others.next("order").await?, ORDER);
    while own.next("order").await? != LATER {}
    shop.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn the_count_of_what_is_unread_follows_the_inbox() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &database.url())])?;
    let shopper = sign_in(&shop, SHOPPER).await?;
    let mut ear = Ear::open(&shopper, &shop).await?;
    let member = ask(&database, "select member_id::text from member where email = 'shopper@madang.example'").await?;
    let told = format!(
        "insert into notification (member_id, kind, payload, event_id, created_at)
         values ({member}, 'restocked', '{{}}', 1, now()); select pg_notify('inbox', '{member}')"
    );
    run(&database, &told).await?;
    assert_eq!(ear.next("inbox").await?, "1");
    shop.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn a_stream_is_for_members_and_is_kept_by_nobody() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::start(dir.path())?;
    let guest = browser()?.get(shop.url("/live")).send().await?;
    assert_eq!(guest.status(), StatusCode::UNAUTHORIZED);
    let shopper = sign_in(&shop, SHOPPER).await?;
    let stream = shopper.get(shop.url("/live")).header(header::ACCEPT_ENCODING, "gzip, br").send().await?;
    let header = |name: &str| stream.headers().get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("content-type"), Some("text/event-stream"));
    assert_eq!(header("cache-control"), Some("no-store"));
    assert_eq!(header("x-accel-buffering"), Some("no"));
    assert_eq!(header("content-encoding"), None);
    shop.stop()
}

#[tokio::test]
async fn who_has_signed_out_hears_nothing_any_more() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &database.url())])?;
    let shopper = sign_in(&shop, SHOPPER).await?;
    let ear = Ear::open(&shopper, &shop).await?;
    post(&shopper, shop.url("/fn/member/sign-out"), &[]).await?;
    change(&database, SHOPPER, ORDER).await?;
    assert!(ear.rest().await?.is_empty());
    shop.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn a_blocked_members_stream_ends_at_once() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &database.url())])?;
    let (shopper, staff) = (sign_in(&shop, SHOPPER).await?, sign_in(&shop, STAFF).await?);
    let ear = Ear::open(&shopper, &shop).await?;
    let member = ask(&database, "select member_id::text from member where email = 'shopper@madang.example'").await?;
    let form = [("ids", member.as_str()), ("reason", "도용"), ("page", "/staff/members"), ("next", "/staff/members")];
    post(&staff, shop.url("/fn/staff/member-block"), &form).await?;
    assert!(ear.rest().await?.is_empty());
    assert_eq!(shopper.get(shop.url("/live")).send().await?.status(), StatusCode::UNAUTHORIZED);
    shop.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn a_stream_does_not_take_the_form_that_came_back_for_a_page() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::start(dir.path())?;
    let shopper = sign_in(&shop, SHOPPER).await?;
    post(&shopper, shop.url("/fn/member/profile"), &[("name", "홍길동"), ("phone", "not a number")]).await?;
    drop(Ear::open(&shopper, &shop).await?);
    assert!(get(&shopper, shop.url("/my/profile")).await?.1.contains("not a number"));
    shop.stop()
}

#[tokio::test]
async fn stopping_ends_the_streams_and_does_not_break_them_off() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::start(dir.path())?;
    let shopper = sign_in(&shop, SHOPPER).await?;
    let ear = Ear::open(&shopper, &shop).await?;
    let stopped = tokio::task::spawn_blocking(move || shop.stop().map_err(|error| error.to_string()));
    // One that had been waited for in vain would be broken off, which is an error.
    ear.rest().await?;
    Ok(stopped.await??)
}
