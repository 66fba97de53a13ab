//! Where a seller begins: what of their own waits to be done, then how it sells.

use domain::todo;
use leptos::prelude::*;

use super::{Ways, operator};
use crate::{
    desk::{
        figures::{BestSellers, Conversion, Figures, Month, Today},
        todo::{Todos, waiting},
    },
    page::{Head, page, send_to},
    text::t,
};

/// What waits, and where to do it; what was sold. The staff has a page of its own.
#[component]
pub(crate) fn SellerPage() -> impl IntoView {
    page(async move {
        let (shop, operator) = operator().await?;
        let Some(seller) = operator.seller() else {
            send_to("/staff");
            return Ok(().into_any());
        };
        let todos = waiting(todo::waiting(&shop, &operator).await?, shop.policy.order.ship_days, true);
        let figures = Figures::of_seller(&shop, &operator, seller).await?;
        Ok(view! {
            <Head title=t!("seller-desk") private=true />
            <h1>{t!("seller-desk")}</h1>
            <Ways operator />
            <Todos todos />
            <Today figures=figures.clone() />
            <Month figures=figures.clone() />
            <div class="beside">
                <BestSellers figures=figures.clone() />
                <Conversion figures />
            </div>
        }
        .into_any())
    })
}
