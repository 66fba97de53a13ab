//! The points wallet.

use reqwest::{StatusCode, Url};
use serde_json::json;

use super::{
    Api,
    payment::{GOOD, Till, text},
};
use crate::support::Outcome;

#[tokio::test]
async fn points_are_charged_once_by_a_card_within_the_limits() -> Outcome {
    let till = Till::open(&[("MADANG_WALLET_MAX", "130000")]).await?;
    let charge = |amount: i64, method| till.post("/points/charge", &json!({ "amount": amount, "method": method }));
    assert_eq!(charge(10_000, "card").send().await?.code(), "key_required");
    for outside in [999, 1_000_001] {
        let refused = charge(outside, "card").key("outside").send().await?;
        assert_eq!(
            (refused.status, refused.fields()),
            (StatusCode::UNPROCESSABLE_ENTITY, vec![("#/amount", "out_of_range")])
        );
        let limits = &refused.body["errors"][0];
        assert_eq!((&limits["min"], &limits["max"]), (&json!(1_000), &json!(1_000_000)));
    }
    assert_eq!(charge(10_000, "saved_card").key("none").send().await?.code(), "card_gone");
    let card = till.register(GOOD).await?;
    let beside = json!({ "amount": 1, "method": "card", "methodId": card["id"] });
    let refused = till.post("/points/charge", &beside).key("beside").send().await?;
    assert_eq!(refused.fields(), [("#/amount", "out_of_range"), ("#/methodId", "not_together")]);
    let charged = charge(10_000, "saved_card").key("one key").send().await?;
    assert_eq!((charged.status, &charged.body["balance"]), (StatusCode::CREATED, &json!(110_000)));
    assert_eq!(charged.body["payment"]["state"], "paid");
    let payment = till.get(charged.header("location")).send().await?;
    assert_eq!(payment.body, charged.body["payment"]);
    let again = charge(10_000, "saved_card").key("one key").send().await?;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &charged.body));
    let other = charge(20_000, "saved_card").key("one key").send().await?;
    assert_eq!((other.status, other.code()), (StatusCode::UNPROCESSABLE_ENTITY, "already_sent"));
    let full = charge(20_001, "saved_card").key("too much").send().await?;
    assert_eq!((full.status, full.code()), (StatusCode::CONFLICT, "wallet_full"));

    let pending = charge(20_000, "card").key("a page").send().await?;
    assert_eq!((&pending.body["balance"], &pending.body["payment"]["state"]), (&json!(110_000), &json!("pending")));
    let page = Url::parse(text(&pending.body["payment"]["page"]))?;
    till.sandbox.press(page.path(), GOOD, "pay").await?;
    assert_eq!(till.told(text(&pending.body["payment"]["id"])).await?.body["state"], "paid");
    let balance = till.get("/points/balance").send().await?;
    let expected = json!({
        "balance": 130_000, "toEarn": 0, "expiringSoon": [], "chargeMin": 1_000, "chargeMax": 1_000_000,
        "walletMax": 130_000,
    });
    assert_eq!(balance.body, expected);
    till.close().await
}

#[tokio::test]
async fn a_charge_that_has_to_wait_for_another_is_decided_when_it_is_sent_again() -> Outcome {
    let till = Till::open(&[("MADANG_WALLET_MAX", "150000")]).await?;
    till.register(GOOD).await?;
    let charge = |amount: i64| till.post("/points/charge", &json!({ "amount": amount, "method": "saved_card" }));
    till.sandbox.switch("gateway", &json!({ "timeOut": true })).await?;
    let first = charge(40_000).key("first").send().await?;
    assert_eq!((first.status, &first.body["payment"]["state"]), (StatusCode::CREATED, &json!("unknown")));
    let second = charge(20_000).key("second").send().await?;
    assert_eq!((second.status, second.code()), (StatusCode::CONFLICT, "charge_checking"));

    till.sandbox.switch("gateway", &json!({})).await?;
    let known = till.told(first.body["payment"]["id"].as_str().ok_or("no id")?).await?;
    assert_eq!(known.body["state"], "paid");
    let again = charge(20_000).key("second").send().await?;
    assert_eq!((again.code(), again.header("idempotency-replayed")), ("wallet_full", ""), "it is known now");
    let fits = charge(10_000).key("third").send().await?;
    assert_eq!((fits.status, &fits.body["balance"]), (StatusCode::CREATED, &json!(150_000)));
    let received = till.sandbox.received("gateway").await?;
    assert_eq!(received["payments"].as_array().map(Vec::len), Some(2), "no card was asked for what does not fit");
    till.close().await
}

