//! The fields of a product, new or not.

use std::collections::BTreeMap;

use contract::{
    money::won,
    product::{
        ProductStatus,
        form::{Facts, ProductForm},
    },
};
use domain::product::{Category, Seller};
use leptos::prelude::*;

use crate::{
    catalog::category_name,
    form::{Field, Returned},
    text::t,
    words,
};

/// What was typed, by the fields' names on the page.
pub(super) fn typed(form: &ProductForm) -> Vec<(&'static str, &str)> {
    vec![
        ("seller", &form.seller),
        ("title", &form.title),
        ("original_title", &form.original_title),
        ("author", &form.author),
        ("published_year", &form.published_year),
        ("isbn", &form.isbn),
        ("category", &form.category),
        ("description", &form.description),
        ("list_price", &form.list_price),
        ("sale_price", &form.sale_price),
        ("earn_percent", &form.earn_percent),
        ("status", &form.status),
        ("on_hand", &form.on_hand),
        ("low_at", &form.low_at),
    ]
}

/// What stands there, as a field takes it.
pub(super) fn values(facts: &Facts) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("title", facts.title.clone()),
        ("original_title", facts.original_title.clone()),
        ("author", facts.author.clone()),
        ("published_year", facts.published_year.to_string()),
        ("isbn", facts.isbn.clone()),
        ("category", facts.category.to_string()),
        ("description", facts.description.clone()),
        ("list_price", facts.list_price.to_string()),
        ("sale_price", facts.sale_price.to_string()),
        ("earn_percent", facts.earn_percent.map(|percent| percent.to_string()).unwrap_or_default()),
        ("status", facts.status.word().to_owned()),
    ])
}

/// The same for people.
pub(super) fn shown(field: &str, value: &str, facts: &Facts, categories: &[Category]) -> String {
    match field {
        "list_price" => won(facts.list_price),
        "sale_price" => won(facts.sale_price),
        "status" => words::product_status(facts.status),
        "earn_percent" if value.is_empty() => t!("product-by-shop"),
        "earn_percent" => format!("{value}%"),
        "category" => {
            let own = categories.iter().find(|category| category.category_id == facts.category);
            own.map(category_name).unwrap_or_default()
        }
        _ if value.is_empty() => t!("product-now-empty"),
        _ => value.to_owned(),
    }
}

