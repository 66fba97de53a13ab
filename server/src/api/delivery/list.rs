//! The deliveries that one runs: what is to be sent, and what was.

use axum::{Json, extract::State};
use contract::order::{FulfillmentStatus, OrderStatus, order_number};
use domain::{
    Shop,
    delivery::{self, Listed},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::DeliveryLine;
use crate::api::{
    body::Query,
    caller::Desk,
    list::{Part, after, limit},
    problem::Refusal,
    refusals::refusals,
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which deliveries, and which part of them.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct DeliveriesAsked {
    /// Where they stand: all of them where nothing is said.
    #[param(inline)]
    #[schema(inline)]
    status: Option<DeliveriesAt>,
    /// What came as `next` with the part before; none for the first one.
    #[param(format = "cursor", max_length = 500)]
    #[schema(format = "cursor", max_length = 500)]
    cursor: Option<String>,
    /// The most entries of the part, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// Where deliveries stand that are listed.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DeliveriesAt {
    /// Nobody has accepted it.
    Unfulfilled,
    /// Accepted, and being packed.
    Preparing,
    /// On its way.
    Shipped,
    /// With the shopper.
    Delivered,
    /// Come back.
    Returned,
}

impl From<DeliveriesAt> for FulfillmentStatus {
    fn from(at: DeliveriesAt) -> Self {
        match at {
            DeliveriesAt::Unfulfilled => Self::Unfulfilled,
            DeliveriesAt::Preparing => Self::Preparing,
            DeliveriesAt::Shipped => Self::Shipped,
            DeliveriesAt::Delivered => Self::Delivered,
            DeliveriesAt::Returned => Self::Returned,
        }
    }
}

/// A delivery in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "orderId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e70",
    "orderNumber": "20261126-3C4D5E70", "orderStatus": "placed", "sellerId": 1, "seller": "마당서점",
    "status": "unfulfilled", "canceled": false, "fee": 3000,
    "lines": [{ "productId": 12, "title": "홍길동전", "unitPrice": 9900, "quantity": 2, "canceled": 1, "returned": 0 }],
    "copies": 1, "placedAt": "2026-11-26T09:30:00Z"
}))]
struct DeliverySummary {
    /// The delivery.
    id: Uuid,
    /// The order that it is of.
    order_id: Uuid,
    /// The number of that order that people read out.
    order_number: String,
    /// Where that order stands.
    order_status: OrderStatus,
    /// Whose goods.
    #[schema(minimum = 1)]
    seller_id: i64,
    /// The seller's name.
    seller: String,
    /// Where the goods stand.
    status: FulfillmentStatus,
    /// Whether there is nothing of it to send: all of its copies were canceled, or its order was, or has
    /// expired. Whatever `status` says, it is not packed then, and no step of it is taken.
    canceled: bool,
    /// The delivery fee, in won.
    fee: i64,
    /// What was bought of the seller.
    lines: Vec<DeliveryLine>,
    /// Copies that are kept of it: neither canceled nor returned.
    copies: i32,
    /// When the order was placed.
    #[serde(with = "time::serde::rfc3339")]
    placed_at: OffsetDateTime,
}

impl From<Listed> for DeliverySummary {
    fn from(row: Listed) -> Self {
        Self {
            id: row.part.id,
            order_id: row.order,
            order_number: order_number(row.order, row.placed_at),
            order_status: row.order_status,
            seller_id: row.part.seller,
            seller: row.part.seller_name,
            status: row.part.status,
            canceled: row.canceled,
            fee: row.part.fee,
            copies: row.lines.iter().map(domain::order::OrderLineView::kept).sum(),
            lines: row.lines.into_iter().map(DeliveryLine::from).collect(),
            placed_at: row.placed_at,
        }
    }
}

refusals!(ListRefused: ScopeRequired);

/// List deliveries
///
/// Newest first: with the scope `seller` the seller's own, with the scope `staff` all. Those of an order come
/// once it is paid. What is to be sent is `unfulfilled` or `preparing`, and not `canceled`; where it goes tells
/// the delivery itself.
#[utoipa::path(
    get, path = "/delivery/deliveries", operation_id = "listDeliveries", tag = "delivery",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])), params(DeliveriesAsked),
    responses((status = 200, description = "A part of the deliveries.", body = Part<DeliverySummary>), ListRefused)
)]
async fn list(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Query(asked): Query<DeliveriesAsked>,
) -> Result<Json<Part<DeliverySummary>>, Refusal> {
    let after = after::<Uuid>(asked.cursor.as_deref())?;
    let limit = limit(asked.limit);
    let deliveries = delivery::list(&shop, &by, asked.status.map(Into::into), after.as_ref(), limit).await?;
    Ok(Json(Part::of(deliveries, DeliverySummary::from)))
}
