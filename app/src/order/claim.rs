//! Asking to return or to exchange.

use std::collections::BTreeMap;

use contract::{
    Failure,
    claim::{ClaimKind, Fault},
    form::{Check, Flaw, line},
    money::won,
    order::{FulfillmentStatus, OrderId, OrderStatus},
    product::ProductId,
};
use domain::claim::{self, Request};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use super::detail::{act, asked, find};
use crate::{
    account::Tabs,
    context::{shop, shopper},
    form::{Field, Returned, Sent, answer, returned},
    page::{Head, page},
    text::{self, t},
    words,
};

/// Requests a claim on one seller's part of an order.
#[server(prefix = "/fn", endpoint = "claim/request")]
async fn request_claim(
    #[server(default)] order: String,
    #[server(default)] seller: String,
    #[server(default)] key: String,
    #[server(default)] kind: String,
    #[server(default)] fault: String,
    #[server(default)] reason: String,
    #[server(default)] lines: BTreeMap<ProductId, String>,
) -> Result<(), Failure> {
    let outcome = request(&order, &key, &kind, &fault, &reason, &lines).await;
    let page = match outcome {
        Err(Failure::NotFound) => "/orders".to_owned(),
        _ => format!("/orders/{order}/claim?seller={}", crate::form::query_value(&seller)),
    };
    let copies: Vec<(String, &str)> =
        lines.iter().map(|(product, copies)| (format!("l{product}"), copies.as_str())).collect();
    let mut fields = vec![("key", key.as_str()), ("kind", &kind), ("fault", &fault), ("reason", &reason)];
    fields.extend(copies.iter().map(|(name, copies)| (name.as_str(), *copies)));
    let form = if page == "/orders" { "order/act" } else { "claim/request" };
    answer(Sent { form, page: &page, fields: &fields }, outcome).await
}

async fn request(
    order: &str,
    key: &str,
    kind: &str,
    fault: &str,
    reason: &str,
    lines: &BTreeMap<ProductId, String>,
) -> Result<String, Failure> {
    let (shop, shopper) = (shop()?, shopper()?);
    let order: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
    let id = Uuid::parse_str(key).map_err(|_| Failure::BadRequest)?;
    let mut check = Check::default();
    let kind: Option<ClaimKind> = check.field("kind", words::read(kind).ok_or(Flaw::Choice));
    let fault: Option<Fault> = check.field("fault", words::read(fault).ok_or(Flaw::Choice));
    let reason = check.field("reason", line(reason, 200));
    let (Some(kind), Some(fault), Some(reason)) = (kind, fault, reason) else { return Err(check.refuse()) };
    let copies =
        lines.iter().map(|(product, copies)| Ok((*product, copies.parse().map_err(|_| Failure::TooManyCopies)?)));
    let copies: Vec<(ProductId, i32)> = copies.collect::<Result<_, Failure>>()?;
    let lines = copies.into_iter().filter(|(_, copies)| *copies != 0).collect();
    claim::request(&shop, &shopper, order, &Request { id, kind, fault, reason, lines }).await?;
    Ok(format!("/orders/{order}"))
}

/// Withdraws a claim.
#[server(prefix = "/fn", endpoint = "claim/withdraw")]
async fn withdraw_claim(#[server(default)] order: String, #[server(default)] claim: String) -> Result<(), Failure> {
    let outcome = async {
        let id: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
        let claim = claim.parse().map_err(|_| Failure::NotFound)?;
        claim::withdraw(&shop()?, &shopper()?, id, claim).await?;
        Ok(format!("/orders/{id}"))
    };
    act(&order, outcome.await).await
}

