//! The list of orders: tabs, search, days, and the steps of those that are ticked.

use contract::{
    Failure,
    form::{Flaw, Flaws},
    member::print_phone,
    money::{grouped, won},
    order::{OrderSort, Stage, order_number},
    table::PAGE,
};
use domain::{
    member::Operator,
    order::{self, Counts, Filter, MOST_COUNTED, QueueRow},
};
use leptos::prelude::*;
use time::{Date, macros::format_description};

use super::{asker, result::Outcome};
use crate::{
    desk::{
        Ways,
        table::{Asked, SortHead, TableBox, Turn},
    },
    page::{Head, page},
    text::{self, t},
    words,
};

/// What the URL asks for.
///
/// # Errors
/// [`Failure::Invalid`] for days that are none.
pub(super) fn filter(asked: &Asked) -> Result<Filter, Failure> {
    Ok(Filter {
        stage: Stage::parse(asked.get("tab")),
        late: !asked.get("late").is_empty(),
        search: asked.get("q").chars().take(100).collect(),
        from: day(asked, "from")?,
        to: day(asked, "to")?,
        sort: OrderSort::parse(asked.get("sort")),
    })
}

fn day(asked: &Asked, name: &str) -> Result<Option<Date>, Failure> {
    let typed = asked.get(name);
    if typed.is_empty() {
        return Ok(None);
    }
    let day = Date::parse(typed, format_description!("[year]-[month]-[day]")).ok();
    let day = day.filter(|day| (2000..=2999).contains(&day.year()));
    day.map(Some).ok_or_else(|| Failure::Invalid(Flaws::one(name, Flaw::Time)))
}

/// The list.
#[component]
pub(crate) fn OrdersPage() -> impl IntoView {
    let asked = Asked::here();
    // What is ticked is this page alone: no other link goes on with it.
    let (ticked, asked) = (asked.get("tick") == "all", asked.without("tick"));
    page(async move {
        let (shop, by, base) = asker().await?;
        // Days that are none leave the rest of the filter in force.
        let (filter, flawed) = match filter(&asked) {
            Ok(filter) => (filter, false),
            Err(Failure::Invalid(_)) => (filter_without_days(&asked), true),
            Err(failure) => return Err(failure),
        };
        let counts = order::counts(&shop, &by).await?;
        let rows = order::queue(&shop, &by, &filter, asked.after().as_ref(), PAGE).await?;
        let title = if by.seller().is_some() { t!("orders-of-seller") } else { t!("staff-orders") };
        let flaw = flawed.then(|| view! { <p class="notice bad" role="alert">{t!("orders-day-flaw")}</p> });
        let empty = rows.rows.is_empty().then(|| view! { <p class="empty">{t!("orders-none")}</p> });
        let late_before = shop.now() - time::Duration::days(shop.policy.order.ship_days);
        let staff = by.seller().is_none();
        let next = rows.next;
        let bulk = rows.rows.iter().any(goes_on).then(|| {
            view! { <BulkSteps stage=filter.stage ticked asked=asked.clone() /> }
        });
        let items = rows
            .rows
            .into_iter()
            .map(|row| {
                let late = row.stage.waits() && row.placed_at < late_before;
                view! { <Row row base staff late ticked /> }
            })
            .collect_view();
        let (heads, sort) = (asked.clone(), filter.sort.word().to_owned());
        Ok(view! {
            <Head title=title.clone() private=true />
            <h1>{title}</h1>
            <Ways operator=by.clone() />
            <Outcome base />
            {flaw}
            <StageTabs asked=asked.clone() counts filter=filter.clone() />
            <Search asked=asked.clone() filter=filter.clone() by=by.clone() />
            <p class="facts"><a class="button small" href=format!("{base}/orders/ship")>{t!("ship-by-file")}</a></p>
            <form class="ticked" method="get" action=format!("{base}/orders/bulk")>
                <input type="hidden" name="back" value=asked.itself() />
                <TableBox label=t!("staff-orders")>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col"><span class="hidden">{t!("orders-tick")}</span></th>
                                <th scope="col">{t!("order-number")}</th>
                                <SortHead asked=heads.clone() word="when" now=sort.clone() label=t!("when") />
                                <th scope="col">{t!("claim-state")}</th>
                                {staff.then(|| view! { <th scope="col">{t!("orders-buyer")}</th> })}
                                <th scope="col">{t!("deliver-to")}</th>
                                <th scope="col">{t!("orders-goods")}</th>
                                <th scope="col">{t!("ship-number")}</th>
                                <SortHead asked=heads word="total" now=sort label=t!("orders-sum") number=true />
                            </tr>
                        </thead>
                        <tbody>{items}</tbody>
                    </table>
                </TableBox>
                {bulk}
            </form>
            {empty}
            <Turn asked next csv=true />
        }
        .into_any())
    })
}

fn filter_without_days(asked: &Asked) -> Filter {
    Filter {
        stage: Stage::parse(asked.get("tab")),
        late: !asked.get("late").is_empty(),
        search: asked.get("q").chars().take(100).collect(),
        sort: OrderSort::parse(asked.get("sort")),
        ..Filter::default()
    }
}

/// A number that is known only up to some most.
pub(crate) fn up_to(count: i64, most: i64) -> String {
    if count > most { format!("{}+", grouped(most)) } else { grouped(count) }
}

