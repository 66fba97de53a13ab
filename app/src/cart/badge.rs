//! The count of copies in the header.

use leptos::prelude::*;

/// How many copies are in the cart; follows what other islands put in and take out.
#[island]
pub fn Badge(
    /// The count when the page was rendered.
    copies: i64,
    /// What it counts, for those who hear it.
    label: String,
) -> impl IntoView {
    let live = live();
    let shown = move || live.get().unwrap_or(copies);
    view! {
        <span class="count" role="status" aria-live="polite">
            <span class="hidden">{label}" "</span>
            <span data-testid="cart-count">{shown}</span>
        </span>
    }
}

/// Tells the header how many copies the cart holds now.
pub(super) fn tell(copies: i64) {
    live().set(Some(copies));
}

/// Islands are roots of their own and share no context; within one page this is what they share.
#[cfg(feature = "hydrate")]
fn live() -> ArcRwSignal<Option<i64>> {
    use std::sync::OnceLock;
    static LIVE: OnceLock<ArcRwSignal<Option<i64>>> = OnceLock::new();
    LIVE.get_or_init(|| ArcRwSignal::new(None)).clone()
}

/// On the server every page is its own, so nothing may be shared.
#[cfg(not(feature = "hydrate"))]
fn live() -> ArcRwSignal<Option<i64>> {
    ArcRwSignal::new(None)
}
