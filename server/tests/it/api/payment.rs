//! Cards, and orders paid by them: the shop beside a gateway.

use std::error::Error;

use contract::{Won, address::Address, cart::Totals, order::SeenLine};
use domain::{
    Policy, Shop, address,
    cart::{self, Owner},
    member::{self, Shopper},
    order::{self, Checkout, place_one},
};
use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use server::postgres::{self, Cluster};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Answer, Api, Call, buying};
use crate::{
    sandbox::Sandbox,
    support::{Outcome, folder},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SECRET: &str = "test_sk_for_programs";

/// Cards: one that pays, and one that is registered and refused when it should pay.
pub(super) const GOOD: &str = "4330 1234 1234 1234";
const EMPTY: &str = "4330 1234 1234 0002";

/// A demo shop that takes cards, and its shopper.
pub(super) struct Till {
    pub(super) api: Api,
    pub(super) sandbox: Sandbox,
    /// The shopper's.
    pub(super) token: String,
    shop: Shop,
    shopper: Shopper,
    home: i64,
    database: Cluster,
    _data: tempfile::TempDir,
}

impl Till {
    pub(super) async fn open(settings: &[(&str, &str)]) -> Result<Self> {
        let data = folder(0o755)?;
        let database = postgres::open(data.path()).await?;
        let sandbox = Sandbox::start(&[("SANDBOX_GATEWAY_SECRET", SECRET)])?;
        let (url, gateway) = (database.url(), sandbox.url(""));
        let near =
            [("DATABASE_URL", url.as_str()), ("MADANG_GATEWAY_URL", &gateway), ("MADANG_GATEWAY_SECRET", SECRET)];
        let settings: Vec<_> = near.into_iter().chain(settings.iter().copied()).collect();
        let api = Api::with(&settings)?;
        let token = api.token("shopper").await?;
        let shop = Shop::new(PgPool::connect(&url).await?, Policy::default());
        let shopper = member::sign_in(&shop, "shopper@madang.example", "shopper-madang").await?;
        let home = Address {
            recipient: "김독자".to_owned(),
            phone: "01012345678".to_owned(),
            postcode: "04524".to_owned(),
            line1: "서울특별시 중구 세종대로 110".to_owned(),
            line2: String::new(),
        };
        let home = address::add(&shop, &shopper, &home).await?;
        Ok(Self { api, sandbox, token, shop, shopper, home, database, _data: data })
    }

    pub(super) async fn close(self) -> Outcome {
        drop(self.api);
        self.shop.db.close().await;
        Ok(self.database.close().await?)
    }

    /// A book of which there are many.
    async fn book(&self) -> Result<i64> {
        let product = "select product_id from product join stock using (product_id)
                       where on_hand >= 20 order by sale_price, product_id limit 1";
        Ok(sqlx::query_scalar(product).fetch_one(&self.shop.db).await?)
    }

    /// Orders a book, which is to be paid yet. Answers the order and what it comes to.
    async fn hold(&self) -> Result<(String, Won)> {
        let product = self.book().await?;
        let owner = Owner::Member(self.shopper.id());
        cart::add(&self.shop, owner, product, 1.try_into().map_err(|_| "no quantity")?).await?;
        let lines = cart::lines(&self.shop, owner).await?;
        let prices = lines.iter().map(|line| (line.seller, line.unit_price, line.quantity));
        let due = Totals::of(prices, self.shop.policy.delivery).total();
        let seen = lines
            .iter()
            .map(|line| SeenLine { product: line.product, quantity: line.quantity, unit_price: line.unit_price })
            .collect();
        let checkout = Checkout::new(&self.shopper, Uuid::now_v7(), seen, due, self.home);
        let order = place_one(&self.shop, Checkout { points: 0, ..checkout }).await?;
        Ok((order.to_string(), due))
    }

    /// Registers a card, as its owner does in a browser. Answers the card.
    pub(super) async fn register(&self, number: &str) -> Result<Value> {
        let begun = self.post("/payment/methods", &json!({})).send().await?;
        assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
        let page = Url::parse(begun.body["registrationPage"].as_str().ok_or("no page")?)?;
        let page = format!("{}?{}", page.path(), page.query().unwrap_or_default());
        let back = self.sandbox.press(&page, number, "pay").await?;
        assert!(back.starts_with(&self.api.url("/my/cards/return?")), "{back}");
        let back = Url::parse(&back)?;
        let word = back.query_pairs().find(|(name, _)| name == "authKey").ok_or("no word")?.1;
        let made = self.post("/payment/methods", &json!({ "authKey": word })).send().await?;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        Ok(made.body)
    }

    pub(super) fn get(&self, path: &str) -> Call {
        self.api.get(path).by(&self.token)
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Call {
        self.api.post(path, body).by(&self.token)
    }

    async fn pay(&self, wish: &Value, key: &str) -> Result<Answer> {
        Ok(self.post("/payment/process-payment", wish).key(key).send().await?)
    }

    /// The gateway tells that a payment has changed: whatever it knows is true then.
    pub(super) async fn told(&self, payment: &str) -> Result<Answer> {
        let told = json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "orderId": payment } });
        let told = self.api.post("/webhooks/gateway", &told).send().await?;
        assert_eq!(told.status, StatusCode::OK);
        Ok(self.get(&format!("/payment/payments/{payment}")).send().await?)
    }
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_saved_card_pays_an_order_once_though_it_is_asked_twice_at_once() -> Outcome {
    let till = Till::open(&[]).await?;
    let card = till.register(GOOD).await?;
    let (order, due) = till.hold().await?;
    let wish = json!({ "orderId": order, "method": "saved_card", "methodId": card["id"], "expectedAmount": due });
    let unkeyed = till.post("/payment/process-payment", &wish).send().await?;
    assert_eq!((unkeyed.status, unkeyed.code()), (StatusCode::BAD_REQUEST, "key_required"));
    for method in ["points", "card"] {
        let beside = json!({ "orderId": order, "method": method, "methodId": card["id"] });
        assert_eq!(till.pay(&beside, method).await?.fields(), [("#/methodId", "not_together")], "{method}");
    }
    let other = json!({ "orderId": order, "method": "saved_card", "expectedAmount": due + 1 });
    assert_eq!(till.pay(&other, "too much").await?.code(), "sum_changed");

    let (one, two) = tokio::join!(till.pay(&wish, "one key"), till.pay(&wish, "one key"));
    for answer in [&one?, &two?] {
        assert!(answer.status == StatusCode::OK || answer.code() == "key_in_use", "{}", answer.body);
    }
    let again = till.pay(&wish, "one key").await?;
    assert_eq!((again.status, again.header("idempotency-replayed")), (StatusCode::OK, "true"));
    let payment = &again.body["payment"];
    assert_eq!((&again.body["orderStatus"], &again.body["paymentStatus"]), (&json!("placed"), &json!("paid")));
    assert_eq!(
        (&payment["state"], &payment["amount"], &payment["last4"]),
        (&json!("paid"), &json!(due), &card["last4"])
    );
    let later = till.pay(&wish, "another key").await?;
    assert_eq!((later.status, &later.body["payment"]["id"]), (StatusCode::OK, &payment["id"]), "it stays paid");
    let by_points = till.pay(&json!({ "orderId": order, "method": "points" }), "by points").await?;
    assert_eq!((by_points.status, &by_points.body["payment"]), (StatusCode::OK, payment), "the card has paid it");
    let read = till.get(&format!("/order/orders/{order}")).send().await?;
    assert_eq!(&read.body["payments"][0], payment, "it is the same wherever it is told");
    let received = till.sandbox.received("gateway").await?;
    assert_eq!(received["payments"].as_array().map(Vec::len), Some(1));

    let path = format!("/payment/payments/{}", text(&payment["id"]));
    assert_eq!(&till.get(&path).send().await?.body, payment);
    let stranger = till.api.newcomer("stranger@madang.example").await?;
    assert_eq!(till.api.get(&path).by(&stranger).send().await?.code(), "not_found");
    let foreign = till.api.post("/payment/process-payment", &json!({ "orderId": order, "method": "points" }));
    let foreign = foreign.by(&stranger).key("a key").send().await?;
    assert_eq!((foreign.status, foreign.code()), (StatusCode::NOT_FOUND, "not_found"));
    till.close().await
}

