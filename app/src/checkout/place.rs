//! The doorway of the checkout's form.

use contract::{
    Failure, Won,
    address::{Address, AddressForm},
    form::{Check, Flaw, number, optional_line},
    order::{OrderId, read_seen},
    payment::Way,
};
use domain::{
    address,
    order::{Checkout, place_one, placed},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::page::NEW;
use crate::{
    address::typed,
    context::{shop, shopper},
    form::{Sent, answer, show_again, tell_status},
    payment::{
        begin::{complete, pay_by_card, tell},
        say::LATER,
    },
};

/// The form as sent. What is not there is empty.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Wish {
    key: String,
    seen: String,
    expected_total: String,
    due: String,
    coupon: String,
    points: String,
    way: String,
    address: String,
    form: AddressForm,
    note: String,
}

impl Wish {
    /// All that is worth showing again. The key comes back too: an order that was placed but not
    /// answered is found again under it.
    fn fields(&self) -> Vec<(&str, &str)> {
        let mut fields = typed(&self.form).to_vec();
        fields.extend([("key", self.key.as_str()), ("seen", &self.seen), ("address", &self.address)]);
        fields.extend([("note", self.note.as_str()), ("coupon", &self.coupon), ("points", &self.points)]);
        fields.push(("way", &self.way));
        fields
    }
}

/// Places the order that the shopper saw, or says what is not as it was.
#[server(prefix = "/fn", endpoint = "order/place")]
async fn place_order(#[server(flatten)] wish: Wish) -> Result<(), Failure> {
    let mut wish = wish;
    let outcome = match place(&mut wish).await {
        Ok((order, None)) => Ok(complete(order)),
        Ok((order, Some((way, due)))) => match pay_by_card(order, way, Some(due)).await {
            // The order is canceled and the cart as it was: whoever tries again makes a new one.
            Err(Failure::PaymentRefused) => {
                wish.key = Uuid::now_v7().to_string();
                Err(Failure::PaymentRefused)
            }
            // The order is there, and its page tells what else is to be done.
            begun => return tell(&order.to_string(), begun).await,
        },
        Err(failure) => Err(failure),
    };
    answer(Sent { form: "order/place", page: "/checkout", fields: &wish.fields() }, outcome).await
}

/// Shows what the chosen coupon and points come to, without ordering.
#[server(prefix = "/fn", endpoint = "order/look")]
async fn look(#[server(flatten)] wish: Wish) -> Result<(), Failure> {
    shopper().map_err(tell_status)?;
    show_again(Sent { form: "order/place", page: "/checkout", fields: &wish.fields() }).await
}

/// Answers the order, and the way in which what points leave of it, so many won, is to be paid now.
async fn place(wish: &mut Wish) -> Result<(OrderId, Option<(Way, Won)>), Failure> {
    let (shop, shopper) = (shop()?, shopper()?);
    let key = Uuid::parse_str(&wish.key).map_err(|_| Failure::BadRequest)?;
    let seen = read_seen(&wish.seen).ok_or(Failure::BadRequest)?;
    let total: Won = wish.expected_total.parse().map_err(|_| Failure::BadRequest)?;
    let coupon = match wish.coupon.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Failure::CouponUnusable)?),
    };
    let way = match wish.way.as_str() {
        "" | LATER => None,
        way => Some(Way::parse(way).ok_or(Failure::BadRequest)?),
    };
    let mut check = Check::default();
    let points = check.field("points", points(wish, total));
    let note = check.field("note", optional_line(&wish.note, 100));
    let (Some(points), Some(note)) = (points, note) else { return Err(check.refuse()) };
    // Without scripts, points typed but not summed up could leave more to pay than the button said.
    let due = total.saturating_sub(points).max(0);
    if due != wish.due.parse().unwrap_or(0) {
        return Err(Failure::SumChanged);
    }
    let way = way.filter(|_| due > 0).map(|way| (way, due));
    if wish.address == NEW {
        // Sent again, by a double click or after going back: it is answered before an address is
        // kept twice.
        if let Some(order) = placed(&shop, &shopper, key).await? {
            return Ok((order, way));
        }
        let added = address::add(&shop, &shopper, &Address::try_from(&wish.form)?).await?;
        // Should the order be refused, the address is not typed in a second time.
        wish.address = added.to_string();
    }
    let address = wish.address.parse().map_err(|_| Failure::AddressGone)?;
    let checkout = Checkout { note, coupon, points, ..Checkout::new(&shopper, key, seen, total, address) };
    Ok((place_one(&shop, checkout).await?, way))
}

/// The points typed; where none were, all but what the shopper saw would be left to pay.
fn points(wish: &Wish, total: Won) -> Result<Won, Flaw> {
    match wish.points.trim() {
        "" => Ok(total.saturating_sub(wish.due.parse().unwrap_or(0)).max(0)),
        // More than the total pays the total.
        typed => number(typed, 0, Won::MAX).map(|points| points.min(total)).map_err(|flaw| match flaw {
            Flaw::OutOfRange { .. } => Flaw::OutOfRange { min: 0, max: total },
            other => other,
        }),
    }
}
