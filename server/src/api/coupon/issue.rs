//! Getting a coupon.

use axum::{Json, extract::State, http::StatusCode};
use contract::{
    Failure,
    form::{Flaw, Flaws},
};
use domain::{
    Shop, coupon,
    member::{Shopper, Staff},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Coupon;
use crate::api::{body::Body, caller::Member, problem::Refusal, refusals::refusals, replay::Key};

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
    Body(asked): Body<CouponIssue>,
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
        asked => return Err(unclear(&asked)),
    };
    Ok((StatusCode::CREATED, Json(had.into())))
}

fn staff(by: &Shopper) -> Result<Staff, Failure> {
    Staff::of(by).map_err(|_| Failure::ScopeRequired)
}

/// What is said where it is not clear which coupon is meant.
fn unclear(asked: &CouponIssue) -> Refusal {
    let one_by_code = asked.code.is_some() && asked.email.is_none();
    let campaign = (asked.campaign_id.is_none() && !one_by_code).then_some(("campaign_id", Flaw::Required));
    let code = asked.code.is_some().then_some(("code", Flaw::NotTogether));
    let flaws = campaign.into_iter().chain(code).map(|(field, flaw)| (field.to_owned(), flaw));
    Failure::Invalid(flaws.collect::<Flaws>()).into()
}
