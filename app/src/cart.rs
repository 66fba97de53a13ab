//! The cart: its server functions, and its islands.

mod add;
mod badge;
mod board;
mod line;
#[cfg(feature = "ssr")]
pub(crate) mod page;
mod stepper;

use contract::{Failure, form::Flaw};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

pub use add::AddToCart;
pub use badge::Badge;
pub use board::Board;

/// Puts copies of a product into the cart. Answers with the copies in the cart.
///
/// # Errors
/// The reason of the refusal.
#[server(prefix = "/fn", endpoint = "cart/add")]
pub async fn add_to_cart(
    #[server(default)] product: String,
    #[server(default)] quantity: String,
) -> Result<i64, Failure> {
    let added = doorway::add(&product, &quantity).await;
    // The page of a product that is gone would be missing too.
    let page = if added == Err(Failure::NotFound) { "/cart".to_owned() } else { format!("/products/{product}") };
    doorway::answer(&doorway::add_form(&product), &page, &format!("{page}?added=1"), &quantity, added).await
}

/// Sets how many copies a line of the cart holds. Answers with the copies in the cart.
///
/// # Errors
/// The reason of the refusal.
#[server(prefix = "/fn", endpoint = "cart/change")]
pub async fn change_cart(
    #[server(default)] product: String,
    #[server(default)] quantity: String,
) -> Result<i64, Failure> {
    let changed = doorway::change(&product, &quantity).await;
    doorway::answer(&doorway::line_form(&product), "/cart", "/cart", &quantity, changed).await
}

/// Takes a line out of the cart. Answers with the copies in the cart.
///
/// # Errors
/// The reason of the refusal.
#[server(prefix = "/fn", endpoint = "cart/remove")]
pub async fn remove_from_cart(#[server(default)] product: String) -> Result<i64, Failure> {
    let removed = doorway::remove(&product).await;
    doorway::answer("cart/remove", "/cart", "/cart", "", removed).await
}

/// What the islands say, in the language of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartTexts {
    /// The quantity field.
    pub quantity: String,
    /// One more.
    pub more: String,
    /// One fewer.
    pub fewer: String,
    /// The button that puts in.
    pub add: String,
    /// It is in.
    pub added: String,
    /// The way to the cart.
    pub view_cart: String,
    /// The button that changes a line.
    pub change: String,
    /// The button that takes a line out.
    pub remove: String,
    /// A line that cannot be had as it stands.
    pub short: String,
    /// A line whose price is not what it was.
    pub price_changed: String,
    /// The price of the goods.
    pub goods: String,
    /// The price of delivery.
    pub delivery: String,
    /// Delivery that costs nothing.
    pub free: String,
    /// The amount to pay.
    pub total: String,
    /// The way to the checkout.
    pub order: String,
    /// Nothing is left.
    pub empty: String,
    /// On to something to put in.
    pub browse: String,
    /// The quantity is no number.
    pub not_a_number: String,
    /// The quantity is too small or too large.
    pub out_of_range: String,
    /// Not enough copies.
    pub out_of_stock: String,
    /// Not sold.
    pub not_on_sale: String,
    /// Too many lines.
    pub cart_full: String,
    /// Anything else.
    pub unavailable: String,
}

impl CartTexts {
    /// Why the cart refused, in a sentence.
    fn failure(&self, failure: &Failure) -> String {
        match failure {
            Failure::Invalid(flaws) => self.flaw(flaws.of("quantity").unwrap_or(Flaw::NotANumber)),
            Failure::OutOfStock => self.out_of_stock.clone(),
            Failure::NotOnSale | Failure::NotFound => self.not_on_sale.clone(),
            Failure::CartFull => self.cart_full.clone(),
            _ => self.unavailable.clone(),
        }
    }

    /// Why a quantity was refused, in a sentence.
    fn flaw(&self, flaw: Flaw) -> String {
        match flaw {
            Flaw::OutOfRange { .. } => self.out_of_range.clone(),
            _ => self.not_a_number.clone(),
        }
    }
}

/// The texts of the islands, in the language of the page.
#[cfg(feature = "ssr")]
pub(crate) fn texts() -> CartTexts {
    use crate::text::t;
    CartTexts {
        quantity: t!("quantity"),
        more: t!("one-more"),
        fewer: t!("one-fewer"),
        add: t!("add-to-cart"),
        added: t!("added-to-cart"),
        view_cart: t!("view-cart"),
        change: t!("change"),
        remove: t!("remove"),
        short: t!("line-short", available = "{available}"),
        price_changed: t!("line-price-changed", before = "{before}", now = "{now}"),
        goods: t!("goods"),
        delivery: t!("delivery"),
        free: t!("free"),
        total: t!("total"),
        order: t!("to-checkout"),
        empty: t!("cart-empty"),
        browse: t!("browse"),
        not_a_number: t!("flaw-not-a-number"),
        out_of_range: t!("flaw-out-of-range", min = "1", max = "99"),
        out_of_stock: t!("failure-out-of-stock"),
        not_on_sale: t!("failure-not-on-sale"),
        cart_full: t!("failure-cart-full"),
        unavailable: t!("failure-unavailable"),
    }
}

/// What the server functions do: who is asking, parse, one domain call, answer.
#[cfg(feature = "ssr")]
pub(crate) mod doorway {
    use contract::{Failure, Quantity, form::Flaws, product::ProductId};
    use domain::cart::{self, Owner};

    use crate::{
        context::{cart_owner, cart_owner_or_new, keep_cart, shop},
        form::{self, Sent},
    };

    pub(super) async fn add(product: &str, typed: &str) -> Result<Owner, Failure> {
        let (product, quantity) = (id(product)?, quantity(typed)?);
        let owner = cart_owner_or_new();
        cart::add(&shop()?, owner, product, quantity).await?;
        keep_cart(owner).await?;
        Ok(owner)
    }

    pub(super) async fn change(product: &str, typed: &str) -> Result<Owner, Failure> {
        let owner = cart_owner().ok_or(Failure::NotFound)?;
        cart::change(&shop()?, owner, id(product)?, quantity(typed)?).await?;
        Ok(owner)
    }

    pub(super) async fn remove(product: &str) -> Result<Owner, Failure> {
        let (owner, product) = (cart_owner_or_new(), id(product)?);
        cart::remove(&shop()?, owner, product).await?;
        Ok(owner)
    }

    /// The form of one product; each comes back on its own.
    pub(crate) fn add_form(product: &str) -> String {
        format!("cart/add/{product:.20}")
    }

    /// The form of one line of the cart; each line comes back on its own.
    pub(crate) fn line_form(product: &str) -> String {
        format!("cart/change/{product:.20}")
    }

    pub(super) async fn answer(
        form: &str,
        page: &str,
        next: &str,
        quantity: &str,
        outcome: Result<Owner, Failure>,
    ) -> Result<i64, Failure> {
        let owner = outcome.as_ref().ok().copied();
        let sent = Sent { form, page, fields: &[("quantity", quantity)] };
        form::answer(sent, outcome.map(|_| next.to_owned())).await?;
        match owner {
            Some(owner) => Ok(cart::copies(&shop()?, owner).await?),
            None => Ok(0),
        }
    }

    fn id(typed: &str) -> Result<ProductId, Failure> {
        typed.parse().map_err(|_| Failure::NotFound)
    }

    fn quantity(typed: &str) -> Result<Quantity, Failure> {
        Quantity::parse(typed).map_err(|flaw| Failure::Invalid(Flaws::one("quantity", flaw)))
    }
}
