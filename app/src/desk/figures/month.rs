//! The last thirty days as charts, and the same as a table.

use contract::money::{grouped, won};
use leptos::prelude::*;
use time::Date;

use super::{DAYS, Figures};
use crate::{
    desk::{
        chart::{Bar, Chart},
        table::TableBox,
    },
    text::t,
};

/// Sales and orders by the day; sign-ups too where the whole shop is shown.
#[component]
pub(crate) fn Month(figures: Figures) -> impl IntoView {
    let sales: Vec<(Date, i64)> = figures.days.iter().map(|day| (day.day, day.sum.won)).collect();
    let orders: Vec<(Date, i64)> = figures.days.iter().map(|day| (day.day, day.sum.orders)).collect();
    let signups = figures.whole.then(|| {
        view! {
            <figure>
                <figcaption>{t!("home-signups-by-day")}</figcaption>
                <Drawn id="chart-signups" title=t!("home-signups-by-day") days=figures.signups.clone() print=grouped height=64 />
            </figure>
        }
    });
    let count: i64 = figures.signups.iter().map(|(_, members)| members).sum();
    let joined =
        figures.whole.then(|| view! { <p data-testid="signups">{t!("home-signups", count = grouped(count))}</p> });
    view! {
        <section class="month">
            <h2>{t!("last-days", days = DAYS)}</h2>
            <figure>
                <figcaption>{t!("home-won-by-day")}</figcaption>
                <Drawn id="chart-sales" title=t!("home-won-by-day") days=sales print=won height=160 />
            </figure>
            <figure>
                <figcaption>{t!("home-orders-by-day")}</figcaption>
                <Drawn id="chart-orders" title=t!("home-orders-by-day") days=orders print=grouped height=64 />
            </figure>
            {signups}
            {joined}
            <details>
                <summary>{t!("home-as-table")}</summary>
                <Numbers figures />
            </details>
        </section>
    }
}

/// A chart of one number.
#[component]
fn Drawn(
    id: &'static str,
    title: String,
    days: Vec<(Date, i64)>,
    /// How a number is said.
    print: fn(i64) -> String,
    height: i64,
) -> impl IntoView {
    let most = days.iter().max_by_key(|(day, value)| (*value, *day)).filter(|(_, value)| *value > 0);
    let description = match most {
        Some((day, value)) => t!("home-most-on", day = day.to_string(), what = print(*value)),
        None => t!("home-nothing"),
    };
    let bars = days.into_iter().map(|(day, value)| Bar { day, value, told: format!("{day} {}", print(value)) });
    let bars: Vec<Bar> = bars.collect();
    view! { <Chart id title description bars height /> }
}

/// The numbers behind the charts, the newest day first.
#[component]
fn Numbers(figures: Figures) -> impl IntoView {
    let joined = |day: Date| figures.signups.iter().find(|(other, _)| *other == day).map_or(0, |(_, members)| *members);
    let rows = figures.days.iter().rev().map(|day| {
        view! {
            <tr>
                <th scope="row">{day.day.to_string()}</th>
                <td class="number">{won(day.sum.won)}</td>
                <td class="number">{grouped(day.sum.orders)}</td>
                <td class="number">{grouped(day.sum.copies)}</td>
                {figures.whole.then(|| view! { <td class="number">{grouped(joined(day.day))}</td> })}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <TableBox label=t!("last-days", days = DAYS)>
            <table class="short">
                <thead>
                    <tr>
                        <th scope="col">{t!("home-day")}</th>
                        <th scope="col" class="number">{t!("home-won")}</th>
                        <th scope="col" class="number">{t!("home-orders")}</th>
                        <th scope="col" class="number">{t!("home-copies")}</th>
                        {figures.whole.then(|| view! { <th scope="col" class="number">{t!("home-joined")}</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
    }
}
