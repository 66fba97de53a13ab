//! What became of a step that was taken with many orders: how many went, which did not, and why.

use contract::{Failure, order::OrderId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    form::{Sent, returned, show_again},
    text::{self, t},
};

/// The name under which the result is kept for the one next view.
const FORM: &str = "orders/step";

/// One that did not go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Left {
    pub order: OrderId,
    /// The order's number, and whose part it is.
    pub name: String,
    pub why: Failure,
}

/// Shows the result on a page.
pub(super) async fn tell(page: &str, done: usize, left: &[Left]) -> Result<(), Failure> {
    let done = done.to_string();
    let left = serde_json::to_string(left).map_err(|_| Failure::Unavailable)?;
    show_again(Sent { form: FORM, page, fields: &[("done", &done), ("left", &left)] }).await
}

/// The result, if a step was just taken.
#[component]
pub(super) fn Outcome(base: &'static str) -> impl IntoView {
    let form = returned(FORM);
    let done = form.typed("done")?.to_owned();
    // What was too long to be kept is told without its items.
    let left: Vec<Left> = form.typed("left").and_then(|left| serde_json::from_str(left).ok()).unwrap_or_default();
    let count = left.len();
    let items = left
        .into_iter()
        .map(|left| {
            let href = format!("{base}/orders/{}", left.order);
            view! { <li><a href=href>{left.name}</a> ": " {text::failure(&left.why)}</li> }
        })
        .collect_view();
    let refused = (count > 0).then(|| {
        view! {
            <div class="notice bad" role="alert">
                <p>{t!("orders-step-left", count = count)}</p>
                <ul>{items}</ul>
            </div>
        }
    });
    Some(view! {
        <p class="notice good" role="status">{t!("orders-step-done", count = done)}</p>
        {refused}
    })
}
