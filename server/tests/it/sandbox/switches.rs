//! How neighbors misbehave when told to.

use std::time::Duration;

use serde_json::json;

use super::{CARD, Sandbox};
use crate::support::Outcome;

#[tokio::test]
async fn what_failed_was_not_done_and_what_was_refused_stays_refused() -> Outcome {
    let sandbox = Sandbox::start(&[])?;
    let key = sandbox.agree("order", 7_000, CARD).await?;
    let body = json!({ "paymentKey": key, "orderId": "order", "amount": 7_000 });
    sandbox.switch("gateway", &json!({ "fail": true })).await?;
    assert_eq!(sandbox.ask("/v1/payments/confirm", "key", &body).await?.0, 500);
    sandbox.switch("gateway", &json!({})).await?;
    assert_eq!(sandbox.look_up("order").await?["status"], "IN_PROGRESS");
    sandbox.switch("gateway", &json!({ "refuse": true })).await?;
    assert_eq!(sandbox.ask("/v1/payments/confirm", "key", &body).await?.0, 403);
    sandbox.switch("gateway", &json!({})).await?;
    let (status, refused) = sandbox.ask("/v1/payments/confirm", "key", &body).await?;
    assert_eq!((status, &refused["code"]), (403, &json!("REJECT_CARD_PAYMENT")));
    assert_eq!(sandbox.look_up("order").await?["status"], "ABORTED");
    Ok(())
}

#[tokio::test]
async fn what_times_out_was_done() -> Outcome {
    let sandbox = Sandbox::start(&[])?;
    let key = sandbox.agree("order", 7_000, CARD).await?;
    let body = json!({ "paymentKey": key, "orderId": "order", "amount": 7_000 });
    sandbox.switch("gateway", &json!({ "timeOut": true })).await?;
    let wait = Duration::from_millis(300);
    let asked = tokio::time::timeout(wait, sandbox.ask("/v1/payments/confirm", "key", &body)).await;
    assert!(asked.is_err(), "nothing is answered");
    sandbox.switch("gateway", &json!({})).await?;
    assert_eq!(sandbox.look_up("order").await?["status"], "DONE");
    let (status, paid) = sandbox.ask("/v1/payments/confirm", "key", &body).await?;
    assert_eq!((status, &paid["status"]), (200, &json!("DONE")), "the first answer, again");
    Ok(())
}

#[tokio::test]
async fn what_is_slow_is_done_though_nobody_waits_and_once_for_each_key() -> Outcome {
    let sandbox = Sandbox::start(&[])?;
    let key = sandbox.agree("order", 7_000, CARD).await?;
    let body = json!({ "paymentKey": key, "orderId": "order", "amount": 7_000 });
    sandbox.switch("gateway", &json!({ "slow": 1_000 })).await?;
    let first = sandbox.ask("/v1/payments/confirm", "key", &body);
    assert!(tokio::time::timeout(Duration::from_millis(200), first).await.is_err());
    let (status, busy) = sandbox.ask("/v1/payments/confirm", "key", &body).await?;
    assert_eq!((status, &busy["code"]), (409, &json!("IDEMPOTENT_REQUEST_PROCESSING")));
    sandbox.switch("gateway", &json!({})).await?;
    let mut answer = sandbox.ask("/v1/payments/confirm", "key", &body).await?;
    while answer.0 == 409 {
        answer = sandbox.ask("/v1/payments/confirm", "key", &body).await?;
    }
    assert_eq!((answer.0, &answer.1["status"]), (200, &json!("DONE")));
    Ok(())
}

#[tokio::test]
async fn a_parcel_that_was_refused_can_be_asked_for_again() -> Outcome {
    let sandbox = Sandbox::start(&[("SANDBOX_PACE", "600")])?;
    let body = json!({
        "reference": "delivery", "recipient": "김독자", "phone": "01012345678", "postcode": "04524",
        "address": "서울특별시 중구 세종대로 110", "note": "",
    });
    let path = "/carrier/v1/parcels";
    sandbox.switch("carrier", &json!({ "refuse": true })).await?;
    assert_eq!(sandbox.ask(path, "key", &body).await?.0, 422);
    sandbox.switch("carrier", &json!({})).await?;
    let (status, taken) = sandbox.ask(path, "key", &body).await?;
    assert_eq!((status, &taken["carrier"]), (201, &json!("마당택배")));
    assert_eq!(sandbox.ask(path, "key", &body).await?.1, taken, "one parcel for one key");
    let number = taken["trackingNumber"].as_str().ok_or("no number")?;
    for _ in 0..2 {
        let called_off = sandbox.client().delete(sandbox.url(&format!("{path}/{number}"))).send().await?;
        assert_eq!(called_off.status().as_u16(), 204);
    }
    let parcels = sandbox.received("carrier").await?;
    assert_eq!((&parcels["parcels"][0]["status"], &parcels["parcels"][1]), (&json!("canceled"), &json!(null)));
    let unknown = sandbox.client().delete(sandbox.url(&format!("{path}/1"))).send().await?;
    assert_eq!(unknown.status().as_u16(), 404);
    Ok(())
}
