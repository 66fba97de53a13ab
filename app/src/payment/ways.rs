//! The ways to pay, one of which is chosen.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A way to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayWay {
    /// As the form sends it: the id of a registered card, or a word.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// A word about it; may be empty.
    pub about: String,
}

/// The choice, as a field of a form.
#[component]
pub(crate) fn Ways(
    /// What it is about.
    legend: String,
    /// The ways.
    ways: Vec<PayWay>,
    /// The id of the one that is chosen.
    chosen: String,
) -> impl IntoView {
    let items = ways
        .into_iter()
        .map(|way| {
            let checked = way.id == chosen;
            let about = (!way.about.is_empty()).then(|| view! { <small>{way.about}</small> });
            view! {
                <li>
                    <label class="choice">
                        <input type="radio" name="way" value=way.id checked=checked />
                        <span class="way"><strong>{way.name}</strong> {about}</span>
                    </label>
                </li>
            }
        })
        .collect_view();
    view! {
        <fieldset class="ways">
            <legend>{legend}</legend>
            <ul class="choices">{items}</ul>
        </fieldset>
    }
}
