//! An order as the staff sees it: all of it, and each next step.

use std::collections::BTreeMap;

use contract::{
    Failure,
    member::print_phone,
    money::won,
    order::{OrderId, OrderStatus, order_number},
};
use domain::{
    claim::{self, ClaimView},
    delivery,
    member::Operator,
    order::{self, Detail, OrderLineView, RefundView},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use uuid::Uuid;

use super::{Tabs, claims::Claims, part::Part, staff};
use crate::{
    context::shop,
    desk::{
        orders::{
            history::{History, kinds},
            notes::Notes,
        },
        table::Asked,
    },
    form::returned_within,
    page::{Head, page},
    text::{self, t},
    words,
};

/// The page of an order.
pub(super) fn path(order: &str) -> String {
    format!("/staff/orders/{order}")
}

/// The page.
#[component]
pub(crate) fn OrderPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let saved = use_query_map().with_untracked(|query| query.get("saved").is_some());
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let id: OrderId = id.parse().map_err(|_| Failure::NotFound)?;
        let order = order::detail_any(&shop, &staff, id).await?;
        let asked = Asked::here();
        let entries = order::history(&shop, &staff, id, &kinds(&asked)).await?;
        let notes = order::notes(&shop, &staff, id).await?;
        let mut parcels = delivery::parcels(&shop, &order).await?;
        let claims = claim::of_order(&shop, id).await?;
        let number = order_number(order.summary.id, order.summary.placed_at);
        let summary = order.summary.clone();
        let by = Operator::from(&staff);
        let parts = order
            .deliveries
            .iter()
            .map(|part| {
                let parcel = parcels.extract_if(.., |parcel| parcel.delivery == part.id).next();
                view! { <Part order=order.clone() part=part.clone() parcel by=by.clone() /> }
            })
            .collect_view();
        let subjects = subjects(&order, &claims);
        let cancel = cancelable(&order)
            .then(|| view! { <a class="button small" href=format!("{}/cancel", path(&id.to_string()))>{t!("orders-cancel")}</a> });
        let refused = returned_within("staff/order/", &[]);
        Ok(view! {
            <Head title=t!("order-title", number = number.clone()) private=true />
            <h1>{t!("order-title", number = number)}</h1>
            <Tabs />
            {refused.summary()}
            {saved.then(|| view! { <p class="notice good" role="status">{t!("saved")}</p> })}
            <p class="facts">
                {text::time(summary.placed_at)} " "
                <span class="badge">{t!("axis-order")} ": " {text::order_status(summary.status)}</span> " "
                <span class="badge">{t!("axis-payment")} ": " {words::payment_status(summary.payment)}</span> " "
                <span class="badge">{t!("axis-fulfillment")} ": " {words::fulfillment_status(summary.fulfillment)}</span> " "
                {cancel}
            </p>
            <div class="desk">
                <div>
                    {parts}
                    <Claims claims=claims.clone() order=order.clone() delivery=shop.policy.delivery />
                    <History entries subjects asked />
                </div>
                <div>
                    <Sums order=order.clone() />
                    <Refunds refunds=order.refunds.clone() lines=summary.lines />
                    <Notes order=id.to_string() notes reader=staff.id() />
                </div>
            </div>
        }
        .into_any())
    })
}

/// Whether something of an order can still be canceled.
pub(crate) fn cancelable(order: &Detail) -> bool {
    let open = |seller| order.deliveries.iter().any(|part| part.seller == seller && part.status.can_be_canceled());
    match order.summary.status {
        OrderStatus::PendingPayment => true,
        OrderStatus::Placed => order.summary.lines.iter().any(|line| line.kept() > 0 && open(line.seller)),
        OrderStatus::Confirmed | OrderStatus::Canceled | OrderStatus::Expired => false,
    }
}

/// What the deliveries and the claims of an order are called.
pub(crate) fn subjects(order: &Detail, claims: &[ClaimView]) -> BTreeMap<Uuid, String> {
    let parts = order.deliveries.iter().map(|part| (part.id, part.seller_name.clone()));
    parts.chain(claims.iter().map(|claim| (claim.id, words::claim_kind(claim.kind)))).collect()
}

