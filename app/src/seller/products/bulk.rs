//! The last question before a step with many products.

use contract::{
    Failure,
    form::Flaw,
    money::won,
    product::{
        ProductId, ProductStatus,
        bulk::{Kind, MOST, Outcome, Standing, Step},
    },
};
use domain::product::{
    self, Category,
    bulk::{self, Planned},
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    super::{Ways, operator},
    LIST,
    fields::Select,
};
use crate::{
    catalog::category_name,
    context::own_path,
    desk::{
        confirm::Confirm,
        table::{Asked, TableBox},
    },
    form::{Returned, Sent, answer, query_value, returned},
    page::{Head, page},
    text::{self, t},
    words,
};

const PAGE: &str = "/seller/products/bulk";

/// Products that the question shows.
const FIRST: usize = 10;

/// Takes a step with many products. The form's key makes a double click take it once.
#[server(prefix = "/fn", endpoint = "seller/product-bulk")]
async fn change_products(
    #[server(default)] key: String,
    #[server(default)] ids: String,
    #[server(default)] step: String,
    #[server(default)] value: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let step = Kind::parse(&step).and_then(|kind| Step::read(kind, &value).ok()).ok_or(Failure::BadRequest)?;
        bulk::apply(&shop, &by, key, &parse_ids(ids.split(',')), step).await?;
        Ok(format!("{PAGE}/{key}"))
    };
    let outcome = outcome.await;
    let page = format!("{PAGE}?step={}&value={}&ids={}", query_value(&step), query_value(&value), query_value(&ids));
    answer(Sent { form: "seller/product-bulk", page: &page, fields: &[] }, outcome).await
}

