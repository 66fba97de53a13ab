//! The history of an order: everything that is known of it, in one list by time.

use std::{collections::BTreeMap, sync::Arc};

use contract::{money::won, product::ProductId};
use domain::{
    order::{Entry, Happening, Kind, ReadBy},
    trail::Named,
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    desk::{table::Asked, trail},
    staff::readers::reader_name,
    text::{self, t},
    words,
};

/// The kinds that the URL asks for; all where it names none.
pub(crate) fn kinds(asked: &Asked) -> Vec<Kind> {
    asked.all("kind").into_iter().filter_map(Kind::parse).collect()
}

/// The list, and the links that narrow it down.
#[component]
pub(crate) fn History(
    /// What happened.
    entries: Vec<Entry>,
    /// What deliveries and claims are called.
    subjects: BTreeMap<Uuid, String>,
    /// What the URL asks for.
    asked: Asked,
) -> impl IntoView {
    let now = kinds(&asked);
    let link = |word: &'static str, name: String, current: bool| {
        let href = format!("{}#history", asked.without("saved").with("kind", word));
        view! { <li><a href=href aria-current=current.then_some("true")>{name}</a></li> }
    };
    let all = link("", t!("history-all"), now.is_empty());
    let links =
        Kind::ALL.into_iter().map(|kind| link(kind.word(), kind_name(kind), now.contains(&kind))).collect_view();
    let empty = entries.is_empty().then(|| view! { <p class="empty">{t!("history-empty")}</p> });
    let named = Arc::new(Named { titles: titles(&entries), ..Named::default() });
    let item = |entry: Entry| view! { <Item entry subjects=subjects.clone() named=Arc::clone(&named) /> };
    let items = entries.into_iter().map(item).collect_view();
    view! {
        <section class="panel" id="history">
            <h2>{t!("timeline")}</h2>
            <ul class="sorts" aria-label=t!("history-kinds")>{all}{links}</ul>
            {empty}
            <ol class="history">{items}</ol>
        </section>
    }
}

/// The titles of the products whose stock moved, as far as that is shown.
fn titles(entries: &[Entry]) -> BTreeMap<ProductId, String> {
    let moved = entries.iter().filter_map(|entry| match &entry.what {
        Happening::Stock { product, title, .. } => Some((*product, title.clone())),
        _ => None,
    });
    moved.collect()
}

fn kind_name(kind: Kind) -> String {
    match kind {
        Kind::Status => t!("history-status"),
        Kind::Stock => t!("history-stock"),
        Kind::Points => t!("points"),
        Kind::Payment => t!("payment"),
        Kind::Webhook => t!("history-webhook"),
        Kind::Event => t!("history-event"),
        Kind::Notice => t!("history-notice"),
        Kind::Trail => t!("history-trail"),
        Kind::Note => t!("notes"),
    }
}

#[component]
fn Item(entry: Entry, subjects: BTreeMap<Uuid, String>, named: Arc<Named>) -> impl IntoView {
    let kind = entry.what.kind();
    let what = what(entry.what, &subjects, &named);
    view! {
        <li class=format!("of-{}", kind.word())>
            {what}
            <p class="hint">{text::time(entry.at)} " · " {kind_name(kind)}</p>
        </li>
    }
}

