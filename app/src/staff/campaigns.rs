//! Coupon campaigns: how far each has come, and the button that stops it.

use contract::{Failure, coupon::CampaignId, money::grouped, when::kst};
use domain::coupon::{self, Campaign};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use time::OffsetDateTime;

use super::{Ask, Tabs, staff};
use crate::{
    context::shop,
    form::{Sent, answer, returned},
    page::{Head, page},
    text::t,
    words,
};

/// The page of the list.
const LIST: &str = "/staff/coupons";

/// Stops a campaign; what members have stays good. Stopped already, it stays so.
#[server(prefix = "/fn", endpoint = "staff/coupon-stop")]
async fn stop_campaign(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        coupon::stop(&shop()?, &staff()?, parse_id(&id)?).await?;
        Ok(format!("{LIST}?stopped=1"))
    };
    answer(Sent { form: "staff/coupons", page: LIST, fields: &[] }, outcome.await).await
}

pub(super) fn parse_id(typed: &str) -> Result<CampaignId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

/// The campaigns, newest first.
#[component]
pub(crate) fn CampaignsPage() -> impl IntoView {
    let stopped = use_query_map().with_untracked(|query| query.get("stopped").is_some());
    page(async move {
        let shop = shop()?;
        let campaigns = coupon::list(&shop, &staff()?).await?;
        let now = shop.now();
        let form = returned("staff/coupons");
        let empty = campaigns.is_empty().then(|| view! { <p class="empty">{t!("campaigns-empty")}</p> });
        let items = campaigns
            .into_iter()
            .map(|campaign| {
                let href = format!("{LIST}/{}", campaign.id);
                let name = campaign.name.clone();
                let stop = is_live(&campaign, now).then(|| view! { <Stop id=campaign.id /> });
                view! {
                    <li class="panel">
                        <h2><a href=href.clone()>{name}</a> " " <span class="badge">{state(&campaign, now)}</span></h2>
                        <Figures campaign />
                        <div class="actions">
                            <a class="button small" href=href>{t!("campaign-open")}</a>
                            {stop}
                        </div>
                    </li>
                }
            })
            .collect_view();
        Ok(view! {
            <Head title=t!("staff-coupons") private=true />
            <h1>{t!("staff-coupons")}</h1>
            <Tabs />
            {form.summary()}
            {stopped.then(|| view! { <p class="notice good" role="status">{t!("campaign-stopped-now")}</p> })}
            <p><a class="button primary" href="/staff/coupons/new">{t!("new-campaign")}</a></p>
            <ul class="panels">{items}</ul>
            {empty}
        }
        .into_any())
    })
}

/// The button that stops a campaign, one click deep.
#[component]
pub(super) fn Stop(
    /// The campaign.
    id: CampaignId,
) -> impl IntoView {
    view! {
        <Ask step=t!("campaign-stop")>
            <p>{t!("campaign-stop-note")}</p>
            <form action="/fn/staff/coupon-stop" method="post">
                <input type="hidden" name="id" value=id />
                <button class="button small">{t!("campaign-stop-now")}</button>
            </form>
        </Ask>
    }
}

/// What a campaign gives, to whom, and how far it has come.
#[component]
pub(super) fn Figures(
    /// The campaign.
    campaign: Campaign,
) -> impl IntoView {
    let of = campaign.quantity.map_or_else(|| t!("campaign-unlimited"), |most| grouped(most.into()));
    let left = campaign
        .quantity
        .map_or_else(|| t!("campaign-unlimited"), |most| grouped(most.saturating_sub(campaign.issued).into()));
    let code = campaign.code.map(|code| view! { <div><dt>{t!("coupon-code")}</dt><dd><code>{code}</code></dd></div> });
    let window = format!("{} ~ {}", kst(campaign.starts_at), kst(campaign.ends_at));
    view! {
        <p>{words::terms(&campaign.terms)}</p>
        <dl class="figures">
            <div><dt>{t!("campaign-issued")}</dt><dd>{format!("{} / {of}", grouped(campaign.issued.into()))}</dd></div>
            <div><dt>{t!("campaign-used")}</dt><dd>{grouped(campaign.used)}</dd></div>
            <div><dt>{t!("campaign-left")}</dt><dd>{left}</dd></div>
            <div><dt>{t!("issue-mode")}</dt><dd>{words::issue_mode(campaign.mode)}</dd></div>
            {code}
            <div><dt>{t!("valid-days")}</dt><dd>{t!("days", count = campaign.valid_days)}</dd></div>
            <div><dt>{t!("per-member")}</dt><dd>{campaign.per_member}</dd></div>
            <div class="wide"><dt>{t!("campaign-window")}</dt><dd>{window}</dd></div>
        </dl>
    }
}

/// Whether stopping it would change anything.
pub(super) fn is_live(campaign: &Campaign, now: OffsetDateTime) -> bool {
    campaign.stopped_at.is_none() && campaign.ends_at > now
}

/// Where a campaign stands.
pub(super) fn state(campaign: &Campaign, now: OffsetDateTime) -> String {
    if campaign.stopped_at.is_some() {
        t!("campaign-stopped")
    } else if campaign.ends_at <= now {
        t!("campaign-over")
    } else if campaign.quantity.is_some_and(|most| campaign.issued >= most) {
        t!("campaign-sold-out")
    } else if campaign.starts_at > now {
        t!("campaign-not-begun")
    } else {
        t!("campaign-running")
    }
}
