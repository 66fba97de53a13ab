//! A member's tokens: what programs of theirs sign in with.

use axum::http::{HeaderValue, header::CACHE_CONTROL};
use contract::{
    Failure,
    form::{Flaw, Flaws},
    token::{DAYS, MOST, MOST_DAYS, Scope},
};
use domain::member::{self, NewToken, Token};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_query_map;

use crate::{
    account::Tabs,
    context::{shop, shopper},
    copy::{CopyText, CopyTexts},
    form::{Field, Returned, Sent, answer, returned, show_again},
    page::{Head, page},
    staff::Ask,
    text::{self, t},
    words,
};

/// The page of the list.
const LIST: &str = "/my/tokens";

/// The form for a new one.
const NEW: &str = "token/new";

/// What the page after it shows.
const ISSUED: &str = "token/issued";

/// Makes a token. Its secret waits in the session for the one next page, and is nowhere afterwards.
#[server(prefix = "/fn", endpoint = "token/issue")]
async fn issue_token(
    #[server(default)] name: String,
    #[server(default)] scope: String,
    #[server(default)] days: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, shopper) = (shop()?, shopper()?);
        let scope = words::read(&scope).ok_or_else(|| Failure::Invalid(Flaws::one("scope", Flaw::Choice)))?;
        Ok(member::issue(&shop, &shopper, &NewToken { scope, name: name.clone(), days: days.clone() }).await?)
    };
    match outcome.await {
        Ok(issued) => show_again(Sent { form: ISSUED, page: LIST, fields: &[("secret", &issued.secret)] }).await,
        Err(failure) => {
            let fields = [("name", name.as_str()), ("scope", &scope), ("days", &days)];
            answer(Sent { form: NEW, page: LIST, fields: &fields }, Err(failure)).await
        }
    }
}

/// Ends a token at once.
#[server(prefix = "/fn", endpoint = "token/revoke")]
async fn revoke_token(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        member::revoke(&shop()?, &shopper()?, id.parse().map_err(|_| Failure::NotFound)?).await?;
        Ok(format!("{LIST}?revoked=1"))
    };
    answer(Sent { form: "token/list", page: LIST, fields: &[] }, outcome.await).await
}

/// The tokens, and a form for a new one.
#[component]
pub(crate) fn TokensPage() -> impl IntoView {
    let revoked = use_query_map().with_untracked(|query| query.get("revoked").is_some());
    page(async move {
        let (shop, shopper) = (shop()?, shopper()?);
        let tokens = member::tokens(&shop, &shopper).await?;
        let empty = tokens.is_empty().then(|| view! { <p>{t!("tokens-empty")}</p> });
        let items = tokens.into_iter().map(|token| view! { <li><Kept token /></li> }).collect_view();
        let (list, new) = (returned("token/list"), returned(NEW));
        let scopes = Scope::ALL.into_iter().filter(|scope| scope.is_of(shopper.role())).collect();
        Ok(view! {
            <Head title=t!("tokens") private=true />
            <h1>{t!("tokens")}</h1>
            <Tabs />
            {list.summary()}
            {revoked.then(|| view! { <p class="notice good" role="status">{t!("token-revoked")}</p> })}
            {returned(ISSUED).typed("secret").map(|secret| view! { <Issued secret=secret.to_owned() /> })}
            <p>{t!("tokens-about")} " " <a href="/api/docs/">{t!("tokens-docs")}</a></p>
            <p>{t!("tokens-end", most = MOST)}</p>
            <section>
                <h2>{t!("tokens-mine")}</h2>
                {empty}
                <ul class="methods tokens">{items}</ul>
            </section>
            <section class="narrow">
                <h2>{t!("token-new")}</h2>
                <New form=new scopes />
            </section>
        }
        .into_any())
    })
}

/// A token that was just made, on the one page that tells it.
#[component]
fn Issued(secret: String) -> impl IntoView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    let texts = CopyTexts {
        name: t!("token-secret"),
        copy: t!("token-copy"),
        copied: t!("token-copied"),
        marked: t!("token-marked"),
    };
    view! {
        <div class="notice good secret" data-testid="secret">
            <p role="status"><strong>{t!("token-made")}</strong> " " {t!("token-once")}</p>
            <CopyText text=secret texts />
        </div>
    }
}

#[component]
fn Kept(token: Token) -> impl IntoView {
    view! {
        <h3>{token.name} " " <span class="badge">{words::role(token.scope.role())}</span></h3>
        <dl>
            <div><dt>{t!("token-made-at")}</dt><dd>{text::time(token.created_at)}</dd></div>
            <div><dt>{t!("token-until")}</dt><dd>{text::time(token.expires_at)}</dd></div>
        </dl>
        <Ask step=t!("token-revoke")>
            <p>{t!("token-revoke-note")}</p>
            <form action="/fn/token/revoke" method="post">
                <input type="hidden" name="id" value=token.id.to_string() />
                <button class="button small">{t!("token-revoke-now")}</button>
            </form>
        </Ask>
    }
}

#[component]
fn New(form: Returned, scopes: Vec<Scope>) -> impl IntoView {
    let flaw = form.flaw("scope");
    let chosen = form.value("scope", &words::word(Scope::default()));
    let choices = scopes
        .into_iter()
        .map(|scope| {
            let (word, label) = (words::word(scope), may(scope));
            let checked = word == chosen;
            view! { <li><label class="choice"><input type="radio" name="scope" value=word checked=checked /><span>{label}</span></label></li> }
        })
        .collect_view();
    view! {
        {form.summary()}
        <form action="/fn/token/issue" method="post">
            <Field name="name" label=t!("name") form=form.clone() hint=t!("token-name-hint") />
            <fieldset class="field" id="scope">
                <legend>{t!("token-scope")}</legend>
                <ul class="choices">{choices}</ul>
                {flaw.map(|flaw| view! { <p class="flaw">{flaw}</p> })}
            </fieldset>
            <Field name="days" label=t!("token-days") form=form value=DAYS.to_string() inputmode="numeric" required=true hint=t!("token-days-hint", most = MOST_DAYS) />
            <button class="button primary">{t!("token-make")}</button>
        </form>
    }
}

/// What a token of a scope may do.
fn may(scope: Scope) -> String {
    match scope {
        Scope::Shopper => t!("token-scope-shopper"),
        Scope::Seller => t!("token-scope-seller"),
        Scope::Staff => t!("token-scope-staff"),
    }
}