#[component]
fn StageTabs(asked: Asked, counts: Counts, filter: Filter) -> impl IntoView {
    let tab = |href: String, name: String, count: String, current: bool| {
        view! { <li><a href=href aria-current=current.then_some("true")>{name} " " <small>{count}</small></a></li> }
    };
    let stages = Stage::ALL.into_iter().map(|stage| {
        let count = up_to(counts.of(stage), MOST_COUNTED);
        let href = asked.without("late").with("tab", stage.word());
        tab(href, words::stage(stage), count, filter.stage == Some(stage) && !filter.late)
    });
    let stages = stages.collect_view();
    let all = asked.without("late").with("tab", "");
    let all = tab(all, t!("orders-all"), up_to(counts.all(), MOST_COUNTED), filter.stage.is_none() && !filter.late);
    let late = tab(asked.without("tab").with("late", "1"), t!("orders-late"), up_to(counts.late, 1_000), filter.late);
    view! { <ul class="sorts stages" aria-label=t!("orders-tabs")>{stages}{all}{late}</ul> }
}

#[component]
fn Search(asked: Asked, filter: Filter, by: Operator) -> impl IntoView {
    let hint = if by.seller().is_some() { t!("orders-search-hint-seller") } else { t!("orders-search-hint") };
    let hidden = ["tab", "late", "sort"].map(|name| {
        let value = asked.get(name).to_owned();
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    });
    let (from, to) = (asked.get("from").to_owned(), asked.get("to").to_owned());
    let clear = (!filter.search.is_empty() || !from.is_empty() || !to.is_empty()).then(|| {
        let href = asked.without("q").without("from").with("to", "");
        view! { <a class="button" href=href>{t!("orders-clear")}</a> }
    });
    view! {
        <form class="filters" method="get" role="search" aria-label=t!("orders-search")>
            {hidden.into_iter().collect_view()}
            <div class="field wide">
                <label for="orders-q">{t!("orders-search")}</label>
                <input id="orders-q" type="search" name="q" value=filter.search autocomplete="off" aria-describedby="orders-q-hint" />
            </div>
            <div class="field">
                <label for="orders-from">{t!("orders-from")}</label>
                <input id="orders-from" type="date" name="from" value=from />
            </div>
            <div class="field">
                <label for="orders-to">{t!("orders-to")}</label>
                <input id="orders-to" type="date" name="to" value=to />
            </div>
            <div class="actions">
                <button class="button">{t!("search")}</button>
                {clear}
            </div>
            <p class="hint" id="orders-q-hint">{hint}</p>
        </form>
    }
}

/// Whether an order can be taken a step further.
const fn goes_on(row: &QueueRow) -> bool {
    matches!(row.stage, Stage::New | Stage::Preparing | Stage::Shipped)
}

#[component]
fn Row(row: QueueRow, base: &'static str, staff: bool, late: bool, ticked: bool) -> impl IntoView {
    let number = order_number(row.id, row.placed_at);
    let first = row.goods().next().map(|line| line.title.clone()).unwrap_or_default();
    let others = row.goods().count().saturating_sub(1);
    let what = if others > 0 { t!("and-others", first = first, count = others) } else { first };
    let late = late.then(|| view! { " " <span class="badge few">{t!("orders-late-mark")}</span> });
    let undone = row.undone();
    let undone = (undone > 0).then(|| view! { <br /> <small>{t!("orders-undone")} " " {won(undone)}</small> });
    let tick = goes_on(&row).then(|| {
        let label = t!("orders-tick-one", number = number.clone());
        view! { <input type="checkbox" name="id" value=row.id.to_string() checked=ticked aria-label=label /> }
    });
    let parcels: Vec<String> = row
        .parts
        .iter()
        .filter(|part| !part.number.is_empty())
        .map(|part| format!("{} {}", part.carrier, part.number))
        .collect();
    let parts = (row.parts.len() > 1).then(|| {
        let parts = row.parts.iter().map(|part| format!("{} {}", part.seller_name, words::stage(part.stage)));
        view! { <br /> <small>{parts.collect::<Vec<_>>().join(", ")}</small> }
    });
    let buyer = staff.then(|| view! { <td class="long">{row.buyer.0} <br /> <small>{row.buyer.1}</small></td> });
    view! {
        <tr>
            <td>{tick.map(|tick| view! { <label class="tick">{tick}</label> })}</td>
            <th scope="row"><a href=format!("{base}/orders/{}", row.id)>{number}</a></th>
            <td>{text::time(row.placed_at)}</td>
            <td class="long">{words::stage(row.stage)} {late} {parts}</td>
            {buyer}
            <td class="long">
                {row.recipient} " " {print_phone(&row.phone)}
                <br /> <small>{format!("({}) {} {}", row.postcode, row.line1, row.line2)}</small>
            </td>
            <td class="long">{what}</td>
            <td class="long">{parcels.join(", ")}</td>
            <td class="number">{won(row.total)} {undone}</td>
        </tr>
    }
}

/// The steps that the orders of a tab can go.
#[component]
fn BulkSteps(stage: Option<Stage>, ticked: bool, asked: Asked) -> impl IntoView {
    let steps: &[Stage] = match stage {
        None => &[Stage::Preparing, Stage::Shipped, Stage::Delivered],
        Some(Stage::New) => &[Stage::Preparing, Stage::Shipped],
        Some(Stage::Preparing) => &[Stage::Shipped],
        Some(Stage::Shipped) => &[Stage::Delivered],
        Some(Stage::Delivered | Stage::Confirmed | Stage::Unpaid | Stage::Canceled) => &[],
    };
    let buttons = steps
        .iter()
        .map(|step| {
            let label = t!("orders-bulk-step", status = words::stage(*step));
            view! { <button class="button small" name="step" value=step.word()>{label}</button> }
        })
        .collect_view();
    let page = asked.itself();
    let joint = if page.contains('?') { '&' } else { '?' };
    let (tick, href) = if ticked {
        (t!("product-tick-none"), page)
    } else {
        (t!("product-tick-all"), format!("{page}{joint}tick=all"))
    };
    view! { <div class="actions bulk">{buttons} <a href=href>{tick}</a></div> }
}
