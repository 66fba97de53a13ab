//! Products found by everybody.

use reqwest::StatusCode;
use serde_json::{Value, json};
use server::postgres;
use sqlx::PgPool;

use super::with;
use crate::{
    api::Api,
    support::{Outcome, folder},
};

/// Every product of a search, in parts of nine, and what the first part told of their number.
async fn walk(api: &Api, search: &Value) -> Result<(Vec<Value>, Value), Box<dyn std::error::Error>> {
    let mut search = with(search, "limit", &json!(9));
    let (mut items, mut count) = (Vec::new(), Value::Null);
    loop {
        let part = api.post("/catalog/search", &search).send().await?;
        assert_eq!(part.status, StatusCode::OK, "{}", part.body);
        let found = part.body["items"].as_array().ok_or("no items")?;
        assert!(found.len() <= 9);
        items.extend(found.iter().cloned());
        if count.is_null() {
            count = part.body["count"].clone();
        }
        assert_eq!((&part.body["count"], &part.body["more"]), (&count, &json!(false)));
        match &part.body["next"] {
            Value::String(next) => search["cursor"] = json!(next),
            _ => return Ok((items, count)),
        }
    }
}

#[tokio::test]
async fn a_search_walked_to_its_end_meets_every_product_once_and_in_order() -> Outcome {
    let api = Api::start()?;
    for search in [json!({}), json!({ "category": "poetry" }), json!({ "query": "이 " }), json!({ "query": "사랑" })]
    {
        let mut sets = Vec::new();
        for sort in ["recent", "price_low", "price_high", "title"] {
            let (items, count) = walk(&api, &with(&search, "sort", &json!(sort))).await?;
            assert_eq!(count, items.len(), "{search} {sort}");
            let key = |item: &Value| (item["salePrice"].as_i64().unwrap_or_default(), item["id"].as_i64());
            let title = |item: &Value| (item["title"].as_str().unwrap_or_default().to_owned(), item["id"].as_i64());
            let sorted = match sort {
                "price_low" => items.is_sorted_by_key(key),
                "price_high" => items.iter().rev().is_sorted_by_key(key),
                "title" => items.is_sorted_by_key(title),
                _ => true,
            };
            assert!(sorted, "{search} {sort}");
            let mut ids: Vec<i64> = items.iter().filter_map(|item| item["id"].as_i64()).collect();
            ids.sort_unstable();
            let met = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), met, "{search} {sort}: none twice");
            sets.push(ids);
        }
        assert!(sets.windows(2).all(|pair| pair[0] == pair[1]), "every order holds the same: {search}");
        assert!(!sets[0].is_empty(), "{search}");
    }
    let newest = api.post("/catalog/search", &json!({ "limit": 1 })).send().await?;
    assert_eq!(newest.body["items"][0]["cover"], format!("/covers/{}.svg", newest.body["items"][0]["id"]));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_refused_and_what_is_nowhere_is_not_found() -> Outcome {
    let api = Api::start()?;
    let of_price = api.post("/catalog/search", &json!({ "sort": "price_low", "limit": 1 })).send().await?;
    let next = &of_price.body["next"];
    for (search, expected) in [
        (json!({ "category": "cooking" }), ("#/category", "choice")),
        (json!({ "sort": "best" }), ("#/sort", "choice")),
        (json!({ "limit": 0 }), ("#/limit", "out_of_range")),
        (json!({ "limit": 101 }), ("#/limit", "out_of_range")),
        (json!({ "query": "가".repeat(201) }), ("#/query", "too_long")),
        (json!({ "page": 2 }), ("#/page", "unknown_field")),
        (json!({ "cursor": next }), ("#/cursor", "format")),
        (json!({ "cursor": "recent~1~999999999999999999" }), ("#/cursor", "format")),
        (json!({ "cursor": "recent~1~-99999999999999999" }), ("#/cursor", "format")),
        (json!({ "cursor": "title~one~책", "sort": "title" }), ("#/cursor", "format")),
    ] {
        let refused = api.post("/catalog/search", &search).send().await?;
        assert_eq!((refused.status, refused.fields()), (StatusCode::UNPROCESSABLE_ENTITY, vec![expected]), "{search}");
    }
    for nothing in ["없는 낱말", "- -", "%", "🙂"] {
        let found = api.post("/catalog/search", &json!({ "query": nothing })).send().await?;
        assert_eq!(found.body, json!({ "items": [], "next": null, "count": 0, "more": false }), "{nothing}");
    }
    let categories = api.get("/catalog/categories").send().await?;
    let (poetry, mystery) = (&categories.body["items"][2], &categories.body["items"][4]);
    let expected =
        json!({ "id": mystery["id"], "slug": "mystery", "nameKo": "추리·모험", "nameEn": "Mystery and adventure" });
    assert_eq!(mystery, &expected);
    // Coupons name them by their ids.
    let offers = api.get("/coupon/offers").send().await?;
    let mut offered = offers.body["items"].as_array().ok_or("no offers")?.iter();
    let of_poems = offered.find(|offer| offer["name"] == "시집 2,000원").ok_or("none for poems")?;
    assert_eq!(of_poems["terms"]["categoryIds"], json!([poetry["id"]]));
    Ok(())
}

#[tokio::test]
async fn the_best_sellers_have_their_limits() -> Outcome {
    let dir = folder(0o755)?;
    let database = postgres::open(dir.path()).await?;
    let api = Api::with(&[("DATABASE_URL", &database.url())])?;
    let empty = api.get("/catalog/best-sellers").send().await?;
    assert_eq!(empty.body, json!({ "days": 3, "items": [] }));
    // As if they had been paid this hour: the further back in the list, the better sold.
    let db = PgPool::connect(&database.url()).await?;
    sqlx::query(
        "insert into sales_bucket (bucket, product_id, units)
         select (select until from ranking_window where days = 3), product_id, product_id from product
         where status = 'on_sale' and category_id <> (select category_id from category where slug = 'poetry')
         order by product_id limit 7",
    )
    .execute(&db)
    .await?;
    let best = api.get("/catalog/best-sellers?days=3&limit=5").send().await?;
    let places = best.body["items"].as_array().ok_or("no places")?;
    assert_eq!(places.len(), 5);
    for (rank, place) in (1_i64..).zip(places) {
        assert_eq!((&place["rank"], &place["movement"], &place["places"]), (&json!(rank), &json!("new"), &json!(0)));
        assert_eq!(place["sold"], place["product"]["id"]);
    }
    assert!(places.is_sorted_by_key(|place| std::cmp::Reverse(place["sold"].as_i64())));
    let all = api.get("/catalog/best-sellers?days=30&limit=100").send().await?;
    assert_eq!((&all.body["days"], all.body["items"].as_array().map(Vec::len)), (&json!(30), Some(7)));
    let poems = api.get("/catalog/best-sellers?category=poetry").send().await?;
    assert_eq!(poems.body["items"], json!([]));
    for (query, expected) in [
        ("days=2", ("days", "choice")),
        ("limit=x", ("limit", "type")),
        ("limit=0", ("limit", "out_of_range")),
        ("limit=101", ("limit", "out_of_range")),
        ("category=cooking", ("category", "choice")),
        ("from=1", ("from", "unknown_field")),
        ("days=1&days=3", ("days", "repeated")),
    ] {
        let refused = api.get(&format!("/catalog/best-sellers?{query}")).send().await?;
        assert_eq!((refused.status, refused.fields()), (StatusCode::UNPROCESSABLE_ENTITY, vec![expected]), "{query}");
    }
    Ok(())
}
