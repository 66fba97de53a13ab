//! Coupons of members: to be had, and one's own.

mod issue;

use axum::{Json, extract::State};
use contract::coupon::{Benefit, CouponStatus, Terms};
use domain::{
    Shop,
    coupon::{self, Offer},
};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    body::Query,
    caller::{Caller, Member},
    list::{Page, Part},
    problem::Refusal,
};

pub(super) use issue::counter;

pub(super) fn router() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(mine)).routes(routes!(offers))
}

/// A member's coupon.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "0199b2c4-7a51-7c3e-9c1f-0a2b3c4d5e6f", "campaignId": 1, "name": "마당 나들이 10%", "status": "available",
    "terms": {
        "percent": 10, "amount": null, "maxDiscount": 5000, "minOrder": 20000, "productIds": [], "categoryIds": []
    },
    "issuedAt": "2026-11-26T09:30:00Z", "expiresAt": "2026-12-26T09:30:00Z"
}))]
struct Coupon {
    /// The coupon, to be named when ordering.
    id: Uuid,
    /// Its campaign.
    #[schema(minimum = 1)]
    campaign_id: i64,
    /// What members read.
    name: String,
    /// Where it stands; `available` ones can be used.
    status: CouponStatus,
    /// What comes off, and from what.
    terms: CouponTerms,
    /// When it was issued.
    #[serde(with = "time::serde::rfc3339")]
    issued_at: OffsetDateTime,
    /// It can be used until then.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// What a coupon takes off, and from what: a share or an amount.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CouponTerms {
    /// So many percent come off, rounded down to whole won; null where it is an amount.
    #[schema(minimum = 1, maximum = 100)]
    percent: Option<i64>,
    /// So many won come off, at most the price of what it applies to; null where it is a share.
    #[schema(minimum = 1)]
    amount: Option<i64>,
    /// The most that a share takes off, in won; null without a limit.
    #[schema(minimum = 1)]
    max_discount: Option<i64>,
    /// From so much on, in won, of what it applies to.
    #[schema(minimum = 0)]
    min_order: i64,
    /// It applies to these products
    product_ids: Vec<i64>,
    /// and to these categories; to everything, where both are empty.
    category_ids: Vec<i64>,
}

impl From<Terms> for CouponTerms {
    fn from(terms: Terms) -> Self {
        let (percent, amount, max_discount) = match terms.benefit {
            Benefit::Percent { percent, max } => (Some(percent), None, max),
            Benefit::Amount(amount) => (None, Some(amount), None),
        };
        let (product_ids, category_ids) = (terms.products, terms.categories);
        Self { percent, amount, max_discount, min_order: terms.min_order, product_ids, category_ids }
    }
}

impl From<coupon::Coupon> for Coupon {
    fn from(own: coupon::Coupon) -> Self {
        Self {
            id: own.id,
            campaign_id: own.campaign,
            name: own.name,
            status: own.status,
            terms: own.terms.into(),
            issued_at: own.issued_at,
            expires_at: own.expires_at,
        }
    }
}

/// List one's coupons
///
/// All of them, wherever they stand, the newest first.
#[utoipa::path(
    get, path = "/coupon/mine", operation_id = "listOwnCoupons", tag = "coupon",
    security(("bearer" = []), ("session" = [])), params(Page),
    responses((status = 200, description = "A part of the coupons.", body = Part<Coupon>))
)]
async fn mine(
    State(shop): State<Shop>,
    Member(by): Member,
    Query(page): Query<Page>,
) -> Result<Json<Part<Coupon>>, Refusal> {
    let after = page.after()?;
    if after.as_ref().is_some_and(|after| after.id::<Uuid>().is_none() || after.value::<i64>().is_none()) {
        return Err(Page::no_cursor());
    }
    let rows = coupon::page(&shop, &by, after.as_ref(), page.limit()).await?;
    Ok(Json(Part::of(rows, Coupon::from)))
}

/// A campaign whose coupons can be taken now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "campaignId": 1, "name": "마당 나들이 10%",
    "terms": {
        "percent": 10, "amount": null, "maxDiscount": 5000, "minOrder": 20000, "productIds": [], "categoryIds": []
    },
    "left": 1000, "endsAt": "2027-11-26T09:30:00Z", "validDays": 30, "taken": false
}))]
struct CouponOffer {
    /// The campaign, to be named when taking a coupon.
    #[schema(minimum = 1)]
    campaign_id: i64,
    /// What members read.
    name: String,
    /// What comes off, and from what.
    terms: CouponTerms,
    /// Coupons that are left; null without a limit.
    #[schema(minimum = 0)]
    left: Option<i32>,
    /// Coupons can be taken until then.
    #[serde(with = "time::serde::rfc3339")]
    ends_at: OffsetDateTime,
    /// Days that a coupon is good for, from when it was taken.
    #[schema(minimum = 1)]
    valid_days: i32,
    /// Whether the asker, signed in, has as many as one may have.
    taken: bool,
}

impl From<Offer> for CouponOffer {
    fn from(offer: Offer) -> Self {
        Self {
            campaign_id: offer.campaign,
            name: offer.name,
            terms: offer.terms.into(),
            left: offer.left,
            ends_at: offer.ends_at,
            valid_days: offer.valid_days,
            taken: offer.taken,
        }
    }
}

/// List what can be taken
///
/// Campaigns whose coupons anybody may take now, those that end first before the others: 100 at most, so
/// that they come in one part. Open to everybody; who is signed in is told what they have.
#[utoipa::path(
    get, path = "/coupon/offers", operation_id = "listCouponOffers", tag = "coupon",
    security((), ("bearer" = []), ("session" = [])),
    responses((status = 200, description = "The campaigns.", body = Part<CouponOffer>))
)]
async fn offers(State(shop): State<Shop>, caller: Caller) -> Result<Json<Part<CouponOffer>>, Refusal> {
    let offers = coupon::offers(&shop, caller.shopper.map(|shopper| shopper.id())).await?;
    Ok(Json(Part { items: offers.into_iter().map(CouponOffer::from).collect(), next: None }))
}
