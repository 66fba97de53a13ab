//! What every page has: its loading, its title, and what stands there when it fails.

use axum::http::{
    HeaderName, HeaderValue, StatusCode,
    header::{LOCATION, REFRESH},
};
use contract::Failure;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::Title;

use crate::{
    context::asked_path,
    form::sign_in_path,
    text::{self, Locale, t},
};

/// Renders a page once all of it is there. A failure gets its status and says what to do next; a
/// guest where a member is needed goes to sign in first.
pub(crate) fn page(content: impl Future<Output = Result<AnyView, Failure>> + Send + 'static) -> impl IntoView {
    Suspend::new(async move {
        match content.await {
            Ok(content) => content,
            Err(Failure::SignInRequired) => {
                send_to(&sign_in_path(&asked_path()));
                ().into_any()
            }
            Err(failure) => view! { <Failed failure /> }.into_any(),
        }
    })
}

/// Answers a page with another one, whoever asks: Leptos would send only browsers on.
pub(crate) fn send_to(path: &str) {
    if let (Some(response), Ok(location)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(path)) {
        response.set_status(StatusCode::FOUND);
        response.insert_header(LOCATION, location);
    }
}

/// Lets a page go on by itself, without scripts: after so many seconds, to itself or to another one.
pub(crate) fn refresh(after: &str) {
    if let (Some(response), Ok(after)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(after)) {
        response.insert_header(REFRESH, after);
    }
}

/// The title of a page, and whether search engines may keep it.
#[component]
pub(crate) fn Head(
    /// What the page is about.
    #[prop(into)]
    title: String,
    /// For pages that are a person's own.
    #[prop(optional)]
    private: bool,
) -> impl IntoView {
    let title = if title.is_empty() { t!("shop-title") } else { t!("page-title", title = title) };
    // The title is put into the head as it is, and may hold what somebody typed.
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    if let (true, Some(response)) = (private, use_context::<ResponseOptions>()) {
        response.insert_header(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    }
    view! { <Title text=title /> }
}

/// The page of a failure.
#[component]
pub(crate) fn Failed(
    /// What failed.
    failure: Failure,
) -> impl IntoView {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(failure.status())) {
        response.set_status(status);
    }
    let title = match failure {
        Failure::NotFound => t!("not-found-title"),
        Failure::Unavailable | Failure::Busy => t!("unavailable-title"),
        _ => t!("failed-title"),
    };
    let sentence = text::failure(&failure);
    view! {
        <Head title=title.clone() private=true />
        <section class="empty">
            <h1>{title}</h1>
            <p>{sentence}</p>
            <p><a class="button" href="/">{t!("go-home")}</a></p>
        </section>
    }
}

/// A whole document for a failure, made without asking anybody: for when the database is away, or
/// a request is turned back before it reaches a page.
pub fn failure_document(failure: &Failure, locale: Locale) -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_context(crate::context::Visitor { locale, ..Default::default() });
        let again = matches!(failure, Failure::Unavailable | Failure::Busy);
        let title = if again { t!("unavailable-title") } else { t!("failed-title") };
        let sentence = text::failure(failure);
        let body = view! {
            <html lang=locale.word()>
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <title>{t!("page-title", title = title.clone())}</title>
                    <link rel="stylesheet" href="/pkg/madang.css" />
                </head>
                <body>
                    <main class="wrap">
                        <section class="empty">
                            <h1>{title}</h1>
                            <p>{sentence}</p>
                            <p><a class="button" href="/">{t!("go-home")}</a></p>
                        </section>
                    </main>
                </body>
            </html>
        };
        format!("<!DOCTYPE html>{}", body.to_html())
    })
}

/// Something empty, and what to do about it.
#[component]
pub(crate) fn Empty(
    /// What is missing.
    #[prop(into)]
    sentence: String,
    /// Where to go on.
    href: &'static str,
    /// What that is called.
    #[prop(into)]
    action: String,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p>{sentence}</p>
            <p><a class="button" href=href>{action}</a></p>
        </div>
    }
}
