//! The secret of a webhook, and what it is for.

use contract::subscription::{OVERLAP_HOURS, SubscriptionId};
use domain::subscription::Secrets;
use leptos::prelude::*;

use crate::{
    staff::Ask,
    text::{self, t},
};

/// The secret, one click deep, and the button that replaces it.
#[component]
pub(super) fn SecretPart(
    /// What signs now.
    secrets: Secrets,
    /// The webhook.
    id: SubscriptionId,
    /// The version that replacing it is based on.
    version: i32,
) -> impl IntoView {
    let previous = secrets.previous.map(|old| {
        view! {
            <dt>{t!("hook-secret-before")} " (" {t!("hook-until")} " " {text::time(old.until)} ")"</dt>
            <dd><code class="secret">{old.secret.expose().to_owned()}</code></dd>
        }
    });
    view! {
        <section class="panel">
            <h2>{t!("hook-secret")}</h2>
            <p>{t!("hook-verify")} " " <a href="https://www.standardwebhooks.com" rel="noreferrer">"Standard Webhooks"</a></p>
            <ul class="named">
                <li>{t!("hook-verify-sign")} " " <code>"{webhook-id}.{webhook-timestamp}.{body}"</code></li>
                <li>{t!("hook-verify-old")}</li>
                <li>{t!("hook-verify-once")}</li>
                <li>{t!("hook-verify-answer")}</li>
            </ul>
            <div class="steps">
                <details class="ask mild">
                    <summary class="button small">{t!("hook-secret-show")}</summary>
                    <div class="asked">
                        <dl class="secrets">
                            <dt>{t!("hook-secret-now")}</dt>
                            <dd><code class="secret">{secrets.current.expose().to_owned()}</code></dd>
                            {previous}
                        </dl>
                        <p class="hint">{t!("hook-secret-hint")}</p>
                    </div>
                </details>
                <Ask step=t!("hook-rotate-step")>
                    <p>{t!("hook-rotate-note", hours = OVERLAP_HOURS)}</p>
                    <form action="/fn/seller/webhook-rotate" method="post">
                        <input type="hidden" name="id" value=id.to_string() />
                        <input type="hidden" name="version" value=version />
                        <button class="button small">{t!("hook-rotate-now")}</button>
                    </form>
                </Ask>
            </div>
        </section>
    }
}
