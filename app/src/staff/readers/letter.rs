//! One event that a reader could not take, and what can be done about it.

use contract::Failure;
use domain::event::{self, Letter};
use leptos::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::{
    super::{Ask, Reason, staff},
    Redrive, page_after, reader_name,
};
use crate::{
    context::shop,
    form::{Sent, answer, returned},
    text::{self, t},
};

/// Gives an event up for good, for a reason.
#[server(prefix = "/fn", endpoint = "staff/discard")]
async fn discard(
    #[server(default)] id: String,
    #[server(default)] reason: String,
    #[server(default)] after: String,
) -> Result<(), Failure> {
    let page = page_after(&after);
    let number: Result<i64, Failure> = id.parse().map_err(|_| Failure::NotFound);
    let outcome = async {
        event::discard(&shop()?, &staff()?, number.clone()?, &reason).await?;
        Ok(format!("{page}discarded=1"))
    };
    let outcome = outcome.await;
    let form = form_name(number.unwrap_or_default());
    answer(Sent { form: &form, page: &page, fields: &[("reason", &reason)] }, outcome).await
}

/// The name of the form that discards a letter.
pub(super) fn form_name(letter: i64) -> String {
    format!("staff/readers/{letter}")
}

/// The letter with its forms.
#[component]
pub(super) fn LetterItem(
    /// The letter.
    letter: Letter,
    /// Whether its reader still reads.
    known: bool,
    /// The letter that the page stands behind.
    after: i64,
) -> impl IntoView {
    let id = letter.id;
    let form = returned(&form_name(id));
    let open = form.typed("reason").is_some();
    let waits = (letter.attempts == 0).then(|| view! { " " <span class="badge">{t!("letter-waits")}</span> });
    let error = (letter.attempts > 0).then(|| {
        view! { <p class="error"><span class="hidden">{t!("letter-error")} ": "</span> <code>{letter.error.clone()}</code></p> }
    });
    let redrive = known.then(|| view! { <Redrive id=Some(id) reader=String::new() after label=t!("redrive-one") /> });
    let payload = format!("{:#}", letter.payload);
    view! {
        <li class="panel" id=format!("letter-{id}")>
            <h3><code>{letter.name.clone()}</code> " → " {reader_name(&letter.reader)} {waits}</h3>
            <dl class="figures">
                <div class="wide"><dt>{t!("letter-subject")}</dt><dd>{subject_of(&letter.name, &letter.subject, &letter.payload)}</dd></div>
                <div><dt>{t!("letter-attempts")}</dt><dd>{letter.attempts}</dd></div>
                <div><dt>{t!("when")}</dt><dd>{text::time(letter.created_at)}</dd></div>
                <div><dt>{t!("letter-since")}</dt><dd>{text::time(letter.set_aside_at)}</dd></div>
            </dl>
            {error}
            <pre tabindex="0" role="region" aria-label=t!("letter-payload")>{payload}</pre>
            <div class="steps">
                {redrive}
                <Ask step=t!("discard") open=open>
                    <p>{t!("discard-note")}</p>
                    <form action="/fn/staff/discard" method="post">
                        <input type="hidden" name="id" value=id />
                        <input type="hidden" name="after" value=after />
                        <Reason form=form scope=format!("letter-{id}") />
                        <button class="button small">{t!("discard-now")}</button>
                    </form>
                </Ask>
            </div>
        </li>
    }
}

/// What it happened to: a way to the order, where it tells of one.
pub(crate) fn subject_of(name: &str, subject: &str, payload: &Value) -> AnyView {
    let subject = subject.to_owned();
    let told = payload.get("order_id").and_then(|id| id.as_str()).unwrap_or_default();
    let told = if name.starts_with("order.") { subject.as_str() } else { told };
    match Uuid::parse_str(told) {
        Ok(order) if told == subject => view! { <a href=format!("/staff/orders/{order}")>{subject}</a> }.into_any(),
        Ok(order) => {
            view! { {subject} " · " <a href=format!("/staff/orders/{order}")>{t!("view-order")}</a> }.into_any()
        }
        Err(_) => subject.into_any(),
    }
}
