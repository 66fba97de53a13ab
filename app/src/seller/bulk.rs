//! The same change of stock for many products: a page that names their number, and asks for the rest.

use contract::{Failure, product::ProductId};
use domain::inventory::{self, Bulk, MOST_AT_ONCE, Outcome};
use leptos::prelude::*;
use uuid::Uuid;

use super::{Ways, operator};
use crate::{
    context::own_path,
    desk::{confirm::Confirm, table::Asked},
    form::{Field, Sent, answer, query_value, returned, show_again},
    page::{Head, page},
    staff::{Choice, Reason},
    text::t,
};

/// Titles that are shown before the step.
const SHOWN: usize = 20;

/// Changes the stock of many products, or their thresholds. The form's key makes a double click change
/// them once.
#[server(prefix = "/fn", endpoint = "seller/stock-bulk")]
async fn change_many(
    #[server(default)] ids: String,
    #[server(default)] what: String,
    #[server(default)] value: String,
    #[server(default)] reason: String,
    #[server(default)] back: String,
    #[server(default)] key: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = operator().await?;
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let change = if what == "low_at" { Bulk::LowAt(&value) } else { Bulk::By(&value) };
        Ok::<_, Failure>(inventory::change_many(&shop, &by, key, &read_ids(ids.split(',')), change, &reason).await?)
    };
    let list = if back.starts_with("/seller/stock") { own_path(&back) } else { "/seller/stock" };
    match outcome.await {
        Ok(outcome) => {
            let outcome = write_outcome(&outcome);
            show_again(Sent { form: "seller/stock-bulk-done", page: list, fields: &[("outcome", &outcome)] }).await
        }
        Err(failure) => {
            let ids: String = read_ids(ids.split(',')).iter().map(|id| format!("id={id}&")).collect();
            let page = format!("/seller/stock/bulk?{ids}back={}", query_value(list));
            let fields = [("what", what.as_str()), ("value", &value), ("reason", &reason), ("key", &key)];
            answer(Sent { form: "seller/stock-bulk", page: &page, fields: &fields }, Err(failure)).await
        }
    }
}

fn read_ids<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<ProductId> {
    let mut ids: Vec<ProductId> = words.into_iter().filter_map(|word| word.trim().parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(MOST_AT_ONCE);
    ids
}

/// An outcome as the session keeps it for one view.
fn write_outcome(outcome: &Outcome) -> String {
    let refused = outcome.refused.iter().map(|(id, why)| {
        let why = match why {
            Failure::NotFound => "gone",
            Failure::OutOfStock => "short",
            _ => "much",
        };
        format!(";{id}:{why}")
    });
    let done = outcome.done.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    format!("{done}{}", refused.collect::<String>())
}

/// Reads it back.
pub(super) fn read_outcome(kept: &str) -> Outcome {
    let mut parts = kept.split(';');
    let done = read_ids(parts.next().unwrap_or_default().split(','));
    let refused = parts.filter_map(|part| {
        let (id, why) = part.split_once(':')?;
        let why = match why {
            "gone" => Failure::NotFound,
            "short" => Failure::OutOfStock,
            _ => Failure::Invalid(contract::form::Flaws::default()),
        };
        Some((id.parse().ok()?, why))
    });
    Outcome { done, refused: refused.collect() }
}

/// The page that asks.
#[component]
pub(crate) fn BulkPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, operator) = operator().await?;
        let ids = read_ids(asked.all("id"));
        let own = inventory::titles(&shop, &operator, &ids).await?;
        let back = asked.get("back");
        let back = if back.starts_with("/seller/stock") { own_path(back) } else { "/seller/stock" }.to_owned();
        let content = if own.is_empty() {
            view! {
                <div class="empty">
                    <p>{t!("offer-bulk-none")}</p>
                    <p><a class="button" href=back>{t!("stock-back")}</a></p>
                </div>
            }
            .into_any()
        } else {
            view! { <Question own back /> }.into_any()
        };
        Ok(view! {
            <Head title=t!("offer-bulk-title") private=true />
            <h1>{t!("offer-bulk-title")}</h1>
            <Ways operator />
            {content}
        }
        .into_any())
    })
}

#[component]
fn Question(own: Vec<(ProductId, String)>, back: String) -> impl IntoView {
    let form = returned("seller/stock-bulk");
    let count = own.len();
    let ids = own.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(",");
    let more = count.checked_sub(SHOWN).filter(|more| *more > 0);
    let more = more.map(|more| view! { <li>{t!("offer-and-more", count = more)}</li> });
    let titles = own.into_iter().take(SHOWN).map(|(_, title)| view! { <li>{title}</li> }).collect_view();
    let key = form.value("key", &Uuid::now_v7().to_string());
    let fields = vec![("ids", ids), ("back", back.clone()), ("key", key)];
    let kinds = vec![("by", t!("offer-bulk-by")), ("low_at", t!("offer-bulk-low"))];
    view! {
        {form.summary()}
        <Confirm question=t!("offer-bulk-question", count = count) action="/fn/seller/stock-bulk" fields button=t!("offer-bulk-now", count = count) back>
            <ul class="named">{titles} {more}</ul>
            <Choice name="what" label=t!("offer-bulk-what") form=form.clone() value="by" options=kinds />
            <Field name="value" label=t!("offer-value") form=form.clone() required=true hint=t!("offer-value-hint") />
            <Reason form scope="bulk" />
        </Confirm>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_read_as_it_was_written() {
        let outcome = Outcome { done: vec![1, 5], refused: vec![(2, Failure::OutOfStock), (9, Failure::NotFound)] };
        assert_eq!(read_outcome(&write_outcome(&outcome)), outcome);
        assert_eq!(read_outcome(""), Outcome::default());
    }
}
