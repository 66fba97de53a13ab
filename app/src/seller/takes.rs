//! Stock taking by a file: where it is handed in.

use domain::inventory::take::MOST_LINES;
use leptos::prelude::*;
use uuid::Uuid;

use super::{Ways, operator};
use crate::{
    form::returned,
    page::{Head, page},
    text::t,
};

/// The page, and the name of its form.
pub(super) const PAGE: &str = "/seller/stock/count";
pub(super) const FORM: &str = "seller/stock-count-file";

/// The form for a file.
#[component]
pub(crate) fn CountPage() -> impl IntoView {
    page(async move {
        let (_, operator) = operator().await?;
        Ok(view! {
            <Head title=t!("offer-count-file") private=true />
            <h1>{t!("offer-count-file")}</h1>
            <Ways operator />
            {returned(FORM).summary()}
            <form class="panel confirm" action="/seller/stock/count/file" method="post" enctype="multipart/form-data">
                <p>{t!("offer-count-columns", lines = contract::money::grouped(i64::try_from(MOST_LINES).unwrap_or(i64::MAX)))}</p>
                <p class="hint">{t!("offer-count-hint")} " " <a href="/seller/stock.csv" download>{t!("desk-csv")}</a></p>
                <input type="hidden" name="key" value=Uuid::now_v7().to_string() />
                <div class="field">
                    <label for="file">{t!("offer-file")}</label>
                    <input id="file" name="file" type="file" accept=".csv,text/csv" required=true />
                </div>
                <div class="field">
                    <label for="count-reason">{t!("offer-count-reason")}</label>
                    <input id="count-reason" name="reason" type="text" autocomplete="off" value=t!("stock-count") />
                </div>
                <button class="button primary">{t!("offer-look")}</button>
            </form>
            <p class="facts"><a href="/seller/stock">{t!("stock-back")}</a></p>
        }
        .into_any())
    })
}
