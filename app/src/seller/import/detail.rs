//! One file of products: how far it is, what it comes to, and applying it.

use contract::{
    Failure,
    import::ImportState,
    money::grouped,
    table::{PAGE as ROWS, Rows},
};
use domain::import::{self, Import, WrongRow};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{
    super::{Ways, operator},
    PAGE,
    list::file_name,
    words,
};
use crate::{
    desk::table::{Asked, TableBox, Turn},
    form::{Sent, answer, returned},
    page::{Head, page, refresh},
    text::{self, t},
};

/// The form of a step that came back refused.
const STEP: &str = "seller/product-import-step";

/// Lets a file that was checked be applied.
#[server(prefix = "/fn", endpoint = "product-import/apply")]
async fn apply_import(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        import::apply(&shop, &by, parse(&id)?).await?;
        Ok(path(&id))
    };
    let outcome = outcome.await;
    answer(Sent { form: STEP, page: &path(&id), fields: &[] }, outcome).await
}

/// Compares a file anew with what there is.
#[server(prefix = "/fn", endpoint = "product-import/check")]
async fn check_import(#[server(default)] id: String) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        import::check_again(&shop, &by, parse(&id)?).await?;
        Ok(path(&id))
    };
    let outcome = outcome.await;
    answer(Sent { form: STEP, page: &path(&id), fields: &[] }, outcome).await
}

fn path(id: &str) -> String {
    format!("/seller/products/imports/{id}")
}

pub(super) fn parse(typed: &str) -> Result<Uuid, Failure> {
    Uuid::parse_str(typed).map_err(|_| Failure::NotFound)
}

/// The file.
#[component]
pub(crate) fn OneImportPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    page(async move {
        let (shop, operator) = operator().await?;
        let id = parse(&id)?;
        let asked = Asked::here();
        let import = import::get(&shop, &operator, id).await?;
        let wrong = match import.state {
            ImportState::Checked if import.wrong > 0 => {
                Some(import::wrong_rows(&shop, &operator, id, asked.after().as_ref(), ROWS).await?)
            }
            _ => None,
        };
        if import.state.is_working() {
            refresh("1");
        }
        let name = file_name(&import);
        let ignored = (!import.ignored.is_empty())
            .then(|| view! { <p class="notice">{t!("import-ignored", names = import.ignored.join(", "))}</p> });
        let wrong = wrong.map(|found| view! { <WrongRows asked id found /> });
        Ok(view! {
            <Head title=name.clone() private=true />
            <h1>{name} " " <span class="badge" data-testid="state">{words::state(import.state)}</span></h1>
            <Ways operator />
            {returned(STEP).summary()}
            <p class="facts">
                <span>{import.by_name.clone()}</span> " " {text::time(import.created_at)} " "
                <a href=PAGE>{t!("import-again")}</a> " " <a href="/seller/products/imports">{t!("import-list")}</a>
            </p>
            <Standing import=import.clone() />
            {ignored}
            <Counts import />
            {wrong}
        }
        .into_any())
    })
}

/// Where it stands, and what can be done about it.
#[component]
fn Standing(import: Import) -> impl IntoView {
    let id = import.id.to_string();
    let count = import.touched();
    match import.state {
        ImportState::Reading | ImportState::Checking | ImportState::Applying => view! { <Working import /> }.into_any(),
        ImportState::Refused => {
            let why = import.refusal.map(|flaw| text::failure(&Failure::Sheet(flaw)));
            view! { <p class="notice bad" role="alert">{why}</p> }.into_any()
        }
        ImportState::CutOff => view! { <p class="notice bad" role="alert">{t!("import-cut-off")}</p> }.into_any(),
        ImportState::Expired => view! { <p class="notice">{t!("import-expired")}</p> }.into_any(),
        ImportState::Failed => view! {
            <p class="notice bad" role="alert">{t!("import-failed")}</p>
            <CheckAgain id />
        }
        .into_any(),
        ImportState::Applied => view! {
            <div class="notice good" role="status">
                <p>{t!("import-applied", count = count)}</p>
                <p>{t!("import-applied-note", added = import.added, changed = import.changed)}</p>
            </div>
        }
        .into_any(),
        ImportState::Checked if import.wrong > 0 => view! {
            <div class="notice bad" role="alert">
                <p>{t!("import-has-wrong", count = import.wrong)}</p>
                <p>{t!("import-has-wrong-note")}</p>
            </div>
            <CheckAgain id />
        }
        .into_any(),
        ImportState::Checked if count == 0 => {
            view! { <p class="notice good" role="status">{t!("import-nothing")}</p> }.into_any()
        }
        ImportState::Checked => view! {
            <form class="panel confirm" action="/fn/product-import/apply" method="post">
                <h2>{t!("import-ready")}</h2>
                <p>{t!("import-ready-note", added = import.added, changed = import.changed)}</p>
                <input type="hidden" name="id" value=id.clone() />
                <div class="actions"><button class="button primary">{t!("import-apply", count = count)}</button></div>
            </form>
            <CheckAgain id />
        }
        .into_any(),
    }
}

