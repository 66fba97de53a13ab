//! The stock of all that one sells.

use domain::inventory::{self, Stock};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use contract::money::grouped;

use super::{Ways, operator};
use crate::{
    page::{Head, page},
    text::t,
};

/// The list.
#[component]
pub(crate) fn StockPage() -> impl IntoView {
    let (after, low) = use_query_map().with_untracked(|query| {
        let after = query.get("after").and_then(|word| word.parse::<i64>().ok()).unwrap_or(0);
        (after, query.get("low").is_some())
    });
    page(async move {
        let (shop, operator) = operator().await?;
        let mut rows = inventory::list(&shop, &operator, after, low).await?;
        let further = usize::try_from(inventory::PAGE).is_ok_and(|page| rows.len() > page);
        rows.truncate(usize::try_from(inventory::PAGE).unwrap_or(usize::MAX));
        let kept = if low { "&low=1" } else { "" };
        let more = rows.last().filter(|_| further).map(|last| {
            view! { <p><a href=format!("/seller/stock?after={}{kept}", last.product)>{t!("stock-more")}</a></p> }
        });
        let empty = rows.is_empty().then(|| view! { <p class="empty">{t!("stock-empty")}</p> });
        let rows = rows.into_iter().map(|stock| view! { <Row stock /> }).collect_view();
        let shown = |only: bool| (low == only).then_some("true");
        Ok(view! {
            <Head title=t!("stock") private=true />
            <h1>{t!("stock")}</h1>
            <Ways operator />
            <ul class="sorts" aria-label=t!("stock-show")>
                <li><a href="/seller/stock" aria-current=shown(false)>{t!("stock-all")}</a></li>
                <li><a href="/seller/stock?low=1" aria-current=shown(true)>{t!("stock-low-only")}</a></li>
            </ul>
            <div class="scroll rows" tabindex="0" role="region" aria-label=t!("stock")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="number">{t!("stock-product")}</th>
                            <th scope="col">{t!("book")}</th>
                            <th scope="col" class="number">{t!("stock-on-hand")}</th>
                            <th scope="col" class="number">{t!("stock-reserved")}</th>
                            <th scope="col" class="number">{t!("stock-available")}</th>
                            <th scope="col" class="number">{t!("low-at")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {empty}
            {more}
        }
        .into_any())
    })
}

#[component]
fn Row(stock: Stock) -> impl IntoView {
    let level = level(&stock).map(|text| view! { " " <span class="badge few">{text}</span> });
    view! {
        <tr>
            <td class="number">{stock.product}</td>
            <th scope="row" class="long"><a href=format!("/seller/stock/{}", stock.product)>{stock.title}</a> {level}</th>
            <td class="number">{grouped(stock.on_hand.into())}</td>
            <td class="number">{grouped(stock.reserved.into())}</td>
            <td class="number"><strong>{grouped(stock.available.into())}</strong></td>
            <td class="number">{grouped(stock.low_at.into())}</td>
        </tr>
    }
}

/// Whether few copies are left, or none, in a word.
pub(super) fn level(stock: &Stock) -> Option<String> {
    if stock.available <= 0 {
        Some(t!("sold-out"))
    } else if stock.available <= stock.low_at {
        Some(t!("stock-low"))
    } else {
        None
    }
}
