//! Products made, changed and stocked by who sells them.

use reqwest::StatusCode;
use serde_json::json;

use super::{book, facts, make, with};
use crate::{
    api::{Answer, Api},
    support::Outcome,
};

#[tokio::test]
async fn a_product_is_made_once_and_a_draft_is_there_for_who_runs_it() -> Outcome {
    let api = Api::start()?;
    let (seller, staff, shopper) = (api.token("seller").await?, api.token("staff").await?, api.token("shopper").await?);
    let first = api.post("/catalog/products", &book(1, 9_000)).by(&seller).key("a book").send().await?;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let again = api.post("/catalog/products", &book(1, 9_000)).by(&seller).key("a book").send().await?;
    assert_eq!((again.status, &again.body), (StatusCode::CREATED, &first.body));
    for header in ["location", "etag"] {
        assert!(!first.header(header).is_empty());
        assert_eq!(first.header(header), again.header(header));
    }
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = api.post("/catalog/products", &book(2, 9_000)).by(&seller).key("a book").send().await?;
    assert_eq!((other.status, other.code()), (StatusCode::UNPROCESSABLE_ENTITY, "already_sent"));

    let path = first.header("location");
    for by in [&seller, &staff] {
        let read = api.get(path).by(by).send().await?;
        assert_eq!((&read.body, read.header("etag")), (&first.body, first.header("etag")));
    }
    assert_eq!(api.get(path).send().await?.code(), "not_found");
    assert_eq!(api.get(path).by(&shopper).send().await?.code(), "not_found");
    assert_eq!((&first.body["available"], &first.body["earns"]), (&json!(5), &json!(450)));
    assert_eq!(first.body["category"]["nameKo"], "시");

    let on_sale = with(&facts(1, 9_000), "status", &json!("on_sale"));
    let sold = api.put(path, &on_sale).by(&staff).header("if-match", first.header("etag")).send().await?;
    assert_eq!((sold.status, &sold.body["version"]), (StatusCode::OK, &json!(1)), "{}", sold.body);
    let read = api.get(path).send().await?;
    assert_eq!((&read.body, read.header("etag")), (&sold.body, sold.header("etag")));
    let known = api.get(path).header("if-none-match", read.header("etag")).send().await?;
    assert_eq!((known.status, known.header("etag")), (StatusCode::NOT_MODIFIED, read.header("etag")));
    let stale = api.get(path).header("if-none-match", first.header("etag")).send().await?;
    assert_eq!(stale.status, StatusCode::OK);
    assert_eq!(api.get("/catalog/products/none").send().await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn of_two_editors_the_second_is_told_and_nothing_is_lost() -> Outcome {
    let api = Api::start()?;
    let (seller, staff) = (api.token("seller").await?, api.token("staff").await?);
    let (path, made) = make(&api, &seller, &book(1, 9_000)).await?;
    let missing = api.put(&path, &facts(1, 8_000)).by(&seller).send().await?;
    assert_eq!((missing.status, missing.code()), (StatusCode::PRECONDITION_REQUIRED, "version_required"));

    let tag = made.header("etag");
    let one = api.put(&path, &facts(1, 8_000)).by(&seller).header("if-match", tag).send().await?;
    assert_eq!(one.status, StatusCode::OK, "{}", one.body);
    let two = api.put(&path, &facts(1, 7_000)).by(&staff).header("if-match", tag).send().await?;
    assert_eq!((two.status, two.code()), (StatusCode::PRECONDITION_FAILED, "edited_meanwhile"));
    let read = api.get(&path).by(&staff).send().await?;
    assert_eq!((&read.body["salePrice"], &read.body["version"]), (&json!(8_000), &json!(1)));
    // Sent again, it stands there already.
    let again = api.put(&path, &facts(1, 8_000)).by(&seller).header("if-match", tag).send().await?;
    assert_eq!((again.status, again.header("etag")), (StatusCode::OK, one.header("etag")));

    // Copies that move change what is shown, and no version.
    let id = &made.body["id"];
    let more = json!({ "productId": id, "change": 3, "reason": "입고" });
    assert_eq!(api.post("/catalog/change-inventory-count", &more).by(&seller).send().await?.status, StatusCode::OK);
    let moved = api.get(&path).by(&staff).send().await?;
    assert_eq!((&moved.body["available"], &moved.body["version"]), (&json!(8), &json!(1)));
    assert_ne!(moved.header("etag"), read.header("etag"));
    for based_on in [read.header("etag"), "*", "\"3\""] {
        let price = 7_000 - i64::try_from(based_on.len())?;
        let changed = api.put(&path, &facts(1, price)).by(&staff).header("if-match", based_on).send().await?;
        assert_eq!((changed.status, &changed.body["salePrice"]), (StatusCode::OK, &json!(price)), "{based_on}");
    }
    for nothing in ["W/\"4\"", "4", "\"none\""] {
        let refused = api.put(&path, &facts(1, 1_000)).by(&staff).header("if-match", nothing).send().await?;
        assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED, "{nothing}");
    }
    let suspended = with(&facts(1, 7_000), "status", &json!("suspended"));
    let refused = api.put(&path, &suspended).by(&staff).header("if-match", "*").send().await?;
    assert_eq!(refused.fields(), [("#/status", "choice")]);
    Ok(())
}

#[tokio::test]
async fn another_sellers_product_is_not_there_and_shoppers_run_none() -> Outcome {
    let api = Api::start()?;
    let (seller, staff) = (api.token("seller").await?, api.token("staff").await?);
    let (own, made) = make(&api, &seller, &book(1, 9_000)).await?;
    let mine = made.body["seller"]["id"].as_i64().ok_or("a seller")?;
    assert_eq!(
        make(&api, &seller, &with(&book(2, 9_000), "sellerId", &json!(mine))).await?.1.body["seller"]["id"],
        mine
    );
    let foreign = with(&book(3, 9_000), "sellerId", &json!(mine + 1));
    let refused = api.post("/catalog/products", &foreign).by(&seller).send().await?;
    assert_eq!(refused.fields(), [("#/sellerId", "choice")]);
    let (theirs, made) = make(&api, &staff, &foreign).await?;
    assert_eq!(made.body["seller"]["id"], mine + 1);
    let nobodys = with(&book(4, 9_000), "sellerId", &json!(999_999));
    assert_eq!(api.post("/catalog/products", &nobodys).by(&staff).send().await?.fields(), [("#/sellerId", "choice")]);

    let change = json!({ "productId": made.body["id"], "change": 1, "reason": "입고" });
    let put = api.put(&theirs, &facts(3, 1_000)).by(&seller).header("if-match", "*").send().await?;
    assert_eq!((put.status, put.code()), (StatusCode::NOT_FOUND, "not_found"));
    assert_eq!(api.get(&theirs).by(&seller).send().await?.code(), "not_found", "a draft of somebody else's");
    let stock = api.post("/catalog/change-inventory-count", &change).by(&seller).send().await?;
    assert_eq!((stock.status, stock.code()), (StatusCode::NOT_FOUND, "not_found"));

    let inventory = format!("{theirs}/inventory");
    let stock = api.get(&inventory).by(&seller).send().await?;
    assert_eq!((stock.status, stock.code()), (StatusCode::NOT_FOUND, "not_found"));
    assert_eq!(api.get(&inventory).by(&staff).send().await?.body["onHand"], 5);

    // A seller who acts as a shopper is none.
    let shopping = api.login("seller@madang.example", "seller-madang", "shopper").await?;
    for by in [&api.token("shopper").await?, &shopping] {
        let put = api.put(&own, &facts(1, 1_000)).by(by).header("if-match", "*");
        let post = api.post("/catalog/products", &book(5, 9_000)).by(by);
        let change = api.post("/catalog/change-inventory-count", &change).by(by);
        let stock = api.get(&format!("{own}/inventory")).by(by);
        let list = api.get("/catalog/own-products").by(by);
        for call in [put, post, change, stock, list] {
            let refused = call.send().await?;
            assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "scope_required"));
        }
        assert_eq!(api.get(&own).by(by).send().await?.code(), "not_found");
    }
    assert_eq!(api.post("/catalog/products", &book(5, 9_000)).send().await?.code(), "sign_in_required");
    assert_eq!(api.get(&inventory).send().await?.code(), "sign_in_required");
    assert_eq!(api.get("/catalog/own-products").send().await?.code(), "sign_in_required");
    Ok(())
}

