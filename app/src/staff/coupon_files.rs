//! Campaigns and their coupons as files, and addresses that come as one.

use async_trait::async_trait;
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use contract::{
    Failure,
    coupon::CampaignId,
    table::{Cursor, Rows},
    when::kst,
};
use domain::{
    Shop,
    coupon::{self, Campaign, CampaignFilter, Copies, Held, batch},
    member::Staff,
};
use tower_sessions::Session;

use super::{
    campaigns::{self, parse_id, state},
    chosen::{FILE, path},
    copies,
};
use crate::{
    context::Visitor,
    desk::{
        download::{CHUNK, Download, failed, send},
        form_file::{FormFile, LARGEST},
        staff_of,
        table::Asked,
    },
    form::refuse_file,
    text::t,
    words,
};

/// The routes.
pub(crate) fn routes() -> Router<Shop> {
    Router::new()
        .route("/staff/coupons.csv", get(campaigns_file))
        .route("/staff/coupons/{id}/copies.csv", get(copies_file))
        .route("/staff/coupons/{id}/issue/file", post(address_file).layer(DefaultBodyLimit::max(LARGEST)))
}

struct CampaignsFile {
    shop: Shop,
    by: Staff,
    filter: CampaignFilter,
}

#[async_trait]
impl Download for CampaignsFile {
    type Row = Campaign;

    fn name(&self) -> &'static str {
        "campaigns"
    }

    fn head(&self) -> Vec<String> {
        let names = [t!("name"), t!("claim-state"), t!("campaign-benefit"), t!("issue-mode"), t!("coupon-code")];
        let numbers = [t!("quantity"), t!("campaign-issued"), t!("per-member"), t!("starts-at"), t!("ends-at")];
        ["id".to_owned()].into_iter().chain(names).chain(numbers).collect()
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Campaign>, Failure> {
        Ok(coupon::list(&self.shop, &self.by, &self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: Campaign) -> Vec<String> {
        let state = state(&row, self.shop.now());
        let mode = words::issue_mode(row.mode);
        let quantity = row.quantity.map(|most| most.to_string()).unwrap_or_default();
        let (issued, each) = (row.issued.to_string(), row.per_member.to_string());
        let (code, terms) = (row.code.unwrap_or_default(), words::terms(&row.terms));
        let (starts, ends) = (kst(row.starts_at), kst(row.ends_at));
        vec![row.id.to_string(), row.name, state, terms, mode, code, quantity, issued, each, starts, ends]
    }
}

async fn campaigns_file(State(shop): State<Shop>, Extension(visitor): Extension<Visitor>, parts: Parts) -> Response {
    let outcome = async {
        let by = staff_of(&visitor)?;
        let filter = campaigns::filter(&Asked::of(&parts));
        send(CampaignsFile { shop, by, filter }, visitor.locale).await
    };
    outcome.await.unwrap_or_else(|failure| failed(&failure))
}

struct CopiesFile {
    shop: Shop,
    by: Staff,
    campaign: CampaignId,
    filter: Copies,
}

#[async_trait]
impl Download for CopiesFile {
    type Row = Held;

    fn name(&self) -> &'static str {
        "coupons"
    }

    fn head(&self) -> Vec<String> {
        let times = [t!("offer-issued-at"), t!("offer-expires-at"), t!("offer-hold-order"), t!("why")];
        [t!("email"), t!("name"), t!("claim-state")].into_iter().chain(times).collect()
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Held>, Failure> {
        Ok(coupon::copies(&self.shop, &self.by, self.campaign, &self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: Held) -> Vec<String> {
        let order = row.order.map(|order| order.to_string()).unwrap_or_default();
        let status = words::coupon_status(row.status);
        vec![row.email, row.name, status, kst(row.issued_at), kst(row.expires_at), order, row.reason]
    }
}

async fn copies_file(
    State(shop): State<Shop>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    let outcome = async {
        let by = staff_of(&visitor)?;
        let campaign = coupon::find(&shop, &by, parse_id(&id)?).await?.id;
        let filter = copies::filter(&Asked::of(&parts));
        send(CopiesFile { shop, by, campaign, filter }, visitor.locale).await
    };
    outcome.await.unwrap_or_else(|failure| failed(&failure))
}

/// Chooses the members whose addresses a file brings, and goes on to how many they are.
async fn address_file(
    State(shop): State<Shop>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    session: Session,
    form: Multipart,
) -> Response {
    let outcome = async {
        let by = staff_of(&visitor)?;
        let form = FormFile::read(form).await?;
        let key = form.key()?;
        batch::by_file(&shop, &by, key, parse_id(&id)?, form.file()?).await?;
        Ok::<_, Failure>(key)
    };
    let page = path(&id);
    match outcome.await {
        Ok(key) => Redirect::to(&format!("{page}/{key}")).into_response(),
        // For everybody else there is no page to come back to.
        Err(failure @ Failure::NotFound) => failed(&failure),
        Err(failure) => refuse_file(&session, FILE, &page, failure).await,
    }
}
