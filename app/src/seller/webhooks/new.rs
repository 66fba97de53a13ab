//! The page of a new webhook.

use contract::Failure;
use domain::subscription::{self, SubscriptionForm};
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    super::{Ways, operator},
    LIST,
    fields::{Fields, named, typed},
};
use crate::{
    form::{Sent, answer, returned},
    page::{Head, page},
    text::t,
};

const PAGE: &str = "/seller/webhooks/new";
const FORM: &str = "seller/webhook-new";

/// Subscribes to events. The form's key makes a double click make one.
#[server(prefix = "/fn", endpoint = "seller/webhook-new")]
async fn subscribe(#[server(default)] key: String, #[server(default)] form: SubscriptionForm) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let id = subscription::create(&shop, &by, key, &form).await?;
        Ok(format!("{LIST}/{id}?created=1"))
    };
    let outcome = outcome.await;
    let typed = typed(&form);
    let mut fields: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.push(("key", &key));
    answer(Sent { form: FORM, page: PAGE, fields: &fields }, named(outcome)).await
}

/// The page of the form; for the staff there is none.
#[component]
pub(crate) fn NewWebhookPage() -> impl IntoView {
    page(async move {
        let (shop, operator) = operator().await?;
        operator.seller().ok_or(Failure::NotFound)?;
        let private = subscription::allows_private(&shop);
        let form = returned(FORM);
        let key = form.value("key", &Uuid::now_v7().to_string());
        Ok(view! {
            <Head title=t!("hook-new") private=true />
            <h1>{t!("hook-new")}</h1>
            <Ways operator />
            {form.summary()}
            <p class="facts"><a href=LIST>{t!("hook-back")}</a></p>
            <form class="panel confirm" action="/fn/seller/webhook-new" method="post">
                <input type="hidden" name="key" value=key />
                <Fields form private />
                <button class="button primary">{t!("hook-create")}</button>
            </form>
        }
        .into_any())
    })
}
