//! What one side has and the other does not: what each means, and what to do about it.

use async_trait::async_trait;
use contract::{
    Failure, Won,
    money::won,
    system::{Differs, Money},
    table::{Cursor, Rows},
    when,
};
use domain::{
    Shop,
    member::Staff,
    payment::reconcile::{self, Difference},
};
use leptos::prelude::*;

use super::super::system::Pick;
use crate::{
    desk::{
        download::{CHUNK, Download},
        table::{Asked, TableBox, Turn},
    },
    text::{self, t},
    words,
};

/// The differences of a run.
#[component]
pub(super) fn Differences(found: Rows<Difference>, asked: Asked) -> impl IntoView {
    let chosen = asked.get("differs").to_owned();
    if found.rows.is_empty() && chosen.is_empty() {
        return ().into_any();
    }
    let rows = found.rows.into_iter().map(|difference| view! { <Row difference /> }).collect_view();
    let kinds = Differs::ALL.iter().map(|kind| (words::word(*kind), differs(*kind))).collect();
    let run = asked.get("run").to_owned();
    view! {
        <section>
            <h2>{t!("sys-differences")}</h2>
            <form class="filters" method="get">
                <input type="hidden" name="run" value=run />
                <Pick name="differs" label=t!("sys-kind") chosen options=kinds />
                <button class="button">{t!("sys-filter")}</button>
            </form>
            <TableBox label=t!("sys-differences")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("sys-kind")}</th>
                            <th scope="col">{t!("sys-money")}</th>
                            <th scope="col">{t!("sys-for")}</th>
                            <th scope="col" class="number">{t!("sys-ours")}</th>
                            <th scope="col" class="number">{t!("sys-theirs")}</th>
                            <th scope="col">{t!("when")}</th>
                            <th scope="col">{t!("sys-what-to-do")}</th>
                            <th scope="col">{t!("sys-gateway-key")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            <Turn asked next=found.next csv=true />
        </section>
    }
    .into_any()
}

#[component]
fn Row(difference: Difference) -> impl IntoView {
    let payment = difference.payment.map(|id| {
        view! { <a href=format!("/staff/payments?order={id}")>{t!("sys-this-payment")}</a> " " }
    });
    let order = difference.order.map(|id| view! { <a href=format!("/staff/orders/{id}")>{t!("view-order")}</a> });
    let stranger = difference.payment.is_none().then(|| view! { <code>{difference.gateway_order.clone()}</code> });
    let state = difference.state.map(|state| format!(" ({})", words::payment_state(state)));
    view! {
        <tr>
            <th scope="row">{differs(difference.differs)}</th>
            <td>{money(difference.money)}</td>
            <td class="id">{payment} {order} {stranger} {state}</td>
            <td class="number">{amount(difference.ours)}</td>
            <td class="number">{amount(difference.theirs)}</td>
            <td>{text::time(difference.at)}</td>
            <td class="long advice">{advice(&difference)}</td>
            <td class="id"><code>{difference.gateway_key}</code></td>
        </tr>
    }
}

fn amount(amount: Option<Won>) -> String {
    amount.map_or_else(|| "–".to_owned(), won)
}

fn differs(differs: Differs) -> String {
    match differs {
        Differs::TheirsOnly => t!("sys-theirs-only"),
        Differs::OursOnly => t!("sys-ours-only"),
        Differs::Amount => t!("sys-amount-differs"),
        Differs::Status => t!("sys-status-differs"),
    }
}

fn money(money: Money) -> String {
    match money {
        Money::Taken => t!("sys-taken"),
        Money::Back => t!("sys-back"),
    }
}

/// What to do about it.
fn advice(difference: &Difference) -> String {
    match (difference.differs, difference.money) {
        (Differs::TheirsOnly, Money::Taken) => t!("sys-advice-theirs-taken"),
        (Differs::TheirsOnly, Money::Back) => t!("sys-advice-theirs-back"),
        (Differs::OursOnly, Money::Taken) => t!("sys-advice-ours-taken"),
        (Differs::OursOnly, Money::Back) => t!("sys-advice-ours-back"),
        (Differs::Amount, _) => t!("sys-advice-amount"),
        (Differs::Status, Money::Taken) => t!("sys-advice-status-taken"),
        (Differs::Status, Money::Back) => t!("sys-advice-status-back"),
    }
}

/// The same as a file.
pub(in crate::staff) struct DifferencesFile {
    pub shop: Shop,
    pub staff: Staff,
    pub run: i64,
    pub differs: Option<Differs>,
}

#[async_trait]
impl Download for DifferencesFile {
    type Row = Difference;

    fn name(&self) -> &'static str {
        "reconciliation"
    }

    fn head(&self) -> Vec<String> {
        vec![
            t!("sys-kind"),
            t!("sys-money"),
            t!("sys-payment-id"),
            t!("sys-order-id"),
            t!("sys-gateway-order"),
            t!("sys-ours"),
            t!("sys-theirs"),
            t!("axis-payment"),
            t!("when"),
            t!("sys-gateway-key"),
            t!("sys-what-to-do"),
        ]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Difference>, Failure> {
        Ok(reconcile::differences(&self.shop, &self.staff, self.run, self.differs, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: Difference) -> Vec<String> {
        let plain = |amount: Option<Won>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        let advice = advice(&row);
        vec![
            differs(row.differs),
            money(row.money),
            row.payment.map(|id| id.to_string()).unwrap_or_default(),
            row.order.map(|id| id.to_string()).unwrap_or_default(),
            row.gateway_order,
            plain(row.ours),
            plain(row.theirs),
            row.state.map(words::payment_state).unwrap_or_default(),
            when::kst(row.at),
            row.gateway_key,
            advice,
        ]
    }
}
