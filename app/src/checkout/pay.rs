//! Coupon, points and the amount on the button: what is to pay, as it is chosen.

use contract::{
    Won,
    cart::Totals,
    coupon::{PricedLine, Terms, Unusable},
    money::won,
};
use leptos::{html::Input, prelude::*};
use serde::{Deserialize, Serialize};

use crate::payment::{PayWay, Ways};

/// A coupon to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The coupon's id, as the form sends it.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it gives, and until when, in words.
    pub about: String,
    /// What comes off, and from what.
    pub terms: Terms,
}

/// What the island says, in the language of the page. `{}` stands for an amount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayTexts {
    /// The coupons' heading.
    pub coupon: String,
    /// No coupon.
    pub no_coupon: String,
    /// A coupon for other things.
    pub out_of_scope: String,
    /// A coupon for `{}` more.
    pub below_minimum: String,
    /// The points' field.
    pub points: String,
    /// The balance of `{}`.
    pub balance: String,
    /// What is left to pay can be paid within minutes.
    pub hold: String,
    /// So many points are missing: `{}`.
    pub short: String,
    /// The link to more points.
    pub charge: String,
    /// The ways to pay the rest.
    pub ways: String,
    /// Sums anew, without scripts.
    pub apply: String,
    /// The price of the goods.
    pub goods: String,
    /// What the coupon takes off.
    pub discount: String,
    /// The price of delivery.
    pub delivery: String,
    /// Delivery that costs nothing.
    pub free: String,
    /// What points pay.
    pub points_used: String,
    /// What is left to pay.
    pub due: String,
    /// The amount of the order.
    pub total: String,
    /// Pays `{}` now.
    pub pay: String,
    /// Orders now and pays `{}` later.
    pub pay_later: String,
}

/// What is to pay, for one choice of coupon and points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bill {
    discount: Won,
    total: Won,
    points: Won,
    due: Won,
}

/// The same function that decides about the order on the server sums up here.
fn bill(totals: Totals, lines: &[PricedLine], terms: Option<&Terms>, typed: &str, balance: Won) -> Bill {
    let discount = terms.and_then(|terms| terms.discount(lines).ok()).map_or(0, |parts| parts.iter().sum());
    let total = totals.total() - discount;
    let most = balance.min(total).max(0);
    // Nothing typed is as much as there is.
    let points = match typed.trim() {
        "" => most,
        typed => contract::form::number(typed, 0, Won::MAX).map_or(most, |points| points.min(total)),
    };
    Bill { discount, total, points, due: total - points }
}

