//! Coupons: taken, redeemed, given, and listed.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Api};
use crate::support::Outcome;

/// The names of the coupons of a list.
fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().into_iter().flatten().filter_map(|item| item["name"].as_str()).collect()
}

/// What of a list is called so.
fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let found = list["items"].as_array().into_iter().flatten().find(|item| item["name"] == name);
    found.unwrap_or(&Value::Null)
}

#[tokio::test]
async fn a_member_takes_a_coupon_once_and_the_same_request_is_answered_the_same() -> Outcome {
    let api = Api::start()?;
    let own = api.newcomer("one@madang.example").await?;
    let offers = api.get("/coupon/offers").send().await?;
    assert_eq!(offers.status, StatusCode::OK, "nobody needs to sign in: {}", offers.body);
    assert_eq!(names(&offers.body), ["마당 나들이 10%", "시집 2,000원"]);
    let offer = named(&offers.body, "마당 나들이 10%");
    let terms = json!({
        "percent": 10, "amount": null, "maxDiscount": 5000, "minOrder": 20000, "productIds": [], "categoryIds": []
    });
    assert_eq!((&offer["terms"], &offer["left"], &offer["taken"]), (&terms, &json!(1_000), &json!(false)));

    let take = json!({ "campaignId": offer["campaignId"] });
    let taken = api.post("/coupon/issue", &take).by(&own).key("take").send().await?;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.body);
    assert_eq!((&taken.body["terms"], &taken.body["status"]), (&terms, &json!("available")));
    let again = api.post("/coupon/issue", &take).by(&own).key("take").send().await?;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &taken.body));
    let second = api.post("/coupon/issue", &take).by(&own).key("another").send().await?;
    assert_eq!((second.status, second.code()), (StatusCode::CONFLICT, "coupon_already_issued"));
    let offers = api.get("/coupon/offers").by(&own).send().await?;
    let offer = named(&offers.body, "마당 나들이 10%");
    assert_eq!((&offer["left"], &offer["taken"]), (&json!(999), &json!(true)));
    assert_eq!(api.post("/coupon/issue", &take).send().await?.code(), "sign_in_required");
    Ok(())
}

#[tokio::test]
async fn a_code_or_the_staff_gives_a_coupon_and_all_are_listed_newest_first() -> Outcome {
    let api = Api::start()?;
    let (own, other) = (api.newcomer("one@madang.example").await?, api.newcomer("other@madang.example").await?);
    let staff = api.token("staff").await?;
    let issue = async |by: &str, body: Value| api.post("/coupon/issue", &body).by(by).key("a key").send().await;
    let created = |answer: &Answer| assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    created(&issue(&own, json!({ "code": "madang" })).await?);
    let offers = api.get("/coupon/offers").send().await?;
    let poems = &named(&offers.body, "시집 2,000원")["campaignId"];
    let gift = json!({ "campaignId": poems, "email": "one@madang.example" });
    let given = issue(&staff, gift.clone()).await?;
    created(&given);
    assert_eq!((&given.body["terms"]["amount"], &given.body["terms"]["percent"]), (&json!(2_000), &Value::Null));
    assert_eq!(issue(&other, gift).await?.code(), "scope_required");

    let mine = api.get("/coupon/mine?limit=2").by(&own).send().await?;
    assert_eq!(names(&mine.body), ["시집 2,000원", "비밀 쪽지 3,000원"]);
    assert_eq!(mine.body["items"][0], given.body);
    let next = mine.body["next"].as_str().ok_or("a next part")?;
    let rest = api.get(&format!("/coupon/mine?limit=2&cursor={next}")).by(&own).send().await?;
    assert_eq!((names(&rest.body), &rest.body["next"]), (vec!["첫 만남 1,000원"], &Value::Null));
    let others = api.get("/coupon/mine").by(&other).send().await?;
    assert_eq!(names(&others.body), ["첫 만남 1,000원"], "nobody else's");
    for never in ["x", "1~1", "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f~x"] {
        let refused = api.get(&format!("/coupon/mine?cursor={never}")).by(&own).send().await?;
        assert_eq!(refused.fields(), [("cursor", "format")], "{never}");
    }
    Ok(())
}

#[tokio::test]
async fn what_names_no_coupon_is_refused() -> Outcome {
    let api = Api::start()?;
    let (own, staff) = (api.token("shopper").await?, api.token("staff").await?);
    let issue = async |by: &str, body: Value| api.post("/coupon/issue", &body).by(by).send().await;
    for (body, fields) in [
        (json!({}), vec![("#/campaignId", "required")]),
        (json!({ "code": "NOT-ONE" }), vec![("#/code", "unknown")]),
        (json!({ "code": "🙂🙂🙂🙂" }), vec![("#/code", "characters")]),
        (json!({ "campaignId": 1, "code": "MADANG" }), vec![("#/code", "not_together")]),
        (json!({ "campaignId": 0, "code": "A" }), vec![("#/code", "not_together"), ("#/campaignId", "out_of_range")]),
        (json!({ "email": "one@madang.example" }), vec![("#/campaignId", "required")]),
    ] {
        let refused = issue(&own, body.clone()).await?;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {}", refused.body);
        assert_eq!(refused.fields(), fields, "{body}");
    }
    let nobody = issue(&staff, json!({ "campaignId": 1, "email": "nobody@madang.example" })).await?;
    assert_eq!(nobody.fields(), [("#/email", "unknown")]);
    assert_eq!(issue(&own, json!({ "campaignId": 99_999 })).await?.code(), "not_found");
    // Only for new members.
    assert_eq!(issue(&own, json!({ "campaignId": 4 })).await?.code(), "not_found");
    Ok(())
}

#[tokio::test]
async fn codes_are_not_guessed_at_will() -> Outcome {
    let api = Api::with(&[("MADANG_API_LOGINS_PER_MINUTE", "3")])?;
    let own = api.token("shopper").await?;
    let guess = async || api.post("/coupon/issue", &json!({ "code": "NOT-ONE" })).by(&own).send().await;
    for _ in 0..3 {
        assert_eq!(guess().await?.code(), "invalid");
    }
    let refused = guess().await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    assert!(refused.header("retry-after").parse::<u32>()? >= 1);
    // It is counted by itself.
    api.token("seller").await?;
    Ok(())
}