/// The form for one seller's part.
#[component]
pub(crate) fn ClaimPage() -> impl IntoView {
    let id = asked();
    let seller = use_query_map().with_untracked(|query| query.get("seller")).unwrap_or_default();
    page(async move {
        let order = find(&id).await?;
        let form = returned("claim/request");
        let key = form.value("key", &Uuid::now_v7().to_string());
        let fee = shop()?.policy.delivery.return_fee;
        let lines: Vec<(ProductId, String, i32)> = order
            .summary
            .lines
            .iter()
            .filter(|line| line.kept() > 0 && line.seller.to_string() == seller)
            .map(|line| (line.product, line.title.clone(), line.kept()))
            .collect();
        if lines.is_empty() {
            return Err(Failure::NotFound);
        }
        let part = order.deliveries.iter().find(|part| part.seller.to_string() == seller);
        let delivered = part.is_some_and(|part| part.status == FulfillmentStatus::Delivered);
        let closed = match order.summary.status {
            OrderStatus::Confirmed => Some(Failure::AlreadyConfirmed),
            OrderStatus::Canceled => Some(Failure::AlreadyCanceled),
            OrderStatus::Expired => Some(Failure::OrderExpired),
            OrderStatus::Placed | OrderStatus::PendingPayment => (!delivered).then_some(Failure::NotDelivered),
        };
        // What was typed is not thrown away, even where it came too late.
        if let Some(closed) = closed.filter(|_| form.typed("reason").is_none()) {
            return Ok(view! {
                <Head title=t!("claim-request") private=true />
                <h1>{t!("claim-request")}</h1>
                <Tabs />
                {form.summary()}
                <p class="notice bad" role="alert">{text::failure(&closed)}</p>
                <p><a href=format!("/orders/{id}")>{t!("view-order")}</a></p>
            }
            .into_any());
        }
        let rows =
            lines.into_iter().map(|(product, title, kept)| view! { <Copies form=form.clone() product title kept /> });
        let rows = rows.collect_view();
        let kinds = [("return", ClaimKind::Return), ("exchange", ClaimKind::Exchange)];
        let kinds = kinds.map(|(word, kind)| (word, words::claim_kind(kind)));
        let faults = [("buyer", Fault::Buyer), ("seller", Fault::Seller), ("carrier", Fault::Carrier)];
        let faults = faults.map(|(word, fault)| (word, words::fault(fault)));
        Ok(view! {
            <Head title=t!("claim-request") private=true />
            <h1>{t!("claim-request")}</h1>
            <Tabs />
            {form.summary()}
            <section class="narrow">
                <form action="/fn/claim/request" method="post">
                    <input type="hidden" name="order" value=id.clone() />
                    <input type="hidden" name="seller" value=seller />
                    <input type="hidden" name="key" value=key />
                    {rows}
                    <Choose form=form.clone() name="kind" legend=t!("claim-kind") choices=kinds.to_vec() />
                    <Choose form=form.clone() name="fault" legend=t!("claim-fault") choices=faults.to_vec() />
                    <p class="hint">{t!("claim-fee-hint", fee = won(fee))}</p>
                    <Field name="reason" label=t!("reason") form=form required=true />
                    <button class="button primary">{t!("claim-send")}</button>
                </form>
            </section>
            <p><a href=format!("/orders/{id}")>{t!("view-order")}</a></p>
        }
        .into_any())
    })
}

#[component]
fn Copies(form: Returned, product: ProductId, title: String, kept: i32) -> impl IntoView {
    let id = format!("l{product}");
    let chosen = form.value(&id, "0");
    let options = (0..=kept)
        .map(|copies| {
            view! { <option value=copies selected=copies.to_string() == chosen>{t!("copies", count = copies)}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{title}</label>
            <select id=id name=format!("lines[{product}]")>{options}</select>
        </div>
    }
}

#[component]
fn Choose(form: Returned, name: &'static str, legend: String, choices: Vec<(&'static str, String)>) -> impl IntoView {
    let flaw = form.flaw(name);
    let chosen = form.value(name, choices.first().map(|(word, _)| *word).unwrap_or_default());
    let items = choices
        .into_iter()
        .map(|(word, label)| {
            let checked = word == chosen;
            view! { <li><label class="choice"><input type="radio" name=name value=word checked=checked /><span>{label}</span></label></li> }
        })
        .collect_view();
    view! {
        <fieldset class="field" id=name>
            <legend>{legend}</legend>
            <ul class="choices">{items}</ul>
            {flaw.map(|flaw| view! { <p class="flaw">{flaw}</p> })}
        </fieldset>
    }
}
