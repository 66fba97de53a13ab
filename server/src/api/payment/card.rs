//! The cards that a member has registered.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::{
    Failure,
    form::{Flaw, Flaws},
    payment::MethodId,
};
use domain::{Shop, member::Shopper, payment};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::api::{
    body::{Body, Id},
    caller::Member,
    list::Part,
    origin::Origin,
    problem::Refusal,
    refusals::refusals,
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list, register)).routes(routes!(change, remove))
}

/// A registered card. The shop knows no more of its number.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "brand": "현대", "last4": "1234", "name": "생활비",
    "isDefault": true, "createdAt": "2026-11-26T09:30:00Z"
}))]
struct RegisteredCard {
    /// The card: `methodId` elsewhere.
    id: Uuid,
    /// Its brand.
    brand: String,
    /// The last four digits of its number.
    last4: String,
    /// What the member calls it; may be empty.
    name: String,
    /// Whether it is the one that pays where none is named. At most one card is.
    is_default: bool,
    /// When it was registered.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl From<payment::Card> for RegisteredCard {
    fn from(card: payment::Card) -> Self {
        let payment::Card { id, brand, last4, name, is_default, created_at } = card;
        Self { id, brand, last4, name, is_default, created_at }
    }
}

/// List one's cards
///
/// The registered cards, the default one first, then the newest: 10 at most, so that they come in one
/// part.
#[utoipa::path(
    get, path = "/payment/methods", operation_id = "listPaymentMethods", tag = "payment",
    security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The cards.", body = Part<RegisteredCard>))
)]
async fn list(State(shop): State<Shop>, Member(by): Member) -> Result<Json<Part<RegisteredCard>>, Refusal> {
    let cards = payment::cards(&shop, &by).await?;
    Ok(Json(Part { items: cards.into_iter().map(RegisteredCard::from).collect(), next: None }))
}

/// Where the registration of a card stands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({}))]
struct CardRegistration {
    /// The word that the gateway's page came back with, good once and for some minutes; none to begin.
    #[schema(min_length = 1, max_length = 300)]
    auth_key: Option<String>,
}

/// A registration that has begun.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "registrationPage": "https://gateway.example/v1/billing?customerKey=5f1c…&successUrl=https%3A%2F%2Fshop.example%2F…"
}))]
struct BegunRegistration {
    /// The gateway's page for the shopper's browser.
    registration_page: String,
}

refusals!(RegisterRefused: TooManyCards, GatewayUnavailable);

/// Register a card
///
/// Takes two steps, for card numbers are typed in at the gateway alone. Without `authKey` it tells the
/// gateway's page: send the shopper's browser there. It comes back to the shop's `/my/cards/return`, with
/// `authKey` in the address. A browser that is signed in has registered the card then; otherwise send
/// that `authKey` here. The same one again is the same card. One that the gateway takes no card for, as it is
/// none of its own, too old or for a card that cannot be registered, is refused as `unknown`: begin again. The
/// first card is the default one, and a member has 10 at most.
#[utoipa::path(
    post, path = "/payment/methods", operation_id = "createPaymentMethod", tag = "payment",
    security(("bearer" = []), ("session" = [])),
    request_body = CardRegistration,
    responses(
        (status = 200, description = "Begun: where to go on.", body = BegunRegistration),
        (status = 201, description = "The registered card.", body = RegisteredCard),
        RegisterRefused
    )
)]
async fn register(
    State(shop): State<Shop>,
    Member(by): Member,
    Origin(origin): Origin,
    Body(registration): Body<CardRegistration>,
) -> Result<Response, Refusal> {
    let Some(word) = registration.auth_key else {
        let registration_page = payment::registration(&shop, &by, &origin, "").await?;
        return Ok(Json(BegunRegistration { registration_page }).into_response());
    };
    let id = payment::register(&shop, &by, &word).await.map_err(|error| match Failure::from(error) {
        // Nothing was to be paid.
        Failure::PaymentRefused => Failure::Invalid(Flaws::one("authKey", Flaw::Unknown)),
        failure => failure,
    })?;
    Ok((StatusCode::CREATED, Json(one(&shop, &by, id).await?)).into_response())
}

/// What changes about a card; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "생활비", "isDefault": true }))]
struct CardChange {
    /// What the member calls it, up to 30 characters; may be empty.
    #[schema(format = "optional-line", max_length = 30)]
    name: Option<String>,
    /// `true` makes it the default one in place of the one before; `false` leaves that as it is.
    is_default: Option<bool>,
}

/// Change a card
///
/// Renames a card of one's own, or makes it the one that pays where none is named.
#[utoipa::path(
    post, path = "/payment/methods/{methodId}", operation_id = "updatePaymentMethod", tag = "payment",
    security(("bearer" = []), ("session" = [])),
    params(("methodId" = Uuid, Path, description = "The card.")), request_body = CardChange,
    responses((status = 200, description = "The card as it is now.", body = RegisteredCard))
)]
async fn change(
    State(shop): State<Shop>,
    Member(by): Member,
    Id(id): Id<Uuid>,
    Body(new): Body<CardChange>,
) -> Result<Json<RegisteredCard>, Refusal> {
    let before = one(&shop, &by, id).await?;
    let name = new.name.unwrap_or(before.name);
    let changed = payment::change(&shop, &by, id, &name, new.is_default.unwrap_or_default()).await;
    changed.map_err(|error| match Failure::from(error) {
        // Removed meanwhile.
        Failure::CardGone => Failure::NotFound,
        failure => failure,
    })?;
    Ok(Json(one(&shop, &by, id).await?))
}

refusals!(RemoveRefused: PaymentChecking);

/// Remove a card
///
/// Forgets a card of one's own, at the gateway too. While a payment by it is open it stays.
#[utoipa::path(
    delete, path = "/payment/methods/{methodId}", operation_id = "deletePaymentMethod", tag = "payment",
    security(("bearer" = []), ("session" = [])),
    params(("methodId" = Uuid, Path, description = "The card.")),
    responses((status = 204, description = "It is gone."), RemoveRefused)
)]
async fn remove(State(shop): State<Shop>, Member(by): Member, Id(id): Id<Uuid>) -> Result<StatusCode, Refusal> {
    one(&shop, &by, id).await?;
    payment::remove(&shop, &by, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One of one's own cards.
async fn one(shop: &Shop, by: &Shopper, id: MethodId) -> Result<RegisteredCard, Refusal> {
    let card = payment::cards(shop, by).await?.into_iter().find(|card| card.id == id);
    Ok(card.ok_or(Failure::NotFound)?.into())
}
