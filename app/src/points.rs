//! Points: charging, balance and history.

use contract::{
    Failure,
    form::Flaws,
    money::{grouped, won},
    payment::{PaymentState, Way},
};
use domain::{
    Shop,
    member::Shopper,
    payment::{self, PaymentView, Started},
    points,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use crate::{
    account::Tabs,
    context::{origin, own_path, shop, shopper},
    form::{Field, Returned, Sent, answer, query_value, returned},
    page::{Head, page, refresh},
    payment::{
        PayWay, Ways,
        begin::going,
        page::{charge_path, keep_next},
        say,
    },
    text::{self, t},
};

/// A page that waits for a payment is loaded anew after so many seconds.
const LOOK_AGAIN: &str = "5";
/// Points that run out within so many days are told.
const EXPIRING_DAYS: i64 = 30;

/// Charges the wallet by card. The form's key makes a double click charge once.
#[server(prefix = "/fn", endpoint = "points/charge")]
async fn charge(
    #[server(default)] amount: String,
    #[server(default)] key: String,
    #[server(default)] way: String,
    #[server(default)] next: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, shopper) = (shop()?, shopper()?);
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let won = shop.policy.points.charge(&amount).map_err(|flaw| Failure::Invalid(Flaws::one("amount", flaw)))?;
        let way = Way::parse(&way).ok_or(Failure::BadRequest)?;
        match payment::charge_points(&shop, &shopper, key, won, way, &origin()).await? {
            Started::Settled(_, PaymentState::Paid) if !next.is_empty() => Ok(own_path(&next).to_owned()),
            Started::Page(payment) => {
                if !next.is_empty() {
                    keep_next(payment, own_path(&next)).await?;
                }
                Ok(going(payment))
            }
            Started::Settled(payment, _) => Ok(charge_path(payment)),
        }
    };
    let outcome = outcome.await;
    let page = match own_path(&next) {
        "/" => "/my/points".to_owned(),
        next => format!("/my/points?next={}", query_value(next)),
    };
    let mut fields = vec![("amount", amount.as_str()), ("way", &way)];
    // The key comes back too: what was not answered must not be charged again under a new one. What
    // was refused is over, and the same key would find it again.
    if !matches!(outcome, Err(Failure::PaymentRefused | Failure::GatewayUnavailable)) {
        fields.push(("key", &key));
    }
    answer(Sent { form: "points/charge", page: &page, fields: &fields }, outcome).await
}

/// Balance, charging and history.
#[component]
pub(crate) fn PointsPage() -> impl IntoView {
    let (charge, before, next) = use_query_map().with_untracked(|query| {
        let before = query.get("before").and_then(|word| word.parse::<i64>().ok());
        (query.get("charge"), before, query.get("next").unwrap_or_default())
    });
    page(async move {
        let (shop, shopper) = (shop()?, shopper()?);
        let balance = points::balance(&shop, &shopper).await?;
        let to_earn = points::to_earn(&shop, &shopper).await?;
        let expiring = points::expiring(&shop, &shopper, EXPIRING_DAYS).await?;
        let mut entries = points::history(&shop, &shopper, before, points::PAGE).await?;
        let charged = charged(&shop, &shopper, charge).await?;
        let cards = if shop.takes_cards() { Some(payment::cards(&shop, &shopper).await?) } else { None };
        let checking = charged.as_ref().is_some_and(is_checked);
        if checking {
            refresh(LOOK_AGAIN);
        }
        let charging = match cards {
            Some(cards) => view! { <Charge shop=shop.clone() ways=say::by_card(cards) next /> }.into_any(),
            None => view! { <p class="notice">{t!("charging-closed")}</p> }.into_any(),
        };
        let further = usize::try_from(points::PAGE).is_ok_and(|page| entries.len() > page);
        entries.truncate(usize::try_from(points::PAGE).unwrap_or(usize::MAX));
        let older = entries.last().filter(|_| further).map(|last| {
            view! { <p><a href=format!("/my/points?before={}", last.id)>{t!("older")}</a></p> }
        });
        let rows = entries
            .into_iter()
            .map(|entry| {
                let sign = if entry.amount > 0 { "+" } else { "" };
                let order = entry.order_id.map(|id| view! { <a href=format!("/orders/{id}")>{t!("view-order")}</a> });
                let until = entry.expires_on.map(|day| t!("points-until", day = day.to_string()));
                let about = until.or((!entry.reason.is_empty()).then_some(entry.reason));
                let about = about.map(|about| view! { <small>{about}</small> });
                view! {
                    <tr>
                        <td>{text::time(entry.created_at)}</td>
                        <td>{text::points_kind(entry.kind)} " " {order} {about}</td>
                        <td class="number">{format!("{sign}{}", won(entry.amount))}</td>
                        <td class="number">{won(entry.balance_after)}</td>
                    </tr>
                }
            })
            .collect_view();
        Ok(view! {
            <Head title=t!("points") private=true />
            <h1>{t!("points")}</h1>
            <Tabs />
            {charged.map(|payment| view! { <Charged payment /> })}
            <p class="wallet">{t!("points-balance")} " " <strong data-testid="balance">{won(balance)}</strong></p>
            {(to_earn > 0).then(|| view! {
                <p class="notice">{t!("to-earn")} " " <strong data-testid="to-earn">{won(to_earn)}</strong></p>
            })}
            <Expiring lots=expiring />
            // What is typed would be lost whenever the page looks again.
            {(!checking).then(|| view! {
                <section class="narrow">
                    <h2>{t!("charge-points")}</h2>
                    {charging}
                </section>
            })}
            <section>
                <h2>{t!("history")}</h2>
                <div class="scroll" tabindex="0" role="region" aria-label=t!("history")>
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
                </div>
                {older}
            </section>
        }
        .into_any())
    })
}