#[tokio::test]
async fn points_pay_what_is_left_of_an_order() -> Outcome {
    let till = Till::open(&[]).await?;
    let (order, due) = till.hold().await?;
    let wish = |expected| json!({ "orderId": order, "method": "points", "expectedAmount": expected });
    assert_eq!(till.pay(&wish(due - 1), "too little").await?.code(), "sum_changed");
    let paid = till.pay(&wish(due), "a key").await?;
    let expected = json!({ "orderId": order, "orderStatus": "placed", "paymentStatus": "paid", "payment": null });
    assert_eq!((paid.status, &paid.body), (StatusCode::OK, &expected));
    let again = till.pay(&json!({ "orderId": order, "method": "card" }), "by card").await?;
    assert_eq!((again.status, &again.body), (StatusCode::OK, &expected), "it stays paid");
    let balance = till.get("/points/balance").send().await?;
    assert_eq!(balance.body["balance"], 100_000 - due);

    let nobody = json!({ "orderId": Uuid::now_v7().to_string(), "method": "points" });
    assert_eq!(till.pay(&nobody, "nothing").await?.code(), "not_found");
    let (canceled, _) = till.hold().await?;
    let id = Uuid::parse_str(&canceled)?;
    order::cancel_unpaid(&till.shop, &till.shopper, id, Uuid::now_v7()).await?;
    let late = till.pay(&json!({ "orderId": canceled, "method": "points" }), "late").await?;
    assert_eq!((late.status, late.code()), (StatusCode::CONFLICT, "already_canceled"));
    till.close().await
}

