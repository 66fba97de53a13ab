//! Subscriptions: sellers have events sent to programs of theirs.

mod message;
mod secret;
mod sent;
mod standing;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use contract::subscription::{Off, SubscriptionId, SubscriptionStatus, Topic};
use domain::{
    Shop,
    member::Operator,
    subscription::{self, Filter, SubscriptionForm},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{
    IntoParams, ToSchema,
    openapi::schema::{ArrayBuilder, ObjectBuilder, Type},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    NOT_STORED,
    body::{Body, Id, Query},
    caller::Desk,
    list::{Part, after, limit},
    problem::Refusal,
    refusals::refusals,
    replay::Key,
    version::{self, IfMatch, VersionHeader},
};

pub(super) use sent::sent;

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, change, remove))
        .merge(secret::router())
        .merge(standing::router())
        .merge(message::router())
}

/// A subscription. Its secrets are told by operations of their own.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "sellerId": 1, "sellerName": "마당책방",
    "url": "https://hooks.example.com/madang", "topics": ["order.paid", "stock.low"], "description": "창고 프로그램",
    "status": "active", "offBecause": null, "failingSince": null, "createdAt": "2026-11-26T09:30:00Z"
}))]
struct Subscription {
    /// The subscription.
    id: Uuid,
    /// Whose it is.
    seller_id: i64,
    /// The seller's name.
    seller_name: String,
    /// Where messages go.
    url: String,
    /// What is told.
    topics: Vec<Topic>,
    /// What its seller says of it; may be empty.
    description: String,
    /// Where it stands.
    status: SubscriptionStatus,
    /// Why it was switched off by itself, where it was.
    off_because: Option<Off>,
    /// Since when nothing that was sent was taken; null while messages are taken.
    #[serde(with = "time::serde::rfc3339::option")]
    failing_since: Option<OffsetDateTime>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl From<subscription::Subscription> for Subscription {
    fn from(own: subscription::Subscription) -> Self {
        Self {
            id: own.id,
            seller_id: own.seller,
            seller_name: own.seller_name,
            url: own.url,
            topics: own.topics,
            description: own.description,
            status: own.status,
            off_because: own.off,
            failing_since: own.failing_since,
            created_at: own.created_at,
        }
    }
}

/// A subscription as it is now, with its version.
async fn told(shop: &Shop, by: &Operator, id: SubscriptionId) -> Result<Response, Refusal> {
    let own = subscription::find(shop, by, id).await?;
    Ok(version::told(own.version, Subscription::from(own)))
}

/// Which subscriptions.
#[derive(Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Where they stand.
    #[param(inline)]
    #[schema(inline)]
    status: Option<SubscriptionStatus>,
    /// Whose they are, for the staff; a seller sees their own whatever stands here.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    seller_id: Option<i64>,
    /// What came as `next` with the part before; none for the first one.
    #[param(format = "cursor", max_length = 500)]
    #[schema(format = "cursor", max_length = 500)]
    cursor: Option<String>,
    /// The most entries of the part, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

refusals!(DeskAlone: ScopeRequired);

/// List subscriptions
///
/// The latest first. A seller sees their own, 20 at most; the staff sees everybody's.
#[utoipa::path(
    get, path = "/subscription/subscriptions", operation_id = "listSubscriptions", tag = "subscription",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])), params(Wanted),
    responses((status = 200, description = "The subscriptions.", body = Part<Subscription>), DeskAlone)
)]
async fn list(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Part<Subscription>>, Refusal> {
    let filter = Filter { seller: wanted.seller_id, status: wanted.status };
    let after = after::<SubscriptionId>(wanted.cursor.as_deref())?;
    let rows = subscription::list(&shop, &by, &filter, after.as_ref(), limit(wanted.limit)).await?;
    Ok(Json(Part::of(rows, Subscription::from)))
}

/// What is sent where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "url": "https://hooks.example.com/madang", "topics": ["order.paid", "stock.low"], "description": "창고 프로그램"
}))]
struct NewSubscription {
    /// Where messages go: an address of https on the internet, without a user name, up to 2,000
    /// characters. It need not answer yet.
    #[schema(format = "web-address", min_length = 1, max_length = 2_000)]
    url: String,
    /// What is told: each topic once.
    #[schema(schema_with = topics)]
    topics: Vec<String>,
    /// What it is for, up to 200 characters on one line; may be left out.
    #[schema(format = "optional-line", max_length = 200)]
    description: Option<String>,
}

/// The topics that can be subscribed to, each once.
fn topics() -> utoipa::openapi::schema::Array {
    let words = Topic::ALL.map(|topic| Value::from(topic.word()));
    ArrayBuilder::new()
        .items(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build())
        .description(Some("What is told: each topic once."))
        .min_items(Some(1))
        .max_items(Some(Topic::ALL.len()))
        .unique_items(true)
        .build()
}

