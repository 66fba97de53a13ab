//! The checkout: lines, address, points and the final amount, all on one page.

use contract::{
    Failure,
    address::{Address, AddressForm},
    cart::{CartLine, Totals},
    form::{Flaws, optional_line},
    money::won,
    order::{LineChange, OrderId, SeenLine, changes, read_seen, write_seen},
    product::ProductId,
};
use domain::{
    address::{self, KeptAddress},
    cart::{self, Owner},
    order::{Checkout, place_one, placed},
    points, product,
};
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    address::{Fields, Printed, typed},
    context::{shop, shopper},
    form::{Returned, Sent, answer, returned},
    listing::Cover,
    page::{Empty, Head, page},
    text::t,
};

/// The choice that stands for an address typed in.
const NEW: &str = "new";

/// Places the order that the shopper saw, or says what is not as it was.
#[server(prefix = "/fn", endpoint = "order/place")]
async fn place_order(
    #[server(default)] key: String,
    #[server(default)] seen: String,
    #[server(default)] expected_total: String,
    #[server(default)] address: String,
    #[server(default)] form: AddressForm,
    #[server(default)] note: String,
) -> Result<(), Failure> {
    let mut chosen = address.clone();
    let outcome = place(&key, &seen, &expected_total, &mut chosen, &form, &note).await;
    let mut fields = typed(&form).to_vec();
    // The key comes back too: an order that was placed but not answered is found again under it.
    fields.extend([("key", key.as_str()), ("seen", &seen), ("address", &chosen), ("note", &note)]);
    answer(Sent { form: "order/place", page: "/checkout", fields: &fields }, outcome).await
}

async fn place(
    key: &str,
    seen: &str,
    expected_total: &str,
    chosen: &mut String,
    form: &AddressForm,
    note: &str,
) -> Result<String, Failure> {
    let (shop, shopper) = (shop()?, shopper()?);
    let key = Uuid::parse_str(key).map_err(|_| Failure::BadRequest)?;
    let seen = read_seen(seen).ok_or(Failure::BadRequest)?;
    let total = expected_total.parse().map_err(|_| Failure::BadRequest)?;
    // Sent again, by a double click or after going back: it is answered before an address is kept twice.
    if let Some(order) = placed(&shop, &shopper, key).await? {
        return Ok(complete(order));
    }
    let note = optional_line(note, 100).map_err(|flaw| Failure::Invalid(Flaws::one("note", flaw)))?;
    if chosen == NEW {
        let added = address::add(&shop, &shopper, &Address::try_from(form)?).await?;
        // Should the order be refused, the address is not typed in a second time.
        *chosen = added.to_string();
    }
    let address = chosen.parse().map_err(|_| Failure::AddressGone)?;
    let checkout = Checkout { note, ..Checkout::new(&shopper, key, seen, total, address) };
    Ok(complete(place_one(&shop, checkout).await?))
}

fn complete(order: OrderId) -> String {
    format!("/orders/{order}/complete")
}

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
        Ok(view! { <CheckoutForm form lines addresses balance totals changes /> }.into_any())
    })
}

#[component]
fn CheckoutForm(
    form: Returned,
    lines: Vec<CartLine>,
    addresses: Vec<KeptAddress>,
    balance: i64,
    totals: Totals,
    changes: Vec<(Option<String>, LineChange)>,
) -> impl IntoView {
    let total = totals.total();
    let seen = write_seen(&now(&lines));
    let key = form.value("key", &Uuid::now_v7().to_string());
    let note_flaw = form.flaw("note");
    let buyable = lines.iter().all(CartLine::in_stock);
    let short = total.saturating_sub(balance);
    let items = lines.into_iter().map(|line| view! { <li><Item line /></li> }).collect_view();
    let pay = if !buyable {
        view! { <p class="notice bad" role="alert">{t!("checkout-short")} " " <a href="/cart">{t!("cart")}</a></p> }
            .into_any()
    } else if short > 0 {
        view! {
            <p class="notice bad" role="alert">
                {t!("points-short", short = won(short))} " "
                <a class="button small" href="/my/points?next=/checkout">{t!("charge-points")}</a>
            </p>
        }
        .into_any()
    } else {
        view! { <button class="button primary pay">{t!("pay", total = won(total))}</button> }.into_any()
    };
    view! {
        <Head title=t!("checkout") private=true />
        <h1>{t!("checkout")}</h1>
        {form.summary()}
        <Changes changes />
        <form class="checkout" action="/fn/order/place" method="post">
            <input type="hidden" name="key" value=key />
            <input type="hidden" name="seen" value=seen />
            <input type="hidden" name="expected_total" value=total />
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
                <dl class="sums">
                    <dt>{t!("goods")}</dt><dd>{won(totals.goods)}</dd>
                    <dt>{t!("delivery")}</dt><dd>{if totals.delivery == 0 { t!("free") } else { won(totals.delivery) }}</dd>
                    <dt>{t!("points-balance")}</dt><dd>{won(balance)}</dd>
                    <dt class="sum">{t!("total")}</dt><dd class="sum" data-testid="total">{won(total)}</dd>
                    {(short <= 0).then(|| view! { <dt>{t!("points-left")}</dt><dd>{won(balance - total)}</dd> })}
                </dl>
                <p>{t!("pay-by-points")}</p>
                {pay}
            </section>
        </form>
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
            <Cover id=line.product />
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
