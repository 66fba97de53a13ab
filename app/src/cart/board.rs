//! The lines of the cart, with totals that follow.

use contract::{
    cart::{CartLine, Totals},
    money::won,
    order::DeliveryPolicy,
};
use leptos::prelude::*;

use super::{CartTexts, line::Line};

/// A line that came back refused: the product, what was typed, and why.
pub type RefusedLine = (i64, String, String);

/// Lines and totals. Without scripts each line is a form of its own.
#[island]
pub fn Board(
    /// The lines as the page was rendered.
    lines: Vec<CartLine>,
    /// The line that was refused a moment ago, if one was.
    refused: Option<RefusedLine>,
    /// What delivery costs.
    policy: DeliveryPolicy,
    /// What to say.
    texts: CartTexts,
) -> impl IntoView {
    let lines = RwSignal::new(lines);
    let totals = move || {
        lines.with(|lines| Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), policy))
    };
    let orderable = move || lines.with(|lines| lines.iter().all(CartLine::in_stock));
    let words = StoredValue::new(texts);
    let said = move |word: fn(&CartTexts) -> &String| words.with_value(|texts| word(texts).clone());
    let refused = StoredValue::new(refused);
    view! {
        <Show
            when=move || lines.with(|lines| !lines.is_empty())
            fallback=move || view! {
                <div class="empty">
                    <p>{said(|texts| &texts.empty)}</p>
                    <p><a class="button" href="/">{said(|texts| &texts.browse)}</a></p>
                </div>
            }
        >
            <div class="board">
                <ul class="lines">
                    <For each=move || lines.get() key=|line| line.product let:line>
                        <Line lines product=line.product refused=refused.get_value() words />
                    </For>
                </ul>
                <aside class="totals">
                    <dl>
                        <dt>{said(|texts| &texts.goods)}</dt>
                        <dd data-testid="goods">{move || won(totals().goods)}</dd>
                        <dt>{said(|texts| &texts.delivery)}</dt>
                        <dd>{move || match totals().delivery { 0 => said(|texts| &texts.free), fee => won(fee) }}</dd>
                        <dt class="sum">{said(|texts| &texts.total)}</dt>
                        <dd class="sum" data-testid="total">{move || won(totals().total())}</dd>
                    </dl>
                    <Show when=orderable>
                        <a class="button primary" href="/checkout">{said(|texts| &texts.order)}</a>
                    </Show>
                </aside>
            </div>
        </Show>
    }
}