/// The charge that the page is asked to tell about.
async fn charged(shop: &Shop, shopper: &Shopper, charge: Option<String>) -> Result<Option<PaymentView>, Failure> {
    let Some(id) = charge.and_then(|id| id.parse().ok()) else { return Ok(None) };
    match payment::find(shop, shopper, id).await.map_err(Failure::from) {
        Ok(payment) => Ok(Some(payment)),
        Err(Failure::NotFound) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Whether it is not known yet what has become of a charge, and the shopper can do nothing about it.
fn is_checked(payment: &PaymentView) -> bool {
    payment.state == PaymentState::Unknown || payment.state == PaymentState::Pending && payment.page.is_none()
}

/// What has become of a charge.
#[component]
fn Charged(payment: PaymentView) -> impl IntoView {
    let card = say::card_of(&payment);
    match payment.state {
        PaymentState::Paid => view! { <p class="notice good" role="status">{t!("charged")}</p> }.into_any(),
        PaymentState::Pending if payment.page.is_some() => view! {
            <p class="notice" role="status">{t!("paying")} " " <a href=going(payment.id)>{t!("go-on-paying")}</a></p>
        }
        .into_any(),
        PaymentState::Pending | PaymentState::Unknown => view! {
            <section class="notice checking" role="status">
                <p><strong>{t!("payment-checking")}</strong></p>
                <p>{t!("charge-checking-note")}</p>
                <p><a class="button small" href=charge_path(payment.id)>{t!("look-again")}</a></p>
            </section>
        }
        .into_any(),
        PaymentState::Failed => view! {
            <section class="notice bad" role="alert">
                <p>{t!("charge-refused")}</p>
                <p>{card} ": " {say::refusal(&payment.failure)}</p>
            </section>
        }
        .into_any(),
        PaymentState::Canceled if payment.canceled > 0 => view! {
            <p class="notice bad" role="alert">{t!("charge-undone", amount = won(payment.canceled), card = card)}</p>
        }
        .into_any(),
        PaymentState::Canceled => view! { <p class="notice" role="status">{t!("turned-back")}</p> }.into_any(),
    }
}

#[component]
fn Charge(shop: Shop, ways: Vec<PayWay>, next: String) -> impl IntoView {
    let form: Returned = returned("points/charge");
    let key = form.value("key", &Uuid::now_v7().to_string());
    let way = say::chosen(form.typed("way"), &ways);
    let policy = shop.policy.points;
    let cards = match next.as_str() {
        "" => "/my/cards?next=/my/points".to_owned(),
        next => format!("/my/cards?next={}", query_value(&format!("/my/points?next={}", query_value(next)))),
    };
    // What is said of orders does not fit here.
    let summary = match form.failure() {
        Some(Failure::PaymentRefused) => {
            view! { <p class="notice bad" role="alert">{t!("charge-refused")} " " {t!("charge-otherwise")}</p> }
                .into_any()
        }
        _ => form.summary().into_any(),
    };
    view! {
        {summary}
        <form action="/fn/points/charge" method="post">
            <input type="hidden" name="key" value=key />
            <input type="hidden" name="next" value=next />
            <Field
                name="amount"
                label=t!("amount")
                form=form
                inputmode="numeric"
                required=true
                hint=t!("amount-hint", min = grouped(policy.charge_min), max = grouped(policy.charge_max))
            />
            <Ways legend=t!("ways") ways chosen=way />
            <p class="hint"><a href=cards>{t!("manage-cards")}</a></p>
            <button class="button primary">{t!("charge-points")}</button>
        </form>
    }
}

#[component]
fn Expiring(lots: Vec<points::Lot>) -> impl IntoView {
    let items = lots
        .into_iter()
        .map(|lot| view! { <li>{t!("points-expiring", amount = won(lot.amount), day = lot.expires_on.to_string())}</li> })
        .collect_view();
    (!items.is_empty()).then(|| view! { <ul class="notice expiring">{items}</ul> })
}
