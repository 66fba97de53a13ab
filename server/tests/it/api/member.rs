//! Members and their tokens; and what holds for every operation, tried on them.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::Api;
use crate::support::Outcome;

#[tokio::test]
async fn a_member_signs_up_signs_in_and_changes_their_name() -> Outcome {
    let api = Api::start()?;
    let token = api.newcomer("reader@madang.example").await?;
    let tokens = api.get("/member/tokens").by(&token).send().await?;
    assert_eq!(tokens.body["items"][0]["scope"], "shopper");
    assert_eq!(tokens.body["items"][0]["current"], true);
    let login = json!({ "email": "reader@madang.example", "password": "long enough" });
    let again = api.post("/member/login", &login).send().await?;
    let id = &again.body["member"]["id"];
    let path = format!("/member/members/{id}");
    let changed = api.put(&path, &json!({ "name": "김독자", "phone": "010-1234-5678" })).by(&token).send().await?;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!((&changed.body["name"], &changed.body["phone"]), (&json!("김독자"), &json!("01012345678")));
    assert_eq!(api.get("/member/members/1").by(&token).send().await?.code(), "not_found");
    Ok(())
}

#[tokio::test]
async fn a_token_that_was_revoked_opens_nothing() -> Outcome {
    let api = Api::start()?;
    let (token, other) = (api.token("shopper").await?, api.token("shopper").await?);
    let tokens = api.get("/member/tokens").by(&token).send().await?;
    let current = tokens.body["items"].as_array().into_iter().flatten().find(|one| one["current"] == true);
    let path = format!("/member/tokens/{}", current.and_then(|one| one["id"].as_str()).unwrap_or_default());
    let seller = api.token("seller").await?;
    assert_eq!(api.delete(&path).by(&seller).send().await?.status, StatusCode::NOT_FOUND, "it is somebody else's");
    assert_eq!(api.delete(&path).by(&other).send().await?.status, StatusCode::NO_CONTENT);
    let refused = api.get("/member/tokens").by(&token).send().await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNAUTHORIZED, "sign_in_required"));
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    Ok(())
}

#[tokio::test]
async fn a_token_is_never_more_than_its_member() -> Outcome {
    let api = Api::start()?;
    let login = |scope| json!({ "email": "shopper@madang.example", "password": "shopper-madang", "scope": scope });
    for scope in ["seller", "staff"] {
        let refused = api.post("/member/login", &login(scope)).send().await?;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.fields(), [("#/scope", "choice")]);
    }
    Ok(())
}

#[tokio::test]
async fn every_bad_field_of_a_body_is_told_at_once() -> Outcome {
    let api = Api::start()?;
    let bad = json!({ "email": 7, "password": "short", "else": true });
    let refused = api.post("/member/registration", &bad).send().await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let mut fields = refused.fields();
    fields.sort_unstable();
    let expected =
        [("#/else", "unknown_field"), ("#/email", "type"), ("#/name", "required"), ("#/password", "too_short")];
    assert_eq!(fields, expected);
    // Rules that no schema can tell are told with the rest, and what stands twice is.
    let bad =
        r#"{ "email": "nobody", "password": "short", "name": "🙂", "phone": "12", "phone": "02", "product_id": 1 }"#;
    let refused = api.call(Method::POST, "/member/registration").json(bad).send().await?;
    let mut fields = refused.fields();
    fields.sort_unstable();
    let expected = [
        ("#/email", "email"),
        ("#/name", "characters"),
        ("#/password", "too_short"),
        ("#/phone", "phone"),
        ("#/product_id", "unknown_field"),
    ];
    assert_eq!(fields, expected);
    let twice = r#"{ "email": "nobody", "password": "long enough", "name": "a", "name": "b" }"#;
    let refused = api.call(Method::POST, "/member/registration").json(twice).send().await?;
    assert_eq!(refused.fields(), [("#/email", "email"), ("#/name", "repeated")]);
    Ok(())
}

