//! The document around every page: head, header, menu, footer, and the table of pages.

use std::collections::BTreeMap;

use contract::member::Role;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Stylesheet, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    account, address, application,
    cart::{Badge, page::CartPage},
    catalog, checkout,
    context::{asked_path, shop, visitor},
    coupon, desk,
    live::Bell,
    member,
    notification::inbox,
    order,
    page::{Failed, page},
    payment, points, product, ranking, seller, staff,
    text::{Locale, t},
    token,
};

/// Lets the browser fetch the page behind a link when the shopper is about to follow it. Only
/// pages of the catalog: a cart or a checkout fetched early would be an old one.
const SPECULATION: &str = r#"{"prefetch":[{"where":{"href_matches":["/","/categories/*","/products/*","/search*","/best-sellers*"]},"eagerness":"moderate"}]}"#;

/// The whole document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let locale = visitor().locale;
    protect();
    view! {
        <!DOCTYPE html>
        <html lang=locale.word()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <AutoReload options=options.clone() />
                <HydrationScripts options islands=true />
                <script type="speculationrules" nonce=use_nonce() inner_html=SPECULATION></script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Only scripts that this page itself brought may run, and no other site may frame it.
fn protect() {
    let (Some(response), Some(nonce)) = (use_context::<leptos_axum::ResponseOptions>(), use_nonce()) else { return };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval' \
         'inline-speculation-rules'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = axum::http::HeaderValue::from_str(&policy) {
        response.insert_header(axum::http::header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Every page of the shop.
#[component]
fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Stylesheet id="madang" href="/pkg/madang.css" />
        <a class="skip" href="#main">{t!("skip")}</a>
        <Header />
        <main id="main" class="wrap">
            <Router>
                <FlatRoutes fallback=|| view! { <Failed failure=contract::Failure::NotFound /> }>
                    <Route path=path!("/") view=catalog::HomePage ssr=SsrMode::Async />
                    <Route path=path!("/categories/:slug") view=catalog::CategoryPage ssr=SsrMode::Async />
                    <Route path=path!("/search") view=catalog::SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/products/:id") view=product::ProductPage ssr=SsrMode::Async />
                    <Route path=path!("/cart") view=CartPage ssr=SsrMode::Async />
                    <Route path=path!("/checkout") view=checkout::page::CheckoutPage ssr=SsrMode::Async />
                    <Route path=path!("/orders") view=order::list::OrdersPage ssr=SsrMode::Async />
                    <Route path=path!("/orders/:id") view=order::detail::OrderPage ssr=SsrMode::Async />
                    <Route path=path!("/orders/:id/complete") view=order::detail::CompletePage ssr=SsrMode::Async />
                    <Route path=path!("/orders/:id/cancel") view=order::cancel::CancelPage ssr=SsrMode::Async />
                    <Route path=path!("/orders/:id/claim") view=order::claim::ClaimPage ssr=SsrMode::Async />
                    <Route path=path!("/pay/:id") view=payment::page::PayPage ssr=SsrMode::Async />
                    <Route path=path!("/pay/:id/return") view=payment::page::ReturnPage ssr=SsrMode::Async />
                    <Route path=path!("/pay/:id/fail") view=payment::page::FailPage ssr=SsrMode::Async />
                    <Route path=path!("/best-sellers") view=ranking::BestSellersPage ssr=SsrMode::Async />
                    <Route path=path!("/coupons") view=coupon::CouponsPage ssr=SsrMode::Async />
                    <Route path=path!("/my/coupons") view=coupon::MyCouponsPage ssr=SsrMode::Async />
                    <Route path=path!("/signup") view=member::SignUpPage ssr=SsrMode::Async />
                    <Route path=path!("/login") view=member::SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/my") view=account::MyPage ssr=SsrMode::Async />
                    <Route path=path!("/my/profile") view=account::ProfilePage ssr=SsrMode::Async />
                    <Route path=path!("/my/points") view=points::PointsPage ssr=SsrMode::Async />
                    <Route path=path!("/my/notifications") view=inbox::InboxPage ssr=SsrMode::Async />
                    <Route path=path!("/my/seller") view=application::SellPage ssr=SsrMode::Async />
                    <Route path=path!("/my/cards") view=payment::cards::CardsPage ssr=SsrMode::Async />
                    <Route path=path!("/my/cards/register") view=payment::cards::RegisterPage ssr=SsrMode::Async />
                    <Route path=path!("/my/cards/return") view=payment::cards::RegisteredPage ssr=SsrMode::Async />
                    <Route path=path!("/my/addresses") view=address::AddressesPage ssr=SsrMode::Async />
                    <Route path=path!("/my/addresses/new") view=address::NewAddressPage ssr=SsrMode::Async />
                    <Route path=path!("/my/addresses/:id") view=address::EditAddressPage ssr=SsrMode::Async />
                    <Route path=path!("/my/tokens") view=token::TokensPage ssr=SsrMode::Async />
                    <Route path=path!("/staff") view=staff::home::StaffPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/applications") view=staff::applications::ApplicationsPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/audit") view=staff::audit::AuditPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/claims") view=desk::claims::ClaimsPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/coupons") view=staff::campaigns::CampaignsPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/coupons/new") view=staff::new_campaign::NewCampaignPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/coupons/:id") view=staff::campaign::CampaignPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/coupons/:id/copies") view=staff::copies::CopiesPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/coupons/:id/issue") view=staff::chosen::ChoosePage ssr=SsrMode::Async />
                    <Route path=path!("/staff/coupons/:id/issue/:batch") view=staff::coupon_batch::BatchPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/coupons/:id/live") view=staff::coupon_live::LivePage ssr=SsrMode::Async />
                    <Route path=path!("/staff/members") view=staff::members::MembersPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/members/bulk") view=staff::members::bulk::BulkPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/members/:id") view=staff::member::MemberPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/orders") view=desk::orders::list::OrdersPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/orders/bulk") view=desk::orders::bulk::BulkPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/orders/ship") view=desk::orders::sheet::ShipPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/orders/:id") view=staff::order::OrderPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/orders/:id/cancel") view=desk::orders::cancel::CancelPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/payments") view=staff::payments::PaymentsPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/points") view=staff::points::PointsPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/readers") view=staff::readers::ReadersPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/readers/settled") view=staff::readers::SettledPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/reconciliation") view=staff::reconciliation::ReconciliationPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/sandbox") view=staff::sandbox::SandboxPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/system") view=staff::system::HealthPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/trail") view=staff::trail::TrailPage ssr=SsrMode::Async />
                    <Route path=path!("/staff/webhooks") view=staff::webhooks::WebhooksPage ssr=SsrMode::Async />
                    <Route path=path!("/seller") view=seller::home::SellerPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/claims") view=desk::claims::ClaimsPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/orders") view=desk::orders::list::OrdersPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/orders/bulk") view=desk::orders::bulk::BulkPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/orders/ship") view=desk::orders::sheet::ShipPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/orders/:id") view=seller::order::OrderPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/orders/:id/cancel") view=desk::orders::cancel::CancelPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products") view=seller::products::ProductsPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products/bulk") view=seller::products::bulk::BulkPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products/bulk/:id") view=seller::products::done::DonePage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products/import") view=seller::import::ImportPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products/imports") view=seller::import::ImportsPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products/imports/:id") view=seller::import::OneImportPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products/new") view=seller::products::new::NewProductPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products/:id") view=seller::products::edit::EditProductPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products/:id/pictures") view=seller::pictures::PicturesPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/products/:id/preview") view=product::PreviewPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/stock") view=seller::stock::StockPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/stock/bulk") view=seller::bulk::BulkPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/stock/count") view=seller::takes::CountPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/stock/count/:id") view=seller::take::TakePage ssr=SsrMode::Async />
                    <Route path=path!("/seller/stock/movements") view=seller::moved::MovementsPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/stock/:id") view=seller::product::ProductStockPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/trail") view=seller::trail::TrailPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/webhooks") view=seller::webhooks::WebhooksPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/webhooks/messages/:id") view=seller::webhooks::message::MessagePage ssr=SsrMode::Async />
                    <Route path=path!("/seller/webhooks/new") view=seller::webhooks::new::NewWebhookPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/webhooks/:id") view=seller::webhooks::one::WebhookPage ssr=SsrMode::Async />
                    <Route path=path!("/seller/webhooks/:id/messages") view=seller::webhooks::messages::MessagesPage ssr=SsrMode::Async />
                </FlatRoutes>
            </Router>
        </main>
        <Footer />
    }
}

