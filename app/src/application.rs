//! Applying to sell: the form, and how it stands.

use contract::{
    Failure,
    application::{ApplicationStatus, INTRODUCTION, print_business_number},
    member::{Role, print_phone},
};
use domain::application::{self, Application, ApplicationForm};
use leptos::prelude::*;

use crate::{
    account::Tabs,
    context::{shop, shopper},
    form::{Field, Returned, Sent, answer, returned},
    page::{Head, page},
    text::{self, t},
    words,
};

/// The page of the form.
const PAGE: &str = "/my/seller";

/// Applies to sell.
#[server(prefix = "/fn", endpoint = "application/apply")]
async fn apply(
    #[server(default)] shop_name: String,
    #[server(default)] business_number: String,
    #[server(default)] phone: String,
    #[server(default)] introduction: String,
) -> Result<(), Failure> {
    let form = ApplicationForm { shop_name, business_number, phone, introduction };
    let outcome = async {
        application::apply(&shop()?, &shopper()?, &form).await?;
        Ok(PAGE.to_owned())
    };
    let outcome = outcome.await;
    let fields = [
        ("shop_name", form.shop_name.as_str()),
        ("business_number", &form.business_number),
        ("shop_phone", &form.phone),
        ("introduction", &form.introduction),
    ];
    answer(Sent { form: "application/apply", page: PAGE, fields: &fields }, outcome).await
}

/// How one's application stands, and the form where one may apply.
#[component]
pub(crate) fn SellPage() -> impl IntoView {
    page(async move {
        let (shop, shopper) = (shop()?, shopper()?);
        let latest = application::latest(&shop, &shopper).await?;
        let form = returned("application/apply");
        let content = match (shopper.role(), latest) {
            (Role::Seller, _) => view! {
                <p class="notice good">{t!("people-sells")}</p>
                <p><a class="button primary" href="/seller">{t!("people-to-desk")}</a></p>
            }
            .into_any(),
            (Role::Staff, _) => view! { <p class="notice">{t!("people-runs")}</p> }.into_any(),
            (Role::Shopper, Some(waits)) if waits.status == ApplicationStatus::Requested => view! {
                {form.summary()}
                <p class="notice" role="status">{t!("people-waits")}</p>
                <Sheet application=waits />
            }
            .into_any(),
            (Role::Shopper, Some(rejected)) if rejected.status == ApplicationStatus::Rejected => view! {
                <section class="notice bad">
                    <p>{t!("people-refused")}</p>
                    <p>{t!("why")} ": " {rejected.reason.clone()}</p>
                </section>
                <Apply form before=Some(rejected) />
            }
            .into_any(),
            (Role::Shopper, _) => view! { <Apply form before=None /> }.into_any(),
        };
        Ok(view! {
            <Head title=t!("people-sell") private=true />
            <h1>{t!("people-sell")}</h1>
            <Tabs />
            <section class="narrow">{content}</section>
        }
        .into_any())
    })
}

#[component]
fn Apply(
    form: Returned,
    /// The one that was rejected, to be mended.
    before: Option<Application>,
) -> impl IntoView {
    let again = before.is_some();
    let (name, number, phone, about) = before
        .map(|one| {
            let number = print_business_number(&one.business_number);
            (one.shop_name, number, print_phone(&one.phone), one.introduction)
        })
        .unwrap_or_default();
    view! {
        {form.summary()}
        <form action="/fn/application/apply" method="post">
            <Field name="shop_name" label=t!("people-shop-name") form=form.clone() value=name autocomplete="organization" required=true hint=t!("people-shop-name-hint") />
            <Field name="business_number" label=t!("people-business-number") form=form.clone() value=number inputmode="numeric" required=true hint=t!("people-business-number-hint") />
            <Field name="shop_phone" wire="phone" label=t!("people-shop-phone") form=form.clone() value=phone kind="tel" autocomplete="tel" inputmode="tel" required=true hint=t!("people-shop-phone-hint") />
            <Introduction form value=about />
            <p class="hint">{t!("people-apply-note")}</p>
            <button class="button primary">{if again { t!("people-apply-again") } else { t!("people-apply") }}</button>
        </form>
    }
}

/// The field of several lines.
#[component]
fn Introduction(form: Returned, value: String) -> impl IntoView {
    let flaw = form.flaw("introduction");
    let described = if flaw.is_some() { "introduction-flaw introduction-hint" } else { "introduction-hint" };
    view! {
        <div class="field">
            <label for="introduction">{t!("people-introduction")} <span class="required" aria-hidden="true">" *"</span></label>
            <textarea
                id="introduction"
                name="introduction"
                rows="5"
                required=true
                aria-invalid=flaw.is_some().then_some("true")
                aria-describedby=described
            >
                {form.value("introduction", &value)}
            </textarea>
            {flaw.map(|flaw| view! { <p class="flaw" id="introduction-flaw">{flaw}</p> })}
            <p class="hint" id="introduction-hint">{t!("people-introduction-hint", max = INTRODUCTION)}</p>
        </div>
    }
}

/// What an application says, for who sent it and for the staff.
#[component]
pub(crate) fn Sheet(
    /// The application.
    application: Application,
) -> impl IntoView {
    let decided = application.decided_at.map(|at| {
        view! { <div><dt>{t!("application-decided")}</dt><dd>{text::time(at)}</dd></div> }
    });
    let reason = (!application.reason.is_empty())
        .then(|| view! { <div class="wide"><dt>{t!("why")}</dt><dd>{application.reason.clone()}</dd></div> });
    view! {
        <dl class="figures sheet-of">
            <div class="wide"><dt>{t!("people-shop-name")}</dt><dd>{application.shop_name}</dd></div>
            <div><dt>{t!("people-business-number")}</dt><dd>{print_business_number(&application.business_number)}</dd></div>
            <div><dt>{t!("people-shop-phone")}</dt><dd>{print_phone(&application.phone)}</dd></div>
            <div><dt>{t!("member-state")}</dt><dd>{words::application_status(application.status)}</dd></div>
            <div><dt>{t!("application-sent")}</dt><dd>{text::time(application.created_at)}</dd></div>
            {decided}
            {reason}
            <div class="wide"><dt>{t!("people-introduction")}</dt><dd class="lines">{application.introduction}</dd></div>
        </dl>
    }
}
