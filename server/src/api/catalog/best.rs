//! The best sellers.

use axum::{Json, extract::State};
use contract::{
    Failure,
    form::Flaws,
    ranking::{Movement, Ranked, Window},
};
use domain::{Shop, ranking};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Card, asked};
use crate::api::{
    body::Query,
    problem::{Refusal, parameter},
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(best))
}

/// Places, where nobody says anything else.
const PLACES: i64 = 20;

/// Which best sellers.
#[derive(Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Over how many days sales are counted: 1, 3, 7 or 30; 3 where nothing is said.
    #[param(inline)]
    #[schema(inline)]
    days: Option<Days>,
    /// The most places, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Of one category alone: its word, as `GET /catalog/categories` lists them.
    #[param(min_length = 1, max_length = 100)]
    #[schema(min_length = 1, max_length = 100)]
    category: Option<String>,
}

/// One of the windows that there are, by its days.
#[derive(Deserialize)]
struct Days(i32);

impl PartialSchema for Days {
    fn schema() -> RefOr<Schema> {
        let days = Window::ALL.map(Window::days);
        let usual = Some(json!(Window::default().days()));
        let schema = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some(days)).default(usual);
        Schema::from(schema.build()).into()
    }
}

impl ToSchema for Days {}

/// The best sellers of some days.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "days": 3,
    "items": [{
        "rank": 1, "sold": 57, "movement": "up", "places": 2,
        "product": {
            "id": 205, "title": "셜록 홈스의 모험", "author": "아서 코넌 도일", "listPrice": 15000, "salePrice": 13500,
            "available": 12, "cover": "/covers/205.svg"
        }
    }]
}))]
struct BestSellers {
    /// The running hour, and so many days before it.
    days: i32,
    /// The places, the first one first.
    items: Vec<BestSeller>,
}

/// A product on its place.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BestSeller {
    /// Its place, from 1. Of those sold equally often the older product comes first.
    #[schema(minimum = 1)]
    rank: i64,
    /// The product.
    product: Card,
    /// Copies that were paid in these days, and not canceled since.
    #[schema(minimum = 1)]
    sold: i64,
    /// How its place compares with that in as many days before.
    movement: Moved,
    /// How many places it moved.
    #[schema(minimum = 0)]
    places: i64,
}

/// How a place has moved.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Movement)]
enum Moved {
    /// Nothing was sold of it then.
    New,
    /// The same place.
    Same,
    /// Up.
    Up,
    /// Down.
    Down,
}

impl From<Ranked> for BestSeller {
    fn from(ranked: Ranked) -> Self {
        let (movement, places) = match ranked.movement {
            Movement::New => (Moved::New, 0),
            Movement::Same => (Moved::Same, 0),
            Movement::Up(places) => (Moved::Up, places),
            Movement::Down(places) => (Moved::Down, places),
        };
        Self { rank: ranked.place, product: ranked.card.into(), sold: ranked.units, movement, places }
    }
}

/// List the best sellers
///
/// Of the whole shop or of a category, without what is not on sale now. Open to all. Fewer than `limit`
/// where fewer products were sold.
#[utoipa::path(
    get, path = "/catalog/best-sellers", operation_id = "listBestSellers", tag = "catalog", security(()), params(Asked),
    responses((status = 200, description = "The best sellers.", body = BestSellers))
)]
async fn best(State(shop): State<Shop>, Query(query): Query<Asked>) -> Result<Json<BestSellers>, Refusal> {
    let named = Window::ALL.into_iter().find(|window| Some(window.days()) == query.days.as_ref().map(|days| days.0));
    let window = named.unwrap_or_default();
    let category = asked(&shop, query.category.as_deref()).await?;
    let category = category.map_err(|flaw| Failure::Invalid(Flaws::one(&parameter("category"), flaw)))?;
    let ranked = ranking::best(&shop, window, category, query.limit.unwrap_or(PLACES)).await?;
    Ok(Json(BestSellers { days: window.days(), items: ranked.into_iter().map(BestSeller::from).collect() }))
}
