//! The page of the cart.

use domain::cart;
use leptos::prelude::*;

use super::{Board, doorway::line_form, texts};
use crate::{
    context::{cart_owner, shop, visitor},
    form::returned,
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
        for line in &lines {
            let form = returned(&line_form(&line.product.to_string())).await?;
            if let Some(failure) = form.failure() {
                let why = form.flaw("quantity").unwrap_or_else(|| text::failure(failure));
                refused = Some((line.product, form.value("quantity", ""), why));
            }
        }
        let guest = visitor().shopper.is_none() && !lines.is_empty();
        Ok(view! {
            <Head title=t!("cart") private=true />
            <h1>{t!("cart")}</h1>
            {guest.then(|| view! {
                <p class="notice">{t!("cart-of-guest")} " " <a href="/login?next=/cart">{t!("sign-in")}</a></p>
            })}
            <Board lines refused policy=shop.policy.delivery texts=texts() />
        }
        .into_any())
    })
}
