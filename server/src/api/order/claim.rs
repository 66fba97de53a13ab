//! Claims: returns and exchanges of what was delivered.

use axum::{Json, extract::State, http::StatusCode};
use contract::{
    Failure,
    claim::{ClaimId, ClaimKind, ClaimStatus, Fault},
    form::Flaw,
    order::{OrderId, first_id},
};
use domain::{
    Shop,
    claim::{self, Advance, ClaimView, Request},
    member::Shopper,
    order,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{As, OrderCopies, as_what, copies};
use crate::api::{
    body::{Id, Whole},
    caller::{Desk, Member},
    list::Part,
    problem::Refusal,
    refusals::refusals,
    replay::Key,
    together::{Flaws, Together, each_once, flaw, is_given, word},
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list, request)).routes(routes!(withdraw)).routes(routes!(advance))
}

/// A claim.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-9a51-7c3e-9c1f-0a2b3c4d5e6f", "orderId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "sellerId": 1,
    "kind": "return", "status": "requested", "fault": "carrier", "reason": "모서리가 찢어졌습니다",
    "lines": [{ "productId": 2, "title": "춘향전", "quantity": 1 }], "createdAt": "2026-11-28T09:30:00Z"
}))]
pub(super) struct Claim {
    /// The claim.
    id: Uuid,
    /// Its order.
    order_id: Uuid,
    /// Whose goods.
    seller_id: i64,
    /// What is asked for.
    kind: ClaimKind,
    /// Where it stands.
    status: ClaimStatus,
    /// Whose fault it is, which says who pays the way back: as the shopper sees it, until it is inspected.
    fault: Fault,
    /// Why, in the shopper's words.
    reason: String,
    /// The copies.
    lines: Vec<ClaimedCopies>,
    /// When it was requested.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// Copies of one product in a claim.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ClaimedCopies {
    /// The product.
    product_id: i64,
    /// Its title as sold.
    title: String,
    /// Copies.
    quantity: i32,
}

impl Claim {
    pub(super) fn of(claim: ClaimView) -> Self {
        let lines = claim.lines.into_iter().map(|line| ClaimedCopies {
            product_id: line.product,
            title: line.title,
            quantity: line.quantity,
        });
        Self {
            id: claim.id,
            order_id: claim.order,
            seller_id: claim.seller,
            kind: claim.kind,
            status: claim.status,
            fault: claim.fault,
            reason: claim.reason,
            lines: lines.collect(),
            created_at: claim.created_at,
        }
    }
}

/// A claim of one's own order.
async fn told(shop: &Shop, by: &Shopper, order: OrderId, id: ClaimId) -> Result<Claim, Refusal> {
    order::detail(shop, by, order).await?;
    let found = claim::of_order(shop, order).await?.into_iter().find(|claim| claim.id == id);
    Ok(Claim::of(found.ok_or(Failure::NotFound)?))
}

/// List the claims of an order
///
/// Oldest first, all in one part. Of one's own order; with the scope `staff` of any, with the scope `seller`
/// those on the seller's own goods.
#[utoipa::path(
    get, path = "/order/orders/{orderId}/claims", operation_id = "listOrderClaims", tag = "order",
    security(("bearer" = []), ("session" = [])),
    params(("orderId" = Uuid, Path, description = "The order.")),
    responses((status = 200, description = "The claims.", body = Part<Claim>))
)]
async fn list(
    State(shop): State<Shop>,
    Member(by): Member,
    Id(order): Id<OrderId>,
) -> Result<Json<Part<Claim>>, Refusal> {
    // Whether one may see the order says whether one may see its claims.
    let claims = match as_what(&shop, &by, order).await? {
        As::Buyer => {
            order::detail(&shop, &by, order).await?;
            claim::of_order(&shop, order).await?
        }
        As::Operator(operator) => {
            order::detail_by(&shop, &operator, order).await?;
            claim::of_order_by(&shop, &operator, order).await?
        }
    };
    Ok(Json(Part { items: claims.into_iter().map(Claim::of).collect(), next: None }))
}

