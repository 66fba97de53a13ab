//! Carts of guests and members.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer,
    buying::{Buying, FEE, PRICE},
};
use crate::support::{Outcome, run};

/// The session that an answer has given.
fn session(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_cart_is_filled_changed_and_emptied_by_whose_it_is() -> Outcome {
    let it = Buying::start().await?;
    let [book, other] = it.books;
    let line = |copies: i32| json!({ "productId": book, "quantity": copies });
    let first = it.api.post("/cart/lines", &line(1)).send().await?;
    assert_eq!((first.status, first.header("location")), (StatusCode::CREATED, "/cart/lines"), "{}", first.body);
    let guest = session(&first);
    assert!(guest.starts_with("madang="), "a guest is remembered by the session");
    let added = it.api.post("/cart/lines", &line(2)).header("cookie", &guest).send().await?;
    let line = &added.body["lines"][0];
    assert_eq!((&line["quantity"], &line["total"], &line["seenPrice"]), (&json!(3), &json!(3 * PRICE), &json!(PRICE)));
    let changed = it.api.put(&format!("/cart/lines/{book}"), &json!({ "quantity": 1 }));
    let changed = changed.header("cookie", &guest).send().await?;
    let sums = ["copies", "goods", "delivery", "total"].map(|name| changed.body[name].as_i64().unwrap_or(-1));
    assert_eq!((changed.status, sums), (StatusCode::OK, [1, PRICE, FEE, PRICE + FEE]));
    let read = it.api.get("/cart/lines").header("cookie", &guest).send().await?;
    assert_eq!(read.body, changed.body);

    // Another guest, and a member, have carts of their own.
    assert_eq!(it.api.get("/cart/lines").send().await?.body["lines"], json!([]));
    let token = it.api.token("shopper").await?;
    it.put(&token, other, 1).await?;
    let own = it.api.get("/cart/lines").by(&token).send().await?;
    assert_eq!(own.body["lines"].as_array().map(|lines| lines[0]["productId"].clone()), Some(json!(other)));
    let foreign = it.api.put(&format!("/cart/lines/{book}"), &json!({ "quantity": 1 })).by(&token).send().await?;
    assert_eq!(foreign.code(), "not_found");

    for _ in 0..2 {
        let gone = it.api.delete(&format!("/cart/lines/{book}")).header("cookie", &guest).send().await?;
        assert_eq!((gone.status, gone.body), (StatusCode::NO_CONTENT, Value::Null), "gone already is fine");
    }
    let read = it.api.get("/cart/lines").header("cookie", &guest).send().await?;
    assert_eq!((&read.body["lines"], &read.body["total"]), (&json!([]), &json!(0)));
    it.end().await
}

#[tokio::test]
async fn what_cannot_be_had_is_not_put_in() -> Outcome {
    let it = Buying::start().await?;
    let [book, other] = it.books;
    let token = it.api.token("shopper").await?;
    let put = async |book: i64, copies: i64| {
        it.api.post("/cart/lines", &json!({ "productId": book, "quantity": copies })).by(&token).send().await
    };
    assert_eq!(put(9_999_999, 1).await?.status, StatusCode::NOT_FOUND);
    let many = put(book, 51).await?;
    assert_eq!((many.status, many.code()), (StatusCode::CONFLICT, "out_of_stock"));
    run(&it.database, &format!("update stock set on_hand = 500 where product_id = {book}")).await?;
    assert_eq!(put(book, 99).await?.status, StatusCode::CREATED);
    let above = put(book, 1).await?;
    assert_eq!(
        (above.status, above.fields()),
        (StatusCode::UNPROCESSABLE_ENTITY, vec![("#/quantity", "out_of_range")])
    );
    run(&it.database, &format!("update product set status = 'archived' where product_id = {other}")).await?;
    assert_eq!(put(other, 1).await?.code(), "not_on_sale");
    let bad = it.api.post("/cart/lines", &json!({ "productId": 0, "quantity": "1", "price": 1 })).by(&token).send();
    let bad = bad.await?;
    let mut fields = bad.fields();
    fields.sort_unstable();
    assert_eq!(fields, [("#/price", "unknown_field"), ("#/productId", "out_of_range"), ("#/quantity", "type")]);
    it.end().await
}
