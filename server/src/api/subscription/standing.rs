//! Pausing a subscription, letting it go on, and trying it out.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::subscription::SubscriptionId;
use domain::{Shop, subscription};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{DeskAlone, Subscription, message::Message, told};
use crate::api::{body::Id, caller::Desk, problem::Refusal, refusals::refusals};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(pause)).routes(routes!(resume)).routes(routes!(test))
}

refusals!(NotActive: ScopeRequired, StatusChanged);

/// Pause a subscription
///
/// What waits goes on waiting, and what happens meanwhile is not told. One that is paused stays so; one
/// that was switched off by itself cannot be (409). Its seller, and the staff.
#[utoipa::path(
    post, path = "/subscription/subscriptions/{subscriptionId}/pause", operation_id = "pauseSubscription", tag = "subscription",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(("subscriptionId" = Uuid, Path, description = "The subscription.")),
    responses((status = 200, description = "The subscription as it is now.", body = Subscription), NotActive)
)]
async fn pause(State(shop): State<Shop>, Desk(by): Desk, Id(id): Id<SubscriptionId>) -> Result<Response, Refusal> {
    subscription::pause(&shop, &by, id).await?;
    told(&shop, &by, id).await
}

/// Let a subscription go on
///
/// Begins anew where it was paused or switched off: what happens from now on is told, and what waited while
/// it was paused is sent. One that is active stays so. Its seller, and the staff.
#[utoipa::path(
    post, path = "/subscription/subscriptions/{subscriptionId}/resume", operation_id = "resumeSubscription", tag = "subscription",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(("subscriptionId" = Uuid, Path, description = "The subscription.")),
    responses((status = 200, description = "The subscription as it is now.", body = Subscription), DeskAlone)
)]
async fn resume(State(shop): State<Shop>, Desk(by): Desk, Id(id): Id<SubscriptionId>) -> Result<Response, Refusal> {
    subscription::resume(&shop, &by, id).await?;
    told(&shop, &by, id).await
}

/// Send a test message
///
/// Sends `subscription.test` at once, whatever the topics are. While one waits no other is written: that one
/// is sent at once, and answered. Only while the subscription is active (409 otherwise); sellers alone.
#[utoipa::path(
    post, path = "/subscription/subscriptions/{subscriptionId}/test", operation_id = "sendTestMessage", tag = "subscription",
    security(("bearer" = ["seller"]), ("session" = [])),
    params(("subscriptionId" = Uuid, Path, description = "The subscription.")),
    responses((status = 202, description = "The message, which is on its way.", body = Message), NotActive)
)]
async fn test(State(shop): State<Shop>, Desk(by): Desk, Id(id): Id<SubscriptionId>) -> Result<Response, Refusal> {
    let message = subscription::test(&shop, &by, id).await?;
    let message = Message::from(subscription::delivery(&shop, &by, message).await?.delivery);
    Ok((StatusCode::ACCEPTED, Json(message)).into_response())
}
