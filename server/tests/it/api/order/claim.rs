//! Claims on what was delivered, and confirming a purchase.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::{
        Answer,
        buying::{Buying, PRICE, path},
    },
    support::Outcome,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn asked(kind: &str, book: i64) -> Value {
    json!({
        "kind": kind, "fault": "carrier", "reason": "모서리가 찢어졌습니다", "lines": [{ "productId": book, "quantity": 1 }]
    })
}

async fn request(it: &Buying, token: &str, order: &Value, asked: &Value, key: &str) -> Result<Answer> {
    Ok(it.api.post(&format!("{}/claims", path(order)), asked).by(token).key(key).send().await?)
}

/// A step of a claim, or its withdrawal.
async fn step(it: &Buying, token: &str, claim: &Value, step: &str, body: &Value) -> Result<Answer> {
    let (order, id) = (claim["orderId"].as_str().unwrap_or_default(), claim["id"].as_str().unwrap_or_default());
    Ok(it.api.post(&format!("/order/orders/{order}/claims/{id}/{step}"), body).by(token).send().await?)
}

#[tokio::test]
async fn a_return_goes_from_the_request_to_the_refund() -> Outcome {
    let it = Buying::start().await?;
    let (token, seller) = (it.api.token("shopper").await?, it.api.token("seller").await?);
    let [book, other] = it.books;
    let order = it.buy(&token, &[book, other]).await?;
    let early = request(&it, &token, &order, &asked("return", book), "early").await?;
    assert_eq!((early.status, early.code()), (StatusCode::CONFLICT, "not_delivered"));
    let confirm = |order: &Value| it.api.post(&format!("{}/confirm", path(order)), &json!({})).by(&token).send();
    assert_eq!(confirm(&order).await?.code(), "not_delivered");
    it.deliver(&order).await?;

    let bad = json!({ "kind": "gift", "fault": "carrier", "reason": "", "lines": [{ "productId": book }] });
    let bad = request(&it, &token, &order, &bad, "bad").await?;
    let mut fields = bad.fields();
    fields.sort_unstable();
    assert_eq!(fields, [("#/kind", "choice"), ("#/lines/0/quantity", "required"), ("#/reason", "required")]);
    let made = request(&it, &token, &order, &asked("return", book), "claim").await?;
    assert_eq!((made.status, &made.body["status"]), (StatusCode::CREATED, &json!("requested")), "{}", made.body);
    let again = request(&it, &token, &order, &asked("return", book), "claim").await?;
    assert_eq!(again.body, made.body);
    let twice = request(&it, &token, &order, &asked("return", book), "another").await?;
    assert_eq!(twice.code(), "too_many_copies");
    let theirs = request(&it, &token, &order, &asked("exchange", other), "theirs").await?;
    let listed = it.api.get(&format!("{}/claims", path(&order))).by(&token).send().await?;
    assert_eq!(listed.body["items"], json!([made.body, theirs.body]));
    let listed = it.api.get(&format!("{}/claims", path(&order))).by(&seller).send().await?;
    assert_eq!(listed.body["items"], json!([made.body]), "a seller sees those on their own goods");
    assert_eq!(confirm(&order).await?.code(), "claim_open");

    let claim = &made.body;
    let refused = step(&it, &token, claim, "advance", &json!({ "to": "approved" })).await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "scope_required"));
    let foreign = step(&it, &seller, &theirs.body, "advance", &json!({ "to": "approved" })).await?;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let silent = step(&it, &seller, claim, "advance", &json!({ "to": "rejected" })).await?;
    assert_eq!(silent.fields(), [("#/reason", "required")]);
    assert_eq!(step(&it, &seller, claim, "advance", &json!({ "to": "completed" })).await?.code(), "status_changed");
    for to in ["approved", "collecting", "inspected", "completed"] {
        let gone = step(&it, &seller, claim, "advance", &json!({ "to": to, "fault": "seller" })).await?;
        assert_eq!((gone.status, &gone.body["status"]), (StatusCode::OK, &json!(to)), "{}", gone.body);
    }
    let late = step(&it, &token, claim, "withdraw", &json!({})).await?;
    assert_eq!((late.status, late.code()), (StatusCode::CONFLICT, "status_changed"));
    let read = it.api.get(&path(&order)).by(&token).send().await?;
    assert_eq!(read.body["lines"][usize::from(other < book)]["returned"], 1);
    assert_eq!(read.body["claims"][0]["fault"], "seller");
    assert!(read.body["refunded"].as_i64() >= Some(PRICE), "{}", read.body);

    let withdrawn = step(&it, &token, &theirs.body, "withdraw", &json!({})).await?;
    assert_eq!((withdrawn.status, &withdrawn.body["status"]), (StatusCode::OK, &json!("withdrawn")));
    let confirmed = confirm(&order).await?;
    assert_eq!((confirmed.status, &confirmed.body["orderStatus"]), (StatusCode::OK, &json!("confirmed")));
    assert!(confirmed.body["pointsEarned"].as_i64() > Some(0));
    assert_eq!(confirm(&order).await?.body, confirmed.body, "a confirmed one stays so");
    let closed = request(&it, &token, &order, &asked("return", other), "closed").await?;
    assert_eq!(closed.code(), "already_confirmed");
    it.end().await
}

#[tokio::test]
async fn the_queue_of_claims_meets_each_that_one_runs_once() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    let [book, other] = it.books;
    let mut claims = Vec::new();
    for _ in 0..2 {
        let order = it.buy(&token, &[book, other]).await?;
        it.deliver(&order).await?;
        for book in [book, other] {
            claims.push(request(&it, &token, &order, &asked("return", book), &Uuid::now_v7().to_string()).await?.body);
        }
    }
    let (staff, seller) = (it.api.token("staff").await?, it.api.token("seller").await?);
    let mut met = Vec::new();
    let mut cursor = String::new();
    for _ in 0..2 {
        let part = it.api.get(&format!("/order/claims?limit=2{cursor}")).by(&staff).send().await?;
        assert_eq!(part.status, StatusCode::OK, "{}", part.body);
        met.extend(part.body["items"].as_array().into_iter().flatten().map(|row| row["claim"].clone()));
        cursor = part.body["next"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
    }
    assert_eq!((&met, cursor.as_str()), (&claims, ""));
    let own = it.api.get("/order/claims").by(&seller).send().await?;
    assert_eq!(own.body["items"].as_array().map(Vec::len), Some(2), "a seller runs those on their own goods");
    let none = it.api.get("/order/claims?status=completed").by(&staff).send().await?;
    assert_eq!(none.body["items"], json!([]));
    for bad in ["cursor=nothing", "cursor=x~", "status=lost", "limit=0", "q=x"] {
        let refused = it.api.get(&format!("/order/claims?{bad}")).by(&staff).send().await?;
        assert_eq!((refused.status, refused.fields().len()), (StatusCode::UNPROCESSABLE_ENTITY, 1), "{bad}");
    }
    it.end().await
}