#[component]
fn Sums(order: Detail) -> impl IntoView {
    let coupon = (!order.coupon.is_empty()).then(|| format!(" ({})", order.coupon));
    let by_card = (order.card_used > 0).then(|| view! { <dt>{t!("paid-by-card")}</dt><dd>{won(order.card_used)}</dd> });
    let refunded =
        (order.refunded_total > 0).then(|| view! { <dt>{t!("refunded")}</dt><dd>{won(-order.refunded_total)}</dd> });
    let earned =
        (order.points_earned > 0).then(|| view! { <dt>{t!("points-earned")}</dt><dd>{won(order.points_earned)}</dd> });
    let held = order.held_until.map(|until| view! { <dt>{t!("hold-until")}</dt><dd>{text::time(until)}</dd> });
    let confirms = order.confirm_at.map(|at| view! { <dt>{t!("confirms-at")}</dt><dd>{text::time(at)}</dd> });
    view! {
        <section class="panel">
            <h2>{t!("payment")}</h2>
            <dl class="sums">
                <dt>{t!("goods")}</dt><dd>{won(order.goods_total)}</dd>
                <dt>{t!("discount")} {coupon}</dt><dd>{won(-order.discount_total)}</dd>
                <dt>{t!("delivery")}</dt><dd>{won(order.delivery_total)}</dd>
                <dt class="sum">{t!("total")}</dt><dd class="sum">{won(order.summary.total)}</dd>
                <dt>{t!("paid-by-points")}</dt><dd>{won(order.points_used)}</dd>
                {by_card}
                {refunded}
                {earned}
                {held}
                {confirms}
            </dl>
            <h3>{t!("deliver-to")}</h3>
            <p><strong>{order.recipient}</strong> " " {print_phone(&order.phone)}</p>
            <p>{format!("({}) {} {}", order.postcode, order.line1, order.line2)}</p>
            {(!order.note.is_empty()).then(|| view! { <p>{t!("delivery-note")} ": " {order.note}</p> })}
        </section>
    }
}

/// What was given back, each with its arithmetic.
#[component]
fn Refunds(refunds: Vec<RefundView>, lines: Vec<OrderLineView>) -> impl IntoView {
    if refunds.is_empty() {
        return ().into_any();
    }
    let title = |product| lines.iter().find(|line| line.product == product).map(|line| line.title.clone());
    let items = refunds
        .into_iter()
        .map(|given| {
            // Without a card, all of it is points.
            let to_card = (given.card() > 0).then(|| {
                view! {
                    <dt>{t!("refund-to-card")}</dt><dd>{won(given.card())}</dd>
                    <dd class="way-back">{words::way_back(&given)}</dd>
                    <dt>{t!("refund-to-points")}</dt><dd>{won(given.points)}</dd>
                }
            });
            let RefundView { at, refund, .. } = given;
            let what: Vec<String> = refund
                .lines
                .iter()
                .map(|line| {
                    format!("{} {}", title(line.product).unwrap_or_default(), t!("copies", count = line.quantity))
                })
                .collect();
            view! {
                <li>
                    <p>{text::time(at)} " · " {what.join(", ")}</p>
                    <dl class="sums">
                        <dt>{t!("goods")}</dt><dd>{won(refund.goods)}</dd>
                        <dt>{t!("discount")}</dt><dd>{won(-refund.discount)}</dd>
                        <dt>{t!("delivery")}</dt><dd>{won(refund.delivery)}</dd>
                        <dt>{t!("return-fee")}</dt><dd>{won(-refund.return_fee)}</dd>
                        <dt class="sum">{t!("refund")}</dt><dd class="sum">{won(refund.amount())}</dd>
                        {to_card}
                    </dl>
                </li>
            }
        })
        .collect_view();
    view! { <section class="panel"><h2>{t!("refunds")}</h2><ol class="refunds">{items}</ol></section> }.into_any()
}
