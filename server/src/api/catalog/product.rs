//! Products: made, read and changed one by one.

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    Failure,
    member::Role,
    product::{ProductId, ProductStatus, form::ProductForm},
};
use domain::{Error, Shop, member::Operator, product};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    category,
    shown::{Product, show},
    version::Known,
};
use crate::api::{
    body::{Id, Whole},
    caller::{Caller, Desk},
    problem::Refusal,
    refusals::refusals,
    replay::Key,
    together::{Flaws, Together, prices},
    version::{IfMatch, VersionHeader, edited},
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(read, replace))
}

/// A new product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "title": "마당을 나온 책", "author": "김마당", "publishedYear": 2026, "isbn": "978-89-374-6000-5", "category": "korean-modern",
    "description": "책 한 권이 마당을 나와 독자를 찾아간다.", "listPrice": 12000, "salePrice": 10800, "status": "draft",
    "onHand": 20, "lowAt": 5
}))]
struct NewProduct {
    /// Whose it is: the staff has to say so. A seller makes products of their own, and can leave it out.
    #[schema(minimum = 1, maximum = 9007199254740991_i64)]
    seller_id: Option<i64>,
    /// The title, up to 200 characters.
    #[schema(format = "title", min_length = 1, max_length = 200)]
    title: String,
    /// The title in its own language, up to 200 characters; may be left out.
    #[schema(format = "optional-title", max_length = 200)]
    original_title: Option<String>,
    /// Who wrote it, up to 200 characters.
    #[schema(format = "title", min_length = 1, max_length = 200)]
    author: String,
    /// The year of first publication, -4000 to 2100; negative before Christ.
    #[schema(minimum = -4000, maximum = 2100)]
    published_year: i32,
    /// Thirteen digits that begin with 978 or 979 and end with their check digit, with hyphens or without.
    /// No two products have the same.
    #[schema(format = "isbn", pattern = "^ *97[89]([ -]?[0-9]){10} *$", min_length = 13, max_length = 40)]
    isbn: String,
    /// The word of its category, as `GET /catalog/categories` lists them.
    #[schema(min_length = 1, max_length = 100)]
    category: String,
    /// What shoppers read of it, up to 20,000 characters; may be left out.
    #[schema(format = "text", max_length = 20000)]
    description: Option<String>,
    /// The price on the cover, in won.
    #[schema(minimum = 0, maximum = 1000000000000_i64)]
    list_price: i64,
    /// The price to pay, in won: no more than the one on the cover.
    #[schema(minimum = 0, maximum = 1000000000000_i64)]
    sale_price: i64,
    /// Points for a purchase, 0 to 100 percent; the shop's own rate where it is left out.
    #[schema(minimum = 0, maximum = 100)]
    earn_percent: Option<i32>,
    /// Whether it is sold at once; a draft where nothing is said.
    #[schema(inline)]
    status: Option<NewStatus>,
    /// Copies on hand to begin with; none where it is left out.
    #[schema(minimum = 0, maximum = 100000000)]
    on_hand: Option<i32>,
    /// From so many available copies down stock is low; 5 where it is left out.
    #[schema(minimum = 0, maximum = 100000000)]
    low_at: Option<i32>,
}

/// What a new product may be.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum NewStatus {
    /// Not sold yet; only its seller and the staff see it.
    #[default]
    Draft,
    /// Sold.
    OnSale,
}

impl NewStatus {
    const fn status(self) -> ProductStatus {
        match self {
            Self::Draft => ProductStatus::Draft,
            Self::OnSale => ProductStatus::OnSale,
        }
    }
}

/// From so many copies down stock is low, where nobody says anything else.
const LOW_AT: i32 = 5;

impl Together for NewProduct {
    const KEPT_BELOW: bool = true;

    fn together(sent: &Value, _: &Shop) -> Flaws {
        prices(sent)
    }
}

refusals!(CreateRefused: ScopeRequired, NotFound);

/// Make a product
///
/// With its opening stock. For sellers and the staff. The same `Idempotency-Key` makes one product.
#[utoipa::path(
    post, path = "/catalog/products", operation_id = "createProduct", tag = "catalog",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])), request_body = NewProduct,
    responses(
        (status = 201, description = "The new product.", body = Product, headers(
            ("Location" = String, description = "Where the product is read."),
            ("ETag" = String, description = "Its version, and what this answer shows.")
        )),
        CreateRefused
    )
)]
async fn create(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Key(key): Key,
    Whole(new): Whole<NewProduct>,
) -> Result<Response, Refusal> {
    let form = ProductForm {
        seller: text(new.seller_id),
        on_hand: new.on_hand.unwrap_or_default().to_string(),
        low_at: new.low_at.unwrap_or(LOW_AT).to_string(),
        title: new.title,
        original_title: new.original_title.unwrap_or_default(),
        author: new.author,
        published_year: new.published_year.to_string(),
        isbn: new.isbn,
        category: text(category(&shop, &new.category).await?),
        description: new.description.unwrap_or_default(),
        list_price: new.list_price.to_string(),
        sale_price: new.sale_price.to_string(),
        earn_percent: text(new.earn_percent),
        status: new.status.unwrap_or_default().status().word().to_owned(),
    };
    let made = product::create(&shop, &by, key, &form).await;
    let id = made.map_err(|error| Refusal::from(error).naming(&[("seller", "sellerId")]))?;
    let mut response = show(&shop, Some(&by), id).await?.answer(StatusCode::CREATED);
    let place = HeaderValue::try_from(format!("/catalog/products/{id}")).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, place);
    Ok(response)
}

