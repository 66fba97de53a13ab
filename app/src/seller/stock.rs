//! The stock of all that one sells.

use contract::{
    money::grouped,
    stock::{StockLevel, StockOrder},
    table::{Cursor, PAGE},
};
use domain::{
    inventory::{self, MOST_COUNTED, Outcome, StockCounts, StockFilter, StockRow},
    member::Operator,
    product,
};
use leptos::prelude::*;

use super::{Ways, bulk::read_outcome, operator};
use crate::{
    context::shop,
    desk::table::{Asked, SortHead, TableBox, Turn},
    form::{Returned, returned},
    page::{Head, page},
    text::{self, t},
    words,
};

/// What the URL asks for.
pub(super) fn filter(asked: &Asked) -> StockFilter {
    let sort = asked.get("sort");
    let order = words::read::<StockOrder>(sort.trim_end_matches("-desc"));
    StockFilter {
        search: asked.get("q").to_owned(),
        level: words::read(asked.get("level")),
        seller: asked.get("seller").parse().ok(),
        order: order.unwrap_or_default(),
        down: order.is_some() && sort.ends_with("-desc"),
    }
}

/// The list.
#[component]
pub(crate) fn StockPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, operator) = operator().await?;
        let filter = filter(&asked);
        let rows = inventory::page(&shop, &operator, &filter, asked.after().as_ref(), PAGE).await?;
        let counts = inventory::counts(&shop, &operator, &filter).await?;
        let sellers = inventory::sellers(&shop, &operator).await?;
        let bulk = returned("seller/stock-bulk-done");
        let told = match bulk.typed("outcome").map(read_outcome) {
            Some(outcome) => Some(told(outcome).await?),
            None => None,
        };
        let low = returned("seller/stock-low");
        let saved =
            (!asked.get("saved").is_empty()).then(|| view! { <p class="notice good" role="status">{t!("saved")}</p> });
        Ok(view! {
            <Head title=t!("stock") private=true />
            <h1>{t!("stock")}</h1>
            <Ways operator=operator.clone() />
            {low.summary()} {saved} {told}
            <Levels asked=asked.clone() filter=filter.clone() counts />
            <Filters asked=asked.clone() filter sellers />
            <p class="facts">
                <span data-testid="shown">{t!("offer-products", count = up_to(counts.shown))}</span>
                <a href="/seller/stock/count">{t!("offer-count-file")}</a>
                <a href="/seller/stock/movements">{t!("offer-movements-all")}</a>
            </p>
            <Table asked rows=rows.rows next=rows.next operator low />
        }
        .into_any())
    })
}

/// A number that was counted up to a limit.
pub(crate) fn up_to(count: i64) -> String {
    if count > MOST_COUNTED { format!("{}+", grouped(MOST_COUNTED)) } else { grouped(count) }
}

/// What became of a change of many: how many were changed, and by name which were not.
async fn told(outcome: Outcome) -> Result<AnyView, contract::Failure> {
    // Of what is not one's own not even the title is told.
    let own: Vec<_> =
        outcome.refused.iter().filter(|(_, why)| *why != contract::Failure::NotFound).map(|(id, _)| *id).collect();
    let titles = product::titles(&shop()?, &own).await?;
    let items = outcome
        .refused
        .iter()
        .map(|(id, why)| {
            let name = titles.get(id).cloned().unwrap_or_else(|| id.to_string());
            view! { <li><a href=format!("/seller/stock/{id}")>{name}</a> ": " {text::failure(why)}</li> }
        })
        .collect_view();
    let refused = (!outcome.refused.is_empty()).then(|| {
        view! {
            <div class="notice bad" role="alert">
                <p>{t!("offer-bulk-refused", count = outcome.refused.len())}</p>
                <ul>{items}</ul>
            </div>
        }
    });
    let done = (!outcome.done.is_empty()).then(|| {
        view! { <p class="notice good" role="status">{t!("offer-bulk-done", count = outcome.done.len())}</p> }
    });
    Ok(view! { {done} {refused} }.into_any())
}

/// Everything, or what asks for a look, with its number.
#[component]
fn Levels(asked: Asked, filter: StockFilter, counts: StockCounts) -> impl IntoView {
    let link = |level: Option<StockLevel>, word: &str, name: String| {
        let current = (filter.level == level).then_some("true");
        let href = asked.with("level", word);
        view! { <li><a href=href aria-current=current>{name}</a></li> }
    };
    let named = |level, count| format!("{} {}", words::stock_level(level), up_to(count));
    view! {
        <ul class="sorts" aria-label=t!("stock-show")>
            {link(None, "", t!("stock-all"))}
            {link(Some(StockLevel::Low), "low", named(StockLevel::Low, counts.low))}
            {link(Some(StockLevel::Depleted), "depleted", named(StockLevel::Depleted, counts.depleted))}
            {link(Some(StockLevel::Held), "held", named(StockLevel::Held, counts.held))}
        </ul>
    }
}

