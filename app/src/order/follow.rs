//! How an order stands, kept true while its page is open.

mod state;
#[cfg(feature = "hydrate")]
mod watch;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::copy::{Copy, CopyTexts};
pub use state::{Followed, FollowedParcel, FollowedPart, FollowedStep, follow_order};
#[cfg(feature = "ssr")]
pub(super) use state::{followed, texts};

/// What the island says, in the language of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowTexts {
    /// The heading.
    pub title: String,
    /// The order's own status.
    pub order: String,
    /// Where the money stands.
    pub payment: String,
    /// Who brings a parcel.
    pub carrier: String,
    /// Its number there.
    pub number: String,
    /// What the checkpoints of a parcel are.
    pub track: String,
    /// Copies the number.
    pub copy: String,
    /// It is copied.
    pub copied: String,
    /// It is not, but marked.
    pub marked: String,
    /// The rest of the page is an old one.
    pub old: String,
    /// Loads the page anew.
    pub reload: String,
}

/// What is shown, and what has become of the page around it.
#[derive(Debug, Clone, Copy)]
struct Page {
    /// How the order stands.
    now: RwSignal<Followed>,
    /// What changed, for those who hear it.
    said: RwSignal<String>,
    /// Whether the rest of the page shows what is over.
    old: RwSignal<bool>,
}

/// Statuses, parcels, and where these are. Without scripts, a reload shows the same.
#[island]
pub fn Follow(
    /// How the order stood when the page was rendered.
    order: Followed,
    /// What to say.
    texts: FollowTexts,
) -> impl IntoView {
    let page = Page { now: RwSignal::new(order), said: RwSignal::new(String::new()), old: RwSignal::new(false) };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| watch::watch(page));
    let words = StoredValue::new(texts);
    let said = move |word: fn(&FollowTexts) -> &String| words.with_value(|texts| word(texts).clone());
    let parts = move || {
        let parts = page.now.with(|now| now.parts.clone());
        parts.into_iter().map(|part| view! { <Part part words /> }).collect_view()
    };
    view! {
        <section class="follow" data-testid="follow">
            <h2>{said(|texts| &texts.title)}</h2>
            <p class="hidden" role="status">{move || page.said.get()}</p>
            <p class="notice" hidden=move || !page.old.get()>
                {said(|texts| &texts.old)} " " {move || page.now.with(|now| now.note.clone())} " "
                <a href=move || page.now.with(|now| format!("/orders/{}", now.order))>{said(|texts| &texts.reload)}</a>
            </p>
            <dl class="where">
                <div><dt>{said(|texts| &texts.order)}</dt><dd>{move || page.now.with(|now| now.status.clone())}</dd></div>
                <div><dt>{said(|texts| &texts.payment)}</dt><dd>{move || page.now.with(|now| now.payment.clone())}</dd></div>
            </dl>
            {parts}
        </section>
    }
}

/// One seller's part.
#[component]
fn Part(part: FollowedPart, words: StoredValue<FollowTexts>) -> impl IntoView {
    let parcels = part.parcels.into_iter().map(|parcel| view! { <Parcel parcel words /> }).collect_view();
    view! {
        <section class="sent">
            <h3>{part.seller} " " <span class="badge">{part.status}</span></h3>
            {parcels}
        </section>
    }
}

/// A parcel: who brings it, its number, and its checkpoints, newest last.
#[component]
fn Parcel(parcel: FollowedParcel, words: StoredValue<FollowTexts>) -> impl IntoView {
    let said = move |word: fn(&FollowTexts) -> &String| words.with_value(|texts| word(texts).clone());
    let texts = words.with_value(|texts| CopyTexts {
        name: texts.number.clone(),
        copy: texts.copy.clone(),
        copied: texts.copied.clone(),
        marked: texts.marked.clone(),
    });
    let last = parcel.steps.len().saturating_sub(1);
    let steps = parcel
        .steps
        .into_iter()
        .enumerate()
        .map(|(at, step)| {
            let current = (at == last).then_some("step");
            view! {
                <li aria-current=current>
                    <strong>{step.status}</strong>
                    <span class="place">{step.place}</span>
                    <time datetime=step.machine>{step.at}</time>
                </li>
            }
        })
        .collect_view();
    view! {
        <dl class="parcel">
            <div><dt>{said(|texts| &texts.carrier)}</dt><dd>{parcel.carrier}</dd></div>
            <div><dt>{said(|texts| &texts.number)}</dt><dd><Copy text=parcel.number texts /></dd></div>
        </dl>
        <ol class="track" aria-label=said(|texts| &texts.track)>{steps}</ol>
    }
}