/// What is left out is an empty field of the form.
fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Read a product
///
/// Open to all, also where it is not sold any more. A draft is there for its seller and the staff alone.
/// The tag of the answer changes with all that it shows, the copies that are left too.
#[utoipa::path(
    get, path = "/catalog/products/{productId}", operation_id = "getProduct", tag = "catalog",
    security((), ("bearer" = []), ("session" = [])),
    params(
        ("productId" = i64, Path, description = "The product."),
        ("If-None-Match" = Option<String>, Header, description = "Tags of answers that are at hand.", example = "\"3-5f1c0a2b3c4d5e6f\"")
    ),
    responses(
        (status = 200, description = "The product.", body = Product, headers(
            ("ETag" = String, description = "Its version, and what this answer shows.")
        )),
        (status = 304, description = "What is at hand is still true.", headers(
            ("ETag" = String, description = "Which of the tags it is.")
        ))
    )
)]
async fn read(
    State(shop): State<Shop>,
    caller: Caller,
    known: Known,
    Id(id): Id<ProductId>,
) -> Result<Response, Refusal> {
    let shown = show(&shop, operator(&shop, &caller).await?.as_ref(), id).await?;
    if known.has(&shown.tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, shown.tag)]).into_response());
    }
    Ok(shown.answer(StatusCode::OK))
}

/// Who runs products, where that is who asks.
async fn operator(shop: &Shop, caller: &Caller) -> Result<Option<Operator>, Refusal> {
    match &caller.shopper {
        Some(member) if member.role() != Role::Shopper => match Operator::of(shop, member).await {
            Ok(operator) => Ok(Some(operator)),
            Err(Error::Refused(Failure::NotFound)) => Ok(None),
            Err(trouble) => Err(trouble.into()),
        },
        _ => Ok(None),
    }
}

/// All that is known of a product, and can be changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ProductChange, example = json!({
    "title": "마당을 나온 책", "author": "김마당", "publishedYear": 2026, "isbn": "978-89-374-6000-5", "category": "korean-modern",
    "description": "책 한 권이 마당을 나와 독자를 찾아간다.", "listPrice": 12000, "salePrice": 9900, "status": "on_sale"
}))]
struct Facts {
    /// The title, up to 200 characters.
    #[schema(format = "title", min_length = 1, max_length = 200)]
    title: String,
    /// The title in its own language, up to 200 characters; none where it is left out.
    #[schema(format = "optional-title", max_length = 200)]
    original_title: Option<String>,
    /// Who wrote it, up to 200 characters.
    #[schema(format = "title", min_length = 1, max_length = 200)]
    author: String,
    /// The year of first publication, -4000 to 2100; negative before Christ.
    #[schema(minimum = -4000, maximum = 2100)]
    published_year: i32,
    /// Thirteen digits that begin with 978 or 979 and end with their check digit, with hyphens or without.
    /// No two products have the same.
    #[schema(format = "isbn", pattern = "^ *97[89]([ -]?[0-9]){10} *$", min_length = 13, max_length = 40)]
    isbn: String,
    /// The word of its category, as `GET /catalog/categories` lists them.
    #[schema(min_length = 1, max_length = 100)]
    category: String,
    /// What shoppers read of it, up to 20,000 characters; none where it is left out.
    #[schema(format = "text", max_length = 20000)]
    description: Option<String>,
    /// The price on the cover, in won.
    #[schema(minimum = 0, maximum = 1000000000000_i64)]
    list_price: i64,
    /// The price to pay, in won: no more than the one on the cover.
    #[schema(minimum = 0, maximum = 1000000000000_i64)]
    sale_price: i64,
    /// Points for a purchase, 0 to 100 percent; the shop's own rate where it is left out.
    #[schema(minimum = 0, maximum = 100)]
    earn_percent: Option<i32>,
    /// Whether it is sold. What was ever ordered is no draft again, and a draft is not suspended.
    status: ProductStatus,
}

impl Together for Facts {
    const KEPT_BELOW: bool = true;

    fn together(sent: &Value, _: &Shop) -> Flaws {
        prices(sent)
    }
}

refusals!(ReplaceRefused: ScopeRequired, VersionRequired, EditedMeanwhile => 412);

/// Change a product
///
/// Replaces all that is known of it, but its stock and its pictures. For its seller and the staff.
/// `If-Match` has to name the version that the change is based on, by the tag that it was read with, so
/// that nobody's change is lost: where somebody else was faster it is refused with 412 and nothing has
/// changed. Of a tag the version alone counts, since copies may be sold meanwhile; `"3"` names version 3
/// too, and `*` whatever version stands.
#[utoipa::path(
    put, path = "/catalog/products/{productId}", operation_id = "updateProduct", tag = "catalog",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(
        ("productId" = i64, Path, description = "The product."),
        VersionHeader
    ),
    request_body = Facts,
    responses(
        (status = 200, description = "The product as it is now.", body = Product, headers(
            ("ETag" = String, description = "Its version, and what this answer shows.")
        )),
        ReplaceRefused
    )
)]
async fn replace(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Id(id): Id<ProductId>,
    named: IfMatch,
    Whole(new): Whole<Facts>,
) -> Result<Response, Refusal> {
    let stands = product::own(&shop, &by, id).await?.version;
    let version = named.based_on(stands)?;
    let form = ProductForm {
        title: new.title,
        original_title: new.original_title.unwrap_or_default(),
        author: new.author,
        published_year: new.published_year.to_string(),
        isbn: new.isbn,
        category: text(category(&shop, &new.category).await?),
        description: new.description.unwrap_or_default(),
        list_price: new.list_price.to_string(),
        sale_price: new.sale_price.to_string(),
        earn_percent: text(new.earn_percent),
        status: new.status.word().to_owned(),
        ..ProductForm::default()
    };
    product::save(&shop, &by, id, version, &form).await.map_err(edited)?;
    Ok(show(&shop, Some(&by), id).await?.answer(StatusCode::OK))
}
