//! Something to copy: a number, or a token.

use leptos::{html::Strong, prelude::*};
use serde::{Deserialize, Serialize};

/// What a text to copy says, in the language of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyTexts {
    /// What is copied.
    pub name: String,
    /// Copies it.
    pub copy: String,
    /// It is copied.
    pub copied: String,
    /// It is not, but marked.
    pub marked: String,
}

/// A text to copy on a page that has no other island around it.
#[island]
pub fn CopyText(
    /// What is copied.
    text: String,
    /// What to say.
    texts: CopyTexts,
) -> impl IntoView {
    view! { <Copy text texts /> }
}

/// The text, and a button that copies it; without scripts, the text to mark.
#[component]
pub(crate) fn Copy(
    /// What is copied.
    text: String,
    /// What to say.
    texts: CopyTexts,
) -> impl IntoView {
    let marked = NodeRef::<Strong>::new();
    let done = RwSignal::new(String::new());
    // The button shows itself only once it does something.
    let (live, set_live) = signal(false);
    Effect::new(move |_| set_live.set(true));
    let label = format!("{} {}", texts.name, texts.copy);
    let (said, copied) = (texts.copy.clone(), text.clone());
    let copy = move |_| {
        let (text, texts) = (copied.clone(), texts.clone());
        leptos::task::spawn_local(async move {
            let word = if to_clipboard(&text, marked).await { texts.copied } else { texts.marked };
            // What is not shown any more has nothing to say.
            let _ = done.try_set(word);
        });
    };
    view! {
        <strong class="number" node_ref=marked>{text}</strong> " "
        <button type="button" class="button small" aria-label=label hidden=move || !live.get() on:click=copy>{said}</button>
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
