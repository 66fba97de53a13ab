//! One product in the list: its price and its status can be changed right there.

use contract::{
    Failure,
    money::{grouped, won},
    product::ProductStatus,
};
use domain::product::{self, Row};
use leptos::prelude::*;

use super::{LIST, parse_id};
use crate::{
    context::own_path,
    desk::operator,
    form::{Returned, Sent, answer, returned},
    text::{self, t},
    words,
};

/// What the name of each row's form begins with.
pub(super) const FORM: &str = "seller/product-line/";

/// Changes what a product costs and whether it is sold, from its row.
#[server(prefix = "/fn", endpoint = "seller/product-line")]
async fn save_line(
    #[server(default)] id: String,
    #[server(default)] version: String,
    #[server(default)] sale_price: String,
    #[server(default)] status: String,
    #[server(default)] back: String,
) -> Result<(), Failure> {
    let back = if back.starts_with(LIST) { own_path(&back) } else { LIST };
    let outcome = async {
        let (shop, by) = operator().await?;
        let version = version.parse().map_err(|_| Failure::BadRequest)?;
        product::save_line(&shop, &by, parse_id(&id)?, version, &sale_price, &status).await?;
        let joint = if back.contains('?') { '&' } else { '?' };
        Ok(format!("{back}{joint}saved={id}#product-{id}"))
    };
    let outcome = outcome.await;
    let (form, page) = (format!("{FORM}{id}"), format!("{back}#product-{id}"));
    let fields = [("sale_price", sale_price.as_str()), ("status", &status)];
    answer(Sent { form: &form, page: &page, fields: &fields }, outcome).await
}

/// The row.
#[component]
pub(super) fn ProductRow(
    /// The product.
    row: Row,
    /// The page that it stands on.
    back: String,
    /// Whether it is ticked to begin with.
    ticked: bool,
    /// Whether it was just saved.
    saved: bool,
    /// Whether the staff looks, who sees whose it is.
    staff: bool,
) -> impl IntoView {
    let id = row.id;
    let form = returned(&format!("{FORM}{id}"));
    let own = format!("line-{id}");
    let few = row.available <= row.low_at;
    let level = if row.available <= 0 { t!("sold-out") } else { t!("stock-low") };
    let seller = staff.then(|| view! { <span class="hint">{row.seller.clone()}</span> });
    view! {
        <tr id=format!("product-{id}")>
            <td>
                <input class="pick" type="checkbox" name="id" value=id form="bulk" checked=ticked aria-label=t!("product-tick", title = row.title.clone()) />
            </td>
            <td><img class="thumb" src=cover(id, row.status) alt="" width="36" height="53" loading="lazy" /></td>
            <th scope="row" class="long">
                <a href=format!("{LIST}/{id}")>{row.title.clone()}</a>
                <span class="hint">{row.author.clone()}</span>
                {seller}
            </th>
            <td>{row.isbn.clone()}</td>
            <td><StatusField row=row.clone() form=form.clone() own=own.clone() /></td>
            <td class="number">{won(row.list_price)}</td>
            <td class="number"><PriceField row=row.clone() form=form.clone() own=own.clone() /></td>
            <td>
                <form id=own action="/fn/seller/product-line" method="post">
                    <input type="hidden" name="id" value=id />
                    <input type="hidden" name="version" value=row.version />
                    <input type="hidden" name="back" value=back />
                    <button class="button small" aria-label=t!("product-save-of", title = row.title)>{t!("save")}</button>
                    {saved.then(|| view! { <p class="hint" role="status">{t!("saved")}</p> })}
                </form>
            </td>
            <td class="number">
                <a href=format!("/seller/stock/{id}")>{grouped(row.available.into())}</a>
                {few.then(|| view! { <span class="badge few">{level}</span> })}
            </td>
            <td>{text::time(row.updated_at)}</td>
        </tr>
    }
}

/// The cover as those who run the shop see it, of a draft too.
pub(super) fn cover(id: i64, status: ProductStatus) -> String {
    if status == ProductStatus::Draft { format!("{LIST}/{id}/cover.svg") } else { format!("/covers/{id}.svg") }
}

#[component]
fn PriceField(row: Row, form: Returned, own: String) -> impl IntoView {
    let flaw = form.flaw("sale_price").or_else(|| other(&form));
    let now = (form.failure() == Some(&Failure::EditedMeanwhile)).then(|| {
        let value = format!("{}, {}", won(row.sale_price), words::product_status(row.status));
        view! { <p class="hint">{t!("product-now", value = value)}</p> }
    });
    // The one that came back has the plain id, which a summary links to.
    let id = if form.typed("sale_price").is_some() { "sale_price".to_owned() } else { format!("price-{}", row.id) };
    let flaw_id = flaw.is_some().then(|| format!("{id}-flaw"));
    view! {
        <input
            id=id.clone()
            class="price"
            form=own
            name="sale_price"
            value=form.value("sale_price", &row.sale_price.to_string())
            inputmode="numeric"
            autocomplete="off"
            required=true
            aria-label=t!("product-price-of", title = row.title)
            aria-invalid=flaw.is_some().then_some("true")
            aria-describedby=flaw_id
        />
        {flaw.map(|flaw| view! { <p class="flaw" id=format!("{id}-flaw") role="alert">{flaw}</p> })}
        {now}
    }
}

#[component]
fn StatusField(row: Row, form: Returned, own: String) -> impl IntoView {
    let flaw = form.flaw("status");
    let chosen = form.value("status", row.status.word());
    let options = steps(row.status, row.sold).into_iter().map(|status| {
        let selected = status.word() == chosen;
        view! { <option value=status.word() selected=selected>{words::product_status(status)}</option> }
    });
    let flaw_id = flaw.is_some().then_some("status-flaw");
    view! {
        <select
            class="status"
            form=own
            name="status"
            aria-label=t!("product-status-of", title = row.title)
            aria-invalid=flaw.is_some().then_some("true")
            aria-describedby=flaw_id
        >
            {options.collect_view()}
        </select>
        {flaw.map(|flaw| view! { <p class="flaw" id="status-flaw" role="alert">{flaw}</p> })}
    }
}

/// The statuses that a product may be given, its own among them.
pub(super) fn steps(from: ProductStatus, sold: bool) -> Vec<ProductStatus> {
    ProductStatus::ALL.into_iter().filter(|to| from == *to || from.may_become(*to, sold)).collect()
}

/// Why a row came back, where it is not for one of its fields.
fn other(form: &Returned) -> Option<String> {
    form.failure().filter(|failure| !matches!(failure, Failure::Invalid(_))).map(text::failure)
}
