//! The fields of a webhook, for a new one and for a change.

use contract::{
    Failure,
    subscription::{MOST_DESCRIPTION, Topic},
};
use domain::subscription::SubscriptionForm;
use leptos::prelude::*;

use crate::{
    form::{Field, Returned},
    text::t,
    words,
};

/// The description's name on the page, which tells it from that of a product.
const DESCRIPTION: &str = "hook_description";

/// What was typed, by the fields' names on the page; topics as one text.
pub(super) fn typed(form: &SubscriptionForm) -> [(&'static str, String); 3] {
    [("url", form.url.clone()), ("topics", form.topics.join(" ")), (DESCRIPTION, form.description.clone())]
}

/// What came of the form, its flaws by the fields' names on the page.
pub(super) fn named<T>(outcome: Result<T, Failure>) -> Result<T, Failure> {
    outcome.map_err(|failure| match failure {
        Failure::Invalid(flaws) => {
            let name = |field: &str| if field == "description" { DESCRIPTION.to_owned() } else { field.to_owned() };
            Failure::Invalid(flaws.iter().map(|(field, flaw)| (name(field), flaw)).collect())
        }
        failure => failure,
    })
}

/// Address, topics and description.
#[component]
pub(super) fn Fields(
    /// The form that they stand in.
    form: Returned,
    /// Whether http and private networks are allowed.
    private: bool,
    /// What stands there, if the form was not just refused.
    #[prop(optional)]
    now: SubscriptionForm,
) -> impl IntoView {
    let hint = if private { t!("hook-url-hint-private") } else { t!("hook-url-hint") };
    let flaw = form.flaw("topics");
    let described = flaw.is_some().then_some("topics-flaw");
    let chosen = form.value("topics", &now.topics.join(" "));
    let ticks = Topic::ALL
        .into_iter()
        .enumerate()
        .map(|(at, topic)| {
            let checked = chosen.split(' ').any(|word| word == topic.word());
            view! {
                <label class="tick">
                    <input type="checkbox" name=format!("form[topics][{at}]") value=topic.word() checked=checked />
                    <span>{words::subscription::topic(topic)} " " <code>{topic.word()}</code></span>
                </label>
            }
        })
        .collect_view();
    view! {
        <Field name="url" wire="form[url]" label=t!("subscription-url") form=form.clone() value=now.url kind="url" inputmode="url" required=true hint=hint />
        <fieldset id="topics" class="ticks" tabindex="-1" aria-describedby=described>
            <legend>{t!("subscription-topics")} <span class="required" aria-hidden="true">" *"</span></legend>
            {ticks}
            {flaw.map(|flaw| view! { <p class="flaw" id="topics-flaw">{flaw}</p> })}
        </fieldset>
        <Field name=DESCRIPTION wire="form[description]" label=t!("hook-description") form=form value=now.description hint=t!("hook-description-hint", max = MOST_DESCRIPTION) />
    }
}
