//! Canceling, whole and by line.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::{
        Answer,
        buying::{Buying, FEE, PRICE, home, path},
    },
    support::Outcome,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

async fn preview(it: &Buying, token: &str, order: &Value, chosen: &Value) -> Result<Answer> {
    Ok(it.api.post(&format!("{}/cancel-preview", path(order)), chosen).by(token).send().await?)
}

async fn cancel(it: &Buying, token: &str, order: &Value, asked: &Value) -> Result<Answer> {
    let key = Uuid::now_v7().to_string();
    Ok(it.api.post(&format!("{}/cancel", path(order)), asked).by(token).key(&key).send().await?)
}

#[tokio::test]
async fn what_was_shown_comes_back_and_nothing_else() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    let [book, other] = it.books;
    let order = it.buy(&token, &[book, other]).await?;
    let total = 2 * (PRICE + FEE);
    let one = json!([{ "productId": book, "quantity": 1 }]);
    let shown = preview(&it, &token, &order, &json!({ "lines": one })).await?;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let sums = ["goods", "delivery", "amount", "points", "card"].map(|name| shown.body[name].as_i64().unwrap_or(-1));
    assert_eq!(sums, [PRICE, FEE, PRICE + FEE, PRICE + FEE, 0]);
    assert_eq!(it.points().await?, 100_000 - total, "looking changes nothing");

    let keyless = it.api.post(&format!("{}/cancel", path(&order)), &json!({})).by(&token).send().await?;
    assert_eq!(keyless.code(), "key_required");
    let wrong = cancel(&it, &token, &order, &json!({ "lines": one, "expectedRefund": PRICE })).await?;
    assert_eq!((wrong.status, wrong.code()), (StatusCode::CONFLICT, "refund_changed"));
    let many = json!([{ "productId": book, "quantity": 2 }]);
    assert_eq!(cancel(&it, &token, &order, &json!({ "lines": many })).await?.code(), "too_many_copies");
    let asked = json!({ "lines": one, "expectedRefund": shown.body["amount"] });
    let (address, key) = (format!("{}/cancel", path(&order)), "once");
    let part = it.api.post(&address, &asked).by(&token).key(key).send().await?;
    assert_eq!(part.status, StatusCode::OK, "{}", part.body);
    assert_eq!(part.body["refunds"][0]["lines"], shown.body["lines"]);
    assert_eq!(
        (&part.body["refunded"], &part.body["paymentStatus"]),
        (&json!(PRICE + FEE), &json!("partially_refunded"))
    );
    let again = it.api.post(&address, &asked).by(&token).key(key).send().await?;
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&part.body, "true"));
    crate::support::run(&it.database, "delete from api_reply").await?;
    let again = it.api.post(&address, &asked).by(&token).key(key).send().await?;
    assert_eq!(again.body, part.body, "the order knows what was done to it");

    let rest = preview(&it, &token, &order, &json!({})).await?;
    let whole = cancel(&it, &token, &order, &json!({ "expectedRefund": rest.body["amount"] })).await?;
    assert_eq!((&whole.body["orderStatus"], &whole.body["refunded"]), (&json!("canceled"), &json!(total)));
    assert_eq!(it.points().await?, 100_000);
    assert_eq!(cancel(&it, &token, &order, &json!({})).await?.code(), "already_canceled");
    assert_eq!(preview(&it, &token, &order, &json!({})).await?.code(), "already_canceled");
    it.end().await
}

#[tokio::test]
async fn an_order_that_is_not_paid_ends_whole_and_gives_its_points_back() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    it.put(&token, it.books[0], 2).await?;
    let order =
        json!({ "address": home(), "expectedTotal": 2 * PRICE, "points": 500, "payment": { "method": "later" } });
    let held = it.place(&token, "held", &order).await?;
    assert_eq!(held.status, StatusCode::CREATED, "{}", held.body);
    assert!(held.body["heldUntil"].is_string() && held.body["payment"].is_null(), "{}", held.body);
    let one = json!({ "lines": [{ "productId": it.books[0], "quantity": 1 }] });
    for refused in [preview(&it, &token, &held.body, &one).await?, cancel(&it, &token, &held.body, &one).await?] {
        assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "whole_order_only"));
    }
    let shown = preview(&it, &token, &held.body, &json!({})).await?;
    assert_eq!((shown.status, &shown.body["amount"]), (StatusCode::OK, &json!(0)));
    let ended = cancel(&it, &token, &held.body, &json!({ "expectedRefund": 0 })).await?;
    assert_eq!((&ended.body["orderStatus"], &ended.body["due"]), (&json!("canceled"), &json!(0)), "{}", ended.body);
    assert_eq!(it.points().await?, 100_000);
    it.end().await
}

#[tokio::test]
async fn a_seller_cancels_their_own_goods_and_says_why() -> Outcome {
    let it = Buying::start().await?;
    let (token, seller) = (it.api.token("shopper").await?, it.api.token("seller").await?);
    let [own, foreign] = it.books;
    let order = it.buy(&token, &[own, foreign]).await?;
    let shown = preview(&it, &seller, &order, &json!({})).await?;
    assert_eq!(shown.body["amount"], json!(PRICE + FEE), "{}", shown.body);
    let silent = cancel(&it, &seller, &order, &json!({ "expectedRefund": PRICE + FEE })).await?;
    assert_eq!((silent.status, silent.fields()), (StatusCode::UNPROCESSABLE_ENTITY, vec![("#/reason", "required")]));
    let blind = cancel(&it, &seller, &order, &json!({ "reason": "품절" })).await?;
    assert_eq!(blind.code(), "refund_changed", "who runs the shop says what was shown");
    let others =
        json!({ "lines": [{ "productId": foreign, "quantity": 1 }], "expectedRefund": PRICE, "reason": "품절" });
    assert_eq!(cancel(&it, &seller, &order, &others).await?.code(), "not_found");
    let done = cancel(&it, &seller, &order, &json!({ "expectedRefund": PRICE + FEE, "reason": "품절" })).await?;
    assert_eq!((done.status, &done.body["refunded"]), (StatusCode::OK, &json!(PRICE + FEE)), "{}", done.body);
    let left = it.api.get(&path(&order)).by(&token).send().await?;
    assert_eq!((&left.body["orderStatus"], &left.body["refunded"]), (&json!("placed"), &json!(PRICE + FEE)));
    it.end().await
}
