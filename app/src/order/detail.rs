//! An order's own page, the page after ordering, and what is done there.

use contract::{
    Failure,
    order::{OrderId, OrderStatus, PaymentStatus, order_number},
};
use domain::{
    claim,
    order::{self, Detail},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use time::OffsetDateTime;

use super::{
    follow::{Follow, followed, texts},
    list::Statuses,
    receipt::{Receipt, Timeline},
    unpaid::{Paying, Refused, Unpaid, paying},
};
use crate::{
    account::Tabs,
    context::{shop, shopper},
    form::{Sent, answer, returned},
    page::{Head, page, send_to},
    text::{self, t},
};

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
pub(crate) async fn act(order: &str, outcome: Result<String, Failure>) -> Result<(), Failure> {
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
    let back = use_query_map().with_untracked(|query| query.get("back"));
    page(async move {
        let order = find(&id).await?;
        let shop = shop()?;
        let steps = order::timeline(&shop, &order).await?;
        let claims = claim::of_order(&shop, order.summary.id).await?;
        let paying = paying(&order).await?;
        let payments = paying.payments.clone();
        let now = followed(&order).await?;
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
            <Next order=order.clone() paying now=shop.now() back />
            <Follow order=now texts=texts() />
            <Receipt order claims payments />
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
        let paying = paying(&order).await?;
        let payments = paying.payments.clone();
        let held = order.summary.status == OrderStatus::PendingPayment;
        let open = held || order.summary.payment == PaymentStatus::Unknown;
        let title = match order.summary.payment {
            PaymentStatus::Unknown => t!("order-checking"),
            _ if held => t!("order-held"),
            _ => t!("order-complete"),
        };
        let sent = order.deliveries.iter().any(|part| !part.status.can_be_canceled());
        let next = (!open && !sent).then(|| view! { <p>{t!("order-next")}</p> });
        let now = followed(&order).await?;
        Ok(view! {
            <Head title=title.clone() private=true />
            <section class="complete" class:open=open>
                <h1>{title}</h1>
                <p>{t!("order-number")} " " <strong data-testid="order-number">{number}</strong></p>
                {next}
                <p><a class="button primary" href=detail>{t!("view-order")}</a> " " <a class="button" href="/">{t!("browse")}</a></p>
            </section>
            <Next order=order.clone() paying now=shop()?.now() back=None />
            <Follow order=now texts=texts() />
            <Receipt order claims=Vec::new() payments />
        }
        .into_any())
    })
}

/// What the shopper can do now.
#[component]
fn Next(order: Detail, paying: Paying, now: OffsetDateTime, back: Option<String>) -> impl IntoView {
    let id = order.summary.id.to_string();
    match order.summary.status {
        OrderStatus::PendingPayment => view! { <Unpaid order paying now back /> }.into_any(),
        OrderStatus::Placed => {
            let kept = |seller| order.summary.lines.iter().any(|line| line.seller == seller && line.kept() > 0);
            let parts: Vec<_> = order.deliveries.iter().filter(|part| kept(part.seller)).collect();
            let cancel = parts.iter().any(|part| part.status.can_be_canceled());
            let cancel = cancel
                .then(|| view! { <a class="button" href=format!("/orders/{id}/cancel")>{t!("cancel-order")}</a> });
            let confirm = order.confirm_at.map(|at| view! { <Confirm id at /> });
            view! { <div class="next">{cancel} {confirm}</div> }.into_any()
        }
        OrderStatus::Canceled if order.summary.payment == PaymentStatus::Failed => {
            view! { <Refused payments=paying.payments /> }.into_any()
        }
        OrderStatus::Confirmed | OrderStatus::Canceled | OrderStatus::Expired => ().into_any(),
    }
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
pub(crate) fn asked() -> String {
    use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default()
}

/// One's own order by the id in a path.
pub(super) async fn find(id: &str) -> Result<Detail, Failure> {
    let shopper = shopper()?;
    let id: OrderId = id.parse().map_err(|_| Failure::NotFound)?;
    Ok(order::detail(&shop()?, &shopper, id).await?)
}
