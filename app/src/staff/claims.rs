//! Returns and exchanges: the next steps of each on its order's page.

use contract::{
    Failure,
    claim::{ClaimKind, ClaimStatus},
    form::{Flaw, Flaws},
    money::won,
    order::DeliveryPolicy,
    refund::refund,
};
use domain::{
    Shop,
    claim::{self, Advance, ClaimView},
    member::Operator,
    order::{Detail, OrderLineView},
};
use leptos::prelude::*;

use super::{Ask, Choice, Reason, order::path, staff};
use crate::{
    context::shop,
    desk::{operator, orders::base},
    form::{Sent, answer, returned},
    text::{self, t},
    words,
};

/// Takes a claim a step further; there already, it stays so. Whoever is refused reads why.
#[server(prefix = "/fn", endpoint = "staff/claim")]
async fn advance_claim(
    #[server(default)] order: String,
    #[server(default)] claim: String,
    #[server(default)] to: String,
    #[server(default)] fault: String,
    #[server(default)] resalable: String,
    #[server(default)] reason: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = (shop()?, Operator::from(&staff()?));
        go_on(&shop, &by, (&order, &claim), &to, (&fault, &resalable), &reason).await?;
        Ok(format!("{}?saved=1", path(&order)))
    };
    answer_step(&path(&order), &claim, &to, &reason, outcome.await).await
}

/// The same for a claim of one's own goods, by their seller.
#[server(prefix = "/fn", endpoint = "seller/claim")]
async fn advance_own_claim(
    #[server(default)] order: String,
    #[server(default)] claim: String,
    #[server(default)] to: String,
    #[server(default)] fault: String,
    #[server(default)] resalable: String,
    #[server(default)] reason: String,
) -> Result<(), Failure> {
    let mut page = format!("/seller/orders/{order}");
    let outcome = async {
        let (shop, by) = operator().await?;
        page = format!("{}/orders/{order}", base(&by));
        go_on(&shop, &by, (&order, &claim), &to, (&fault, &resalable), &reason).await?;
        Ok(format!("{page}?saved=1"))
    };
    let outcome = outcome.await;
    answer_step(&page, &claim, &to, &reason, outcome).await
}

async fn go_on(
    shop: &Shop,
    by: &Operator,
    (order, claim): (&str, &str),
    to: &str,
    (fault, resalable): (&str, &str),
    reason: &str,
) -> Result<(), Failure> {
    let id = order.parse().map_err(|_| Failure::NotFound)?;
    let own = claim.parse().map_err(|_| Failure::NotFound)?;
    let to = words::read(to).ok_or(Failure::BadRequest)?;
    if to == ClaimStatus::Rejected && reason.trim().is_empty() {
        return Err(Failure::Invalid(Flaws::one("reason", Flaw::Required)));
    }
    let (fault, resalable) = (words::read(fault), !resalable.is_empty());
    claim::advance(shop, by, id, own, &Advance { to, fault, resalable, reason: reason.to_owned() }).await?;
    Ok(())
}

async fn answer_step(
    page: &str,
    claim: &str,
    to: &str,
    reason: &str,
    outcome: Result<String, Failure>,
) -> Result<(), Failure> {
    // Only the step that asks for a reason has something to come back with.
    let fields: &[(&str, &str)] = if to == "rejected" { &[("reason", reason)] } else { &[] };
    answer(Sent { form: &form_name(claim), page, fields }, outcome).await
}

fn form_name(claim: &str) -> String {
    format!("staff/order/claim/{claim}")
}

/// What is claimed, in words.
pub(crate) fn copies(claim: &ClaimView) -> String {
    let lines = claim.lines.iter().map(|line| format!("{} {}", line.title, t!("copies", count = line.quantity)));
    lines.collect::<Vec<_>>().join(", ")
}