impl From<NewSubscription> for SubscriptionForm {
    fn from(new: NewSubscription) -> Self {
        Self { url: new.url, topics: new.topics, description: new.description.unwrap_or_default() }
    }
}

/// A new subscription with its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "sellerId": 1, "sellerName": "마당책방",
    "url": "https://hooks.example.com/madang", "topics": ["order.paid", "stock.low"], "description": "창고 프로그램",
    "status": "active", "offBecause": null, "failingSince": null, "createdAt": "2026-11-26T09:30:00Z",
    "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
}))]
struct CreatedSubscription {
    /// The subscription.
    #[serde(flatten)]
    subscription: Subscription,
    /// What signs its messages: `whsec_` and the key as base64.
    secret: String,
}

refusals!(CreateRefused: ScopeRequired, NotFound, TooManySubscriptions);

/// Subscribe to events
///
/// What happens from now on is sent; see `webhooks` for what comes, and how. 20 subscriptions are the most.
/// Sellers alone: for the staff there is nothing here (404). Addresses on private networks are refused.
#[utoipa::path(
    post, path = "/subscription/subscriptions", operation_id = "createSubscription", tag = "subscription",
    security(("bearer" = ["seller"]), ("session" = [])), request_body = NewSubscription,
    responses(
        (status = 201, description = "The subscription, with its secret.", body = CreatedSubscription, headers(
            ("Location" = String, description = "Where the subscription is read."),
            ("ETag" = String, description = "Its version, to be sent as `If-Match`."),
        )),
        CreateRefused,
    )
)]
async fn create(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Key(key): Key,
    Body(new): Body<NewSubscription>,
) -> Result<Response, Refusal> {
    let id = subscription::create(&shop, &by, key, &new.into()).await?;
    let own = subscription::find(&shop, &by, id).await?;
    let secret = subscription::secrets(&shop, &by, id).await?.current.expose().to_owned();
    let mut response = version::told(own.version, CreatedSubscription { subscription: own.into(), secret });
    *response.status_mut() = StatusCode::CREATED;
    response.headers_mut().extend([NOT_STORED]);
    if let Ok(place) = HeaderValue::try_from(format!("/subscription/subscriptions/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Read a subscription
///
/// A seller reads their own, the staff each.
#[utoipa::path(
    get, path = "/subscription/subscriptions/{subscriptionId}", operation_id = "getSubscription", tag = "subscription",
    security(("bearer" = ["seller"]), ("bearer" = ["staff"]), ("session" = [])),
    params(("subscriptionId" = Uuid, Path, description = "The subscription.")),
    responses(
        (status = 200, description = "The subscription.", body = Subscription,
            headers(("ETag" = String, description = "Its version, to be sent as `If-Match`."))),
        DeskAlone,
    )
)]
async fn read(State(shop): State<Shop>, Desk(by): Desk, Id(id): Id<SubscriptionId>) -> Result<Response, Refusal> {
    told(&shop, &by, id).await
}

refusals!(ChangeRefused: ScopeRequired, EditedMeanwhile => 412, VersionRequired);

/// Change a subscription
///
/// Replaces address, topics and description; a description that is left out is empty. What waits to be
/// sent goes to the new address. Sellers alone.
#[utoipa::path(
    put, path = "/subscription/subscriptions/{subscriptionId}", operation_id = "updateSubscription", tag = "subscription",
    security(("bearer" = ["seller"]), ("session" = [])),
    params(("subscriptionId" = Uuid, Path, description = "The subscription."), VersionHeader),
    request_body = NewSubscription,
    responses(
        (status = 200, description = "The subscription as it is now.", body = Subscription,
            headers(("ETag" = String, description = "Its new version."))),
        ChangeRefused,
    )
)]
async fn change(
    State(shop): State<Shop>,
    Desk(by): Desk,
    Id(id): Id<SubscriptionId>,
    named: IfMatch,
    Body(new): Body<NewSubscription>,
) -> Result<Response, Refusal> {
    let version = named.based_on(subscription::find(&shop, &by, id).await?.version)?;
    subscription::change(&shop, &by, id, version, &new.into()).await.map_err(version::edited)?;
    told(&shop, &by, id).await
}

/// End a subscription
///
/// From now on nothing is sent; what was sent cannot be looked at any more. Sellers alone.
#[utoipa::path(
    delete, path = "/subscription/subscriptions/{subscriptionId}", operation_id = "deleteSubscription", tag = "subscription",
    security(("bearer" = ["seller"]), ("session" = [])),
    params(("subscriptionId" = Uuid, Path, description = "The subscription.")),
    responses((status = 204, description = "It has ended."), DeskAlone)
)]
async fn remove(State(shop): State<Shop>, Desk(by): Desk, Id(id): Id<SubscriptionId>) -> Result<StatusCode, Refusal> {
    subscription::remove(&shop, &by, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
