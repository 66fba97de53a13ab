//! Products listed by programs of those who sell them.

use std::error::Error;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{book, isbn, make, with};
use crate::{api::Api, support::Outcome};

/// Every product of the list, part by part.
async fn walk(api: &Api, by: &str, query: &str) -> Result<Vec<Value>, Box<dyn Error>> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = api.get(&format!("/catalog/own-products?{query}{cursor}")).by(by).send().await?;
        assert_eq!(part.status, StatusCode::OK, "{}", part.body);
        items.extend(part.body["items"].as_array().ok_or("no items")?.iter().cloned());
        match &part.body["next"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return Ok(items),
        }
    }
}

fn ids(items: &[Value]) -> Vec<i64> {
    items.iter().filter_map(|item| item["id"].as_i64()).collect()
}

#[tokio::test]
async fn a_seller_walks_their_own_products_and_the_staff_everybodys() -> Outcome {
    let api = Api::start()?;
    let (seller, staff) = (api.token("seller").await?, api.token("staff").await?);
    let mut made = Vec::new();
    for number in 1..=4 {
        let (_, product) = make(&api, &seller, &book(number, 9_000)).await?;
        made.push(product.body);
    }
    let mine = made[0]["seller"]["id"].as_i64().ok_or("a seller")?;
    let theirs = with(&with(&book(5, 9_000), "sellerId", &json!(mine + 1)), "title", &json!("남다른 초고"));
    let (_, theirs) = make(&api, &staff, &theirs).await?;

    let drafts = walk(&api, &seller, "status=draft&limit=3").await?;
    let mut newest = ids(&made);
    newest.reverse();
    assert_eq!(ids(&drafts), newest, "the newest first, and each once");
    let expected = json!({
        "id": made[3]["id"], "title": "책 4", "author": "저자", "isbn": made[3]["isbn"],
        "sellerName": made[3]["seller"]["name"], "status": "draft", "listPrice": 20_000, "salePrice": 9_000,
        "available": 5, "lowAt": 5, "version": 0, "updatedAt": drafts[0]["updatedAt"]
    });
    assert_eq!(drafts[0], expected);
    assert!(drafts[0]["updatedAt"].is_string());

    let own = walk(&api, &seller, "limit=100").await?;
    assert!(own.len() > 100, "{}", own.len());
    assert!(own.iter().all(|product| product["sellerName"] == made[0]["seller"]["name"]));
    assert!(ids(&own).is_sorted_by(|newer, older| newer > older));
    // Of whom it is asked makes no difference to a seller, and all to the staff.
    let (other, none) = (format!("limit=100&sellerId={}", mine + 1), "sellerId=999999");
    assert_eq!(ids(&walk(&api, &seller, &other).await?), ids(&own));
    assert_eq!(ids(&walk(&api, &staff, &format!("limit=100&sellerId={mine}")).await?), ids(&own));
    assert_eq!(walk(&api, &staff, &other).await?[0]["id"], theirs.body["id"]);
    assert!(walk(&api, &staff, none).await?.is_empty());
    assert!(walk(&api, &staff, "limit=100").await?.len() > own.len());

    for (by, query, found) in [
        (&seller, format!("query={}", isbn(2)), vec![made[1]["id"].clone()]),
        (&seller, format!("query={}&status=on_sale", isbn(2)), vec![]),
        (&staff, "query=남다른".to_owned(), vec![theirs.body["id"].clone()]),
        (&seller, "query=남다른".to_owned(), vec![]),
    ] {
        let items = walk(&api, by, &query).await?;
        assert_eq!(items.into_iter().map(|item| item["id"].clone()).collect::<Vec<_>>(), found, "{query}");
    }
    for (query, expected) in [
        ("cursor=none", "format"),
        ("cursor=one~", "format"),
        ("cursor=7~7", "format"),
        ("status=sold", "choice"),
        ("limit=0", "out_of_range"),
        ("limit=101", "out_of_range"),
        ("sellerId=0", "out_of_range"),
        ("page=2", "unknown_field"),
    ] {
        let refused = api.get(&format!("/catalog/own-products?{query}")).by(&seller).send().await?;
        let told = (refused.status, &refused.body["errors"][0]["code"]);
        assert_eq!(told, (StatusCode::UNPROCESSABLE_ENTITY, &json!(expected)), "{query}");
    }
    Ok(())
}
