//! Waiting for a book that is sold out.

use contract::{Failure, product::ProductId, when::kst_day};
use domain::wish::{self, Wish};
use leptos::prelude::*;

use crate::{
    context::{own_path, shop, shopper},
    form::{Sent, answer, returned},
    text::t,
};

/// Waits for a product. Who is not signed in does so first, and comes back.
#[server(prefix = "/fn", endpoint = "wish/add")]
async fn add(#[server(default)] product: String) -> Result<(), Failure> {
    let outcome = async {
        let product: ProductId = product.parse().map_err(|_| Failure::NotFound)?;
        wish::add(&shop()?, &shopper()?, product).await?;
        Ok(format!("/products/{product}"))
    };
    act(&product, "", outcome.await).await
}

/// Waits for a product no longer.
#[server(prefix = "/fn", endpoint = "wish/withdraw")]
async fn withdraw(#[server(default)] product: String, #[server(default)] next: String) -> Result<(), Failure> {
    let outcome = async {
        let product: ProductId = product.parse().map_err(|_| Failure::NotFound)?;
        wish::withdraw(&shop()?, &shopper()?, product).await?;
        Ok(if next.is_empty() { format!("/products/{product}") } else { own_path(&next).to_owned() })
    };
    act(&product, &next, outcome.await).await
}

async fn act(product: &str, next: &str, outcome: Result<String, Failure>) -> Result<(), Failure> {
    let page = match outcome {
        // The page of a product that is not there would be missing too.
        Err(Failure::NotFound) => "/".to_owned(),
        _ if !next.is_empty() => own_path(next).to_owned(),
        _ => format!("/products/{product}"),
    };
    answer(Sent { form: "wish", page: &page, fields: &[] }, outcome).await
}

/// The form on the page of a product that is sold out: pressed once it waits, pressed again it
/// does not.
#[component]
pub(crate) fn WishForm(
    /// The product.
    product: ProductId,
    /// Whether the shopper waits for it already.
    waiting: bool,
) -> impl IntoView {
    let (action, name) =
        if waiting { ("/fn/wish/withdraw", t!("wish-withdraw")) } else { ("/fn/wish/add", t!("wish-add")) };
    view! {
        {returned("wish").summary()}
        <form class="wish" action=action method="post">
            <input type="hidden" name="product" value=product />
            {waiting.then(|| view! { <p role="status">{t!("wish-waiting")}</p> })}
            <button class="button" class:primary=!waiting>{name}</button>
        </form>
    }
}

/// What one waits for, each with the way out.
#[component]
pub(crate) fn Wishes(
    /// One's own wishes.
    wishes: Vec<Wish>,
) -> impl IntoView {
    if wishes.is_empty() {
        return ().into_any();
    }
    let items = wishes
        .into_iter()
        .map(|wish| {
            let label = format!("{}: {}", t!("wish-withdraw"), wish.title);
            view! {
                <li>
                    <a href=format!("/products/{}", wish.product)>{wish.title}</a>
                    <span class="when">{t!("wish-since", day = kst_day(wish.created_at))}</span>
                    <form action="/fn/wish/withdraw" method="post">
                        <input type="hidden" name="product" value=wish.product />
                        <input type="hidden" name="next" value="/my/notifications" />
                        <button class="button small" aria-label=label>{t!("wish-withdraw")}</button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="wishes">
            <h2>{t!("wishes")}</h2>
            <ul>{items}</ul>
        </section>
    }
    .into_any()
}
