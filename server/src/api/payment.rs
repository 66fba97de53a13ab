//! Payments: an order that is held is paid, and what has become of it.

mod card;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use contract::{
    Failure,
    order::{OrderId, OrderStatus, PaymentStatus},
    payment::{MethodId, PaymentState, Way},
};
use domain::{
    Shop,
    member::Shopper,
    order,
    payment::{self, PaymentView, Started},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    body::{Id, Whole},
    caller::Member,
    document::KeyHeader,
    origin::Origin,
    problem::Refusal,
    refusals::refusals,
    replay::{RequiredKey, Undecided},
    together::{Flaws, Together, named_card},
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    card::router().routes(routes!(process)).routes(routes!(read))
}

/// How an order is to be paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "orderId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "method": "points", "expectedAmount": 16_200
}))]
struct PaymentOfOrder {
    /// The order: one's own that is not paid yet.
    order_id: Uuid,
    /// By what to pay all that is left of it.
    method: OrderPaidBy,
    /// Which registered card, where the method is `saved_card`; the default one where this is left out.
    /// Goes with no other method.
    method_id: Option<Uuid>,
    /// What is left to pay as far as the program knows, in won: where it is something else, nothing is
    /// paid. Not looked at where it is left out.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    expected_amount: Option<i64>,
}

impl Together for PaymentOfOrder {
    fn together(sent: &Value, _: &Shop) -> Flaws {
        named_card(sent, "/method", "/methodId").into_iter().collect()
    }
}

/// By what an order is paid: points of the wallet, a card that is typed in at the gateway's page, or a
/// card that is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OrderPaidBy {
    Points,
    Card,
    SavedCard,
}

/// What has become of an order by paying it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "orderId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "orderStatus": "placed", "paymentStatus": "paid",
    "payment": null
}))]
struct ProcessedPayment {
    /// The order.
    order_id: Uuid,
    /// Where it stands.
    order_status: OrderStatus,
    /// Where its money stands.
    payment_status: PaymentStatus,
    /// The payment by card that has paid it, or may have; null where points alone have paid it.
    payment: Option<CardPayment>,
}

/// A payment by card, of an order or of a charge of points.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c5-0c1d-7e2f-8a3b-4c5d6e7f8091", "orderId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f",
    "amount": 16_200, "state": "paid", "page": null, "brand": "현대", "last4": "1234", "failure": null,
    "canceled": 0, "createdAt": "2026-11-26T09:30:00Z"
}))]
pub(super) struct CardPayment {
    /// The payment.
    id: Uuid,
    /// The order that it pays; null where it charges points.
    order_id: Option<Uuid>,
    /// How much, in won.
    amount: i64,
    /// Where it stands. `pending`: the shopper has to go on at `page`. `unknown`: money may have been
    /// taken, and the shop asks the gateway until it knows. `paid`. `failed`: nothing was taken.
    /// `canceled`: given up, or taken when there was nothing left to pay and given back.
    state: PaymentState,
    /// The gateway's page for the shopper's browser, while the payment is pending; null otherwise. It leads
    /// back to the shop, where the shopper has to be signed in.
    page: Option<String>,
    /// The card's brand; null while it is not known.
    brand: Option<String>,
    /// The last four digits of its number; null while they are not known.
    last4: Option<String>,
    /// The gateway's word for why it was refused; null otherwise.
    failure: Option<String>,
    /// What of it went back to the card, or is about to, in won.
    canceled: i64,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl CardPayment {
    /// Where it is read.
    pub(super) fn place(&self) -> String {
        format!("/payment/payments/{}", self.id)
    }

    /// Whether money may have been taken, and nobody knows yet.
    pub(super) const fn is_unknown(&self) -> bool {
        matches!(self.state, PaymentState::Unknown)
    }
}

impl From<PaymentView> for CardPayment {
    fn from(view: PaymentView) -> Self {
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: view.id,
            order_id: view.order,
            amount: view.amount,
            state: view.state,
            page: view.page,
            brand: known(view.brand),
            last4: known(view.last4),
            failure: known(view.failure),
            canceled: view.canceled,
            created_at: view.created_at,
        }
    }
}

refusals!(
    ProcessRefused: NotFound,
    SumChanged,
    OrderExpired,
    AlreadyCanceled,
    StatusChanged,
    InsufficientPoints,
    PaymentChecking,
    CardGone,
    PaymentRefused,
    GatewayUnavailable,
);

