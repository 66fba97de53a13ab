//! Getting a coupon.

use axum::{Json, extract::State, http::StatusCode};
use contract::{Failure, form::Flaw};
use domain::{
    Shop, coupon,
    member::{Shopper, Staff},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Coupon;
use crate::api::{
    body::Whole,
    caller::Member,
    problem::Refusal,
    refusals::refusals,
    replay::Key,
    together::{Flaws, Together, flaw, is_there},
};

/// Where coupons are handed out, and codes could be guessed.
pub(in crate::api) fn counter() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(issue))
}

/// Which coupon: either `campaignId` or `code`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "campaignId": 1 }))]
struct CouponIssue {
    /// The campaign to take one of, as the offers name it.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    campaign_id: Option<i64>,
    /// A code to take one by: 4 to 40 letters, digits and hyphens; upper and lower case are the same. Goes
    /// with nothing else.
    #[schema(format = "coupon-code", min_length = 4, max_length = 40)]
    code: Option<String>,
    /// The e-mail address of the member who gets it, where the staff gives one; beside `campaignId`.
    #[schema(format = "email", min_length = 1, max_length = 254)]
    email: Option<String>,
}

impl Together for CouponIssue {
    fn together(sent: &Value, _: &Shop) -> Flaws {
        let [campaign, code, email] = ["/campaignId", "/code", "/email"].map(|place| is_there(sent, place));
        let flaws = [
            flaw("/campaignId", Flaw::Required, !campaign && (!code || email)),
            flaw("/code", Flaw::NotTogether, code && (campaign || email)),
        ];
        flaws.into_iter().flatten().collect()
    }
}

refusals!(IssueRefused: ScopeRequired, NotFound, CampaignClosed, CouponExhausted, CouponAlreadyIssued);

/// Get a coupon
///
/// By `campaignId` what the offers show, first come, first served; by `code` what the code is for. The
/// staff gives one of any campaign to the member with this `email`. 20 a minute are taken from one
/// address, where the shop has set nothing else, so that codes are not guessed.
#[utoipa::path(
    post, path = "/coupon/issue", operation_id = "issueCoupon", tag = "coupon",
    security(("bearer" = []), ("session" = [])),
    request_body = CouponIssue,
    responses((status = 201, description = "The coupon.", body = Coupon), IssueRefused)
)]
async fn issue(
    State(shop): State<Shop>,
    Member(by): Member,
    key: Key,
    Whole(asked): Whole<CouponIssue>,
) -> Result<(StatusCode, Json<Coupon>), Refusal> {
    let had = match asked {
        CouponIssue { campaign_id: Some(campaign), code: None, email: None } => {
            coupon::download(&shop, &by, key.0, campaign).await?;
            coupon::own(&shop, &by, key.0).await?
        }
        CouponIssue { campaign_id: None, code: Some(code), email: None } => {
            coupon::redeem(&shop, &by, key.0, &code).await?;
            coupon::own(&shop, &by, key.0).await?
        }
        CouponIssue { campaign_id: Some(campaign), code: None, email: Some(email) } => {
            let staff = staff(&by)?;
            coupon::give(&shop, &staff, key.0, campaign, &email).await?;
            coupon::given(&shop, &staff, key.0).await?
        }
        // What goes together has been looked at.
        _ => return Err(Failure::BadRequest.into()),
    };
    Ok((StatusCode::CREATED, Json(had.into())))
}

fn staff(by: &Shopper) -> Result<Staff, Failure> {
    Staff::of(by).map_err(|_| Failure::ScopeRequired)
}
