//! The catalog: products run by who sells them, found by everybody.

mod finding;
mod own;
mod running;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Api};
use crate::support::Outcome;

/// A number of a book that nobody else has.
fn isbn(number: u32) -> String {
    let body = format!("97889{number:07}");
    let sum: u32 =
        body.bytes().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// All that is known of a book that costs so much.
fn facts(number: u32, price: i64) -> Value {
    json!({
        "title": format!("책 {number}"), "author": "저자", "publishedYear": -400, "isbn": isbn(number),
        "category": "poetry", "description": "한 줄\n두 줄", "listPrice": 20_000, "salePrice": price, "status": "draft"
    })
}

/// The same as a new one, with five copies.
fn book(number: u32, price: i64) -> Value {
    with(&facts(number, price), "onHand", &json!(5))
}

fn with(body: &Value, field: &str, value: &Value) -> Value {
    let mut body = body.clone();
    body[field] = value.clone();
    body
}

/// Makes a product; its address.
async fn make(api: &Api, by: &str, body: &Value) -> Result<(String, Answer), Box<dyn std::error::Error>> {
    let made = api.post("/catalog/products", body).by(by).send().await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    Ok((made.header("location").to_owned(), made))
}

#[tokio::test]
async fn what_is_wrong_with_a_product_is_told_all_at_once() -> Outcome {
    let api = Api::start()?;
    let (seller, staff) = (api.token("seller").await?, api.token("staff").await?);
    // What does not fit the schema, which tells it before anything is looked up.
    let unfit = json!({
        "title": "가".repeat(201), "publishedYear": 2101, "isbn": "4006381333931", "category": 3, "listPrice": -1,
        "salePrice": 1, "earnPercent": 101, "status": "archived", "onHand": 100_000_001, "stock": 1
    });
    let refused = api.post("/catalog/products", &unfit).by(&seller).send().await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
    let mut fields = refused.fields();
    fields.sort_unstable();
    let expected = [
        ("#/author", "required"),
        ("#/category", "type"),
        ("#/earnPercent", "out_of_range"),
        ("#/isbn", "isbn"),
        ("#/listPrice", "out_of_range"),
        ("#/onHand", "out_of_range"),
        ("#/publishedYear", "out_of_range"),
        ("#/salePrice", "above_list_price"),
        ("#/status", "choice"),
        ("#/stock", "unknown_field"),
        ("#/title", "too_long"),
    ];
    assert_eq!(fields, expected);
    // What fits it, and is wrong all the same.
    let wrong = json!({
        "title": " ", "author": "저자\u{7}", "publishedYear": 1936, "isbn": "978-89-374-6000-4", "category": "cooking",
        "listPrice": 10_000, "salePrice": 10_001
    });
    let refused = api.post("/catalog/products", &wrong).by(&staff).send().await?;
    let expected = [
        ("#/sellerId", "choice"),
        ("#/title", "required"),
        ("#/author", "characters"),
        ("#/isbn", "isbn"),
        ("#/category", "choice"),
        ("#/salePrice", "above_list_price"),
    ];
    assert_eq!(refused.fields(), expected);
    let (_, made) = make(&api, &seller, &book(1, 9_000)).await?;
    let twice = api.post("/catalog/products", &book(1, 9_000)).by(&seller).send().await?;
    assert_eq!(twice.fields(), [("#/isbn", "isbn_taken")], "{}", made.body);
    Ok(())
}
