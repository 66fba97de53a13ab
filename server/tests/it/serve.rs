//! Serving through trouble.

use std::time::Duration;

use reqwest::{StatusCode, header};
use server::postgres;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    process::{Served, browser, get, post},
    support::{Outcome, ask, folder},
};

const ADD: [(&str, &str); 2] = [("product", "2"), ("quantity", "1")];

#[tokio::test]
async fn killed_between_two_clicks_the_shop_goes_on() -> Outcome {
    let dir = folder(0o755)?;
    let browser = browser()?;
    let shop = Served::start(dir.path())?;
    assert_eq!(post(&browser, shop.url("/fn/cart/add"), &ADD).await?.status(), StatusCode::FOUND);
    shop.kill()?;
    let shop = Served::start(dir.path())?;
    let (status, cart) = get(&browser, shop.url("/cart")).await?;
    assert_eq!(status, StatusCode::OK);
    assert!(cart.contains("/products/2"), "the cart is as it was");
    shop.stop()
}

#[tokio::test]
async fn a_database_that_goes_away_and_comes_back_needs_no_restart() -> Outcome {
    let dir = folder(0o755)?;
    let browser = browser()?;
    let database = postgres::open(dir.path()).await?;
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &database.url())])?;
    post(&browser, shop.url("/fn/cart/add"), &ADD).await?;
    database.close().await?;
    for path in ["/cart", "/", "/products/2"] {
        let (status, page) = get(&browser, shop.url(path)).await?;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(page.contains("잠시 후 다시 시도해 주세요"), "{path}");
    }
    let refused = post(&browser, shop.url("/fn/cart/add"), &ADD).await?;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    let database = postgres::open(dir.path()).await?;
    let (status, cart) = get(&browser, shop.url("/cart")).await?;
    assert_eq!(status, StatusCode::OK);
    assert!(cart.contains("/products/2"));
    shop.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn machines_are_told_whether_the_database_answers() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &database.url())])?;
    let client = server::outside::client()?.build()?;
    let answer = client.get(shop.url("/health")).send().await?;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().get(header::SET_COOKIE).is_none());
    let told: serde_json::Value = answer.json().await?;
    assert_eq!((&told["status"], &told["version"]), (&"ok".into(), &env!("CARGO_PKG_VERSION").into()));
    assert!(told["database"].is_string());
    database.close().await?;
    let answer = client.get(shop.url("/health")).send().await?;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let told: serde_json::Value = answer.json().await?;
    assert_eq!((&told["status"], told["database"].is_null()), (&"unavailable".into(), true));
    shop.stop()
}

#[tokio::test]
async fn instances_in_one_folder_start_together_and_share_the_shop() -> Outcome {
    let dir = folder(0o755)?;
    let path = dir.path().to_owned();
    let start = move || Served::start(&path).map_err(|error| error.to_string());
    let (one, other) = tokio::join!(tokio::task::spawn_blocking(start.clone()), tokio::task::spawn_blocking(start));
    let (one, other) = (one??, other??);
    let browser = browser()?;
    post(&browser, one.url("/fn/cart/add"), &ADD).await?;
    // Cookies do not look at ports: the same browser goes on at the other instance.
    assert!(get(&browser, other.url("/cart")).await?.1.contains("/products/2"));
    one.stop()?;
    assert_eq!(get(&browser, other.url("/cart")).await?.0, StatusCode::OK);
    other.stop()
}

#[tokio::test]
async fn a_guest_who_only_looks_leaves_nothing_behind() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let shop = Served::with(dir.path(), &[("DATABASE_URL", &database.url())])?;
    let browser = browser()?;
    for path in ["/", "/products/2", "/cart", "/login", "/search?q=a", "/nowhere"] {
        let answer = browser.get(shop.url(path)).send().await?;
        assert!(answer.headers().get(header::SET_COOKIE).is_none(), "{path}");
    }
    assert_eq!(ask(&database, "select count(*)::text from session").await?, "0");
    let answer = post(&browser, shop.url("/fn/cart/add"), &ADD).await?;
    let cookie = answer.headers().get(header::SET_COOKIE).ok_or("no cookie")?.to_str()?;
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    shop.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn behind_https_the_session_cookie_is_secure() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::with(dir.path(), &[("MADANG_PUBLIC_URL", "https://shop.example")])?;
    let browser = browser()?;
    let add = browser.post(shop.url("/fn/cart/add")).header(header::ORIGIN, "https://shop.example").form(&ADD);
    let answer = add.send().await?;
    let cookie = answer.headers().get(header::SET_COOKIE).ok_or("no cookie")?.to_str()?;
    assert!(cookie.contains("Secure"), "{cookie}");
    shop.stop()
}