/// Ids, each once.
fn parse_ids<'a>(words: impl Iterator<Item = &'a str>) -> Vec<ProductId> {
    let mut ids: Vec<ProductId> = words.filter_map(|word| word.trim().parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(MOST);
    ids
}

/// The question: how many products, and what the first ones will be.
#[component]
pub(crate) fn BulkPage() -> impl IntoView {
    page(async move {
        let (shop, operator) = operator().await?;
        let asked = Asked::here();
        let ids = parse_ids(asked.all("id").into_iter().chain(asked.get("ids").split(',')));
        let kind = Kind::parse(asked.get("step"));
        let back =
            if asked.get("back").starts_with(LIST) { own_path(asked.get("back")).to_owned() } else { LIST.to_owned() };
        let form = returned("seller/product-bulk");
        let categories = product::categories(&shop).await?;
        let content = match (kind, ids.is_empty()) {
            (Some(kind), false) => match read(kind, asked.get("value"), &categories) {
                Ok(step) => {
                    let planned = bulk::plan(&shop, &operator, &ids, step).await?;
                    question(step, planned, &categories, back)
                }
                Err(flaw) => {
                    let typed = asked.get("value").to_owned();
                    view! { <ValueForm kind typed flaw ids categories back /> }.into_any()
                }
            },
            _ => nothing(t!("bulk-none"), back),
        };
        Ok(view! {
            <Head title=t!("bulk") private=true />
            <h1>{t!("bulk")}</h1>
            <Ways operator />
            {form.summary()}
            {content}
        }
        .into_any())
    })
}

/// Reads the step; a category must be one that there is.
fn read(kind: Kind, typed: &str, categories: &[Category]) -> Result<Step, Flaw> {
    match Step::read(kind, typed)? {
        Step::Category(id) if categories.iter().all(|category| category.category_id != id) => Err(Flaw::Choice),
        step => Ok(step),
    }
}

fn nothing(sentence: String, back: String) -> AnyView {
    view! {
        <div class="empty">
            <p>{sentence}</p>
            <p><a class="button" href=back>{t!("product-back")}</a></p>
        </div>
    }
    .into_any()
}

/// Asks how far the step goes, where that is still to be said.
#[component]
fn ValueForm(
    kind: Kind,
    typed: String,
    flaw: Flaw,
    ids: Vec<ProductId>,
    categories: Vec<Category>,
    back: String,
) -> impl IntoView {
    // What nobody has typed yet is no mistake.
    let flaw = (!typed.is_empty()).then(|| text::flaw(flaw));
    let invalid = flaw.is_some().then_some("true");
    let field = match kind {
        Kind::Category => {
            let options = categories.iter().map(|one| (one.category_id.to_string(), category_name(one))).collect();
            view! { <Select name="value" wire="value" label=t!("category") form=Returned::default() value=typed options=options /> }
                .into_any()
        }
        _ => {
            let percent = kind == Kind::Percent;
            let label = if percent { t!("bulk-value-percent") } else { t!("bulk-value-price") };
            let hint = percent.then(|| view! { <p class="hint" id="value-hint">{t!("bulk-value-percent-hint")}</p> });
            view! {
                <div class="field">
                    <label for="value">{label}</label>
                    <input id="value" name="value" value=typed required=true autocomplete="off" aria-invalid=invalid aria-describedby="value-flaw value-hint" />
                    <p class="flaw" id="value-flaw">{flaw}</p>
                    {hint}
                </div>
            }
            .into_any()
        }
    };
    view! {
        <form class="panel confirm" action=PAGE method="get">
            <h2>{kind_name(kind)}</h2>
            <input type="hidden" name="step" value=kind.word() />
            <input type="hidden" name="ids" value=joined(&ids) />
            <input type="hidden" name="back" value=back.clone() />
            {field}
            <div class="actions">
                <button class="button primary">{t!("bulk-go")}</button>
                <a class="button" href=back>{t!("desk-not-now")}</a>
            </div>
        </form>
    }
}

fn question(step: Step, planned: Vec<Planned>, categories: &[Category], back: String) -> AnyView {
    let all = planned.len();
    let count = planned.iter().filter(|planned| planned.to.is_ok()).count();
    let first = all.min(FIRST);
    let ids: Vec<ProductId> = planned.iter().map(|planned| planned.id).collect();
    let rows = planned.into_iter().take(FIRST).map(|planned| {
        let from = standing(step, &planned.from, categories);
        let to = match planned.to {
            Ok(to) => standing(step, &to, categories),
            Err(why) => outcome(why),
        };
        view! { <tr><th scope="row" class="long">{planned.title}</th><td>{from}</td><td class="long">{to}</td></tr> }
    });
    let rows = rows.collect_view();
    let table = view! {
        <TableBox label=t!("bulk-lines")>
            <table>
                <caption>{t!("bulk-first", count = first)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!("product-title")}</th>
                        <th scope="col">{t!("bulk-from")}</th>
                        <th scope="col">{t!("bulk-to")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
    };
    if count == 0 {
        let sentence = t!("bulk-nothing", count = all);
        return view! { {nothing(sentence, back)} {table} }.into_any();
    }
    let others = all.saturating_sub(count);
    let others = (others > 0).then(|| view! { <p>{t!("bulk-not", count = others)}</p> });
    let fields = vec![
        ("key", Uuid::now_v7().to_string()),
        ("ids", joined(&ids)),
        ("step", step.kind().word().to_owned()),
        ("value", step.value().map(|value| value.to_string()).unwrap_or_default()),
    ];
    let question = sentence(step, count, categories);
    let button = t!("bulk-button", count = count);
    view! {
        <Confirm question action="/fn/seller/product-bulk" fields button back>
            {others}
            {table}
        </Confirm>
    }
    .into_any()
}

fn joined(ids: &[ProductId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// What a step changes of a product, in a word.
fn standing(step: Step, standing: &Standing, categories: &[Category]) -> String {
    match step {
        Step::Status(_) => words::product_status(standing.status),
        Step::Percent(_) | Step::Price(_) => won(standing.sale_price),
        Step::Category(_) => named(standing.category, categories),
    }
}

fn named(id: i64, categories: &[Category]) -> String {
    categories.iter().find(|category| category.category_id == id).map(category_name).unwrap_or_default()
}

/// What a step is called among others.
pub(super) fn kind_name(kind: Kind) -> String {
    match kind {
        Kind::Status(ProductStatus::OnSale) => t!("bulk-on-sale"),
        Kind::Status(ProductStatus::Suspended) => t!("bulk-suspended"),
        Kind::Status(ProductStatus::Archived) => t!("bulk-archived"),
        Kind::Status(ProductStatus::Draft) => t!("bulk-draft"),
        Kind::Percent => t!("bulk-percent"),
        Kind::Price => t!("bulk-price"),
        Kind::Category => t!("bulk-category"),
    }
}

/// What will be done, with its number.
fn sentence(step: Step, count: usize, categories: &[Category]) -> String {
    match step {
        Step::Status(ProductStatus::OnSale) => t!("bulk-ask-on-sale", count = count),
        Step::Status(ProductStatus::Suspended) => t!("bulk-ask-suspended", count = count),
        Step::Status(ProductStatus::Archived) => t!("bulk-ask-archived", count = count),
        Step::Status(ProductStatus::Draft) => t!("bulk-ask-draft", count = count),
        Step::Percent(percent) => t!("bulk-ask-percent", count = count, percent = format!("{percent:+}")),
        Step::Price(price) => t!("bulk-ask-price", count = count, price = won(price)),
        Step::Category(id) => t!("bulk-ask-category", count = count, category = named(id, categories)),
    }
}

/// What became of a product, or will.
pub(super) fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Changed => t!("bulk-changed"),
        Outcome::Same => t!("bulk-same"),
        Outcome::Sold => t!("bulk-sold"),
        Outcome::Price => t!("bulk-why-price"),
        Outcome::Closed => t!("bulk-closed"),
    }
}
