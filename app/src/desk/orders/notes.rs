//! Notes of the staff on an order.

use contract::{Failure, member::MemberId};
use domain::order::{self, Note};
use leptos::prelude::*;
use uuid::Uuid;

use super::{parse_id, staff};
use crate::{
    context::shop,
    form::{Sent, answer, returned},
    staff::Ask,
    text::{self, t},
};

/// The name of the form.
pub(crate) const FORM: &str = "staff/order/note";

/// Adds a note. The form's key makes a double click one note.
#[server(prefix = "/fn", endpoint = "staff/order-note")]
async fn add_note(
    #[server(default)] order: String,
    #[server(default)] key: String,
    #[server(default)] body: String,
) -> Result<(), Failure> {
    let page = format!("/staff/orders/{order}");
    let outcome = async {
        let key = Uuid::parse_str(&key).map_err(|_| Failure::BadRequest)?;
        order::add_note(&shop()?, &staff()?, parse_id(&order)?, key, &body).await?;
        Ok(format!("{page}?saved=1"))
    };
    let outcome = outcome.await;
    answer(Sent { form: FORM, page: &page, fields: &[("key", &key), ("body", &body)] }, outcome).await
}

/// Removes a note of one's own.
#[server(prefix = "/fn", endpoint = "staff/order-note-remove")]
async fn remove_note(#[server(default)] order: String, #[server(default)] note: String) -> Result<(), Failure> {
    let page = format!("/staff/orders/{order}");
    let outcome = async {
        let note = Uuid::parse_str(&note).map_err(|_| Failure::NotFound)?;
        order::remove_note(&shop()?, &staff()?, parse_id(&order)?, note).await?;
        Ok(format!("{page}?saved=1"))
    };
    let outcome = outcome.await;
    answer(Sent { form: "staff/order/note-remove", page: &page, fields: &[] }, outcome).await
}

/// The notes, and the form for one more.
#[component]
pub(crate) fn Notes(
    /// The order.
    order: String,
    /// Its notes.
    notes: Vec<Note>,
    /// Who looks.
    reader: MemberId,
) -> impl IntoView {
    let form = returned(FORM);
    let key = form.value("key", &Uuid::now_v7().to_string());
    let flaw = form.flaw("body");
    let (invalid, described) = (flaw.is_some().then_some("true"), flaw.is_some().then_some("body-flaw"));
    let flaw = flaw.map(|flaw| view! { <p class="flaw" id="body-flaw">{flaw}</p> });
    let items = notes
        .into_iter()
        .map(|note| {
            let order = order.clone();
            let remove = (note.by == reader).then(|| {
                view! {
                    <Ask step=t!("note-remove")>
                        <p>{t!("note-remove-note")}</p>
                        <form action="/fn/staff/order-note-remove" method="post">
                            <input type="hidden" name="order" value=order />
                            <input type="hidden" name="note" value=note.id.to_string() />
                            <button class="button small">{t!("note-remove-now")}</button>
                        </form>
                    </Ask>
                }
            });
            view! {
                <li>
                    <p class="body">{note.body}</p>
                    <p class="hint">{text::time(note.at)} " · " {note.by_name}</p>
                    {remove}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="panel">
            <h2>{t!("notes")}</h2>
            <ul class="notes">{items}</ul>
            <form action="/fn/staff/order-note" method="post">
                <input type="hidden" name="order" value=order.clone() />
                <input type="hidden" name="key" value=key />
                <div class="field">
                    <label for="body">{t!("note-new")}</label>
                    <textarea id="body" name="body" rows="3" aria-invalid=invalid aria-describedby=described>{form.value("body", "")}</textarea>
                    {flaw}
                </div>
                <button class="button small">{t!("note-add")}</button>
            </form>
        </section>
    }
}
