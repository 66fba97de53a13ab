//! Forms that work without scripts: a refused one comes back filled, with each flaw in its place.

use std::collections::BTreeMap;

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use contract::Failure;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::{
    context::{is_plain_form, key, own_path, session, store_failed},
    text,
};

/// Characters of each field that are kept: more than anybody types, less than fills a database.
const KEPT: usize = 50_000;

/// A refused form: what was typed, and why it was refused. Kept in the session for one view.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Returned {
    form: String,
    fields: BTreeMap<String, String>,
    failure: Option<Failure>,
}

impl Returned {
    /// What was typed into a field, if the form came back.
    pub(crate) fn typed(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    /// What was typed into a field, or else what stands there.
    pub(crate) fn value(&self, field: &str, otherwise: &str) -> String {
        self.typed(field).unwrap_or(otherwise).to_owned()
    }

    /// Why a field was refused, in a sentence.
    pub(crate) fn flaw(&self, field: &str) -> Option<String> {
        match &self.failure {
            Some(Failure::Invalid(flaws)) => flaws.of(field).map(text::flaw),
            _ => None,
        }
    }

    /// Why the form as a whole was refused.
    pub(crate) const fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// What happened, at the head of the form, with a link to each refused field.
    pub(crate) fn summary(&self) -> impl IntoView + use<> {
        let failure = self.failure.clone()?;
        let links = match &failure {
            Failure::Invalid(flaws) => {
                let items = flaws
                    .iter()
                    .map(|(field, flaw)| {
                        let sentence = format!("{}: {}", text::field(field), text::flaw(flaw));
                        view! { <li><a href=format!("#{field}")>{sentence}</a></li> }
                    })
                    .collect_view();
                view! { <ul>{items}</ul> }.into_any()
            }
            _ => ().into_any(),
        };
        Some(view! {
            <div class="notice bad" role="alert">
                <p>{text::failure(&failure)}</p>
                {links}
            </div>
        })
    }
}

/// The form of this name if it was just refused; an untouched one otherwise.
pub(crate) fn returned(form: &str) -> Returned {
    use_context::<Returned>().filter(|kept| kept.form == form).unwrap_or_default()
}

/// The refused form that this page shows nowhere else, if its name begins so.
pub(crate) fn returned_within(forms: &str, shown: &[String]) -> Returned {
    let kept = use_context::<Returned>();
    kept.filter(|kept| kept.form.starts_with(forms) && !shown.contains(&kept.form)).unwrap_or_default()
}

/// Where a form stands and what of it is worth keeping when it is refused.
pub(crate) struct Sent<'a> {
    /// The form's name.
    pub form: &'a str,
    /// The page that shows it.
    pub page: &'a str,
    /// Its fields as typed. Never a password.
    pub fields: &'a [(&'a str, &'a str)],
}

/// Answers a form: goes on to the page of a success, or back with what was typed and why not.
pub(crate) async fn answer(sent: Sent<'_>, outcome: Result<String, Failure>) -> Result<(), Failure> {
    match outcome {
        Ok(next) => {
            leptos_axum::redirect(&next);
            Ok(())
        }
        Err(Failure::SignInRequired) => {
            leptos_axum::redirect(&sign_in_path(sent.page));
            Ok(())
        }
        // Quickly told, and nothing written: sent again, the form is as it was.
        Err(Failure::Busy) => Err(tell_status(Failure::Busy)),
        Err(failure) if is_plain_form() => send_back(sent, Some(failure)).await,
        Err(failure) => Err(tell_status(failure)),
    }
}

/// Sends a form that came in as a file back to its page, as a route beside the server functions
/// does it: nothing of the file is kept, only why it was refused.
pub(crate) async fn refuse_file(session: &Session, form: &str, page: &str, failure: Failure) -> Response {
    if failure == Failure::SignInRequired {
        return Redirect::to(&sign_in_path(page)).into_response();
    }
    let kept = Returned { form: form.to_owned(), fields: BTreeMap::new(), failure: Some(failure) };
    match session.insert(key::FORM, kept).await {
        Ok(()) => Redirect::to(own_path(page)).into_response(),
        Err(error) => {
            store_failed(error);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Shows a form once more as it was filled in, with what follows from it.
pub(crate) async fn show_again(sent: Sent<'_>) -> Result<(), Failure> {
    send_back(sent, None).await
}

async fn send_back(sent: Sent<'_>, failure: Option<Failure>) -> Result<(), Failure> {
    let keep = |value: &str| value.chars().take(KEPT).collect();
    let fields = sent.fields.iter().map(|(name, value)| ((*name).to_owned(), keep(value))).collect();
    let kept = Returned { form: sent.form.to_owned(), fields, failure };
    session()?.insert(key::FORM, kept).await.map_err(store_failed)?;
    leptos_axum::redirect(own_path(sent.page));
    Ok(())
}

/// Gives a refusal its HTTP status. Only for answers to scripts: a plain form is answered with a
/// redirect, which a status would overwrite.
pub(crate) fn tell_status(failure: Failure) -> Failure {
    if let (false, Some(response), Ok(status)) = (
        is_plain_form(),
        use_context::<leptos_axum::ResponseOptions>(),
        axum::http::StatusCode::from_u16(failure.status()),
    ) {
        response.set_status(status);
    }
    failure
}

/// The sign-in page that comes back to `page` afterwards.
pub(crate) fn sign_in_path(page: &str) -> String {
    format!("/login?next={}", query_value(page))
}

/// A value as it may stand in a query.
pub(crate) fn query_value(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// One labeled text field with its flaw beside it.
#[component]
pub(crate) fn Field(
    /// Its name; also the anchor that a summary links to.
    name: &'static str,
    /// Its name on the wire, where it is not the same.
    #[prop(optional)]
    wire: Option<&'static str>,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// The form that it stands in.
    form: Returned,
    /// What stands there, if the form was not just refused.
    #[prop(into, optional)]
    value: String,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in (HTML autofill token).
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The keyboard to offer.
    #[prop(default = "text")]
    inputmode: &'static str,
    /// Whether it must be filled.
    #[prop(optional)]
    required: bool,
    /// A word of help below it.
    #[prop(into, optional)]
    hint: String,
) -> impl IntoView {
    let flaw = form.flaw(name);
    let invalid = flaw.is_some().then_some("true");
    let flaw_id = flaw.is_some().then(|| format!("{name}-flaw"));
    let hint_id = (!hint.is_empty()).then(|| format!("{name}-hint"));
    let described: Vec<String> = flaw_id.into_iter().chain(hint_id).collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let shown = if kind == "password" { String::new() } else { form.value(name, &value) };
    view! {
        <div class="field">
            <label for=name>{label} {required.then(|| view! { <span class="required" aria-hidden="true">" *"</span> })}</label>
            <input
                id=name
                name=wire.unwrap_or(name)
                type=kind
                value=shown
                autocomplete=autocomplete
                inputmode=inputmode
                required=required
                aria-invalid=invalid
                aria-describedby=described
            />
            {flaw.map(|flaw| view! { <p class="flaw" id=format!("{name}-flaw")>{flaw}</p> })}
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })}
        </div>
    }
}
