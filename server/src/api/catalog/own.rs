//! Products as programs of those who sell them list them.

use axum::{Json, extract::State};
use contract::{
    product::{ProductId, ProductStatus},
    table::Cursor,
};
use domain::{
    Shop,
    product::{self, Filter, Order, Row},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::{
    body::Query,
    caller::Desk,
    list::{Page, Part, limit},
    problem::Refusal,
    refusals::refusals,
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which products, and which part of them.
#[derive(Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct OwnAsked {
    /// Whether they are sold; whatever they are where nothing is said.
    #[param(inline)]
    #[schema(inline)]
    status: Option<ProductStatus>,
    /// Words that title or author have to hold, up to 200 characters of which eight words count; or a whole
    /// ISBN, with hyphens or without.
    #[param(max_length = 200)]
    #[schema(max_length = 200)]
    query: Option<String>,
    /// Whose they are, for the staff; a seller sees their own whatever stands here.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    seller_id: Option<i64>,
    /// What came as `next` with the part before; none for the first one.
    #[param(format = "cursor", max_length = 500)]
    #[schema(format = "cursor", max_length = 500)]
    cursor: Option<String>,
    /// The most products of the part, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// A product among those that one runs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 2, "title": "춘향전", "author": "작자 미상", "isbn": "979-7-0000-0002-4", "sellerName": "마당서점",
    "status": "on_sale", "listPrice": 18400, "salePrice": 18400, "available": 40, "lowAt": 5, "version": 3,
    "updatedAt": "2026-11-26T09:30:00Z"
}))]
struct OwnProduct {
    /// The product.
    #[schema(minimum = 1)]
    id: i64,
    /// The title.
    title: String,
    /// Who wrote it.
    author: String,
    /// Thirteen digits, with hyphens or without.
    isbn: String,
    /// Who sells it, by name.
    seller_name: String,
    /// Whether it is sold.
    status: ProductStatus,
    /// The price on the cover, in won.
    list_price: i64,
    /// The price to pay, in won.
    sale_price: i64,
    /// Copies that can be bought.
    available: i32,
    /// From so many available copies down, stock is low.
    low_at: i32,
    /// Counts the changes of its facts: what `If-Match` names, in quotes.
    version: i32,
    /// When its facts were changed last.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<Row> for OwnProduct {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            title: row.title,
            author: row.author,
            isbn: row.isbn,
            seller_name: row.seller,
            status: row.status,
            list_price: row.list_price,
            sale_price: row.sale_price,
            available: row.available,
            low_at: row.low_at,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

refusals!(ListRefused: ScopeRequired);

/// List the products that one runs
///
/// The newest first, drafts and what is not sold any more too. A seller sees their own; the staff sees
/// everybody's, or those of `sellerId`. `GET /catalog/products/{productId}` tells all of one, and
/// `GET /catalog/products/{productId}/inventory` its stock.
#[utoipa::path(
    get, path = "/catalog/own-products", operation_id = "listOwnProducts", tag = "catalog",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])), params(OwnAsked),
    responses((status = 200, description = "A part of the products.", body = Part<OwnProduct>), ListRefused)
)]
async fn list(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Query(asked): Query<OwnAsked>,
) -> Result<Json<Part<OwnProduct>>, Refusal> {
    let after = asked.cursor.as_deref().map(|word| place(word).ok_or_else(Page::no_cursor)).transpose()?;
    let filter = Filter {
        typed: asked.query.unwrap_or_default(),
        status: asked.status,
        seller: asked.seller_id,
        ..Filter::default()
    };
    let limit = limit(asked.limit);
    let rows = product::list(&shop, &by, &filter, Order::Newest, after.as_ref(), limit).await?;
    Ok(Json(Part::of(rows, OwnProduct::from)))
}

/// A place in this order is an id alone.
fn place(word: &str) -> Option<Cursor> {
    Cursor::parse(word).filter(|after| after.value.is_empty() && after.id::<ProductId>().is_some())
}
