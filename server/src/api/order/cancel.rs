//! Canceling before it ships: whole, or some copies.

use axum::{Json, extract::State};
use contract::{
    Failure,
    form::{self, optional_line},
    order::{OrderId, OrderStatus, PaymentStatus},
    product::ProductId,
};
use domain::{
    Shop,
    member::Shopper,
    order::{self, Detail, Effect},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    As, OrderCopies, as_what, copies,
    view::{self, Order, RefundedLine},
};
use crate::api::{
    body::{Id, Whole},
    caller::Member,
    document::KeyHeader,
    problem::Refusal,
    refusals::refusals,
    replay::RequiredKey,
    together::{Flaws, Together, each_once},
};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(preview)).routes(routes!(cancel))
}

/// What to cancel.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "lines": [{ "productId": 2, "quantity": 1 }] }))]
struct CancelChoice {
    /// The copies, each product once; all that is kept where this is left out. A seller cancels their own goods alone.
    #[schema(min_items = 1, max_items = 100)]
    lines: Option<Vec<OrderCopies>>,
}

impl Together for CancelChoice {
    fn together(sent: &Value, _: &Shop) -> Flaws {
        each_once(sent)
    }
}

/// What canceling would give back right now.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "lines": [{ "productId": 2, "quantity": 1, "goods": 18400, "discount": 0 }], "goods": 18400, "discount": 0,
    "delivery": 0, "returnFee": 0, "amount": 18400, "points": 18400, "card": 0, "coupon": false
}))]
struct CancelPreview {
    /// The copies that would be canceled.
    lines: Vec<RefundedLine>,
    /// Their price, in won.
    goods: i64,
    /// Their part of the discount, in won; it comes off.
    discount: i64,
    /// Delivery fees that would come back, in won.
    delivery: i64,
    /// What the way back costs, in won: nothing for what is canceled.
    return_fee: i64,
    /// What would come back in all, in won: what to send as `expectedRefund`.
    amount: i64,
    /// What of it as points, in won.
    points: i64,
    /// What of it to the card, in won.
    card: i64,
    /// Whether the coupon of the order would be given back, as nothing of the order is kept.
    coupon: bool,
}

impl CancelPreview {
    fn of(effect: &Effect) -> Self {
        let refund = &effect.refund;
        Self {
            lines: refund.lines.iter().map(RefundedLine::of).collect(),
            goods: refund.goods,
            discount: refund.discount,
            delivery: refund.delivery,
            return_fee: refund.return_fee,
            amount: refund.amount(),
            points: refund.amount() - effect.to_card,
            card: effect.to_card,
            coupon: effect.coupon,
        }
    }
}

refusals!(PreviewRefused:
    AlreadyCanceled, OrderExpired, AlreadyConfirmed, AlreadyShipped, TooManyCopies, WholeOrderOnly, PaymentChecking,
    TotalTooLarge,
);

/// Look at what canceling gives back
///
/// Changes nothing. One's own order; with the scope `staff` any, with the scope `seller` the seller's own
/// goods. An order that is not paid gives back nothing but the points that were taken for it.
#[utoipa::path(
    post, path = "/order/orders/{orderId}/cancel-preview", operation_id = "previewCancel", tag = "order",
    security(("bearer" = []), ("session" = [])),
    params(("orderId" = Uuid, Path, description = "The order.")), request_body = CancelChoice,
    responses((status = 200, description = "What would come back.", body = CancelPreview), PreviewRefused)
)]
async fn preview(
    State(shop): State<Shop>,
    Member(by): Member,
    Id(id): Id<OrderId>,
    Whole(chosen): Whole<CancelChoice>,
) -> Result<Json<CancelPreview>, Refusal> {
    let taken = chosen.lines.as_deref().map(copies);
    let who = as_what(&shop, &by, id).await?;
    let (order, seller) = match &who {
        As::Buyer => (order::detail(&shop, &by, id).await?, None),
        As::Operator(operator) => (order::detail_by(&shop, operator, id).await?, operator.seller()),
    };
    // An order that is not paid ends as a whole, and has no refund.
    if order.summary.status == OrderStatus::PendingPayment && taken.is_none() && seller.is_none() {
        return match order.summary.payment {
            PaymentStatus::Unknown => Err(Failure::PaymentChecking.into()),
            _ => Ok(Json(CancelPreview { coupon: !order.coupon.is_empty(), ..CancelPreview::default() })),
        };
    }
    let effect = match who {
        As::Buyer => own(&shop, &by, &order, taken.as_deref()).await?,
        As::Operator(operator) => order::preview_by(&shop, &operator, id, taken.as_deref()).await?,
    };
    Ok(Json(CancelPreview::of(&effect)))
}

