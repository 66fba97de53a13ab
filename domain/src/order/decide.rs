//! Decides a batch of checkouts: a pure function over what was loaded.

use std::collections::{BTreeMap, BTreeSet};

use contract::{
    Failure, Won,
    cart::Totals,
    coupon::{CouponId, CouponStatus, PricedLine},
    member::MemberId,
    order::{DeliveryPolicy, OrderId, SeenLine, changes},
    product::ProductId,
    when::kst_date,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Checkout, Destination, Loaded};
use crate::{
    Policy,
    points::{self, Lot},
};

/// The most that the goods of one order may cost, in won: far below where sums would overflow.
const MOST: Won = 1_000_000_000_000_000;

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
    /// The coupon that it uses.
    pub coupon: Option<CouponId>,
    /// What the order takes out of the wallet, by the day that it would run out.
    pub spent: Vec<Lot>,
    /// The points balance afterwards, in won.
    pub balance_after: Won,
    /// Until when it is held where something is left to pay, in UTC.
    pub held_until: Option<OffsetDateTime>,
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

    /// The discount on all lines, in won.
    pub fn discount(&self) -> Won {
        self.lines.iter().map(|line| line.discount).sum()
    }

    /// The amount to pay, in won.
    pub fn total(&self) -> Won {
        self.goods - self.discount() + self.delivery()
    }

    /// What of it is paid by points, in won.
    pub fn points(&self) -> Won {
        self.spent.iter().map(|lot| lot.amount).sum()
    }

    /// Whether nothing is left to pay.
    pub const fn is_paid(&self) -> bool {
        self.held_until.is_none()
    }
}

/// A line of an accepted order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedLine {
    /// The product.
    pub product: ProductId,
    /// Who sells it.
    pub seller: i64,
    /// Its category.
    pub category: i64,
    /// Its title as sold.
    pub title: String,
    /// Its author as sold.
    pub author: String,
    /// The price for one, in won.
    pub unit_price: Won,
    /// Copies.
    pub quantity: i32,
    /// This line's part of the discount, in won.
    pub discount: Won,
    /// What it will earn, in percent of what is paid.
    pub earn_percent: i32,
}

/// Accepts or refuses each checkout in turn, as if the ones before had already been stored. A
/// checkout is accepted whole or not at all.
///
/// The reasons are looked at in a fixed order: the key was used, the cart is empty, the cart is
/// not what was seen, something is out of stock, the address is gone, the sum is too large, the
/// coupon cannot be used, the total differs, the points do not suffice, too many orders are unpaid.
pub fn decide(mut loaded: Loaded, batch: &[Checkout], policy: Policy, now: OffsetDateTime) -> Vec<Decision> {
    batch
        .iter()
        .map(|checkout| {
            if let Some(order) = loaded.placed.get(&(checkout.member, checkout.key)) {
                return Decision::Replayed(*order);
            }
            match accept(&loaded, checkout, policy, now) {
                Ok(accepted) => {
                    take(&mut loaded, &accepted);
                    Decision::Placed(Box::new(accepted))
                }
                Err(failure) => Decision::Refused(failure),
            }
        })
        .collect()
}

fn accept(loaded: &Loaded, checkout: &Checkout, policy: Policy, now: OffsetDateTime) -> Result<Accepted, Failure> {
    let cart = loaded.cart(checkout.member);
    if cart.is_empty() {
        return Err(Failure::CartEmpty);
    }
    if !changes(&checkout.seen, &cart).is_empty() || has_twins(&checkout.seen) {
        return Err(Failure::CartChanged);
    }
    let mut lines = cart.iter().map(|line| take_line(loaded, line, policy)).collect::<Result<Vec<_>, _>>()?;
    let destination =
        loaded.addresses.get(&(checkout.member, checkout.address)).cloned().ok_or(Failure::AddressGone)?;
    let totals = Totals::of(lines.iter().map(|line| (line.seller, line.unit_price, line.quantity)), policy.delivery);
    if totals.goods > MOST {
        return Err(Failure::TotalTooLarge);
    }
    let discount = discount(loaded, checkout, &mut lines, now)?;
    let total = totals.total() - discount;
    if total != checkout.expected_total {
        return Err(Failure::CartChanged);
    }
    let mut wallet = loaded.wallets.get(&checkout.member).cloned().unwrap_or_default();
    let points = checkout.points.clamp(0, total);
    let spent = points::take(&mut wallet.lots, points, kst_date(now)).ok_or(Failure::InsufficientPoints)?;
    let unpaid = loaded.unpaid.get(&checkout.member).copied().unwrap_or(0);
    if points < total && unpaid >= policy.order.unpaid_max {
        return Err(Failure::TooManyUnpaid);
    }
    Ok(Accepted {
        order: checkout.order,
        member: checkout.member,
        key: checkout.key,
        goods: totals.goods,
        fees: fees(&lines, policy.delivery),
        lines,
        coupon: checkout.coupon,
        spent,
        balance_after: wallet.balance - points,
        held_until: (points < total).then(|| now + Duration::minutes(policy.order.hold_minutes)),
        destination,
        note: checkout.note.clone(),
    })
}