/// What a shopper asks for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "kind": "return", "fault": "carrier", "reason": "모서리가 찢어졌습니다", "lines": [{ "productId": 2, "quantity": 1 }]
}))]
struct NewClaim {
    /// What is asked for.
    kind: ClaimKind,
    /// Whose fault it is, as the shopper sees it: `buyer` where they changed their mind, who then pays the way
    /// back.
    fault: Fault,
    /// Why, up to 200 characters.
    #[schema(format = "line", min_length = 1, max_length = 200)]
    reason: String,
    /// The copies, of one seller's goods; each product once.
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<OrderCopies>,
}

impl Together for NewClaim {
    fn together(sent: &Value, _: &Shop) -> Flaws {
        each_once(sent)
    }
}

refusals!(RequestRefused:
    NotDelivered, AlreadyConfirmed, AlreadyCanceled, OrderExpired, TooManyCopies, AlreadySent, StatusChanged,
);

/// Claim what was delivered
///
/// Asks to return copies of one's own order, or to exchange them for the same. Each claim is about one
/// seller's goods, which were delivered and whose purchase is not confirmed.
#[utoipa::path(
    post, path = "/order/orders/{orderId}/claims", operation_id = "createClaim", tag = "order",
    security(("bearer" = []), ("session" = [])),
    params(("orderId" = Uuid, Path, description = "The order: one's own.")), request_body = NewClaim,
    responses((status = 201, description = "The claim.", body = Claim), RequestRefused)
)]
async fn request(
    State(shop): State<Shop>,
    Member(by): Member,
    Key(key): Key,
    Id(order): Id<OrderId>,
    Whole(new): Whole<NewClaim>,
) -> Result<(StatusCode, Json<Claim>), Refusal> {
    let id = id_of(&claim::of_order(&shop, order).await?, key, shop.now());
    let asked = Request { id, kind: new.kind, fault: new.fault, reason: new.reason, lines: copies(&new.lines) };
    claim::request(&shop, &by, order, &asked).await?;
    Ok((StatusCode::CREATED, Json(told(&shop, &by, order, id).await?)))
}

/// The bits of an id that have nothing of its time in them.
const LOW: u128 = (1 << 62) - 1;

/// The id of the claim that is asked for under a key: that of the one which was made under it, if one was.
/// Claims are listed by their ids, so that a new one begins with its time, as a `UUIDv7` does.
fn id_of(claims: &[ClaimView], key: Uuid, at: OffsetDateTime) -> ClaimId {
    let low = key.as_u128() & LOW;
    let before = claims.iter().map(|claim| claim.id).find(|id| id.as_u128() & LOW == low);
    before.unwrap_or_else(|| Uuid::from_u128(first_id(at).as_u128() | (7_u128 << 76) | (2_u128 << 62) | low))
}

refusals!(WithdrawRefused: StatusChanged);

/// Withdraw a claim
///
/// One's own, as long as nothing is on its way back. One that is withdrawn stays so.
#[utoipa::path(
    post, path = "/order/orders/{orderId}/claims/{claimId}/withdraw", operation_id = "withdrawClaim", tag = "order",
    security(("bearer" = []), ("session" = [])),
    params(
        ("orderId" = Uuid, Path, description = "The order: one's own."),
        ("claimId" = Uuid, Path, description = "The claim."),
    ),
    responses((status = 200, description = "The claim as it is now.", body = Claim), WithdrawRefused)
)]
async fn withdraw(
    State(shop): State<Shop>,
    Member(by): Member,
    Id((order, id)): Id<(OrderId, ClaimId)>,
) -> Result<Json<Claim>, Refusal> {
    claim::withdraw(&shop, &by, order, id).await?;
    Ok(Json(told(&shop, &by, order, id).await?))
}

