//! What was sent to the endpoint of a webhook, and what became of it.

use async_trait::async_trait;
use axum::{
    Extension,
    extract::{Path, State},
    http::request::Parts,
    response::Response,
};
use contract::{
    Failure,
    subscription::{DeliveryId, DeliveryStatus, SubscriptionId, SubscriptionStatus, Topic},
    table::{Cursor, PAGE, Rows},
};
use domain::{
    Shop,
    member::Operator,
    subscription::{self, About, Delivery, DeliveryFilter},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    super::{Ways, operator},
    LIST,
    acts::STEP,
    exact,
    message::{Resend, Subject, answered, came, why},
    parse_id,
};
use crate::{
    context::Visitor,
    desk::{
        download::{CHUNK, Download, failed, send},
        operator_of,
        table::{Asked, TableBox, Turn},
    },
    form::returned,
    page::{Head, page},
    staff::system::Pick,
    text::{self, t},
    words,
};

/// What the URL asks for.
fn filter(asked: &Asked) -> DeliveryFilter {
    DeliveryFilter { status: DeliveryStatus::parse(asked.get("status")), topic: Topic::parse(asked.get("topic")) }
}

/// The messages, the latest first.
#[component]
pub(crate) fn MessagesPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let asked = Asked::here();
    page(async move {
        let (shop, operator) = operator().await?;
        let own = subscription::find(&shop, &operator, parse_id(&id)?).await?;
        let found =
            subscription::deliveries(&shop, &operator, own.id, filter(&asked), asked.after().as_ref(), PAGE).await?;
        // Filtered, the list may not show it any more.
        let sent = match asked.get("sent").parse::<DeliveryId>() {
            Ok(sent) => subscription::delivery(&shop, &operator, sent).await.ok(),
            Err(_) => None,
        };
        let sent = sent.and_then(|sent| came(&sent.delivery));
        let asked = asked.without("sent");
        let active = own.status == SubscriptionStatus::Active;
        let back = asked.itself();
        let none = found.rows.is_empty().then(|| view! { <p class="empty">{t!("hook-messages-none")}</p> });
        let rows =
            found.rows.into_iter().map(|message| view! { <Row message active back=back.clone() /> }).collect_view();
        let itself = format!("{LIST}/{}", own.id);
        Ok(view! {
            <Head title=t!("hook-log") private=true />
            <h1>{t!("hook-log")}</h1>
            <Ways operator />
            {returned(STEP).summary()}
            {sent}
            <p class="facts"><a href=itself.clone()>{t!("hook")}</a> <span class="address">{own.url}</span></p>
            <Filters asked=asked.clone() action=format!("{itself}/messages") />
            <TableBox label=t!("hook-log")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("when")}</th>
                            <th scope="col">{t!("hook-topic")}</th>
                            <th scope="col">{t!("hook-about")}</th>
                            <th scope="col">{t!("hook-message-status")}</th>
                            <th scope="col" class="number">{t!("hook-attempts")}</th>
                            <th scope="col">{t!("hook-last-answer")}</th>
                            <th scope="col">{t!("hook-next-attempt")}</th>
                            <th scope="col">{t!("hook-resend")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
            {none}
            <Turn asked next=found.next csv=true />
        }
        .into_any())
    })
}

#[component]
fn Filters(asked: Asked, action: String) -> impl IntoView {
    let statuses = DeliveryStatus::ALL
        .into_iter()
        .map(|status| (status.word().to_owned(), words::subscription::message_status(status)))
        .collect();
    let topics = Topic::ALL
        .into_iter()
        .chain([Topic::Test])
        .map(|topic| (topic.word().to_owned(), words::subscription::topic(topic)))
        .collect();
    view! {
        <form class="filters" method="get" action=action>
            <Pick name="status" label=t!("hook-message-status") chosen=asked.get("status").to_owned() options=statuses />
            <Pick name="topic" label=t!("hook-topic") chosen=asked.get("topic").to_owned() options=topics />
            <button class="button">{t!("sys-filter")}</button>
        </form>
    }
}

#[component]
fn Row(message: Delivery, active: bool, back: String) -> impl IntoView {
    let wrong = matches!(message.status, DeliveryStatus::Failed | DeliveryStatus::Stopped);
    let answered = answered(&message);
    let standing = words::subscription::message_standing(&message);
    let about = message.about.map(|about| view! { <Subject about /> });
    let resend = active.then(|| view! { <Resend id=message.id back /> });
    view! {
        <tr class=wrong.then_some("wrong")>
            <th scope="row"><a href=format!("{LIST}/messages/{}", message.id)>{text::time(message.created_at)}</a></th>
            <td>{words::subscription::topic(message.topic)}</td>
            <td class="long">{about}</td>
            <td>{standing}</td>
            <td class="number">{message.attempts}</td>
            <td class="long">{answered}</td>
            <td>{message.next_attempt_at.map(text::time)}</td>
            <td>{resend}</td>
        </tr>
    }
}

/// The same list as a file.
struct MessagesFile {
    shop: Shop,
    by: Operator,
    subscription: SubscriptionId,
    filter: DeliveryFilter,
}

#[async_trait]
impl Download for MessagesFile {
    type Row = Delivery;

    fn name(&self) -> &'static str {
        "webhook-messages"
    }

    fn head(&self) -> Vec<String> {
        vec![
            t!("when"),
            t!("hook-message-id"),
            t!("hook-topic"),
            t!("hook-about"),
            t!("hook-message-status"),
            t!("hook-attempts"),
            t!("hook-status-code"),
            t!("why"),
            t!("hook-last-attempt"),
            t!("hook-next-attempt"),
        ]
    }

    async fn rows(&self, after: Option<Cursor>) -> Result<Rows<Delivery>, Failure> {
        let rows =
            subscription::deliveries(&self.shop, &self.by, self.subscription, self.filter, after.as_ref(), CHUNK);
        Ok(rows.await?)
    }

    fn cells(&self, row: Delivery) -> Vec<String> {
        let (standing, why) = (words::subscription::message_standing(&row), why(&row));
        let about = row.about.map(|about| match about {
            About::Order { number, .. } => number,
            About::Product { title, .. } => title,
        });
        vec![
            exact(row.created_at),
            row.id.to_string(),
            words::subscription::topic(row.topic),
            about.unwrap_or_default(),
            standing,
            row.attempts.to_string(),
            row.status_code.map(|code| code.to_string()).unwrap_or_default(),
            why.unwrap_or_default(),
            row.last_attempt_at.map(exact).unwrap_or_default(),
            row.next_attempt_at.map(exact).unwrap_or_default(),
        ]
    }
}

/// Hands the file out.
pub(crate) async fn file(
    State(shop): State<Shop>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    parts: Parts,
) -> Response {
    let locale = visitor.locale;
    let sent = async {
        let by = operator_of(&shop, &visitor).await?;
        let subscription = parse_id(&id)?;
        send(MessagesFile { shop, by, subscription, filter: filter(&Asked::of(&parts)) }, locale).await
    };
    sent.await.unwrap_or_else(|failure: Failure| failed(&failure))
}
