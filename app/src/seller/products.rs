//! The products that one sells, or, for the staff, all of them.

pub(crate) mod bulk;
pub(crate) mod csv;
pub(crate) mod done;
pub(crate) mod edit;
mod fields;
pub(crate) mod new;
mod row;

use contract::{
    Failure,
    money::grouped,
    product::{ProductId, ProductStatus, bulk::Kind},
    table::PAGE,
};
use domain::product::{self, COUNTED, Category, Filter, Order, Seller};
use leptos::prelude::*;

use self::row::{FORM, ProductRow};
use super::{Ways, operator};
use crate::{
    catalog::category_name,
    desk::table::{Asked, SortHead, TableBox, Turn},
    form::returned_within,
    page::{Head, page},
    text::t,
    words,
};

/// Where the list is.
pub(super) const LIST: &str = "/seller/products";

fn parse_id(typed: &str) -> Result<ProductId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

/// What the URL of the list asks for.
fn filter(asked: &Asked) -> Filter {
    Filter {
        typed: asked.get("q").to_owned(),
        status: ProductStatus::parse(asked.get("status")),
        category: asked.get("category").parse().ok(),
        seller: asked.get("seller").parse().ok(),
        short: !asked.get("short").is_empty(),
    }
}

/// The list.
#[component]
pub(crate) fn ProductsPage() -> impl IntoView {
    page(async move {
        let (shop, operator) = operator().await?;
        let asked = Asked::here();
        let (filter, order) = (filter(&asked), Order::parse(asked.get("sort")));
        let counts = product::counts(&shop, &operator, filter.seller).await?;
        let found = product::list(&shop, &operator, &filter, order, asked.after().as_ref(), PAGE).await?;
        let categories = product::categories(&shop).await?;
        let staff = operator.seller().is_none();
        let sellers = if staff { product::sellers(&shop, &operator).await? } else { Vec::new() };
        let shown: Vec<String> = found.rows.iter().map(|row| format!("{FORM}{}", row.id)).collect();
        // A row says itself what became of it; one that is on another page now is told of here.
        let elsewhere = returned_within(FORM, &shown);
        let (back, ticked, saved) = (asked.itself(), asked.get("tick") == "all", asked.get("saved").to_owned());
        let empty = found.rows.is_empty().then(|| view! { <p class="empty">{t!("product-empty")}</p> });
        let rows = found
            .rows
            .into_iter()
            .map(|row| {
                let saved = saved == row.id.to_string();
                view! { <ProductRow row back=back.clone() ticked saved staff /> }
            })
            .collect_view();
        let now = move || order.word().to_owned();
        let table = asked.clone();
        Ok(view! {
            <Head title=t!("desk-products") private=true />
            <h1>{t!("desk-products")}</h1>
            <Ways operator />
            {elsewhere.summary()}
            <p class="facts">
                <a class="button primary" href="/seller/products/new">{t!("product-new")}</a> " "
                <a class="button" href="/seller/products/import">{t!("product-import")}</a>
            </p>
            <Filters asked=asked.clone() categories sellers />
            <Statuses asked=asked.clone() counts now=filter.status />
            <BulkBar back=back.clone() ticked asked=asked.clone() />
            <TableBox label=t!("desk-products")>
                <table class="products">
                    <thead>
                        <tr>
                            <th scope="col"><span class="hidden">{t!("bulk")}</span></th>
                            <SortHead asked=table.clone() word="new" now=now() label=t!("product-cover") />
                            <SortHead asked=table.clone() word="title" now=now() label=t!("product-title") />
                            <th scope="col">"ISBN"</th>
                            <th scope="col">{t!("product-status")}</th>
                            <th scope="col" class="number">{t!("list-price")}</th>
                            <SortHead asked=table.clone() word="price" now=now() label=t!("product-sale-price") number=true />
                            <th scope="col"><span class="hidden">{t!("save")}</span></th>
                            <SortHead asked=table.clone() word="stock" now=now() label=t!("stock-available") number=true />
                            <SortHead asked=table.clone() word="changed" now=now() label=t!("product-changed-at") />
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {empty}
            <Turn asked next=found.next csv=true />
        }
        .into_any())
    })
}

