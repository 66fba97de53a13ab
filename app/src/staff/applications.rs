//! Who wants to sell: the queue, and what was answered.

use contract::{
    Failure,
    application::{ApplicationId, ApplicationStatus},
    table::PAGE,
};
use domain::application::{self, Application};
use leptos::prelude::*;

use super::{Ask, Reason, Tabs, staff};
use crate::{
    application::Sheet,
    context::shop,
    desk::table::{Asked, Turn},
    form::{Sent, answer, returned},
    page::{Head, page},
    text::t,
    words,
};

/// The page.
const LIST: &str = "/staff/applications";

/// Makes who applied a seller; approved already, it stays so.
#[server(prefix = "/fn", endpoint = "staff/application-approve")]
async fn approve(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        application::approve(&shop()?, &staff()?, parse_id(&id)?).await?;
        Ok(format!("{LIST}?saved=approved"))
    };
    answer(Sent { form: &form_name(&id), page: LIST, fields: &[] }, outcome.await).await
}

/// Rejects an application, for a reason that who applied reads.
#[server(prefix = "/fn", endpoint = "staff/application-reject")]
async fn reject(#[server(default)] id: String, #[server(default)] reason: String) -> Result<(), Failure> {
    let outcome = async {
        application::reject(&shop()?, &staff()?, parse_id(&id)?, &reason).await?;
        Ok(format!("{LIST}?saved=rejected"))
    };
    let outcome = outcome.await;
    answer(Sent { form: &form_name(&id), page: LIST, fields: &[("reason", &reason)] }, outcome).await
}

fn parse_id(typed: &str) -> Result<ApplicationId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

fn form_name(id: &str) -> String {
    format!("staff/applications/{id}")
}

/// The applications: those that wait by who came first, the others newest first.
#[component]
pub(crate) fn ApplicationsPage() -> impl IntoView {
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let asked = Asked::here();
        let status = words::read(asked.get("status")).unwrap_or(ApplicationStatus::Requested);
        let list = application::list(&shop, &staff, status, asked.after().as_ref(), PAGE).await?;
        let saved = match asked.get("saved") {
            "approved" => Some(t!("application-approved-now")),
            "rejected" => Some(t!("application-rejected-now")),
            _ => None,
        };
        let saved = saved.map(|sentence| view! { <p class="notice good" role="status">{sentence}</p> });
        let kinds = [
            ("", ApplicationStatus::Requested),
            ("approved", ApplicationStatus::Approved),
            ("rejected", ApplicationStatus::Rejected),
        ];
        let kinds = kinds.map(|(word, kind)| {
            let current = (kind == status).then_some("true");
            view! { <li><a href=asked.with("status", word) aria-current=current>{words::application_status(kind)}</a></li> }
        });
        let empty = list.rows.is_empty().then(|| view! { <p class="empty">{t!("applications-empty")}</p> });
        let names: Vec<String> = list.rows.iter().map(|one| form_name(&one.id.to_string())).collect();
        let refused = crate::form::returned_within("staff/applications/", &names);
        let items = list.rows.into_iter().map(|application| view! { <Item application /> }).collect_view();
        Ok(view! {
            <Head title=t!("applications") private=true />
            <h1>{t!("applications")}</h1>
            <Tabs />
            {saved}
            {refused.summary()}
            <ul class="sorts" aria-label=t!("applications-show")>{kinds.into_iter().collect_view()}</ul>
            <ul class="panels applications">{items}</ul>
            {empty}
            <Turn asked next=list.next />
        }
        .into_any())
    })
}

#[component]
fn Item(application: Application) -> impl IntoView {
    let id = application.id;
    let form = returned(&form_name(&id.to_string()));
    let open = form.typed("reason").is_some();
    let summary = form.summary();
    let steps = (application.status == ApplicationStatus::Requested).then(|| {
        view! {
            <div class="steps">
                <form action="/fn/staff/application-approve" method="post">
                    <input type="hidden" name="id" value=id />
                    <button class="button small primary">{t!("application-approve")}</button>
                </form>
                <Ask step=t!("application-reject") open=open>
                    <p>{t!("application-reject-note")}</p>
                    <form action="/fn/staff/application-reject" method="post">
                        <input type="hidden" name="id" value=id />
                        <Reason form scope=format!("application-{id}") />
                        <button class="button small">{t!("application-reject-now")}</button>
                    </form>
                </Ask>
            </div>
        }
    });
    let member = format!("/staff/members/{}", application.member);
    let who = format!("{} ({})", application.name, application.email);
    view! {
        <li class="panel" id=format!("application-{id}")>
            <h2>{application.shop_name.clone()}</h2>
            {summary}
            <p>{t!("application-member")} ": " <a href=member>{who}</a></p>
            <Sheet application />
            {steps}
        </li>
    }
}
