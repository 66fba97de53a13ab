//! What a campaign has come to, as it goes on: a page that looks again by itself. It has no field, so
//! that nobody loses what they type.

use contract::money::{grouped, won};
use domain::coupon::{self, Campaign, Tally};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    Tabs,
    campaigns::{is_live, parse_id, state},
    staff,
};
use crate::{
    context::shop,
    page::{Head, page, refresh},
    text::{self, t},
};

/// Seconds between two looks.
const EVERY: &str = "5";

/// The page.
#[component]
pub(crate) fn LivePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let campaign = coupon::find(&shop, &staff, parse_id(&id)?).await?;
        let tally = coupon::tally(&shop, &staff, campaign.id).await?;
        let now = shop.now();
        let running = is_live(&campaign, now);
        if running {
            refresh(EVERY);
        }
        let again = running.then(|| view! { <p class="hint">{t!("offer-live-note", seconds = EVERY)}</p> });
        Ok(view! {
            <Head title=campaign.name.clone() private=true />
            <h1>{campaign.name.clone()} " " <span class="badge">{state(&campaign, now)}</span></h1>
            <Tabs />
            <section class="panel">
                <h2>{t!("offer-standing")}</h2>
                <Issued campaign=campaign.clone() />
                <Standing tally />
                <p class="hint">{t!("offer-as-of")} " " {text::time(now)}</p>
                {again}
            </section>
            <p class="facts"><a href=format!("/staff/coupons/{}", campaign.id)>{t!("offer-back-campaign")}</a></p>
        }
        .into_any())
    })
}

/// How many of its coupons were issued.
#[component]
fn Issued(campaign: Campaign) -> impl IntoView {
    let of = campaign.quantity.map_or_else(|| t!("campaign-unlimited"), |most| grouped(most.into()));
    let bar = campaign.quantity.map(|most| {
        view! { <progress max=most value=campaign.issued aria-label=t!("campaign-issued")></progress> }
    });
    view! { <p data-testid="issued">{t!("campaign-issued")} " " <strong>{grouped(campaign.issued.into())}</strong> " / " {of}</p> {bar} }
}

/// Where its coupons stand, and what was sold with them.
#[component]
pub(super) fn Standing(
    /// What it has come to.
    tally: Tally,
) -> impl IntoView {
    view! {
        <dl class="figures">
            <div><dt>{t!("coupon-status-available")}</dt><dd>{grouped(tally.available)}</dd></div>
            <div><dt>{t!("coupon-status-held")}</dt><dd>{grouped(tally.held)}</dd></div>
            <div><dt>{t!("coupon-status-used")}</dt><dd data-testid="used">{grouped(tally.used)}</dd></div>
            <div><dt>{t!("coupon-status-expired")}</dt><dd>{grouped(tally.expired)}</dd></div>
            <div><dt>{t!("coupon-status-revoked")}</dt><dd>{grouped(tally.revoked)}</dd></div>
            <div><dt>{t!("offer-discount-given")}</dt><dd data-testid="discount">{won(tally.discount)}</dd></div>
            <div><dt>{t!("offer-turnover")}</dt><dd data-testid="turnover">{won(tally.turnover)}</dd></div>
        </dl>
    }
}
