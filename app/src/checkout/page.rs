//! The checkout: lines, address, points and the final amount, all on one page.

use contract::{
    Failure, Won,
    cart::{CartLine, Totals},
    coupon::PricedLine,
    money::won,
    order::{LineChange, SeenLine, changes, read_seen, write_seen},
    product::ProductId,
};
use domain::{
    address::{self, KeptAddress},
    cart::{self, Owner},
    coupon, payment, points, product,
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{Choice, Pay, PayTexts};
use crate::{
    address::{Fields, Printed},
    context::{shop, shopper},
    form::{Returned, returned},
    listing::Cover,
    page::{Empty, Head, page},
    payment::{PayWay, say},
    text::t,
    words,
};

/// The choice that stands for an address typed in.
pub(super) const NEW: &str = "new";

/// The checkout.
#[component]
pub(crate) fn CheckoutPage() -> impl IntoView {
    page(async move {
        let (shop, shopper) = (shop()?, shopper()?);
        let form = returned("order/place");
        let lines = cart::lines(&shop, Owner::Member(shopper.id())).await?;
        if lines.is_empty() {
            return Ok(view! {
                <Head title=t!("checkout") private=true />
                <h1>{t!("checkout")}</h1>
                {form.summary()}
                <Empty sentence=t!("cart-empty") href="/" action=t!("browse") />
            }
            .into_any());
        }
        let addresses = address::list(&shop, &shopper).await?;
        let balance = points::balance(&shop, &shopper).await?;
        let totals =
            Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), shop.policy.delivery);
        let changes = changed(&form, &lines);
        let products: Vec<ProductId> = changes.iter().map(|change| change.product).collect();
        let titles = product::titles(&shop, &products).await?;
        let changes = changes.into_iter().map(|change| (titles.get(&change.product).cloned(), change)).collect();
        let priced: Vec<PricedLine> = lines.iter().map(CartLine::priced).collect();
        let choices = coupon::choices(&shop, &shopper, &priced).await?;
        let minutes = shop.policy.order.hold_minutes;
        let mut ways = Vec::new();
        if shop.takes_cards() {
            ways = say::by_card(payment::cards(&shop, &shopper).await?);
            ways.push(say::later(minutes));
        }
        let bill = view! {
            <Bill form=form.clone() lines=priced totals choices balance ways minutes
                buyable=lines.iter().all(CartLine::in_stock) />
        };
        Ok(view! { <CheckoutForm form lines addresses changes bill=bill.into_any() /> }.into_any())
    })
}

#[component]
fn CheckoutForm(
    form: Returned,
    lines: Vec<CartLine>,
    addresses: Vec<KeptAddress>,
    changes: Vec<(Option<String>, LineChange)>,
    bill: AnyView,
) -> impl IntoView {
    let seen = write_seen(&now(&lines));
    let key = form.value("key", &Uuid::now_v7().to_string());
    let note_flaw = form.flaw("note");
    let items = lines.into_iter().map(|line| view! { <li><Item line /></li> }).collect_view();
    view! {
        <Head title=t!("checkout") private=true />
        <h1>{t!("checkout")}</h1>
        {form.summary()}
        <Changes changes />
        <form class="checkout" action="/fn/order/place" method="post">
            <input type="hidden" name="key" value=key />
            <input type="hidden" name="seen" value=seen />
            <section>
                <h2>"1. "{t!("order-lines")}</h2>
                <ul class="lines">{items}</ul>
                <p><a href="/cart">{t!("change-cart")}</a></p>
            </section>
            <section>
                <h2>"2. "{t!("deliver-to")}</h2>
                <Addresses form=form.clone() addresses />
                <div class="field">
                    <label for="note">{t!("delivery-note")}</label>
                    <input
                        id="note" name="note" list="notes" autocomplete="off" value=form.value("note", "")
                        aria-invalid=note_flaw.is_some().then_some("true") aria-describedby="note-flaw"
                    />
                    <datalist id="notes">
                        <option value=t!("note-door")></option>
                        <option value=t!("note-guard")></option>
                        <option value=t!("note-call")></option>
                    </datalist>
                    <p class="flaw" id="note-flaw">{note_flaw}</p>
                </div>
            </section>
            <section>
                <h2>"3. "{t!("payment")}</h2>
                {bill}
            </section>
        </form>
    }
}

/// Coupon, points and sums, and why there is no button where there is none.
#[component]
fn Bill(
    form: Returned,
    lines: Vec<PricedLine>,
    totals: Totals,
    choices: Vec<coupon::Choice>,
    balance: Won,
    ways: Vec<PayWay>,
    minutes: i64,
    buyable: bool,
) -> impl IntoView {
    // The best one is proposed; what was chosen, none too, stays chosen while it can be used.
    let usable = |id: &str| choices.iter().any(|choice| choice.discount.is_ok() && choice.coupon.id.to_string() == id);
    let best = choices.iter().find(|choice| choice.discount.is_ok()).map(|choice| choice.coupon.id.to_string());
    let best = best.unwrap_or_default();
    let chosen = form.typed("coupon").filter(|typed| typed.is_empty() || usable(typed)).unwrap_or(&best).to_owned();
    let choices = choices
        .into_iter()
        .map(|choice| Choice {
            id: choice.coupon.id.to_string(),
            name: choice.coupon.name,
            about: t!(
                "coupon-until",
                what = words::terms(&choice.coupon.terms),
                day = contract::when::kst(choice.coupon.expires_at)
            ),
            terms: choice.coupon.terms,
        })
        .collect();
    let short = (!buyable).then(|| {
        view! { <p class="notice bad" role="alert">{t!("checkout-short")} " " <a href="/cart">{t!("cart")}</a></p> }
    });
    let way = say::chosen(form.typed("way"), &ways);
    view! {
        <Pay lines totals choices chosen points=form.value("points", "") flaw=form.flaw("points") balance ways way buyable
            texts=texts(minutes) />
        {short}
    }
}

