//! Subscriptions of sellers, run by a program.

use reqwest::StatusCode;
use serde_json::{Value, json};
use server::postgres;
use sqlx::PgPool;

use super::{Answer, Api};
use crate::support::{Outcome, another_seller, folder};

const ALL: &str = "/subscription/subscriptions";

fn wanted(url: &str) -> Value {
    json!({ "url": url, "topics": ["stock.low", "order.paid"], "description": "창고" })
}

fn told(answer: &Answer) -> (StatusCode, &str) {
    (answer.status, answer.code())
}

#[tokio::test]
async fn a_subscription_is_made_changed_on_top_of_its_version_and_ended() -> Outcome {
    let api = Api::start()?;
    let seller = api.token("seller").await?;
    let wanted = wanted("https://hooks.example.com/madang");
    let made = api.post(ALL, &wanted).by(&seller).key("one").send().await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let again = api.post(ALL, &wanted).by(&seller).key("one").send().await?;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &made.body));
    assert!(made.body["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")), "{}", made.body);
    let path = made.header("location");
    assert_eq!(path, format!("{ALL}/{}", made.body["id"].as_str().unwrap_or_default()));

    let read = api.get(path).by(&seller).send().await?;
    assert_eq!(read.body["topics"], json!(["order.paid", "stock.low"]));
    assert_eq!((&read.body["status"], &read.body["secret"]), (&json!("active"), &Value::Null));
    let listed = api.get(&format!("{ALL}?status=active")).by(&seller).send().await?;
    assert_eq!(listed.body["items"], json!([read.body]));

    let change = json!({ "url": "https://hooks.example.com/new", "topics": ["order.paid"] });
    let blind = api.put(path, &change).by(&seller).send().await?;
    assert_eq!(told(&blind), (StatusCode::PRECONDITION_REQUIRED, "version_required"));
    let tag = read.header("etag");
    assert_eq!(tag, made.header("etag"));
    let changed = api.put(path, &change).by(&seller).header("if-match", tag).send().await?;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!((&changed.body["url"], &changed.body["description"]), (&change["url"], &json!("")));
    let late = api.put(path, &wanted).by(&seller).header("if-match", tag).send().await?;
    assert_eq!(told(&late), (StatusCode::PRECONDITION_FAILED, "edited_meanwhile"));

    let secrets = format!("{path}/secrets");
    let before = api.get(&secrets).by(&seller).send().await?;
    assert_eq!((&before.body["secret"], &before.body["previous"]), (&made.body["secret"], &Value::Null));
    let nothing = json!({});
    let late = api.post(&secrets, &nothing).by(&seller).header("if-match", tag).send().await?;
    assert_eq!(told(&late), (StatusCode::PRECONDITION_FAILED, "edited_meanwhile"));
    let rotated = api.post(&secrets, &nothing).by(&seller).header("if-match", before.header("etag")).send().await?;
    assert_eq!(rotated.body["previous"]["secret"], before.body["secret"], "{}", rotated.body);
    assert_ne!(rotated.body["secret"], before.body["secret"]);
    assert_eq!(rotated.header("etag"), api.get(path).by(&seller).send().await?.header("etag"));

    assert_eq!(api.delete(path).by(&seller).send().await?.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(path).by(&seller).send().await?.code(), "not_found");
    assert_eq!(api.delete(path).by(&seller).send().await?.code(), "not_found");
    Ok(())
}

#[tokio::test]
async fn bad_addresses_and_topics_are_refused_each_with_its_reason() -> Outcome {
    let api = Api::start()?;
    let seller = api.token("seller").await?;
    for (url, why) in [
        ("http://10.0.0.1/", "url"),
        ("https://10.0.0.1/", "private_target"),
        ("https://localhost:8443/", "private_target"),
        ("https://me:word@hooks.example.com/", "url"),
        ("nowhere", "url"),
        (" ", "required"),
    ] {
        let refused = api.post(ALL, &wanted(url)).by(&seller).send().await?;
        assert_eq!(
            (refused.status, refused.fields()),
            (StatusCode::UNPROCESSABLE_ENTITY, vec![("#/url", why)]),
            "{url}"
        );
    }
    let bad = json!({ "url": "", "topics": ["order.paid", "subscription.test"], "description": "가".repeat(201), "secret": "x" });
    let refused = api.post(ALL, &bad).by(&seller).send().await?;
    let mut fields = refused.fields();
    fields.sort_unstable();
    let expected =
        [("#/description", "too_long"), ("#/secret", "unknown_field"), ("#/topics/1", "choice"), ("#/url", "required")];
    assert_eq!(fields, expected);
    for cursor in ["x", "x~", "~x"] {
        let refused = api.get(&format!("{ALL}?cursor={cursor}")).by(&seller).send().await?;
        assert_eq!(refused.fields(), [("cursor", "format")]);
    }
    // There is an end to them.
    for at in 0..20 {
        let url = format!("https://93.184.215.14/{at}");
        assert_eq!(api.post(ALL, &wanted(&url)).by(&seller).send().await?.status, StatusCode::CREATED);
    }
    let refused = api.post(ALL, &wanted("https://hooks.example.com/more")).by(&seller).send().await?;
    assert_eq!(told(&refused), (StatusCode::CONFLICT, "too_many_subscriptions"));
    let first = api.get(&format!("{ALL}?limit=15")).by(&seller).send().await?;
    let next = first.body["next"].as_str().unwrap_or_default();
    let rest = api.get(&format!("{ALL}?limit=15&cursor={next}")).by(&seller).send().await?;
    assert_eq!(rest.body["items"].as_array().map(Vec::len), Some(5));
    assert_eq!(rest.body["next"], Value::Null);
    Ok(())
}

