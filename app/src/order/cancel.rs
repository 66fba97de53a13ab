//! Canceling: choose copies, see the arithmetic, agree.

use std::collections::BTreeMap;

use contract::{
    Failure, Won,
    money::won,
    order::{OrderId, OrderStatus},
    product::ProductId,
    refund::Refund,
};
use domain::order::{self, Detail};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use super::detail::{asked, find};
use crate::{
    account::Tabs,
    context::{shop, shopper},
    form::{Sent, answer, returned},
    page::{Head, page},
    text::{self, t},
};

/// Cancels what the shopper chose, for the refund that was shown.
#[server(prefix = "/fn", endpoint = "order/cancel")]
async fn cancel_order(
    #[server(default)] order: String,
    #[server(default)] key: String,
    #[server(default)] lines: String,
    #[server(default)] expected: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, shopper) = (shop()?, shopper()?);
        let id: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        // Only an unpaid order, which is canceled as a whole, is sent without lines and a refund.
        if lines.is_empty() {
            order::cancel_unpaid(&shop, &shopper, id, key).await?;
        } else {
            let taken = read_lines(&lines).ok_or(Failure::BadRequest)?;
            let expected: Won = expected.parse().map_err(|_| Failure::BadRequest)?;
            order::cancel(&shop, &shopper, id, key, Some(&taken), Some(expected)).await?;
        }
        Ok(format!("/orders/{id}"))
    };
    let outcome = outcome.await;
    let page = match outcome {
        Err(Failure::NotFound) => "/orders".to_owned(),
        // There is nothing left to choose: the order's own page tells where it stands.
        Err(Failure::AlreadyCanceled | Failure::AlreadyConfirmed | Failure::AlreadyShipped | Failure::OrderExpired) => {
            format!("/orders/{order}")
        }
        _ => format!("/orders/{order}/cancel"),
    };
    // Only its own page shows this form's name.
    let form = if page.ends_with("/cancel") { "order/cancel" } else { "order/act" };
    answer(Sent { form, page: &page, fields: &[("key", &key)] }, outcome).await
}

/// The page: a selection that can be changed, the refund that follows from it, and the button.
#[component]
pub(crate) fn CancelPage() -> impl IntoView {
    let id = asked();
    let asked_for: BTreeMap<ProductId, i32> = use_query_map().with_untracked(|query| {
        let pairs = query.clone().into_iter();
        pairs.filter_map(|(name, value)| Some((name.strip_prefix('l')?.parse().ok()?, value.parse().ok()?))).collect()
    });
    page(async move {
        let order = find(&id).await?;
        let form = returned("order/cancel");
        let key = form.value("key", &Uuid::now_v7().to_string());
        let content = if order.summary.status == OrderStatus::PendingPayment {
            view! { <Whole id=id.clone() key /> }.into_any()
        } else {
            chosen(&order, &asked_for, &id, key).await
        };
        Ok(view! {
            <Head title=t!("cancel-order") private=true />
            <h1>{t!("cancel-order")}</h1>
            <Tabs />
            {form.summary()}
            {content}
            <p><a href=format!("/orders/{id}")>{t!("view-order")}</a></p>
        }
        .into_any())
    })
}

