//! Sending a file of products: the form, and what may stand in the file.

use contract::{
    import::{Column, MOST_BYTES, MOST_ROWS},
    money::grouped,
};
use leptos::prelude::*;

use super::{
    super::{Ways, operator},
    FORM, PAGE, words,
};
use crate::{
    context::visitor,
    desk::table::TableBox,
    form::{Returned, returned},
    page::{Head, page},
    text::{Locale, t},
};

/// The form, and the columns.
#[component]
pub(crate) fn ImportPage() -> impl IntoView {
    page(async move {
        let (shop, operator) = operator().await?;
        let staff = operator.seller().is_none();
        let english = visitor().locale == Locale::En;
        let categories = domain::product::categories(&shop).await?;
        let names = categories.into_iter().map(|one| if english { one.name_en } else { one.name_ko });
        let names = names.collect::<Vec<_>>().join(", ");
        let form = returned(FORM);
        Ok(view! {
            <Head title=t!("import-title") private=true />
            <h1>{t!("import-title")}</h1>
            <Ways operator />
            {form.summary()}
            <p>{t!("import-about")}</p>
            <FileForm form />
            <p class="facts">
                <a href=format!("{PAGE}/example.csv") download>{t!("import-example")}</a>
                <a href="/seller/products/export.csv" download>{t!("import-export")}</a>
                <a href="/seller/products/imports">{t!("import-list")}</a>
                <a href="/seller/products">{t!("import-to-products")}</a>
            </p>
            <section>
                <h2>{t!("import-columns")}</h2>
                <p>{t!("import-columns-about")}</p>
                <Columns staff names />
            </section>
        }
        .into_any())
    })
}

#[component]
fn FileForm(form: Returned) -> impl IntoView {
    let rows = grouped(i64::try_from(MOST_ROWS).unwrap_or_default());
    let megabytes = MOST_BYTES / 1024 / 1024;
    let hint = t!("import-file-hint", rows = rows, megabytes = megabytes);
    let flaw = form.flaw("sheet");
    let invalid = flaw.is_some().then_some("true");
    view! {
        <form class="panel sheet-in" action=format!("{PAGE}/file") method="post" enctype="multipart/form-data">
            <div class="field">
                <label for="sheet">{t!("import-file")}</label>
                <input
                    id="sheet"
                    name="sheet"
                    type="file"
                    accept=".csv,.tsv,.txt,text/csv"
                    required=true
                    aria-invalid=invalid
                    aria-describedby="sheet-hint"
                />
                <p class="hint" id="sheet-hint">{flaw.map(|flaw| view! { <strong class="flaw">{flaw}</strong> " " })}{hint}</p>
            </div>
            <button class="button primary">{t!("import-send")}</button>
        </form>
    }
}

#[component]
fn Columns(
    /// Whether the staff asks: their files name the seller of what is new.
    staff: bool,
    /// The names of the categories.
    names: String,
) -> impl IntoView {
    let rows = Column::ALL.into_iter().filter(move |column| staff || *column != Column::Seller).map(move |column| {
        let needed = matches!(
            column,
            Column::Seller | Column::Isbn | Column::Title | Column::Author | Column::Category | Column::ListPrice
        );
        let needed = needed.then(|| view! { " " <span class="badge">{t!("import-new-needs")}</span> });
        view! {
            <tr>
                <th scope="row"><code>{column.name()}</code></th>
                <td>{column.names().split_at(1).1.join(", ")}</td>
                <td class="long">{words::column(column, &names)} {needed}</td>
            </tr>
        }
    });
    view! {
        <TableBox label=t!("import-columns")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t!("import-column")}</th>
                        <th scope="col">{t!("import-column-other")}</th>
                        <th scope="col">{t!("import-column-meaning")}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </TableBox>
    }
}
