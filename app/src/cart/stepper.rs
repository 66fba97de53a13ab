//! The quantity field with its two buttons.

use leptos::{html::Input, prelude::*};

use super::CartTexts;

/// A quantity. The field belongs to the shopper: what was typed before the script came stays, and
/// only a step changes it.
#[component]
pub(super) fn Stepper(
    /// The field's id.
    id: String,
    /// What stands in it when rendered.
    value: String,
    /// The field, for whoever reads it.
    field: NodeRef<Input>,
    /// The most copies that a step leads to.
    max: i32,
    /// Why what stands there was refused, if it was.
    refusal: RwSignal<Option<String>>,
    /// What to say.
    texts: CartTexts,
    /// Hears of each step, and of each change once the field is left.
    changed: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let step = move |by: i32| {
        if let Some(field) = field.get_untracked() {
            let now = field.value().trim().parse::<i32>().unwrap_or(1);
            field.set_value(&now.saturating_add(by).clamp(1, max.max(1)).to_string());
            changed();
        }
    };
    let flaw_id = format!("{id}-flaw");
    // The buttons show themselves only once they do something.
    let (live, set_live) = signal(false);
    Effect::new(move |_| set_live.set(true));
    view! {
        <div class="stepper" class:live=live>
            <button type="button" aria-label=texts.fewer on:click=move |_| step(-1)>"−"</button>
            <input
                id=id
                name="quantity"
                inputmode="numeric"
                autocomplete="off"
                value=value
                node_ref=field
                on:change=move |_| changed()
                aria-invalid=move || refusal.with(Option::is_some).then_some("true")
                aria-describedby=flaw_id
            />
            <button type="button" aria-label=texts.more on:click=move |_| step(1)>"+"</button>
        </div>
    }
}

/// What stands in the field right now.
pub(super) fn typed(field: NodeRef<Input>) -> String {
    field.get_untracked().map(|field| field.value()).unwrap_or_default()
}
