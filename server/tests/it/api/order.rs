//! Orders: placed once and for the total that was seen, canceled for the refund that was shown, claimed
//! when they were delivered; and seen by whom they are of.

mod cancel;
mod claim;

use reqwest::{StatusCode, Url};
use serde_json::{Value, json};

use super::buying::{Buying, FEE, PRICE, home, path};
use crate::{
    sandbox::Sandbox,
    support::{Outcome, ask, run},
};

#[tokio::test]
async fn a_cart_is_bought_by_points_once_for_a_key() -> Outcome {
    let it = Buying::start().await?;
    let [book, other] = it.books;
    let token = it.api.token("shopper").await?;
    let total = 3 * PRICE + FEE;
    let order = |total: i64| json!({ "address": home(), "expectedTotal": total, "note": "문 앞에 놓아 주세요" });
    assert_eq!(it.place(&token, "empty", &order(total)).await?.code(), "cart_empty");
    it.put(&token, book, 2).await?;
    it.put(&token, other, 1).await?;

    let keyless = it.api.post("/order/process-order", &order(total)).by(&token).send().await?;
    assert_eq!((keyless.status, keyless.code()), (StatusCode::BAD_REQUEST, "key_required"));
    let wrong = it.place(&token, "wrong", &order(total - 1)).await?;
    assert_eq!((wrong.status, wrong.code()), (StatusCode::CONFLICT, "cart_changed"));
    let seen = |copies: i32| {
        json!([
            { "productId": book, "quantity": copies, "unitPrice": PRICE },
            { "productId": other, "quantity": 1, "unitPrice": PRICE }
        ])
    };
    let mut stale = order(total);
    stale["lines"] = seen(1);
    assert_eq!(it.place(&token, "stale", &stale).await?.code(), "cart_changed");
    assert_eq!(it.points().await?, 100_000, "nothing is taken for what was refused");
    let kept = it.api.get("/delivery/addresses").by(&token).send().await?;
    assert!(!kept.body.to_string().contains("세종대로 110"), "and its address is not kept: {}", kept.body);

    let mut good = order(total);
    good["lines"] = seen(2);
    let placed = it.place(&token, "good", &good).await?;
    assert_eq!(placed.status, StatusCode::CREATED, "{}", placed.body);
    let sums = ["goods", "discount", "delivery", "total", "pointsUsed", "cardUsed", "due", "refunded"];
    let sums = sums.map(|name| placed.body[name].as_i64().unwrap_or(-1));
    assert_eq!(sums, [3 * PRICE, 0, FEE, total, total, 0, 0, 0]);
    let statuses = ["orderStatus", "paymentStatus", "fulfillmentStatus"].map(|name| placed.body[name].clone());
    assert_eq!(statuses, [json!("placed"), json!("paid"), json!("unfulfilled")]);
    assert_eq!(placed.body["destination"]["phone"], "01012345678");
    assert_eq!(placed.body["deliveries"].as_array().map(Vec::len), Some(2));
    assert_eq!(placed.header("location"), path(&placed.body));
    let read = it.api.get(placed.header("location")).by(&token).send().await?;
    assert_eq!(read.body, placed.body);
    assert_eq!(it.points().await?, 100_000 - total);
    assert_eq!(it.api.get("/cart/lines").by(&token).send().await?.body["lines"], json!([]));

    let again = it.place(&token, "good", &good).await?;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &placed.body));
    // The order knows its key longer than the answer is kept.
    run(&it.database, "delete from api_reply").await?;
    it.put(&token, book, 1).await?;
    let mut another = [good.clone(), good.clone(), good.clone(), good.clone()];
    another[0]["expectedTotal"] = json!(PRICE + FEE);
    another[1]["note"] = json!("경비실에 맡겨 주세요");
    another[2]["lines"] = seen(1);
    another[3]["address"]["line2"] = json!("4층");
    for another in another {
        let refused = it.place(&token, "good", &another).await?;
        assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "already_sent"), "{another}");
    }
    let again = it.place(&token, "good", &good).await?;
    assert_eq!((again.status, &again.body["id"]), (StatusCode::CREATED, &placed.body["id"]), "{}", again.body);
    assert_eq!(
        (it.points().await?, ask(&it.database, "select count(*)::text from \"order\"").await?),
        (100_000 - total, "1".to_owned())
    );
    it.end().await
}

