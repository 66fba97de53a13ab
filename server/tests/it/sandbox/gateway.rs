//! Money at the gateway.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{CARD, Sandbox};
use crate::support::Outcome;

#[tokio::test]
async fn however_many_confirm_at_once_money_is_taken_once() -> Outcome {
    let sandbox = Arc::new(Sandbox::start(&[])?);
    for same_key in [true, false] {
        let order = format!("order-{same_key}");
        let key = sandbox.agree(&order, 12_600, CARD).await?;
        let body = json!({ "paymentKey": key, "orderId": order, "amount": 12_600 });
        let mut asking = JoinSet::new();
        for number in 0..16 {
            let (sandbox, body, order) = (Arc::clone(&sandbox), body.clone(), order.clone());
            asking.spawn(async move {
                let key = if same_key { order } else { format!("{order}-{number}") };
                let (status, answer) = sandbox.ask("/v1/payments/confirm", &key, &body).await.expect("an answer");
                (status, answer["code"].as_str().unwrap_or_default().to_owned())
            });
        }
        let answers = asking.join_all().await;
        let done = answers.iter().filter(|(status, _)| *status == 200).count();
        for (status, code) in answers {
            match (status, code.as_str()) {
                (200, "") => {}
                (409, "IDEMPOTENT_REQUEST_PROCESSING") => assert!(same_key),
                (400, "ALREADY_PROCESSED_PAYMENT") => assert!(!same_key),
                other => panic!("{other:?}"),
            }
        }
        assert!(if same_key { done >= 1 } else { done == 1 });
        assert_eq!(sandbox.look_up(&order).await?["status"], "DONE");
    }
    Ok(())
}

#[tokio::test]
async fn never_more_is_given_back_than_was_taken() -> Outcome {
    let sandbox = Arc::new(Sandbox::start(&[])?);
    let key = sandbox.agree("order", 10_000, CARD).await?;
    let body = json!({ "paymentKey": key, "orderId": "order", "amount": 10_000 });
    assert_eq!(sandbox.ask("/v1/payments/confirm", "confirm", &body).await?.0, 200);
    let mut asking = JoinSet::new();
    for number in 0..12 {
        let (sandbox, key) = (Arc::clone(&sandbox), key.clone());
        asking.spawn(async move {
            let body = json!({ "cancelReason": "returned", "cancelAmount": 3_000 });
            // Each is asked twice.
            let idempotency = format!("cancel-{}", number / 2);
            let path = format!("/v1/payments/{key}/cancel");
            sandbox.ask(&path, &idempotency, &body).await.expect("an answer").0
        });
    }
    let answers = asking.join_all().await;
    assert!(answers.iter().all(|status| matches!(status, 200 | 403 | 409)), "{answers:?}");
    let left = sandbox.look_up("order").await?;
    assert_eq!((&left["balanceAmount"], &left["status"]), (&json!(1_000), &json!("PARTIAL_CANCELED")));
    assert_eq!(left["cancels"].as_array().map(Vec::len), Some(3));
    let path = format!("/v1/payments/{key}/cancel");
    let (_, rest) = sandbox.ask(&path, "rest", &json!({ "cancelReason": "all" })).await?;
    assert_eq!((&rest["balanceAmount"], &rest["status"]), (&json!(0), &json!("CANCELED")));
    let (status, refused) = sandbox.ask(&path, "more", &json!({ "cancelReason": "all" })).await?;
    assert_eq!((status, &refused["code"]), (400, &json!("ALREADY_CANCELED_PAYMENT")));
    Ok(())
}

#[tokio::test]
async fn only_what_the_shopper_agreed_to_is_taken() -> Outcome {
    let sandbox = Sandbox::start(&[])?;
    let confirm = async |key: &str, order: &str, amount: i64| {
        let body = json!({ "paymentKey": key, "orderId": order, "amount": amount });
        sandbox.ask("/v1/payments/confirm", "", &body).await.map(|(status, answer)| (status, answer["code"].clone()))
    };
    let untouched = sandbox.open("untouched", 5_000).await?;
    assert_eq!(confirm(&untouched, "untouched", 5_000).await?, (404, json!("NOT_FOUND_PAYMENT_SESSION")));
    let key = sandbox.agree("agreed", 5_000, CARD).await?;
    assert_eq!(confirm(&key, "agreed", 4_999).await?, (400, json!("INVALID_REQUEST")));
    assert_eq!(confirm(&key, "another", 5_000).await?, (400, json!("INVALID_REQUEST")));
    assert_eq!(confirm("nothing", "agreed", 5_000).await?, (404, json!("NOT_FOUND_PAYMENT")));
    assert_eq!(confirm(&key, "agreed", 5_000).await?, (200, Value::Null));
    // An order is paid once, whatever page it is paid on.
    let body = json!({
        "method": "CARD", "amount": 5_000, "orderId": "agreed", "orderName": "책",
        "successUrl": "http://shop.example/", "failUrl": "http://shop.example/",
    });
    let (status, refused) = sandbox.ask("/v1/payments", "again", &body).await?;
    assert_eq!((status, &refused["code"]), (400, &json!("DUPLICATED_ORDER_ID")));
    let wrong = sandbox.client().get(sandbox.url("/v1/payments/orders/agreed")).basic_auth("guess", Some(""));
    assert_eq!(wrong.send().await?.status().as_u16(), 401);
    Ok(())
}

