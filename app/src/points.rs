//! Points: charging, balance and history.

use contract::{
    Failure,
    form::Flaws,
    money::{grouped, won},
};
use domain::points;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use crate::{
    account::Tabs,
    context::{own_path, shop, shopper},
    form::{Field, Sent, answer, returned},
    page::{Head, page},
    text::{self, t},
};

/// Points that run out within so many days are told.
const EXPIRING_DAYS: i64 = 30;

/// Charges the wallet. The form's key makes a double click charge once.
#[server(prefix = "/fn", endpoint = "points/charge")]
async fn charge(
    #[server(default)] amount: String,
    #[server(default)] key: String,
    #[server(default)] next: String,
) -> Result<(), Failure> {
    let outcome = async {
        let (shop, shopper) = (shop()?, shopper()?);
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        let won = shop.policy.points.charge(&amount).map_err(|flaw| Failure::Invalid(Flaws::one("amount", flaw)))?;
        points::charge(&shop, &shopper, key, won).await?;
        Ok(if next.is_empty() { "/my/points?charged=1".to_owned() } else { own_path(&next).to_owned() })
    };
    let page = match own_path(&next) {
        "/" => "/my/points".to_owned(),
        next => format!("/my/points?next={}", crate::form::query_value(next)),
    };
    // The key comes back too: what was not answered must not be charged again under a new one.
    let fields = [("amount", amount.as_str()), ("key", &key)];
    answer(Sent { form: "points/charge", page: &page, fields: &fields }, outcome.await).await
}

/// Balance, charging and history.
#[component]
pub(crate) fn PointsPage() -> impl IntoView {
    let (charged, before, next) = use_query_map().with_untracked(|query| {
        let before = query.get("before").and_then(|word| word.parse::<i64>().ok());
        (query.get("charged").is_some(), before, query.get("next").unwrap_or_default())
    });
    page(async move {
        let (shop, shopper) = (shop()?, shopper()?);
        let balance = points::balance(&shop, &shopper).await?;
        let expiring = points::expiring(&shop, &shopper, EXPIRING_DAYS).await?;
        let mut entries = points::history(&shop, &shopper, before).await?;
        let form = returned("points/charge");
        let key = form.value("key", &Uuid::now_v7().to_string());
        let policy = shop.policy.points;
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
            {charged.then(|| view! { <p class="notice good" role="status">{t!("charged")}</p> })}
            <p class="wallet">{t!("points-balance")} " " <strong data-testid="balance">{won(balance)}</strong></p>
            <Expiring lots=expiring />
            <section class="narrow">
                <h2>{t!("charge-points")}</h2>
                {form.summary()}
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
                    <button class="button primary">{t!("charge-points")}</button>
                </form>
            </section>
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

#[component]
fn Expiring(lots: Vec<points::Lot>) -> impl IntoView {
    let items = lots
        .into_iter()
        .map(|lot| view! { <li>{t!("points-expiring", amount = won(lot.amount), day = lot.expires_on.to_string())}</li> })
        .collect_view();
    (!items.is_empty()).then(|| view! { <ul class="notice expiring">{items}</ul> })
}
