//! What was done to what is a seller's, by them or by the staff.

use contract::Failure;
use leptos::prelude::*;

use super::operator;
use crate::{
    desk::trail::trail_page,
    page::{page, send_to},
};

/// The seller's own part of the audit trail; the staff has all of it elsewhere.
#[component]
pub(crate) fn TrailPage() -> impl IntoView {
    page(async move {
        let (shop, operator) = operator().await?;
        if operator.seller().is_none() {
            send_to("/staff/trail");
            return Ok::<_, Failure>(().into_any());
        }
        trail_page(shop, operator).await
    })
}
