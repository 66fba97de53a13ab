//! The step to the gateway's page, and the pages that the gateway sends the shopper back to.

use contract::{
    Failure, Won,
    money::won,
    payment::{PaymentId, PaymentState},
};
use domain::payment::{self, PaymentView};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::begin::complete;
use crate::{
    context::{key, session, shop, shopper, store_failed},
    order::detail::asked,
    page::{Head, page, refresh, send_to},
    text::t,
};

/// The page that goes on to the gateway's page.
#[component]
pub(crate) fn PayPage() -> impl IntoView {
    let id = asked();
    page(async move {
        let payment = payment::find(&shop()?, &shopper()?, parse(&id)?).await?;
        let Some(href) = payment.page.clone().filter(|_| payment.state == PaymentState::Pending) else {
            send_to(&after(&payment).await?);
            return Ok(().into_any());
        };
        let back = match payment.order {
            Some(order) => format!("/orders/{order}"),
            None => charge_path(payment.id),
        };
        Ok(view! { <GoingOn title=t!("going-to-pay") about=won(payment.amount) href back /> }.into_any())
    })
}

/// The shopper comes back having agreed to pay.
#[component]
pub(crate) fn ReturnPage() -> impl IntoView {
    let id = asked();
    let (key, amount) = use_query_map().with_untracked(|query| (query.get("paymentKey"), query.get("amount")));
    page(async move {
        let (shop, shopper) = (shop()?, shopper()?);
        let key = key.ok_or(Failure::BadRequest)?;
        let amount: Won = amount.and_then(|amount| amount.parse().ok()).ok_or(Failure::BadRequest)?;
        let payment = payment::agreed(&shop, &shopper, parse(&id)?, &key, amount).await?;
        send_to(&after(&payment).await?);
        Ok(().into_any())
    })
}

/// The shopper comes back without having paid.
#[component]
pub(crate) fn FailPage() -> impl IntoView {
    let id = asked();
    page(async move {
        let payment = payment::turned_back(&shop()?, &shopper()?, parse(&id)?).await?;
        let next = match payment.order {
            // Only who comes from here is told so.
            Some(order) if payment.state == PaymentState::Canceled => format!("/orders/{order}?back={}", payment.id),
            _ => after(&payment).await?,
        };
        send_to(&next);
        Ok(().into_any())
    })
}

/// Goes on to a page of the gateway. A form that was answered with a redirect to there would be
/// stopped by the policy that forms stay in the shop; a page that goes on by itself is not, with
/// scripts or without.
#[component]
pub(super) fn GoingOn(
    /// Where it goes.
    #[prop(into)]
    title: String,
    /// What it is about.
    #[prop(into)]
    about: String,
    /// The gateway's page.
    href: String,
    /// The shop's page, for who does not want to.
    back: String,
) -> impl IntoView {
    refresh(&format!("0;url={href}"));
    view! {
        <Head title=title.clone() private=true />
        <section class="complete going">
            <h1>{title}</h1>
            <p><strong>{about}</strong></p>
            <p>{t!("going-note")}</p>
            <p><a class="button primary" href=href>{t!("going-on")}</a> " " <a class="button" href=back>{t!("go-back")}</a></p>
        </section>
    }
}

/// Keeps where a charge of the wallet leads on to: the gateway's page is in between.
pub(crate) async fn keep_next(payment: PaymentId, next: &str) -> Result<(), Failure> {
    session()?.insert(key::NEXT, (payment, next)).await.map_err(store_failed)
}

/// The page that shows what became of a charge of the wallet.
pub(crate) fn charge_path(payment: PaymentId) -> String {
    format!("/my/points?charge={payment}")
}

/// The page that shows what became of a payment.
async fn after(payment: &PaymentView) -> Result<String, Failure> {
    let paid = payment.state == PaymentState::Paid;
    if let Some(order) = payment.order {
        return Ok(if paid { complete(order) } else { format!("/orders/{order}") });
    }
    let kept = session()?.get::<(PaymentId, String)>(key::NEXT).await.map_err(store_failed)?;
    let next = kept.filter(|(of, _)| *of == payment.id).map(|(_, next)| next);
    Ok(next.filter(|_| paid).unwrap_or_else(|| charge_path(payment.id)))
}

fn parse(id: &str) -> Result<PaymentId, Failure> {
    id.parse().map_err(|_| Failure::NotFound)
}