#[tokio::test]
async fn another_order_under_a_key_does_not_pay_the_one_before() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    it.put(&token, it.books[0], 1).await?;
    let later = json!({ "address": home(), "expectedTotal": PRICE + FEE, "payment": { "method": "later" } });
    let held = it.place(&token, "a key", &later).await?;
    assert_eq!(held.status, StatusCode::CREATED, "{}", held.body);
    run(&it.database, "delete from api_reply").await?;
    let by_points = json!({ "address": home(), "expectedTotal": PRICE + FEE });
    let refused = it.place(&token, "a key", &by_points).await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "already_sent"));
    assert_eq!(it.place(&token, "a key", &later).await?.body, held.body);
    assert_eq!(it.points().await?, 100_000);
    it.end().await
}

#[tokio::test]
async fn an_address_that_was_kept_before_outlives_an_order_that_is_refused() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    let kept = it.api.post("/delivery/addresses", &home()).by(&token).send().await?;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.body);
    let order = json!({ "address": home(), "expectedTotal": PRICE });
    assert_eq!(it.place(&token, "empty", &order).await?.code(), "cart_empty");
    let path = format!("/delivery/addresses/{}", kept.body["id"]);
    assert_eq!(it.api.get(&path).by(&token).send().await?.body, kept.body);
    it.end().await
}

#[tokio::test]
async fn a_quote_is_what_the_order_comes_to() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.newcomer("one@madang.example").await?;
    let [book, other] = it.books;
    let quote = async |asked: Value| it.api.post("/order/quote", &asked).by(&token).send().await;
    let empty = quote(json!({})).await?;
    assert_eq!((empty.status, empty.code()), (StatusCode::CONFLICT, "cart_empty"));
    it.put(&token, book, 2).await?;
    it.put(&token, other, 1).await?;
    let offers = it.api.get("/coupon/offers").send().await?;
    let mut offers = offers.body["items"].as_array().into_iter().flatten();
    let offer = offers.find(|offer| offer["name"] == "마당 나들이 10%").ok_or("no offer")?;
    let taken = it.api.post("/coupon/issue", &json!({ "campaignId": offer["campaignId"] })).by(&token).send().await?;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.body);

    let plain = quote(json!({ "points": 500 })).await?;
    assert_eq!(plain.status, StatusCode::OK, "{}", plain.body);
    let sums = ["goods", "discount", "delivery", "total", "points", "pointsMax", "due"];
    let of = |quoted: &Value| sums.map(|name| quoted[name].as_i64().unwrap_or(-1));
    let total = 3 * PRICE + FEE;
    assert_eq!(of(&plain.body), [3 * PRICE, 0, FEE, total, 0, 0, total], "there are no points");
    let lines: Vec<_> = plain.body["lines"].as_array().into_iter().flatten().collect();
    let line = lines.iter().find(|line| line["productId"] == book).ok_or("no line")?;
    assert_eq!(
        (&line["unitPrice"], &line["total"], &line["inStock"]),
        (&json!(PRICE), &json!(2 * PRICE), &json!(true))
    );
    let coupons: Vec<_> = plain.body["coupons"].as_array().into_iter().flatten().collect();
    let coupon = coupons.iter().find(|coupon| coupon["couponId"] == taken.body["id"]).ok_or("no coupon")?;
    assert_eq!(coupon["discount"], 3 * PRICE / 10);

    let reduced = quote(json!({ "couponId": taken.body["id"] })).await?;
    let total = total - 3 * PRICE / 10;
    assert_eq!(of(&reduced.body), [3 * PRICE, 3 * PRICE / 10, FEE, total, 0, 0, total]);
    let none = quote(json!({ "couponId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f" })).await?;
    assert_eq!((none.status, none.code()), (StatusCode::CONFLICT, "coupon_unusable"));
    let bad = quote(json!({ "points": -1, "total": 1 })).await?;
    let mut fields = bad.fields();
    fields.sort_unstable();
    assert_eq!(fields, [("#/points", "out_of_range"), ("#/total", "unknown_field")]);
    let guest = it.api.post("/order/quote", &json!({})).send().await?;
    assert_eq!(guest.code(), "sign_in_required");

    run(&it.database, &format!("update stock set on_hand = 1 where product_id = {book}")).await?;
    let short = quote(json!({})).await?;
    let lines: Vec<_> = short.body["lines"].as_array().into_iter().flatten().collect();
    let line = lines.iter().find(|line| line["productId"] == book).ok_or("no line")?;
    assert_eq!((&line["available"], &line["inStock"]), (&json!(1), &json!(false)));
    run(&it.database, &format!("update stock set on_hand = 50 where product_id = {book}")).await?;
    let order = json!({
        "address": home(), "couponId": taken.body["id"], "expectedTotal": total, "payment": { "method": "later" }
    });
    let placed = it.place(&token, "as quoted", &order).await?;
    assert_eq!((placed.status, &placed.body["due"]), (StatusCode::CREATED, &json!(total)), "{}", placed.body);

    // Points are used as far as there are any.
    let rich = it.api.token("shopper").await?;
    it.put(&rich, other, 1).await?;
    let points = it.api.post("/order/quote", &json!({ "points": 1_000_000 })).by(&rich).send().await?;
    assert_eq!(of(&points.body), [PRICE, 0, FEE, PRICE + FEE, PRICE + FEE, PRICE + FEE, 0], "{}", points.body);
    assert_eq!(it.points().await?, 100_000, "nothing is taken");
    it.end().await
}