/// A step of a claim.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "to": "inspected", "fault": "carrier" }))]
struct ClaimStep {
    /// Where it goes.
    to: ClaimGoal,
    /// Whose fault it turned out to be; counts where it was `inspected`, and stays as it was where this is
    /// left out.
    fault: Option<Fault>,
    /// Whether the goods that came back can be sold again; counts where it is `completed`. They can where
    /// this is left out.
    resalable: Option<bool>,
    /// Why, up to 200 characters; needed where it is `rejected`.
    #[schema(format = "optional-line", max_length = 200)]
    reason: Option<String>,
}

/// Where those who run the shop take a claim.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ClaimGoal {
    /// It will be collected; an exchange holds its replacement from then on.
    Approved,
    /// On its way back.
    Collecting,
    /// Back, and looked at.
    Inspected,
    /// Refunded, or replaced.
    Completed,
    /// Refused.
    Rejected,
}

impl From<ClaimGoal> for ClaimStatus {
    fn from(goal: ClaimGoal) -> Self {
        match goal {
            ClaimGoal::Approved => Self::Approved,
            ClaimGoal::Collecting => Self::Collecting,
            ClaimGoal::Inspected => Self::Inspected,
            ClaimGoal::Completed => Self::Completed,
            ClaimGoal::Rejected => Self::Rejected,
        }
    }
}

impl Together for ClaimStep {
    fn together(sent: &Value, _: &Shop) -> Flaws {
        let why = word(sent, "/to") == Some("rejected") && !is_given(sent, "/reason");
        flaw("/reason", Flaw::Required, why).into_iter().collect()
    }
}

refusals!(AdvanceRefused: ScopeRequired, StatusChanged, OutOfStock, TooManyCopies, TotalTooLarge);

/// Take a claim further
///
/// From `requested` over `approved`, `collecting` and `inspected` to `completed`; `rejected` from `requested`
/// and `inspected`. A completed return gives the money back, a completed exchange sends the replacement out.
/// Needs the scope `staff`, or `seller` for claims on the seller's own goods. One that is there already stays
/// so.
#[utoipa::path(
    post, path = "/order/orders/{orderId}/claims/{claimId}/advance", operation_id = "advanceClaim", tag = "order",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(
        ("orderId" = Uuid, Path, description = "The order."),
        ("claimId" = Uuid, Path, description = "The claim."),
    ),
    request_body = ClaimStep,
    responses((status = 200, description = "The claim as it is now.", body = Claim), AdvanceRefused)
)]
async fn advance(
    State(shop): State<Shop>,
    Desk(operator): Desk,
    Id((order, id)): Id<(OrderId, ClaimId)>,
    Whole(step): Whole<ClaimStep>,
) -> Result<Json<Claim>, Refusal> {
    let (to, reason) = (step.to.into(), step.reason.unwrap_or_default());
    let step = Advance { to, fault: step.fault, resalable: step.resalable.unwrap_or(true), reason };
    claim::advance(&shop, &operator, order, id, &step).await?;
    Ok(Json(Claim::of(claim::find(&shop, &operator, id).await?)))
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    fn made(id: ClaimId) -> ClaimView {
        ClaimView {
            id,
            order: Uuid::nil(),
            seller: 1,
            kind: ClaimKind::Return,
            status: ClaimStatus::Requested,
            fault: Fault::Buyer,
            reason: String::new(),
            lines: Vec::new(),
            created_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_claim_is_found_by_its_key_and_listed_by_its_time() {
        let at = time::macros::datetime!(2026-11-26 09:30 UTC);
        let (key, other) = (Uuid::new_v8([0xff; 16]), Uuid::new_v8([0x11; 16]));
        let first = id_of(&[], key, at);
        assert_eq!((first.get_version_num(), first.get_variant()), (7, uuid::Variant::RFC4122));
        let later = at + Duration::seconds(1);
        assert_eq!(id_of(&[made(first)], key, later), first);
        assert!(id_of(&[made(first)], other, later) > first);
    }
}
