//! What is told and offered while an order is not paid.

use contract::{
    Failure, Won,
    money::won,
    order::{OrderStatus, PaymentStatus},
    payment::PaymentState,
};
use domain::{
    order::Detail,
    payment::{self, PaymentView},
    points,
};
use leptos::prelude::*;
use time::OffsetDateTime;

use super::Countdown;
use crate::{
    context::{shop, shopper},
    payment::{PayWay, Ways, begin::going, say},
    text::{self, t},
};

/// What paying an order has come to, and how else it can be paid.
#[derive(Clone, Default)]
pub(super) struct Paying {
    /// The card payments, oldest first.
    pub payments: Vec<PaymentView>,
    ways: Vec<PayWay>,
    way: String,
}

/// Loads what [`Unpaid`] and the receipt show.
pub(super) async fn paying(order: &Detail) -> Result<Paying, Failure> {
    let (shop, shopper) = (shop()?, shopper()?);
    let payments = payment::of_order(&shop, order.summary.id).await?;
    let open = order.summary.status == OrderStatus::PendingPayment && order.summary.payment != PaymentStatus::Unknown;
    if !open || !shop.takes_cards() {
        return Ok(Paying { payments, ..Paying::default() });
    }
    let balance = points::balance(&shop, &shopper).await?;
    let mut ways = say::by_card(payment::cards(&shop, &shopper).await?);
    // What can pay all of it stands first, and is proposed.
    let at = if balance >= due(order) { 0 } else { ways.len() };
    ways.insert(at, say::by_points(balance));
    let way = say::chosen(None, &ways);
    Ok(Paying { payments, ways, way })
}

/// What points leave to pay, in won.
fn due(order: &Detail) -> Won {
    order.summary.total - order.points_used
}

/// An order that is held to be paid.
#[component]
pub(super) fn Unpaid(
    /// The order.
    order: Detail,
    /// How it can be paid.
    paying: Paying,
    /// The time now.
    now: OffsetDateTime,
    /// The payment that the shopper has just turned back from, if any.
    back: Option<String>,
) -> impl IntoView {
    if order.summary.payment == PaymentStatus::Unknown {
        return view! { <Checking order=order.summary.id.to_string() /> }.into_any();
    }
    let id = order.summary.id.to_string();
    let until = order.held_until.unwrap_or(now);
    if until <= now {
        return view! { <p class="notice bad" role="status">{t!("hold-over")}</p> }.into_any();
    }
    let last = paying.payments.last();
    let open = last.filter(|last| last.state == PaymentState::Pending && last.page.is_some()).map(|last| last.id);
    // One that the gateway opened no page for is canceled too, but nobody turned back.
    let turned_back = last.filter(|last| back == Some(last.id.to_string()));
    let turned_back = turned_back
        .filter(|last| last.state == PaymentState::Canceled && last.canceled == 0)
        .map(|_| view! { <p role="status"><strong>{t!("turned-back")}</strong> " " {t!("pay-otherwise")}</p> });
    // Points are charged by card.
    let charge = (!paying.ways.is_empty()).then(|| {
        view! { <a class="button" href=format!("/my/points?next=/orders/{id}")>{t!("charge-points")}</a> }
    });
    let form = view! { <PayForm id=id.clone() amount=due(&order) paying /> };
    let form = match open {
        Some(payment) => view! {
            <p role="status"><strong>{t!("paying")}</strong></p>
            <p><a class="button primary" href=going(payment)>{t!("go-on-paying")}</a></p>
            <details>
                <summary>{t!("pay-otherwise-now")}</summary>
                {form}
            </details>
        }
        .into_any(),
        None => view! { {turned_back} {form} }.into_any(),
    };
    view! {
        <section class="notice unpaid">
            <p>{t!("hold-until")} " " {text::time(until)} " · " {t!("time-left")} " " <Countdown seconds=(until - now).whole_seconds() /></p>
            {form}
            <div class="next">
                {charge}
                <a class="button" href=format!("/orders/{id}/cancel")>{t!("cancel-order")}</a>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn PayForm(id: String, amount: Won, paying: Paying) -> impl IntoView {
    let Paying { ways, way, .. } = paying;
    // Where no card can pay, there is nothing to choose.
    let ways = (!ways.is_empty()).then(|| {
        view! {
            <Ways legend=t!("ways") ways chosen=way />
            <p class="hint"><a href=format!("/my/cards?next=/orders/{id}")>{t!("manage-cards")}</a></p>
        }
    });
    view! {
        <form action="/fn/payment/pay" method="post">
            <input type="hidden" name="order" value=id />
            {ways}
            <button class="button primary">{t!("pay", total = won(amount))}</button>
        </form>
    }
}

/// Money may have been taken: whoever paid again now could pay twice.
#[component]
fn Checking(order: String) -> impl IntoView {
    view! {
        <section class="notice checking" role="status">
            <p><strong>{t!("payment-checking")}</strong></p>
            <p>{t!("payment-checking-note")}</p>
            <p><a class="button" href=format!("/orders/{order}")>{t!("look-again")}</a></p>
        </section>
    }
}

/// Why an order that could not be paid is canceled, and where everything went.
#[component]
pub(super) fn Refused(
    /// Its card payments.
    payments: Vec<PaymentView>,
) -> impl IntoView {
    let failed = payments.iter().rfind(|payment| payment.state == PaymentState::Failed);
    let why = failed.map(|payment| format!("{}: {}", say::card_of(payment), say::refusal(&payment.failure)));
    view! {
        <section class="notice bad" role="alert">
            <p><strong>{t!("payment-refused")}</strong></p>
            <p>{why}</p>
            <p>{t!("payment-refused-note")}</p>
            <p><a class="button" href="/cart">{t!("view-cart")}</a></p>
        </section>
    }
}
