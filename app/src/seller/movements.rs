//! The movements of a product's stock: every change that made it what it is.

use contract::product::ProductId;
use domain::{
    inventory::{self, Movement},
    member::Operator,
};
use leptos::prelude::*;

use crate::{
    text::{self, t},
    words,
};

/// The movements, newest first.
#[component]
pub(super) fn Movements(
    /// A page of them, and one more where there are further ones.
    mut movements: Vec<Movement>,
    /// The product.
    id: ProductId,
    /// Who looks: orders, and who placed them, are for the staff alone.
    operator: Operator,
    /// Whether this is not the first page.
    paged: bool,
) -> impl IntoView {
    let staff = operator.seller().is_none();
    let further = usize::try_from(inventory::PAGE).is_ok_and(|page| movements.len() > page);
    movements.truncate(usize::try_from(inventory::PAGE).unwrap_or(usize::MAX));
    let path = format!("/seller/stock/{id}");
    let older = movements.last().filter(|_| further).map(|last| {
        view! { <p><a href=format!("{path}?before={}", last.id)>{t!("older")}</a></p> }
    });
    let newest = paged.then(|| view! { <p><a href=path.clone()>{t!("newest")}</a></p> });
    let rows = movements.into_iter().map(|movement| view! { <Row movement staff /> }).collect_view();
    view! {
        <section>
            <h2>{t!("movements")}</h2>
            {newest}
            <div class="scroll rows" tabindex="0" role="region" aria-label=t!("movements")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("when")}</th>
                            <th scope="col">{t!("movement-kind")}</th>
                            <th scope="col" class="number">{t!("stock-on-hand")}</th>
                            <th scope="col" class="number">{t!("stock-reserved")}</th>
                            <th scope="col">{t!("why")}</th>
                            <th scope="col">{t!("who")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {older}
        </section>
    }
}

#[component]
fn Row(movement: Movement, staff: bool) -> impl IntoView {
    let reason = words::movement_reason(&movement);
    let order = movement.order_id.filter(|_| staff);
    let order = order.map(|id| view! { " " <a href=format!("/staff/orders/{id}")>{t!("view-order")}</a> });
    let hidden = movement.order_id.is_some() && !staff;
    let name = if hidden || movement.by_name.is_empty() { "–".to_owned() } else { movement.by_name };
    view! {
        <tr>
            <td>{text::time(movement.created_at)}</td>
            <td>{words::movement_kind(movement.kind)}</td>
            <td class="number">{signed(movement.on_hand)}</td>
            <td class="number">{signed(movement.reserved)}</td>
            <td class="long">{reason} {order}</td>
            <td>{name}</td>
        </tr>
    }
}

fn signed(change: i32) -> String {
    if change == 0 { "0".to_owned() } else { format!("{change:+}") }
}
