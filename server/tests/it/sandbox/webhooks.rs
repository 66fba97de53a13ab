//! What the shop is told.

use std::collections::HashMap;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use super::{CARD, Failed, Sandbox};
use crate::support::Outcome;

const SIGNED_BY: &str = "whsec_dGhlIHRlc3RzIG9mIHRoZSBzYW5kYm94";

struct Told {
    neighbor: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body")
    }

    fn id(&self, header: &str) -> String {
        self.headers[header].to_str().expect("an id").to_owned()
    }
}

/// A shop that takes webhooks.
async fn shop() -> Result<(String, UnboundedReceiver<Told>), Failed> {
    let (ear, told) = unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/webhooks/{neighbor}", post(listen)).with_state(ear);
    tokio::spawn(axum::serve(listener, router).into_future());
    Ok((address, told))
}

async fn listen(
    State(ear): State<UnboundedSender<Told>>,
    Path(neighbor): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let sent = ear.send(Told { neighbor, headers, body });
    if sent.is_ok() { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
}

async fn parcel(sandbox: &Sandbox, reference: &str) -> Outcome {
    let body = json!({
        "reference": reference, "recipient": "김독자", "phone": "01012345678", "postcode": "04524", "address": "서울",
    });
    assert_eq!(sandbox.ask("/carrier/v1/parcels", reference, &body).await?.0, 201);
    Ok(())
}

#[tokio::test]
async fn a_parcel_tells_its_journey_by_signed_webhooks() -> Outcome {
    let (address, mut told) = shop().await?;
    let settings =
        [("SANDBOX_SHOP_URL", address.as_str()), ("SANDBOX_CARRIER_SECRET", SIGNED_BY), ("SANDBOX_PACE", "0")];
    let sandbox = Sandbox::start(&settings)?;
    parcel(&sandbox, "delivery").await?;
    let mut last = String::new();
    for status in ["label_created", "picked_up", "in_transit", "out_for_delivery", "delivered"] {
        let told = told.recv().await.ok_or("nothing")?;
        Webhook::new(SIGNED_BY)?.verify(&told.body, &told.headers)?;
        let body = told.json();
        assert_eq!((told.neighbor.as_str(), &body["status"]), ("carrier", &json!(status)));
        assert_eq!((&body["reference"], &body["id"]), (&json!("delivery"), &json!(told.id("webhook-id"))));
        let at = body["at"].as_str().ok_or("no time")?.to_owned();
        assert!(last < at, "no two at one time");
        last = at;
    }
    Ok(())
}

#[tokio::test]
async fn told_twice_a_message_keeps_its_id() -> Outcome {
    let (address, mut told) = shop().await?;
    let sandbox = Sandbox::start(&[("SANDBOX_SHOP_URL", &address), ("SANDBOX_PACE", "0")])?;
    sandbox.switch("carrier", &json!({ "duplicate": true, "reorder": true })).await?;
    parcel(&sandbox, "delivery").await?;
    let mut times = HashMap::new();
    for _ in 0..10 {
        let told = told.recv().await.ok_or("nothing")?;
        *times.entry(told.id("webhook-id")).or_insert(0) += 1;
    }
    assert!(times.len() == 5 && times.values().all(|times| *times == 2), "{times:?}");
    Ok(())
}

#[tokio::test]
async fn a_payment_tells_each_change_until_the_shop_has_taken_it() -> Outcome {
    // Nobody is there yet.
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    drop(listener);
    let sandbox = Sandbox::start(&[("SANDBOX_SHOP_URL", &format!("http://{address}"))])?;
    let key = sandbox.agree("order", 7_000, CARD).await?;
    let body = json!({ "paymentKey": key, "orderId": "order", "amount": 7_000 });
    assert_eq!(sandbox.ask("/v1/payments/confirm", "key", &body).await?.0, 200);
    while sandbox.received("gateway").await?["webhooks"] == json!([]) {
        tokio::task::yield_now().await;
    }
    let (ear, mut told) = unbounded_channel();
    let router = Router::new().route("/webhooks/{neighbor}", post(listen)).with_state(ear);
    tokio::spawn(axum::serve(TcpListener::bind(address).await?, router).into_future());
    let first = told.recv().await.ok_or("nothing")?;
    let body = first.json();
    assert_eq!((first.neighbor.as_str(), &body["eventType"]), ("gateway", &json!("PAYMENT_STATUS_CHANGED")));
    assert_eq!(body["data"], sandbox.look_up("order").await?);
    assert!(!first.id("tosspayments-webhook-transmission-id").is_empty());
    Ok(())
}