#[tokio::test]
async fn no_request_however_odd_is_an_inner_error() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::start(dir.path())?;
    let browser = browser()?;
    let odd = ["", "0", "-1", "1000000000000", "99999999999999999999", "abc", "1.5", "🙂", "\0", "1' or '1'='1"];
    let forms = [
        ("cart/add", &["product", "quantity"][..]),
        ("cart/change", &["product", "quantity"]),
        ("cart/remove", &["product"]),
        ("member/sign-up", &["email", "password", "password_again", "name", "phone", "next"]),
        ("member/sign-in", &["email", "password", "next"]),
        ("member/profile", &["name", "phone"]),
        ("member/password", &["current_password", "password", "password_again"]),
        ("points/charge", &["amount", "key", "way", "next"]),
        ("payment/pay", &["order", "way"]),
        ("payment/card/change", &["card", "name", "default"]),
        ("payment/card/remove", &["card"]),
        ("address/add", &["form[recipient]", "form[phone]", "form[postcode]", "form[line1]", "form[line2]"]),
        ("address/edit", &["id", "form[recipient]"]),
        ("address/default", &["id"]),
        ("address/remove", &["id"]),
        ("notification/read", &["id", "next"]),
        ("notification/read-all", &["until"]),
        ("wish/add", &["product"]),
        ("wish/withdraw", &["product", "next"]),
        ("order/place", &["key", "seen", "expected_total", "address", "note"]),
        ("language", &["language", "next"]),
    ];
    let account = [("email", "shopper@madang.example"), ("password", "shopper-madang")];
    let member = crate::process::browser()?;
    post(&member, shop.url("/fn/member/sign-in"), &account).await?;
    for who in [&browser, &member] {
        for (endpoint, fields) in forms {
            for value in odd.into_iter().chain([long().as_str()]) {
                let form: Vec<(&str, &str)> = fields.iter().map(|field| (*field, value)).collect();
                let answer = post(who, shop.url(&format!("/fn/{endpoint}")), &form).await?;
                assert!(!answer.status().is_server_error(), "{endpoint} {value:.20}: {}", answer.status());
                let asked = who.post(shop.url(&format!("/fn/{endpoint}"))).form(&form).send().await?;
                assert!(!asked.status().is_server_error(), "{endpoint} {value:.20}: {}", asked.status());
            }
        }
        for path in ["products", "categories", "orders", "pay", "my/addresses", "search?q=", "my/points?before="] {
            for value in ["0", "-1", "99999999999999999999", "abc", "%00", "%F0%9F%99%82", "%ff", "..%2f", "'"] {
                let glue = if path.ends_with('=') { "" } else { "/" };
                let (status, page) = get(who, shop.url(&format!("/{path}{glue}{value}"))).await?;
                assert!(!status.is_server_error(), "{path}{glue}{value}: {status}");
                assert!(!page.is_empty(), "{path}{glue}{value} is blank");
            }
        }
    }
    shop.stop()
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::start(dir.path())?;
    let browser = browser()?;
    let mut answers = Vec::new();
    for email in ["shopper@madang.example", "nobody@madang.example"] {
        let form = [("email", email), ("password", "wrong password")];
        let answer = post(&browser, shop.url("/fn/member/sign-in"), &form).await?;
        answers.push((answer.status(), answer.headers().get(header::LOCATION).cloned()));
        let (_, page) = get(&browser, shop.url("/login?next=/")).await?;
        assert!(page.contains("이메일 또는 비밀번호가 올바르지 않습니다."), "{email}");
    }
    assert_eq!(answers.first(), answers.last());
    shop.stop()
}

#[tokio::test]
async fn stopping_does_not_wait_for_idle_connections_for_long() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::start(dir.path())?;
    let browser = browser()?;
    get(&browser, shop.url("/")).await?;
    tokio::time::timeout(Duration::from_secs(30), tokio::task::spawn_blocking(move || shop.stop().is_ok())).await??;
    Ok(())
}

#[tokio::test]
async fn a_refusal_arrives_however_much_was_sent_beside_it() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::start(dir.path())?;
    let address = shop.url("").replace("http://", "");
    let body = vec![b'x'; 16 * 1024 * 1024];
    for (path, kind, status) in [
        ("/member/login", "application/json", "413"),
        ("/member/login", "text/plain", "415"),
        ("/fn/cart/add", "application/x-www-form-urlencoded", "400"),
        ("/nothing/here", "application/json", "404"),
    ] {
        let mut connection = TcpStream::connect(address.trim_end_matches('/')).await?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\n\
             content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        connection.write_all(head.as_bytes()).await?;
        // A client that looks for an answer only once it has sent everything.
        connection.write_all(&body).await?;
        connection.write_all(b"GET /health HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n").await?;
        let mut answers = Vec::new();
        connection.read_to_end(&mut answers).await?;
        let answers = String::from_utf8_lossy(&answers);
        assert!(answers.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {:.200}", answers);
        // The connection is good for the next request.
        assert!(answers.contains("HTTP/1.1 200 OK"), "{path}: {answers}");
    }
    shop.stop()
}

#[tokio::test]
async fn what_is_said_to_be_too_large_is_neither_asked_nor_waited_for() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::start(dir.path())?;
    let address = shop.url("").replace("http://", "");
    for key in ["", "idempotency-key: k\r\n"] {
        let mut connection = TcpStream::connect(address.trim_end_matches('/')).await?;
        let head = format!(
            "POST /member/login HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: 1000000000\r\nexpect: 100-continue\r\n{key}\r\n"
        );
        connection.write_all(head.as_bytes()).await?;
        let mut answer = [0; 12];
        connection.read_exact(&mut answer).await?;
        assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413", "{key}");
    }
    shop.stop()
}

fn long() -> String {
    "가".repeat(10_000)
}
