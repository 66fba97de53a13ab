//! What the neighbors told by webhook, as they told it; and what was turned away at the door.

use async_trait::async_trait;
use contract::{
    Failure,
    money::grouped,
    system::{Source, read_day},
    table::{Cursor, PAGE, Rows},
    when,
};
use domain::{
    Shop,
    member::Staff,
    pulse::{Refused, Turned},
    webhook::{self, Filter, Told},
};
use leptos::prelude::*;

use super::system::{Body, Pick, Reads, uuid, ways};
use crate::{
    context::shop,
    desk::{
        download::{CHUNK, Download},
        staff,
        table::{Asked, TableBox, Turn},
    },
    form::{Field, Returned},
    page::{Head, page},
    text::{self, t},
    words,
};

/// The webhooks, the latest first.
#[component]
pub(crate) fn WebhooksPage() -> impl IntoView {
    let asked = Asked::here();
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let ways = ways().await;
        let (filter, reads) = filter(&asked);
        let Rows { rows, next } = if reads.is_wrong() {
            Rows { rows: vec![], next: None }
        } else {
            webhook::list(&shop, &staff, &filter, asked.after().as_ref(), PAGE).await?
        };
        let vitals = shop.pulse().vitals();
        let none = rows.is_empty().then(|| view! { <p class="empty">{t!("sys-webhooks-none")}</p> });
        let rows = rows.into_iter().map(|told| view! { <Row told /> }).collect_view();
        let sources = Source::ALL.iter().map(|own| (words::word(*own), source(*own))).collect();
        let chosen = asked.get("source").to_owned();
        Ok(view! {
            <Head title=t!("sys-webhooks") private=true />
            <h1>{t!("sys-webhooks")}</h1>
            {ways}
            {reads.told()}
            <form class="filters" method="get">
                <Pick name="source" label=t!("sys-source") chosen options=sources />
                <Field name="day" label=t!("sys-day") kind="date" form=Returned::default() value=asked.get("day") />
                <Field name="payment" label=t!("sys-payment-id") form=Returned::default() value=asked.get("payment") />
                <Field name="message" label=t!("sys-message-id") form=Returned::default() value=asked.get("message") />
                <button class="button">{t!("sys-filter")}</button>
            </form>
            <TableBox label=t!("sys-webhooks")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("when")}</th>
                            <th scope="col">{t!("sys-source")}</th>
                            <th scope="col">{t!("sys-about")}</th>
                            <th scope="col">{t!("sys-message-id")}</th>
                            <th scope="col">{t!("letter-payload")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {none}
            <Turn asked next csv=true />
            <section>
                <h2>{t!("sys-refused")}</h2>
                <p>{t!("sys-refused-note", count = grouped(i64::try_from(vitals.refusals).unwrap_or(i64::MAX)))}</p>
                <RefusedOnes refused=vitals.refused.into() />
            </section>
        }
        .into_any())
    })
}

/// What the URL asks for, and what of it cannot be read.
pub(in crate::staff) fn filter(asked: &Asked) -> (Filter, Reads) {
    let mut reads = Reads::default();
    let filter = Filter {
        source: words::read(asked.get("source")),
        day: reads.get(asked, "day", t!("sys-day"), read_day),
        payment: reads.get(asked, "payment", t!("sys-payment-id"), uuid),
        message: asked.get("message").to_owned(),
    };
    (filter, reads)
}

#[component]
fn Row(told: Told) -> impl IntoView {
    let payment = told.payment.map(|id| {
        view! { <a href=format!("/staff/payments?order={id}")>{t!("sys-this-payment")}</a> " " }
    });
    let parcel = told.tracking_number.map(|number| view! { <code>{number}</code> " " });
    let order = told.order.map(|id| view! { <a href=format!("/staff/orders/{id}")>{t!("view-order")}</a> });
    view! {
        <tr>
            <td>{text::time(told.received_at)}</td>
            <td>{source(told.source)}</td>
            <td>{payment} {parcel} {order}</td>
            <th scope="row" class="id"><code>{told.message}</code></th>
            <td><Body text=told.body /></td>
        </tr>
    }
}

#[component]
fn RefusedOnes(refused: Vec<Refused>) -> impl IntoView {
    if refused.is_empty() {
        return view! { <p class="empty">{t!("sys-refused-none")}</p> }.into_any();
    }
    let rows = refused.into_iter().map(|one| {
        let why = match one.why {
            Turned::Signature => t!("sys-turned-signature"),
            Turned::Old => t!("sys-turned-old"),
            Turned::Unreadable => t!("sys-turned-unreadable"),
        };
        view! {
            <tr>
                <td>{text::time(one.at)}</td>
                <td>{source(one.source)}</td>
                <td>{why}</td>
                <th scope="row" class="id"><code>{one.message}</code></th>
                <td><Body text=one.body /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <TableBox label=t!("sys-refused")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t!("when")}</th>
                        <th scope="col">{t!("sys-source")}</th>
                        <th scope="col">{t!("why")}</th>
                        <th scope="col">{t!("sys-message-id")}</th>
                        <th scope="col">{t!("letter-payload")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableBox>
    }
    .into_any()
}

fn source(source: Source) -> String {
    match source {
        Source::Gateway => t!("sys-gateway"),
        Source::Carrier => t!("sys-carrier"),
    }
}

/// The same list as a file.
pub(in crate::staff) struct WebhooksFile {
    pub shop: Shop,
    pub staff: Staff,
    pub filter: Filter,
}

#[async_trait]
impl Download for WebhooksFile {
    type Row = Told;

    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn head(&self) -> Vec<String> {
        vec![
            t!("when"),
            t!("sys-source"),
            t!("sys-payment-id"),
            t!("sys-tracking-number"),
            t!("sys-order-id"),
            t!("sys-message-id"),
            t!("letter-payload"),
        ]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Told>, Failure> {
        Ok(webhook::list(&self.shop, &self.staff, &self.filter, after.as_ref(), CHUNK).await?)
    }

    fn cells(&self, row: Told) -> Vec<String> {
        vec![
            when::kst(row.received_at),
            source(row.source),
            row.payment.map(|id| id.to_string()).unwrap_or_default(),
            row.tracking_number.unwrap_or_default(),
            row.order.map(|id| id.to_string()).unwrap_or_default(),
            row.message,
            row.body,
        ]
    }
}