#[tokio::test]
async fn a_card_that_is_refused_cancels_the_order_and_is_told_the_same_again() -> Outcome {
    let till = Till::open(&[]).await?;
    let card = till.register(EMPTY).await?;
    let (order, _) = till.hold().await?;
    let wish = json!({ "orderId": order, "method": "saved_card", "methodId": card["id"] });
    let refused = till.pay(&wish, "one key").await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::PAYMENT_REQUIRED, "payment_refused"));
    let again = till.pay(&wish, "one key").await?;
    assert_eq!((again.status, &again.body), (refused.status, &refused.body));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let over = till.pay(&wish, "another key").await?;
    assert_eq!((over.status, over.code()), (StatusCode::CONFLICT, "already_canceled"));
    let charge = json!({ "amount": 10_000, "method": "saved_card" });
    let charged = till.post("/points/charge", &charge).key("a charge").send().await?;
    assert_eq!((charged.status, charged.code()), (StatusCode::PAYMENT_REQUIRED, "payment_refused"));
    till.close().await
}

#[tokio::test]
async fn a_payment_without_an_answer_is_unknown_and_not_made_again() -> Outcome {
    let till = Till::open(&[]).await?;
    let card = till.register(GOOD).await?;
    let (order, due) = till.hold().await?;
    till.sandbox.switch("gateway", &json!({ "timeOut": true })).await?;
    let wish = json!({ "orderId": order, "method": "saved_card" });
    let unknown = till.pay(&wish, "one key").await?;
    assert_eq!((unknown.status, &unknown.body["paymentStatus"]), (StatusCode::OK, &json!("unknown")));
    assert_eq!(unknown.body["payment"]["state"], "unknown");
    for key in ["one key", "another key"] {
        let again = till.pay(&wish, key).await?;
        assert_eq!((again.status, &again.body), (StatusCode::OK, &unknown.body), "{key}");
        assert_eq!(again.header("idempotency-replayed"), "", "it is not kept while nobody knows");
    }
    for method in ["card", "points"] {
        let again = till.pay(&json!({ "orderId": order, "method": method }), method).await?;
        assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "payment_checking"), "{method}");
    }
    let path = format!("/payment/methods/{}", text(&card["id"]));
    let kept = till.api.delete(&path).by(&till.token).send().await?;
    assert_eq!((kept.status, kept.code()), (StatusCode::CONFLICT, "payment_checking"));

    till.sandbox.switch("gateway", &json!({})).await?;
    let known = till.told(text(&unknown.body["payment"]["id"])).await?;
    assert_eq!((&known.body["state"], &known.body["amount"]), (&json!("paid"), &json!(due)));
    let again = till.pay(&wish, "one key").await?;
    assert_eq!((&again.body["paymentStatus"], &again.body["payment"]), (&json!("paid"), &known.body));
    assert_eq!(till.pay(&wish, "one key").await?.header("idempotency-replayed"), "true", "it is known");
    // That it was not known is nobody's answer for good.
    for method in ["card", "points"] {
        let again = till.pay(&json!({ "orderId": order, "method": method }), method).await?;
        assert_eq!((again.code() == "payment_checking", again.header("idempotency-replayed")), (false, ""), "{method}");
    }
    let received = till.sandbox.received("gateway").await?;
    assert_eq!(received["payments"].as_array().map(Vec::len), Some(1), "it was charged once");
    assert_eq!(till.api.delete(&path).by(&till.token).send().await?.status, StatusCode::NO_CONTENT);
    till.close().await
}

