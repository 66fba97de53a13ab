//! Orders: the list, the detail, and the page after ordering.

use contract::{
    Failure,
    member::print_phone,
    money::won,
    order::{FulfillmentStatus, OrderId, OrderStatus, order_number},
};
use domain::order::{self, Detail, OrderLineView, Summary};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    account::Tabs,
    context::{shop, shopper},
    listing::Cover,
    page::{Empty, Head, page},
    text::{self, t},
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
            let covers =
                order.lines.iter().take(4).map(|line| view! { <Cover id=line.product lazy=true /> }).collect_view();
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

#[component]
fn Statuses(status: OrderStatus, fulfillment: FulfillmentStatus) -> impl IntoView {
    // Before anything is packed, the order's own status says it all.
    let goods = (status == OrderStatus::Placed && fulfillment > FulfillmentStatus::Unfulfilled)
        .then(|| view! { <span class="badge">{fulfillment_text(fulfillment)}</span> });
    view! { <span class="statuses"><span class="badge">{text::order_status(status)}</span>{goods}</span> }
}

fn fulfillment_text(status: FulfillmentStatus) -> String {
    match status {
        FulfillmentStatus::Unfulfilled => t!("fulfillment-unfulfilled"),
        FulfillmentStatus::Preparing => t!("fulfillment-preparing"),
        FulfillmentStatus::Shipped => t!("fulfillment-shipped"),
        FulfillmentStatus::Delivered => t!("fulfillment-delivered"),
        FulfillmentStatus::Returned => t!("fulfillment-returned"),
    }
}

/// An order.
#[component]
pub(crate) fn OrderPage() -> impl IntoView {
    let id = asked();
    page(async move {
        let order = find(&id).await?;
        let number = order_number(order.summary.id, order.summary.placed_at);
        Ok(view! {
            <Head title=t!("order-title", number = number.clone()) private=true />
            <h1>{t!("order-title", number = number)}</h1>
            <Tabs />
            <p>
                {text::time(order.summary.placed_at)} " "
                <Statuses status=order.summary.status fulfillment=order.summary.fulfillment />
            </p>
            <Receipt order />
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
        Ok(view! {
            <Head title=t!("order-complete") private=true />
            <section class="complete">
                <h1>{t!("order-complete")}</h1>
                <p>{t!("order-number")} " " <strong data-testid="order-number">{number}</strong></p>
                <p>{t!("order-next")}</p>
                <p><a class="button primary" href=detail>{t!("view-order")}</a> " " <a class="button" href="/">{t!("browse")}</a></p>
            </section>
            <Receipt order />
        }
        .into_any())
    })
}

#[component]
fn Receipt(order: Detail) -> impl IntoView {
    let Detail { summary, deliveries, .. } = order;
    let mut lines = summary.lines;
    let parts = deliveries
        .into_iter()
        .map(|part| {
            let (own, rest): (Vec<OrderLineView>, Vec<OrderLineView>) =
                lines.drain(..).partition(|line| line.seller == part.seller);
            lines = rest;
            let items = own.into_iter().map(|line| view! { <li><Line line /></li> }).collect_view();
            let fee = if part.fee == 0 { t!("free") } else { won(part.fee) };
            view! {
                <section class="part">
                    <h3>{part.seller_name} " " <span class="badge">{fulfillment_text(part.status)}</span></h3>
                    <ul class="lines">{items}</ul>
                    <p class="fee">{t!("delivery")} " " {fee}</p>
                </section>
            }
        })
        .collect_view();
    view! {
        <div class="receipt">
            <section>
                <h2>{t!("order-lines")}</h2>
                {parts}
            </section>
            <section>
                <h2>{t!("deliver-to")}</h2>
                <p><strong>{order.recipient}</strong> " " {print_phone(&order.phone)}</p>
                <p>{format!("({}) {} {}", order.postcode, order.line1, order.line2)}</p>
                {(!order.note.is_empty()).then(|| view! { <p>{t!("delivery-note")} ": " {order.note}</p> })}
            </section>
            <section>
                <h2>{t!("payment")}</h2>
                <dl class="sums">
                    <dt>{t!("goods")}</dt><dd>{won(order.goods_total)}</dd>
                    <dt>{t!("delivery")}</dt><dd>{if order.delivery_total == 0 { t!("free") } else { won(order.delivery_total) }}</dd>
                    <dt>{t!("paid-by-points")}</dt><dd>{won(order.points_used)}</dd>
                    <dt class="sum">{t!("total")}</dt><dd class="sum" data-testid="total">{won(summary.total)}</dd>
                </dl>
            </section>
        </div>
    }
}

#[component]
fn Line(line: OrderLineView) -> impl IntoView {
    let amount = line.unit_price.saturating_mul(line.quantity.into());
    view! {
        <div class="item">
            <Cover id=line.product lazy=true />
            <div class="what">
                <a class="title" href=format!("/products/{}", line.product)>{line.title}</a>
                <p class="author">{line.author}</p>
            </div>
            <p>{t!("copies", count = line.quantity)}</p>
            <p class="amount">{won(amount)}</p>
        </div>
    }
}

fn asked() -> String {
    use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default()
}

async fn find(id: &str) -> Result<Detail, Failure> {
    let shopper = shopper()?;
    let id: OrderId = id.parse().map_err(|_| Failure::NotFound)?;
    Ok(order::detail(&shop()?, &shopper, id).await?)
}
