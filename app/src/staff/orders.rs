//! Everybody's orders, newest first.

use contract::{money::won, order::order_number};
use domain::order::{self, Summary};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Tabs, staff};
use crate::{
    context::shop,
    page::{Head, page},
    text::{self, t},
    words,
};

/// The list.
#[component]
pub(crate) fn OrdersPage() -> impl IntoView {
    let before = use_query_map().with_untracked(|query| query.get("before")).and_then(|word| word.parse().ok());
    page(async move {
        let mut orders = order::list_all(&shop()?, &staff()?, before).await?;
        let further = usize::try_from(order::PAGE).is_ok_and(|page| orders.len() > page);
        orders.truncate(usize::try_from(order::PAGE).unwrap_or(usize::MAX));
        let older = orders.last().filter(|_| further).map(|last| {
            view! { <p><a href=format!("/staff/orders?before={}", last.id)>{t!("older")}</a></p> }
        });
        let newest = before.map(|_| view! { <p><a href="/staff/orders">{t!("newest")}</a></p> });
        let empty = orders.is_empty().then(|| view! { <p class="empty">{t!("staff-orders-empty")}</p> });
        let rows = orders.into_iter().map(|order| view! { <Row order /> }).collect_view();
        Ok(view! {
            <Head title=t!("staff-orders") private=true />
            <h1>{t!("staff-orders")}</h1>
            <Tabs />
            {newest}
            <div class="scroll rows" tabindex="0" role="region" aria-label=t!("staff-orders")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("order-number")}</th>
                            <th scope="col">{t!("when")}</th>
                            <th scope="col">{t!("axis-order")}</th>
                            <th scope="col">{t!("axis-payment")}</th>
                            <th scope="col">{t!("axis-fulfillment")}</th>
                            <th scope="col">{t!("book")}</th>
                            <th scope="col" class="number">{t!("total")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {empty}
            {older}
        }
        .into_any())
    })
}

#[component]
fn Row(order: Summary) -> impl IntoView {
    let first = order.lines.first().map(|line| line.title.clone()).unwrap_or_default();
    let others = order.lines.len().saturating_sub(1);
    let what = if others > 0 { t!("and-others", first = first, count = others) } else { first };
    view! {
        <tr>
            <th scope="row"><a href=format!("/staff/orders/{}", order.id)>{order_number(order.id, order.placed_at)}</a></th>
            <td>{text::time(order.placed_at)}</td>
            <td>{text::order_status(order.status)}</td>
            <td>{words::payment_status(order.payment)}</td>
            <td>{words::fulfillment_status(order.fulfillment)}</td>
            <td class="long">{what}</td>
            <td class="number">{won(order.total)}</td>
        </tr>
    }
}