async fn chosen(order: &Detail, asked_for: &BTreeMap<ProductId, i32>, id: &str, key: String) -> AnyView {
    let open = |seller| order.deliveries.iter().any(|part| part.seller == seller && part.status.can_be_canceled());
    // All that can be canceled, where nothing was chosen.
    let lines: Vec<(ProductId, String, i32, i32)> = order
        .summary
        .lines
        .iter()
        .filter(|line| line.kept() > 0 && open(line.seller))
        .map(|line| {
            let wanted =
                if asked_for.is_empty() { line.kept() } else { asked_for.get(&line.product).copied().unwrap_or(0) };
            (line.product, line.title.clone(), line.kept(), wanted)
        })
        .collect();
    let taken: Vec<(ProductId, i32)> =
        lines.iter().filter(|(.., wanted)| *wanted > 0).map(|(product, .., wanted)| (*product, *wanted)).collect();
    // Where nothing is left to choose, asking for all of it tells why.
    let asked = (!lines.is_empty()).then_some(taken.as_slice());
    let refund = match (shop(), shopper()) {
        (Ok(shop), Ok(shopper)) => {
            order::preview(&shop, &shopper, order.summary.id, asked).await.map_err(Failure::from)
        }
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    };
    let bill = match refund {
        Ok(refund) => {
            let to_card = order.to_card(refund.amount());
            view! { <Agree refund to_card lines=write_lines(&taken) id=id.to_owned() key /> }.into_any()
        }
        Err(failure) if lines.is_empty() => {
            return view! { <p class="notice bad" role="alert">{text::failure(&failure)}</p> }.into_any();
        }
        Err(failure) => view! { <p class="notice bad" role="alert">{text::failure(&failure)}</p> }.into_any(),
    };
    let rows = lines
        .into_iter()
        .map(|(product, title, kept, wanted)| {
            let options = (0..=kept)
                .map(|copies| view! { <option value=copies selected=copies == wanted>{t!("copies", count = copies)}</option> })
                .collect_view();
            let name = format!("l{product}");
            view! {
                <div class="field">
                    <label for=name.clone()>{title}</label>
                    <select id=name.clone() name=name>{options}</select>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="narrow">
            <form action=format!("/orders/{id}/cancel") method="get">
                {rows}
                <button class="button">{t!("refund-preview")}</button>
            </form>
        </section>
        {bill}
    }
    .into_any()
}

#[component]
fn Agree(refund: Refund, to_card: Won, lines: String, id: String, key: String) -> impl IntoView {
    let row =
        |name: String, sign: &str, amount: Won| view! { <dt>{name}</dt><dd>{format!("{sign}{}", won(amount))}</dd> };
    let to_points = refund.amount() - to_card;
    view! {
        <section class="narrow">
            <h2>{t!("refund")}</h2>
            <dl class="sums" data-testid="refund">
                {row(t!("goods"), "", refund.goods)}
                {(refund.discount > 0).then(|| row(t!("discount"), "−", refund.discount))}
                {(refund.delivery > 0).then(|| row(t!("delivery"), "", refund.delivery))}
                {(to_card > 0).then(|| view! { <dt class="sum">{t!("refund-to-card")}</dt><dd class="sum">{won(to_card)}</dd> })}
                {(to_points > 0 || to_card == 0).then(|| view! { <dt class="sum">{t!("refund-to-points")}</dt><dd class="sum">{won(to_points)}</dd> })}
            </dl>
            <form action="/fn/order/cancel" method="post">
                <input type="hidden" name="order" value=id />
                <input type="hidden" name="key" value=key />
                <input type="hidden" name="lines" value=lines />
                <input type="hidden" name="expected" value=refund.amount() />
                <button class="button primary">{t!("cancel-and-refund", amount = won(refund.amount()))}</button>
            </form>
        </section>
    }
}

#[component]
fn Whole(id: String, key: String) -> impl IntoView {
    view! {
        <section class="narrow">
            <p>{t!("cancel-unpaid")}</p>
            <form action="/fn/order/cancel" method="post">
                <input type="hidden" name="order" value=id />
                <input type="hidden" name="key" value=key />
                <button class="button primary">{t!("cancel-order")}</button>
            </form>
        </section>
    }
}

/// Copies of products in a hidden field: `12x2 15x1`.
pub(crate) fn write_lines(lines: &[(ProductId, i32)]) -> String {
    lines.iter().map(|(product, copies)| format!("{product}x{copies}")).collect::<Vec<_>>().join(" ")
}

/// Reads them back; `None` where the field was tampered with.
pub(crate) fn read_lines(field: &str) -> Option<Vec<(ProductId, i32)>> {
    field
        .split_whitespace()
        .map(|word| {
            let (product, copies) = word.split_once('x')?;
            Some((product.parse().ok()?, copies.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_copies_survive_the_form() {
        let lines = vec![(12, 2), (15, 1)];
        assert_eq!(read_lines(&write_lines(&lines)), Some(lines));
        for wrong in ["12", "12x", "xx1", "1x99999999999"] {
            assert_eq!(read_lines(wrong), None, "{wrong}");
        }
    }
}
