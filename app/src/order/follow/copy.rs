//! A number to copy.

use leptos::{html::Strong, prelude::*};

use super::FollowTexts;

/// The text, and a button that copies it; without scripts, the text to mark.
#[component]
pub(super) fn Copy(
    /// What is copied.
    text: String,
    /// What to say.
    words: StoredValue<FollowTexts>,
) -> impl IntoView {
    let marked = NodeRef::<Strong>::new();
    let done = RwSignal::new(String::new());
    // The button shows itself only once it does something.
    let (live, set_live) = signal(false);
    Effect::new(move |_| set_live.set(true));
    let texts = words.get_value();
    let label = format!("{} {}", texts.number, texts.copy);
    let number = text.clone();
    let copy = move |_| {
        let number = number.clone();
        leptos::task::spawn_local(async move {
            let copied = to_clipboard(&number, marked).await;
            let word = words.try_with_value(|texts| if copied { texts.copied.clone() } else { texts.marked.clone() });
            // A parcel that is not shown any more has nothing to say.
            let _ = word.map(|word| done.try_set(word));
        });
    };
    view! {
        <strong class="number" node_ref=marked>{text}</strong> " "
        <button type="button" class="button small" aria-label=label hidden=move || !live.get() on:click=copy>{texts.copy}</button>
        " " <span class="done" role="status">{move || done.get()}</span>
    }
}

/// Whether the browser took it; otherwise it is marked, so that a person can.
#[cfg(feature = "hydrate")]
async fn to_clipboard(text: &str, shown: NodeRef<Strong>) -> bool {
    // Elsewhere there is no clipboard to ask.
    if window().is_secure_context() && window().navigator().clipboard().write_text(text).await.is_ok() {
        return true;
    }
    if let (Ok(Some(selection)), Some(shown)) = (window().get_selection(), shown.get_untracked()) {
        let _ = selection.select_all_children(&shown);
    }
    false
}

#[cfg(not(feature = "hydrate"))]
async fn to_clipboard(_text: &str, _shown: NodeRef<Strong>) -> bool {
    false
}
