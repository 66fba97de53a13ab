//! The queue of claims, for those who run the shop.

use axum::{Json, extract::State};
use contract::{
    claim::{ClaimId, ClaimStatus, ClaimTab},
    order::order_number,
};
use domain::{
    Shop,
    claim::{self, Filter, QueueRow},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::claim::Claim;
use crate::api::{
    body::Query,
    caller::Desk,
    list::{Part, after, limit},
    problem::Refusal,
    refusals::refusals,
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(queue))
}

/// Which claims, and which part of them.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct ClaimsAsked {
    /// Where they stand: those under way (`open`) where nothing is said.
    #[param(inline)]
    #[schema(inline)]
    status: Option<ClaimsAt>,
    /// What came as `next` with the part before; none for the first one.
    #[param(format = "cursor", max_length = 500)]
    #[schema(format = "cursor", max_length = 500)]
    cursor: Option<String>,
    /// The most entries of the part, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// Where claims stand that are listed.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ClaimsAt {
    /// Under way.
    Open,
    /// The shopper asks.
    Requested,
    /// It will be collected.
    Approved,
    /// On its way back.
    Collecting,
    /// Back, and looked at.
    Inspected,
    /// Refunded, or replaced.
    Completed,
    /// Refused.
    Rejected,
    /// The shopper thought better of it.
    Withdrawn,
    /// Anywhere.
    All,
}

impl From<ClaimsAt> for ClaimTab {
    fn from(at: ClaimsAt) -> Self {
        match at {
            ClaimsAt::Open => Self::Open,
            ClaimsAt::Requested => Self::At(ClaimStatus::Requested),
            ClaimsAt::Approved => Self::At(ClaimStatus::Approved),
            ClaimsAt::Collecting => Self::At(ClaimStatus::Collecting),
            ClaimsAt::Inspected => Self::At(ClaimStatus::Inspected),
            ClaimsAt::Completed => Self::At(ClaimStatus::Completed),
            ClaimsAt::Rejected => Self::At(ClaimStatus::Rejected),
            ClaimsAt::Withdrawn => Self::At(ClaimStatus::Withdrawn),
            ClaimsAt::All => Self::All,
        }
    }
}

/// A claim among those that one runs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "claim": {
        "id": "0199b2c4-9a51-7c3e-9c1f-0a2b3c4d5e6f", "orderId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "sellerId": 1,
        "kind": "return", "status": "requested", "fault": "carrier", "reason": "모서리가 찢어졌습니다",
        "lines": [{ "productId": 2, "title": "춘향전", "quantity": 1 }], "createdAt": "2026-11-28T09:30:00Z"
    },
    "sellerName": "마당 서점", "orderNumber": "20261126-7A51", "orderPlacedAt": "2026-11-20T03:12:00Z"
}))]
struct QueuedClaim {
    /// The claim.
    claim: Claim,
    /// Whose goods, by name.
    seller_name: String,
    /// The number of its order that people read out.
    order_number: String,
    /// When its order was placed.
    #[serde(with = "time::serde::rfc3339")]
    order_placed_at: OffsetDateTime,
}

impl QueuedClaim {
    fn of(row: QueueRow) -> Self {
        Self {
            seller_name: row.seller_name,
            order_number: order_number(row.claim.order, row.placed_at),
            order_placed_at: row.placed_at,
            claim: Claim::of(row.claim),
        }
    }
}

refusals!(QueueRefused: ScopeRequired);

/// List the claims that one runs
///
/// Oldest first: with the scope `staff` all, with the scope `seller` those on the seller's own goods.
#[utoipa::path(
    get, path = "/order/claims", operation_id = "listClaims", tag = "order",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(ClaimsAsked),
    responses((status = 200, description = "A part of the claims.", body = Part<QueuedClaim>), QueueRefused)
)]
async fn queue(
    State(shop): State<Shop>,
    Desk(operator): Desk,
    Query(asked): Query<ClaimsAsked>,
) -> Result<Json<Part<QueuedClaim>>, Refusal> {
    let after = after::<ClaimId>(asked.cursor.as_deref())?;
    let filter = Filter { tab: asked.status.map(ClaimTab::from).unwrap_or_default(), search: String::new() };
    let limit = limit(asked.limit);
    let claims = claim::queue(&shop, &operator, &filter, after.as_ref(), limit).await?;
    Ok(Json(Part::of(claims, QueuedClaim::of)))
}
