//! Finding products: the home page, categories and search.

use contract::{
    Failure,
    listing::{Sort, page as page_number},
};
use domain::product::{self, Category};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    context::{shop, visitor},
    listing::{Cards, Cover, Pages, Place, Sorts},
    page::{Empty, Head, page},
    ranking,
    text::{Locale, t},
};

/// Products of each shelf on the home page.
const SHELF: i64 = 12;

/// Covers fanned out at the head of the home page.
const FAN: usize = 3;

/// The home page.
#[component]
pub(crate) fn HomePage() -> impl IntoView {
    page(async move {
        let shop = shop()?;
        let recent = product::recent(&shop, SHELF).await?;
        let best = ranking::shelf(&shop).await?;
        let categories = product::categories(&shop).await?;
        let tiles = categories
            .into_iter()
            .map(|category| {
                let href = format!("/categories/{}", category.slug);
                view! { <li><a href=href>{category_name(&category)}</a></li> }
            })
            .collect_view();
        let fan = recent
            .iter()
            .take(FAN)
            .map(|card| view! { <Cover id=card.id picture=card.cover.clone() /> })
            .collect_view();
        let shelf = if recent.is_empty() {
            view! { <p class="empty">{t!("shop-empty")}</p> }.into_any()
        } else {
            view! { <Cards cards=recent /> }.into_any()
        };
        Ok(view! {
            <Head title="" />
            <section class="hero">
                <div>
                    <h1>{t!("hero-title")}</h1>
                    <p>{t!("hero-sentence")}</p>
                </div>
                <div class="fan" aria-hidden="true">{fan}</div>
            </section>
            {best}
            <section>
                <h2>{t!("categories")}</h2>
                <ul class="tiles">{tiles}</ul>
            </section>
            <section>
                <h2>{t!("new-arrivals")}</h2>
                {shelf}
            </section>
        }
        .into_any())
    })
}

/// A category.
#[component]
pub(crate) fn CategoryPage() -> impl IntoView {
    let slug = use_params_map().with_untracked(|params| params.get("slug")).unwrap_or_default();
    let (sort, number) = asked();
    page(async move {
        let shop = shop()?;
        let categories = product::categories(&shop).await?;
        let category = categories.iter().find(|category| category.slug == slug).ok_or(Failure::NotFound)?;
        let listed = product::in_category(&shop, category.category_id, sort, number).await?;
        if number > listed.pages {
            return Err(Failure::NotFound);
        }
        let place = Place { path: format!("/categories/{slug}"), query: None, sort, page: number };
        let name = category_name(category);
        let content = if listed.cards.is_empty() {
            view! { <Empty sentence=t!("category-empty") href="/" action=t!("go-home") /> }.into_any()
        } else {
            view! { <Cards cards=listed.cards /> }.into_any()
        };
        Ok(view! {
            <Head title=name.clone() />
            <nav class="crumbs" aria-label=t!("breadcrumb")><a href="/">{t!("home")}</a>" › "<span>{name.clone()}</span></nav>
            <h1>{name}</h1>
            <div class="controls"><p>{t!("count-products", count = listed.count)}</p><Sorts place=place.clone() /></div>
            {content}
            <Pages place pages=listed.pages />
        }
        .into_any())
    })
}

/// A search by title, author or ISBN.
#[component]
pub(crate) fn SearchPage() -> impl IntoView {
    let typed = use_query_map().with_untracked(|query| query.get("q")).unwrap_or_default();
    let typed: String = typed.trim().chars().filter(|c| !c.is_control()).take(200).collect();
    let (sort, number) = asked();
    page(async move {
        if typed.is_empty() {
            return Ok(view! {
                <Head title=t!("search") private=true />
                <h1>{t!("search")}</h1>
                <Empty sentence=t!("search-nothing-typed") href="/" action=t!("go-home") />
            }
            .into_any());
        }
        let shop = shop()?;
        let listed = product::search(&shop, &typed, sort, number).await?;
        if listed.cards.is_empty() && number > 1 {
            return Err(Failure::NotFound);
        }
        let place = Place { path: "/search".to_owned(), query: Some(typed.clone()), sort, page: number };
        let content = if listed.cards.is_empty() {
            let recent = product::recent(&shop, SHELF).await?;
            view! {
                <Empty sentence=t!("search-nothing-found") href="/" action=t!("go-home") />
                <h2>{t!("new-arrivals")}</h2>
                <Cards cards=recent />
            }
            .into_any()
        } else {
            view! {
                <div class="controls">
                    <p>{t!("count-products", count = listed.count)}</p>
                    <Sorts place=place.clone() />
                </div>
                <Cards cards=listed.cards />
                <Pages place pages=listed.pages />
            }
            .into_any()
        };
        Ok(view! {
            <Head title=t!("search-title", words = typed.clone()) private=true />
            <h1>{t!("search-title", words = typed)}</h1>
            {content}
        }
        .into_any())
    })
}

/// The order and the page that the URL asks for.
fn asked() -> (Sort, i64) {
    use_query_map().with_untracked(|query| {
        let sort = query.get("sort").map(|word| Sort::parse(&word)).unwrap_or_default();
        (sort, query.get("page").map_or(1, |word| page_number(&word)))
    })
}

/// A category's name in the language of the page.
pub(crate) fn category_name(category: &Category) -> String {
    match visitor().locale {
        Locale::Ko => category.name_ko.clone(),
        Locale::En => category.name_en.clone(),
    }
}