#[component]
fn Header() -> impl IntoView {
    let visitor = visitor();
    let typed = use_context::<axum::http::request::Parts>().map(|parts| searched(&parts)).unwrap_or_default();
    let account = match &visitor.shopper {
        Some(shopper) => view! {
            <a href="/my">{t!("greeting", name = shopper.name().to_owned())}</a>
            <a href="/orders">{t!("orders")}</a>
            <a class="bell" href="/my/notifications">{t!("notifications")} " " <Bell unread=visitor.unread label=t!("unread") /></a>
            {desk(shopper.role()).map(|(href, name)| view! { <a href=href>{name}</a> })}
            <form action="/fn/member/sign-out" method="post">
                <button class="link">{t!("sign-out")}</button>
            </form>
        }
        .into_any(),
        None => view! {
            <a href="/login">{t!("sign-in")}</a>
            <a href="/signup">{t!("sign-up")}</a>
        }
        .into_any(),
    };
    let here = asked_path().split('?').next().unwrap_or_default().to_owned();
    view! {
        <header class="top">
            <div class="wrap bar">
                <a class="logo" href="/">{t!("shop-name")}<small>{t!("shop-kind")}</small></a>
                <form class="search" role="search" action="/search" method="get">
                    <label class="hidden" for="q">{t!("search")}</label>
                    <input id="q" type="search" name="q" value=typed placeholder=t!("search-hint") />
                    <button>{t!("search")}</button>
                </form>
                <nav class="account" aria-label=t!("account")>
                    {account}
                    <a class="cart" href="/cart">{t!("cart")} <Badge copies=visitor.copies label=t!("copies-in-cart") /></a>
                </nav>
            </div>
            <nav class="menu" aria-label=t!("categories")>
                <div class="wrap">
                    {page(async move {
                        let categories = domain::product::categories(&shop()?).await?;
                        let english = visitor.locale == Locale::En;
                        let links = categories
                            .into_iter()
                            .map(|category| {
                                let name = if english { category.name_en } else { category.name_ko };
                                let href = format!("/categories/{}", category.slug);
                                let current = (here == href).then_some("page");
                                view! { <a href=href aria-current=current>{name}</a> }
                            })
                            .collect_view();
                        let best = (here == "/best-sellers").then_some("page");
                        let coupons = (here == "/coupons").then_some("page");
                        Ok(view! {
                            {links}
                            <a href="/best-sellers" aria-current=best>{t!("best-sellers")}</a>
                            <a href="/coupons" aria-current=coupons>{t!("offers")}</a>
                        }
                        .into_any())
                    })}
                </div>
            </nav>
        </header>
    }
}

