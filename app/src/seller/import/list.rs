//! The files of products that were sent.

use contract::{money::grouped, table::PAGE as ROWS};
use domain::import::{self, Import};
use leptos::prelude::*;

use super::{
    super::{Ways, operator},
    PAGE, words,
};
use crate::{
    desk::table::{Asked, TableBox, Turn},
    page::{Head, page},
    text::{self, t},
};

/// The list, newest first.
#[component]
pub(crate) fn ImportsPage() -> impl IntoView {
    page(async move {
        let (shop, operator) = operator().await?;
        let asked = Asked::here();
        let found = import::list(&shop, &operator, asked.after().as_ref(), ROWS).await?;
        let empty = found.rows.is_empty().then(|| view! { <p class="empty">{t!("import-none")}</p> });
        let rows = found.rows.into_iter().map(|import| view! { <Row import /> }).collect_view();
        Ok(view! {
            <Head title=t!("import-list") private=true />
            <h1>{t!("import-list")}</h1>
            <Ways operator />
            <p class="facts"><a class="button small" href=PAGE>{t!("import-title")}</a></p>
            <TableBox label=t!("import-list")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("import-file")}</th>
                            <th scope="col">{t!("import-state")}</th>
                            <th scope="col">{t!("import-when")}</th>
                            <th scope="col">{t!("import-by")}</th>
                            <th scope="col" class="number">{t!("import-rows")}</th>
                            <th scope="col" class="number">{t!("import-added")}</th>
                            <th scope="col" class="number">{t!("import-changed")}</th>
                            <th scope="col" class="number">{t!("import-unchanged")}</th>
                            <th scope="col" class="number">{t!("import-wrong")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {empty}
            <Turn asked next=found.next />
        }
        .into_any())
    })
}

#[component]
fn Row(import: Import) -> impl IntoView {
    let number = |count: i32| view! { <td class="number">{grouped(count.into())}</td> };
    view! {
        <tr>
            <th scope="row" class="long"><a href=format!("/seller/products/imports/{}", import.id)>{file_name(&import)}</a></th>
            <td>{words::state(import.state)}</td>
            <td>{text::time(import.created_at)}</td>
            <td>{import.by_name}</td>
            {number(import.rows)} {number(import.added)} {number(import.changed)} {number(import.unchanged)}
            {number(import.wrong)}
        </tr>
    }
}

/// What a file is called, also where it has no name.
pub(super) fn file_name(import: &Import) -> String {
    if import.file_name.is_empty() { t!("import-file") } else { import.file_name.clone() }
}