fn texts(minutes: i64) -> PayTexts {
    PayTexts {
        coupon: t!("coupon"),
        no_coupon: t!("no-coupon"),
        out_of_scope: t!("coupon-out-of-scope"),
        below_minimum: t!("coupon-below-minimum", missing = "{}"),
        points: t!("points-to-use"),
        balance: t!("points-to-use-hint", balance = "{}"),
        hold: t!("pay-later-hint", minutes = minutes),
        short: t!("points-short", short = "{}"),
        charge: t!("charge-points"),
        ways: t!("ways"),
        apply: t!("apply"),
        goods: t!("goods"),
        discount: t!("discount"),
        delivery: t!("delivery"),
        free: t!("free"),
        points_used: t!("points-used"),
        due: t!("due"),
        total: t!("total"),
        pay: t!("pay", total = "{}"),
        pay_later: t!("pay-later", due = "{}"),
    }
}

#[component]
fn Item(line: CartLine) -> impl IntoView {
    let short = (!line.in_stock()).then(|| {
        view! { <p class="flag bad">{t!("line-short", available = line.available)}</p> }
    });
    let price = (line.seen_price != line.unit_price).then(|| {
        view! { <p class="flag">{t!("line-price-changed", before = won(line.seen_price), now = won(line.unit_price))}</p> }
    });
    view! {
        <div class="item">
            <Cover id=line.product picture=line.cover.clone() />
            <div class="what">
                <p class="title">{line.title.clone()}</p>
                <p class="author">{line.author.clone()}</p>
                {short}
                {price}
            </div>
            <p>{t!("copies", count = line.quantity)}</p>
            <p class="amount">{won(line.total())}</p>
        </div>
    }
}

#[component]
fn Addresses(form: Returned, addresses: Vec<KeptAddress>) -> impl IntoView {
    if addresses.is_empty() {
        return view! {
            <input type="hidden" name="address" value=NEW />
            <p>{t!("first-address")}</p>
            <Fields form kept=None />
        }
        .into_any();
    }
    let proposed = addresses.first().map(|kept| kept.address_id.to_string()).unwrap_or_default();
    // An address that was removed in the meantime cannot stay chosen.
    let chosen = form
        .typed("address")
        .filter(|typed| *typed == NEW || addresses.iter().any(|kept| kept.address_id.to_string() == *typed))
        .unwrap_or(&proposed)
        .to_owned();
    let choices = addresses
        .into_iter()
        .map(|kept| {
            let id = kept.address_id.to_string();
            let checked = id == chosen;
            view! {
                <li>
                    <label class="choice">
                        <input type="radio" name="address" value=id checked=checked />
                        <Printed kept />
                    </label>
                </li>
            }
        })
        .collect_view();
    let new = chosen == NEW;
    view! {
        <ul class="choices">
            {choices}
            <li>
                <label class="choice">
                    <input type="radio" name="address" value=NEW checked=new />
                    <span>{t!("other-address")}</span>
                </label>
                <div>
                    <Fields form kept=None optional=true />
                </div>
            </li>
        </ul>
    }
    .into_any()
}

/// The lines as they are now.
fn now(lines: &[CartLine]) -> Vec<SeenLine> {
    lines
        .iter()
        .map(|line| SeenLine { product: line.product, quantity: line.quantity, unit_price: line.unit_price })
        .collect()
}

/// What changed between the form that was refused and now, line by line.
fn changed(form: &Returned, lines: &[CartLine]) -> Vec<LineChange> {
    let refused = form.failure() == Some(&Failure::CartChanged);
    let seen = form.typed("seen").filter(|_| refused).and_then(read_seen);
    seen.map(|seen| changes(&seen, &now(lines))).unwrap_or_default()
}

#[component]
fn Changes(changes: Vec<(Option<String>, LineChange)>) -> impl IntoView {
    let items = changes.into_iter().map(|(title, change)| {
        let title = title.unwrap_or_else(|| t!("removed-line"));
        view! { <li>{format!("{title}: {} → {}", side(change.seen), side(change.now))}</li> }
    });
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then(|| view! { <ul class="notice changes">{items}</ul> })
}

fn side(line: Option<SeenLine>) -> String {
    line.map_or_else(|| t!("no-line"), |line| t!("line-as-seen", count = line.quantity, price = won(line.unit_price)))
}
