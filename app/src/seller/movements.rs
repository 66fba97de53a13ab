//! Movements of stock: every change that made it what it is.

use domain::inventory::Movement;
use leptos::prelude::*;

use crate::{
    desk::table::TableBox,
    text::{self, t},
    words,
};

/// The movements, newest first.
#[component]
pub(super) fn Movements(
    /// A page of them.
    movements: Vec<Movement>,
    /// Whether the staff looks: orders, and who placed them, are for them alone.
    staff: bool,
    /// Whether they are of many products.
    #[prop(optional)]
    many: bool,
) -> impl IntoView {
    let empty = movements.is_empty().then(|| view! { <p class="empty">{t!("offer-movements-none")}</p> });
    let rows = movements.into_iter().map(|movement| view! { <Row movement staff many /> }).collect_view();
    let book = many.then(|| view! { <th scope="col">{t!("book")}</th> });
    view! {
        <TableBox label=t!("movements")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t!("when")}</th>
                        {book}
                        <th scope="col">{t!("movement-kind")}</th>
                        <th scope="col" class="number">{t!("stock-on-hand")}</th>
                        <th scope="col" class="number">{t!("stock-reserved")}</th>
                        <th scope="col">{t!("why")}</th>
                        <th scope="col">{t!("who")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
        {empty}
    }
}

#[component]
fn Row(movement: Movement, staff: bool, many: bool) -> impl IntoView {
    let reason = words::movement_reason(&movement);
    let order = movement.order_id.filter(|_| staff);
    let order = order.map(|id| view! { " " <a href=format!("/staff/orders/{id}")>{t!("view-order")}</a> });
    let name = mover(&movement, staff);
    let book = many.then(|| {
        view! { <th scope="row" class="long"><a href=format!("/seller/stock/{}", movement.product)>{movement.title.clone()}</a></th> }
    });
    view! {
        <tr>
            <td>{text::time(movement.created_at)}</td>
            {book}
            <td>{words::movement_kind(movement.kind)}</td>
            <td class="number">{signed(movement.on_hand)}</td>
            <td class="number">{signed(movement.reserved)}</td>
            <td class="long">{reason} {order}</td>
            <td>{name}</td>
        </tr>
    }
}

/// Who moved it, as far as who looks may know.
pub(super) fn mover(movement: &Movement, staff: bool) -> String {
    let hidden = movement.order_id.is_some() && !staff;
    if hidden || movement.by_name.is_empty() { "–".to_owned() } else { movement.by_name.clone() }
}

fn signed(change: i32) -> String {
    if change == 0 { "0".to_owned() } else { format!("{change:+}") }
}