#[tokio::test]
async fn the_page_leads_back_with_what_became_of_the_payment() -> Outcome {
    let sandbox = Sandbox::start(&[])?;
    for (order, number, button, code) in [
        ("turned", "", "cancel", "PAY_PROCESS_CANCELED"),
        ("refused", "4330 1234 1234 0003", "pay", "REJECT_CARD_COMPANY"),
    ] {
        let page = format!("/checkout/{}", sandbox.open(order, 1_000).await?);
        let back = sandbox.press(&page, number, button).await?;
        assert!(back.starts_with(&format!("http://shop.example/failed?code={code}&message=")), "{back}");
        assert!(back.ends_with(&format!("&orderId={order}")), "{back}");
        let ended = sandbox.look_up(order).await?;
        assert_eq!((&ended["status"], &ended["failure"]["code"]), (&json!("ABORTED"), &json!(code)));
        assert_eq!(sandbox.client().get(sandbox.url(&page)).send().await?.status().as_u16(), 410);
    }
    let page = format!("/checkout/{}", sandbox.open("mistyped", 12_600).await?);
    let form = [("number", "1234 ١٢٣٤"), ("do", "pay")];
    let again = sandbox.client().post(sandbox.url(&page)).form(&form).send().await?;
    assert_eq!(again.status().as_u16(), 422);
    let again = again.text().await?;
    assert!(again.contains("12,600원") && again.contains("13~19자리") && !again.contains("١"));
    let key = sandbox.agree("poor", 1_000, "4330 1234 1234 0002").await?;
    let body = json!({ "paymentKey": key, "orderId": "poor", "amount": 1_000 });
    for _ in 0..2 {
        let (status, refused) = sandbox.ask("/v1/payments/confirm", "poor", &body).await?;
        assert_eq!((status, &refused["code"]), (403, &json!("REJECT_CARD_PAYMENT")));
    }
    assert_eq!(sandbox.look_up("poor").await?["status"], "ABORTED");
    Ok(())
}

#[tokio::test]
async fn a_card_that_is_kept_outlives_the_sandbox_and_pays_for_its_owner_alone() -> Outcome {
    let page =
        "/billing/auth?clientKey=&customerKey=me&successUrl=http://shop.example/a?next=1&failUrl=http://shop.example/b";
    let sandbox = Sandbox::start(&[])?;
    assert!(sandbox.press(page, "", "cancel").await?.starts_with("http://shop.example/b?code=PAY_PROCESS_CANCELED"));
    let back = sandbox.press(page, CARD, "pay").await?;
    let word = back.strip_prefix("http://shop.example/a?next=1&customerKey=me&authKey=").ok_or("no word")?;
    let body = json!({ "authKey": word, "customerKey": "me" });
    let (_, kept) = sandbox.ask("/v1/billing/authorizations/issue", "issue", &body).await?;
    assert_eq!((&kept["cardCompany"], &kept["card"]["number"]), (&json!("현대"), &json!("433012******1234")));
    assert_eq!(sandbox.ask("/v1/billing/authorizations/issue", "issue", &body).await?.1, kept, "answered again");
    assert_eq!(sandbox.ask("/v1/billing/authorizations/issue", "twice", &body).await?.0, 400, "a word is good once");
    drop(sandbox);

    let sandbox = Sandbox::start(&[])?;
    let path = format!("/v1/billing/{}", kept["billingKey"].as_str().ok_or("no key")?);
    let bill =
        |who: &str, order: &str| json!({ "customerKey": who, "amount": 900, "orderId": order, "orderName": "책" });
    assert_eq!(sandbox.ask(&path, "1", &bill("you", "order")).await?.0, 403);
    for _ in 0..2 {
        let (status, paid) = sandbox.ask(&path, "2", &bill("me", "order")).await?;
        assert_eq!((status, &paid["status"], &paid["card"]["issuerCode"]), (200, &json!("DONE"), &json!("61")));
    }
    assert_eq!(sandbox.ask(&path, "3", &bill("me", "order")).await?.1["code"], "DUPLICATED_ORDER_ID");
    let payments = sandbox.received("gateway").await?;
    assert_eq!(payments["payments"].as_array().map(Vec::len), Some(1));
    for _ in 0..2 {
        let forget = sandbox.client().delete(sandbox.url(&path)).basic_auth(super::process::SECRET, Some(""));
        assert_eq!(forget.send().await?.status().as_u16(), 200);
    }
    assert_eq!(sandbox.ask(&path, "4", &bill("me", "another")).await?.0, 404);
    Ok(())
}