/// Where whoever runs the shop does so.
fn desk(role: Role) -> Option<(&'static str, String)> {
    match role {
        Role::Staff => Some(("/staff", t!("staff"))),
        Role::Seller => Some(("/seller", t!("seller-desk"))),
        Role::Shopper => None,
    }
}

/// What stands in the search box: what was searched for, on the page of the results.
fn searched(parts: &axum::http::request::Parts) -> String {
    if parts.uri.path() != "/search" {
        return String::new();
    }
    let query = axum::extract::Query::<BTreeMap<String, String>>::try_from_uri(&parts.uri);
    query.ok().and_then(|mut query| query.0.remove("q")).unwrap_or_default()
}

#[component]
fn Footer() -> impl IntoView {
    let visitor = visitor();
    let (other, name) = match visitor.locale {
        Locale::Ko => ("en", "English"),
        Locale::En => ("ko", "한국어"),
    };
    let here = asked_path();
    let here = if here.starts_with("/fn/") { "/".to_owned() } else { here };
    view! {
        <footer class="bottom">
            <div class="wrap">
                <p>{t!("footer-about")}</p>
                <p><a href="/api/docs/">{t!("footer-api")}</a></p>
                <form action="/fn/language" method="post">
                    <input type="hidden" name="language" value=other />
                    <input type="hidden" name="next" value=here />
                    <button class="link" lang=other>{name}</button>
                </form>
            </div>
        </footer>
    }
}
