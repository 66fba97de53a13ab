//! The figures on the homes of staff and of sellers: today, the last thirty days, what sells best, and
//! how many of those who come buy.

mod month;

use contract::{
    Failure,
    money::{grouped, won},
    ranking::Window,
};
use domain::{
    Shop,
    member::{Operator, Staff},
    ranking,
    sales::{self, Day, Sum},
    signup,
    visit::{self, VisitDay},
};
use leptos::prelude::*;
use time::Date;

use super::table::TableBox;
use crate::text::t;

pub(crate) use month::Month;

/// Days that are shown.
const DAYS: u16 = 30;

/// Places among what sells best.
const PLACES: i64 = 5;

/// The figures of the whole shop, or of one seller.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// The oldest first, today last.
    days: Vec<Day>,
    /// A week ago until the same time of the day.
    a_week_ago: Sum,
    visits: Vec<VisitDay>,
    /// Of the whole shop alone.
    signups: Vec<(Date, i64)>,
    best: Vec<Best>,
    whole: bool,
}

/// A place among what sells best.
#[derive(Debug, Clone)]
struct Best {
    product: i64,
    title: String,
    copies: i64,
}

impl Figures {
    /// Those of the whole shop.
    pub(crate) async fn of_shop(shop: &Shop, staff: &Staff) -> Result<Self, Failure> {
        let best = ranking::best(shop, Window::Month, None, PLACES).await?;
        let best = best.into_iter().map(|one| Best { product: one.card.id, title: one.card.title, copies: one.units });
        let signups = signup::days(shop, staff, DAYS).await?;
        Self::load(shop, &Operator::from(staff), best.collect(), signups).await
    }

    /// Those of a seller.
    pub(crate) async fn of_seller(shop: &Shop, by: &Operator, seller: i64) -> Result<Self, Failure> {
        let best = ranking::best_of(shop, seller, Window::Month, PLACES).await?;
        let best = best.into_iter().map(|one| Best { product: one.product, title: one.title, copies: one.units });
        Self::load(shop, by, best.collect(), Vec::new()).await
    }

    async fn load(shop: &Shop, by: &Operator, best: Vec<Best>, signups: Vec<(Date, i64)>) -> Result<Self, Failure> {
        Ok(Self {
            days: sales::days(shop, by, DAYS).await?,
            a_week_ago: sales::a_week_ago(shop, by).await?,
            visits: visit::days(shop, by, DAYS).await?,
            signups,
            best,
            whole: by.seller().is_none(),
        })
    }

    fn today(&self) -> Option<Day> {
        self.days.last().copied()
    }
}

/// Today's sales beside those of the same day a week ago.
#[component]
pub(crate) fn Today(figures: Figures) -> impl IntoView {
    let today = figures.today().map(|day| day.sum).unwrap_or_default();
    let then = figures.days.iter().rev().nth(7).map(|day| day.sum).unwrap_or_default();
    let rows = [
        ("today", t!("home-today"), today),
        ("then", t!("home-week-ago-now"), figures.a_week_ago),
        ("then-whole", t!("home-week-ago"), then),
    ];
    let rows = rows.map(|(id, name, sum)| {
        view! {
            <tr>
                <th scope="row" class="long">{name}</th>
                <td class="number"><strong data-testid=format!("{id}-won")>{won(sum.won)}</strong></td>
                <td class="number" data-testid=format!("{id}-orders")>{grouped(sum.orders)}</td>
                <td class="number" data-testid=format!("{id}-copies")>{grouped(sum.copies)}</td>
            </tr>
        }
    });
    view! {
        <section>
            <h2>{t!("home-sales")}</h2>
            <p class="change">{change(today.won, figures.a_week_ago.won)}</p>
            <TableBox label=t!("home-sales")>
                <table class="short">
                    <thead>
                        <tr>
                            <th scope="col">{t!("home-when")}</th>
                            <th scope="col" class="number">{t!("home-won")}</th>
                            <th scope="col" class="number">{t!("home-orders")}</th>
                            <th scope="col" class="number">{t!("home-copies")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            <p class="note">{t!("home-what-counts")}</p>
        </section>
    }
}

/// How a number compares with an earlier one, in a sentence.
fn change(now: i64, then: i64) -> String {
    if then <= 0 {
        return t!("home-no-comparison");
    }
    let percent = (now - then).saturating_mul(100) / then;
    match percent {
        0 => t!("home-as-much"),
        1.. => t!("home-more", percent = grouped(percent)),
        _ => t!("home-less", percent = grouped(-percent)),
    }
}

/// What sells best.
#[component]
pub(crate) fn BestSellers(figures: Figures) -> impl IntoView {
    let empty = figures.best.is_empty().then(|| view! { <p class="empty">{t!("best-sellers-empty")}</p> });
    let places = figures.best.into_iter().map(|best| {
        view! {
            <li>
                <a href=format!("/products/{}", best.product)>{best.title}</a>
                " "
                <span class="copies">{t!("home-sold", copies = grouped(best.copies))}</span>
            </li>
        }
    });
    view! {
        <section class="best">
            <h2>{t!("home-best")}</h2>
            {empty}
            <ol>{places.collect_view()}</ol>
        </section>
    }
}

/// How many of those who come put something into a cart, order and pay: people, each once a day.
#[component]
pub(crate) fn Conversion(figures: Figures) -> impl IntoView {
    let today = figures.today();
    let visits_today = figures.visits.iter().rev().find(|visit| Some(visit.day) == today.map(|day| day.day));
    let step = |id: &'static str, name: String, of: fn(&VisitDay) -> i64| {
        (id, name, visits_today.map_or(0, of), figures.visits.iter().map(of).sum::<i64>())
    };
    let visited = figures.whole.then(|| step("visits", t!("home-visits"), |day| day.visitors));
    let steps: Vec<_> = visited
        .into_iter()
        .chain([
            step("carts", t!("home-carts"), |day| day.carts),
            step("placed", t!("home-placed"), |day| day.ordered),
            step("paid", t!("home-paid"), |day| day.paid),
        ])
        .collect();
    let first = steps.first().map_or((0, 0), |(_, _, today, month)| (*today, *month));
    let rows = steps.into_iter().map(|(id, name, today, month)| {
        view! {
            <tr>
                <th scope="row" class="long">{name}</th>
                <td class="number"><span data-testid=format!("{id}-today")>{grouped(today)}</span> " " {share(today, first.0)}</td>
                <td class="number"><span data-testid=format!("{id}-month")>{grouped(month)}</span> " " {share(month, first.1)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section>
            <h2>{if figures.whole { t!("home-conversion") } else { t!("home-conversion-own") }}</h2>
            <TableBox label=t!("home-conversion")>
                <table class="short">
                    <thead>
                        <tr>
                            <th scope="col">{t!("home-step")}</th>
                            <th scope="col" class="number">{t!("home-today")}</th>
                            <th scope="col" class="number">{t!("last-days", days = DAYS)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            <p class="note">{if figures.whole { t!("home-who-counts") } else { t!("home-who-counts-own") }}</p>
        </section>
    }
}

/// How much of the first step is left, in percent with one decimal. More than all of it is not
/// compared: who works here is no visitor, and what is paid today may be in a cart since yesterday.
fn share(part: i64, of: i64) -> impl IntoView {
    let share = if of > 0 && part <= of {
        let tenths = part.saturating_mul(1_000) / of;
        format!("{}.{}%", tenths / 10, tenths % 10)
    } else {
        "–".to_owned()
    };
    view! { <small class="share">{share}</small> }
}
