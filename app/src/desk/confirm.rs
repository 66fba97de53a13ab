//! A last question before a step that touches much, or cannot be taken back: a page of its own, so
//! that it asks with scripts off too.

use leptos::prelude::*;

use crate::text::t;

/// The question, and a form whose one button does it.
#[component]
pub(crate) fn Confirm(
    /// What will be done, with its number: `12개 상품을 판매 중지합니다.`
    #[prop(into)]
    question: String,
    /// The form's address, a server function.
    action: &'static str,
    /// What the form carries, unseen.
    fields: Vec<(&'static str, String)>,
    /// What the button says; it names the number too.
    #[prop(into)]
    button: String,
    /// Where to go instead.
    #[prop(into)]
    back: String,
    /// What else there is to know, or to fill in.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let fields =
        fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view();
    view! {
        <form class="panel confirm" action=action method="post">
            <h2>{question}</h2>
            {fields}
            {children.map(|children| children())}
            <div class="actions">
                <button class="button primary">{button}</button>
                <a class="button" href=back>{t!("desk-not-now")}</a>
            </div>
        </form>
    }
}
