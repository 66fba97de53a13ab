//! The page of the cart.

use domain::cart;
use leptos::prelude::*;

use super::{Board, doorway::line_form, texts};
use crate::{
    context::{cart_owner, shop, visitor},
    form::{returned, returned_within},
    page::{Head, page},
    text::{self, t},
};

/// The cart.
#[component]
pub(crate) fn CartPage() -> impl IntoView {
    page(async move {
        let shop = shop()?;
        let lines = match cart_owner() {
            Some(owner) => cart::lines(&shop, owner).await?,
            None => Vec::new(),
        };
        let mut refused = None;
        let forms: Vec<String> = lines.iter().map(|line| line_form(&line.product.to_string())).collect();
        for (line, form) in lines.iter().zip(&forms) {
            let form = returned(form);
            if let Some(failure) = form.failure() {
                let why = form.flaw("quantity").unwrap_or_else(|| text::failure(failure));
                refused = Some((line.product, form.value("quantity", ""), why));
            }
        }
        let guest = visitor().shopper.is_none() && !lines.is_empty();
        Ok(view! {
            <Head title=t!("cart") private=true />
            <h1>{t!("cart")}</h1>
            {returned_within("cart/", &forms).summary()}
            {guest.then(|| view! {
                <p class="notice">{t!("cart-of-guest")} " " <a href="/login?next=/cart">{t!("sign-in")}</a></p>
            })}
            <Board lines refused policy=shop.policy.delivery texts=texts() />
        }
        .into_any())
    })
}