/// How far the step under way is.
#[component]
fn Working(import: Import) -> impl IntoView {
    let (done, of) = import.progress();
    let of = of.max(1);
    let sentence = if import.state == ImportState::Reading {
        t!("import-progress-bytes", percent = (done.min(of) * 100 / of))
    } else {
        t!("import-progress-rows", rows = grouped(of), done = grouped(done))
    };
    view! {
        <div class="panel import-progress" role="status">
            <label for="progress">{words::state(import.state)} " · " {sentence}</label>
            <progress id="progress" max=of value=done.min(of)></progress>
            <p class="hint">{t!("import-progress-note")}</p>
        </div>
    }
}

#[component]
fn CheckAgain(id: String) -> impl IntoView {
    view! {
        <form class="check-again" action="/fn/product-import/check" method="post">
            <input type="hidden" name="id" value=id />
            <button class="button">{t!("import-check-again")}</button>
        </form>
    }
}

#[component]
fn Counts(import: Import) -> impl IntoView {
    let counted = !matches!(import.state, ImportState::Reading | ImportState::Checking | ImportState::Refused);
    let counts = [
        ("added", t!("import-added"), import.added),
        ("changed", t!("import-changed"), import.changed),
        ("unchanged", t!("import-unchanged"), import.unchanged),
        ("wrong", t!("import-wrong"), import.wrong),
    ];
    let counts = counts.into_iter().filter(|_| counted).map(|(id, name, count)| {
        view! { <div><dt>{name}</dt><dd data-testid=id>{grouped(count.into())}</dd></div> }
    });
    (import.rows > 0).then(|| {
        view! {
            <dl class="figures">
                <div><dt>{t!("import-rows")}</dt><dd data-testid="rows">{grouped(import.rows.into())}</dd></div>
                {counts.collect_view()}
            </dl>
        }
    })
}

/// The rows that have something wrong.
#[component]
fn WrongRows(asked: Asked, id: Uuid, found: Rows<WrongRow>) -> impl IntoView {
    let rows = found.rows.into_iter().flat_map(|row| {
        let (line, title) = (row.line, row.title);
        row.wrong.into_iter().map(move |wrong| {
            view! {
                <tr>
                    <td class="number">{grouped(line.into())}</td>
                    <td class="long">{title.clone()}</td>
                    <td><code>{wrong.column.name()}</code></td>
                    <td class="long">{wrong.typed}</td>
                    <th scope="row" class="long">{words::flaw(wrong.flaw)}</th>
                </tr>
            }
        })
    });
    let rows = rows.collect_view();
    view! {
        <section>
            <h2>{t!("import-wrong-rows")}</h2>
            <p><a class="button small" href=format!("{}/errors.csv", path(&id.to_string())) download>{t!("import-wrong-csv")}</a></p>
            <TableBox label=t!("import-wrong-rows")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="number">{t!("import-line")}</th>
                            <th scope="col">{t!("book")}</th>
                            <th scope="col">{t!("import-column")}</th>
                            <th scope="col">{t!("import-typed")}</th>
                            <th scope="col">{t!("import-why")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            <Turn asked next=found.next />
        </section>
    }
}
