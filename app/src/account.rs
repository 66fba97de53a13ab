//! A member's own pages: the overview and the profile.

use contract::{Failure, member::print_phone, money::won};
use domain::{member, order, points};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    context::{shop, shopper},
    form::{Field, Sent, answer, returned},
    member::remember,
    order::list::Summaries,
    page::{Head, page},
    text::t,
};

/// Changes name and telephone.
#[server(prefix = "/fn", endpoint = "member/profile")]
async fn change_profile(#[server(default)] name: String, #[server(default)] phone: String) -> Result<(), Failure> {
    let outcome = async {
        member::change_profile(&shop()?, &shopper()?, &name, &phone).await?;
        Ok("/my/profile?saved=1".to_owned())
    };
    let fields = [("name", name.as_str()), ("phone", &phone)];
    answer(Sent { form: "member/profile", page: "/my/profile", fields: &fields }, outcome.await).await
}

/// Changes the password.
#[server(prefix = "/fn", endpoint = "member/password")]
async fn change_password(
    #[server(default)] current_password: String,
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, shopper) = (shop()?, shopper()?);
        let renewed = member::change_password(&shop, &shopper, &current_password, &password, &password_again).await?;
        remember(&renewed).await?;
        Ok("/my/profile?saved=1".to_owned())
    };
    answer(Sent { form: "member/password", page: "/my/profile", fields: &[] }, outcome.await).await
}

/// The overview.
#[component]
pub(crate) fn MyPage() -> impl IntoView {
    page(async move {
        let (shop, shopper) = (shop()?, shopper()?);
        let balance = points::balance(&shop, &shopper).await?;
        let orders = order::list(&shop, &shopper, None).await?;
        let latest: Vec<_> = orders.into_iter().take(3).collect();
        let orders = if latest.is_empty() {
            view! { <p>{t!("orders-empty")}</p> }.into_any()
        } else {
            view! { <Summaries orders=latest /> }.into_any()
        };
        Ok(view! {
            <Head title=t!("my-page") private=true />
            <h1>{t!("greeting", name = shopper.name().to_owned())}</h1>
            <Tabs />
            <p class="wallet">{t!("points-balance")} " " <strong>{won(balance)}</strong> " " <a class="button small" href="/my/points">{t!("charge-points")}</a></p>
            <h2>{t!("latest-orders")}</h2>
            {orders}
        }
        .into_any())
    })
}

/// The profile.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    let saved = use_query_map().with_untracked(|query| query.get("saved").is_some());
    page(async move {
        let profile = member::profile(&shop()?, &shopper()?).await?;
        let form = returned("member/profile");
        let password = returned("member/password");
        Ok(view! {
            <Head title=t!("profile") private=true />
            <h1>{t!("profile")}</h1>
            <Tabs />
            {saved.then(|| view! { <p class="notice good" role="status">{t!("saved")}</p> })}
            <section class="narrow">
                {form.summary()}
                <form action="/fn/member/profile" method="post">
                    <p class="field"><span class="label">{t!("email")}</span><span>{profile.email}</span></p>
                    <Field name="name" label=t!("name") form=form.clone() value=profile.name autocomplete="name" required=true />
                    <Field name="phone" label=t!("phone") form=form value=print_phone(&profile.phone) kind="tel" autocomplete="tel" inputmode="tel" hint=t!("phone-hint") />
                    <button class="button primary">{t!("save")}</button>
                </form>
                <h2>{t!("change-password")}</h2>
                {password.summary()}
                <form action="/fn/member/password" method="post">
                    <Field name="current_password" label=t!("current-password") form=password.clone() kind="password" autocomplete="current-password" required=true />
                    <Field name="password" label=t!("new-password") form=password.clone() kind="password" autocomplete="new-password" required=true hint=t!("password-hint") />
                    <Field name="password_again" label=t!("password-again") form=password kind="password" autocomplete="new-password" required=true />
                    <button class="button">{t!("change-password")}</button>
                </form>
            </section>
        }
        .into_any())
    })
}

/// Links between a member's own pages.
#[component]
pub(crate) fn Tabs() -> impl IntoView {
    let here = crate::context::asked_path();
    let links = [
        ("/my", t!("my-page")),
        ("/orders", t!("orders")),
        ("/my/notifications", t!("notifications")),
        ("/my/points", t!("points")),
        ("/my/cards", t!("cards")),
        ("/my/coupons", t!("coupons")),
        ("/my/addresses", t!("addresses")),
        ("/my/profile", t!("profile")),
        ("/my/tokens", t!("tokens")),
        ("/my/seller", t!("people-sell")),
    ]
    .map(|(href, name)| {
        let path = here.split('?').next().unwrap_or_default();
        // An order's own page stands below the list.
        let below = href != "/my" && path.starts_with(href);
        let current = if path == href { Some("page") } else { below.then_some("true") };
        view! { <li><a href=href aria-current=current>{name}</a></li> }
    });
    view! { <nav class="tabs" aria-label=t!("my-page")><ul>{links.into_iter().collect_view()}</ul></nav> }
}
