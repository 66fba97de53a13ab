//! The form that puts a product into the cart without leaving its page.

use contract::Quantity;
use leptos::{ev::SubmitEvent, html::Input, prelude::*, task::spawn_local};

use super::{
    CartTexts, add_to_cart, badge,
    stepper::{Stepper, typed},
};

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
    let field = NodeRef::<Input>::new();
    let refusal = RwSignal::new(flaw);
    let (added, set_added) = signal(false);
    let (pending, set_pending) = signal(false);
    let said = texts.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        set_added.set(false);
        let quantity = typed(field);
        if let Err(flaw) = Quantity::parse(&quantity) {
            refusal.set(Some(said.flaw(flaw)));
            return;
        }
        let said = said.clone();
        set_pending.set(true);
        spawn_local(async move {
            match add_to_cart(product.to_string(), quantity).await {
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
                <label for="quantity">{texts.quantity.clone()}</label>
                <Stepper id="quantity".to_owned() value=quantity field max refusal texts=texts.clone() changed=|| () />
                <p class="flaw" id="quantity-flaw" role="alert">{move || refusal.get()}</p>
            </div>
            <button class="button primary" aria-disabled=move || pending.get().then_some("true")>{texts.add}</button>
            <p class="done" role="status" hidden=move || !added.get()>
                {texts.added}" "<a href="/cart">{texts.view_cart}</a>
            </p>
        </form>
    }
}
