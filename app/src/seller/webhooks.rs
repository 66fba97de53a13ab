//! Webhooks of sellers: the list; a new one, one of them, and what was sent stand beside it.

pub(crate) mod acts;
mod fields;
pub(crate) mod message;
pub(crate) mod messages;
pub(crate) mod new;
pub(crate) mod one;
mod secret;

use contract::{
    Failure,
    subscription::{SubscriptionId, SubscriptionStatus, Topic},
    table::PAGE,
    when::kst,
};
use domain::subscription::{self, Filter, Subscription};
use leptos::prelude::*;
use time::OffsetDateTime;

use super::{Ways, operator};
use crate::{
    desk::table::{Asked, TableBox, Turn},
    form::returned,
    page::{Head, page},
    staff::system::Pick,
    text::{self, t},
    words,
};

/// The page of the list.
pub(crate) const LIST: &str = "/seller/webhooks";

fn parse_id(typed: &str) -> Result<SubscriptionId, Failure> {
    typed.parse().map_err(|_| Failure::NotFound)
}

/// The webhooks, the latest first: a seller's own, or everybody's for the staff.
#[component]
pub(crate) fn WebhooksPage() -> impl IntoView {
    let asked = Asked::here();
    let removed = !asked.get("removed").is_empty();
    page(async move {
        let (shop, operator) = operator().await?;
        let staff = operator.seller().is_none();
        let status = SubscriptionStatus::parse(asked.get("status"));
        let filter = Filter { seller: None, status };
        let found = subscription::list(&shop, &operator, &filter, asked.after().as_ref(), PAGE).await?;
        let none = found.rows.is_empty().then(|| view! { <p class="empty">{t!("hook-none")}</p> });
        let rows = found.rows.into_iter().map(|own| view! { <Row own staff /> }).collect_view();
        let statuses = SubscriptionStatus::ALL
            .into_iter()
            .map(|status| (status.word().to_owned(), words::subscription::status(status)))
            .collect();
        let chosen = asked.get("status").to_owned();
        let new = (!staff).then(|| {
            view! { <p><a class="button primary" href="/seller/webhooks/new">{t!("hook-new")}</a></p> }
        });
        Ok(view! {
            <Head title=t!("hooks") private=true />
            <h1>{t!("hooks")}</h1>
            <Ways operator />
            {returned("seller/webhooks").summary()}
            {removed.then(|| view! { <p class="notice good" role="status">{t!("hook-removed")}</p> })}
            <p class="lead">{t!("hooks-note")}</p>
            {new}
            <form class="filters" method="get" action=LIST>
                <Pick name="status" label=t!("hook-status") chosen options=statuses />
                <button class="button">{t!("sys-filter")}</button>
            </form>
            <TableBox label=t!("hooks")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("subscription-url")}</th>
                            {staff.then(|| view! { <th scope="col">{t!("hook-seller")}</th> })}
                            <th scope="col">{t!("subscription-topics")}</th>
                            <th scope="col">{t!("hook-status")}</th>
                            <th scope="col">{t!("hook-failing-since")}</th>
                            <th scope="col">{t!("hook-messages")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {none}
            <Turn asked next=found.next />
        }
        .into_any())
    })
}

#[component]
fn Row(own: Subscription, staff: bool) -> impl IntoView {
    let wrong = own.status == SubscriptionStatus::Failed || own.failing_since.is_some();
    let standing = words::subscription::standing(&own);
    let about = (!own.description.is_empty()).then(|| view! { <p class="hint">{own.description}</p> });
    view! {
        <tr class=wrong.then_some("wrong")>
            <th scope="row" class="long"><a href=format!("{LIST}/{}", own.id)>{own.url}</a>{about}</th>
            {staff.then(|| view! { <td>{own.seller_name}</td> })}
            <td class="long">{named(&own.topics)}</td>
            <td>{standing}</td>
            <td>{own.failing_since.map(text::time)}</td>
            <td><a href=format!("{LIST}/{}/messages", own.id)>{t!("hook-log")}</a></td>
        </tr>
    }
}

/// A time to the second.
fn exact(time: OffsetDateTime) -> String {
    format!("{}:{:02}", kst(time), time.second())
}

/// Topics in words, on one line.
fn named(topics: &[Topic]) -> String {
    topics.iter().map(|topic| words::subscription::topic(*topic)).collect::<Vec<_>>().join(", ")
}