#[tokio::test]
async fn two_at_once_with_one_key_are_one_order() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    it.put(&token, it.books[0], 1).await?;
    let order = json!({ "address": home(), "expectedTotal": PRICE + FEE });
    let (one, other) = tokio::join!(it.place(&token, "twice", &order), it.place(&token, "twice", &order));
    let (one, other) = (one?, other?);
    let placed = [&one, &other].into_iter().find(|answer| answer.status == StatusCode::CREATED);
    let placed = placed.ok_or("none was placed")?.body["id"].clone();
    for answer in [&one, &other] {
        assert!(answer.code() == "key_in_use" || answer.body["id"] == placed, "{}", answer.body);
    }
    let orders = it.api.get("/order/orders").by(&token).send().await?;
    assert_eq!(orders.body["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(it.points().await?, 100_000 - PRICE - FEE);
    it.end().await
}

#[tokio::test]
async fn the_last_copy_is_bought_once() -> Outcome {
    let it = Buying::start().await?;
    let book = it.books[0];
    let (one, other) = (it.api.token("shopper").await?, it.api.token("staff").await?);
    run(&it.database, &format!("update stock set on_hand = 1 where product_id = {book}")).await?;
    for token in [&one, &other] {
        it.put(token, book, 1).await?;
    }
    // The one by points, the other later: nobody needs to have money for both.
    let by_points = json!({ "address": home(), "expectedTotal": PRICE + FEE });
    let later = json!({ "address": home(), "expectedTotal": PRICE + FEE, "payment": { "method": "later" } });
    let (one, other) = tokio::join!(it.place(&one, "one", &by_points), it.place(&other, "other", &later));
    let mut codes = [one?, other?].map(|answer| (answer.status.as_u16(), answer.code().to_owned()));
    codes.sort();
    assert_eq!(codes, [(201, String::new()), (409, "out_of_stock".to_owned())]);
    it.end().await
}

#[tokio::test]
async fn a_card_pays_on_a_page_and_nothing_is_held_where_none_can() -> Outcome {
    let sandbox = Sandbox::start(&[("SANDBOX_GATEWAY_SECRET", "test_sk_of_this_shop")])?;
    let neighbor = sandbox.url("");
    let gateway = [("MADANG_GATEWAY_URL", neighbor.as_str()), ("MADANG_GATEWAY_SECRET", "test_sk_of_this_shop")];
    let it = Buying::with(&gateway).await?;
    let token = it.api.token("shopper").await?;
    it.put(&token, it.books[0], 1).await?;
    let by = |method: &str, card: Value| {
        json!({
            "address": home(), "expectedTotal": PRICE + FEE, "points": 2_000,
            "payment": { "method": method, "methodId": card }
        })
    };
    let unknown = it.place(&token, "unknown", &by("saved_card", json!("0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f"))).await?;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::CONFLICT, "card_gone"));
    let orders = it.api.get("/order/orders").by(&token).send().await?;
    assert_eq!(orders.body["items"], json!([]), "nothing is held for a card that is not there");

    let placed = it.place(&token, "card", &by("card", Value::Null)).await?;
    assert_eq!(placed.status, StatusCode::CREATED, "{}", placed.body);
    let stands = ["orderStatus", "paymentStatus", "due", "pointsUsed"].map(|name| placed.body[name].clone());
    assert_eq!(stands, [json!("pending_payment"), json!("pending"), json!(PRICE + FEE - 2_000), json!(2_000)]);
    assert_eq!(placed.body["payments"][0]["id"], placed.body["payment"]["id"]);
    let page = placed.body["payment"]["page"].as_str().ok_or("no page")?.to_owned();
    // However long ago it was begun, the page is the same.
    run(&it.database, "delete from api_reply").await?;
    let again = it.place(&token, "card", &by("card", Value::Null)).await?;
    assert_eq!((&again.body["id"], &again.body["payment"]["page"]), (&placed.body["id"], &json!(page)));
    // It leads back to where the program has found the shop.
    let back = sandbox.press(Url::parse(&page)?.path(), "4330 1234 1234 1234", "pay").await?;
    assert!(back.starts_with(&it.api.url("/pay/")), "{back}");
    it.end().await?;

    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    it.put(&token, it.books[0], 1).await?;
    let refused = it.place(&token, "card", &by("card", Value::Null)).await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::SERVICE_UNAVAILABLE, "gateway_unavailable"));
    assert_eq!(it.points().await?, 100_000);
    it.end().await
}

