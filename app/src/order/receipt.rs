//! What an order holds: lines by seller, sums, address, refunds, timeline.

use contract::{
    member::print_phone,
    money::won,
    order::{FulfillmentStatus, OrderStatus, PaymentStatus},
    payment::PaymentState,
};
use domain::{
    claim::ClaimView,
    order::{DeliveryView, Detail, OrderLineView, RefundView, Step},
    payment::PaymentView,
};
use leptos::prelude::*;

use crate::{
    listing::Cover,
    payment::say::card_of,
    text::{self, t},
    words,
};

/// All of it.
#[component]
pub(super) fn Receipt(
    /// The order.
    order: Detail,
    /// Its claims.
    claims: Vec<ClaimView>,
    /// Its card payments.
    payments: Vec<PaymentView>,
) -> impl IntoView {
    let parts = order
        .deliveries
        .iter()
        .map(|part| {
            let lines: Vec<_> = order.summary.lines.iter().filter(|line| line.seller == part.seller).cloned().collect();
            let returnable = order.summary.status == OrderStatus::Placed
                && part.status == FulfillmentStatus::Delivered
                && lines.iter().any(|line| line.kept() > 0);
            let claim = returnable.then(|| format!("/orders/{}/claim?seller={}", order.summary.id, part.seller));
            view! { <PartOf part=part.clone() lines claim /> }
        })
        .collect_view();
    view! {
        <div class="receipt">
            <section>
                <h2>{t!("order-lines")}</h2>
                {parts}
                <Claims claims order=order.summary.id.to_string() />
            </section>
            <section>
                <h2>{t!("deliver-to")}</h2>
                <p><strong>{order.recipient.clone()}</strong> " " {print_phone(&order.phone)}</p>
                <p>{format!("({}) {} {}", order.postcode, order.line1, order.line2)}</p>
                {(!order.note.is_empty()).then(|| view! { <p>{t!("delivery-note")} ": " {order.note.clone()}</p> })}
            </section>
            <section>
                <h2>{t!("payment")}</h2>
                <Sums order payments />
            </section>
        </div>
    }
}

#[component]
fn PartOf(part: DeliveryView, lines: Vec<OrderLineView>, claim: Option<String>) -> impl IntoView {
    let items = lines.into_iter().map(|line| view! { <li><Line line /></li> }).collect_view();
    let fee = if part.fee == 0 { t!("free") } else { won(part.fee) };
    view! {
        <section class="part">
            <h3>{part.seller_name} " " <span class="badge">{words::fulfillment_status(part.status)}</span></h3>
            <ul class="lines">{items}</ul>
            <p class="fee">{t!("delivery")} " " {fee}</p>
            {claim.map(|href| view! { <p><a class="button small" href=href>{t!("claim-request")}</a></p> })}
        </section>
    }
}

#[component]
fn Line(line: OrderLineView) -> impl IntoView {
    let amount = line.unit_price.saturating_mul(line.quantity.into());
    let canceled =
        (line.canceled > 0).then(|| view! { <p class="flag">{t!("copies-canceled", count = line.canceled)}</p> });
    let returned =
        (line.returned > 0).then(|| view! { <p class="flag">{t!("copies-returned", count = line.returned)}</p> });
    view! {
        <div class="item">
            <Cover id=line.product picture=line.cover lazy=true />
            <div class="what">
                <a class="title" href=format!("/products/{}", line.product)>{line.title}</a>
                <p class="author">{line.author}</p>
                {canceled}
                {returned}
            </div>
            <p>{t!("copies", count = line.quantity)}</p>
            <p class="amount">{won(amount)}</p>
        </div>
    }
}

#[component]
fn Sums(order: Detail, payments: Vec<PaymentView>) -> impl IntoView {
    let coupon = (order.discount_total > 0).then(|| {
        view! { <dt>{t!("discount")} " (" {order.coupon.clone()} ")"</dt><dd>{format!("−{}", won(order.discount_total))}</dd> }
    });
    let due = (order.summary.status == OrderStatus::PendingPayment).then(|| {
        view! { <dt>{t!("due")}</dt><dd data-testid="due">{won(order.summary.total - order.points_used)}</dd> }
    });
    let cards = payments
        .iter()
        .filter_map(|payment| {
            let (name, sign, amount) = match payment.state {
                PaymentState::Paid => (t!("paid-by-card"), "", payment.amount),
                // Paid when there was nothing left to pay.
                PaymentState::Canceled if payment.canceled > 0 => (t!("card-payment-undone"), "−", payment.canceled),
                _ => return None,
            };
            let card = card_of(payment);
            Some(view! { <dt>{name} " (" {card} ")"</dt><dd data-testid="card-used">{format!("{sign}{}", won(amount))}</dd> })
        })
        .collect_view();
    // Where a card paid all of it, none is no news.
    let by_points = order.points_used > 0 || !payments.iter().any(|payment| payment.state == PaymentState::Paid);
    let by_points = by_points.then(|| view! { <dt>{t!("paid-by-points")}</dt><dd>{won(order.points_used)}</dd> });
    // What was held and never paid came back as a whole.
    let undone = matches!(order.summary.payment, PaymentStatus::Canceled | PaymentStatus::Failed);
    let restored = (undone && order.points_used > 0)
        .then(|| view! { <dt>{t!("points-restored")}</dt><dd>{won(order.points_used)}</dd> });
    let earned =
        (order.points_earned > 0).then(|| view! { <dt>{t!("points-earned")}</dt><dd>{won(order.points_earned)}</dd> });
    view! {
        <dl class="sums">
            <dt>{t!("goods")}</dt><dd>{won(order.goods_total)}</dd>
            {coupon}
            <dt>{t!("delivery")}</dt><dd>{if order.delivery_total == 0 { t!("free") } else { won(order.delivery_total) }}</dd>
            {by_points}
            {cards}
            {due}
            <dt class="sum">{t!("total")}</dt><dd class="sum" data-testid="total">{won(order.summary.total)}</dd>
            {earned}
            {restored}
        </dl>
        <p class="payment-status">{words::payment_status(order.summary.payment)}</p>
        <Refunds refunds=order.refunds lines=order.summary.lines />
    }
}

