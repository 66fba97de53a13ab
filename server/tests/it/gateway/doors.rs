//! The gateway's webhook, and what the shop makes of it: the program and the sandbox together.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header};
use server::postgres::{self, Cluster};

use super::*;
use crate::{
    process::{Served, browser, get, post},
    support::{ask, folder},
};

const MESSAGE: &str = "tosspayments-webhook-transmission-id";

async fn tell(shop: &Served, message: &str, body: &str) -> Result<StatusCode, Failed> {
    // As another site's page could, too: who says it does not matter.
    let request = server::outside::client()?.build()?.post(shop.url("/webhooks/gateway"));
    let request = request.header(header::ORIGIN, "https://evil.example").header(MESSAGE, message);
    Ok(request.body(body.to_owned()).send().await?.status())
}

fn changed(payment: &str, status: &str) -> String {
    json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "orderId": payment, "status": status } }).to_string()
}

/// Somebody of the demo, signed in.
async fn shopper(shop: &Served) -> Result<Client, Failed> {
    let browser = browser()?;
    let account = [("email", "shopper@madang.example"), ("password", "shopper-madang")];
    post(&browser, shop.url("/fn/member/sign-in"), &account).await?;
    Ok(browser)
}

/// Begins to charge points at the gateway's page. Answers the payment and its page.
async fn charge(shop: &Served, browser: &Client, database: &Cluster) -> Result<(String, String), Failed> {
    let key = Uuid::now_v7().to_string();
    let form = [("amount", "10000"), ("key", key.as_str()), ("way", "new"), ("next", "")];
    let answer: Response = post(browser, shop.url("/fn/points/charge"), &form).await?;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let query = format!("select payment_id || ' ' || checkout_url from payment where idempotency_key = '{key}'");
    let row = ask(database, &query).await?;
    let (payment, page) = row.split_once(' ').ok_or("no page")?;
    Ok((payment.to_owned(), page.to_owned()))
}

async fn state(database: &Cluster, payment: &str) -> Result<String, Failed> {
    Ok(ask(database, &format!("select status from payment where payment_id = '{payment}'")).await?)
}

async fn until(database: &Cluster, payment: &str, wanted: &str) -> Outcome {
    let mut told = String::new();
    for _ in 0..300 {
        told = state(database, payment).await?;
        if told == wanted {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!("{payment} is {told}, not {wanted}").into())
}

#[tokio::test]
async fn a_webhook_is_a_reason_to_ask_and_no_proof() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let mut sandbox = Sandbox::start(&[("SANDBOX_GATEWAY_SECRET", SECRET)])?;
    let url = sandbox.url("");
    let settings = [
        ("DATABASE_URL", database.url()),
        ("MADANG_GATEWAY_URL", url.clone()),
        ("MADANG_GATEWAY_SECRET", SECRET.to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let shop = Served::with(dir.path(), &settings)?;
    let browser = shopper(&shop).await?;
    let (payment, page) = charge(&shop, &browser, &database).await?;

    // Nothing of this is a payment of the shop.
    for body in ["", "{}", "null", "[1]", r#"{"data":{"orderId":"MC4wNzY"}}"#, r#"{"data":{"orderId":7}}"#, "\0"] {
        assert_eq!(tell(&shop, "m-0", body).await?, StatusCode::OK, "{body}");
    }
    assert_eq!(tell(&shop, "m-1", &changed(&Uuid::now_v7().to_string(), "DONE")).await?, StatusCode::OK);
    let large = format!("{}{}", changed(&payment, "DONE"), " ".repeat(64 * 1024));
    assert_eq!(tell(&shop, "m-2", &large).await?, StatusCode::PAYLOAD_TOO_LARGE);
    let (status, _) = get(&browser, shop.url("/webhooks/gateway")).await?;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);

    // It says that it was paid, and the gateway knows better.
    for _ in 0..2 {
        assert_eq!(tell(&shop, "m-3", &changed(&payment, "DONE")).await?, StatusCode::OK);
    }
    assert_eq!(state(&database, &payment).await?, "pending");
    assert_eq!(ask(&database, "select count(*)::text from webhook where message_id = 'm-3'").await?, "1");

    // The shopper agrees, and never comes back.
    sandbox.press(Url::parse(&page)?.path(), GOOD, "pay").await?;
    assert_eq!(tell(&shop, "m-4", &changed(&payment, "ABORTED")).await?, StatusCode::OK);
    assert_eq!(state(&database, &payment).await?, "paid");
    let charged = "select coalesce(sum(amount), 0)::text from points_entry where kind = 'charge' and amount = 10000";
    assert_eq!(ask(&database, charged).await?, "10000");

    // With the gateway away it is to be told again.
    let (other, _) = charge(&shop, &browser, &database).await?;
    sandbox.child.kill()?;
    sandbox.child.wait()?;
    assert_eq!(tell(&shop, "m-5", &changed(&other, "DONE")).await?, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(tell(&shop, "m-6", &changed(&payment, "DONE")).await?, StatusCode::OK, "it is settled");
    shop.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn the_shop_itself_asks_about_pages_that_nobody_came_back_from() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let sandbox = Sandbox::start(&[("SANDBOX_GATEWAY_SECRET", SECRET)])?;
    let (url, database_url) = (sandbox.url(""), database.url());
    let settings =
        [("DATABASE_URL", database_url.as_str()), ("MADANG_GATEWAY_URL", &url), ("MADANG_GATEWAY_SECRET", SECRET)];
    let shop = Served::with(dir.path(), &settings)?;
    let browser = shopper(&shop).await?;
    let (paid, page) = charge(&shop, &browser, &database).await?;
    sandbox.press(Url::parse(&page)?.path(), GOOD, "pay").await?;
    until(&database, &paid, "paid").await?;
    let (refused, page) = charge(&shop, &browser, &database).await?;
    sandbox.press(Url::parse(&page)?.path(), EMPTY, "pay").await?;
    until(&database, &refused, "failed").await?;
    shop.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn without_a_gateway_there_is_no_door_for_it() -> Outcome {
    let dir = folder(0o755)?;
    let shop = Served::start(dir.path())?;
    let told = tell(&shop, "m-1", &changed(&Uuid::now_v7().to_string(), "DONE")).await?;
    assert_eq!(told, StatusCode::NOT_FOUND);
    shop.stop()
}
