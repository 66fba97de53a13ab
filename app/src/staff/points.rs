//! Correcting a member's points.

use contract::Failure;
use domain::{member, points};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use super::{Reason, Tabs, staff};
use crate::{
    context::shop,
    form::{Field, Sent, answer, returned},
    page::{Head, page},
    text::t,
};

/// The page of the form.
const PAGE: &str = "/staff/points";

/// Corrects the balance of the member with an e-mail address. The form's key makes a double click
/// correct once.
#[server(prefix = "/fn", endpoint = "staff/points")]
async fn adjust_points(
    #[server(default)] email: String,
    #[server(default)] amount: String,
    #[server(default)] reason: String,
    #[server(default)] key: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, staff) = (shop()?, staff()?);
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let member = member::find_by_email(&shop, &staff, &email).await?;
        points::adjust(&shop, &staff, key, member, &amount, &reason).await?;
        Ok(format!("{PAGE}?adjusted=1"))
    };
    let outcome = outcome.await;
    let fields = [("email", email.as_str()), ("amount", &amount), ("reason", &reason), ("key", &key)];
    answer(Sent { form: "staff/points", page: PAGE, fields: &fields }, outcome).await
}

/// The form.
#[component]
pub(crate) fn PointsPage() -> impl IntoView {
    let adjusted = use_query_map().with_untracked(|query| query.get("adjusted").is_some());
    page(async move {
        staff()?;
        let form = returned("staff/points");
        let key = form.value("key", &Uuid::now_v7().to_string());
        Ok(view! {
            <Head title=t!("adjust-points") private=true />
            <h1>{t!("adjust-points")}</h1>
            <Tabs />
            {adjusted.then(|| view! { <p class="notice good" role="status">{t!("points-adjusted")}</p> })}
            <section class="narrow">
                {form.summary()}
                <form action="/fn/staff/points" method="post">
                    <input type="hidden" name="key" value=key />
                    <Field name="email" label=t!("email") form=form.clone() kind="email" inputmode="email" required=true hint=t!("member-email-hint") />
                    <Field name="amount" label=t!("amount") form=form.clone() required=true hint=t!("adjust-hint") />
                    <Reason form=form scope="points" />
                    <button class="button primary">{t!("adjust-points")}</button>
                </form>
            </section>
        }
        .into_any())
    })
}
