//! The log of what was sent, and sending again.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::subscription::{DeliveryId, DeliveryStatus, SubscriptionId, Topic, Trouble};
use domain::{
    Shop,
    subscription::{self, Attempt, Delivery, DeliveryFilter},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{DeskAlone, after, limit};
use crate::api::{
    body::{Id, Query},
    caller::Desk,
    list::Part,
    problem::Refusal,
    refusals::refusals,
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(messages)).routes(routes!(read)).routes(routes!(resend))
}

/// A message to an endpoint, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubscriptionMessage, example = json!({
    "id": "0199b2c4-8d12-7b1a-8f3e-5d6c7b8a9f01", "subscriptionId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f",
    "topic": "order.paid", "status": "pending", "attempts": 2, "nextAttemptAt": "2026-11-26T09:35:12Z",
    "statusCode": 500, "trouble": "answer", "firstAttemptAt": "2026-11-26T09:30:01Z",
    "lastAttemptAt": "2026-11-26T09:30:07Z", "createdAt": "2026-11-26T09:30:00Z"
}))]
pub(super) struct Message {
    /// The message: its `webhook-id`.
    id: Uuid,
    /// Whose endpoint it goes to.
    subscription_id: Uuid,
    /// What it is about.
    topic: Topic,
    /// Where it stands.
    status: DeliveryStatus,
    /// How often it was sent since it was written, or sent again by hand.
    attempts: i32,
    /// When it is sent next; null where it is not, and while it is being sent.
    #[serde(with = "time::serde::rfc3339::option")]
    next_attempt_at: Option<OffsetDateTime>,
    /// The HTTP status of the last answer; null where there was none since it was sent again by hand.
    status_code: Option<i32>,
    /// Why the last attempt was no success; null where it was, or where there was none.
    trouble: Option<Trouble>,
    /// When it was sent first.
    #[serde(with = "time::serde::rfc3339::option")]
    first_attempt_at: Option<OffsetDateTime>,
    /// When it was sent last.
    #[serde(with = "time::serde::rfc3339::option")]
    last_attempt_at: Option<OffsetDateTime>,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl From<Delivery> for Message {
    fn from(own: Delivery) -> Self {
        Self {
            id: own.id,
            subscription_id: own.subscription,
            topic: own.topic,
            status: own.status,
            attempts: own.attempts,
            next_attempt_at: own.next_attempt_at,
            status_code: own.status_code,
            trouble: own.trouble,
            first_attempt_at: own.first_attempt_at,
            last_attempt_at: own.last_attempt_at,
            created_at: own.created_at,
        }
    }
}

/// Which messages.
#[derive(Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct WantedMessages {
    /// Where they stand.
    #[param(inline)]
    #[schema(inline)]
    status: Option<DeliveryStatus>,
    /// What they are about.
    #[param(inline)]
    #[schema(inline)]
    topic: Option<Topic>,
    /// What came as `next` with the part before; none for the first one.
    #[param(format = "cursor", max_length = 500)]
    #[schema(format = "cursor", max_length = 500)]
    cursor: Option<String>,
    /// The most entries of the part, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// List the messages of a subscription
///
/// What was sent, and what is to be, the latest first. Messages are kept for 30 days. Its seller, and the
/// staff.
#[utoipa::path(
    get, path = "/subscription/subscriptions/{subscriptionId}/messages", operation_id = "listMessages", tag = "subscription",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(("subscriptionId" = Uuid, Path, description = "The subscription."), WantedMessages),
    responses((status = 200, description = "The messages.", body = Part<Message>), DeskAlone)
)]
async fn messages(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Id(id): Id<SubscriptionId>,
    Query(wanted): Query<WantedMessages>,
) -> Result<Json<Part<Message>>, Refusal> {
    let filter = DeliveryFilter { status: wanted.status, topic: wanted.topic };
    let after = after::<DeliveryId>(wanted.cursor.as_deref())?;
    let rows = subscription::deliveries(&shop, &by, id, filter, after.as_ref(), limit(wanted.limit)).await?;
    Ok(Json(Part::of(rows, Message::from)))
}