/// The fields.
#[component]
pub(super) fn Fields(
    /// The form that they stand in.
    form: Returned,
    /// What stands in each, if the form was not just refused.
    values: BTreeMap<&'static str, String>,
    /// What is said beside a field: what stands there now, where somebody else changed it.
    #[prop(optional)]
    notes: BTreeMap<&'static str, String>,
    /// The categories to choose from.
    categories: Vec<Category>,
    /// The statuses to choose from.
    statuses: Vec<ProductStatus>,
    /// The sellers to choose from: for a new one that the staff makes.
    #[prop(optional)]
    sellers: Vec<Seller>,
    /// Whether it is a new one, which begins with stock.
    #[prop(optional)]
    new: bool,
    /// The shop's own points for a purchase, in percent.
    earn_percent: i64,
) -> impl IntoView {
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    let note = |name: &str| {
        notes.get(name).map(|note| view! { <p class="now" data-testid=format!("now-{name}")>{note.clone()}</p> })
    };
    let field = || form.clone();
    let categories = categories.iter().map(|one| (one.category_id.to_string(), category_name(one))).collect();
    let statuses = statuses.into_iter().map(|one| (one.word().to_owned(), words::product_status(one))).collect();
    let sellers: Vec<_> = sellers.into_iter().map(|seller| (seller.id.to_string(), seller.name)).collect();
    let seller = (!sellers.is_empty()).then(|| {
        view! { <Select name="seller" wire="form[seller]" label=t!("seller") form=field() value=value("seller") options=sellers /> }
    });
    let stock = new.then(|| {
        view! {
            <Field name="on_hand" wire="form[on_hand]" label=t!("product-opening") form=field() value="0" inputmode="numeric" required=true />
            <Field name="low_at" wire="form[low_at]" label=t!("low-at-label") form=field() value="5" inputmode="numeric" required=true hint=t!("low-at-hint") />
        }
    });
    let earn_hint = t!("product-earn-hint", percent = earn_percent);
    view! {
        <fieldset>
            <legend>{t!("product-facts")}</legend>
            <Field name="title" wire="form[title]" label=t!("product-title") form=field() value=value("title") required=true />
            {note("title")}
            <Field name="original_title" wire="form[original_title]" label=t!("product-original-title") form=field() value=value("original_title") />
            {note("original_title")}
            <Field name="author" wire="form[author]" label=t!("product-author") form=field() value=value("author") required=true />
            {note("author")}
            <Field name="published_year" wire="form[published_year]" label=t!("first-published") form=field() value=value("published_year") required=true hint=t!("product-year-hint") />
            {note("published_year")}
            <Field name="isbn" wire="form[isbn]" label="ISBN" form=field() value=value("isbn") inputmode="numeric" required=true hint=t!("product-isbn-hint") />
            {note("isbn")}
            <Select name="category" wire="form[category]" label=t!("category") form=field() value=value("category") options=categories />
            {note("category")}
        </fieldset>
        <fieldset>
            <legend>{t!("product-selling")}</legend>
            {seller}
            <Field name="list_price" wire="form[list_price]" label=t!("list-price") form=field() value=value("list_price") inputmode="numeric" required=true />
            {note("list_price")}
            <Field name="sale_price" wire="form[sale_price]" label=t!("product-sale-price") form=field() value=value("sale_price") inputmode="numeric" required=true hint=t!("product-sale-hint") />
            {note("sale_price")}
            <Field name="earn_percent" wire="form[earn_percent]" label=t!("product-earn-percent") form=field() value=value("earn_percent") inputmode="numeric" hint=earn_hint />
            {note("earn_percent")}
            <Select name="status" wire="form[status]" label=t!("product-status") form=field() value=value("status") options=statuses />
            <p class="now plain">{t!("product-status-hint")}</p>
            {note("status")}
            {stock}
        </fieldset>
        <div class="whole">
            <Description form=field() value=value("description") />
            {note("description")}
        </div>
    }
}

#[component]
fn Description(form: Returned, value: String) -> impl IntoView {
    let flaw = form.flaw("description");
    let invalid = flaw.is_some().then_some("true");
    let described = if flaw.is_some() { "description-flaw description-hint" } else { "description-hint" };
    view! {
        <div class="field">
            <label for="description">{t!("about-book")}</label>
            <textarea id="description" name="form[description]" rows="10" aria-invalid=invalid aria-describedby=described>
                {form.value("description", &value)}
            </textarea>
            {flaw.map(|flaw| view! { <p class="flaw" id="description-flaw">{flaw}</p> })}
            <p class="hint" id="description-hint">{t!("product-description-hint")}</p>
        </div>
    }
}

/// One of a few, with its flaw beside it.
#[component]
pub(super) fn Select(
    /// Its name; also the anchor that a summary links to.
    name: &'static str,
    /// Its name on the wire.
    wire: &'static str,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// The form that it stands in.
    form: Returned,
    /// What is chosen, if the form was not just refused.
    value: String,
    /// What can be chosen: words of the wire and of people.
    options: Vec<(String, String)>,
) -> impl IntoView {
    let chosen = form.value(name, &value);
    let flaw = form.flaw(name);
    let options = options.into_iter().map(|(word, text)| {
        let selected = word == chosen;
        view! { <option value=word selected=selected>{text}</option> }
    });
    let described = flaw.is_some().then(|| format!("{name}-flaw"));
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=wire aria-invalid=flaw.is_some().then_some("true") aria-describedby=described>
                {options.collect_view()}
            </select>
            {flaw.map(|flaw| view! { <p class="flaw" id=format!("{name}-flaw")>{flaw}</p> })}
        </div>
    }
}