#[tokio::test]
async fn the_same_key_is_answered_the_same_once() -> Outcome {
    let api = Api::start()?;
    let login = json!({ "email": "shopper@madang.example", "password": "shopper-madang" });
    let first = api.post("/member/login", &login).key("a key").send().await?;
    let again = api.post("/member/login", &login).key("\"a key\"").send().await?;
    assert_eq!(first.body, again.body);
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    let scoped = json!({ "email": "Shopper@madang.example", "password": "shopper-madang", "scope": "shopper" });
    let refused = api.post("/member/login", &scoped).key("a key").send().await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "already_sent"));
    // Somebody else's keys are their own.
    let other = json!({ "email": "seller@madang.example", "password": "seller-madang" });
    let own = api.post("/member/login", &other).key("a key").send().await?;
    assert_eq!((own.status, own.header("idempotency-replayed")), (StatusCode::OK, ""));
    let two = api.post("/member/login", &login).key("a key").key("b key").send().await?;
    assert_eq!(two.fields(), [("Idempotency-Key", "repeated")]);
    // What was not decided can be sent again.
    let wrong = json!({ "email": "shopper@madang.example", "password": "wrong password" });
    assert_eq!(api.post("/member/login", &wrong).key("another").send().await?.code(), "wrong_credentials");
    assert_eq!(api.post("/member/login", &login).key("another").send().await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again() -> Outcome {
    let api = Api::with(&[("MADANG_API_BURST", "3"), ("MADANG_API_PER_SECOND", "1")])?;
    let token = api.token("shopper").await?;
    let asked = api.get("/member/tokens").by(&token).send().await?;
    assert_eq!((asked.header("x-ratelimit-limit"), asked.header("x-ratelimit-remaining")), ("3", "2"));
    // A slow machine gets one more each second.
    let mut last = asked;
    for _ in 0..50 {
        last = api.get("/member/tokens").by(&token).send().await?;
        if last.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
    }
    assert_eq!((last.status, last.code()), (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    assert!(last.header("retry-after").parse::<u32>()? >= 1);
    // It is counted by itself.
    let other = api.token("seller").await?;
    assert_eq!(api.get("/member/tokens").by(&other).send().await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn passwords_are_not_guessed_at_will() -> Outcome {
    let api = Api::with(&[("MADANG_API_LOGINS_PER_MINUTE", "2")])?;
    let wrong = json!({ "email": "shopper@madang.example", "password": "wrong password" });
    // What is told is the limit that is nearest, and not that of all else.
    for left in ["1", "0"] {
        let tried = api.post("/member/login", &wrong).send().await?;
        assert_eq!(tried.code(), "wrong_credentials");
        assert_eq!((tried.header("x-ratelimit-limit"), tried.header("x-ratelimit-remaining")), ("2", left));
    }
    let refused = api.post("/member/login", &wrong).send().await?;
    assert_eq!(refused.code(), "too_many_requests");
    assert_eq!((refused.header("x-ratelimit-limit"), refused.header("x-ratelimit-remaining")), ("2", "0"));
    assert!(refused.header("retry-after").parse::<u32>()? > 29);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_words() -> Outcome {
    let api = Api::start()?;
    let large = json!({ "email": "x".repeat(300_000) });
    let too_large = api.post("/member/login", &large).send().await?;
    assert_eq!((too_large.code(), too_large.header("x-ratelimit-remaining").is_empty()), ("too_large", false));
    assert_eq!(api.post("/member/login", &large).key("k").send().await?.code(), "too_large");
    for (text, place) in
        [("{\n  \"email\": 1,\n}", "line 3, byte 1"), ("", "line 1, byte 1"), ("{ \"\\u0000\": 1 }", "line 1, byte 10")]
    {
        let broken = api.call(Method::POST, "/member/login").json(text).send().await?;
        let told = format!("The body is not valid JSON: {place}.");
        assert_eq!((broken.code(), broken.body["detail"].as_str()), ("bad_request", Some(told.as_str())));
    }
    // Nobody is told of thousands of flaws.
    let many: serde_json::Map<_, _> = (0..5_000).map(|field| (format!("f{field}"), json!(1))).collect();
    assert_eq!(api.post("/catalog/search", &json!(many)).send().await?.code(), "too_large");
    let some: serde_json::Map<_, _> = (0..500).map(|field| (format!("f{field}"), json!(1))).collect();
    assert_eq!(api.post("/catalog/search", &json!(some)).send().await?.fields().len(), 100);
    let nul = api.post("/catalog/search", &json!({ "query": "\0", "limit": "x" })).send().await?;
    assert_eq!(nul.fields(), [("#/limit", "type"), ("#/query", "characters")]);
    assert_eq!(api.post("/catalog/search", &json!({ "limit": 1.0 })).send().await?.status, StatusCode::OK);
    let unknown = api.get("/coupon/offers?limit=1&limit=2").send().await?;
    assert_eq!(
        (unknown.status, unknown.fields()),
        (StatusCode::UNPROCESSABLE_ENTITY, vec![("limit", "unknown_field")])
    );
    for nothing in ["/order", "/catalog/", "/member/nothing/at/all"] {
        assert_eq!(api.get(nothing).send().await?.code(), "not_found", "{nothing}");
    }
    assert_eq!(api.call(Method::POST, "/member/login").send().await?.code(), "unsupported_media_type");
    let no_method = api.put("/member/login", &json!({})).send().await?;
    assert_eq!((no_method.code(), no_method.header("allow")), ("method_not_allowed", "POST"));
    assert!(!no_method.header("x-ratelimit-remaining").is_empty());
    // Nobody is told back more than was sent.
    let long = json!({ "k".repeat(100_000): 1 });
    let refused = api.post("/catalog/search", &long).send().await?;
    assert!(refused.fields()[0].0.len() < 120 && refused.fields()[0].1 == "unknown_field");
    assert_eq!(api.get("/member/nothing").send().await?.code(), "not_found");
    let foreign = api.post("/member/login", &json!({})).header("origin", "https://evil.example").send().await?;
    assert_eq!(foreign.code(), "foreign_origin");
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_no_good_keeps_nobody_from_signing_in() -> Outcome {
    let api = Api::start()?;
    let login = json!({ "email": "shopper@madang.example", "password": "shopper-madang" });
    let signed_in = api.post("/member/login", &login).by("madang_0").send().await?;
    assert_eq!(signed_in.status, StatusCode::OK, "{}", signed_in.body);
    let token = api.token("shopper").await?;
    assert_eq!(api.get("/points/balance").by(&token).by(&token).send().await?.code(), "sign_in_required");
    let refused = api.post("/catalog/search", &json!({})).by("madang_0").send().await?;
    assert_eq!(refused.code(), "sign_in_required");
    assert!(refused.header("www-authenticate").contains("invalid_token"));
    assert_eq!(refused.header("x-ratelimit-limit"), "100000");
    Ok(())
}

#[tokio::test]
async fn a_lesser_token_is_told_nothing_that_a_greater_one_was() -> Outcome {
    let api = Api::start()?;
    let seller = api.token("seller").await?;
    let lesser = api.login("seller@madang.example", "seller-madang", "shopper").await?;
    let change = json!({ "productId": 2, "change": 1, "reason": "입고" });
    let path = "/catalog/change-inventory-count";
    assert_eq!(api.post(path, &change).by(&seller).key("one change").send().await?.status, StatusCode::OK);
    assert_eq!(api.post(path, &change).by(&lesser).key("one change").send().await?.code(), "scope_required");
    // Neither does it see the other token, or end it.
    let tokens = api.get("/member/tokens").by(&seller).send().await?;
    let greater = tokens.body["items"].as_array().into_iter().flatten().find(|one| one["scope"] == "seller");
    let path = format!("/member/tokens/{}", greater.and_then(|one| one["id"].as_str()).unwrap_or_default());
    assert_eq!(api.delete(&path).by(&lesser).send().await?.code(), "not_found");
    let seen = api.get("/member/tokens").by(&lesser).send().await?;
    assert!(seen.body["items"].as_array().into_iter().flatten().all(|one| one["scope"] == "shopper"), "{}", seen.body);
    Ok(())
}
