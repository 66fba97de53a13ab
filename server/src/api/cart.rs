//! The cart: what a member, or the guest of a session, means to buy.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{Failure, Quantity, cart::Totals, form::Flaws, product::ProductId};
use domain::{
    Shop,
    cart::{self, Owner},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    body::{Body, Id},
    caller::CartOf,
    problem::Refusal,
    refusals::refusals,
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(read, add)).routes(routes!(change, remove))
}

/// A cart. It promises nothing: stock is decided when an order is placed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "lines": [{
        "productId": 2, "title": "춘향전", "author": "작자 미상", "sellerId": 1, "quantity": 1, "seenPrice": 18400,
        "unitPrice": 18400, "available": 92, "total": 18400
    }],
    "copies": 1, "goods": 18400, "delivery": 0, "total": 18400
}))]
struct Cart {
    /// What is in it, in the order it was put in; 100 lines at most.
    lines: Vec<CartLine>,
    /// Copies in all lines.
    copies: i32,
    /// The price of all lines, in won.
    goods: i64,
    /// Delivery, in won: a fee for each seller whose goods are not worth enough to be sent free.
    delivery: i64,
    /// Goods and delivery, in won: what an order of it comes to without a coupon.
    total: i64,
}

/// A line of a cart beside what its product is now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CartLine {
    /// The product.
    product_id: i64,
    /// Its title.
    title: String,
    /// Who wrote it.
    author: String,
    /// Who sells it.
    seller_id: i64,
    /// Copies wanted.
    quantity: i32,
    /// The price for one when it was put in, in won.
    seen_price: i64,
    /// The price for one now, in won.
    unit_price: i64,
    /// Copies that can be bought right now; 0 where the product is not on sale.
    available: i32,
    /// The price of the line now, in won.
    total: i64,
}

async fn told(shop: &Shop, owner: Owner) -> Result<Json<Cart>, Refusal> {
    let lines = cart::lines(shop, owner).await?;
    let totals =
        Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), shop.policy.delivery);
    let lines = lines.into_iter().map(|line| CartLine {
        total: line.total(),
        product_id: line.product,
        title: line.title,
        author: line.author,
        seller_id: line.seller,
        quantity: line.quantity,
        seen_price: line.seen_price,
        unit_price: line.unit_price,
        available: line.available,
    });
    Ok(Json(Cart {
        lines: lines.collect(),
        copies: totals.copies,
        goods: totals.goods,
        delivery: totals.delivery,
        total: totals.total(),
    }))
}

/// Read the cart
///
/// The cart of the member, or of the guest whose session cookie comes along; without either it is empty.
#[utoipa::path(
    get, path = "/cart/lines", operation_id = "getCart", tag = "cart", security((), ("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The cart.", body = Cart))
)]
async fn read(State(shop): State<Shop>, cart: CartOf) -> Result<Json<Cart>, Refusal> {
    told(&shop, cart.owner).await
}

/// What is put into a cart.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "productId": 2, "quantity": 1 }))]
struct NewCartLine {
    /// The product.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    product_id: i64,
    /// Copies to add, 1 to 99; a line holds 99 at most.
    #[schema(minimum = 1, maximum = 99)]
    quantity: i32,
}

refusals!(AddRefused: NotFound, NotOnSale, OutOfStock, CartFull);

/// Put a product into the cart
///
/// Adds copies to those of the product that are in the cart already, and takes its price as seen. A guest
/// gets the session cookie that keeps the cart. A cart holds 100 different products.
#[utoipa::path(
    post, path = "/cart/lines", operation_id = "addCartLine", tag = "cart",
    security((), ("bearer" = []), ("session" = [])),
    request_body = NewCartLine,
    responses((status = 201, description = "The cart as it is now.", body = Cart, headers(("Location" = String, description = "Where the cart is read."))), AddRefused)
)]
async fn add(State(shop): State<Shop>, cart: CartOf, Body(new): Body<NewCartLine>) -> Result<Response, Refusal> {
    cart::add(&shop, cart.owner, new.product_id, quantity(new.quantity)?).await?;
    cart.keep().await?;
    let told = told(&shop, cart.owner).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, "/cart/lines")], told).into_response())
}

/// How many copies a line is to hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "quantity": 3 }))]
struct CartQuantity {
    /// Copies, 1 to 99.
    #[schema(minimum = 1, maximum = 99)]
    quantity: i32,
}

refusals!(ChangeRefused: NotOnSale, OutOfStock);

/// Change a line of the cart
///
/// Sets how many copies the line holds, and takes the product's price as seen.
#[utoipa::path(
    put, path = "/cart/lines/{productId}", operation_id = "changeCartLine", tag = "cart",
    security((), ("bearer" = []), ("session" = [])),
    params(("productId" = i64, Path, description = "The product of the line.")), request_body = CartQuantity,
    responses((status = 200, description = "The cart as it is now.", body = Cart), ChangeRefused)
)]
async fn change(
    State(shop): State<Shop>,
    cart: CartOf,
    Id(product): Id<ProductId>,
    Body(new): Body<CartQuantity>,
) -> Result<Json<Cart>, Refusal> {
    cart::change(&shop, cart.owner, product, quantity(new.quantity)?).await?;
    told(&shop, cart.owner).await
}

/// Take a line out of the cart
///
/// One that is gone already is no failure.
#[utoipa::path(
    delete, path = "/cart/lines/{productId}", operation_id = "removeCartLine", tag = "cart",
    security((), ("bearer" = []), ("session" = [])),
    params(("productId" = i64, Path, description = "The product of the line.")),
    responses((status = 204, description = "It is gone."))
)]
async fn remove(State(shop): State<Shop>, cart: CartOf, Id(product): Id<ProductId>) -> Result<StatusCode, Refusal> {
    cart::remove(&shop, cart.owner, product).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn quantity(asked: i32) -> Result<Quantity, Failure> {
    Quantity::try_from(asked).map_err(|flaw| Failure::Invalid(Flaws::one("quantity", flaw)))
}
