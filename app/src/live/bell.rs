//! The count of unread notifications in the header.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use super::{Told, listen};

/// More than so many are not told apart.
const MOST: i64 = 99;

/// How many notifications are unread, as they come and are read; nothing to see where there are
/// none.
#[island]
pub fn Bell(
    /// The count when the page was rendered.
    unread: i64,
    /// What it counts, for those who hear it.
    label: String,
) -> impl IntoView {
    let count = RwSignal::new(unread);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        listen(move |told| {
            if let Told::Inbox(now) = told {
                count.set(*now);
            }
        });
    });
    let shown = move || match count.get() {
        count if count > MOST => format!("{MOST}+"),
        count => count.to_string(),
    };
    view! {
        <span role="status">
            <span class="count" hidden=move || count.get() < 1>
                <span class="hidden">{label}" "</span>
                <span data-testid="unread-count">{shown}</span>
            </span>
        </span>
    }
}
