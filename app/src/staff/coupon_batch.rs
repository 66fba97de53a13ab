//! Members who were chosen for a coupon: how many, and what became of it.

use contract::{Failure, money::grouped};
use domain::coupon::{
    self,
    batch::{self, Batch},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{Tabs, campaigns::parse_id, chosen::path, staff};
use crate::{
    context::shop,
    desk::confirm::Confirm,
    form::{Sent, answer, returned},
    page::{Head, page, refresh},
    text::t,
};

/// Issues coupons to the members who were chosen. Asked for before, nothing more is issued.
#[server(prefix = "/fn", endpoint = "staff/coupon-issue")]
async fn issue(#[server(default)] id: String, #[server(default)] batch: String) -> Result<(), Failure> {
    let page = format!("{}/{batch}", path(&id));
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        batch::confirm(&shop, &staff, parse_id(&id)?, parse(&batch)?).await?;
        Ok(page.clone())
    };
    let outcome = outcome.await;
    answer(Sent { form: "staff/coupon-issue", page: &page, fields: &[] }, outcome).await
}

fn parse(batch: &str) -> Result<Uuid, Failure> {
    Uuid::parse_str(batch).map_err(|_| Failure::NotFound)
}

/// The page: asks first, then tells.
#[component]
pub(crate) fn BatchPage() -> impl IntoView {
    let (id, batch) = use_params_map()
        .with_untracked(|params| (params.get("id").unwrap_or_default(), params.get("batch").unwrap_or_default()));
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let campaign = coupon::find(&shop, &staff, parse_id(&id)?).await?;
        let batch = batch::find(&shop, &staff, campaign.id, parse(&batch)?).await?;
        let title = t!("offer-issue-of", name = campaign.name);
        let unknown = view! { <Unknown batch=batch.clone() /> };
        let content = if batch.done {
            view! { <Told batch /> }.into_any()
        } else if batch.confirmed {
            refresh("2");
            view! { <Progress batch /> }.into_any()
        } else {
            view! { <Question batch back=path(&id) /> }.into_any()
        };
        Ok(view! {
            <Head title=title.clone() private=true />
            <h1>{title}</h1>
            <Tabs />
            {returned("staff/coupon-issue").summary()}
            {content}
            {unknown}
            <p class="facts">
                <a href=path(&id)>{t!("offer-choose-others")}</a>
                <a href=format!("/staff/coupons/{id}")>{t!("offer-back-campaign")}</a>
            </p>
        }
        .into_any())
    })
}

#[component]
fn Question(batch: Batch, back: String) -> impl IntoView {
    let issue = batch.would_issue();
    let left = batch.left.map_or_else(|| t!("campaign-unlimited"), |left| grouped(left.into()));
    let figures = view! {
        <dl class="figures">
            <div><dt>{t!("offer-chosen")}</dt><dd data-testid="chosen">{grouped(batch.chosen.into())}</dd></div>
            <div><dt>{t!("offer-had")}</dt><dd>{grouped(batch.have_now)}</dd></div>
            <div><dt>{t!("campaign-left")}</dt><dd>{left}</dd></div>
        </dl>
    };
    let short = i64::from(batch.chosen) - batch.have_now - issue;
    let short = (short > 0).then(|| view! { <p class="hint">{t!("offer-short", count = grouped(short))}</p> });
    if issue == 0 || !batch.open {
        let why = if batch.open { t!("offer-nobody") } else { t!("failure-campaign-closed") };
        return view! { <section class="panel">{figures} <p class="notice bad" role="alert">{why}</p></section> }
            .into_any();
    }
    view! {
        <Confirm
            question=t!("offer-issue-question", count = grouped(issue))
            action="/fn/staff/coupon-issue"
            fields=vec![("id", batch.campaign.to_string()), ("batch", batch.id.to_string())]
            button=t!("offer-issue-now", count = grouped(issue))
            back
        >
            {figures}
            {short}
        </Confirm>
    }
    .into_any()
}

#[component]
fn Progress(batch: Batch) -> impl IntoView {
    let (decided, chosen) = (batch.decided(), batch.chosen);
    view! {
        <section class="panel" role="status">
            <p>{t!("offer-progress", done = grouped(decided.into()), all = grouped(chosen.into()))}</p>
            <progress max=chosen value=decided aria-label=t!("offer-issue")></progress>
            <p class="hint">{t!("offer-progress-note")}</p>
        </section>
    }
}

#[component]
fn Told(batch: Batch) -> impl IntoView {
    let had = (batch.had > 0).then(|| view! { <p>{t!("offer-told-had", count = grouped(batch.had.into()))}</p> });
    let missed =
        (batch.missed > 0).then(|| view! { <p>{t!("offer-told-missed", count = grouped(batch.missed.into()))}</p> });
    view! {
        <div class="notice good" role="status">
            <p>{t!("offer-told-issued", count = grouped(batch.issued.into()))}</p>
            {had}
            {missed}
        </div>
    }
}

#[component]
fn Unknown(batch: Batch) -> impl IntoView {
    (batch.unknown > 0).then(|| {
        let more = usize::try_from(batch.unknown).unwrap_or_default() > batch.unknown_first.len();
        let more =
            more.then(|| view! { <p class="hint">{t!("offer-first-shown", count = batch.unknown_first.len())}</p> });
        let items = batch.unknown_first.into_iter().map(|address| view! { <li>{address}</li> }).collect_view();
        view! {
            <section class="panel">
                <h2>{t!("offer-unknown", count = grouped(batch.unknown.into()))}</h2>
                <ul class="named">{items}</ul>
                {more}
            </section>
        }
    })
}
