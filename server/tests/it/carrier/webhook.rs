//! The real program beside the real sandbox, over HTTP.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{event::drain, order::cancel};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use server::{carrier::Remote, postgres, reader::delivery_request::DeliveryRequest};
use sqlx::PgPool;
use standardwebhooks::Webhook;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{accepted, buy, stocked};
use crate::{
    process::{Served, browser, free_address},
    support::{Outcome, folder},
};

const SECRET: &str = "whsec_bWFkYW5nLXNhbmRib3gtY2Fycmllci1zZWNyZXQ=";

struct Sandbox {
    child: Child,
    url: String,
}

impl Sandbox {
    /// A sandbox that moves a parcel after so many seconds.
    fn start(shop: &str, pace: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
        command.env_clear().env("SANDBOX_ADDR", "127.0.0.1:0").env("SANDBOX_SHOP_URL", format!("http://{shop}"));
        command.env("SANDBOX_PACE", pace).env("SANDBOX_CARRIER_SECRET", SECRET).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let line = lines.next().ok_or("it ended without a word")??;
        let url = line.rsplit(' ').next().ok_or("no address")?.to_owned();
        Ok(Self { child, url })
    }

    async fn switch(&self, browser: &Client, switches: Value) -> Outcome {
        let put = browser.put(format!("{}/switches/carrier", self.url)).json(&switches);
        Ok(put.send().await?.error_for_status().map(drop)?)
    }

