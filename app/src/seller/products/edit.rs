//! The page of one product: all that can be changed about it.

use std::collections::BTreeMap;

use contract::{
    Failure,
    product::{ProductStatus, form::ProductForm},
    when::kst,
};
use domain::product::{self, Category, Own, Touched};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    super::{Ways, operator},
    LIST,
    fields::{Fields, shown, typed, values},
    parse_id,
    row::steps,
};
use crate::{
    form::{Returned, Sent, answer, returned},
    page::{Head, page},
    text::t,
    words,
};

/// Changes a product, based on the version that the form was shown with.
#[server(prefix = "/fn", endpoint = "seller/product")]
async fn save_product(
    #[server(default)] id: String,
    #[server(default)] version: String,
    #[server(default)] form: ProductForm,
) -> Result<(), Failure> {
    let path = format!("{LIST}/{id}");
    let outcome = async {
        let (shop, by) = operator().await?;
        let version = version.parse().map_err(|_| Failure::BadRequest)?;
        product::save(&shop, &by, parse_id(&id)?, version, &form).await?;
        Ok(format!("{path}?saved=1"))
    };
    let outcome = outcome.await;
    let mut fields = typed(&form);
    fields.push(("version", &version));
    answer(Sent { form: "seller/product", page: &path, fields: &fields }, outcome).await
}

/// The page.
#[component]
pub(crate) fn EditProductPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let (saved, created) =
        use_query_map().with_untracked(|query| (query.get("saved").is_some(), query.get("created").is_some()));
    page(async move {
        let (shop, operator) = operator().await?;
        let id = parse_id(&id)?;
        let own = product::own(&shop, &operator, id).await?;
        let form = returned("seller/product");
        let based_on: i32 = form.typed("version").and_then(|typed| typed.parse().ok()).unwrap_or(own.version);
        let meanwhile = form.failure() == Some(&Failure::EditedMeanwhile);
        // Saved again, the form is based on what is shown beside its fields.
        let version = if meanwhile { own.version } else { based_on };
        let categories = product::categories(&shop).await?;
        let notes = if meanwhile {
            let touched = product::touched(&shop, &own, based_on).await?;
            notes(&form, &own, &touched, &categories)
        } else {
            BTreeMap::new()
        };
        let values = values(&own.facts);
        let statuses = steps(own.facts.status, own.sold);
        let earn_percent = shop.policy.points.earn_percent.into();
        let (title, status) = (own.facts.title.clone(), own.facts.status);
        let page = (status != ProductStatus::Draft).then(|| {
            view! { <a href=format!("/products/{id}")>{t!("product-seen")}</a> }
        });
        Ok(view! {
            <Head title=title.clone() private=true />
            <h1>{title} " " <span class="badge">{words::product_status(status)}</span></h1>
            <Ways operator />
            {form.summary()}
            {saved.then(|| view! { <p class="notice good" role="status">{t!("saved")}</p> })}
            {created.then(|| view! { <p class="notice good" role="status">{t!("product-created")}</p> })}
            <p class="facts">
                <a href=LIST>{t!("product-back")}</a>
                <a href=format!("{LIST}/{id}/preview")>{t!("product-preview")}</a>
                {page}
                <a href=format!("/seller/stock/{id}")>{t!("product-stock")}</a>
            </p>
            <form class="panel sheet" action="/fn/seller/product" method="post">
                <input type="hidden" name="id" value=id />
                <input type="hidden" name="version" value=version />
                <Fields form values notes categories statuses earn_percent />
                <button class="button primary">{t!("save")}</button>
            </form>
        }
        .into_any())
    })
}

/// Beside each field that does not hold what was typed: what stands there now, and who wrote it when
/// where that was since the form was shown.
fn notes(form: &Returned, own: &Own, touched: &[Touched], categories: &[Category]) -> BTreeMap<&'static str, String> {
    let differing = values(&own.facts)
        .into_iter()
        .filter(|(field, value)| form.typed(field).is_some_and(|typed| plain(field, typed) != plain(field, value)));
    let noted = differing.map(|(field, value)| {
        let value = shown(field, &value, &own.facts, categories);
        let note = match touched.iter().find(|touched| touched.field == field) {
            Some(by) => t!("product-now-by", value = value, name = by.by_name.clone(), time = kst(by.at)),
            None => t!("product-now", value = value),
        };
        (field, note)
    });
    noted.collect()
}

/// What was typed, without what does not count in it.
fn plain(field: &str, typed: &str) -> String {
    let typed = typed.trim().replace("\r\n", "\n");
    match field {
        "list_price" | "sale_price" | "published_year" => typed.replace(',', ""),
        _ => typed,
    }
}