#[tokio::test]
async fn every_bad_field_of_an_order_is_told_at_once() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    let refused = async |order: Value| -> Result<Vec<(String, String)>, Box<dyn std::error::Error>> {
        let answer = it.place(&token, &uuid::Uuid::now_v7().to_string(), &order).await?;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        let mut fields: Vec<_> =
            answer.fields().into_iter().map(|(field, code)| (field.to_owned(), code.to_owned())).collect();
        fields.sort();
        Ok(fields)
    };
    let told = |fields: &[(&str, &str)]| -> Vec<(String, String)> {
        fields.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
    };
    // What its schema says, and what single fields must be,
    let fields = refused(json!({
        "address": { "recipient": " ", "phone": 1, "postcode": "4524", "line1": "세종대로 110" }, "points": -1, "lines": [],
        "payment": { "method": "cash" }, "note": "🙂", "total": 1
    }));
    let expected = [
        ("#/address/phone", "type"),
        ("#/address/postcode", "postcode"),
        ("#/address/recipient", "required"),
        ("#/expectedTotal", "required"),
        ("#/lines", "too_few"),
        ("#/note", "characters"),
        ("#/payment/method", "choice"),
        ("#/points", "out_of_range"),
        ("#/total", "unknown_field"),
    ];
    assert_eq!(fields.await?, told(&expected));
    // and what goes beyond them.
    let fields = refused(json!({
        "address": { "recipient": "김🙂", "phone": "010-1234-5678", "postcode": "04524", "line1": "세종대로 110" },
        "expectedTotal": 9000,
        "points": 100, "note": "🙂"
    }));
    let expected = [("#/address/recipient", "characters"), ("#/note", "characters"), ("#/points", "out_of_range")];
    assert_eq!(fields.await?, told(&expected));
    let card = "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f";
    for method in ["points", "card", "later"] {
        let beside = json!({ "expectedTotal": 9000, "payment": { "method": method, "methodId": card } });
        let expected = told(&[("#/addressId", "required"), ("#/payment/methodId", "not_together")]);
        assert_eq!(refused(beside).await?, expected, "{method}");
    }
    let both = json!({ "addressId": 1, "address": home(), "expectedTotal": 9000 });
    assert_eq!(refused(both).await?, told(&[("#/address", "not_together")]));
    // Another member's address is none.
    it.put(&token, it.books[0], 1).await?;
    let foreign = json!({ "addressId": 999, "expectedTotal": PRICE + FEE });
    assert_eq!(it.place(&token, "foreign", &foreign).await?.code(), "address_gone");
    it.end().await
}