    /// What it knows of its parcels.
    async fn parcels(&self, browser: &Client) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
        let received: Value = browser.get(format!("{}/received/carrier", self.url)).send().await?.json().await?;
        Ok(received["parcels"].as_array().cloned().unwrap_or_default())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for another process: until the query answers so many.
async fn until(db: &PgPool, expected: i64, query: &str) -> Outcome {
    let began = Instant::now();
    loop {
        let count: i64 = sqlx::query_scalar(query).fetch_one(db).await?;
        if count == expected {
            return Ok(());
        }
        if began.elapsed() > Duration::from_secs(60) {
            return Err(format!("{query}: {count} is not {expected}").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn what_is_paid_comes_home_by_itself_whatever_the_carrier_does() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let (browser, address) = (browser()?, free_address()?);
    let sandbox = Sandbox::start(&address, "0")?;
    let carrier = format!("{}/carrier", sandbox.url);
    let settings = [
        ("DATABASE_URL", database.url()),
        ("MADANG_ADDR", address),
        ("MADANG_CARRIER_URL", carrier),
        ("MADANG_CARRIER_SECRET", SECRET.to_owned()),
        ("MADANG_ACCEPT_AFTER", "0".to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let served = Served::with(dir.path(), &settings)?;
    let db = PgPool::connect(&database.url()).await?;
    let (shop, buyer) = stocked(&db).await?;

    let troubles = [json!({ "duplicate": true, "reorder": true }), json!({ "fail": true }), json!({ "timeOut": true })];
    for (switches, parcels) in troubles.into_iter().zip([3, 6, 9]) {
        sandbox.switch(&browser, switches).await?;
        for _ in 0..3 {
            buy(&shop, &buyer).await?;
        }
        until(&db, parcels, "select count(*) from parcel").await?;
    }
    sandbox.switch(&browser, json!({})).await?;
    until(&db, 9, "select count(*) from delivery where fulfillment_status = 'delivered'").await?;
    until(&db, 45, "select count(*) from checkpoint").await?;
    let parcels = sandbox.parcels(&browser).await?;
    assert_eq!(parcels.len(), 9, "one for each delivery, however often it was asked for");
    for parcel in &parcels {
        let (reference, number) = (parcel["reference"].as_str(), parcel["trackingNumber"].as_str());
        let stored: String = sqlx::query_scalar("select tracking_number from parcel where delivery_id = $1")
            .bind(Uuid::parse_str(reference.ok_or("no reference")?)?)
            .fetch_one(&db)
            .await?;
        assert_eq!(Some(stored.as_str()), number);
    }
    let findings = domain::audit::audit(&shop, |_| ()).await?;
    assert!(findings.iter().all(|finding| finding.broken == 0), "{findings:?}");
    db.close().await;
    served.stop()?;
    Ok(database.close().await?)
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_parcel_is_called_off_until_the_carrier_has_it(db: PgPool) -> Outcome {
    let (shop, buyer) = stocked(&db).await?;
    let orders = accepted(&shop, &buyer, 2).await?;
    let browser = browser()?;
    // A day passes before anybody comes for a parcel; and there is no shop to tell.
    let sandbox = Sandbox::start(&free_address()?, "86400")?;
    let carrier = Arc::new(Remote::new(&format!("{}/carrier/", sandbox.url).parse()?)?);
    let reader = DeliveryRequest::new(carrier.clone());
    drain(&shop, &[&reader]).await?;
    cancel(&shop, &buyer, orders[0].0, Uuid::now_v7(), None, None).await?;
    drain(&shop, &[&reader]).await?;
    let parcels = sandbox.parcels(&browser).await?;
    let stands = |order: usize| {
        let reference = orders[order].1.to_string();
        parcels.iter().find(|parcel| parcel["reference"] == reference).map(|parcel| parcel["status"].clone())
    };
    assert_eq!((stands(0), stands(1), parcels.len()), (Some("canceled".into()), Some("label_created".into()), 2));
    assert_eq!(parcels[0]["address"], "서울특별시 중구 세종대로 110 3층");
    let called_off = "select count(*) from parcel where canceled_at is not null";
    until(&db, 1, called_off).await?;
    // A carrier that has forgotten everything has nothing to call off.
    browser.post(format!("{}/reset", sandbox.url)).send().await?;
    cancel(&shop, &buyer, orders[1].0, Uuid::now_v7(), None, None).await?;
    drain(&shop, &[&reader]).await?;
    until(&db, 2, called_off).await
}

/// A message as the carrier sends it; `change` spoils it.
async fn tell(
    browser: &Client,
    shop: &Served,
    body: &str,
    age: i64,
    secret: &str,
    spoil: bool,
) -> Result<StatusCode, Box<dyn std::error::Error>> {
    let (id, at) = ("message_1", OffsetDateTime::now_utc().unix_timestamp() - age);
    let signature = Webhook::new(secret)?.sign(id, at, body.as_bytes())?;
    let body = if spoil { body.replace("picked_up", "delivered") } else { body.to_owned() };
    let post = browser.post(shop.url("/webhooks/carrier")).header("webhook-id", id).header("webhook-timestamp", at);
    Ok(post.header("webhook-signature", signature).body(body).send().await?.status())
}

#[tokio::test]
async fn only_what_the_carrier_has_signed_just_now_is_believed() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let settings = [
        ("DATABASE_URL", database.url()),
        // Nobody is there: parcels are requested, and wait.
        ("MADANG_CARRIER_URL", format!("http://{}", free_address()?)),
        ("MADANG_CARRIER_SECRET", SECRET.to_owned()),
        ("MADANG_ACCEPT_AFTER", "0".to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let served = Served::with(dir.path(), &settings)?;
    let db = PgPool::connect(&database.url()).await?;
    let (shop, buyer) = stocked(&db).await?;
    buy(&shop, &buyer).await?;
    until(&db, 1, "select count(*) from parcel").await?;
    let delivery: Uuid = sqlx::query_scalar("select delivery_id from parcel").fetch_one(&db).await?;
    let browser = browser()?;
    let at = OffsetDateTime::now_utc().format(&Rfc3339)?;
    let body = |reference: Uuid| {
        json!({ "trackingNumber": "1000", "reference": reference, "status": "picked_up", "place": "옥천", "at": at, "id": "x" })
            .to_string()
    };
    let (good, stranger) = (body(delivery), body(Uuid::now_v7()));
    let unsigned = browser.post(served.url("/webhooks/carrier")).body(good.clone()).send().await?.status();
    assert_eq!(unsigned, StatusCode::UNAUTHORIZED);
    for (what, age, secret, spoil, answer) in [
        (good.as_str(), 0, "whsec_b3RoZXIgc2VjcmV0", false, StatusCode::UNAUTHORIZED),
        (good.as_str(), 0, SECRET, true, StatusCode::UNAUTHORIZED),
        (good.as_str(), 301, SECRET, false, StatusCode::UNAUTHORIZED),
        (good.as_str(), -301, SECRET, false, StatusCode::UNAUTHORIZED),
        ("{}", 0, SECRET, false, StatusCode::BAD_REQUEST),
        (stranger.as_str(), 0, SECRET, false, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(tell(&browser, &served, what, age, secret, spoil).await?, answer, "{what} {age} {spoil}");
    }
    until(&db, 0, "select count(*) from checkpoint").await?;
    for _ in 0..2 {
        assert_eq!(tell(&browser, &served, &good, 0, SECRET, false).await?, StatusCode::NO_CONTENT);
    }
    until(&db, 1, "select count(*) from checkpoint").await?;
    until(&db, 1, "select count(*) from delivery where fulfillment_status = 'shipped'").await?;
    until(&db, 1, "select count(*) from event where name = 'parcel.shipped'").await?;
    db.close().await;
    served.stop()?;
    Ok(database.close().await?)
}

#[tokio::test]
async fn without_a_carrier_nobody_is_believed() -> Outcome {
    let dir = folder(0o755)?;
    let served = Served::start(dir.path())?;
    let empty = browser()?.post(served.url("/webhooks/carrier")).body("{}").send().await?.status();
    assert_eq!(empty, StatusCode::UNAUTHORIZED);
    // As whoever knows that there is no secret would sign.
    let signed = tell(&browser()?, &served, "{}", 0, "", false).await?;
    assert_eq!(signed, StatusCode::UNAUTHORIZED);
    served.stop()
}