fn what(what: Happening, subjects: &BTreeMap<Uuid, String>, named: &Named) -> AnyView {
    match what {
        Happening::Status(step) => {
            let subject = step.subject.and_then(|id| subjects.get(&id)).map(|name| format!(" ({name})"));
            let name = (!step.by_name.is_empty()).then(|| format!(" {}", step.by_name));
            view! {
                <p>{words::timeline_step(&step)} {subject}</p>
                <p class="hint">{words::actor(step.actor)} {name}</p>
                {(!step.reason.is_empty()).then(|| view! { <p class="hint">{t!("why")} ": " {step.reason}</p> })}
            }
            .into_any()
        }
        Happening::Stock { product, title, kind, on_hand, reserved, reason } => {
            let moved = t!("history-moved", on_hand = signed(on_hand), reserved = signed(reserved));
            view! {
                <p>
                    {words::movement_kind(kind)} " · " <a href=format!("/seller/stock/{product}")>{title}</a> " · " {moved}
                    " (" {words::moved(&reason)} ")"
                </p>
            }
            .into_any()
        }
        Happening::Points { kind, amount, balance } => {
            let balance = t!("history-balance", amount = won(balance));
            view! { <p>{text::points_kind(kind)} " " {won(amount)} " · " {balance}</p> }.into_any()
        }
        Happening::Paying { method, amount } => {
            let by = if method == "card" { t!("paid-by-card") } else { t!("paid-by-points") };
            view! { <p>{t!("history-paying", by = by, amount = won(amount))}</p> }.into_any()
        }
        Happening::Paid { status, amount, card, failure, checks } => {
            let code = (!failure.is_empty()).then(|| view! { " " <code>{failure}</code> });
            let checks = (checks > 0).then(|| format!(" · {}", t!("history-checks", count = checks)));
            view! { <p>{t!("history-answer")} " " <code>{status}</code> " " {won(amount)} " " {card} {code} {checks}</p> }
                .into_any()
        }
        Happening::Refund { amount, points } => {
            let (card, points) = (won(amount - points), won(points));
            view! { <p>{t!("history-refund", amount = won(amount), card = card, points = points)}</p> }.into_any()
        }
        Happening::GivingBack { amount, done, attempts, error } => {
            let state = if done { t!("refund-card-done") } else { t!("refund-card-coming") };
            let tried = t!("history-tried", count = attempts);
            let error = (!error.is_empty()).then(|| view! { " " <code>{error}</code> });
            view! { <p>{state} " " {won(amount)} " · " {tried} {error}</p> }.into_any()
        }
        Happening::Webhook { source, message, body } => {
            let from = if source == "carrier" { t!("history-from-carrier") } else { t!("history-from-gateway") };
            view! { <p>{from} " " <code>{message}</code></p> <Raw body /> }.into_any()
        }
        Happening::Event { name, payload, readers } => {
            let readers = readers.into_iter().map(reader).collect_view();
            view! { <p><code>{name}</code></p> <ul class="read-by">{readers}</ul> <Raw body=format!("{payload:#}") /> }
                .into_any()
        }
        Happening::Notice { kind, read } => {
            let state = if read { t!("history-read") } else { t!("history-unread") };
            view! { <p>{t!("history-inbox")} " · " {notice(&kind)} " · " {state}</p> }.into_any()
        }
        Happening::Mail { kind, status, attempts, error } => {
            let tried = t!("history-tried", count = attempts);
            let error = (!error.is_empty()).then(|| view! { " " <code>{error}</code> });
            let status = mail_status(&status);
            view! { <p>{t!("history-mail")} " · " {notice(&kind)} " · " {status} " · " {tried} {error}</p> }.into_any()
        }
        Happening::Trail { act, actor, by_name, before, after } => {
            let changed = trail::lines(&act.map(words::word).unwrap_or_default(), &before, &after, named);
            let changed = changed.into_iter().map(|line| view! { <p class="hint">{line}</p> }).collect_view();
            let act = act.map(words::act);
            view! { <p>{act} " · " {words::actor(actor)} " " {by_name}</p> {changed} }.into_any()
        }
        Happening::Note { body, by_name } => {
            view! { <p class="body">{body}</p> <p class="hint">{by_name}</p> }.into_any()
        }
    }
}

/// Of what an order's shopper was told. A word that nobody knows stands as it is.
fn notice(kind: &str) -> String {
    match kind {
        "paid" => t!("history-of-paid"),
        "payment_failed" => t!("history-of-payment-failed"),
        "canceled" => t!("history-of-canceled"),
        "expired" => t!("history-of-expired"),
        "shipped" => t!("history-of-shipped"),
        "delivered" => t!("history-of-delivered"),
        "refunded" => t!("history-of-refunded"),
        other => other.to_owned(),
    }
}

/// Where a mail stands. A word that nobody knows stands as it is.
fn mail_status(status: &str) -> String {
    match status {
        "queued" => t!("history-mail-queued"),
        "sending" => t!("history-mail-sending"),
        "sent" => t!("history-mail-sent"),
        "failed" => t!("history-mail-failed"),
        "lost" => t!("history-mail-lost"),
        other => other.to_owned(),
    }
}

/// What was told, as it was told.
#[component]
fn Raw(body: String) -> impl IntoView {
    view! { <details><summary>{t!("history-raw")}</summary><pre tabindex="0">{body}</pre></details> }
}

fn reader(read: ReadBy) -> impl IntoView {
    let state = match (read.aside, read.passed) {
        (true, _) => t!("history-aside"),
        (false, true) => t!("history-passed"),
        (false, false) => t!("history-behind"),
    };
    view! { <li>{reader_name(&read.reader)} ": " {state}</li> }
}

fn signed(change: i32) -> String {
    if change == 0 { "0".to_owned() } else { format!("{change:+}") }
}