#[tokio::test]
async fn orders_are_listed_to_their_member_each_once() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    let mut bought = Vec::new();
    for _ in 0..3 {
        bought.insert(0, it.buy(&token, &it.books[..1]).await?["id"].clone());
    }
    let (mut listed, mut cursor) = (Vec::new(), String::new());
    for _ in 0..2 {
        let part = it.api.get(&format!("/order/orders?limit=2{cursor}")).by(&token).send().await?;
        assert_eq!(part.status, StatusCode::OK, "{}", part.body);
        listed.extend(part.body["items"].as_array().into_iter().flatten().map(|order| order["id"].clone()));
        cursor = part.body["next"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
    }
    assert_eq!((listed, cursor.as_str()), (bought, ""));
    for bad in ["cursor=nothing", "cursor=7~", "limit=0", "limit=101", "limit=x", "page=2"] {
        let refused = it.api.get(&format!("/order/orders?{bad}")).by(&token).send().await?;
        assert_eq!((refused.status, refused.fields().len()), (StatusCode::UNPROCESSABLE_ENTITY, 1), "{bad}");
    }
    let stranger = it.api.newcomer("stranger@madang.example").await?;
    assert_eq!(it.api.get("/order/orders").by(&stranger).send().await?.body["items"], json!([]));
    it.end().await
}

#[tokio::test]
async fn another_members_order_is_not_there_and_a_seller_sees_their_part() -> Outcome {
    let it = Buying::start().await?;
    let token = it.api.token("shopper").await?;
    let [own, foreign] = it.books;
    let order = it.buy(&token, &[own, foreign]).await?;
    let (path, claim) = (path(&order), "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f");
    let lines = json!([{ "productId": own, "quantity": 1 }]);
    let asked = json!({ "kind": "return", "fault": "buyer", "reason": "마음이 바뀌었습니다", "lines": lines });
    let stranger = it.api.newcomer("stranger@madang.example").await?;
    let calls = [
        it.api.get(&path),
        it.api.get(&format!("{path}/claims")),
        it.api.post(&format!("{path}/cancel-preview"), &json!({})),
        it.api.post(&format!("{path}/cancel"), &json!({})),
        it.api.post(&format!("{path}/confirm"), &json!({})),
        it.api.post(&format!("{path}/claims"), &asked),
        it.api.post(&format!("{path}/claims/{claim}/withdraw"), &json!({})),
    ];
    for call in calls {
        let refused = call.by(&stranger).key(&uuid::Uuid::now_v7().to_string()).send().await?;
        assert_eq!((refused.status, refused.code()), (StatusCode::NOT_FOUND, "not_found"));
    }
    let refused = it.api.get("/order/claims").by(&stranger).send().await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "scope_required"));
    assert_eq!(it.api.get(&path).send().await?.code(), "sign_in_required");

    let seller = it.api.get(&path).by(&it.api.token("seller").await?).send().await?;
    let products: Vec<_> =
        seller.body["lines"].as_array().into_iter().flatten().map(|line| &line["productId"]).collect();
    assert_eq!(products, [&json!(own)]);
    let sums = ["total", "pointsUsed", "delivery"].map(|name| seller.body[name].clone());
    assert_eq!(sums, [json!(PRICE + FEE), json!(0), json!(FEE)]);
    let other = it.buy(&token, &[foreign]).await?;
    let seller = it.api.token("seller").await?;
    assert_eq!(it.api.get(&self::path(&other)).by(&seller).send().await?.status, StatusCode::NOT_FOUND);
    let staff = it.api.get(&self::path(&other)).by(&it.api.token("staff").await?).send().await?;
    assert_eq!(staff.body, other);
    it.end().await
}
