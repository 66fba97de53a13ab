//! One line of the cart.

use contract::{Quantity, cart::CartLine, money::won, picture};
use leptos::{ev::SubmitEvent, html::Input, prelude::*, task::spawn_local};

use super::{
    CartTexts, badge,
    board::RefusedLine,
    change_cart, remove_from_cart,
    stepper::{Stepper, typed},
};

/// A line: what it is, how many, what it comes to. Without scripts two plain forms.
#[component]
pub(super) fn Line(
    /// All lines of the cart.
    lines: RwSignal<Vec<CartLine>>,
    /// The one that this is.
    product: i64,
    /// The line that was refused a moment ago, if one was.
    refused: Option<RefusedLine>,
    /// What to say.
    words: StoredValue<CartTexts>,
) -> impl IntoView {
    let find = move |lines: &[CartLine]| lines.iter().find(|line| line.product == product).cloned();
    let Some(first) = lines.with_untracked(|lines| find(lines)) else { return ().into_any() };
    let now = move || lines.with(|lines| find(lines));
    let refused = refused.filter(|(refused, ..)| *refused == product);
    let value = refused.as_ref().map_or(first.quantity.to_string(), |(_, typed, _)| typed.clone());
    let refusal = RwSignal::new(refused.map(|(.., why)| why));
    let field = NodeRef::<Input>::new();
    let sync = Sync { lines, product, field, refusal, words, pending: StoredValue::new(false) };

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
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        sync.send();
    };
    let texts = words.get_value();
    let id = format!("quantity-{product}");
    view! {
        <li class="line">
            <a href=format!("/products/{product}") tabindex="-1" aria-hidden="true">
                <img class="cover" src=picture::cover(product, first.cover.as_deref()) alt="" width="300" height="440" />
            </a>
            <div class="what">
                <a href=format!("/products/{product}") class="title">{first.title.clone()}</a>
                <p class="author">{first.author}</p>
                <p class="unit">{won(first.unit_price)}</p>
                {move || now().map(|line| flags(&line, words))}
            </div>
            <form class="quantity" action="/fn/cart/change" method="post" on:submit=submit>
                <input type="hidden" name="product" value=product />
                <label class="hidden" for=id.clone()>{texts.quantity.clone()}" "{first.title.clone()}</label>
                <Stepper id=id.clone() value field max=Quantity::MAX refusal texts=texts.clone() changed=move || sync.send() />
                <button class="button small">{texts.change}</button>
                <p class="flaw" id=format!("{id}-flaw") role="alert">{move || refusal.get()}</p>
            </form>
            <p class="amount">{move || now().map(|line| won(line.total()))}</p>
            <form action="/fn/cart/remove" method="post" on:submit=remove>
                <input type="hidden" name="product" value=product />
                <button class="button small" aria-label=format!("{} {}", first.title, texts.remove)>{texts.remove.clone()}</button>
            </form>
        </li>
    }
    .into_any()
}

/// What became of the line since it was put in.
fn flags(line: &CartLine, words: StoredValue<CartTexts>) -> impl IntoView + use<> {
    let short = (!line.in_stock()).then(|| {
        let text = words.with_value(|texts| texts.short.replace("{available}", &line.available.to_string()));
        view! { <p class="flag bad">{text}</p> }
    });
    let price = (line.seen_price != line.unit_price).then(|| {
        let text = words.with_value(|texts| {
            texts.price_changed.replace("{before}", &won(line.seen_price)).replace("{now}", &won(line.unit_price))
        });
        view! { <p class="flag">{text}</p> }
    });
    (short, price)
}

/// Brings the line in the cart to what stands in the field, one request at a time, so that fast
/// steps end at the last one.
#[derive(Clone, Copy)]
struct Sync {
    lines: RwSignal<Vec<CartLine>>,
    product: i64,
    field: NodeRef<Input>,
    refusal: RwSignal<Option<String>>,
    words: StoredValue<CartTexts>,
    pending: StoredValue<bool>,
}

impl Sync {
    fn send(self) {
        // The request under way looks again when it is answered.
        if self.pending.get_value() {
            return;
        }
        let sent = typed(self.field);
        let quantity = match Quantity::parse(&sent) {
            Ok(quantity) => quantity,
            Err(flaw) => return self.refusal.set(Some(self.words.with_value(|texts| texts.flaw(flaw)))),
        };
        self.pending.set_value(true);
        spawn_local(async move {
            let answer = change_cart(self.product.to_string(), sent.clone()).await;
            // A line that was taken out in the meantime has nothing left to tell.
            if self.pending.try_set_value(false).is_some() {
                return;
            }
            match answer {
                Ok(copies) => {
                    badge::tell(copies);
                    self.refusal.set(None);
                    self.lines.update(|lines| {
                        if let Some(line) = lines.iter_mut().find(|line| line.product == self.product) {
                            line.quantity = quantity.get();
                            line.seen_price = line.unit_price;
                        }
                    });
                }
                Err(failure) => self.refusal.set(Some(self.words.with_value(|texts| texts.failure(&failure)))),
            }
            if typed(self.field) != sent {
                self.send();
            }
        });
    }
}
