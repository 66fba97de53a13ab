//! The page of a product, and how it will look while it is a draft.

mod gallery;

use contract::{Failure, money::won, product::ProductStatus};
use domain::{
    picture::{self, Picture},
    product::{self, Product},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    cart::{AddToCart, doorway::add_form, texts},
    catalog::category_name,
    context::{shop, visitor},
    desk::operator,
    form::returned,
    listing::{Cards, Price},
    page::{Head, page},
    text::t,
    wish::WishForm,
};

use gallery::Gallery;

/// A product.
#[component]
pub(crate) fn ProductPage() -> impl IntoView {
    shown(false)
}

/// The same as those who run it see it before everybody does.
#[component]
pub(crate) fn PreviewPage() -> impl IntoView {
    shown(true)
}

fn shown(preview: bool) -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let added = use_query_map().with_untracked(|query| query.get("added").is_some());
    page(async move {
        let id = id.parse().map_err(|_| Failure::NotFound)?;
        let shop = shop()?;
        let mut product = if preview {
            let (_, by) = operator().await?;
            product::preview(&shop, &by, id).await?
        } else {
            product::get(&shop, id).await?.ok_or(Failure::NotFound)?
        };
        let draft = product.status == ProductStatus::Draft;
        if draft {
            product.status = ProductStatus::OnSale;
        }
        let pictures = picture::of_product(&shop, id).await?;
        let related = product::related(&shop, &product, 6).await?;
        let form = returned(&add_form(&product.id.to_string()));
        let buyable = product.status == ProductStatus::OnSale && product.available > 0;
        let stock = match (product.status, product.available) {
            (ProductStatus::OnSale, 0) => view! { <p class="stock out">{t!("sold-out-sentence")}</p> }.into_any(),
            (ProductStatus::OnSale, copies) => {
                view! { <p class="stock">{t!("copies-available", count = copies)}</p> }.into_any()
            }
            _ => view! { <p class="stock out">{t!("failure-not-on-sale")}</p> }.into_any(),
        };
        // Nothing can be bought from a preview.
        let sample = (preview && buyable)
            .then(|| view! { <p><button class="button primary" disabled=true>{t!("add-to-cart")}</button></p> });
        let buy = (buyable && !preview).then(|| {
            let quantity = form.value("quantity", "1");
            let flaw = form.flaw("quantity").or_else(|| form.failure().map(crate::text::failure));
            view! { <AddToCart product=product.id quantity flaw max=product.available.min(99) texts=texts() /> }
        });
        let gone = product.status == ProductStatus::OnSale && product.available == 0;
        let wish = (gone && !preview).then_some(product.id);
        let wish = match (wish, visitor().shopper) {
            (Some(id), Some(shopper)) => Some((id, domain::wish::has(&shop, &shopper, id).await?)),
            (wish, _) => wish.map(|id| (id, false)),
        };
        let wish = wish.map(|(product, waiting)| view! { <WishForm product waiting /> });
        let facts = structured(&product, &pictures);
        let cover = if draft && pictures.is_empty() {
            view! { <DraftCover id=product.id /> }.into_any()
        } else {
            view! { <Gallery product=product.id title=product.title.clone() pictures /> }.into_any()
        };
        let name = category_name(&product.category);
        let category = format!("/categories/{}", product.category.slug);
        Ok(view! {
            <Head title=product.title.clone() private=preview />
            {preview.then(|| view! { <Banner id=product.id draft /> })}
            <nav class="crumbs" aria-label=t!("breadcrumb")>
                <a href="/">{t!("home")}</a>" › "<a href=category>{name.clone()}</a>
            </nav>
            {added.then(|| view! {
                <p class="notice good" role="status">{t!("added-to-cart")} " " <a href="/cart">{t!("view-cart")}</a></p>
            })}
            <article class="product">
                {cover}
                <div class="facts">
                    <h1>{product.title.clone()}</h1>
                    {(!product.original_title.is_empty()).then(|| view! { <p class="original">{product.original_title.clone()}</p> })}
                    <p class="author">{product.author.clone()}</p>
                    <Price list=product.list_price sale=product.sale_price />
                    {stock}
                    {sample}
                    {buy}
                    {wish}
                    {(product.earns > 0).then(|| view! { <p class="earns">{t!("points-to-earn", points = won(product.earns))}</p> })}
                    <p class="delivery">{t!(
                        "delivery-terms",
                        fee = won(shop.policy.delivery.fee),
                        free = won(shop.policy.delivery.free_from)
                    )}</p>
                </div>
                <section class="about">
                    <h2>{t!("about-book")}</h2>
                    <p>{product.description.clone()}</p>
                    <table class="facts-table">
                        <tbody>
                            <tr><th scope="row">"ISBN"</th><td>{product.isbn.clone()}</td></tr>
                            <tr><th scope="row">{t!("first-published")}</th><td>{year(product.published_year)}</td></tr>
                            <tr><th scope="row">{t!("category")}</th><td>{name}</td></tr>
                            <tr><th scope="row">{t!("seller")}</th><td>{product.seller.clone()}</td></tr>
                        </tbody>
                    </table>
                </section>
            </article>
            {(!preview).then(|| view! { <script type="application/ld+json" nonce=use_nonce() inner_html=facts></script> })}
            <section><h2>{t!("related")}</h2><Cards cards=related /></section>
        }
        .into_any())
    })
}

/// Says that this is a preview, with the way back to the product's own page.
#[component]
fn Banner(id: i64, draft: bool) -> impl IntoView {
    view! {
        <p class="notice" role="status">
            {t!("product-preview-note")} " " {draft.then(|| t!("product-preview-draft"))} " "
            <a href=format!("/seller/products/{id}")>{t!("product-edit")}</a>
        </p>
    }
}

/// The cover of a draft, which only those who run it are shown.
#[component]
fn DraftCover(id: i64) -> impl IntoView {
    view! { <img class="cover" src=format!("/seller/products/{id}/cover.svg") alt="" width="300" height="440" /> }
}

fn year(year: i32) -> String {
    // As text: a year is not grouped into thousands.
    let number = year.unsigned_abs().to_string();
    if year < 0 { t!("year-bc", year = number) } else { t!("year", year = number) }
}

/// What search engines read (schema.org Product and Offer).
fn structured(product: &Product, pictures: &[Picture]) -> String {
    let drawn = || vec![format!("/covers/{}.svg", product.id)];
    let shown: Vec<_> = pictures.iter().map(|one| one.versions.address(one.versions.width)).collect();
    let images = if shown.is_empty() { drawn() } else { shown };
    let availability =
        if product.status == ProductStatus::OnSale && product.available > 0 { "InStock" } else { "OutOfStock" };
    let facts = serde_json::json!({
        "@context": "https://schema.org", "@type": ["Product", "Book"], "name": product.title,
        "author": {"@type": "Person", "name": product.author}, "isbn": product.isbn,
        "description": product.description, "image": images,
        "offers": {
            "@type": "Offer", "price": product.sale_price, "priceCurrency": "KRW",
            "availability": format!("https://schema.org/{availability}"),
        },
    });
    // A title must not be able to end the script.
    facts.to_string().replace('<', "\\u003c")
}
