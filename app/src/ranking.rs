//! The best sellers: the first of them on the home page, and a page for every window and category.

use contract::{
    Failure,
    money::grouped,
    ranking::{Movement, Ranked, Window},
};
use domain::{
    Shop,
    product::{self, Category},
    ranking,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    catalog::category_name,
    context::shop,
    listing::{Cover, Price},
    page::{Empty, Head, page},
    text::t,
};

/// Places on the home page.
const FIRST: i64 = 5;

/// Places on the page of the best sellers.
const PLACES: i64 = 20;

/// The first places of the last three days, for the home page; nothing where nothing was sold.
pub(crate) async fn shelf(shop: &Shop) -> Result<AnyView, Failure> {
    let window = Window::default();
    let ranked = ranking::best(shop, window, None, FIRST).await?;
    if ranked.is_empty() {
        return Ok(().into_any());
    }
    Ok(view! {
        <section>
            <h2>{t!("best-sellers-now")}</h2>
            <Places ranked window />
            <p class="more"><a href=href(window, None)>{t!("best-sellers-more")}</a></p>
        </section>
    }
    .into_any())
}

/// The best sellers of a window, of the whole shop or of a category; both stand in the URL.
#[component]
pub(crate) fn BestSellersPage() -> impl IntoView {
    let (window, slug) = use_query_map().with_untracked(|query| {
        let window = query.get("days").map(|word| Window::parse(&word)).unwrap_or_default();
        (window, query.get("category").filter(|slug| !slug.is_empty()))
    });
    page(async move {
        let shop = shop()?;
        let categories = product::categories(&shop).await?;
        let category = match &slug {
            Some(slug) => Some(categories.iter().find(|one| one.slug == *slug).ok_or(Failure::NotFound)?),
            None => None,
        };
        let ranked = ranking::best(&shop, window, category.map(|one| one.category_id), PLACES).await?;
        let title = match category.map(category_name) {
            Some(name) => t!("best-sellers-of", category = name),
            None => t!("best-sellers"),
        };
        let content = if ranked.is_empty() {
            view! { <Empty sentence=t!("best-sellers-empty") href="/" action=t!("go-home") /> }.into_any()
        } else {
            view! { <Places ranked window /> }.into_any()
        };
        let slug = slug.as_deref();
        Ok(view! {
            <Head title=title.clone() />
            <h1>{title}</h1>
            <nav class="tabs" aria-label=t!("best-sellers-window")><ul>{windows(window, slug)}</ul></nav>
            <ul class="sorts" aria-label=t!("best-sellers-by-category")>{kinds(&categories, window, slug)}</ul>
            {content}
        }
        .into_any())
    })
}

/// Links to the other windows.
fn windows(asked: Window, slug: Option<&str>) -> impl IntoView {
    let links = Window::ALL.into_iter().map(|window| {
        let current = (window == asked).then_some("page");
        view! { <li><a href=href(window, slug) aria-current=current>{t!("last-days", days = window.days())}</a></li> }
    });
    links.collect_view()
}

/// Links to the other categories.
fn kinds(categories: &[Category], window: Window, asked: Option<&str>) -> impl IntoView {
    let all = std::iter::once((None, t!("best-sellers-all")));
    let each = categories.iter().map(|category| (Some(category.slug.as_str()), category_name(category)));
    let links = all.chain(each).map(|(slug, name)| {
        let current = (slug == asked).then_some("true");
        view! { <li><a href=href(window, slug) aria-current=current>{name}</a></li> }
    });
    links.collect_view()
}

fn href(window: Window, slug: Option<&str>) -> String {
    let category = slug.map(|slug| format!("&category={slug}")).unwrap_or_default();
    format!("/best-sellers?days={}{category}", window.days())
}

#[component]
fn Places(ranked: Vec<Ranked>, window: Window) -> impl IntoView {
    let places = ranked
        .into_iter()
        .map(|ranked| {
            let Ranked { place, card, units, movement } = ranked;
            view! {
                <li>
                    <a class="card ranked" href=format!("/products/{}", card.id)>
                        <Cover id=card.id picture=card.cover lazy=true />
                        <span class="standing">
                            <span class="place">
                                <span aria-hidden="true">{place}</span>
                                <span class="hidden">{t!("place", place = place)}</span>
                            </span>
                            " "
                            {moved(movement)}
                        </span>
                        <span class="title">{card.title}</span>
                        <span class="author">{card.author}</span>
                        <Price list=card.list_price sale=card.sale_price />
                        <span class="sold">{t!("sold-in-days", days = window.days(), copies = grouped(units))}</span>
                        {(card.available == 0).then(|| view! { <span class="badge out">{t!("sold-out")}</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="ranking">{places}</ol> }
}

/// How a place has moved: a sign to see, a word to hear.
fn moved(movement: Movement) -> impl IntoView {
    let (kind, sign, word) = match movement {
        Movement::New => ("new", "NEW".to_owned(), t!("place-new")),
        Movement::Same => ("same", "–".to_owned(), t!("place-same")),
        Movement::Up(places) => ("up", format!("▲{places}"), t!("place-up", places = places)),
        Movement::Down(places) => ("down", format!("▼{places}"), t!("place-down", places = places)),
    };
    view! {
        <span class=format!("moved {kind}")><span aria-hidden="true">{sign}</span><span class="hidden">{word}</span></span>
    }
}