#[tokio::test]
async fn the_key_of_an_order_finds_out_what_became_of_its_charge() -> Outcome {
    let till = Till::open(&[]).await?;
    till.register(GOOD).await?;
    let line = json!({ "productId": till.book().await?, "quantity": 1 });
    assert_eq!(till.post("/cart/lines", &line).send().await?.status, StatusCode::CREATED);
    let total = till.post("/order/quote", &json!({})).send().await?.body["total"].clone();
    // The default card.
    let order = json!({ "address": buying::home(), "expectedTotal": total, "payment": { "method": "saved_card" } });
    let place = || till.post("/order/process-order", &order).key("one key").send();
    till.sandbox.switch("gateway", &json!({ "timeOut": true })).await?;
    let unknown = place().await?;
    assert_eq!((unknown.status, &unknown.body["paymentStatus"]), (StatusCode::CREATED, &json!("unknown")));
    let again = place().await?;
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&unknown.body, ""), "it is not kept yet");

    till.sandbox.switch("gateway", &json!({})).await?;
    let payment = &unknown.body["payments"][0];
    assert_eq!(till.told(text(&payment["id"])).await?.body["state"], "paid");
    let paid = place().await?;
    assert_eq!((paid.status, &paid.body["id"]), (StatusCode::CREATED, &unknown.body["id"]));
    assert_eq!((&paid.body["orderStatus"], &paid.body["cardUsed"]), (&json!("placed"), &total));
    assert_eq!(place().await?.header("idempotency-replayed"), "true", "it is known");
    let received = till.sandbox.received("gateway").await?;
    assert_eq!(received["payments"].as_array().map(Vec::len), Some(1), "it was charged once");
    till.close().await
}

#[tokio::test]
async fn a_card_that_is_typed_in_pays_at_the_gateways_page() -> Outcome {
    let till = Till::open(&[("MADANG_PUBLIC_URL", "https://shop.example")]).await?;
    let (order, _) = till.hold().await?;
    let wish = json!({ "orderId": order, "method": "card" });
    let first = till.pay(&wish, "one key").await?;
    assert_eq!((first.status, &first.body["paymentStatus"]), (StatusCode::OK, &json!("pending")));
    let second = till.pay(&wish, "another key").await?;
    let given_up = till.get(&format!("/payment/payments/{}", text(&first.body["payment"]["id"]))).send().await?;
    assert_eq!((&given_up.body["state"], &given_up.body["page"]), (&json!("canceled"), &json!(null)));
    let id = text(&second.body["payment"]["id"]);
    let pending = till.get(&format!("/payment/payments/{id}")).send().await?;
    assert_eq!(&pending.body, &second.body["payment"]);
    let page = Url::parse(text(&pending.body["page"]))?;
    let back = till.sandbox.press(page.path(), GOOD, "pay").await?;
    assert!(back.starts_with(&format!("https://shop.example/pay/{id}/return?")), "{back}");
    assert_eq!(till.told(id).await?.body["state"], "paid");

    till.sandbox.switch("gateway", &json!({ "fail": true })).await?;
    let (order, _) = till.hold().await?;
    let wish = json!({ "orderId": order, "method": "card" });
    let away = till.pay(&wish, "a key").await?;
    assert_eq!((away.status, away.code()), (StatusCode::SERVICE_UNAVAILABLE, "gateway_unavailable"));
    till.sandbox.switch("gateway", &json!({})).await?;
    assert_eq!(till.pay(&wish, "a key").await?.body["paymentStatus"], "pending", "it is not kept");
    till.close().await
}

