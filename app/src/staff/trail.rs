//! The audit trail of the whole shop.

use domain::member::Operator;
use leptos::prelude::*;

use super::staff;
use crate::{context::shop, desk::trail::trail_page, page::page};

/// All that sellers and staff did.
#[component]
pub(crate) fn TrailPage() -> impl IntoView {
    page(async move {
        let operator = Operator::from(&staff()?);
        trail_page(shop()?, operator).await
    })
}
