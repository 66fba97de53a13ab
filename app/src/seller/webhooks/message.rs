//! One message: what it says, and what became of it.

use contract::{
    Failure,
    subscription::{DeliveryId, DeliveryStatus, SubscriptionStatus, Trouble},
};
use domain::subscription::{self, ATTEMPTS, About, Attempt, Delivery};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use time::format_description::well_known::Rfc3339;

use super::{
    super::{Ways, operator},
    LIST,
    acts::STEP,
    exact,
};
use crate::{
    desk::table::{Asked, TableBox},
    form::returned,
    page::{Head, page},
    text::t,
    words,
};

/// The message.
#[component]
pub(crate) fn MessagePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let asked = Asked::here();
    page(async move {
        let (shop, operator) = operator().await?;
        let id: DeliveryId = id.parse().map_err(|_| Failure::NotFound)?;
        let found = subscription::delivery(&shop, &operator, id).await?;
        let own = subscription::find(&shop, &operator, found.delivery.subscription).await?;
        let message = found.delivery;
        let itself = format!("{LIST}/messages/{id}");
        let sent = (!asked.get("sent").is_empty()).then(|| came(&message)).flatten();
        let waits = (message.status == DeliveryStatus::Pending).then(|| {
            let sentence = if message.sending { t!("hook-message-runs") } else { t!("hook-message-waits") };
            view! { <p>{sentence} " " <a href=itself.clone()>{t!("hook-look-again")}</a></p> }
        });
        let resend = if own.status == SubscriptionStatus::Active {
            view! { <Resend id back=itself.clone() /> }.into_any()
        } else {
            view! { <p class="hint">{t!("hook-resend-not")}</p> }.into_any()
        };
        let (standing, topic) = (words::subscription::message_standing(&message), message.topic);
        let hook = format!("{LIST}/{}", own.id);
        let known = found.log.iter().filter(|one| Some(one.began_at) <= message.last_attempt_at).count();
        let anew = usize::try_from(message.attempts).is_ok_and(|counted| counted < known);
        Ok(view! {
            <Head title=t!("hook-message") private=true />
            <h1>{words::subscription::topic(topic)} " " <span class="badge" data-testid="message-status">{standing}</span></h1>
            <Ways operator />
            {returned(STEP).summary()}
            {sent}
            <p class="facts">
                <a href=hook.clone()>{t!("hook")}</a>
                <a href=format!("{hook}/messages")>{t!("hook-log")}</a>
                <span class="address">{own.url}</span>
            </p>
            <section class="panel">
                {waits}
                <Facts message anew />
                <div class="steps">{resend}</div>
            </section>
            <Log log=found.log />
            <section class="panel told">
                <h2>{t!("hook-body")}</h2>
                <p class="hint">{t!("hook-body-note")}</p>
                <pre tabindex="0" role="region" aria-label=t!("hook-body")>{found.body}</pre>
            </section>
        }
        .into_any())
    })
}

#[component]
fn Facts(
    /// The message.
    message: Delivery,
    /// Whether attempts are counted since it was sent again.
    anew: bool,
) -> impl IntoView {
    let attempts = format!("{} / {ATTEMPTS}", message.attempts);
    let attempts = if anew { t!("hook-attempts-anew", attempts = attempts) } else { attempts };
    let answered = answered(&message);
    let time = |name: String, time: Option<time::OffsetDateTime>| {
        time.map(|time| {
            let machine = time.format(&Rfc3339).unwrap_or_default();
            view! { <div><dt>{name}</dt><dd><time datetime=machine>{exact(time)}</time></dd></div> }
        })
    };
    let about = message.about.clone().map(|about| {
        view! { <div class="wide"><dt>{t!("hook-about")}</dt><dd><Subject about /></dd></div> }
    });
    view! {
        <dl class="figures wide">
            {about}
            <div><dt>{t!("hook-attempts")}</dt><dd data-testid="attempts-counted">{attempts}</dd></div>
            <div><dt>{t!("hook-last-answer")}</dt><dd data-testid="last-answer">{answered}</dd></div>
            {time(t!("hook-made-at"), Some(message.created_at))}
            {time(t!("hook-first-attempt"), message.first_attempt_at)}
            {time(t!("hook-last-attempt"), message.last_attempt_at)}
            {time(t!("hook-next-attempt"), message.next_attempt_at)}
            <div class="wide"><dt>{t!("hook-message-id")}</dt><dd><code class="address">{message.id.to_string()}</code></dd></div>
        </dl>
    }
}

