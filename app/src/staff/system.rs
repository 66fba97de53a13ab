//! The pages about the system itself, and what they have in common: the ways between them, filters,
//! and words. The first of them is its health.

mod checked;
pub(crate) mod files;
mod health;

use contract::system::RunStatus;
use leptos::prelude::*;

use crate::{
    context::asked_path,
    desk::{Tabs, sandbox::sandbox},
    text::t,
};

pub(super) use checked::{Reads, number, uuid};
pub(crate) use health::HealthPage;

/// Where the pages about the system are, but for the first one.
pub(crate) const PATHS: &[&str] = &[
    "/staff/readers",
    "/staff/webhooks",
    "/staff/payments",
    "/staff/reconciliation",
    "/staff/audit",
    "/staff/sandbox",
];

/// The ways between the pages of the staff, and below them those between the pages about the
/// system. Whether a sandbox is there is asked once for each view, and never of a real gateway.
pub(super) async fn ways() -> AnyView {
    let near = match sandbox() {
        Some(sandbox) => sandbox.switches().await.is_some(),
        None => false,
    };
    view! {
        <Tabs />
        <Inner near />
    }
    .into_any()
}

#[component]
fn Inner(near: bool) -> impl IntoView {
    let here = asked_path();
    let here = here.split('?').next().unwrap_or_default().to_owned();
    let mut links = vec![
        ("/staff/system", t!("sys-health")),
        ("/staff/readers", t!("readers")),
        ("/staff/readers/settled", t!("sys-settled")),
        ("/staff/webhooks", t!("sys-webhooks")),
        ("/staff/payments", t!("sys-payments")),
        ("/staff/reconciliation", t!("sys-reconciliation")),
        ("/staff/audit", t!("audit")),
    ];
    if near {
        links.push(("/staff/sandbox", t!("sys-sandbox")));
    }
    let links = links.into_iter().map(|(href, name)| {
        let current = (here == href).then_some("page");
        view! { <li><a href=href aria-current=current>{name}</a></li> }
    });
    view! { <nav class="tabs many inner" aria-label=t!("system")><ul>{links.collect_view()}</ul></nav> }
}

/// One of a few as a filter; the first choice asks for all of them.
#[component]
pub(crate) fn Pick(
    /// Its name in the URL.
    name: &'static str,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What the URL asks for.
    chosen: String,
    /// Words of the URL and of people.
    options: Vec<(String, String)>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(word, text)| {
            let selected = word == chosen;
            view! { <option value=word selected=selected>{text}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>
                <option value="">{t!("sys-all")}</option>
                {options}
            </select>
        </div>
    }
}

/// Text as it was told, which is long: behind a word.
#[component]
pub(super) fn Body(
    /// The text; JSON is told in lines.
    text: String,
) -> impl IntoView {
    let parsed = serde_json::from_str::<serde_json::Value>(&text);
    let lines = parsed.map_or(text, |value| format!("{value:#}"));
    view! {
        <details class="told">
            <summary>{t!("sys-show")}</summary>
            <pre tabindex="0" role="region" aria-label=t!("letter-payload")>{lines}</pre>
        </details>
    }
}

/// Where work in the background stands.
pub(super) fn run_status(status: RunStatus) -> String {
    match status {
        RunStatus::Queued => t!("sys-run-queued"),
        RunStatus::Running => t!("sys-run-running"),
        RunStatus::Done => t!("sys-run-done"),
        RunStatus::Failed => t!("sys-run-failed"),
    }
}

/// How long something took: `0.4`, in seconds.
pub(super) fn seconds(span: time::Duration) -> String {
    format!("{:.1}", span.as_seconds_f64())
}
