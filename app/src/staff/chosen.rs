//! Choosing members who shall get a coupon.

use contract::{Failure, money::grouped};
use domain::coupon::{
    self,
    batch::{self, MOST_CHOSEN, MOST_LINES, MOST_TYPED, Wanted},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{Tabs, campaigns::parse_id, staff};
use crate::{
    context::shop,
    form::{Field, Returned, Sent, answer, returned},
    page::{Head, page},
    text::t,
};

/// The name of the form that brings a file.
pub(super) const FILE: &str = "staff/coupon-choose-file";

/// The page of a campaign.
pub(super) fn path(id: &str) -> String {
    format!("/staff/coupons/{id}/issue")
}

/// Chooses members by their addresses. The form's key makes a double click choose once.
#[server(prefix = "/fn", endpoint = "staff/coupon-choose")]
async fn choose_by_address(
    #[server(default)] id: String,
    #[server(default)] emails: String,
    #[server(default)] key: String,
) -> Result<(), Failure> {
    let page = path(&id);
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        batch::by_address(&shop, &staff, key, parse_id(&id)?, &emails).await?;
        Ok(format!("{page}/{key}"))
    };
    let outcome = outcome.await;
    let fields = [("emails", emails.as_str()), ("key", &key)];
    answer(Sent { form: "staff/coupon-choose", page: &page, fields: &fields }, outcome).await
}

/// Chooses members by what they have in common.
#[server(prefix = "/fn", endpoint = "staff/coupon-choose-all")]
async fn choose_by_filter(
    #[server(default)] id: String,
    #[server(default)] since: String,
    #[server(default)] bought_days: String,
    #[server(default)] shoppers: String,
    #[server(default)] key: String,
) -> Result<(), Failure> {
    let page = path(&id);
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let wanted = Wanted { since: since.clone(), bought_days: bought_days.clone(), shoppers: !shoppers.is_empty() };
        batch::by_filter(&shop, &staff, key, parse_id(&id)?, &wanted).await?;
        Ok(format!("{page}/{key}"))
    };
    let outcome = outcome.await;
    let fields = [("since", since.as_str()), ("bought_days", &bought_days), ("shoppers", &shoppers), ("key", &key)];
    answer(Sent { form: "staff/coupon-choose-all", page: &page, fields: &fields }, outcome).await
}

/// The page with its three ways to choose.
#[component]
pub(crate) fn ChoosePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    page(async move {
        let campaign = coupon::find(&shop()?, &staff()?, parse_id(&id)?).await?;
        let title = t!("offer-issue-of", name = campaign.name.clone());
        let (typed, file, all) = (returned("staff/coupon-choose"), returned(FILE), returned("staff/coupon-choose-all"));
        let left = campaign
            .quantity
            .map_or_else(|| t!("campaign-unlimited"), |most| grouped(most.saturating_sub(campaign.issued).into()));
        Ok(view! {
            <Head title=title.clone() private=true />
            <h1>{title}</h1>
            <Tabs />
            {typed.summary()} {file.summary()} {all.summary()}
            <p>{t!("campaign-left")} ": " <strong>{left}</strong></p>
            <div class="forms">
                <ByAddress id=id.clone() form=typed />
                <ByFile id=id.clone() />
                <ByFilter id=id.clone() form=all />
            </div>
            <p class="facts"><a href=format!("/staff/coupons/{id}")>{t!("offer-back-campaign")}</a></p>
        }
        .into_any())
    })
}

#[component]
fn ByAddress(id: String, form: Returned) -> impl IntoView {
    let key = form.value("key", &Uuid::now_v7().to_string());
    let flaw = form.flaw("emails");
    let described = if flaw.is_some() { "emails-flaw emails-hint" } else { "emails-hint" };
    let most = grouped(i64::try_from(MOST_TYPED).unwrap_or(i64::MAX));
    view! {
        <form class="panel" action="/fn/staff/coupon-choose" method="post">
            <h2>{t!("offer-by-address")}</h2>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="key" value=key />
            <div class="field">
                <label for="emails">{t!("offer-emails")} <span class="required" aria-hidden="true">" *"</span></label>
                <textarea
                    id="emails"
                    name="emails"
                    rows="8"
                    required=true
                    autocomplete="off"
                    aria-invalid=flaw.is_some().then_some("true")
                    aria-describedby=described
                >
                    {form.value("emails", "")}
                </textarea>
                {flaw.map(|flaw| view! { <p class="flaw" id="emails-flaw">{flaw}</p> })}
                <p class="hint" id="emails-hint">{t!("offer-emails-hint", most = most)}</p>
            </div>
            <button class="button primary">{t!("offer-choose")}</button>
        </form>
    }
}

#[component]
fn ByFile(id: String) -> impl IntoView {
    let most = grouped(i64::try_from(MOST_LINES).unwrap_or(i64::MAX));
    view! {
        <form class="panel" action=format!("{}/file", path(&id)) method="post" enctype="multipart/form-data">
            <h2>{t!("offer-by-file")}</h2>
            <input type="hidden" name="key" value=Uuid::now_v7().to_string() />
            <div class="field">
                <label for="file">{t!("offer-file")}</label>
                <input id="file" name="file" type="file" accept=".csv,text/csv" required=true aria-describedby="file-hint" />
                <p class="hint" id="file-hint">{t!("offer-by-file-hint", most = most)}</p>
            </div>
            <button class="button primary">{t!("offer-choose")}</button>
        </form>
    }
}

#[component]
fn ByFilter(id: String, form: Returned) -> impl IntoView {
    let key = form.value("key", &Uuid::now_v7().to_string());
    // An untouched form proposes shoppers alone.
    let shoppers = form.typed("shoppers").is_none_or(|typed| !typed.is_empty());
    view! {
        <form class="panel" action="/fn/staff/coupon-choose-all" method="post">
            <h2>{t!("offer-by-filter")}</h2>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="key" value=key />
            <Field name="since" label=t!("offer-since") form=form.clone() kind="date" hint=t!("offer-since-hint") />
            <Field name="bought_days" label=t!("offer-bought-days") form=form inputmode="numeric" hint=t!("offer-bought-hint") />
            <label class="tick">
                <input type="checkbox" name="shoppers" value="1" checked=shoppers />
                {t!("offer-shoppers")}
            </label>
            <p class="hint">{t!("offer-by-filter-hint", most = grouped(MOST_CHOSEN))}</p>
            <button class="button primary">{t!("offer-choose")}</button>
        </form>
    }
}
