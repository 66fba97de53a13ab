//! The movements of all that one sells.

use contract::{product::ProductId, stock::MovementKind, table::PAGE};
use domain::inventory::{self, MovementFilter};
use leptos::prelude::*;

use super::{Ways, movements::Movements, operator, stock::SellerChoice};
use crate::{
    desk::table::{Asked, Turn},
    page::{Head, page},
    text::t,
    words,
};

/// Days that the filter offers.
const DAYS: [i64; 4] = [1, 7, 30, 90];

/// What the URL asks for.
pub(super) fn filter(asked: &Asked) -> MovementFilter {
    MovementFilter {
        product: asked.get("product").parse().ok(),
        kind: words::read(asked.get("kind")),
        days: asked.get("days").parse().ok(),
        seller: asked.get("seller").parse().ok(),
    }
}

/// The table.
#[component]
pub(crate) fn MovementsPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, operator) = operator().await?;
        let filter = filter(&asked);
        let movements = inventory::movements(&shop, &operator, filter, asked.after().as_ref(), PAGE).await?;
        let sellers = inventory::sellers(&shop, &operator).await?;
        let staff = operator.seller().is_none();
        Ok(view! {
            <Head title=t!("offer-movements-all") private=true />
            <h1>{t!("offer-movements-all")}</h1>
            <Ways operator />
            <MovementFilters asked=asked.clone() product=None sellers />
            <Movements movements=movements.rows staff many=true />
            <Turn asked next=movements.next csv=true />
            <p class="facts"><a href="/seller/stock">{t!("stock-back")}</a></p>
        }
        .into_any())
    })
}

/// The filters of movements.
#[component]
pub(super) fn MovementFilters(
    /// What the URL asks for.
    asked: Asked,
    /// The product whose page they stand on.
    product: Option<ProductId>,
    /// Every seller, for who sees them all.
    sellers: Vec<(i64, String)>,
) -> impl IntoView {
    let now = filter(&asked);
    let kinds = MovementKind::ALL
        .iter()
        .map(|kind| {
            let word = word_of(*kind);
            view! { <option value=word selected=now.kind == Some(*kind)>{words::movement_kind(*kind)}</option> }
        })
        .collect_view();
    let days = DAYS
        .into_iter()
        .map(
            |days| view! { <option value=days selected=now.days == Some(days)>{t!("last-days", days = days)}</option> },
        )
        .collect_view();
    let seller = (!sellers.is_empty()).then(|| view! { <SellerChoice sellers chosen=now.seller /> });
    let number = product.is_none().then(|| {
        let typed = now.product.map(|product| product.to_string()).unwrap_or_default();
        view! {
            <div class="field">
                <label for="product">{t!("offer-product-number")}</label>
                <input id="product" type="text" name="product" value=typed inputmode="numeric" autocomplete="off" />
            </div>
        }
    });
    let action = product.map_or_else(|| "/seller/stock/movements".to_owned(), |id| format!("/seller/stock/{id}"));
    view! {
        <form class="filters" method="get" action=action>
            {number}
            <div class="field">
                <label for="kind">{t!("movement-kind")}</label>
                <select id="kind" name="kind"><option value="">{t!("stock-all")}</option> {kinds}</select>
            </div>
            <div class="field">
                <label for="days">{t!("offer-period")}</label>
                <select id="days" name="days"><option value="">{t!("stock-all")}</option> {days}</select>
            </div>
            {seller}
            <button class="button">{t!("offer-filter")}</button>
        </form>
    }
}

/// The word of a kind in a URL.
fn word_of(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Received => "received",
        MovementKind::Reserved => "reserved",
        MovementKind::Released => "released",
        MovementKind::Sold => "sold",
        MovementKind::Returned => "returned",
        MovementKind::Adjusted => "adjusted",
    }
}
