//! What an order of the cart would come to.

use axum::{Json, extract::State};
use contract::{
    Failure, Won,
    cart::{CartLine, Totals},
    coupon::{CouponId, PricedLine},
};
use domain::{
    Shop,
    cart::{self, Owner},
    coupon::{self, Choice},
    member::Shopper,
    points,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::api::{body::Body, caller::Member, problem::Refusal, refusals::refusals};

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(quote))
}

/// How the cart would be ordered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "points": 2000 }))]
struct QuoteAsked {
    /// The coupon to use; none where this is left out.
    coupon_id: Option<Uuid>,
    /// How much of it to pay by points, in won, as far as there are points and anything to pay; none where
    /// this is left out.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    points: Option<i64>,
}

/// What an order of the cart as it is would come to right now. It promises nothing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "lines": [{
        "productId": 2, "title": "춘향전", "author": "작자 미상", "sellerId": 1, "quantity": 2, "unitPrice": 18400,
        "total": 36800, "available": 92, "inStock": true
    }],
    "goods": 36800, "discount": 3680, "delivery": 0, "total": 33120, "points": 2000, "pointsMax": 33120, "due": 31120,
    "coupons": [{
        "couponId": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "name": "마당 나들이 10%", "discount": 3680,
        "expiresAt": "2026-12-26T09:30:00Z"
    }]
}))]
struct OrderQuote {
    /// What is in the cart, in the order it was put in.
    lines: Vec<QuotedLine>,
    /// The price of all lines, in won.
    goods: i64,
    /// What the coupon takes off, in won.
    discount: i64,
    /// The delivery fees together, in won.
    delivery: i64,
    /// Goods and delivery less the discount, in won: what to send as `expectedTotal`.
    total: i64,
    /// What of it points would pay, in won.
    points: i64,
    /// The most that points could pay of it, in won.
    points_max: i64,
    /// What points leave to pay, in won.
    due: i64,
    /// The coupons that can be used for this cart, the best first.
    coupons: Vec<QuotedCoupon>,
}

/// A line of the cart as it would be ordered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct QuotedLine {
    /// The product.
    product_id: i64,
    /// Its title.
    title: String,
    /// Who wrote it.
    author: String,
    /// Who sells it.
    seller_id: i64,
    /// Copies wanted.
    quantity: i32,
    /// The price for one, in won.
    unit_price: i64,
    /// The price of the line, in won.
    total: i64,
    /// Copies that can be bought right now; 0 where the product is not on sale.
    available: i32,
    /// Whether so many can be had; while one line has it not, nothing can be ordered.
    in_stock: bool,
}

impl From<CartLine> for QuotedLine {
    fn from(line: CartLine) -> Self {
        Self {
            total: line.total(),
            in_stock: line.in_stock(),
            product_id: line.product,
            title: line.title,
            author: line.author,
            seller_id: line.seller,
            quantity: line.quantity,
            unit_price: line.unit_price,
            available: line.available,
        }
    }
}

/// A coupon that can be used.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct QuotedCoupon {
    /// The coupon: what to send as `couponId`.
    coupon_id: Uuid,
    /// What members read.
    name: String,
    /// What it takes off, in won.
    discount: i64,
    /// It can be used until then.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

impl QuotedCoupon {
    /// None where the coupon takes nothing off.
    fn of(choice: Choice) -> Option<Self> {
        let Choice { coupon, discount } = choice;
        let discount = discount.ok()?;
        Some(Self { coupon_id: coupon.id, name: coupon.name, discount, expires_at: coupon.expires_at })
    }
}

refusals!(QuoteRefused: CartEmpty, CouponUnusable);

/// Quote an order
///
/// Tells what `POST /order/process-order` would take for the member's cart as it is, with this coupon and so
/// many points, and which coupons there are for it. Changes nothing, and holds nothing: prices and stock are
/// those of the moment.
#[utoipa::path(
    post, path = "/order/quote", operation_id = "quoteOrder", tag = "order",
    security(("bearer" = []), ("session" = [])),
    request_body = QuoteAsked,
    responses((status = 200, description = "What it would come to.", body = OrderQuote), QuoteRefused)
)]
async fn quote(
    State(shop): State<Shop>,
    Member(by): Member,
    Body(asked): Body<QuoteAsked>,
) -> Result<Json<OrderQuote>, Refusal> {
    let lines = cart::lines(&shop, Owner::Member(by.id())).await?;
    if lines.is_empty() {
        return Err(Failure::CartEmpty.into());
    }
    let sums = lines.iter().map(|line| (line.seller, line.unit_price, line.quantity));
    let sums = Totals::of(sums, shop.policy.delivery);
    let priced: Vec<PricedLine> = lines.iter().map(CartLine::priced).collect();
    let discount = match asked.coupon_id {
        Some(id) => discount(&shop, &by, id, &priced).await?,
        None => 0,
    };
    let choices = coupon::choices(&shop, &by, &priced).await?;
    let total = sums.total() - discount;
    let points_max = points::balance(&shop, &by).await?.min(total);
    let points = asked.points.unwrap_or(0).min(points_max);
    Ok(Json(OrderQuote {
        lines: lines.into_iter().map(QuotedLine::from).collect(),
        goods: sums.goods,
        discount,
        delivery: sums.delivery,
        total,
        points,
        points_max,
        due: total - points,
        coupons: choices.into_iter().filter_map(QuotedCoupon::of).collect(),
    }))
}

/// What one's own coupon takes off. Somebody else's is told from one that is used up by nobody.
async fn discount(shop: &Shop, by: &Shopper, id: CouponId, lines: &[PricedLine]) -> Result<Won, Refusal> {
    let coupon = coupon::own(shop, by, id).await.map_err(|error| match Failure::from(error) {
        Failure::NotFound => Failure::CouponUnusable,
        failure => failure,
    })?;
    if !coupon.is_usable(shop.now()) {
        return Err(Failure::CouponUnusable.into());
    }
    let parts = coupon.terms.discount(lines).map_err(|_| Failure::CouponUnusable)?;
    Ok(parts.iter().sum())
}
