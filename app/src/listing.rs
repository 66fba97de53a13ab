//! Cards of products, and the controls of a listing: its order and its pages, all in the URL.

use contract::{
    listing::Sort,
    money::{percent_off, won},
    picture::Versions,
    product::ProductCard,
};
use leptos::prelude::*;

use crate::{
    form::query_value,
    text::{self, t},
};

/// Few enough copies to say so.
const FEW: i32 = 5;

/// A grid of products.
#[component]
pub(crate) fn Cards(
    /// What it shows.
    cards: Vec<ProductCard>,
) -> impl IntoView {
    let cards = cards.into_iter().map(|card| view! { <li><Card card /></li> }).collect_view();
    view! { <ul class="cards">{cards}</ul> }
}

#[component]
fn Card(card: ProductCard) -> impl IntoView {
    let stock = match card.available {
        0 => Some(view! { <span class="badge out">{t!("sold-out")}</span> }.into_any()),
        few if few <= FEW => Some(view! { <span class="badge few">{t!("copies-left", count = few)}</span> }.into_any()),
        _ => None,
    };
    view! {
        <a class="card" href=format!("/products/{}", card.id)>
            <Cover id=card.id picture=card.cover lazy=true />
            <span class="title">{card.title}</span>
            <span class="author">{card.author}</span>
            <Price list=card.list_price sale=card.sale_price />
            {stock}
        </a>
    }
}

/// The first picture of a product, or else its drawn cover. Decoration: its title always stands
/// beside it.
#[component]
pub(crate) fn Cover(
    /// The product.
    id: i64,
    /// Its first picture, as its row names it.
    #[prop(optional_no_strip)]
    picture: Option<String>,
    /// Whether it can wait until it is scrolled to.
    #[prop(optional)]
    lazy: bool,
) -> impl IntoView {
    let loading = if lazy { "lazy" } else { "eager" };
    let (src, versions) = match picture.as_deref().and_then(Versions::parse) {
        Some(versions) => (versions.address(0), Some(versions.all())),
        None => (format!("/covers/{id}.svg"), None),
    };
    let sizes = versions.is_some().then_some("(width < 48rem) 45vw, 12rem");
    view! { <img class="cover" src=src srcset=versions sizes=sizes alt="" width="300" height="440" loading=loading /> }
}

/// A price, and how far it is below the one on the cover.
#[component]
pub(crate) fn Price(
    /// The price on the cover, in won.
    list: i64,
    /// The price to pay, in won.
    sale: i64,
) -> impl IntoView {
    let off = percent_off(list, sale);
    view! {
        <span class="price">
            {(off > 0).then(|| view! { <span class="off">{format!("{off}%")}</span> })}
            <strong>{won(sale)}</strong>
            {(sale < list).then(|| view! { <s><span class="hidden">{t!("list-price")}" "</span>{won(list)}</s> })}
        </span>
    }
}

/// Where a listing is and how it is ordered.
#[derive(Clone)]
pub(crate) struct Place {
    /// Its path.
    pub path: String,
    /// What is searched for, if anything.
    pub query: Option<String>,
    /// Its order.
    pub sort: Sort,
    /// Its page, from 1.
    pub page: i64,
}

impl Place {
    fn at(&self, sort: Sort, page: i64) -> String {
        let mut words = Vec::new();
        if let Some(query) = &self.query {
            words.push(format!("q={}", query_value(query)));
        }
        if sort != Sort::default() {
            words.push(format!("sort={}", sort.word()));
        }
        if page > 1 {
            words.push(format!("page={page}"));
        }
        if words.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, words.join("&")) }
    }
}

/// Links to the other orders of a listing.
#[component]
pub(crate) fn Sorts(
    /// Where the listing is.
    place: Place,
) -> impl IntoView {
    let links = Sort::ALL
        .into_iter()
        .map(|sort| {
            let current = (sort == place.sort).then_some("true");
            view! { <li><a href=place.at(sort, 1) aria-current=current>{text::sort(sort)}</a></li> }
        })
        .collect_view();
    view! { <ul class="sorts" aria-label=t!("sort")>{links}</ul> }
}

/// Links to the other pages of a listing.
#[component]
pub(crate) fn Pages(
    /// Where the listing is.
    place: Place,
    /// How many pages it has.
    pages: i64,
) -> impl IntoView {
    if pages < 2 {
        return ().into_any();
    }
    let near = (place.page - 2).max(1)..=(place.page + 2).min(pages);
    let mut shown: Vec<i64> = std::iter::once(1).chain(near).chain(std::iter::once(pages)).collect();
    shown.dedup();
    let links = shown
        .into_iter()
        .map(|page| {
            let current = (page == place.page).then_some("page");
            view! { <li><a href=place.at(place.sort, page) aria-current=current>{page}</a></li> }
        })
        .collect_view();
    let previous = (place.page > 1).then(|| {
        view! { <a rel="prev" href=place.at(place.sort, place.page - 1)>{t!("previous")}</a> }
    });
    let next = (place.page < pages).then(|| {
        view! { <a rel="next" href=place.at(place.sort, place.page + 1)>{t!("next")}</a> }
    });
    view! { <nav class="pages" aria-label=t!("pages")>{previous}<ul>{links}</ul>{next}</nav> }.into_any()
}
