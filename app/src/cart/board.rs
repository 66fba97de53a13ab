//! The lines of the cart, with totals that follow.

use contract::{
    Quantity,
    cart::{CartLine, Totals},
    money::won,
    order::DeliveryPolicy,
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use super::{CartTexts, badge, change_cart, remove_from_cart};

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

#[component]
fn Line(
    lines: RwSignal<Vec<CartLine>>,
    product: i64,
    refused: Option<RefusedLine>,
    words: StoredValue<CartTexts>,
) -> impl IntoView {
    let said = move |word: fn(&CartTexts) -> &String| words.with_value(|texts| word(texts).clone());
    let find = move || lines.with(|lines| lines.iter().find(|line| line.product == product).cloned());
    let find_untracked =
        move || lines.with_untracked(|lines| lines.iter().find(|line| line.product == product).cloned());
    let first = find_untracked();
    let refused = refused.filter(|(refused, ..)| *refused == product);
    let kept = first.as_ref().map(|line| line.quantity.to_string()).unwrap_or_default();
    let typed = RwSignal::new(refused.as_ref().map_or(kept, |(_, typed, _)| typed.clone()));
    let refusal = RwSignal::new(refused.map(|(.., why)| why));

    let send = move |quantity: Quantity| {
        spawn_local(async move {
            match change_cart(product.to_string(), quantity.get().to_string()).await {
                Ok(copies) => {
                    badge::tell(copies);
                    refusal.set(None);
                    lines.update(|lines| {
                        if let Some(line) = lines.iter_mut().find(|line| line.product == product) {
                            line.quantity = quantity.get();
                            line.seen_price = line.unit_price;
                        }
                    });
                }
                Err(failure) => {
                    refusal.set(Some(words.with_value(|texts| texts.failure(&failure))));
                    if let Some(line) = find_untracked() {
                        typed.set(line.quantity.to_string());
                    }
                }
            }
        });
    };
    let change = move || match Quantity::parse(&typed.get_untracked()) {
        Ok(quantity) => send(quantity),
        Err(flaw) => refusal.set(Some(words.with_value(|texts| texts.flaw(flaw)))),
    };
    let step = move |by: i32| {
        let now = typed.with_untracked(|typed| typed.trim().parse::<i32>().unwrap_or(1));
        typed.set(now.saturating_add(by).clamp(1, Quantity::MAX).to_string());
        change();
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        change();
    };
    let remove = move |event: SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            match remove_from_cart(product.to_string()).await {
                Ok(copies) => {
                    badge::tell(copies);
                    lines.update(|lines| lines.retain(|line| line.product != product));
                }
                Err(failure) => refusal.set(Some(words.with_value(|texts| texts.failure(&failure)))),
            }
        });
    };
    let flags = move || {
        find().map(|line| {
            let short = (!line.in_stock()).then(|| {
                let text = said(|texts| &texts.short).replace("{available}", &line.available.to_string());
                view! { <p class="flag bad">{text}</p> }
            });
            let price = (line.seen_price != line.unit_price).then(|| {
                let text = said(|texts| &texts.price_changed)
                    .replace("{before}", &won(line.seen_price))
                    .replace("{now}", &won(line.unit_price));
                view! { <p class="flag">{text}</p> }
            });
            (short, price)
        })
    };
    let field = format!("quantity-{product}");
    let flaw_id = format!("quantity-{product}-flaw");
    let (title, author, unit) =
        first.map(|line| (line.title.clone(), line.author.clone(), line.unit_price)).unwrap_or_default();
    view! {
        <li class="line">
            <a href=format!("/products/{product}")>
                <img class="cover" src=format!("/covers/{product}.svg") alt="" width="300" height="440" />
            </a>
            <div class="what">
                <a href=format!("/products/{product}") class="title">{title.clone()}</a>
                <p class="author">{author}</p>
                <p class="unit">{won(unit)}</p>
                {flags}
            </div>
            <form class="quantity" action="/fn/cart/change" method="post" on:submit=submit>
                <input type="hidden" name="product" value=product />
                <label class="hidden" for=field.clone()>{said(|texts| &texts.quantity)}" "{title.clone()}</label>
                <div class="stepper">
                    <button type="button" aria-label=said(|texts| &texts.fewer) on:click=move |_| step(-1)>"−"</button>
                    <input
                        id=field
                        name="quantity"
                        inputmode="numeric"
                        autocomplete="off"
                        value=typed.get_untracked()
                        prop:value=typed
                        on:input=move |event| typed.set(event_target_value(&event))
                        aria-invalid=move || refusal.with(Option::is_some).then_some("true")
                        aria-describedby=flaw_id.clone()
                    />
                    <button type="button" aria-label=said(|texts| &texts.more) on:click=move |_| step(1)>"+"</button>
                </div>
                <button class="button small">{said(|texts| &texts.change)}</button>
                <p class="flaw" id=flaw_id role="alert">{move || refusal.get()}</p>
            </form>
            <p class="amount">{move || find().map(|line| won(line.total()))}</p>
            <form action="/fn/cart/remove" method="post" on:submit=remove>
                <input type="hidden" name="product" value=product />
                <button class="button small" aria-label=format!("{} {}", title, said(|texts| &texts.remove))>
                    {said(|texts| &texts.remove)}
                </button>
            </form>
        </li>
    }
}
