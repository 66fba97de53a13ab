//! What a member has: orders, points, coupons.

use contract::{member::MemberId, money::won, order::order_number, when::kst};
use domain::{
    coupon::Coupon,
    order::Summary,
    points::{self, Entry},
};
use leptos::prelude::*;

use crate::{
    desk::table::TableBox,
    text::{self, t},
    words,
};

/// The newest orders.
#[component]
pub(super) fn Orders(
    /// A page of them.
    orders: Vec<Summary>,
) -> impl IntoView {
    let shown = usize::try_from(domain::order::PAGE).unwrap_or(usize::MAX);
    if orders.is_empty() {
        return view! { <section><h2>{t!("member-orders")}</h2><p class="hint">{t!("member-orders-empty")}</p></section> }
            .into_any();
    }
    let rows = orders
        .into_iter()
        .take(shown)
        .map(|order| {
            let first = order.lines.first().map(|line| line.title.clone()).unwrap_or_default();
            let others = order.lines.len().saturating_sub(1);
            let what = if others > 0 { t!("and-others", first = first, count = others) } else { first };
            let number = order_number(order.id, order.placed_at);
            view! {
                <tr>
                    <th scope="row"><a href=format!("/staff/orders/{}", order.id)>{number}</a></th>
                    <td>{text::time(order.placed_at)}</td>
                    <td>{text::order_status(order.status)}</td>
                    <td>{words::payment_status(order.payment)}</td>
                    <td>{words::fulfillment_status(order.fulfillment)}</td>
                    <td class="long">{what}</td>
                    <td class="number">{won(order.total)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2>{t!("member-orders")}</h2>
            <TableBox label=t!("member-orders")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("order-number")}</th>
                            <th scope="col">{t!("when")}</th>
                            <th scope="col">{t!("axis-order")}</th>
                            <th scope="col">{t!("axis-payment")}</th>
                            <th scope="col">{t!("axis-fulfillment")}</th>
                            <th scope="col">{t!("book")}</th>
                            <th scope="col" class="number">{t!("total")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
        </section>
    }
    .into_any()
}

/// The points ledger, newest first.
#[component]
pub(super) fn Ledger(
    /// A page of entries, and one more where there are further ones.
    mut entries: Vec<Entry>,
    /// The member.
    id: MemberId,
    /// Whether this is not the first page.
    paged: bool,
) -> impl IntoView {
    let further = usize::try_from(points::PAGE).is_ok_and(|page| entries.len() > page);
    entries.truncate(usize::try_from(points::PAGE).unwrap_or(usize::MAX));
    let path = format!("/staff/members/{id}");
    let older = entries.last().filter(|_| further).map(|last| {
        view! { <p><a href=format!("{path}?before={}", last.id)>{t!("older")}</a></p> }
    });
    let newest = paged.then(|| view! { <p><a href=path.clone()>{t!("newest")}</a></p> });
    let empty = entries.is_empty().then(|| view! { <p class="hint">{t!("member-ledger-empty")}</p> });
    let rows = entries
        .into_iter()
        .map(|entry| {
            let sign = if entry.amount > 0 { "+" } else { "" };
            let order = entry.order_id.map(|id| view! { <a href=format!("/staff/orders/{id}")>{t!("view-order")}</a> });
            let until = entry.expires_on.map(|day| t!("points-until", day = day.to_string()));
            let about = until.or((!entry.reason.is_empty()).then_some(entry.reason));
            let about = about.map(|about| view! { <small>{about}</small> });
            view! {
                <tr>
                    <td>{text::time(entry.created_at)}</td>
                    <td class="long">{text::points_kind(entry.kind)} " " {order} {about}</td>
                    <td class="number">{format!("{sign}{}", won(entry.amount))}</td>
                    <td class="number">{won(entry.balance_after)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2>{t!("member-ledger")}</h2>
            {newest}
            <TableBox label=t!("member-ledger")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("when")}</th>
                            <th scope="col">{t!("what")}</th>
                            <th scope="col" class="number">{t!("amount")}</th>
                            <th scope="col" class="number">{t!("balance-after")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {empty}
            {older}
        </section>
    }
}

/// The coupons, newest first.
#[component]
pub(super) fn Coupons(
    /// The coupons.
    coupons: Vec<Coupon>,
) -> impl IntoView {
    if coupons.is_empty() {
        return view! { <section><h2>{t!("member-coupons")}</h2><p class="hint">{t!("member-coupons-empty")}</p></section> }
            .into_any();
    }
    let rows = coupons
        .into_iter()
        .map(|coupon| {
            view! {
                <tr>
                    <th scope="row" class="long"><a href=format!("/staff/coupons/{}", coupon.campaign)>{coupon.name}</a></th>
                    <td class="long">{words::terms(&coupon.terms)}</td>
                    <td>{words::coupon_status(coupon.status)}</td>
                    <td>{kst(coupon.expires_at)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2>{t!("member-coupons")}</h2>
            <TableBox label=t!("member-coupons")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("coupon")}</th>
                            <th scope="col">{t!("campaign-benefit")}</th>
                            <th scope="col">{t!("member-state")}</th>
                            <th scope="col">{t!("member-coupon-until")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
        </section>
    }
    .into_any()
}