#[component]
fn Refunds(refunds: Vec<RefundView>, lines: Vec<OrderLineView>) -> impl IntoView {
    refunds
        .iter()
        .map(|given| {
            let refund = &given.refund;
            let row = |name: String, sign: &str, amount| {
                (amount != 0).then(|| view! { <dt>{name}</dt><dd>{format!("{sign}{}", won(amount))}</dd> })
            };
            let copies: Vec<String> = refund
                .lines
                .iter()
                .map(|line| {
                    let title = lines.iter().find(|own| own.product == line.product);
                    format!(
                        "{} {}",
                        title.map(|own| own.title.clone()).unwrap_or_default(),
                        t!("copies", count = line.quantity)
                    )
                })
                .collect();
            // Without a card, all of it is points.
            let to_card = given.card();
            let parts = (to_card > 0).then(|| {
                view! {
                    <dt>{t!("refund-to-card")}</dt><dd>{won(to_card)}</dd>
                    <dd class="way-back">{words::way_back(given)}</dd>
                    {row(t!("refund-to-points"), "", given.points)}
                }
            });
            view! {
                <h3 class="refund">{t!("refund")} " " <small>{text::time(given.at)}</small></h3>
                <p>{copies.join(", ")}</p>
                <dl class="sums" data-testid="refund">
                    {row(t!("goods"), "", refund.goods)}
                    {row(t!("discount"), "−", refund.discount)}
                    {row(t!("delivery"), "", refund.delivery)}
                    {row(t!("return-fee"), "−", refund.return_fee)}
                    <dt class="sum">{t!("refund")}</dt><dd class="sum">{won(refund.amount())}</dd>
                    {parts}
                </dl>
            }
        })
        .collect_view()
}

#[component]
fn Claims(claims: Vec<ClaimView>, order: String) -> impl IntoView {
    let items = claims
        .into_iter()
        .map(|claim| {
            let lines: Vec<String> = claim
                .lines
                .iter()
                .map(|line| format!("{} {}", line.title, t!("copies", count = line.quantity)))
                .collect();
            let open = claim.status.may_become(contract::claim::ClaimStatus::Withdrawn);
            let withdraw = open.then(|| {
                view! {
                    <form action="/fn/claim/withdraw" method="post">
                        <input type="hidden" name="order" value=order.clone() />
                        <input type="hidden" name="claim" value=claim.id.to_string() />
                        <button class="button small">{t!("claim-withdraw")}</button>
                    </form>
                }
            });
            view! {
                <li>
                    <p>
                        <strong>{words::claim_kind(claim.kind)}</strong> " "
                        <span class="badge" data-testid="claim-status">{words::claim_status(claim.status)}</span> " "
                        {text::time(claim.created_at)}
                    </p>
                    <p>{lines.join(", ")}</p>
                    <p>{words::fault(claim.fault)} ": " {claim.reason}</p>
                    {withdraw}
                </li>
            }
        })
        .collect_view();
    (!items.is_empty()).then(|| view! { <h3>{t!("claims")}</h3><ul class="claims">{items}</ul> })
}

/// Every change, oldest first.
#[component]
pub(crate) fn Timeline(
    /// The changes.
    steps: Vec<Step>,
) -> impl IntoView {
    let items = steps
        .into_iter()
        .map(|step| {
            let who = match step.by_name.as_str() {
                "" => words::actor(step.actor),
                name => format!("{} ({name})", words::actor(step.actor)),
            };
            let why = (!step.reason.is_empty()).then(|| view! { <p class="reason">{step.reason.clone()}</p> });
            view! {
                <li>
                    <p>{text::time(step.at)} " " <strong>{words::timeline_step(&step)}</strong></p>
                    <p class="who">{who}</p>
                    {why}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="timeline">
            <h2>{t!("timeline")}</h2>
            <ol>{items}</ol>
        </section>
    }
}
