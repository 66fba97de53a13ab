//! Everybody's card payments: where each stands, and the money on its way back to cards.

mod acts;
mod file;

use contract::{
    form::Flaw,
    money::{grouped, won},
    order::order_number,
    payment::PaymentState,
    system::read_day,
    table::{PAGE, Rows},
    when::kst_date,
};
use domain::payment::list::{self, CardPayment, Filter, MOST_OPEN, Sought, Sum, Waiting};
use leptos::prelude::*;
use time::Date;

use super::system::{Pick, Reads, number, ways};
use crate::{
    context::shop,
    desk::{
        staff,
        table::{Asked, TableBox, Turn},
    },
    form::{Field, Returned, returned},
    page::{Head, page},
    text::{self, t},
    words,
};

pub(super) use file::PaymentsFile;

/// Every state, those that wait for an answer first.
const STATES: [PaymentState; 5] =
    [PaymentState::Unknown, PaymentState::Pending, PaymentState::Paid, PaymentState::Failed, PaymentState::Canceled];

/// The payments, the latest first.
#[component]
pub(crate) fn PaymentsPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let ways = ways().await;
        let (filter, reads) = filter(&asked);
        let Rows { rows, next } = if reads.is_wrong() {
            Rows { rows: vec![], next: None }
        } else {
            list::list(&shop, &staff, &filter, asked.after().as_ref(), PAGE).await?
        };
        let day = filter.day.unwrap_or_else(|| kst_date(shop.now()));
        let sums = list::sums(&shop, &staff, day).await?;
        let undecided = list::undecided(&shop, &staff).await?;
        let waiting = list::waiting(&shop, &staff).await?;
        let here = asked.itself();
        let refused = returned(acts::FORM);
        let saved = saved(asked.get("saved"));
        let none = rows.is_empty().then(|| view! { <p class="empty">{t!("sys-payments-none")}</p> });
        let rows = rows.into_iter().map(|payment| view! { <Row payment here=here.clone() /> }).collect_view();
        Ok(view! {
            <Head title=t!("sys-payments") private=true />
            <h1>{t!("sys-payments")}</h1>
            {ways}
            {refused.summary()}
            {saved.map(|(good, sentence)| view! { <p class=if good { "notice good" } else { "notice bad" } role="status">{sentence}</p> })}
            {reads.told()}
            <Sums day sums undecided />
            <Back waiting here=here.clone() />
            <section>
                <h2>{t!("sys-card-payments")}</h2>
                <Filters asked=asked.clone() />
                <TableBox label=t!("sys-card-payments")>
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">{t!("when")}</th>
                                <th scope="col">{t!("sys-for")}</th>
                                <th scope="col">{t!("axis-payment")}</th>
                                <th scope="col" class="number">{t!("amount")}</th>
                                <th scope="col" class="number">{t!("sys-back")}</th>
                                <th scope="col">{t!("sys-card")}</th>
                                <th scope="col">{t!("sys-code")}</th>
                                <th scope="col" class="number">{t!("sys-asked")}</th>
                                <th scope="col">{t!("sys-gateway-key")}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </TableBox>
                {none}
                <Turn asked next csv=true />
            </section>
        }
        .into_any())
    })
}

/// What the URL asks for, and what of it cannot be read.
pub(super) fn filter(asked: &Asked) -> (Filter, Reads) {
    let mut reads = Reads::default();
    let filter = Filter {
        state: words::read(asked.get("status")),
        day: reads.get(asked, "day", t!("sys-day"), read_day),
        order: reads.get(asked, "order", t!("sys-order"), |typed| Sought::parse(typed).ok_or(Flaw::Unknown)),
        amount: reads.get(asked, "amount", t!("amount"), number),
    };
    (filter, reads)
}

/// What came of what was asked for.
fn saved(word: &str) -> Option<(bool, String)> {
    match word {
        "" => None,
        "went" => Some((true, t!("sys-went"))),
        "waits" => Some((false, t!("sys-waits"))),
        state => {
            let state: PaymentState = words::read(state)?;
            Some((!state.is_open(), t!("sys-stands", state = words::payment_state(state))))
        }
    }
}

#[component]
fn Filters(asked: Asked) -> impl IntoView {
    let states = STATES.iter().map(|state| (words::word(*state), words::payment_state(*state))).collect();
    let chosen = asked.get("status").to_owned();
    view! {
        <form class="filters" method="get">
            <Pick name="status" label=t!("axis-payment") chosen options=states />
            <Field name="day" label=t!("sys-day") kind="date" form=Returned::default() value=asked.get("day") />
            <Field name="order" label=t!("sys-order") form=Returned::default() value=asked.get("order") />
            <Field name="amount" label=t!("amount") inputmode="numeric" form=Returned::default() value=asked.get("amount") />
            <button class="button">{t!("sys-filter")}</button>
        </form>
    }
}

