//! An order's own page, the page after ordering, and what is done there.

use contract::{
    Failure,
    money::won,
    order::{OrderId, OrderStatus, order_number},
};
use domain::{
    claim,
    order::{self, Detail},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use time::OffsetDateTime;

use super::{
    Countdown,
    list::Statuses,
    receipt::{Receipt, Timeline},
};
use crate::{
    account::Tabs,
    context::{shop, shopper},
    form::{Sent, answer, returned},
    page::{Head, page, send_to},
    text::{self, t},
};

/// Pays what is left of an order.
#[server(prefix = "/fn", endpoint = "order/pay")]
async fn pay_order(#[server(default)] order: String) -> Result<(), Failure> {
    let outcome = async {
        let id: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
        order::pay(&shop()?, &shopper()?, id).await?;
        Ok(format!("/orders/{id}/complete"))
    };
    act(&order, outcome.await).await
}

/// Confirms a purchase.
#[server(prefix = "/fn", endpoint = "order/confirm")]
async fn confirm_order(#[server(default)] order: String) -> Result<(), Failure> {
    let outcome = async {
        let id: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
        order::confirm(&shop()?, &shopper()?, id).await?;
        Ok(format!("/orders/{id}"))
    };
    act(&order, outcome.await).await
}

/// Answers a form of the order's page.
pub(super) async fn act(order: &str, outcome: Result<String, Failure>) -> Result<(), Failure> {
    let page = match outcome {
        // The page of an order that is not there would be missing too.
        Err(Failure::NotFound) => "/orders".to_owned(),
        _ => format!("/orders/{order}"),
    };
    answer(Sent { form: "order/act", page: &page, fields: &[] }, outcome).await
}

/// An order.
#[component]
pub(crate) fn OrderPage() -> impl IntoView {
    let id = asked();
    page(async move {
        let order = find(&id).await?;
        let shop = shop()?;
        let steps = order::timeline(&shop, &order).await?;
        let claims = claim::of_order(&shop, order.summary.id).await?;
        let number = order_number(order.summary.id, order.summary.placed_at);
        Ok(view! {
            <Head title=t!("order-title", number = number.clone()) private=true />
            <h1>{t!("order-title", number = number)}</h1>
            <Tabs />
            {returned("order/act").summary()}
            <p>
                {text::time(order.summary.placed_at)} " "
                <Statuses status=order.summary.status fulfillment=order.summary.fulfillment />
            </p>
            <Next order=order.clone() now=shop.now() />
            <Receipt order claims />
            <Timeline steps />
        }
        .into_any())
    })
}

/// The page right after ordering.
#[component]
pub(crate) fn CompletePage() -> impl IntoView {
    let id = asked();
    page(async move {
        let order = find(&id).await?;
        let number = order_number(order.summary.id, order.summary.placed_at);
        let detail = format!("/orders/{}", order.summary.id);
        // Come back to later, it must not promise what has ended since.
        if matches!(order.summary.status, OrderStatus::Canceled | OrderStatus::Expired) {
            send_to(&detail);
            return Ok(().into_any());
        }
        let held = order.summary.status == OrderStatus::PendingPayment;
        let title = if held { t!("order-held") } else { t!("order-complete") };
        let next = (!held).then(|| view! { <p>{t!("order-next")}</p> });
        Ok(view! {
            <Head title=title.clone() private=true />
            <section class="complete">
                <h1>{title}</h1>
                <p>{t!("order-number")} " " <strong data-testid="order-number">{number}</strong></p>
                {next}
                <p><a class="button primary" href=detail>{t!("view-order")}</a> " " <a class="button" href="/">{t!("browse")}</a></p>
            </section>
            <Next order=order.clone() now=shop()?.now() />
            <Receipt order claims=Vec::new() />
        }
        .into_any())
    })
}

/// What the shopper can do now.
#[component]
fn Next(order: Detail, now: OffsetDateTime) -> impl IntoView {
    let id = order.summary.id.to_string();
    match order.summary.status {
        OrderStatus::PendingPayment => view! { <Unpaid order now /> }.into_any(),
        OrderStatus::Placed => {
            let kept = |seller| order.summary.lines.iter().any(|line| line.seller == seller && line.kept() > 0);
            let parts: Vec<_> = order.deliveries.iter().filter(|part| kept(part.seller)).collect();
            let cancel = parts.iter().any(|part| part.status.can_be_canceled());
            let cancel = cancel
                .then(|| view! { <a class="button" href=format!("/orders/{id}/cancel")>{t!("cancel-order")}</a> });
            let confirm = order.confirm_at.map(|at| view! { <Confirm id at /> });
            view! { <div class="next">{cancel} {confirm}</div> }.into_any()
        }
        OrderStatus::Confirmed | OrderStatus::Canceled | OrderStatus::Expired => ().into_any(),
    }
}

#[component]
fn Unpaid(order: Detail, now: OffsetDateTime) -> impl IntoView {
    let id = order.summary.id.to_string();
    let until = order.held_until.unwrap_or(now);
    let due = order.summary.total - order.points_used;
    if until <= now {
        return view! { <p class="notice bad" role="status">{t!("hold-over")}</p> }.into_any();
    }
    let charge = format!("/my/points?next=/orders/{id}");
    view! {
        <section class="notice unpaid">
            <p>{t!("hold-until")} " " {text::time(until)} " · " {t!("time-left")} " " <Countdown seconds=(until - now).whole_seconds() /></p>
            <div class="next">
                <form action="/fn/order/pay" method="post">
                    <input type="hidden" name="order" value=id.clone() />
                    <button class="button primary">{t!("pay", total = won(due))}</button>
                </form>
                <a class="button" href=charge>{t!("charge-points")}</a>
                <a class="button" href=format!("/orders/{id}/cancel")>{t!("cancel-order")}</a>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Confirm(id: String, at: OffsetDateTime) -> impl IntoView {
    view! {
        <form action="/fn/order/confirm" method="post">
            <input type="hidden" name="order" value=id />
            <button class="button primary">{t!("confirm-order")}</button>
            <p class="hint">{t!("confirm-hint")} " " {text::time(at)}</p>
        </form>
    }
}

/// The id in the path.
pub(super) fn asked() -> String {
    use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default()
}

/// One's own order by the id in a path.
pub(super) async fn find(id: &str) -> Result<Detail, Failure> {
    let shopper = shopper()?;
    let id: OrderId = id.parse().map_err(|_| Failure::NotFound)?;
    Ok(order::detail(&shop()?, &shopper, id).await?)
}
