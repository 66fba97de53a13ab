//! What the pages of sellers and staff have in common: who asks, the ways between the pages,
//! tables, files to download, and a last question before a step. Each works with scripts off:
//! nothing here is an island.

pub(crate) mod chart;
pub(crate) mod claims;
pub(crate) mod confirm;
pub(crate) mod download;
pub(crate) mod figures;
pub(crate) mod form_file;
pub(crate) mod orders;
pub(crate) mod routes;
pub mod sandbox;
pub(crate) mod table;
pub(crate) mod todo;
pub(crate) mod trail;

use contract::Failure;
use domain::{
    Shop,
    member::{Operator, Staff},
};
use leptos::prelude::*;

use crate::{
    context::{Visitor, asked_path, shop, shopper},
    staff::system::PATHS,
    text::t,
};

pub use routes::routes;

/// The member of the staff who asks; for everybody else there is nothing here.
pub(crate) fn staff() -> Result<Staff, Failure> {
    Staff::of(&shopper()?)
}

/// The shop, and the operator who asks; for everybody else there is nothing here.
pub(crate) async fn operator() -> Result<(Shop, Operator), Failure> {
    let (shop, shopper) = (shop()?, shopper()?);
    let operator = Operator::of(&shop, &shopper).await?;
    Ok((shop, operator))
}

/// The member of the staff who asks for a file beside the pages.
pub(crate) fn staff_of(visitor: &Visitor) -> Result<Staff, Failure> {
    Staff::of(visitor.shopper.as_ref().ok_or(Failure::SignInRequired)?)
}

/// The operator who asks for a file beside the pages.
pub(crate) async fn operator_of(shop: &Shop, visitor: &Visitor) -> Result<Operator, Failure> {
    Ok(Operator::of(shop, visitor.shopper.as_ref().ok_or(Failure::SignInRequired)?).await?)
}

/// Links between the pages of who runs the shop: those of the staff, or those of a seller.
#[component]
pub(crate) fn Tabs(
    /// Whether a seller asks.
    #[prop(optional)]
    seller: bool,
) -> impl IntoView {
    let (name, links) = if seller { (t!("seller-desk"), sellers()) } else { (t!("staff"), staffs()) };
    let here = asked_path();
    let here = here.split('?').next().unwrap_or_default().to_owned();
    let links = links.into_iter().map(|(href, name)| {
        let within = href == "/staff/system" && PATHS.iter().any(|path| here.starts_with(path));
        let below = within || (!matches!(href, "/staff" | "/seller") && here.starts_with(href));
        let current = if here == href { Some("page") } else { below.then_some("true") };
        view! { <li><a href=href aria-current=current>{name}</a></li> }
    });
    view! { <nav class="tabs many" aria-label=name><ul>{links.collect_view()}</ul></nav> }
}

fn staffs() -> Vec<(&'static str, String)> {
    vec![
        ("/staff", t!("staff-home")),
        ("/staff/orders", t!("staff-orders")),
        ("/staff/claims", t!("staff-claims")),
        ("/seller/products", t!("desk-products")),
        ("/seller/stock", t!("stock")),
        ("/staff/coupons", t!("staff-coupons")),
        ("/staff/members", t!("desk-members")),
        ("/staff/applications", t!("applications")),
        ("/staff/points", t!("points")),
        ("/seller/webhooks", t!("hooks")),
        ("/staff/trail", t!("trail")),
        ("/staff/system", t!("system")),
    ]
}

fn sellers() -> Vec<(&'static str, String)> {
    vec![
        ("/seller", t!("staff-home")),
        ("/seller/orders", t!("orders-of-seller")),
        ("/seller/claims", t!("staff-claims")),
        ("/seller/products", t!("desk-products")),
        ("/seller/stock", t!("stock")),
        ("/seller/webhooks", t!("hooks")),
        ("/seller/trail", t!("trail")),
    ]
}

/// The ways for whoever asks.
#[component]
pub(crate) fn Ways(
    /// Who asks.
    operator: Operator,
) -> impl IntoView {
    view! { <Tabs seller=operator.seller().is_some() /> }
}
