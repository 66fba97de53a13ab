//! What a file of counts would change, and taking it.

use contract::{Failure, money::grouped};
use domain::inventory::take::{self, Fault, Take, TakeRow};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{Ways, operator, takes::PAGE};
use crate::{
    desk::{
        confirm::Confirm,
        table::{Asked, TableBox},
    },
    form::{Sent, answer, returned},
    page::{Head, page},
    text::{self, t},
};

/// Products that are shown.
const SHOWN: i64 = 200;

/// Takes what was counted, all of it or nothing.
#[server(prefix = "/fn", endpoint = "seller/stock-take")]
async fn take_stock(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        take::apply(&shop, &by, parse(&id)?).await?;
        Ok(format!("{PAGE}/{id}?saved=1"))
    };
    let outcome = outcome.await;
    answer(Sent { form: "seller/stock-take", page: &path(&id), fields: &[] }, outcome).await
}

/// Compares what was counted with the stock as it is now.
#[server(prefix = "/fn", endpoint = "seller/stock-take-again")]
async fn look_again(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        take::look_again(&shop, &by, parse(&id)?).await?;
        Ok(path(&id))
    };
    let outcome = outcome.await;
    answer(Sent { form: "seller/stock-take", page: &path(&id), fields: &[] }, outcome).await
}

fn path(id: &str) -> String {
    format!("{PAGE}/{id}")
}

fn parse(id: &str) -> Result<Uuid, Failure> {
    Uuid::parse_str(id).map_err(|_| Failure::NotFound)
}

/// What was counted, and the step.
#[component]
pub(crate) fn TakePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let saved = !Asked::here().get("saved").is_empty();
    page(async move {
        let (shop, operator) = operator().await?;
        let take = take::find(&shop, &operator, parse(&id)?).await?;
        let rows = take::rows(&shop, &take, SHOWN).await?;
        let flawed = (!take.flaws.is_empty()).then(|| view! { <Flaws flaws=take.flaws.clone() /> });
        let table = (take.flaws.is_empty() && !rows.is_empty())
            .then(|| view! { <Differences rows open=take.applied_at.is_none() /> });
        Ok(view! {
            <Head title=t!("offer-count-file") private=true />
            <h1>{t!("offer-count-file")}</h1>
            <Ways operator />
            {returned("seller/stock-take").summary()}
            {saved.then(|| view! { <p class="notice good" role="status">{t!("saved")}</p> })}
            {flawed}
            <State take />
            {table}
            <p class="facts"><a href=PAGE>{t!("offer-count-another")}</a> <a href="/seller/stock">{t!("stock-back")}</a></p>
        }
        .into_any())
    })
}

#[component]
fn Flaws(flaws: Vec<Fault>) -> impl IntoView {
    let rows = flaws
        .iter()
        .map(|fault| {
            view! {
                <tr>
                    <th scope="row" class="number">{fault.line}</th>
                    <td><code>{fault.field.clone()}</code></td>
                    <td class="long">{text::flaw(fault.flaw)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="notice bad" role="alert"><p>{t!("offer-file-flaws", count = flaws.len())}</p></div>
        <TableBox label=t!("offer-flaws")>
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="number">{t!("offer-line")}</th>
                        <th scope="col">{t!("offer-column")}</th>
                        <th scope="col">{t!("why")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
    }
}

/// Where it stands: taken, to be taken, or what keeps it from that.
#[component]
fn State(take: Take) -> impl IntoView {
    if !take.flaws.is_empty() {
        return ().into_any();
    }
    if let Some(at) = take.applied_at {
        return view! { <p>{t!("offer-count-taken", count = grouped(take.differing))} " " {text::time(at)}</p> }
            .into_any();
    }
    let moved = (take.moved > 0).then(|| view! { <p>{t!("offer-count-moved", count = grouped(take.moved))}</p> });
    let held = (take.held > 0).then(|| view! { <p>{t!("offer-count-held", count = grouped(take.held))}</p> });
    let id = take.id.to_string();
    if moved.is_some() || held.is_some() {
        return view! {
            <div class="notice bad" role="alert">{moved} {held}</div>
            <form class="actions" action="/fn/seller/stock-take-again" method="post">
                <input type="hidden" name="id" value=id />
                <button class="button">{t!("offer-count-again")}</button>
            </form>
        }
        .into_any();
    }
    let sums =
        t!("offer-count-sums", counted = grouped(take.counted), more = grouped(take.more), fewer = grouped(take.fewer));
    if !take.is_open() {
        return view! { <p class="notice" role="status">{t!("offer-count-agrees", count = grouped(take.counted))}</p> }
            .into_any();
    }
    view! {
        <Confirm
            question=t!("offer-count-question", count = grouped(take.differing))
            action="/fn/seller/stock-take"
            fields=vec![("id", id)]
            button=t!("offer-count-now", count = grouped(take.differing))
            back=PAGE
        >
            <p>{sums}</p>
            <p class="hint">{t!("offer-count-whole")}</p>
        </Confirm>
    }
    .into_any()
}

#[component]
fn Differences(rows: Vec<TakeRow>, open: bool) -> impl IntoView {
    let more = i64::try_from(rows.len()).is_ok_and(|count| count >= SHOWN);
    let more = more.then(|| view! { <p class="hint">{t!("offer-first-shown", count = SHOWN)}</p> });
    let rows = rows.into_iter().map(|row| view! { <Row row open /> }).collect_view();
    view! {
        <TableBox label=t!("offer-differences")>
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="number">{t!("offer-line")}</th>
                        <th scope="col">{t!("book")}</th>
                        <th scope="col" class="number">{t!("offer-seen")}</th>
                        <th scope="col" class="number">{t!("counted")}</th>
                        <th scope="col" class="number">{t!("offer-difference")}</th>
                        <th scope="col">{t!("why")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
        {more}
    }
}

#[component]
fn Row(row: TakeRow, open: bool) -> impl IntoView {
    let moved = open && row.on_hand != row.seen;
    let held = open && row.counted < row.reserved;
    let why = if moved {
        t!("offer-row-moved", count = row.on_hand)
    } else if held {
        t!("offer-row-held", count = row.reserved)
    } else {
        row.reason
    };
    view! {
        <tr class:wrong=moved || held>
            <td class="number">{row.line}</td>
            <th scope="row" class="long"><a href=format!("/seller/stock/{}", row.product)>{row.title}</a></th>
            <td class="number">{grouped(row.seen.into())}</td>
            <td class="number">{grouped(row.counted.into())}</td>
            <td class="number">{format!("{:+}", row.counted - row.seen)}</td>
            <td class="long">{why}</td>
        </tr>
    }
}
