//! Who holds copies of a product, and until when.

use contract::money::grouped;
use domain::inventory::{Hold, MOST_SHOWN};
use leptos::prelude::*;

use crate::{
    desk::table::TableBox,
    text::{self, t},
};

/// The holds on a product. Which order it is, the staff alone is told.
#[component]
pub(super) fn Holds(
    /// The holds, the one that ends first stands first.
    holds: Vec<Hold>,
    /// Copies held, in all.
    reserved: i32,
    /// Whether the staff looks.
    staff: bool,
) -> impl IntoView {
    if holds.is_empty() {
        return view! { <section><h2>{t!("offer-holds")}</h2><p class="hint">{t!("offer-holds-none")}</p></section> }
            .into_any();
    }
    let more = i64::try_from(holds.len()).is_ok_and(|count| count >= MOST_SHOWN);
    let more = more.then(|| view! { <p class="hint">{t!("offer-holds-more", count = MOST_SHOWN)}</p> });
    let rows = holds.into_iter().map(|hold| view! { <Row hold staff /> }).collect_view();
    let order = staff.then(|| view! { <th scope="col">{t!("offer-hold-order")}</th> });
    view! {
        <section>
            <h2>{t!("offer-holds")}</h2>
            <p class="hint">{t!("offer-holds-note", count = grouped(reserved.into()))}</p>
            <TableBox label=t!("offer-holds")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("offer-hold-for")}</th>
                            <th scope="col" class="number">{t!("offer-hold-copies")}</th>
                            <th scope="col">{t!("offer-hold-until")}</th>
                            {order}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {more}
        </section>
    }
    .into_any()
}

#[component]
fn Row(hold: Hold, staff: bool) -> impl IntoView {
    let (what, until) = match hold.until {
        None => (t!("offer-hold-exchange"), t!("offer-hold-till-done").into_any()),
        Some(_) if hold.checking => (t!("offer-hold-unpaid"), t!("offer-hold-checking").into_any()),
        Some(until) => (t!("offer-hold-unpaid"), text::time(until).into_any()),
    };
    let order = staff.then(|| {
        view! { <td><a href=format!("/staff/orders/{}", hold.order)>{t!("view-order")}</a></td> }
    });
    view! {
        <tr>
            <td>{what}</td>
            <td class="number">{grouped(hold.copies.into())}</td>
            <td>{until}</td>
            {order}
        </tr>
    }
}
