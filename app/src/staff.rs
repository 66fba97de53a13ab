//! The pages of who runs the shop, and what these have in common. Each works with scripts off:
//! nothing here is an island.

pub(crate) mod applications;
pub(crate) mod audit;
pub(crate) mod campaign;
mod campaign_preview;
pub(crate) mod campaigns;
pub(crate) mod chosen;
pub(crate) mod claims;
pub(crate) mod copies;
pub(crate) mod coupon_batch;
pub(crate) mod coupon_files;
pub(crate) mod coupon_live;
pub(crate) mod home;
pub(crate) mod member;
pub(crate) mod members;
pub(crate) mod new_campaign;
pub(crate) mod order;
pub(crate) mod part;
pub(crate) mod payments;
pub(crate) mod points;
pub(crate) mod readers;
pub(crate) mod reconciliation;
pub(crate) mod sandbox;
pub(crate) mod system;
pub(crate) mod trail;
pub(crate) mod webhooks;

use leptos::prelude::*;

use crate::{
    desk::{Tabs, staff},
    form::Returned,
    text::t,
};

/// A step that cannot be taken back: what does it stands one click deeper.
#[component]
pub(crate) fn Ask(
    /// What the step is called.
    #[prop(into)]
    step: String,
    /// Whether it is open already: what it asked for came back refused.
    #[prop(optional)]
    open: bool,
    /// What it does, and the button.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="ask" open=open>
            <summary class="button small">{step}</summary>
            <div class="asked">{children()}</div>
        </details>
    }
}

/// The field for the reason of a step. Several may stand on a page: that of the form that came
/// back has the plain id, which the summary links to.
#[component]
pub(crate) fn Reason(
    /// The form that it stands in.
    form: Returned,
    /// Tells it from the others of the page.
    #[prop(into)]
    scope: String,
) -> impl IntoView {
    let id = if form.typed("reason").is_some() { "reason".to_owned() } else { format!("reason-{scope}") };
    let flaw = form.flaw("reason");
    let invalid = flaw.is_some().then_some("true");
    let described = flaw.is_some().then_some("reason-flaw");
    view! {
        <div class="field">
            <label for=id.clone()>{t!("reason")} <span class="required" aria-hidden="true">" *"</span></label>
            <input
                id=id
                name="reason"
                type="text"
                value=form.value("reason", "")
                autocomplete="off"
                required=true
                aria-invalid=invalid
                aria-describedby=described
            />
            {flaw.map(|flaw| view! { <p class="flaw" id="reason-flaw">{flaw}</p> })}
        </div>
    }
}

/// One of a few, with its flaw beside it.
#[component]
pub(crate) fn Choice(
    /// Its name; also the anchor that a summary links to.
    #[prop(into)]
    name: String,
    /// Its name on the wire, where it is not the same.
    #[prop(optional)]
    wire: Option<&'static str>,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// The form that it stands in.
    #[prop(optional)]
    form: Returned,
    /// What is chosen, if the form was not just refused.
    value: &'static str,
    /// What can be chosen: words of the wire and of people.
    options: Vec<(&'static str, String)>,
) -> impl IntoView {
    let chosen = form.value(&name, value);
    let flaw = form.flaw(&name).map(|flaw| view! { <p class="flaw" id=format!("{name}-flaw")>{flaw}</p> });
    let described = flaw.is_some().then(|| format!("{name}-flaw"));
    let options = options
        .into_iter()
        .map(|(word, text)| view! { <option value=word selected=word == chosen>{text}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <select
                id=name.clone()
                name=wire.map_or(name, str::to_owned)
                aria-invalid=flaw.is_some().then_some("true")
                aria-describedby=described
            >
                {options}
            </select>
            {flaw}
        </div>
    }
}
