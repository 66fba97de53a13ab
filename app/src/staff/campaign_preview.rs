//! Which products a coupon takes something off, and what they cost then.

use contract::{
    coupon::{Terms, Unusable},
    money::{grouped, won},
};
use domain::coupon::{Affected, Priced};
use leptos::prelude::*;

use crate::{
    context::visitor,
    desk::table::TableBox,
    text::{Locale, t},
    words,
};

/// The products, the cheapest first, and what is worth a warning.
#[component]
pub(super) fn Preview(
    /// The products.
    affected: Affected,
    /// What the coupon takes off, where the page does not say it anyway.
    #[prop(optional, into)]
    terms: Option<Terms>,
) -> impl IntoView {
    let terms = terms.map(|terms| view! { <p><strong>{words::terms(&terms)}</strong></p> });
    let warn = |count: i64, sentence: &dyn Fn(String) -> String| {
        (count > 0).then(|| view! { <p>{sentence(up_to(count))}</p> })
    };
    let free = warn(affected.free, &|count| t!("offer-warn-free", count = count));
    let steep = affected.steep - affected.free;
    let steep = warn(steep, &|count| t!("offer-warn-steep", count = count));
    let warned = free.is_some() || steep.is_some();
    let warnings = warned.then(|| view! { <div class="notice bad" role="alert">{free} {steep}</div> });
    let more = usize::try_from(affected.count).is_ok_and(|count| count > affected.first.len());
    let more = more.then(|| view! { <p class="hint">{t!("offer-cheapest-shown", count = affected.first.len())}</p> });
    let table = (!affected.first.is_empty()).then(|| {
        let rows = affected.first.clone().into_iter().map(|priced| view! { <Row priced /> }).collect_view();
        view! {
            <TableBox label=t!("offer-affected")>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!("book")}</th>
                            <th scope="col">{t!("offer-category")}</th>
                            <th scope="col" class="number">{t!("unit-price")}</th>
                            <th scope="col" class="number">{t!("offer-price-after")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableBox>
        }
    });
    view! {
        <section id="preview" class="panel">
            <h2>{t!("offer-affected")}</h2>
            {terms}
            <p data-testid="affected">{t!("offer-affected-count", count = up_to(affected.count))}</p>
            {warnings}
            {table}
            {more}
        </section>
    }
}

/// A number that was counted up to a limit.
fn up_to(count: i64) -> String {
    if Affected::is_more(count) { format!("{}+", grouped(count - 1)) } else { grouped(count) }
}

#[component]
fn Row(priced: Priced) -> impl IntoView {
    let wrong = priced.is_free() || priced.is_steep();
    let after = match priced.after {
        Ok(after) => won(after),
        Err(Unusable::BelowMinimum { missing }) => t!("coupon-below-minimum", missing = won(missing)),
        Err(_) => "–".to_owned(),
    };
    let category = if visitor().locale == Locale::En { priced.category_en } else { priced.category_ko };
    view! {
        <tr class:wrong=wrong>
            <th scope="row" class="long"><a href=format!("/products/{}", priced.product)>{priced.title}</a></th>
            <td>{category}</td>
            <td class="number">{won(priced.price)}</td>
            <td class="number">{after}</td>
        </tr>
    }
}
