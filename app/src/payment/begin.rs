//! Where paying begins: the doorway of an unpaid order's form, and what it shares with others.

use contract::{
    Failure, Won,
    order::OrderId,
    payment::{PaymentId, PaymentState, Way},
};
use domain::{
    order,
    payment::{self, Started},
};
use leptos::prelude::*;

use super::say::POINTS;
use crate::{
    context::{is_plain_form, origin, shop, shopper},
    order::detail::act,
};

/// Pays what is left of a held order, in the way that was chosen.
#[server(prefix = "/fn", endpoint = "payment/pay")]
async fn pay(#[server(default)] order: String, #[server(default)] way: String) -> Result<(), Failure> {
    let outcome = async {
        let id: OrderId = order.parse().map_err(|_| Failure::NotFound)?;
        match way.as_str() {
            "" | POINTS => {
                order::pay(&shop()?, &shopper()?, id).await?;
                Ok(complete(id))
            }
            way => pay_by_card(id, Way::parse(way).ok_or(Failure::BadRequest)?, None).await,
        }
    };
    tell(&order, outcome.await).await
}

/// Answers a form that has begun to pay an order.
pub(crate) async fn tell(order: &str, outcome: Result<String, Failure>) -> Result<(), Failure> {
    let outcome = match outcome {
        // The order's page tells it, and what has become of the order since.
        Err(Failure::PaymentRefused | Failure::PaymentChecking) if is_plain_form() => Ok(format!("/orders/{order}")),
        outcome => outcome,
    };
    act(order, outcome).await
}

/// Begins to pay what is left of an order by card: so many won, where the shopper was told. Answers
/// where to go on.
pub(crate) async fn pay_by_card(order: OrderId, way: Way, expected: Option<Won>) -> Result<String, Failure> {
    match payment::pay_order(&shop()?, &shopper()?, order, way, expected, &origin()).await? {
        Started::Page(payment) | Started::Settled(payment, PaymentState::Pending) => Ok(going(payment)),
        Started::Settled(_, PaymentState::Paid | PaymentState::Unknown) => Ok(complete(order)),
        Started::Settled(_, PaymentState::Failed) => Err(Failure::PaymentRefused),
        Started::Settled(_, PaymentState::Canceled) => Ok(format!("/orders/{order}")),
    }
}

/// The page between the shop and the gateway's page.
pub(crate) fn going(payment: PaymentId) -> String {
    format!("/pay/{payment}")
}

/// The page of an order that is done.
pub(crate) fn complete(order: OrderId) -> String {
    format!("/orders/{order}/complete")
}
