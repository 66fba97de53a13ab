//! The form that puts a product into the cart without leaving its page.

use contract::Quantity;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::{CartTexts, add_to_cart, badge};

/// Quantity and button. Without scripts it is a plain form.
#[island]
pub fn AddToCart(
    /// The product.
    product: i64,
    /// What stands in the field.
    quantity: String,
    /// Why what stands there was refused, if it was.
    flaw: Option<String>,
    /// Copies that can be had.
    max: i32,
    /// What to say.
    texts: CartTexts,
) -> impl IntoView {
    let typed = RwSignal::new(quantity);
    let refusal = RwSignal::new(flaw);
    let (added, set_added) = signal(false);
    let (pending, set_pending) = signal(false);
    let step = move |by: i32| {
        let now = typed.with_untracked(|typed| typed.trim().parse::<i32>().unwrap_or(1));
        typed.set(now.saturating_add(by).clamp(1, max.max(1)).to_string());
    };
    let said = texts.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        set_added.set(false);
        if let Err(flaw) = Quantity::parse(&typed.get_untracked()) {
            refusal.set(Some(said.flaw(flaw)));
            return;
        }
        let said = said.clone();
        set_pending.set(true);
        spawn_local(async move {
            match add_to_cart(product.to_string(), typed.get_untracked()).await {
                Ok(copies) => {
                    badge::tell(copies);
                    refusal.set(None);
                    set_added.set(true);
                }
                Err(failure) => refusal.set(Some(said.failure(&failure))),
            }
            set_pending.set(false);
        });
    };
    view! {
        <form class="add" action="/fn/cart/add" method="post" on:submit=submit>
            <input type="hidden" name="product" value=product />
            <div class="field">
                <label for="quantity">{texts.quantity}</label>
                <div class="stepper">
                    <button type="button" aria-label=texts.fewer on:click=move |_| step(-1)>"−"</button>
                    <input
                        id="quantity"
                        name="quantity"
                        inputmode="numeric"
                        autocomplete="off"
                        value=typed.get_untracked()
                        prop:value=typed
                        on:input=move |event| typed.set(event_target_value(&event))
                        aria-invalid=move || refusal.with(Option::is_some).then_some("true")
                        aria-describedby="quantity-flaw"
                    />
                    <button type="button" aria-label=texts.more on:click=move |_| step(1)>"+"</button>
                </div>
                <p class="flaw" id="quantity-flaw" role="alert">{move || refusal.get()}</p>
            </div>
            <button class="button primary" aria-disabled=move || pending.get().then_some("true")>{texts.add}</button>
            <p class="done" role="status" hidden=move || !added.get()>
                {texts.added}" "<a href="/cart">{texts.view_cart}</a>
            </p>
        </form>
    }
}