/// The choices and the sums. Without scripts, a button sums anew.
#[island]
pub fn Pay(
    /// The lines of the cart.
    lines: Vec<PricedLine>,
    /// What they come to.
    totals: Totals,
    /// The coupons, best first.
    choices: Vec<Choice>,
    /// The coupon chosen, or nothing.
    chosen: String,
    /// The points typed, or nothing for as many as there are.
    points: String,
    /// Why the points were refused, if they were.
    flaw: Option<String>,
    /// The points balance, in won.
    balance: Won,
    /// The ways to pay what points leave; none where no card can pay.
    ways: Vec<PayWay>,
    /// The way chosen.
    way: String,
    /// Whether all can be had right now.
    buyable: bool,
    /// What to say.
    texts: PayTexts,
) -> impl IntoView {
    let (chosen, set_chosen) = signal(chosen);
    let (typed, set_typed) = signal(points.clone());
    let field = NodeRef::<Input>::new();
    let texts = StoredValue::new(texts);
    let said = move |word: fn(&PayTexts) -> &String| texts.with_value(|texts| word(texts).clone());
    let about = move |word: fn(&PayTexts) -> &String, amount: Won| said(word).replace("{}", &won(amount));
    let data = StoredValue::new((lines, choices));
    let bill = Memo::new(move |_| {
        data.with_value(|(lines, choices)| {
            let terms = choices.iter().find(|choice| choice.id == chosen.get()).map(|choice| &choice.terms);
            bill(totals, lines, terms, &typed.get(), balance)
        })
    });
    let (live, set_live) = signal(false);
    Effect::new(move |_| {
        set_live.set(true);
        // What was chosen before the script came stays chosen.
        if let Some(field) = field.get_untracked() {
            set_typed.set(field.value());
        }
        let checked = document().query_selector("input[name=coupon]:checked").ok().flatten();
        if let Some(checked) = checked.and_then(|checked| checked.get_attribute("value")) {
            set_chosen.set(checked);
        }
    });
    let coupons = data.with_value(|(lines, choices)| {
        let items = choices.iter().map(|choice| {
            let off = choice.terms.discount(lines).map(|parts| parts.iter().sum::<Won>());
            let (usable, worth) = match off {
                Ok(off) => (true, format!("−{}", won(off))),
                Err(Unusable::BelowMinimum { missing }) => (false, about(|texts| &texts.below_minimum, missing)),
                Err(Unusable::OutOfScope | Unusable::Nothing) => (false, said(|texts| &texts.out_of_scope)),
            };
            let (id, checked) = (choice.id.clone(), choice.id == chosen.get_untracked());
            view! {
                <li>
                    <label class="choice">
                        <input type="radio" name="coupon" value=choice.id.clone() checked=checked disabled=!usable
                            on:change=move |_| set_chosen.set(id.clone()) />
                        <span class="coupon">
                            <strong>{choice.name.clone()}</strong>
                            <small>{choice.about.clone()}</small>
                            <span class="worth">{worth}</span>
                        </span>
                    </label>
                </li>
            }
        });
        items.collect_view()
    });
    let none = chosen.get_untracked().is_empty();
    let by_card = !ways.is_empty();
    let has_coupons = data.with_value(|(_, choices)| !choices.is_empty());
    view! {
        <div class="pay-board" class:live=live class:owing=move || bill.get().due != 0>
            {has_coupons.then(|| view! {
                <fieldset class="coupons">
                    <legend>{said(|texts| &texts.coupon)}</legend>
                    <ul class="choices">
                        {coupons}
                        <li>
                            <label class="choice">
                                <input type="radio" name="coupon" value="" checked=none on:change=move |_| set_chosen.set(String::new()) />
                                <span>{said(|texts| &texts.no_coupon)}</span>
                            </label>
                        </li>
                    </ul>
                </fieldset>
            })}
            <div class="field">
                <label for="points">{said(|texts| &texts.points)}</label>
                <input
                    id="points" name="points" inputmode="numeric" autocomplete="off" value=points node_ref=field
                    placeholder=move || contract::money::grouped(balance.min(bill.get().total).max(0))
                    on:input=move |event| set_typed.set(event_target_value(&event))
                    aria-invalid=flaw.is_some().then_some("true") aria-describedby="points-flaw points-hint"
                />
                <p class="flaw" id="points-flaw">{flaw}</p>
                <p class="hint" id="points-hint">{about(|texts| &texts.balance, balance)}</p>
                <p class="hint short" hidden=move || bill.get().total <= balance>
                    {move || about(|texts| &texts.short, (bill.get().total - balance).max(0))} " "
                    // Points are charged by card.
                    {by_card.then(|| view! { <a href="/my/points?next=/checkout">{said(|texts| &texts.charge)}</a> })}
                </p>
            </div>
            <button class="button apply" formaction="/fn/order/look" formnovalidate>{said(|texts| &texts.apply)}</button>
            <dl class="sums">
                <dt>{said(|texts| &texts.goods)}</dt><dd>{won(totals.goods)}</dd>
                <dt>{said(|texts| &texts.discount)}</dt>
                <dd data-testid="discount">{move || match bill.get().discount { 0 => won(0), off => format!("−{}", won(off)) }}</dd>
                <dt>{said(|texts| &texts.delivery)}</dt>
                <dd>{if totals.delivery == 0 { said(|texts| &texts.free) } else { won(totals.delivery) }}</dd>
                <dt class="sum">{said(|texts| &texts.total)}</dt>
                <dd class="sum" data-testid="total">{move || won(bill.get().total)}</dd>
                <dt>{said(|texts| &texts.points_used)}</dt><dd data-testid="points-used">{move || won(bill.get().points)}</dd>
                <dt>{said(|texts| &texts.due)}</dt><dd data-testid="due">{move || won(bill.get().due)}</dd>
            </dl>
            <input type="hidden" name="expected_total" prop:value=move || bill.get().total.to_string() value=bill.get_untracked().total />
            <input type="hidden" name="due" prop:value=move || bill.get().due.to_string() value=bill.get_untracked().due />
            {by_card.then(|| view! {
                <div hidden=move || bill.get().due == 0>
                    <Ways legend=said(|texts| &texts.ways) ways chosen=way />
                </div>
            })}
            {buyable.then(|| view! {
                {(!by_card).then(|| view! { <p class="hold" hidden=move || bill.get().due == 0>{said(|texts| &texts.hold)}</p> })}
                // The style sheet shows the one that says what follows from the way chosen, with or
                // without scripts.
                {by_card.then(|| view! {
                    <button class="button primary pay now">
                        {move || about(|texts| &texts.pay, match bill.get().due { 0 => bill.get().total, due => due })}
                    </button>
                })}
                <button class="button primary pay" class:later=by_card>
                    {move || match bill.get().due {
                        0 => about(|texts| &texts.pay, bill.get().total),
                        due => about(|texts| &texts.pay_later, due),
                    }}
                </button>
            })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use contract::coupon::Benefit;

    use super::*;

    fn billed(terms: Option<&Terms>, typed: &str, balance: Won) -> Bill {
        let lines = [PricedLine { product: 1, category: 1, amount: 10_000 }];
        bill(Totals { copies: 1, goods: 10_000, delivery: 3_000 }, &lines, terms, typed, balance)
    }

    #[test]
    fn nothing_typed_takes_as_many_points_as_there_are() {
        assert_eq!(billed(None, "", 20_000), Bill { discount: 0, total: 13_000, points: 13_000, due: 0 });
        assert_eq!(billed(None, " ", 5_000), Bill { discount: 0, total: 13_000, points: 5_000, due: 8_000 });
        assert_eq!(billed(None, "1,000", 5_000), Bill { discount: 0, total: 13_000, points: 1_000, due: 12_000 });
        assert_eq!(billed(None, "99999", 99_999).due, 0);
    }

    #[test]
    fn a_coupon_comes_off_before_points() {
        let terms =
            Terms { benefit: Benefit::Amount(2_000), min_order: 0, products: Vec::new(), categories: Vec::new() };
        assert_eq!(billed(Some(&terms), "", 20_000), Bill { discount: 2_000, total: 11_000, points: 11_000, due: 0 });
    }
}