#[component]
fn Filters(asked: Asked, filter: StockFilter, sellers: Vec<(i64, String)>) -> impl IntoView {
    let seller = (!sellers.is_empty()).then(|| view! { <SellerChoice sellers chosen=filter.seller /> });
    let level = asked.get("level").to_owned();
    let sort = asked.get("sort").to_owned();
    view! {
        <form class="filters" method="get" action="/seller/stock" role="search">
            <div class="field">
                <label for="stock-q">{t!("offer-stock-search")}</label>
                <input id="stock-q" type="search" name="q" value=filter.search autocomplete="off" />
            </div>
            {seller}
            <input type="hidden" name="level" value=level />
            <input type="hidden" name="sort" value=sort />
            <button class="button">{t!("offer-filter")}</button>
        </form>
    }
}

/// Which seller's, for who sees them all.
#[component]
pub(super) fn SellerChoice(
    /// Every seller.
    sellers: Vec<(i64, String)>,
    /// Which one is asked for.
    chosen: Option<i64>,
) -> impl IntoView {
    let options = sellers
        .into_iter()
        .map(|(id, name)| view! { <option value=id selected=chosen == Some(id)>{name}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label for="seller">{t!("seller")}</label>
            <select id="seller" name="seller"><option value="">{t!("stock-all")}</option> {options}</select>
        </div>
    }
}

#[component]
fn Table(asked: Asked, rows: Vec<StockRow>, next: Option<Cursor>, operator: Operator, low: Returned) -> impl IntoView {
    let staff = operator.seller().is_none();
    let now = match asked.get("sort") {
        "" => "id".to_owned(),
        sort => sort.to_owned(),
    };
    let back = asked.itself();
    let none = rows.is_empty();
    let empty = none.then(|| view! { <p class="empty">{t!("stock-empty")}</p> });
    let rows =
        rows.into_iter().map(|stock| view! { <Row stock staff back=back.clone() low=low.clone() /> }).collect_view();
    let seller = staff.then(|| view! { <th scope="col">{t!("seller")}</th> });
    let bulk = (!none).then(|| {
        view! {
            <form id="bulk" class="actions bulk" method="get" action="/seller/stock/bulk">
                <input type="hidden" name="back" value=back />
                <button class="button">{t!("offer-bulk")}</button>
            </form>
        }
    });
    let heads = asked.clone();
    let head = move |word: &'static str, label: String, number: bool| {
        view! { <SortHead asked=heads.clone() word=word now=now.clone() label=label number=number /> }
    };
    view! {
        <TableBox label=t!("stock")>
            <table>
                <thead>
                    <tr>
                        <th scope="col"><span class="hidden">{t!("offer-tick")}</span></th>
                        {head("id", t!("stock-product"), true)}
                        {head("title", t!("book"), false)}
                        {seller}
                        {head("on_hand", t!("stock-on-hand"), true)}
                        {head("reserved", t!("stock-reserved"), true)}
                        {head("available", t!("stock-available"), true)}
                        <th scope="col">{t!("low-at")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
        {empty}
        {bulk}
        <Turn asked next csv=true />
    }
}

#[component]
fn Row(stock: StockRow, staff: bool, back: String, low: Returned) -> impl IntoView {
    let level = level(stock.available, stock.low_at).map(|text| view! { " " <span class="badge few">{text}</span> });
    let seller = staff.then(|| view! { <td>{stock.seller.clone()}</td> });
    view! {
        <tr>
            <td>
                <label class="tick">
                    <input type="checkbox" name="id" value=stock.product form="bulk" />
                    <span class="hidden">{t!("offer-tick-one", title = stock.title.clone())}</span>
                </label>
            </td>
            <td class="number">{stock.product}</td>
            <th scope="row" class="long"><a href=format!("/seller/stock/{}", stock.product)>{stock.title.clone()}</a> {level}</th>
            {seller}
            <td class="number">{grouped(stock.on_hand.into())}</td>
            <td class="number">{grouped(stock.reserved.into())}</td>
            <td class="number"><strong>{grouped(stock.available.into())}</strong></td>
            <td><LowForm stock back low /></td>
        </tr>
    }
}

/// The threshold, to be changed in its place.
#[component]
fn LowForm(stock: StockRow, back: String, low: Returned) -> impl IntoView {
    let own = low.typed("id") == Some(stock.product.to_string().as_str());
    let low = if own { low } else { Returned::default() };
    let id = if own { "low_at".to_owned() } else { format!("low-{}", stock.product) };
    let flaw = low.flaw("low_at");
    let described = flaw.is_some().then_some("low_at-flaw");
    view! {
        <form class="inline" action="/fn/seller/stock-low" method="post">
            <input type="hidden" name="id" value=stock.product />
            <input type="hidden" name="back" value=back />
            <label class="hidden" for=id.clone()>{t!("offer-low-of", title = stock.title.clone())}</label>
            <input
                id=id
                name="low_at"
                type="text"
                inputmode="numeric"
                autocomplete="off"
                required=true
                value=low.value("low_at", &stock.low_at.to_string())
                aria-invalid=flaw.is_some().then_some("true")
                aria-describedby=described
            />
            <button class="button small">{t!("save")}</button>
        </form>
        {flaw.map(|flaw| view! { <p class="flaw" id="low_at-flaw">{flaw}</p> })}
    }
}

/// Whether few copies are left, or none, in a word.
pub(super) fn level(available: i32, low_at: i32) -> Option<String> {
    if available <= 0 {
        Some(t!("sold-out"))
    } else if available <= low_at {
        Some(t!("stock-low"))
    } else {
        None
    }
}
