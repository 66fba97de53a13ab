//! Orders: placed, read, canceled and confirmed; and claims on what was delivered.

mod cancel;
mod claim;
mod place;
mod queue;
mod quote;
mod view;

use axum::{Json, extract::State};
use contract::{
    Failure,
    member::Role,
    order::{FulfillmentStatus, OrderId, OrderStatus, PaymentStatus, order_number},
    product::ProductId,
};
use domain::{
    Shop,
    member::{Operator, Shopper},
    order::{self, Summary},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    body::{Id, Query},
    caller::Member,
    list::{Page, Part},
    problem::Refusal,
    refusals::refusals,
};
use view::{Order, OrderLine};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(confirm))
        .merge(place::router())
        .merge(quote::router())
        .merge(cancel::router())
        .merge(claim::router())
        .merge(queue::router())
}

/// As what somebody asks for an order.
enum As {
    /// As who ordered.
    Buyer,
    /// As who runs the shop, or sells some of it.
    Operator(Operator),
}

/// As what a member asks for an order: one's own comes first. A shopper is always who ordered, and told
/// of another member's order that there is none.
async fn as_what(shop: &Shop, by: &Shopper, id: OrderId) -> Result<As, Refusal> {
    if by.role() == Role::Shopper {
        return Ok(As::Buyer);
    }
    match order::detail(shop, by, id).await {
        Ok(_) => Ok(As::Buyer),
        Err(domain::Error::Refused(Failure::NotFound)) => Ok(As::Operator(Operator::of(shop, by).await?)),
        Err(error) => Err(error.into()),
    }
}

/// Copies of one product of an order.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "productId": 2, "quantity": 1 }))]
struct OrderCopies {
    /// The product.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    product_id: i64,
    /// Copies, 1 to 99.
    #[schema(minimum = 1, maximum = 99)]
    quantity: i32,
}

/// The copies as the rules take them.
fn copies(lines: &[OrderCopies]) -> Vec<(ProductId, i32)> {
    lines.iter().map(|line| (line.product_id, line.quantity)).collect()
}

/// An order in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "number": "20261126-3C4D5E6F", "orderStatus": "placed",
    "paymentStatus": "paid", "fulfillmentStatus": "unfulfilled", "total": 18400, "placedAt": "2026-11-26T09:30:00Z",
    "lines": [{
        "productId": 2, "title": "춘향전", "author": "작자 미상", "sellerId": 1, "unitPrice": 18400, "quantity": 1,
        "canceled": 0, "returned": 0, "discount": 0
    }]
}))]
struct OrderSummary {
    /// The order.
    id: Uuid,
    /// The number that people read out.
    number: String,
    /// Where the order stands.
    order_status: OrderStatus,
    /// Where its money stands.
    payment_status: PaymentStatus,
    /// Where its goods stand: as its least advanced delivery does.
    fulfillment_status: FulfillmentStatus,
    /// What it came to, in won.
    total: i64,
    /// When it was placed.
    #[serde(with = "time::serde::rfc3339")]
    placed_at: OffsetDateTime,
    /// What was bought.
    lines: Vec<OrderLine>,
}

impl OrderSummary {
    fn of(order: Summary) -> Self {
        Self {
            id: order.id,
            number: order_number(order.id, order.placed_at),
            order_status: order.status,
            payment_status: order.payment,
            fulfillment_status: order.fulfillment,
            total: order.total,
            placed_at: order.placed_at,
            lines: order.lines.into_iter().map(OrderLine::of).collect(),
        }
    }
}

/// List one's orders
///
/// What the member has ordered, newest first.
#[utoipa::path(
    get, path = "/order/orders", operation_id = "listOrders", tag = "order",
    security(("bearer" = []), ("session" = [])), params(Page),
    responses((status = 200, description = "A part of the orders.", body = Part<OrderSummary>))
)]
async fn list(
    State(shop): State<Shop>,
    Member(by): Member,
    Query(page): Query<Page>,
) -> Result<Json<Part<OrderSummary>>, Refusal> {
    let before = page.after()?.map(|after| after.id().ok_or_else(Page::no_cursor)).transpose()?;
    let orders = order::newest(&shop, &by, before, page.limit()).await?;
    Ok(Json(Part::of(orders, OrderSummary::of)))
}

/// Read an order
///
/// One's own; with the scope `staff` any, with the scope `seller` the part of one with the seller's own
/// goods: its lines, sums, refunds and delivery alone, and nothing of how it was paid.
#[utoipa::path(
    get, path = "/order/orders/{orderId}", operation_id = "getOrder", tag = "order",
    security(("bearer" = []), ("session" = [])),
    params(("orderId" = Uuid, Path, description = "The order.")),
    responses((status = 200, description = "The order.", body = Order))
)]
async fn read(State(shop): State<Shop>, Member(by): Member, Id(id): Id<OrderId>) -> Result<Json<Order>, Refusal> {
    Ok(Json(match as_what(&shop, &by, id).await? {
        As::Buyer => view::own(&shop, &by, id).await?,
        As::Operator(operator) => view::run_by(&shop, &operator, id).await?,
    }))
}

refusals!(ConfirmRefused: NotDelivered, ClaimOpen, AlreadyCanceled, OrderExpired, StatusChanged);

/// Confirm a purchase
///
/// Earns the points that its lines promised, and ends returning. Done by who ordered, once all that is kept
/// was delivered; by itself some days afterwards. One that is confirmed stays so.
#[utoipa::path(
    post, path = "/order/orders/{orderId}/confirm", operation_id = "confirmOrder", tag = "order",
    security(("bearer" = []), ("session" = [])),
    params(("orderId" = Uuid, Path, description = "The order: one's own.")),
    responses((status = 200, description = "The order as it is now.", body = Order), ConfirmRefused)
)]
async fn confirm(State(shop): State<Shop>, Member(by): Member, Id(id): Id<OrderId>) -> Result<Json<Order>, Refusal> {
    order::confirm(&shop, &by, id).await?;
    Ok(Json(view::own(&shop, &by, id).await?))
}
