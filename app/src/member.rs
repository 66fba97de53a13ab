//! Signing up, in and out, and the language of the shop.

use contract::Failure;
use domain::{
    cart,
    member::{self, Shopper},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    context::{key, own_path, session, shop, store_failed, visitor},
    form::{Field, Sent, answer, returned, sign_in_path},
    page::{Head, page},
    text::{Locale, t},
};

/// Signs a new member up and in.
#[server(prefix = "/fn", endpoint = "member/sign-up")]
async fn sign_up(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] password_again: String,
    #[server(default)] name: String,
    #[server(default)] phone: String,
    #[server(default)] next: String,
) -> Result<(), Failure> {
    let form =
        member::SignUp { email: email.clone(), password, password_again, name: name.clone(), phone: phone.clone() };
    let outcome = async {
        let shopper = member::sign_up(&shop()?, form).await?;
        welcome(&shopper).await?;
        Ok(own_path(&next).to_owned())
    };
    let page = format!("/signup?next={}", crate::form::query_value(own_path(&next)));
    let fields = [("email", email.as_str()), ("name", &name), ("phone", &phone)];
    answer(Sent { form: "member/sign-up", page: &page, fields: &fields }, outcome.await).await
}

/// Signs a member in.
#[server(prefix = "/fn", endpoint = "member/sign-in")]
async fn sign_in(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), Failure> {
    let outcome = async {
        let shopper = member::sign_in(&shop()?, &email, &password).await?;
        welcome(&shopper).await?;
        Ok(own_path(&next).to_owned())
    };
    let page = sign_in_path(own_path(&next));
    answer(Sent { form: "member/sign-in", page: &page, fields: &[("email", &email)] }, outcome.await).await
}

/// Signs the member out; the session ends with everything in it.
#[server(prefix = "/fn", endpoint = "member/sign-out")]
async fn sign_out() -> Result<(), Failure> {
    session()?.flush().await.map_err(store_failed)?;
    // Going back must not show the next person what was on the screen.
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        let name = axum::http::HeaderName::from_static("clear-site-data");
        response.insert_header(name, axum::http::HeaderValue::from_static("\"cache\", \"prefetchCache\""));
    }
    leptos_axum::redirect("/");
    Ok(())
}

/// Chooses the language.
#[server(prefix = "/fn", endpoint = "language")]
async fn choose_language(#[server(default)] language: String, #[server(default)] next: String) -> Result<(), Failure> {
    let cookie = format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", Locale::parse(&language).word());
    if let (Some(response), Ok(cookie)) =
        (use_context::<leptos_axum::ResponseOptions>(), axum::http::HeaderValue::from_str(&cookie))
    {
        response.append_header(axum::http::header::SET_COOKIE, cookie);
    }
    leptos_axum::redirect(own_path(&next));
    Ok(())
}

/// Lets a member in; the guest's cart comes along. The session id is a new one, so that one
/// planted before is worthless.
async fn welcome(shopper: &Shopper) -> Result<(), Failure> {
    let session = session()?;
    if let Some(guest) = visitor().guest_cart {
        cart::join(&shop()?, guest, shopper).await?;
    }
    session.remove_value(key::CART).await.map_err(store_failed)?;
    remember(shopper).await
}

/// Keeps who is signed in, under a new session id.
pub(crate) async fn remember(shopper: &Shopper) -> Result<(), Failure> {
    let session = session()?;
    session.cycle_id().await.map_err(store_failed)?;
    session.insert(key::MEMBER, shopper.id()).await.map_err(store_failed)?;
    session.insert(key::GENERATION, shopper.generation()).await.map_err(store_failed)
}

/// The page to sign up on.
#[component]
pub(crate) fn SignUpPage() -> impl IntoView {
    let next = next();
    page(async move {
        let form = returned("member/sign-up");
        Ok(view! {
            <Head title=t!("sign-up") private=true />
            <section class="narrow">
                <h1>{t!("sign-up")}</h1>
                {form.summary()}
                <form action="/fn/member/sign-up" method="post">
                    <input type="hidden" name="next" value=next.clone() />
                    <Field name="email" label=t!("email") form=form.clone() kind="email" autocomplete="username" inputmode="email" required=true />
                    <Field name="password" label=t!("password") form=form.clone() kind="password" autocomplete="new-password" required=true hint=t!("password-hint") />
                    <Field name="password_again" label=t!("password-again") form=form.clone() kind="password" autocomplete="new-password" required=true />
                    <Field name="name" label=t!("name") form=form.clone() autocomplete="name" required=true />
                    <Field name="phone" label=t!("phone") form=form kind="tel" autocomplete="tel" inputmode="tel" hint=t!("phone-hint") />
                    <button class="button primary">{t!("sign-up")}</button>
                </form>
                <p>{t!("have-account")} " " <a href=sign_in_path(&next)>{t!("sign-in")}</a></p>
            </section>
        }
        .into_any())
    })
}

/// The page to sign in on.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let next = next();
    page(async move {
        let form = returned("member/sign-in");
        let sign_up = format!("/signup?next={}", crate::form::query_value(&next));
        Ok(view! {
            <Head title=t!("sign-in") private=true />
            <section class="narrow">
                <h1>{t!("sign-in")}</h1>
                {visitor().blocked.then(|| view! { <p class="notice bad" role="status">{t!("people-blocked-here")}</p> })}
                {form.summary()}
                <form action="/fn/member/sign-in" method="post">
                    <input type="hidden" name="next" value=next />
                    <Field name="email" label=t!("email") form=form.clone() kind="email" autocomplete="username" inputmode="email" required=true />
                    <Field name="password" label=t!("password") form=form kind="password" autocomplete="current-password" required=true />
                    <button class="button primary">{t!("sign-in")}</button>
                </form>
                <p>{t!("no-account")} " " <a href=sign_up>{t!("sign-up")}</a></p>
            </section>
        }
        .into_any())
    })
}

/// Where to go on afterwards.
fn next() -> String {
    let next = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    own_path(&next).to_owned()
}
