//! The pages of who runs what is sold: sellers see their own, the staff everything.

mod movements;
pub(crate) mod product;
pub(crate) mod stock;

use contract::Failure;
use domain::{Shop, member::Operator};
use leptos::prelude::*;

use crate::{
    context::{shop, shopper},
    staff::Tabs,
};

/// The shop, and the operator who asks; for everybody else there is nothing here.
async fn operator() -> Result<(Shop, Operator), Failure> {
    let (shop, shopper) = (shop()?, shopper()?);
    let operator = Operator::of(&shop, &shopper).await?;
    Ok((shop, operator))
}

/// The way to the other pages, for whoever has some.
#[component]
fn Ways(
    /// Who asks.
    operator: Operator,
) -> impl IntoView {
    operator.seller().is_none().then(|| view! { <Tabs /> })
}