/// The claims of an order, each with its next steps.
#[component]
pub(crate) fn Claims(
    /// The claims.
    claims: Vec<ClaimView>,
    /// Their order.
    order: Detail,
    /// What delivery costs, for the refund to expect.
    delivery: DeliveryPolicy,
    /// Whether a seller looks.
    #[prop(optional)]
    seller: bool,
) -> impl IntoView {
    let items = claims
        .into_iter()
        .map(|claim| {
            let expected = expected(&claim, &order, delivery);
            let id = format!("claim-{}", claim.id);
            view! {
                <section class="panel" id=id>
                    <h2>{words::claim_kind(claim.kind)} " " <span class="badge">{words::claim_status(claim.status)}</span></h2>
                    <p>{copies(&claim)}</p>
                    <p>{words::fault(claim.fault)} " · " {claim.reason.clone()}</p>
                    <p class="hint">{text::time(claim.created_at)}</p>
                    <Steps claim expected seller />
                </section>
            }
        })
        .collect_view();
    view! { {items} }
}

/// What a return will give back, in words: by the fault that was found, and until then by the one that
/// the shopper sees.
fn expected(claim: &ClaimView, order: &Detail, delivery: DeliveryPolicy) -> Option<String> {
    if claim.kind != ClaimKind::Return || !claim.status.is_open() {
        return None;
    }
    let lines: Vec<_> = order.summary.lines.iter().map(OrderLineView::paid).collect();
    let fees: Vec<_> = order.deliveries.iter().map(|part| (part.seller, part.fee)).collect();
    let taken: Vec<_> = claim.lines.iter().map(|line| (line.product, line.quantity)).collect();
    let refund = refund(&lines, &fees, &taken, Some(claim.fault), delivery).ok()?;
    let amount = won(refund.amount());
    Some(match claim.status {
        ClaimStatus::Inspected => t!("refund-expected", amount = amount),
        _ => t!("refund-expected-so-far", amount = amount, fault = words::fault(claim.fault)),
    })
}

/// The forms of the steps that are open.
#[component]
fn Steps(claim: ClaimView, expected: Option<String>, seller: bool) -> impl IntoView {
    let action = if seller { "/fn/seller/claim" } else { "/fn/staff/claim" };
    let form = returned(&form_name(&claim.id.to_string()));
    let may = |to| claim.status.may_become(to);
    let so_far = expected.clone().filter(|_| claim.status != ClaimStatus::Inspected);
    let so_far = so_far.map(|sentence| view! { <p class="hint">{sentence}</p> });
    let (order, id) = (claim.order.to_string(), claim.id.to_string());
    let names = move || {
        view! {
            <input type="hidden" name="order" value=order.clone() />
            <input type="hidden" name="claim" value=id.clone() />
        }
    };
    let step = |to: &'static str, label: String, fields: AnyView| {
        view! {
            <form action=action method="post">
                {names()}
                {fields}
                <button class="button small" name="to" value=to>{label}</button>
            </form>
        }
    };
    let approve = may(ClaimStatus::Approved).then(|| step("approved", t!("claim-approve"), ().into_any()));
    let collect = may(ClaimStatus::Collecting).then(|| step("collecting", t!("claim-collect"), ().into_any()));
    let inspect = may(ClaimStatus::Inspected).then(|| {
        let faults = ["buyer", "seller", "carrier"];
        let options = faults.iter().filter_map(|word| Some((*word, words::fault(words::read(word)?)))).collect();
        let now = faults.into_iter().find(|word| words::read(word) == Some(claim.fault)).unwrap_or("buyer");
        let name = format!("fault-{}", claim.id);
        let choice = view! { <Choice name wire="fault" label=t!("claim-fault-of") value=now options /> };
        step("inspected", t!("claim-inspect"), choice.into_any())
    });
    let complete = may(ClaimStatus::Completed).then(|| {
        let fields = view! {
            {expected.map(|expected| view! { <p>{expected}</p> })}
            <label class="tick"><input type="checkbox" name="resalable" value="1" checked=true /> {t!("resalable")}</label>
        };
        step("completed", t!("claim-complete"), fields.into_any())
    });
    let reject = may(ClaimStatus::Rejected).then(|| {
        let open = form.typed("reason").is_some();
        let reason = view! { <Reason form=form.clone() scope=claim.id.to_string() /> };
        let inner = step("rejected", t!("claim-reject-now"), reason.into_any());
        view! { <Ask step=t!("claim-reject") open=open><p>{t!("claim-reject-note")}</p>{inner}</Ask> }
    });
    view! { {so_far} <div class="steps">{approve}{collect}{inspect}{complete}{reject}</div> }
}