/// Takes the coupon off the lines, and tells how much that is.
fn discount(
    loaded: &Loaded,
    checkout: &Checkout,
    lines: &mut [AcceptedLine],
    now: OffsetDateTime,
) -> Result<Won, Failure> {
    let Some(id) = checkout.coupon else { return Ok(0) };
    let coupon = loaded.coupons.get(&id).filter(|coupon| coupon.member == checkout.member);
    // Somebody else's coupon is told from one that is used up by nobody.
    let coupon = coupon.filter(|coupon| coupon.status == CouponStatus::Available && coupon.expires_at > now);
    let terms = &coupon.ok_or(Failure::CouponUnusable)?.terms;
    let priced: Vec<PricedLine> = lines
        .iter()
        .map(|line| PricedLine {
            product: line.product,
            category: line.category,
            amount: line.unit_price.saturating_mul(line.quantity.into()),
        })
        .collect();
    let parts = terms.discount(&priced).map_err(|_| Failure::CouponUnusable)?;
    for (line, part) in lines.iter_mut().zip(&parts) {
        line.discount = *part;
    }
    Ok(parts.iter().sum())
}

fn fees(lines: &[AcceptedLine], policy: DeliveryPolicy) -> BTreeMap<i64, Won> {
    let mut fees: BTreeMap<i64, Won> = BTreeMap::new();
    for line in lines {
        *fees.entry(line.seller).or_default() += line.unit_price * Won::from(line.quantity);
    }
    fees.values_mut().for_each(|goods| *goods = policy.fee(*goods));
    fees
}

/// Two seen lines of one product would hide a difference behind the first of them.
fn has_twins(seen: &[SeenLine]) -> bool {
    let products: BTreeSet<ProductId> = seen.iter().map(|line| line.product).collect();
    products.len() != seen.len()
}

fn take_line(loaded: &Loaded, line: &SeenLine, policy: Policy) -> Result<AcceptedLine, Failure> {
    let listed = loaded.products.get(&line.product).filter(|listed| listed.on_sale).ok_or(Failure::NotOnSale)?;
    if line.quantity > listed.available {
        return Err(Failure::OutOfStock);
    }
    Ok(AcceptedLine {
        product: line.product,
        seller: listed.seller,
        category: listed.category,
        title: listed.title.clone(),
        author: listed.author.clone(),
        unit_price: listed.price,
        quantity: line.quantity,
        discount: 0,
        earn_percent: listed.earn_percent.unwrap_or(policy.points.earn_percent),
    })
}

/// What the next checkout of the batch finds.
fn take(loaded: &mut Loaded, accepted: &Accepted) {
    for line in &accepted.lines {
        if let Some(listed) = loaded.products.get_mut(&line.product) {
            listed.available -= line.quantity;
        }
    }
    if let Some(wallet) = loaded.wallets.get_mut(&accepted.member) {
        wallet.balance = accepted.balance_after;
        for spent in &accepted.spent {
            let lot = wallet.lots.iter_mut().find(|lot| lot.expires_on == spent.expires_on);
            lot.into_iter().for_each(|lot| lot.amount -= spent.amount);
        }
    }
    if !accepted.is_paid() {
        *loaded.unpaid.entry(accepted.member).or_default() += 1;
    }
    if let Some(coupon) = accepted.coupon {
        loaded.coupons.remove(&coupon);
    }
    loaded.placed.insert((accepted.member, accepted.key), accepted.order);
    loaded.carts.remove(&accepted.member);
}