#[tokio::test]
async fn a_message_is_sent_while_its_subscription_is_active_and_is_looked_at() -> Outcome {
    let api = Api::start()?;
    let (seller, staff) = (api.token("seller").await?, api.token("staff").await?);
    // A name that leads nowhere.
    let made = api.post(ALL, &wanted("https://hooks.invalid/")).by(&seller).send().await?;
    let path = made.header("location");
    let step = async |step: &str, by: &str| api.post(&format!("{path}/{step}"), &json!({})).by(by).send().await;

    assert_eq!(step("pause", &staff).await?.body["status"], "paused");
    assert_eq!(told(&step("test", &seller).await?), (StatusCode::CONFLICT, "status_changed"));
    assert_eq!(step("resume", &staff).await?.body["status"], "active");
    let test = step("test", &seller).await?;
    assert_eq!((test.status, &test.body["topic"]), (StatusCode::ACCEPTED, &json!("subscription.test")));
    let id = test.body["id"].as_str().unwrap_or_default();
    let message = format!("/subscription/messages/{id}");
    let read = api.get(&message).by(&staff).send().await?;
    assert!(read.body["log"].is_array(), "{}", read.body);
    let body: Value = serde_json::from_str(read.body["body"].as_str().unwrap_or_default())?;
    assert_eq!((&body["type"], &body["data"]["subscriptionId"]), (&json!("subscription.test"), &made.body["id"]));

    let log = async |query: &str| api.get(&format!("{path}/messages{query}")).by(&seller).send().await;
    let all = log("").await?;
    assert_eq!(all.body["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(all.body["items"][0]["id"], *id);
    assert_eq!(log("?topic=order.paid").await?.body["items"], json!([]));
    assert_eq!(log("?status=delivered").await?.body["items"], json!([]));
    assert_eq!(log("?status=sent").await?.fields(), [("status", "choice")]);

    let resend = format!("{message}/resend");
    assert_eq!(api.post(&resend, &json!({})).by(&staff).send().await?.status, StatusCode::ACCEPTED);
    step("pause", &seller).await?;
    let refused = api.post(&resend, &json!({})).by(&seller).send().await?;
    assert_eq!(told(&refused), (StatusCode::CONFLICT, "status_changed"));
    Ok(())
}

#[tokio::test]
async fn a_subscription_is_its_sellers_and_the_staff_does_not_read_its_secret() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let api = Api::with(&[("DATABASE_URL", &database.url())])?;
    another_seller(&PgPool::connect(&database.url()).await?).await?;
    let (seller, staff) = (api.token("seller").await?, api.token("staff").await?);
    let other = api.login("other@madang.example", "seller-madang", "seller").await?;
    let shopper = api.token("shopper").await?;
    assert_eq!(told(&api.get(ALL).send().await?), (StatusCode::UNAUTHORIZED, "sign_in_required"));
    assert_eq!(told(&api.get(ALL).by(&shopper).send().await?), (StatusCode::FORBIDDEN, "scope_required"));
    assert_eq!(api.post(ALL, &wanted("https://hooks.example.com/")).by(&staff).send().await?.code(), "not_found");

    let made = api.post(ALL, &wanted("https://hooks.example.com/")).by(&seller).send().await?;
    let path = made.header("location");
    assert_eq!(api.get(ALL).by(&other).send().await?.body["items"], json!([]));
    let shown = api.get(ALL).by(&staff).send().await?;
    assert_eq!(shown.body["items"][0]["id"], made.body["id"]);
    assert_eq!(api.get(path).by(&staff).send().await?.body["sellerName"], made.body["sellerName"]);

    for who in [&other, &staff] {
        let change =
            api.put(path, &wanted("https://hooks.example.com/x")).by(who).header("if-match", "*").send().await?;
        assert_eq!(change.code(), "not_found");
        assert_eq!(api.get(&format!("{path}/secrets")).by(who).send().await?.code(), "not_found");
        let rotate = api.post(&format!("{path}/secrets"), &json!({})).by(who).header("if-match", "*").send().await?;
        assert_eq!(rotate.code(), "not_found");
        assert_eq!(api.post(&format!("{path}/test"), &json!({})).by(who).send().await?.code(), "not_found");
        assert_eq!(api.delete(path).by(who).send().await?.code(), "not_found");
    }
    for step in ["pause", "resume"] {
        assert_eq!(api.post(&format!("{path}/{step}"), &json!({})).by(&other).send().await?.code(), "not_found");
    }
    assert_eq!(api.get(&format!("{path}/messages")).by(&other).send().await?.code(), "not_found");
    drop(api);
    Ok(database.close().await?)
}

#[tokio::test]
async fn the_document_tells_of_every_message() -> Outcome {
    let api = Api::start()?;
    let document = api.get("/api/openapi.json").send().await?.body;
    let webhooks = document["webhooks"].as_object().ok_or("no webhooks")?;
    assert_eq!(webhooks.len(), 9);
    for (topic, told) in webhooks {
        let body = &told["post"]["requestBody"]["content"]["application/json"];
        assert_eq!(body["example"]["type"], **topic);
        let schema = body["schema"]["$ref"].as_str().unwrap_or_default();
        assert!(document.pointer(schema.trim_start_matches('#')).is_some(), "{topic}: {schema}");
        let headers = told["post"]["parameters"].as_array().into_iter().flatten();
        let headers: Vec<_> = headers.filter_map(|header| header["name"].as_str()).collect();
        assert_eq!(headers, ["webhook-id", "webhook-timestamp", "webhook-signature"]);
    }
    Ok(())
}
