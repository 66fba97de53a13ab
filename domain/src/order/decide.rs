//! Decides a batch of checkouts: a pure function over what was loaded.

use std::collections::{BTreeMap, BTreeSet};

use contract::{
    Failure, Won,
    cart::Totals,
    member::MemberId,
    order::{DeliveryPolicy, OrderId, SeenLine, changes},
    product::ProductId,
};
use uuid::Uuid;

use super::{Checkout, Destination, Loaded};

/// What becomes of one checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A new order, to be stored.
    Placed(Box<Accepted>),
    /// The same key was used before: that order is the answer.
    Replayed(OrderId),
    /// Nothing happens, for this reason.
    Refused(Failure),
}

/// An order that was accepted and has yet to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The order.
    pub order: OrderId,
    /// Who ordered.
    pub member: MemberId,
    /// The form's key.
    pub key: Uuid,
    /// What is bought, by product id.
    pub lines: Vec<AcceptedLine>,
    /// The price of all lines, in won.
    pub goods: Won,
    /// The delivery fee of each seller in the order, in won.
    pub fees: BTreeMap<i64, Won>,
    /// The points balance once it is paid, in won.
    pub balance_after: Won,
    /// Where to.
    pub destination: Destination,
    /// A word to the carrier.
    pub note: String,
}

impl Accepted {
    /// The delivery fees together, in won.
    pub fn delivery(&self) -> Won {
        self.fees.values().sum()
    }

    /// The amount paid, in won.
    pub fn total(&self) -> Won {
        self.goods + self.delivery()
    }
}

/// A line of an accepted order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedLine {
    /// The product.
    pub product: ProductId,
    /// Who sells it.
    pub seller: i64,
    /// Its title as sold.
    pub title: String,
    /// Its author as sold.
    pub author: String,
    /// The price for one, in won.
    pub unit_price: Won,
    /// Copies.
    pub quantity: i32,
}

/// Accepts or refuses each checkout in turn, as if the ones before had already been stored. A
/// checkout is accepted whole or not at all.
///
/// The reasons are looked at in a fixed order: the key was used, the cart is empty, the cart is
/// not what was seen, something is out of stock, the address is gone, the total differs, the
/// points do not suffice.
pub fn decide(mut loaded: Loaded, batch: &[Checkout], policy: DeliveryPolicy) -> Vec<Decision> {
    batch
        .iter()
        .map(|checkout| {
            if let Some(order) = loaded.placed.get(&(checkout.member, checkout.key)) {
                return Decision::Replayed(*order);
            }
            match accept(&loaded, checkout, policy) {
                Ok(accepted) => {
                    take(&mut loaded, &accepted);
                    Decision::Placed(Box::new(accepted))
                }
                Err(failure) => Decision::Refused(failure),
            }
        })
        .collect()
}

fn accept(loaded: &Loaded, checkout: &Checkout, policy: DeliveryPolicy) -> Result<Accepted, Failure> {
    let cart = loaded.cart(checkout.member);
    if cart.is_empty() {
        return Err(Failure::CartEmpty);
    }
    if !changes(&checkout.seen, &cart).is_empty() || has_twins(&checkout.seen) {
        return Err(Failure::CartChanged);
    }
    let lines = cart.iter().map(|line| take_line(loaded, line)).collect::<Result<Vec<_>, _>>()?;
    let destination =
        loaded.addresses.get(&(checkout.member, checkout.address)).cloned().ok_or(Failure::AddressGone)?;
    let totals = Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), policy);
    if totals.total() != checkout.expected_total {
        return Err(Failure::CartChanged);
    }
    let balance = loaded.balances.get(&checkout.member).copied().unwrap_or(0);
    if balance < totals.total() {
        return Err(Failure::InsufficientPoints);
    }
    let mut fees: BTreeMap<i64, Won> = BTreeMap::new();
    for line in &lines {
        *fees.entry(line.seller).or_default() += line.unit_price * Won::from(line.quantity);
    }
    fees.values_mut().for_each(|goods| *goods = policy.fee(*goods));
    Ok(Accepted {
        order: checkout.order,
        member: checkout.member,
        key: checkout.key,
        lines,
        goods: totals.goods,
        fees,
        balance_after: balance - totals.total(),
        destination,
        note: checkout.note.clone(),
    })
}

/// Two seen lines of one product would hide a difference behind the first of them.
fn has_twins(seen: &[SeenLine]) -> bool {
    let products: BTreeSet<ProductId> = seen.iter().map(|line| line.product).collect();
    products.len() != seen.len()
}

fn take_line(loaded: &Loaded, line: &SeenLine) -> Result<AcceptedLine, Failure> {
    let listed = loaded.products.get(&line.product).filter(|listed| listed.on_sale).ok_or(Failure::NotOnSale)?;
    if line.quantity > listed.available {
        return Err(Failure::OutOfStock);
    }
    Ok(AcceptedLine {
        product: line.product,
        seller: listed.seller,
        title: listed.title.clone(),
        author: listed.author.clone(),
        unit_price: listed.price,
        quantity: line.quantity,
    })
}

/// What the next checkout of the batch finds.
fn take(loaded: &mut Loaded, accepted: &Accepted) {
    for line in &accepted.lines {
        if let Some(listed) = loaded.products.get_mut(&line.product) {
            listed.available -= line.quantity;
        }
    }
    loaded.balances.insert(accepted.member, accepted.balance_after);
    loaded.placed.insert((accepted.member, accepted.key), accepted.order);
    loaded.carts.remove(&accepted.member);
}
