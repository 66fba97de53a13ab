//! One campaign, and giving its coupon to a member.

use contract::{Failure, coupon::CampaignId};
use domain::coupon;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{
    Tabs,
    campaign_preview::Preview,
    campaigns::{Figures, Stop, is_live, parse_id, state},
    coupon_live::Standing,
    staff,
};
use crate::{
    context::shop,
    desk::table::Asked,
    form::{Field, Sent, answer, returned},
    page::{Head, page},
    text::t,
};

/// Gives a coupon to the member with an e-mail address. The form's key makes a double click give
/// one.
#[server(prefix = "/fn", endpoint = "staff/coupon-give")]
async fn give_coupon(
    #[server(default)] id: String,
    #[server(default)] email: String,
    #[server(default)] key: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let coupon = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        coupon::give(&shop, &staff, coupon, parse_id(&id)?, &email).await?;
        Ok(format!("/staff/coupons/{id}?given=1"))
    };
    let outcome = outcome.await;
    let page = format!("/staff/coupons/{id}");
    answer(Sent { form: "staff/coupon-give", page: &page, fields: &[("email", &email), ("key", &key)] }, outcome).await
}

/// Lets a campaign that was stopped go on. Going on already, it does.
#[server(prefix = "/fn", endpoint = "staff/coupon-resume")]
async fn resume_campaign(#[server(default)] id: String) -> Result<(), Failure> {
    let page = format!("/staff/coupons/{id}");
    let outcome = async {
        coupon::resume(&shop()?, &staff()?, parse_id(&id)?).await?;
        Ok(format!("{page}?resumed=1"))
    };
    let outcome = outcome.await;
    answer(Sent { form: "staff/coupon-resume", page: &page, fields: &[] }, outcome).await
}

/// The campaign.
#[component]
pub(crate) fn CampaignPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let asked = Asked::here();
    let is = move |word: &str| !asked.get(word).is_empty();
    let (created, given, resumed) = (is("created"), is("given"), is("resumed"));
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let campaign = coupon::find(&shop, &staff, parse_id(&id)?).await?;
        let now = shop.now();
        let form = returned("staff/coupon-give");
        let key = form.value("key", &Uuid::now_v7().to_string());
        let stop = is_live(&campaign, now).then(|| view! { <Stop id=campaign.id /> });
        let resume =
            (campaign.stopped_at.is_some() && campaign.ends_at > now).then(|| view! { <Resume id=campaign.id /> });
        let tally = coupon::tally(&shop, &staff, campaign.id).await?;
        let affected = coupon::affected(&shop, &staff, &campaign.terms).await?;
        let (name, number) = (campaign.name.clone(), campaign.id);
        let state = state(&campaign, now);
        Ok(view! {
            <Head title=name.clone() private=true />
            <h1>{name} " " <span class="badge">{state}</span></h1>
            <Tabs />
            {created.then(|| view! { <p class="notice good" role="status">{t!("campaign-created")}</p> })}
            {resumed.then(|| view! { <p class="notice good" role="status">{t!("offer-resumed")}</p> })}
            {returned("staff/coupon-resume").summary()}
            {given.then(|| view! { <p class="notice good" role="status">{t!("coupon-given")}</p> })}
            <section class="panel">
                <Figures campaign />
                <div class="actions">{stop} {resume}</div>
            </section>
            <section class="panel">
                <h2>{t!("offer-standing")}</h2>
                <Standing tally />
                <div class="actions">
                    <a class="button small" href=format!("/staff/coupons/{number}/live")>{t!("offer-live")}</a>
                    <a class="button small" href=format!("/staff/coupons/{number}/copies")>{t!("offer-copies")}</a>
                    <a class="button small" href=format!("/staff/coupons/{number}/issue")>{t!("offer-issue")}</a>
                </div>
            </section>
            <section class="narrow">
                <h2>{t!("give-coupon")}</h2>
                {form.summary()}
                <form action="/fn/staff/coupon-give" method="post">
                    <input type="hidden" name="id" value=number />
                    <input type="hidden" name="key" value=key />
                    <Field name="email" label=t!("email") form=form kind="email" inputmode="email" required=true hint=t!("member-email-hint") />
                    <button class="button primary">{t!("give-coupon")}</button>
                </form>
            </section>
            <Preview affected />
        }
        .into_any())
    })
}

/// The button that lets a campaign go on.
#[component]
fn Resume(id: CampaignId) -> impl IntoView {
    view! {
        <form action="/fn/staff/coupon-resume" method="post">
            <input type="hidden" name="id" value=id />
            <button class="button small">{t!("offer-resume")}</button>
        </form>
    }
}
