//! Coupon campaigns: how far each has come, and the button that stops it.

use contract::{
    Failure,
    coupon::{CampaignId, CampaignOrder, CampaignState, IssueMode},
    money::grouped,
    table::PAGE,
    when::kst,
};
use domain::coupon::{self, Campaign, CampaignFilter, MOST_USED};
use leptos::prelude::*;
use time::OffsetDateTime;

use super::{Ask, Tabs, staff};
use crate::{
    context::shop,
    desk::table::{Asked, Turn},
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

/// What the URL asks for; the newest first where it names no order.
pub(super) fn filter(asked: &Asked) -> CampaignFilter {
    let sort = asked.get("sort");
    let order = words::read::<CampaignOrder>(sort.trim_end_matches("-desc"));
    CampaignFilter {
        search: asked.get("q").to_owned(),
        state: words::read(asked.get("state")),
        mode: words::read(asked.get("mode")),
        order: order.unwrap_or_default(),
        down: order.is_none() || sort.ends_with("-desc"),
    }
}

/// The campaigns.
#[component]
pub(crate) fn CampaignsPage() -> impl IntoView {
    let asked = Asked::here();
    let stopped = !asked.get("stopped").is_empty();
    page(async move {
        let shop = shop()?;
        let filter = filter(&asked);
        let found = coupon::list(&shop, &staff()?, &filter, asked.after().as_ref(), PAGE).await?;
        let now = shop.now();
        let form = returned("staff/coupons");
        let empty = found.rows.is_empty().then(|| view! { <p class="empty">{t!("campaigns-empty")}</p> });
        let items = found.rows.into_iter().map(|campaign| view! { <Item campaign now /> }).collect_view();
        Ok(view! {
            <Head title=t!("staff-coupons") private=true />
            <h1>{t!("staff-coupons")}</h1>
            <Tabs />
            {form.summary()}
            {stopped.then(|| view! { <p class="notice good" role="status">{t!("campaign-stopped-now")}</p> })}
            <p><a class="button primary" href="/staff/coupons/new">{t!("new-campaign")}</a></p>
            <Filters filter=filter.clone() />
            <Orders asked=asked.clone() filter />
            <ul class="panels">{items}</ul>
            {empty}
            <Turn asked next=found.next csv=true />
        }
        .into_any())
    })
}

#[component]
fn Item(campaign: Campaign, now: OffsetDateTime) -> impl IntoView {
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
}

#[component]
fn Filters(filter: CampaignFilter) -> impl IntoView {
    let states = CampaignState::ALL
        .iter()
        .zip(["running", "upcoming", "ended", "stopped"])
        .map(|(state, word)| {
            view! { <option value=word selected=filter.state == Some(*state)>{words::campaign_state(*state)}</option> }
        })
        .collect_view();
    let modes = IssueMode::ALL
        .iter()
        .zip(["download", "code", "staff", "sign_up"])
        .map(|(mode, word)| {
            view! { <option value=word selected=filter.mode == Some(*mode)>{words::issue_mode(*mode)}</option> }
        })
        .collect_view();
    view! {
        <form class="filters" method="get" action=LIST role="search">
            <div class="field">
                <label for="campaign-q">{t!("offer-campaign-search")}</label>
                <input id="campaign-q" type="search" name="q" value=filter.search autocomplete="off" />
            </div>
            <div class="field">
                <label for="state">{t!("claim-state")}</label>
                <select id="state" name="state"><option value="">{t!("stock-all")}</option> {states}</select>
            </div>
            <div class="field">
                <label for="mode">{t!("issue-mode")}</label>
                <select id="mode" name="mode"><option value="">{t!("stock-all")}</option> {modes}</select>
            </div>
            <button class="button">{t!("offer-filter")}</button>
        </form>
    }
}

/// The orders that the list can stand in.
#[component]
fn Orders(asked: Asked, filter: CampaignFilter) -> impl IntoView {
    let orders = [
        ("", (CampaignOrder::Id, true), t!("offer-order-newest")),
        ("name", (CampaignOrder::Name, false), t!("offer-order-name")),
        ("ends", (CampaignOrder::Ends, false), t!("offer-order-ends")),
        ("ends-desc", (CampaignOrder::Ends, true), t!("offer-order-ends-last")),
        ("issued-desc", (CampaignOrder::Issued, true), t!("offer-order-issued")),
    ];
    let links = orders
        .into_iter()
        .map(|(word, order, name)| {
            let current = ((filter.order, filter.down) == order).then_some("true");
            view! { <li><a href=asked.with("sort", word) aria-current=current>{name}</a></li> }
        })
        .collect_view();
    view! { <ul class="sorts" aria-label=t!("offer-order")>{links}</ul> }
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
    let used = if campaign.used > MOST_USED { format!("{}+", grouped(MOST_USED)) } else { grouped(campaign.used) };
    let code = campaign.code.map(|code| view! { <div><dt>{t!("coupon-code")}</dt><dd><code>{code}</code></dd></div> });
    let window = format!("{} ~ {}", kst(campaign.starts_at), kst(campaign.ends_at));
    view! {
        <p>{words::terms(&campaign.terms)}</p>
        <dl class="figures">
            <div><dt>{t!("campaign-issued")}</dt><dd>{format!("{} / {of}", grouped(campaign.issued.into()))}</dd></div>
            <div><dt>{t!("campaign-used")}</dt><dd>{used}</dd></div>
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