/// Pay an order
///
/// Pays all that is left of an order of one's own that is held; an order that is paid stays so. Points
/// and registered cards pay at once. A card that is typed in pays at the gateway's page: send the
/// shopper's browser to `payment.page`, and read the payment until it is no longer `pending`. Where the
/// gateway does not answer, the payment is `unknown`: the shop goes on asking, nothing else pays the order
/// until it knows, and the same request again charges nothing and answers where the payment stands. A
/// registered card that is refused cancels the order, and its lines are back in the cart.
#[utoipa::path(
    post, path = "/payment/process-payment", operation_id = "processPayment", tag = "payment",
    security(("bearer" = []), ("session" = [])),
    params(KeyHeader), request_body = PaymentOfOrder,
    responses((status = 200, description = "Where order and payment stand now.", body = ProcessedPayment), ProcessRefused)
)]
async fn process(
    State(shop): State<Shop>,
    Member(by): Member,
    _key: RequiredKey,
    Origin(origin): Origin,
    Whole(wish): Whole<PaymentOfOrder>,
) -> Result<Response, Refusal> {
    let saved = wish.method == OrderPaidBy::SavedCard;
    let payment = if wish.method == OrderPaidBy::Points {
        pay_by_points(&shop, &by, &wish).await?;
        None
    } else {
        let way = way(&shop, &by, saved, wish.method_id).await?;
        match payment::pay_order(&shop, &by, wish.order_id, way, wish.expected_amount, &origin).await {
            Ok(started) => match begun(&shop, &by, &started).await {
                Ok(payment) => Some(payment),
                // It was paid before, by points alone.
                Err(Failure::NotFound) => None,
                Err(failure) => return Err(failure.into()),
            },
            // Sent again, it goes on with what has begun.
            Err(domain::Error::Refused(Failure::PaymentChecking)) if saved => None,
            Err(error) => return Err(error.into()),
        }
    };
    let order = order::detail(&shop, &by, wish.order_id).await?.summary;
    let payment = match payment {
        Some(payment) => Some(payment),
        None => standing(&shop, order.id).await?,
    };
    let open = order.payment == PaymentStatus::Unknown || payment.as_ref().is_some_and(CardPayment::is_unknown);
    let (order_status, payment_status) = (order.status, order.payment);
    let processed = ProcessedPayment { order_id: order.id, order_status, payment_status, payment };
    Ok(kept_once_known(Json(processed).into_response(), open))
}

/// The payment by card that has paid an order of one's own, or may have.
async fn standing(shop: &Shop, order: OrderId) -> Result<Option<CardPayment>, Refusal> {
    let mut newest = payment::of_order(shop, order).await?.into_iter().rev();
    let counts = newest.find(|one| matches!(one.state, PaymentState::Paid | PaymentState::Unknown));
    Ok(counts.map(CardPayment::from))
}

/// An answer that is not kept while a payment is open of which nobody knows whether it was made, so that
/// the same key finds out.
pub(super) fn kept_once_known(mut response: Response, open: bool) -> Response {
    if open {
        response.extensions_mut().insert(Undecided);
    }
    response
}

/// What is left of an order that waits to be paid does not change any more, so that it can be compared
/// before.
async fn pay_by_points(shop: &Shop, by: &Shopper, wish: &PaymentOfOrder) -> Result<(), Refusal> {
    if let Some(expected) = wish.expected_amount {
        let order = order::detail(shop, by, wish.order_id).await?;
        let due = order.summary.total - order.points_used;
        if order.summary.status == OrderStatus::PendingPayment && due != expected {
            return Err(Failure::SumChanged.into());
        }
    }
    Ok(order::pay(shop, by, wish.order_id).await?)
}

/// Which card is meant: of the registered ones the default one, where none is named.
pub(super) async fn way(shop: &Shop, by: &Shopper, saved: bool, card: Option<MethodId>) -> Result<Way, Refusal> {
    if !shop.takes_cards() {
        return Err(Failure::GatewayUnavailable.into());
    }
    match card {
        _ if !saved => Ok(Way::New),
        Some(card) => Ok(Way::Saved(card)),
        None => {
            // The default one comes first.
            let first = payment::cards(shop, by).await?.into_iter().next().ok_or(Failure::CardGone)?;
            Ok(Way::Saved(first.id))
        }
    }
}

/// A payment that has begun, now or before.
pub(super) async fn begun(shop: &Shop, by: &Shopper, started: &Started) -> Result<CardPayment, Failure> {
    let (Started::Page(id) | Started::Settled(id, _)) = started;
    let view = payment::find(shop, by, *id).await?;
    if view.state == PaymentState::Failed { Err(Failure::PaymentRefused) } else { Ok(view.into()) }
}

/// Read a payment
///
/// Where a payment by card of one's own stands. Whether the shopper has come back from the gateway's
/// page or not, it follows what the gateway knows within a minute.
#[utoipa::path(
    get, path = "/payment/payments/{paymentId}", operation_id = "getPayment", tag = "payment",
    security(("bearer" = []), ("session" = [])),
    params(("paymentId" = Uuid, Path, description = "The payment.")),
    responses((status = 200, description = "The payment.", body = CardPayment))
)]
async fn read(State(shop): State<Shop>, Member(by): Member, Id(id): Id<Uuid>) -> Result<Json<CardPayment>, Refusal> {
    Ok(Json(payment::find(&shop, &by, id).await?.into()))
}