#[tokio::test]
async fn cards_are_listed_named_and_removed_by_their_owner_alone() -> Outcome {
    let till = Till::open(&[]).await?;
    let first = till.register(GOOD).await?;
    let second = till.register("4330 1234 1234 5678").await?;
    assert_eq!((&first["isDefault"], &second["isDefault"]), (&json!(true), &json!(false)));
    let path = format!("/payment/methods/{}", text(&second["id"]));
    let changed = till.post(&path, &json!({ "name": " 생활비 " })).send().await?;
    assert_eq!((&changed.body["name"], &changed.body["isDefault"]), (&json!("생활비"), &json!(false)));
    let changed = till.post(&path, &json!({ "isDefault": true })).send().await?;
    assert_eq!((&changed.body["name"], &changed.body["isDefault"]), (&json!("생활비"), &json!(true)));
    let listed = till.get("/payment/methods").send().await?;
    let ids: Vec<_> = listed.body["items"].as_array().into_iter().flatten().map(|card| &card["id"]).collect();
    assert_eq!(ids, [&second["id"], &first["id"]]);
    let bad = till.post(&path, &json!({ "name": "가".repeat(31), "number": 1 })).send().await?;
    let mut fields = bad.fields();
    fields.sort_unstable();
    assert_eq!(fields, [("#/name", "too_long"), ("#/number", "unknown_field")]);
    let wrong = till.post("/payment/methods", &json!({ "authKey": "no such word" })).send().await?;
    assert_eq!((wrong.status, wrong.fields()), (StatusCode::UNPROCESSABLE_ENTITY, vec![("#/authKey", "unknown")]));

    let stranger = till.api.newcomer("stranger@madang.example").await?;
    let theirs = till.api.post(&path, &json!({ "name": "내 것" })).by(&stranger).send().await?;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(till.api.delete(&path).by(&stranger).send().await?.status, StatusCode::NOT_FOUND);
    let (order, _) = till.hold().await?;
    let gone = json!({ "orderId": order, "method": "saved_card", "methodId": Uuid::now_v7().to_string() });
    assert_eq!(till.pay(&gone, "a key").await?.code(), "card_gone");
    assert_eq!(till.api.delete(&path).by(&till.token).send().await?.status, StatusCode::NO_CONTENT);
    assert_eq!(till.api.delete(&path).by(&till.token).send().await?.status, StatusCode::NOT_FOUND);
    assert_eq!(till.post(&path, &json!({ "isDefault": true })).send().await?.status, StatusCode::NOT_FOUND);
    till.close().await
}

#[tokio::test]
async fn without_a_gateway_no_card_is_taken() -> Outcome {
    let api = Api::start()?;
    let token = api.token("shopper").await?;
    let order = json!({ "orderId": Uuid::now_v7().to_string(), "method": "saved_card" });
    let charge = json!({ "amount": 10_000, "method": "card" });
    for (path, body) in
        [("/payment/methods", json!({})), ("/payment/process-payment", order), ("/points/charge", charge)]
    {
        let refused = api.post(path, &body).by(&token).key(path).send().await?;
        assert_eq!(
            (refused.status, refused.code()),
            (StatusCode::SERVICE_UNAVAILABLE, "gateway_unavailable"),
            "{path}"
        );
    }
    let cards = api.get("/payment/methods").by(&token).send().await?;
    assert_eq!((cards.status, &cards.body["items"]), (StatusCode::OK, &json!([])));
    Ok(())
}