#[component]
fn Sums(day: Date, sums: Vec<Sum>, undecided: (i64, i64)) -> impl IntoView {
    let (unknown, pending) = undecided;
    let open = [("unknown", PaymentState::Unknown, unknown), ("pending", PaymentState::Pending, pending)];
    let open = open.into_iter().map(|(word, state, count)| {
        let href = format!("/staff/payments?status={word}");
        view! { <div><dt><a href=href>{words::payment_state(state)}</a></dt><dd>{grouped(count)}</dd></div> }
    });
    let open: Vec<_> = open.collect();
    let rows = sums.into_iter().map(|sum| {
        let count = t!("sys-count", count = grouped(sum.count));
        view! { <div><dt>{words::payment_state(sum.state)} " · " {count}</dt><dd>{won(sum.amount)}</dd></div> }
    });
    let rows: Vec<_> = rows.collect();
    let none = rows.is_empty().then(|| view! { <p class="hint">{t!("sys-payments-none")}</p> });
    view! {
        <div class="panels">
            <section class="panel">
                <h2>{t!("sys-open-now")}</h2>
                <dl class="figures">{open}</dl>
            </section>
            <section class="panel">
                <h2>{t!("sys-sums-of", day = day.to_string())}</h2>
                <dl class="figures">{rows}</dl>
                {none}
            </section>
        </div>
    }
}

#[component]
fn Back(waiting: Vec<Waiting>, here: String) -> impl IntoView {
    if waiting.is_empty() {
        return ().into_any();
    }
    let most = usize::try_from(MOST_OPEN).unwrap_or(usize::MAX);
    let further =
        (waiting.len() > most).then(|| view! { <p class="hint">{t!("sys-refunds-further", count = MOST_OPEN)}</p> });
    let rows = waiting.into_iter().take(most).map(|one| view! { <BackRow one here=here.clone() /> }).collect_view();
    view! {
        <section>
            <h2>{t!("sys-refunds-waiting")}</h2>
            <TableBox label=t!("sys-refunds-waiting")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("when")}</th>
                            <th scope="col">{t!("sys-for")}</th>
                            <th scope="col" class="number">{t!("amount")}</th>
                            <th scope="col" class="number">{t!("letter-attempts")}</th>
                            <th scope="col">{t!("letter-error")}</th>
                            <th scope="col">{t!("sys-next-try")}</th>
                            <th scope="col">{t!("redrive")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {further}
        </section>
    }
    .into_any()
}

#[component]
fn BackRow(one: Waiting, here: String) -> impl IntoView {
    let what = match one.order {
        Some(order) => view! { <a href=format!("/staff/orders/{order}")>{t!("view-order")}</a> }.into_any(),
        None => view! { <a href=format!("/staff/payments?order={}", one.payment)>{t!("sys-charge")}</a> }.into_any(),
    };
    view! {
        <tr class=(one.attempts > 1).then_some("wrong")>
            <td>{text::time(one.created_at)}</td>
            <th scope="row">{what}</th>
            <td class="number">{won(one.amount)}</td>
            <td class="number">{one.attempts}</td>
            <td class="long">{one.error}</td>
            <td>{text::time(one.try_at)}</td>
            <td>
                <form action="/fn/staff/card-refund" method="post">
                    <input type="hidden" name="id" value=one.id.to_string() />
                    <input type="hidden" name="next" value=here />
                    <button class="button small">{t!("sys-try-now")}</button>
                </form>
            </td>
        </tr>
    }
}

#[component]
fn Row(payment: CardPayment, here: String) -> impl IntoView {
    let what = match payment.order {
        Some((id, at)) => view! { <a href=format!("/staff/orders/{id}")>{order_number(id, at)}</a> }.into_any(),
        None => view! { {t!("sys-charge")} }.into_any(),
    };
    let ask = payment.state.is_open().then(|| {
        view! {
            <form action="/fn/staff/payment-ask" method="post">
                <input type="hidden" name="id" value=payment.id.to_string() />
                <input type="hidden" name="next" value=here />
                <button class="button small">{t!("sys-ask-now")}</button>
            </form>
        }
    });
    let back = if payment.canceled > 0 { won(payment.canceled) } else { "–".to_owned() };
    view! {
        <tr class=(payment.state == PaymentState::Unknown).then_some("wrong")>
            <td>{text::time(payment.created_at)}</td>
            <th scope="row">{what}</th>
            <td>{words::payment_state(payment.state)} {ask}</td>
            <td class="number">{won(payment.amount)}</td>
            <td class="number">{back}</td>
            <td>{payment.brand} " " {payment.last4}</td>
            <td>{payment.failure}</td>
            <td class="number">{payment.checks}</td>
            <td class="id"><code>{payment.key}</code></td>
        </tr>
    }
}
