//! What became of a step with many products, and the way back.

use contract::{
    Failure,
    money::won,
    product::bulk::{Kind, Outcome},
};
use domain::product::bulk::{self, Done, Line};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

use super::{
    super::{Ways, operator},
    LIST,
    bulk::{kind_name, outcome},
};
use crate::{
    desk::table::TableBox,
    form::{Sent, answer, returned},
    page::{Head, page},
    text::t,
    words,
};

/// Undoes a step with many products, once.
#[server(prefix = "/fn", endpoint = "seller/product-undo")]
async fn undo_products(#[server(default)] id: String) -> Result<(), Failure> {
    let path = format!("/seller/products/bulk/{id}");
    let outcome = async {
        let (shop, by) = operator().await?;
        bulk::undo(&shop, &by, parse(&id)?).await?;
        Ok(path.clone())
    };
    let outcome = outcome.await;
    answer(Sent { form: "seller/product-undo", page: &path, fields: &[] }, outcome).await
}

fn parse(typed: &str) -> Result<Uuid, Failure> {
    Uuid::parse_str(typed).map_err(|_| Failure::NotFound)
}

/// The page.
#[component]
pub(crate) fn DonePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    page(async move {
        let (shop, operator) = operator().await?;
        let done = bulk::done(&shop, &operator, parse(&id)?).await?;
        let form = returned("seller/product-undo");
        let undo = (done.undone_at.is_none() && changed(&done) > 0).then(|| {
            view! {
                <form class="facts" action="/fn/seller/product-undo" method="post">
                    <input type="hidden" name="id" value=id />
                    <button class="button">{t!("bulk-undo")}</button>
                    <span class="hint">{t!("bulk-undo-note")}</span>
                </form>
            }
        });
        let (kind, told) = (done.kind, told(&done));
        let rows = done.lines.into_iter().map(|line| view! { <Row line kind /> }).collect_view();
        Ok(view! {
            <Head title=t!("bulk") private=true />
            <h1>{t!("bulk")}": "{kind_name(kind)}</h1>
            <Ways operator />
            {form.summary()}
            {told}
            {undo}
            <TableBox label=t!("bulk-lines")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("product-title")}</th>
                            <th scope="col">{t!("bulk-outcome")}</th>
                            <th scope="col">{t!("product-status")}</th>
                            <th scope="col" class="number">{t!("product-sale-price")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            <p class="turn"><a class="button" href=LIST>{t!("product-back")}</a></p>
        }
        .into_any())
    })
}

fn changed(done: &Done) -> usize {
    done.lines.iter().filter(|line| line.outcome == Outcome::Changed).count()
}

/// How many were changed and how many not, or restored.
fn told(done: &Done) -> impl IntoView + use<> {
    let changed = changed(done);
    let others = done.lines.len() - changed;
    let missing = usize::try_from(done.asked).unwrap_or(0).saturating_sub(done.lines.len());
    let restored = done.lines.iter().filter(|line| line.restored == Some(true)).count();
    let sentences = if done.undone_at.is_some() {
        let kept = changed - restored;
        vec![Some(t!("bulk-undone", count = restored)), (kept > 0).then(|| t!("bulk-undone-not", count = kept))]
    } else {
        vec![
            Some(t!("bulk-done", count = changed)),
            (others > 0).then(|| t!("bulk-done-not", count = others)),
            (missing > 0).then(|| t!("bulk-missing", count = missing)),
        ]
    };
    let sentences = sentences.into_iter().flatten().collect::<Vec<_>>().join(" ");
    view! { <p class="notice good" role="status">{sentences}</p> }
}

#[component]
fn Row(line: Line, kind: Kind) -> impl IntoView {
    let result = match line.restored {
        Some(true) => t!("bulk-restored"),
        Some(false) => t!("bulk-kept"),
        None => outcome(line.outcome),
    };
    let changed = line.outcome == Outcome::Changed;
    let (before, now) = line.status;
    let status = if changed && before != now && matches!(kind, Kind::Status(_)) {
        format!("{} → {}", words::product_status(before), words::product_status(now))
    } else {
        words::product_status(now)
    };
    let (before, now) = line.sale_price;
    let priced = matches!(kind, Kind::Percent | Kind::Price);
    let price = if changed && before != now && priced { format!("{} → {}", won(before), won(now)) } else { won(now) };
    view! {
        <tr>
            <th scope="row" class="long"><a href=format!("{LIST}/{}", line.id)>{line.title}</a></th>
            <td class="long">{result}</td>
            <td>{status}</td>
            <td class="number">{price}</td>
        </tr>
    }
}