#[tokio::test]
async fn stock_is_changed_by_copies_or_to_what_was_counted() -> Outcome {
    let api = Api::start()?;
    let seller = api.token("seller").await?;
    let (_, made) = make(&api, &seller, &book(1, 9_000)).await?;
    let id = &made.body["id"];
    let path = "/catalog/change-inventory-count";
    let by = |change: i32| json!({ "productId": id, "change": change, "reason": "정리" });
    let to = |counted: i32, seen: i32| json!({ "productId": id, "counted": counted, "seen": seen, "reason": "실사" });

    let inventory = format!("/catalog/products/{id}/inventory");
    let read = api.get(&inventory).by(&seller).send().await?;
    let begun = json!({ "productId": id, "onHand": 5, "reserved": 0, "available": 5, "lowAt": 5 });
    assert_eq!((read.status, &read.body), (StatusCode::OK, &begun));
    let first = api.post(path, &by(7)).by(&seller).key("seven").send().await?;
    let now = json!({ "productId": id, "onHand": 12, "reserved": 0, "available": 12, "lowAt": 5 });
    assert_eq!((first.status, &first.body), (StatusCode::OK, &now));
    assert_eq!(api.get(&inventory).by(&seller).send().await?.body, now);
    let again = api.post(path, &by(7)).by(&seller).key("seven").send().await?;
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&now, "true"));
    assert_eq!(api.post(path, &by(-2)).by(&seller).send().await?.body["onHand"], 10);
    assert_eq!(api.post(path, &to(4, 10)).by(&seller).send().await?.body["onHand"], 4);
    for (wrong, code) in [(to(9, 10), "stock_changed"), (by(-5), "out_of_stock")] {
        let refused = api.post(path, &wrong).by(&seller).send().await?;
        assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, code));
    }
    assert_eq!(api.post(path, &to(4, 4)).by(&seller).send().await?.body["onHand"], 4, "nothing moved since");

    let without = |fields: &[&str]| {
        let mut body = json!({ "productId": id, "change": 1, "counted": 1, "seen": 4, "reason": "\u{7}" });
        for field in fields {
            body.as_object_mut().expect("a body").remove(*field);
        }
        body
    };
    let reason = ("#/reason", "characters");
    for (body, expected) in [
        (without(&["change", "counted", "seen"]), vec![("#/change", "required"), reason]),
        (without(&["change", "seen"]), vec![reason, ("#/seen", "required")]),
        (without(&["change", "counted"]), vec![("#/counted", "required"), reason]),
        (without(&[]), vec![("#/counted", "not_together"), reason, ("#/seen", "not_together")]),
        (without(&["seen"]), vec![("#/counted", "not_together"), reason]),
        (with(&without(&["counted", "seen"]), "change", &json!(0)), vec![("#/change", "out_of_range"), reason]),
    ] {
        let refused = api.post(path, &body).by(&seller).send().await?;
        let mut fields = refused.fields();
        fields.sort_unstable();
        assert_eq!((refused.status, fields), (StatusCode::UNPROCESSABLE_ENTITY, expected), "{body}");
    }
    // Never more than there may be: the limits are those of the stock as it is.
    let much = api.post(path, &by(100_000_000)).by(&seller).send().await?;
    assert_eq!(much.fields(), [("#/change", "out_of_range")]);
    assert_eq!((&much.body["errors"][0]["min"], &much.body["errors"][0]["max"]), (&json!(-4), &json!(99_999_996)));
    let zero = api.post(path, &by(0)).by(&seller).send().await?;
    assert_eq!((zero.status, zero.fields()), (StatusCode::UNPROCESSABLE_ENTITY, vec![("#/change", "out_of_range")]));

    // As the document shows it.
    let example = json!({ "productId": 2, "change": 30, "reason": "입고" });
    let before = api.get("/catalog/products/2/inventory").by(&seller).send().await?;
    let after = api.post(path, &example).by(&seller).send().await?;
    assert_eq!(after.status, StatusCode::OK, "{}", after.body);
    let on_hand = |answer: &Answer| answer.body["onHand"].as_i64();
    assert_eq!(on_hand(&after), on_hand(&before).map(|on_hand| on_hand + 30));
    Ok(())
}