#[tokio::test]
async fn a_charge_whose_page_was_not_opened_can_be_sent_again() -> Outcome {
    let till = Till::open(&[]).await?;
    let charge = || till.post("/points/charge", &json!({ "amount": 10_000, "method": "card" })).key("one key");
    till.sandbox.switch("gateway", &json!({ "fail": true })).await?;
    let away = charge().send().await?;
    assert_eq!((away.status, away.code()), (StatusCode::SERVICE_UNAVAILABLE, "gateway_unavailable"));
    till.sandbox.switch("gateway", &json!({})).await?;
    let begun = charge().send().await?;
    assert_eq!((begun.status, &begun.body["payment"]["state"]), (StatusCode::CREATED, &json!("pending")));
    assert_eq!(charge().send().await?.body, begun.body);
    till.close().await
}

#[tokio::test]
async fn the_key_of_a_charge_without_an_answer_finds_out_what_became_of_it() -> Outcome {
    let till = Till::open(&[]).await?;
    till.register(GOOD).await?;
    let charge = || till.post("/points/charge", &json!({ "amount": 10_000, "method": "saved_card" })).key("one key");
    till.sandbox.switch("gateway", &json!({ "timeOut": true })).await?;
    let unknown = charge().send().await?;
    assert_eq!((unknown.status, &unknown.body["payment"]["state"]), (StatusCode::CREATED, &json!("unknown")));
    let again = charge().send().await?;
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&unknown.body, ""), "it is not kept yet");
    till.sandbox.switch("gateway", &json!({})).await?;
    let paid = till.told(text(&unknown.body["payment"]["id"])).await?;
    let again = charge().send().await?;
    assert_eq!((again.status, &again.body["payment"]), (StatusCode::CREATED, &paid.body));
    assert_eq!((&again.body["payment"]["state"], &again.body["balance"]), (&json!("paid"), &json!(110_000)));
    assert_eq!(charge().send().await?.header("idempotency-replayed"), "true", "it is known");
    let received = till.sandbox.received("gateway").await?;
    assert_eq!(received["payments"].as_array().map(Vec::len), Some(1), "it was charged once");
    till.close().await
}

#[tokio::test]
async fn the_history_walked_by_its_cursor_meets_each_entry_once() -> Outcome {
    let till = Till::open(&[]).await?;
    till.register(GOOD).await?;
    for amount in 1_001..=1_004 {
        let charge = json!({ "amount": amount, "method": "saved_card" });
        let charged = till.post("/points/charge", &charge).key(&amount.to_string()).send().await?;
        assert_eq!(charged.status, StatusCode::CREATED, "{}", charged.body);
    }
    let (mut met, mut parts, mut path) = (Vec::new(), Vec::new(), "/points/history?limit=2".to_owned());
    loop {
        let part = till.get(&path).send().await?.body;
        let items = part["items"].as_array().ok_or("no list")?;
        parts.push(items.len());
        met.extend(items.iter().map(|entry| (text(&entry["kind"]).to_owned(), entry["amount"].clone())));
        let Some(next) = part["next"].as_str() else { break };
        path = format!("/points/history?limit=2&cursor={next}");
    }
    let expected = [1_004, 1_003, 1_002, 1_001, 100_000].map(|amount| ("charge".to_owned(), json!(amount)));
    assert_eq!((met.as_slice(), parts), (expected.as_slice(), vec![2, 2, 1]));
    till.close().await
}

#[tokio::test]
async fn a_history_is_ones_own_and_a_cursor_one_that_was_given() -> Outcome {
    let api = Api::start()?;
    let token = api.newcomer("reader@madang.example").await?;
    let history = api.get("/points/history").by(&token).send().await?;
    assert_eq!(history.body, json!({ "items": [], "next": null }));
    let refused = api.get("/points/history?cursor=x~&limit=0").by(&token).send().await?;
    assert_eq!(refused.fields(), [("limit", "out_of_range")]);
    for cursor in ["x", "x~", "~"] {
        let refused = api.get(&format!("/points/history?cursor={cursor}")).by(&token).send().await?;
        assert_eq!((refused.status, refused.fields()), (StatusCode::UNPROCESSABLE_ENTITY, vec![("cursor", "format")]));
    }
    for path in ["/points/history", "/points/balance", "/payment/methods"] {
        assert_eq!(api.get(path).send().await?.code(), "sign_in_required", "{path}");
    }
    Ok(())
}
