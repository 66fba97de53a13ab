//! The list of orders.

use contract::{
    money::won,
    order::{FulfillmentStatus, OrderStatus, order_number},
};
use domain::order::{self, Summary};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    account::Tabs,
    context::{shop, shopper},
    form::returned,
    listing::Cover,
    page::{Empty, Head, page},
    text::{self, t},
    words::fulfillment_status,
};

/// One's own orders.
#[component]
pub(crate) fn OrdersPage() -> impl IntoView {
    let before = use_query_map().with_untracked(|query| query.get("before")).and_then(|word| word.parse().ok());
    page(async move {
        let mut orders = order::list(&shop()?, &shopper()?, before).await?;
        let further = usize::try_from(order::PAGE).is_ok_and(|page| orders.len() > page);
        orders.truncate(usize::try_from(order::PAGE).unwrap_or(usize::MAX));
        let older = orders.last().filter(|_| further).map(|last| {
            view! { <p><a href=format!("/orders?before={}", last.id)>{t!("older")}</a></p> }
        });
        let list = if orders.is_empty() {
            view! { <Empty sentence=t!("orders-empty") href="/" action=t!("browse") /> }.into_any()
        } else {
            view! { <Summaries orders /> }.into_any()
        };
        Ok(view! {
            <Head title=t!("orders") private=true />
            <h1>{t!("orders")}</h1>
            <Tabs />
            {returned("order/act").summary()}
            {list}
            {older}
        }
        .into_any())
    })
}

/// Orders in short.
#[component]
pub(crate) fn Summaries(
    /// The orders.
    orders: Vec<Summary>,
) -> impl IntoView {
    let items = orders
        .into_iter()
        .map(|order| {
            let first = order.lines.first().map(|line| line.title.clone()).unwrap_or_default();
            let others = order.lines.len().saturating_sub(1);
            let what = if others > 0 { t!("and-others", first = first, count = others) } else { first };
            let covers = order
                .lines
                .iter()
                .take(4)
                .map(|line| view! { <Cover id=line.product picture=line.cover.clone() lazy=true /> })
                .collect_view();
            view! {
                <li>
                    <a class="order" href=format!("/orders/{}", order.id)>
                        <span class="covers">{covers}</span>
                        <span class="what">
                            <span class="title">{what}</span>
                            <span>{text::time(order.placed_at)} " · " {order_number(order.id, order.placed_at)}</span>
                        </span>
                        <Statuses status=order.status fulfillment=order.fulfillment />
                        <strong class="amount">{won(order.total)}</strong>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="orders">{items}</ul> }
}

/// Where an order stands, in one or two words.
#[component]
pub(super) fn Statuses(
    /// The order's own status.
    status: OrderStatus,
    /// That of its goods.
    fulfillment: FulfillmentStatus,
) -> impl IntoView {
    // Before anything is packed, the order's own status says it all.
    let goods = (status == OrderStatus::Placed && fulfillment > FulfillmentStatus::Unfulfilled)
        .then(|| view! { <span class="badge">{fulfillment_status(fulfillment)}</span> });
    view! { <span class="statuses"><span class="badge">{text::order_status(status)}</span>{goods}</span> }
}
