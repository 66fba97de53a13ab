//! A product as programs read it.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use contract::{
    Failure,
    picture::widths,
    product::{ProductId, ProductStatus},
};
use domain::{
    Shop,
    member::Operator,
    picture::{self, Picture as Taken},
    product,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Category, version::tag};
use crate::api::problem::Refusal;

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 205, "title": "셜록 홈스의 모험", "originalTitle": "The Adventures of Sherlock Holmes", "author": "아서 코넌 도일",
    "publishedYear": 1892, "isbn": "979-7-0000-0205-9", "description": "보헤미아 스캔들과 붉은 머리 연맹, 관찰과 추론으로 푸는 열두 개의 의뢰.",
    "category": { "id": 5, "slug": "mystery", "nameKo": "추리·모험", "nameEn": "Mystery and adventure" },
    "seller": { "id": 1, "name": "마당서점" }, "listPrice": 15000, "salePrice": 13500, "earnPercent": null, "earns": 675,
    "status": "on_sale", "available": 12, "cover": "/pictures/0199b2c4-7a51-4c3e-9c1f-0a2b3c4d5e6f-300.webp",
    "pictures": [{
        "alt": "앞표지", "width": 600, "height": 880,
        "versions": [
            { "width": 300, "address": "/pictures/0199b2c4-7a51-4c3e-9c1f-0a2b3c4d5e6f-300.webp" },
            { "width": 600, "address": "/pictures/0199b2c4-7a51-4c3e-9c1f-0a2b3c4d5e6f-600.webp" }
        ]
    }],
    "version": 3
}))]
pub(super) struct Product {
    /// The product.
    #[schema(minimum = 1)]
    id: i64,
    /// The title.
    title: String,
    /// The title in its own language, or empty.
    original_title: String,
    /// Who wrote it.
    author: String,
    /// The year of first publication; negative before Christ.
    published_year: i32,
    /// Thirteen digits, with hyphens or without.
    isbn: String,
    /// What shoppers read of it.
    description: String,
    /// Its category.
    category: Category,
    /// Who sells it.
    seller: Seller,
    /// The price on the cover, in won.
    list_price: i64,
    /// The price to pay, in won.
    sale_price: i64,
    /// Points for a purchase, in percent; null where the shop's own rate holds.
    earn_percent: Option<i32>,
    /// What a copy earns at its price now, in points.
    earns: i64,
    /// Whether it is sold: only what is `on_sale` can be bought.
    status: ProductStatus,
    /// Copies that are free to be bought.
    available: i32,
    /// The address of its small picture, at this shop: a drawn one where there are no others.
    cover: String,
    /// Its pictures, in order.
    pictures: Vec<Picture>,
    /// Counts the changes of its facts: what `If-Match` names.
    version: i32,
}

/// Who sells a product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Seller {
    /// The seller.
    #[schema(minimum = 1)]
    id: i64,
    /// Their name.
    name: String,
}

/// A picture of a product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Picture {
    /// What can be seen on it; empty where nobody said.
    alt: String,
    /// The width of its largest version, in pixels.
    width: u32,
    /// The height of its largest version, in pixels.
    height: u32,
    /// Every version, the smallest first.
    versions: Vec<Version>,
}

/// A picture in one size, as WebP.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PictureVersion)]
struct Version {
    /// Its width, in pixels.
    width: u32,
    /// Its address, at this shop. What stands there never changes.
    address: String,
}

impl From<Taken> for Picture {
    fn from(taken: Taken) -> Self {
        let versions = widths(taken.versions.width);
        let versions = versions.into_iter().map(|width| Version { width, address: taken.versions.address(width) });
        Self { alt: taken.alt, width: taken.versions.width, height: taken.height, versions: versions.collect() }
    }
}

impl Product {
    fn of(product: product::Product, pictures: Vec<Taken>) -> Self {
        let cover = match (pictures.first(), product.status) {
            (Some(first), _) => first.versions.address(0),
            // What nobody may see yet is drawn for those who run it alone.
            (None, ProductStatus::Draft) => format!("/seller/products/{}/cover.svg", product.id),
            (None, _) => contract::picture::cover(product.id, None),
        };
        Self {
            id: product.id,
            title: product.title,
            original_title: product.original_title,
            author: product.author,
            published_year: product.published_year,
            isbn: product.isbn,
            description: product.description,
            category: product.category.into(),
            seller: Seller { id: product.seller_id, name: product.seller },
            list_price: product.list_price,
            sale_price: product.sale_price,
            earn_percent: product.earn_percent,
            earns: product.earns,
            status: product.status,
            available: product.available,
            cover,
            pictures: pictures.into_iter().map(Picture::from).collect(),
            version: product.version,
        }
    }
}

/// A product on its way out, and what names just this answer.
pub(super) struct Shown {
    body: Vec<u8>,
    pub(super) tag: HeaderValue,
}

/// A product as it is now.
pub(super) async fn show(shop: &Shop, by: Option<&Operator>, id: ProductId) -> Result<Shown, Refusal> {
    let product = product::seen(shop, by, id).await?;
    let product = Product::of(product, picture::of_product(shop, id).await?);
    let body = serde_json::to_vec(&product).map_err(|error| {
        tracing::error!(%error, "a product cannot be written");
        Failure::Unavailable
    })?;
    Ok(Shown { tag: tag(product.version, &body), body })
}

impl Shown {
    pub(super) fn answer(self, status: StatusCode) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(header::ETAG, self.tag);
        response
    }
}
