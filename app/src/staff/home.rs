//! Where the staff begins: what waits to be done, then how the shop does.

use contract::money::won;
use domain::{application, member::Operator, payment, todo};
use leptos::prelude::*;

use super::{Tabs, staff};
use crate::{
    context::shop,
    desk::{
        figures::{BestSellers, Conversion, Figures, Month, Today},
        todo::{Todos, trouble, waiting},
    },
    page::{Head, page},
    text::{self, t},
};

/// What waits, and where to do it; what was sold.
#[component]
pub(crate) fn StaffPage() -> impl IntoView {
    page(async move {
        let (shop, staff) = (shop()?, staff()?);
        let mut todos =
            waiting(todo::waiting(&shop, &Operator::from(&staff)).await?, shop.policy.order.ship_days, false);
        todos.extend(trouble(todo::trouble(&shop, &staff).await?, application::waiting(&shop, &staff).await?));
        let owed = payment::owed(&shop).await?;
        let owed = owed.since.map(|since| {
            let what = t!("cards-owed", count = owed.count, amount = won(owed.amount));
            view! { <p data-testid="cards-owed">{what} " " {text::time(since)}</p> }
        });
        let figures = Figures::of_shop(&shop, &staff).await?;
        Ok(view! {
            <Head title=t!("staff") private=true />
            <h1>{t!("staff")}</h1>
            <Tabs />
            <Todos todos />
            {owed}
            <Today figures=figures.clone() />
            <Month figures=figures.clone() />
            <div class="beside">
                <BestSellers figures=figures.clone() />
                <Conversion figures />
            </div>
            <ul class="doors">
                <li><a href="/staff/coupons">{t!("staff-coupons")}</a> <p>{t!("staff-coupons-note")}</p></li>
                <li><a href="/staff/points">{t!("points")}</a> <p>{t!("staff-points-note")}</p></li>
                <li><a href="/staff/readers">{t!("readers")}</a> <p>{t!("readers-note")}</p></li>
                <li><a href="/staff/audit">{t!("audit")}</a> <p>{t!("audit-note")}</p></li>
            </ul>
        }
        .into_any())
    })
}
