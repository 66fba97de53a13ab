//! The cards that a member has registered.

use contract::{Failure, payment::MethodId};
use domain::payment::{self, Card};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{page::GoingOn, say};
use crate::{
    account::Tabs,
    context::{origin, own_path, shop, shopper},
    form::{Returned, Sent, answer, query_value, returned, returned_within},
    page::{Head, page, send_to},
    text::t,
};

/// The page of the list.
const LIST: &str = "/my/cards";

/// Begins to register a card.
#[server(prefix = "/fn", endpoint = "payment/card/register")]
async fn register_card(#[server(default)] next: String) -> Result<(), Failure> {
    let outcome = async {
        let next = query_value(&next);
        // What is in its way is told at the form; the page in between asks once more.
        payment::registration(&shop()?, &shopper()?, &origin(), &next).await?;
        Ok(format!("{LIST}/register?next={next}"))
    };
    answer(Sent { form: "card/list", page: LIST, fields: &[] }, outcome.await).await
}

/// Renames a card, or makes it the proposed one.
#[server(prefix = "/fn", endpoint = "payment/card/change")]
async fn change_card(
    #[server(default)] card: String,
    #[server(default)] name: String,
    #[server(default)] default: String,
) -> Result<(), Failure> {
    let outcome = async {
        payment::change(&shop()?, &shopper()?, parse(&card)?, &name, !default.is_empty()).await?;
        Ok(LIST.to_owned())
    };
    answer(Sent { form: &form_of(&card), page: LIST, fields: &[("name", &name)] }, outcome.await).await
}

/// Removes a card.
#[server(prefix = "/fn", endpoint = "payment/card/remove")]
async fn remove_card(#[server(default)] card: String) -> Result<(), Failure> {
    let outcome = async {
        payment::remove(&shop()?, &shopper()?, parse(&card)?).await?;
        Ok(LIST.to_owned())
    };
    answer(Sent { form: "card/list", page: LIST, fields: &[] }, outcome.await).await
}

/// The form of one card; each comes back on its own.
fn form_of(card: &str) -> String {
    format!("card/{card}")
}

fn parse(card: &str) -> Result<MethodId, Failure> {
    card.parse().map_err(|_| Failure::CardGone)
}

/// The cards.
#[component]
pub(crate) fn CardsPage() -> impl IntoView {
    let (registered, refused, next) = use_query_map().with_untracked(|query| {
        (query.get("registered").is_some(), query.get("refused").is_some(), query.get("next").unwrap_or_default())
    });
    page(async move {
        let (shop, shopper) = (shop()?, shopper()?);
        let cards = payment::cards(&shop, &shopper).await?;
        let forms: Vec<String> = cards.iter().map(|kept| form_of(&kept.id.to_string())).collect();
        let empty = cards.is_empty().then(|| view! { <p>{t!("cards-empty")}</p> });
        let items = cards.into_iter().map(|kept| view! { <li><Kept kept /></li> }).collect_view();
        let register = if shop.takes_cards() {
            view! {
                <form class="register" action="/fn/payment/card/register" method="post">
                    <input type="hidden" name="next" value=next />
                    <button class="button primary">{t!("register-card")}</button>
                    <p class="hint">{t!("register-card-hint")}</p>
                </form>
            }
            .into_any()
        } else {
            view! { <p class="notice">{t!("cards-closed")}</p> }.into_any()
        };
        Ok(view! {
            <Head title=t!("cards") private=true />
            <h1>{t!("cards")}</h1>
            <Tabs />
            {returned_within("card/", &forms).summary()}
            {registered.then(|| view! { <p class="notice good" role="status">{t!("card-registered")}</p> })}
            {refused.then(|| view! { <p class="notice bad" role="alert">{t!("card-not-registered")}</p> })}
            {empty}
            <ul class="methods">{items}</ul>
            {register}
        }
        .into_any())
    })
}

#[component]
fn Kept(kept: Card) -> impl IntoView {
    let id = kept.id.to_string();
    let form = returned(&form_of(&id));
    let called = say::card(&kept.brand, &kept.last4);
    let badge = kept.is_default.then(|| view! { <span class="badge">{t!("default-card")}</span> });
    let propose = (!kept.is_default).then(|| {
        view! {
            <form action="/fn/payment/card/change" method="post">
                <input type="hidden" name="card" value=id.clone() />
                <input type="hidden" name="name" value=kept.name.clone() />
                <input type="hidden" name="default" value="1" />
                <button class="button small">{t!("make-default")}</button>
            </form>
        }
    });
    view! {
        <h2>{called} " " {badge}</h2>
        <Name form id=id.clone() name=kept.name />
        <div class="actions">
            {propose}
            <form action="/fn/payment/card/remove" method="post">
                <input type="hidden" name="card" value=id />
                <button class="button small">{t!("remove")}</button>
            </form>
        </div>
    }
}

/// What the member calls the card. Its field is there once for each card, so each has its own id.
#[component]
fn Name(form: Returned, id: String, name: String) -> impl IntoView {
    let (field, flaw_id) = (format!("name-{id}"), format!("flaw-{id}"));
    let flaw = form.flaw("name");
    let invalid = flaw.is_some().then_some("true");
    // What is not about the field stands above it.
    let summary = flaw.is_none().then(|| form.summary());
    view! {
        {summary}
        <form class="name" action="/fn/payment/card/change" method="post">
            <input type="hidden" name="card" value=id />
            <div class="field">
                <label for=field.clone()>{t!("card-name")}</label>
                <input
                    id=field name="name" autocomplete="off" value=form.value("name", &name)
                    aria-invalid=invalid aria-describedby=flaw_id.clone()
                />
                <p class="flaw" id=flaw_id>{flaw}</p>
            </div>
            <button class="button small">{t!("save")}</button>
        </form>
    }
}

/// The page that goes on to the gateway's page for a new card.
#[component]
pub(crate) fn RegisterPage() -> impl IntoView {
    let next = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    page(async move {
        let href = payment::registration(&shop()?, &shopper()?, &origin(), &query_value(&next)).await?;
        Ok(view! { <GoingOn title=t!("going-to-register") about=t!("register-card") href back=LIST.to_owned() /> }
            .into_any())
    })
}

/// The member comes back with a card.
#[component]
pub(crate) fn RegisteredPage() -> impl IntoView {
    let (word, next) = use_query_map().with_untracked(|query| (query.get("authKey"), query.get("next")));
    page(async move {
        let word = word.ok_or(Failure::BadRequest)?;
        match payment::register(&shop()?, &shopper()?, &word).await.map_err(Failure::from) {
            Ok(_) => match next.filter(|next| !next.is_empty()) {
                Some(next) => send_to(own_path(&next)),
                None => send_to(&format!("{LIST}?registered=1")),
            },
            Err(Failure::PaymentRefused) => send_to(&format!("{LIST}?refused=1")),
            Err(failure) => return Err(failure),
        }
        Ok(().into_any())
    })
}
