//! Where the staff begins: what waits to be done.

use contract::{
    money::won,
    order::{FulfillmentStatus, OrderStatus},
};
use domain::{claim, inventory, member::Operator, order, payment};
use leptos::prelude::*;

use super::{Tabs, staff};
use crate::{
    context::shop,
    page::{Head, page},
    text::{self, t},
};

/// What waits, and where to do it.
#[component]
pub(crate) fn StaffPage() -> impl IntoView {
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let operator = Operator::from(&staff);
        let newest = order::list_all(&shop, &staff, None).await?;
        let waits = |order: &&order::Summary| {
            order.status == OrderStatus::Placed && order.fulfillment == FulfillmentStatus::Unfulfilled
        };
        let waiting = newest.iter().take(limit(order::PAGE)).filter(waits).count();
        let claims = claim::open(&shop, &operator).await?.len();
        let low = inventory::list(&shop, &operator, 0, true).await?.len();
        let owed = payment::owed(&shop).await?;
        let owed = owed.since.map(|since| {
            let what = t!("cards-owed", count = owed.count, amount = won(owed.amount));
            view! { <p data-testid="cards-owed">{what} " " {text::time(since)}</p> }
        });
        Ok(view! {
            <Head title=t!("staff") private=true />
            <h1>{t!("staff")}</h1>
            <Tabs />
            <ul class="todo">
                <Todo href="/staff/orders" count=waiting.to_string() what=t!("todo-orders") note=t!("todo-orders-note", count = order::PAGE) />
                <Todo href="/staff/claims" count=up_to(claims, 99) what=t!("todo-claims") note=t!("todo-claims-note") />
                <Todo href="/seller/stock?low=1" count=up_to(low, limit(inventory::PAGE)) what=t!("todo-low") note=t!("todo-low-note") />
            </ul>
            {owed}
            <ul class="doors">
                <li><a href="/staff/coupons">{t!("staff-coupons")}</a> <p>{t!("staff-coupons-note")}</p></li>
                <li><a href="/staff/points">{t!("points")}</a> <p>{t!("staff-points-note")}</p></li>
                <li><a href="/staff/readers">{t!("readers")}</a> <p>{t!("readers-note")}</p></li>
                <li><a href="/staff/audit">{t!("audit")}</a> <p>{t!("audit-note")}</p></li>
            </ul>
        }
        .into_any())
    })
}

#[component]
fn Todo(href: &'static str, count: String, what: String, note: String) -> impl IntoView {
    let none = (count == "0").then_some("none");
    view! {
        <li>
            <a href=href class=none>
                <strong>{count}</strong>
                <span>{what}</span>
                <small>{note}</small>
            </a>
        </li>
    }
}

/// A number that is known only up to some most.
fn up_to(count: usize, most: usize) -> String {
    if count > most { format!("{most}+") } else { count.to_string() }
}

fn limit(page: i64) -> usize {
    usize::try_from(page).unwrap_or(usize::MAX)
}
