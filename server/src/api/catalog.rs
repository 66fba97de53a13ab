//! The catalog: products found, read, and run by who sells them.

mod best;
mod found;
mod inventory;
mod own;
mod product;
mod shown;
mod version;

use axum::{Json, extract::State};
use contract::{form::Flaw, picture, product::ProductCard};
use domain::{Shop, product as domain_product};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{list::Part, problem::Refusal};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(categories))
        .merge(product::router())
        .merge(own::router())
        .merge(inventory::router())
        .merge(found::router())
        .merge(best::router())
}

/// A branch of the shop.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "id": 5, "slug": "mystery", "nameKo": "추리·모험", "nameEn": "Mystery and adventure" }))]
struct Category {
    /// Names it in the `categoryIds` of coupons.
    #[schema(minimum = 1)]
    id: i64,
    /// Names it where products are written and searched for.
    slug: String,
    /// Its Korean name.
    name_ko: String,
    /// Its English name.
    name_en: String,
}

impl From<domain_product::Category> for Category {
    fn from(category: domain_product::Category) -> Self {
        Self { id: category.category_id, slug: category.slug, name_ko: category.name_ko, name_en: category.name_en }
    }
}

/// List the categories
///
/// Every category, in the order of the menu: they come in one part. Open to all.
#[utoipa::path(
    get, path = "/catalog/categories", operation_id = "listCategories", tag = "catalog", security(()),
    responses((status = 200, description = "The categories.", body = Part<Category>, example = json!({
        "items": [
            { "id": 4, "slug": "world-novel", "nameKo": "세계소설", "nameEn": "World fiction" },
            { "id": 5, "slug": "mystery", "nameKo": "추리·모험", "nameEn": "Mystery and adventure" }
        ],
        "next": null
    })))
)]
async fn categories(State(shop): State<Shop>) -> Result<Json<Part<Category>>, Refusal> {
    let categories = domain_product::categories(&shop).await?;
    Ok(Json(Part { items: categories.into_iter().map(Category::from).collect(), next: None }))
}

/// The id of the category that a word names; `None` where it names none.
async fn category(shop: &Shop, slug: &str) -> Result<Option<i64>, Refusal> {
    let categories = domain_product::categories(shop).await?;
    Ok(categories.into_iter().find(|category| category.slug == slug).map(|category| category.category_id))
}

/// The id of the category that is asked for, if one is.
async fn asked(shop: &Shop, slug: Option<&str>) -> Result<Result<Option<i64>, Flaw>, Refusal> {
    let Some(slug) = slug else { return Ok(Ok(None)) };
    Ok(category(shop, slug).await?.map(Some).ok_or(Flaw::Choice))
}

/// A product in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProductCard, example = json!({
    "id": 205, "title": "셜록 홈스의 모험", "author": "아서 코넌 도일", "listPrice": 15000, "salePrice": 13500,
    "available": 12, "cover": "/covers/205.svg"
}))]
struct Card {
    /// The product.
    #[schema(minimum = 1)]
    id: i64,
    /// The title.
    title: String,
    /// Who wrote it.
    author: String,
    /// The price on the cover, in won.
    list_price: i64,
    /// The price to pay, in won.
    sale_price: i64,
    /// Copies that can be bought right now.
    available: i32,
    /// The address of its small picture, at this shop.
    cover: String,
}

impl From<ProductCard> for Card {
    fn from(card: ProductCard) -> Self {
        Self {
            id: card.id,
            cover: picture::cover(card.id, card.cover.as_deref()),
            title: card.title,
            author: card.author,
            list_price: card.list_price,
            sale_price: card.sale_price,
            available: card.available,
        }
    }
}
