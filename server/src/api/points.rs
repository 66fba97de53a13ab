//! The points wallet: charged, told and traced back.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    Failure,
    points::PointsKind,
    table::{Cursor, Rows},
};
use domain::{
    Shop, payment,
    points::{self, Entry, Lot},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    body::{Query, Whole},
    caller::Member,
    document::KeyHeader,
    list::{Page, Part},
    origin::Origin,
    payment::{CardPayment, begun, kept_once_known, way},
    problem::Refusal,
    refusals::refusals,
    replay::RequiredKey,
    together::{Flaws, Together, named_card, number},
};

/// Points that run out within so many days are told.
const EXPIRING_DAYS: i64 = 30;

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(charge)).routes(routes!(balance)).routes(routes!(history))
}

/// What to charge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "amount": 10_000, "method": "card" }))]
struct PointsCharge {
    /// How many points, each for a won, within `chargeMin` and `chargeMax` of the balance.
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64)]
    amount: i64,
    /// By what to pay them.
    method: PointsPaidBy,
    /// Which registered card, where the method is `saved_card`; the default one where this is left out.
    /// Goes with no other method.
    method_id: Option<Uuid>,
}

/// By what points are paid: a card that is typed in at the gateway's page, or one that is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PointsPaidBy {
    Card,
    SavedCard,
}

/// A charge that has begun.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "balance": 110_000,
    "payment": {
        "id": "0199b2c5-0c1d-7e2f-8a3b-4c5d6e7f8091", "orderId": null, "amount": 10_000, "state": "paid",
        "page": null, "brand": "현대", "last4": "1234", "failure": null, "canceled": 0,
        "createdAt": "2026-11-26T09:30:00Z"
    }
}))]
struct ChargedPoints {
    /// The points in the wallet now; those of the charge are among them once the payment is `paid`.
    balance: i64,
    /// The payment.
    payment: CardPayment,
}

impl Together for PointsCharge {
    fn together(sent: &Value, shop: &Shop) -> Flaws {
        let amount = number(sent, "/amount").map(|amount| shop.policy.points.charge(&amount.to_string()));
        let amount = amount.and_then(Result::err).map(|flaw| ("/amount".to_owned(), flaw));
        amount.into_iter().chain(named_card(sent, "/method", "/methodId")).collect()
    }
}

refusals!(ChargeRefused: WalletFull, ChargeChecking, CardGone, PaymentRefused, GatewayUnavailable);

/// Charge points
///
/// Adds points to one's own wallet, paid by card. A registered card pays at once. A card that is typed
/// in pays at the gateway's page: send the shopper's browser to `payment.page`, and read the payment
/// until it is no longer `pending`; a page of another charge that was left open is given up. Where the
/// gateway does not answer, the payment is `unknown`: the shop goes on asking, and the same key charges
/// nothing more and answers where the payment stands. An amount out of the limits, which
/// `GET /points/balance` tells, is refused with them.
#[utoipa::path(
    post, path = "/points/charge", operation_id = "chargePoints", tag = "points",
    security(("bearer" = []), ("session" = [])),
    params(KeyHeader), request_body = PointsCharge,
    responses(
        (status = 201, description = "Where wallet and payment stand now.", body = ChargedPoints,
         headers(("Location" = String, description = "Where the payment is read."))),
        ChargeRefused
    )
)]
async fn charge(
    State(shop): State<Shop>,
    Member(by): Member,
    RequiredKey(key): RequiredKey,
    Origin(origin): Origin,
    Whole(wish): Whole<PointsCharge>,
) -> Result<Response, Refusal> {
    let saved = wish.method == PointsPaidBy::SavedCard;
    let way = way(&shop, &by, saved, wish.method_id).await?;
    let started = payment::charge_points(&shop, &by, key, wish.amount, way, &origin).await?;
    let payment = begun(&shop, &by, &started).await?;
    let place = HeaderValue::try_from(payment.place()).map_err(|_| Failure::Unavailable)?;
    let open = payment.is_unknown();
    let charged = ChargedPoints { balance: points::balance(&shop, &by).await?, payment };
    Ok(kept_once_known((StatusCode::CREATED, [(header::LOCATION, place)], Json(charged)).into_response(), open))
}