/// Every time that the message was sent.
#[component]
fn Log(log: Vec<Attempt>) -> impl IntoView {
    let rows = log.iter().map(|one| {
        let took = one.ended_at.map(|ended| (ended - one.began_at).whole_milliseconds().max(0));
        let took = took.map(|took| t!("hook-took-ms", count = took.to_string()));
        let machine = one.began_at.format(&Rfc3339).unwrap_or_default();
        let answered = answer(one.status_code, one.trouble);
        let answered =
            answered.unwrap_or_else(|| if one.under_way { t!("hook-no-answer") } else { t!("hook-cut-off") });
        view! {
            <tr class=(one.trouble.is_some() || one.ended_at.is_none() && !one.under_way).then_some("wrong")>
                <th scope="row"><time datetime=machine>{exact(one.began_at)}</time></th>
                <td class="number">{took}</td>
                <td class="long">{answered}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    (!log.is_empty()).then(|| {
        view! {
            <section>
                <h2>{t!("hook-sent-log")}</h2>
                <TableBox label=t!("hook-sent-log")>
                    <table data-testid="attempts">
                        <thead>
                            <tr>
                                <th scope="col">{t!("when")}</th>
                                <th scope="col" class="number">{t!("hook-took")}</th>
                                <th scope="col">{t!("hook-answer")}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </TableBox>
            </section>
        }
    })
}

/// What a message is about, by a link to it.
#[component]
pub(super) fn Subject(about: About) -> impl IntoView {
    let (href, name) = match about {
        About::Order { id, number } => (format!("/seller/orders/{id}"), number),
        About::Product { id, title } => (format!("/seller/stock/{id}"), title),
    };
    view! { <a href=href>{name}</a> }
}

/// What becomes of a message that somebody has just had sent, as long as there is something to tell.
pub(super) fn came(message: &Delivery) -> Option<impl IntoView + use<>> {
    let sentence = match message.status {
        // No attempt is counted: it was asked for while one ran.
        DeliveryStatus::Pending if message.sending && message.attempts == 0 => t!("hook-sent-meanwhile"),
        DeliveryStatus::Pending if message.sending || message.attempts == 0 => t!("hook-sent"),
        DeliveryStatus::Delivered => t!("hook-sent-taken"),
        _ => return None,
    };
    Some(view! { <p class="notice good" role="status">{sentence}</p> })
}

/// What was answered last, or why nothing was. Of what is under way nothing is known yet.
pub(super) fn answered(message: &Delivery) -> String {
    let known = (!message.sending).then(|| answer(message.status_code, message.trouble)).flatten();
    known.unwrap_or_else(|| t!("hook-no-answer"))
}

/// What was answered once, or why nothing was; `None` where neither is known.
fn answer(code: Option<i32>, trouble: Option<Trouble>) -> Option<String> {
    match (code, trouble.map(|trouble| told(trouble, code))) {
        (Some(code), None) => Some(format!("HTTP {code}")),
        (Some(code), Some(why)) => Some(format!("HTTP {code} · {why}")),
        (None, why) => why,
    }
}

/// Why a message was not taken when it was sent last.
pub(super) fn why(message: &Delivery) -> Option<String> {
    message.trouble.map(|trouble| told(trouble, message.status_code))
}

fn told(trouble: Trouble, code: Option<i32>) -> String {
    match (trouble, code) {
        (Trouble::Answer, Some(300..=399)) => t!("subscription-trouble-redirect"),
        (trouble, _) => self::trouble(trouble),
    }
}

fn trouble(trouble: Trouble) -> String {
    match trouble {
        Trouble::Answer => t!("subscription-trouble-answer"),
        Trouble::Timeout => t!("subscription-trouble-timeout"),
        Trouble::Connect => t!("subscription-trouble-connect"),
        Trouble::Tls => t!("subscription-trouble-tls"),
        Trouble::Name => t!("subscription-trouble-name"),
        Trouble::Private => t!("subscription-trouble-private"),
        Trouble::Broken => t!("subscription-trouble-broken"),
    }
}

/// The button that sends a message again.
#[component]
pub(super) fn Resend(
    /// The message.
    id: DeliveryId,
    /// The page to come back to.
    back: String,
) -> impl IntoView {
    view! {
        <form action="/fn/seller/webhook-resend" method="post">
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="back" value=back />
            <button class="button small">{t!("hook-resend")}</button>
        </form>
    }
}