async fn own(shop: &Shop, by: &Shopper, order: &Detail, taken: Option<&[(ProductId, i32)]>) -> Result<Effect, Refusal> {
    let refund = order::preview(shop, by, order.summary.id, taken).await?;
    let kept = order.summary.lines.iter().map(order::OrderLineView::kept).sum::<i32>();
    let gone = refund.lines.iter().map(|line| line.quantity).sum::<i32>();
    let to_card = order.to_card(refund.amount());
    Ok(Effect { to_card, coupon: !order.coupon.is_empty() && kept == gone, refund })
}

/// What to cancel, and for what refund.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "lines": [{ "productId": 2, "quantity": 1 }], "expectedRefund": 18400 }))]
struct OrderCancel {
    /// The copies, each product once; all that is kept where this is left out. A seller cancels their own goods alone.
    #[schema(min_items = 1, max_items = 100)]
    lines: Option<Vec<OrderCopies>>,
    /// What is to come back, in won: the `amount` of the preview, 0 for an order that is not paid. Where
    /// anything else would come back, nothing is canceled. Who ordered may leave it out; who runs the shop
    /// leaves it out where the order is not paid.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    expected_refund: Option<i64>,
    /// Why, up to 200 characters, as the shopper reads it: needed of who runs the shop. Of who ordered none
    /// is kept.
    #[schema(format = "optional-line", max_length = 200)]
    reason: Option<String>,
}

impl Together for OrderCancel {
    fn together(sent: &Value, _: &Shop) -> Flaws {
        each_once(sent)
    }
}

refusals!(CancelRefused:
    AlreadyCanceled, OrderExpired, AlreadyConfirmed, AlreadyShipped, TooManyCopies, WholeOrderOnly, RefundChanged,
    PaymentChecking, TotalTooLarge, StatusChanged,
);

/// Cancel an order, or some of it
///
/// Gives back stock, money and, where nothing of the order is kept, the coupon; what is with the carrier
/// already comes back through a claim. One's own order; with the scope `staff` any, with the scope `seller`
/// the seller's own goods. An order that is not paid is canceled as a whole, by who ordered or the staff. The
/// same key cancels once.
#[utoipa::path(
    post, path = "/order/orders/{orderId}/cancel", operation_id = "cancelOrder", tag = "order",
    security(("bearer" = []), ("session" = [])),
    params(KeyHeader, ("orderId" = Uuid, Path, description = "The order.")), request_body = OrderCancel,
    responses((status = 200, description = "The order as it is now.", body = Order), CancelRefused)
)]
async fn cancel(
    State(shop): State<Shop>,
    Member(by): Member,
    RequiredKey(key): RequiredKey,
    Id(id): Id<OrderId>,
    Whole(asked): Whole<OrderCancel>,
) -> Result<Json<Order>, Refusal> {
    let taken = asked.lines.as_deref().map(copies);
    let expected = asked.expected_refund;
    let reason = optional_line(&asked.reason.unwrap_or_default(), 200);
    let reason = reason.map_err(|flaw| Failure::Invalid(form::Flaws::one("reason", flaw)))?;
    Ok(Json(match as_what(&shop, &by, id).await? {
        As::Buyer => {
            order::cancel(&shop, &by, id, key, taken.as_deref(), expected).await?;
            view::own(&shop, &by, id).await?
        }
        As::Operator(operator) => {
            order::cancel_by(&shop, &operator, id, key, taken.as_deref(), expected, &reason).await?;
            view::run_by(&shop, &operator, id).await?
        }
    }))
}