/// What to look for.
#[component]
fn Filters(asked: Asked, categories: Vec<Category>, sellers: Vec<Seller>) -> impl IntoView {
    let categories = categories.iter().map(|category| (category.category_id.to_string(), category_name(category)));
    let sellers: Vec<_> = sellers.into_iter().map(|seller| (seller.id.to_string(), seller.name)).collect();
    let kept =
        ["sort", "status"].map(|name| view! { <input type="hidden" name=name value=asked.get(name).to_owned() /> });
    let short = !asked.get("short").is_empty();
    let seller = (!sellers.is_empty()).then(|| {
        view! { <Filtered name="seller" label=t!("seller") now=asked.get("seller").to_owned() options=sellers /> }
    });
    view! {
        <form class="filters" action=LIST method="get" role="search">
            <div class="field">
                <label for="product-q">{t!("product-words")}</label>
                <input id="product-q" type="search" name="q" value=asked.get("q").to_owned() />
            </div>
            <Filtered name="category" label=t!("category") now=asked.get("category").to_owned() options=categories.collect() />
            {seller}
            <label class="tick"><input type="checkbox" name="short" value="1" checked=short />{t!("product-short")}</label>
            {kept}
            <button class="button">{t!("product-find")}</button>
        </form>
    }
}

#[component]
fn Filtered(
    name: &'static str,
    #[prop(into)] label: String,
    now: String,
    options: Vec<(String, String)>,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, name)| {
        let chosen = value == now;
        view! { <option value=value selected=chosen>{name}</option> }
    });
    view! {
        <div class="field">
            <label for=format!("filter-{name}")>{label}</label>
            <select id=format!("filter-{name}") name=name>
                <option value="">{t!("product-any")}</option>
                {options.collect_view()}
            </select>
        </div>
    }
}

/// How many there are of each status, each a way to these alone.
#[component]
fn Statuses(asked: Asked, counts: Vec<(ProductStatus, i64)>, now: Option<ProductStatus>) -> impl IntoView {
    let links = counts.into_iter().map(|(status, count)| {
        let count = if count > COUNTED { t!("product-more-than", count = grouped(COUNTED)) } else { grouped(count) };
        let current = (now == Some(status)).then_some("true");
        let href = asked.with("status", status.word());
        view! { <li><a href=href aria-current=current>{words::product_status(status)} " " <small>{count}</small></a></li> }
    });
    view! {
        <ul class="sorts" aria-label=t!("product-status")>
            <li><a href=asked.with("status", "") aria-current=now.is_none().then_some("true")>{t!("product-all")}</a></li>
            {links.collect_view()}
        </ul>
    }
}

/// What to do with the rows that are ticked.
#[component]
fn BulkBar(back: String, ticked: bool, asked: Asked) -> impl IntoView {
    let options =
        Kind::ALL.into_iter().map(|kind| view! { <option value=kind.word()>{bulk::kind_name(kind)}</option> });
    let joint = if back.contains('?') { '&' } else { '?' };
    let (tick, href) = if ticked {
        (t!("product-tick-none"), asked.with("tick", ""))
    } else {
        (t!("product-tick-all"), format!("{back}{joint}tick=all"))
    };
    view! {
        <form id="bulk" class="bulk" action="/seller/products/bulk" method="get" aria-label=t!("bulk")>
            <input type="hidden" name="back" value=back />
            <label for="bulk-step">{t!("bulk-do")}</label>
            <select id="bulk-step" name="step">{options.collect_view()}</select>
            <button class="button small">{t!("bulk-go")}</button>
            <a href=href>{tick}</a>
        </form>
    }
}
