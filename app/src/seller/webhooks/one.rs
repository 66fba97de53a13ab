//! One webhook: where it stands and what to do about it, its form, and its secret.

use contract::{
    Failure,
    subscription::{FAILING_DAYS, Off, SubscriptionStatus},
};
use domain::{
    member::Operator,
    subscription::{self, Subscription, SubscriptionForm},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    super::{Ways, operator},
    LIST,
    acts::{EDIT, STEP},
    fields::Fields,
    named, parse_id,
    secret::SecretPart,
};
use crate::{
    desk::table::Asked,
    form::{Returned, returned},
    page::{Head, page},
    staff::Ask,
    text::{self, t},
    words,
};

/// The webhook. The staff sees all of it but the secret, and changes nothing but whether it goes on.
#[component]
pub(crate) fn WebhookPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let asked = Asked::here();
    page(async move {
        let (shop, operator) = operator().await?;
        let own = subscription::find(&shop, &operator, parse_id(&id)?).await?;
        let seller = operator.seller().is_some();
        let secret = if seller {
            let secrets = subscription::secrets(&shop, &operator, own.id).await?;
            Some(view! { <SecretPart secrets id=own.id version=own.version /> })
        } else {
            None
        };
        let form = returned(EDIT);
        let private = subscription::allows_private(&shop);
        let edit = seller.then(|| view! { <Edit own=own.clone() form=form.clone() private /> });
        let remove = seller.then(|| view! { <Remove id=own.id.to_string() /> });
        let title = t!("hook");
        let standing = words::subscription::standing(&own);
        let takes = own.status == SubscriptionStatus::Active && own.failing_since.is_none();
        let badge = if takes { "badge" } else { "badge few" };
        let (url, log) = (own.url.clone(), format!("{LIST}/{}/messages", own.id));
        Ok(view! {
            <Head title=title.clone() private=true />
            <h1>{title} " " <span class=badge>{standing}</span></h1>
            <Ways operator=operator.clone() />
            {form.summary()} {returned(STEP).summary()}
            <Done asked />
            <p class="facts"><a href=LIST>{t!("hook-back")}</a> <a href=log>{t!("hook-log")}</a></p>
            <section class="panel">
                <h2 class="address">{url}</h2>
                <State own=own.clone() />
                <Facts own=own.clone() operator />
                <Steps own seller />
            </section>
            {edit} {secret} {remove}
        }
        .into_any())
    })
}

/// What was just done.
#[component]
fn Done(asked: Asked) -> impl IntoView {
    let done = [
        ("created", t!("hook-created")),
        ("saved", t!("saved")),
        ("rotated", t!("hook-rotated")),
        ("paused", t!("hook-paused")),
        ("resumed", t!("hook-resumed")),
    ];
    let told = done.into_iter().find(|(word, _)| !asked.get(word).is_empty());
    told.map(|(_, sentence)| view! { <p class="notice good" role="status">{sentence}</p> })
}

/// Where it stands, and what that asks of its seller.
#[component]
fn State(own: Subscription) -> impl IntoView {
    let since = own.failing_since;
    let sentences = match (own.status, own.off, since) {
        (SubscriptionStatus::Active, _, None) => return view! { <p>{t!("hook-state-active")}</p> }.into_any(),
        (SubscriptionStatus::Paused, ..) => return view! { <p>{t!("hook-state-paused")}</p> }.into_any(),
        (SubscriptionStatus::Active, _, Some(_)) => {
            (t!("hook-state-failing"), t!("hook-do-failing", days = FAILING_DAYS))
        }
        (SubscriptionStatus::Failed, Some(Off::Gone), _) => (t!("subscription-off-gone"), t!("hook-do-off")),
        (SubscriptionStatus::Failed, ..) => (t!("subscription-off-failing", days = FAILING_DAYS), t!("hook-do-off")),
    };
    let since = since.map(|since| view! { {t!("hook-failing-since")} ": " {text::time(since)} });
    view! {
        <div class="notice bad">
            <p>{sentences.0}</p>
            <p>{since}</p>
            <p>{sentences.1}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Facts(own: Subscription, operator: Operator) -> impl IntoView {
    let seller = operator.seller().is_none().then(|| {
        view! { <div><dt>{t!("hook-seller")}</dt><dd>{own.seller_name}</dd></div> }
    });
    let about = (!own.description.is_empty()).then(|| {
        view! { <div class="wide"><dt>{t!("hook-description")}</dt><dd>{own.description}</dd></div> }
    });
    view! {
        <dl class="figures wide">
            {seller}
            <div><dt>{t!("hook-made-at")}</dt><dd>{text::time(own.created_at)}</dd></div>
            <div class="wide"><dt>{t!("subscription-topics")}</dt><dd>{named(&own.topics)}</dd></div>
            {about}
        </dl>
    }
}

/// What can be done now, by one button each.
#[component]
fn Steps(own: Subscription, seller: bool) -> impl IntoView {
    let id = own.id.to_string();
    let active = own.status == SubscriptionStatus::Active;
    let test = (seller && active).then(|| {
        view! { <Step action="/fn/seller/webhook-test" id=id.clone() label=t!("hook-test") /> }
    });
    let stand = if active {
        view! { <Step action="/fn/seller/webhook-pause" id label=t!("hook-pause") /> }
    } else {
        view! { <Step action="/fn/seller/webhook-resume" id label=t!("hook-resume") /> }
    };
    view! { <div class="steps">{test} {stand}</div> }
}

#[component]
fn Step(action: &'static str, id: String, label: String) -> impl IntoView {
    view! {
        <form action=action method="post">
            <input type="hidden" name="id" value=id />
            <button class="button small">{label}</button>
        </form>
    }
}

#[component]
fn Edit(own: Subscription, form: Returned, private: bool) -> impl IntoView {
    let based_on = form.typed("version").and_then(|typed| typed.parse().ok()).unwrap_or(own.version);
    let meanwhile = form.failure() == Some(&Failure::EditedMeanwhile);
    // Saved again, the form is based on what is shown above it.
    let version = if meanwhile { own.version } else { based_on };
    let now = SubscriptionForm {
        url: own.url,
        topics: own.topics.iter().map(|topic| topic.word().to_owned()).collect(),
        description: own.description,
    };
    view! {
        <section class="panel">
            <h2>{t!("hook-edit")}</h2>
            <form class="confirm" action="/fn/seller/webhook" method="post">
                <input type="hidden" name="id" value=own.id.to_string() />
                <input type="hidden" name="version" value=version />
                <Fields form private now />
                <button class="button primary">{t!("save")}</button>
            </form>
        </section>
    }
}

#[component]
fn Remove(id: String) -> impl IntoView {
    view! {
        <section>
            <h2>{t!("hook-remove")}</h2>
            <Ask step=t!("hook-remove-step")>
                <p>{t!("hook-remove-note")}</p>
                <Step action="/fn/seller/webhook-remove" id label=t!("hook-remove-now") />
            </Ask>
        </section>
    }
}