/// A message with what it says.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WholeSubscriptionMessage, example = json!({
    "id": "0199b2c4-8d12-7b1a-8f3e-5d6c7b8a9f01", "subscriptionId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f",
    "topic": "stock.low", "status": "delivered", "attempts": 1, "nextAttemptAt": null, "statusCode": 204,
    "trouble": null, "firstAttemptAt": "2026-11-26T09:30:01Z", "lastAttemptAt": "2026-11-26T09:30:01Z",
    "createdAt": "2026-11-26T09:30:00Z",
    "log": [{ "beganAt": "2026-11-26T09:30:01Z", "underWay": false, "endedAt": "2026-11-26T09:30:01.12Z", "statusCode": 204, "trouble": null }],
    "body": "{\"type\":\"stock.low\",\"timestamp\":\"2026-11-26T09:30:00.000Z\",\"data\":{\"productId\":1,\"title\":\"심청전\",\"available\":2,\"lowAt\":3}}"
}))]
struct WholeMessage {
    /// The message.
    #[serde(flatten)]
    message: Message,
    /// Every time that it was sent, by hand too, the latest first; the last hundred.
    log: Vec<OneAttempt>,
    /// What it says: JSON, byte by byte as it is sent and signed.
    body: String,
}

/// A message that was sent, once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubscriptionAttempt, example = json!({
    "beganAt": "2026-11-26T09:30:01Z", "underWay": false, "endedAt": "2026-11-26T09:30:16Z", "statusCode": null, "trouble": "timeout"
}))]
struct OneAttempt {
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    began_at: OffsetDateTime,
    /// Whether it goes on right now.
    under_way: bool,
    /// When it ended; null while it is under way, and where it was cut off.
    #[serde(with = "time::serde::rfc3339::option")]
    ended_at: Option<OffsetDateTime>,
    /// The HTTP status of the answer; null where there was none.
    status_code: Option<i32>,
    /// Why that was no success; null where it was, or where nothing is known.
    trouble: Option<Trouble>,
}

impl From<Attempt> for OneAttempt {
    fn from(own: Attempt) -> Self {
        Self {
            began_at: own.began_at,
            under_way: own.under_way,
            ended_at: own.ended_at,
            status_code: own.status_code,
            trouble: own.trouble,
        }
    }
}

/// Read a message
///
/// With its body, as it is sent, and the last hundred times that it was. Its seller, and the staff.
#[utoipa::path(
    get, path = "/subscription/messages/{messageId}", operation_id = "getMessage", tag = "subscription",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(("messageId" = Uuid, Path, description = "The message.")),
    responses((status = 200, description = "The message.", body = WholeMessage), DeskAlone)
)]
async fn read(State(shop): State<Shop>, Desk(by): Desk, Id(id): Id<DeliveryId>) -> Result<Json<WholeMessage>, Refusal> {
    let found = subscription::delivery(&shop, &by, id).await?;
    let log = found.log.into_iter().map(OneAttempt::from).collect();
    Ok(Json(WholeMessage { message: found.delivery.into(), log, body: found.body }))
}

refusals!(ResendRefused: ScopeRequired, StatusChanged);

/// Send a message again
///
/// At once, and with all its attempts before it; the `webhook-id` stays, so that whoever has taken it knows
/// it. One that waits is sent at once; one that is being sent right now is sent once more at once where it is
/// not taken. Only while its subscription is active, and no other test waits for one that is a test (409
/// otherwise). Its seller, and the staff.
#[utoipa::path(
    post, path = "/subscription/messages/{messageId}/resend", operation_id = "resendMessage", tag = "subscription",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(("messageId" = Uuid, Path, description = "The message.")),
    responses((status = 202, description = "The message, which is on its way.", body = Message), ResendRefused)
)]
async fn resend(State(shop): State<Shop>, Desk(by): Desk, Id(id): Id<DeliveryId>) -> Result<Response, Refusal> {
    subscription::resend(&shop, &by, id).await?;
    let message = Message::from(subscription::delivery(&shop, &by, id).await?.delivery);
    Ok((StatusCode::ACCEPTED, Json(message)).into_response())
}
