//! Searching for products.

use axum::{Json, extract::State};
use contract::{
    form::{Check, Flaw},
    listing::Sort,
    table::Cursor,
};
use domain::{
    Shop,
    product::{self, COUNTED, Wanted},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Card, asked};
use crate::api::{body::Body, list::limit, problem::Refusal};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What to search for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "query": "사랑", "sort": "price_low", "limit": 10 }))]
struct Search {
    /// Words that title, author or ISBN have to hold, up to 200 characters of which eight words count.
    /// Spaces and hyphens inside a word do not count. All products where nothing is said.
    #[schema(max_length = 200)]
    query: Option<String>,
    /// Of one category alone: its word, as `GET /catalog/categories` lists them.
    #[schema(min_length = 1, max_length = 100)]
    category: Option<String>,
    /// The order: `recent` (newest arrivals first, where nothing is said), `price_low`, `price_high` or
    /// `title`.
    #[schema(inline)]
    sort: Option<Sort>,
    /// What came as `next` with the part before, of the same search; none for the first part.
    #[schema(format = "cursor", max_length = 500)]
    cursor: Option<String>,
    /// The most products of the part, 1 to 100; 20 where nothing is said.
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// A part of what was found.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SearchResult, example = json!({
    "items": [{
        "id": 205, "title": "셜록 홈스의 모험", "author": "아서 코넌 도일", "listPrice": 15000, "salePrice": 13500,
        "available": 12, "cover": "/covers/205.svg"
    }],
    "next": "price_low~205~13500", "count": 31, "more": false
}))]
struct Found {
    /// The products, in the order asked for.
    items: Vec<Card>,
    /// What to send as `cursor` for the part that follows; null at the end.
    next: Option<String>,
    /// How many products were found in all, counted up to 10,000.
    #[schema(minimum = 0, maximum = 10000)]
    count: i64,
    /// Whether there are further ones than were counted.
    more: bool,
}

/// Search for products
///
/// Finds what is on sale. Open to all. However far one reads, the next part costs the same.
#[utoipa::path(
    post, path = "/catalog/search", operation_id = "searchProducts", tag = "catalog",
    security(()), request_body = Search,
    responses((status = 200, description = "A part of what was found.", body = Found))
)]
async fn search(State(shop): State<Shop>, Body(search): Body<Search>) -> Result<Json<Found>, Refusal> {
    let sort = search.sort.unwrap_or_default();
    let mut check = Check::default();
    // A place never came as `next` of such a search.
    let after = search.cursor.as_deref().map(|word| place(sort, word).ok_or(Flaw::Format)).transpose();
    let after = check.field("cursor", after);
    let category = check.field("category", asked(&shop, search.category.as_deref()).await?);
    let (Some(after), Some(category)) = (after, category) else { return Err(check.refuse().into()) };
    let wanted = Wanted { typed: search.query.unwrap_or_default(), category };
    let limit = limit(search.limit);
    let found = product::find(&shop, &wanted, sort, after.as_ref(), limit).await?;
    Ok(Json(Found {
        items: found.cards.rows.into_iter().map(Card::from).collect(),
        next: found.cards.next.map(|next| format!("{}~{next}", sort.word())),
        count: found.count.min(COUNTED),
        more: found.count > COUNTED,
    }))
}

/// A place is one of its order alone.
fn place(sort: Sort, word: &str) -> Option<Cursor> {
    let (order, place) = word.split_once('~')?;
    if order == sort.word() { Cursor::parse(place) } else { None }
}