/// What is in the wallet, and what will be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "balance": 110_000, "toEarn": 810, "expiringSoon": [{ "amount": 500, "expiresOn": "2026-12-20" }],
    "chargeMin": 1_000, "chargeMax": 1_000_000, "walletMax": 10_000_000
}))]
struct PointsBalance {
    /// The points in the wallet; a point is a won.
    balance: i64,
    /// What paid purchases will earn once they are confirmed. Follows them within moments.
    to_earn: i64,
    /// What runs out within 30 days, by day, the nearest first.
    expiring_soon: Vec<ExpiringPoints>,
    /// The least that can be charged at once, in won.
    charge_min: i64,
    /// The most that can be charged at once, in won.
    charge_max: i64,
    /// The most that the wallet may hold by charging, in won.
    wallet_max: i64,
}

/// Points that run out on one day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ExpiringPoints {
    /// How many.
    amount: i64,
    /// The last day in Korea on which they can be spent.
    #[schema(format = Date)]
    expires_on: String,
}

impl From<Lot> for ExpiringPoints {
    fn from(lot: Lot) -> Self {
        Self { amount: lot.amount, expires_on: lot.expires_on.to_string() }
    }
}

/// Read the balance
///
/// One's own points: those that are there, those to come, those that run out soon, and the limits of
/// charging.
#[utoipa::path(
    get, path = "/points/balance", operation_id = "getPointsBalance", tag = "points",
    security(("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The wallet.", body = PointsBalance))
)]
async fn balance(State(shop): State<Shop>, Member(by): Member) -> Result<Json<PointsBalance>, Refusal> {
    let expiring = points::expiring(&shop, &by, EXPIRING_DAYS).await?;
    let policy = shop.policy.points;
    Ok(Json(PointsBalance {
        balance: points::balance(&shop, &by).await?,
        to_earn: points::to_earn(&shop, &by).await?,
        expiring_soon: expiring.into_iter().map(ExpiringPoints::from).collect(),
        charge_min: policy.charge_min,
        charge_max: policy.charge_max,
        wallet_max: policy.wallet_max,
    }))
}

/// A change of the balance.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 42, "kind": "charge", "amount": 10_000, "balanceAfter": 110_000, "orderId": null, "reason": "",
    "expiresOn": null, "createdAt": "2026-11-26T09:30:00Z"
}))]
struct PointsEntry {
    /// Names it; later ones have higher numbers.
    id: i64,
    /// Why the balance changed.
    kind: PointsKind,
    /// By how much; less than zero where points went.
    amount: i64,
    /// The balance afterwards.
    balance_after: i64,
    /// The order that it belongs to, if any.
    order_id: Option<Uuid>,
    /// Why the staff corrected it; empty otherwise.
    reason: String,
    /// The last day in Korea on which earned points can be spent.
    #[schema(format = Date)]
    expires_on: Option<String>,
    /// When it changed.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl From<Entry> for PointsEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            amount: entry.amount,
            balance_after: entry.balance_after,
            order_id: entry.order_id,
            reason: entry.reason,
            expires_on: entry.expires_on.map(|day| day.to_string()),
            created_at: entry.created_at,
        }
    }
}

/// Read the history
///
/// Every change of one's own balance, newest first.
#[utoipa::path(
    get, path = "/points/history", operation_id = "listPointsHistory", tag = "points",
    security(("bearer" = []), ("session" = [])), params(Page),
    responses((status = 200, description = "A part of the changes.", body = Part<PointsEntry>))
)]
async fn history(
    State(shop): State<Shop>,
    Member(by): Member,
    Query(page): Query<Page>,
) -> Result<Json<Part<PointsEntry>>, Refusal> {
    let before = page.after()?.map(|after| after.id().ok_or_else(Page::no_cursor)).transpose()?;
    let entries = points::history(&shop, &by, before, page.limit()).await?;
    let rows = Rows::cut(entries, page.limit(), |last| Cursor { value: String::new(), id: last.id.to_string() });
    Ok(Json(Part::of(rows, PointsEntry::from)))
}
