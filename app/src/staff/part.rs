//! One seller's part of an order: what of it is kept, and how far its delivery may go next.

use contract::{
    Failure,
    money::won,
    order::{FulfillmentStatus, OrderStatus},
};
use domain::{
    delivery,
    member::Operator,
    order::{DeliveryView, Detail, OrderLineView},
};
use leptos::prelude::*;

use super::{order::path, staff};
use crate::{
    context::shop,
    form::{Sent, answer},
    text::t,
    words,
};

/// The steps of a delivery, with their words on the wire. Goods come back through a claim alone.
const STEPS: [(FulfillmentStatus, &str); 3] = [
    (FulfillmentStatus::Preparing, "preparing"),
    (FulfillmentStatus::Shipped, "shipped"),
    (FulfillmentStatus::Delivered, "delivered"),
];

/// Takes one seller's part of an order a step further; there already, it stays so.
#[server(prefix = "/fn", endpoint = "staff/delivery")]
async fn advance_delivery(
    #[server(default)] order: String,
    #[server(default)] seller: i64,
    #[server(default)] to: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, by) = (shop()?, Operator::from(&staff()?));
        let id = order.parse().map_err(|_| Failure::NotFound)?;
        let to = words::read(&to).ok_or(Failure::BadRequest)?;
        delivery::advance(&shop, &by, id, seller, to).await?;
        Ok(format!("{}?saved=1", path(&order)))
    };
    let outcome = outcome.await;
    answer(Sent { form: "staff/order/delivery", page: &path(&order), fields: &[] }, outcome).await
}

/// One seller's part.
#[component]
pub(super) fn Part(
    /// The whole order.
    order: Detail,
    /// The part.
    part: DeliveryView,
) -> impl IntoView {
    let lines: Vec<OrderLineView> =
        order.summary.lines.iter().filter(|line| line.seller == part.seller).cloned().collect();
    let kept: i32 = lines.iter().map(OrderLineView::kept).sum();
    let open = order.summary.status == OrderStatus::Placed && kept > 0;
    let steps = STEPS
        .into_iter()
        .filter(|(to, _)| open && part.status.may_become(*to))
        .map(|(to, word)| {
            view! {
                <form action="/fn/staff/delivery" method="post">
                    <input type="hidden" name="order" value=order.summary.id.to_string() />
                    <input type="hidden" name="seller" value=part.seller />
                    <button class="button small" name="to" value=word>{t!("step-to", status = words::fulfillment_status(to))}</button>
                </form>
            }
        })
        .collect_view();
    let rows = lines.into_iter().map(|line| view! { <Line line /> }).collect_view();
    view! {
        <section class="panel">
            <h2>{part.seller_name.clone()} " " <span class="badge">{words::fulfillment_status(part.status)}</span></h2>
            <div class="scroll rows" tabindex="0" role="region" aria-label=part.seller_name>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("book")}</th>
                            <th scope="col" class="number">{t!("unit-price")}</th>
                            <th scope="col" class="number">{t!("part-bought")}</th>
                            <th scope="col" class="number">{t!("part-canceled")}</th>
                            <th scope="col" class="number">{t!("part-returned")}</th>
                            <th scope="col" class="number">{t!("part-kept")}</th>
                            <th scope="col" class="number">{t!("discount")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="hint">{t!("delivery")} " " {if part.fee == 0 { t!("free") } else { won(part.fee) }}</p>
            <div class="actions">{steps}</div>
        </section>
    }
}

#[component]
fn Line(line: OrderLineView) -> impl IntoView {
    let kept = line.kept();
    view! {
        <tr>
            <th scope="row" class="long"><a href=format!("/seller/stock/{}", line.product)>{line.title}</a></th>
            <td class="number">{won(line.unit_price)}</td>
            <td class="number">{line.quantity}</td>
            <td class="number">{line.canceled}</td>
            <td class="number">{line.returned}</td>
            <td class="number"><strong>{kept}</strong></td>
            <td class="number">{won(-line.discount)}</td>
        </tr>
    }
}
