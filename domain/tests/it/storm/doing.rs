//! One deed of a storm.

use contract::{
    Failure,
    claim::{ClaimKind, ClaimStatus, Fault},
    order::FulfillmentStatus,
    product::ProductId,
};
use domain::{
    Error, Result, Shop, claim, coupon, delivery,
    inventory::{self, Change},
    order::{self, place_one},
    points,
};
use time::Duration;
use uuid::Uuid;

use super::{Seen, Yard};
use crate::{
    dice::Dice,
    fixture::{checkout, put},
};

/// Does something, and notes what was accepted.
pub(super) async fn something(yard: &Yard, shop: &Shop, dice: &mut Dice) -> (&'static str, Result<()>) {
    match dice.below(30) {
        0..=9 => ("place", place(yard, shop, dice).await),
        10 => ("pay", pay(yard, shop, dice).await),
        11..=12 => ("cancel", cancel(yard, shop, dice).await),
        13..=15 => ("deliver", deliver(yard, shop, dice).await),
        16..=18 => ("claim", request(yard, shop, dice).await),
        19..=21 => ("advance", advance(yard, shop, dice).await),
        22 => ("confirm", confirm(yard, shop, dice).await),
        23 => ("charge", charge(yard, shop, dice).await),
        24 => ("download", download(yard, shop, dice).await),
        25..=26 => ("stock", change(yard, shop, dice).await),
        27 => ("adjust", adjust(yard, shop, dice).await),
        28 => ("sweep", sweep(shop, dice).await),
        _ => ("withdraw", withdraw(yard, shop, dice).await),
    }
}

async fn place(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let (shopper, address) = &yard.members[dice.below(yard.members.len())];
    for _ in 0..=dice.below(3) {
        put(shop, shopper, yard.products[dice.below(yard.products.len())], 1).await?;
    }
    let mut sent = checkout(shop, shopper, *address).await?;
    let copies: i64 = sent.seen.iter().map(|line| i64::from(line.quantity)).sum();
    if dice.below(3) == 0 {
        let priced = sent.seen.iter().map(|line| contract::coupon::PricedLine {
            product: line.product,
            category: 1,
            amount: line.unit_price * i64::from(line.quantity),
        });
        let priced: Vec<_> = priced.collect();
        let choices = coupon::choices(shop, shopper, &priced).await?;
        if let Some(choice) = dice.pick(&choices) {
            sent.expected_total -= choice.discount.unwrap_or(0);
            sent.coupon = Some(choice.coupon.id);
        }
    }
    sent.points = if dice.below(3) == 0 { sent.expected_total / 3 } else { sent.expected_total };
    let own = yard.members.iter().position(|(known, _)| known.id() == shopper.id()).unwrap_or(0);
    let placed = place_one(shop, sent).await?;
    yard.with(|seen| {
        seen.orders.push((own, placed));
        seen.copies += copies;
    });
    Ok(())
}

/// One of the newer orders.
fn some_order(yard: &Yard, dice: &mut Dice) -> Result<(usize, Uuid)> {
    let roll = dice.below(12);
    let nothing = Error::Refused(Failure::NotFound);
    yard.with(|seen| seen.orders.iter().rev().nth(roll.min(seen.orders.len().saturating_sub(1))).copied())
        .ok_or(nothing)
}

async fn pay(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let (own, order) = some_order(yard, dice)?;
    order::pay(shop, &yard.members[own].0, order).await?;
    yard.with(|seen| seen.paid.push(order));
    Ok(())
}

async fn cancel(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let (own, order) = some_order(yard, dice)?;
    let (key, line) = (Uuid::now_v7(), lines(yard, dice));
    let taken = (dice.below(2) == 0).then_some(&line[..]);
    order::cancel(shop, &yard.members[own].0, order, key, taken, None).await?;
    yard.with(|seen| seen.cancels.push(key));
    Ok(())
}

fn lines(yard: &Yard, dice: &mut Dice) -> Vec<(ProductId, i32)> {
    dice.pick(&yard.products).into_iter().map(|product| (product, 1)).collect()
}

async fn deliver(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let (own, order) = some_order(yard, dice)?;
    let detail = order::detail(shop, &yard.members[own].0, order).await?;
    for part in detail.deliveries {
        delivery::advance(shop, &yard.operator, order, part.seller, FulfillmentStatus::Shipped).await?;
        delivery::advance(shop, &yard.operator, order, part.seller, FulfillmentStatus::Delivered).await?;
    }
    Ok(())
}

async fn request(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let (own, order) = some_order(yard, dice)?;
    let (kind, id) = (dice.pick(&[ClaimKind::Return, ClaimKind::Exchange]), Uuid::now_v7());
    let kind = kind.unwrap_or(ClaimKind::Return);
    let detail = order::detail(shop, &yard.members[own].0, order).await?;
    let line = dice.pick(&detail.summary.lines).ok_or(Failure::NotFound)?;
    let lines = vec![(line.product, 1)];
    let asked = claim::Request { id, kind, fault: Fault::Buyer, reason: "까닭".to_owned(), lines };
    claim::request(shop, &yard.members[own].0, order, &asked).await?;
    yard.with(|seen| seen.claims.push((own, order, id)));
    Ok(())
}

async fn advance(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let claims = yard.with(|seen| seen.claims.clone());
    let (_, order, id) = dice.pick(&claims).ok_or(Failure::NotFound)?;
    let to = match claim::find(shop, &yard.operator, id).await?.status {
        ClaimStatus::Requested => ClaimStatus::Approved,
        ClaimStatus::Approved => ClaimStatus::Collecting,
        ClaimStatus::Collecting => ClaimStatus::Inspected,
        _ if dice.below(5) == 0 => ClaimStatus::Rejected,
        _ => ClaimStatus::Completed,
    };
    let (fault, resalable) = (dice.pick(&[Fault::Buyer, Fault::Seller]), dice.below(2) == 0);
    let step = claim::Advance { to, fault, resalable, reason: String::new() };
    claim::advance(shop, &yard.operator, order, id, &step).await
}

async fn withdraw(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let claims = yard.with(|seen| seen.claims.clone());
    let (own, order, id) = dice.pick(&claims).ok_or(Failure::NotFound)?;
    claim::withdraw(shop, &yard.members[own].0, order, id).await
}

async fn confirm(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let (own, order) = some_order(yard, dice)?;
    order::confirm(shop, &yard.members[own].0, order).await?;
    yard.with(|seen| seen.confirmed.push(order));
    Ok(())
}

async fn charge(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let (shopper, _) = &yard.members[dice.below(yard.members.len())];
    let (amount, key) = (20_000, Uuid::now_v7());
    // A double click.
    let (one, other) =
        tokio::join!(points::charge(shop, shopper, key, amount), points::charge(shop, shopper, key, amount));
    one.and(other)?;
    yard.with(|seen| seen.charged += amount);
    Ok(())
}

async fn download(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let (shopper, _) = &yard.members[dice.below(yard.members.len())];
    let (campaign, id) = (yard.campaigns[dice.below(yard.campaigns.len())], Uuid::now_v7());
    // A double click.
    let (one, other) =
        tokio::join!(coupon::download(shop, shopper, id, campaign), coupon::download(shop, shopper, id, campaign));
    assert_eq!(one.is_ok(), other.is_ok(), "the same form, the same answer: {one:?}, {other:?}");
    one?;
    yard.with(|seen| seen.coupons.push(id));
    Ok(())
}

async fn change(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let product = yard.products[dice.below(yard.products.len())];
    let delta = if dice.below(3) == 0 { "-2" } else { "9" };
    inventory::change(shop, &yard.operator, Uuid::now_v7(), product, Change::By(delta), "입고").await?;
    yard.with(|seen| seen.received += if delta == "9" { 9 } else { 0 });
    Ok(())
}

async fn adjust(yard: &Yard, shop: &Shop, dice: &mut Dice) -> Result<()> {
    let (shopper, _) = &yard.members[dice.below(yard.members.len())];
    let amount = if dice.below(2) == 0 { "-700" } else { "900" };
    points::adjust(shop, &yard.staff, Uuid::now_v7(), shopper.id(), amount, "정정").await
}

/// What the workers do, at a time when something is due.
async fn sweep(shop: &Shop, dice: &mut Dice) -> Result<()> {
    match dice.below(4) {
        0 => order::expire(&shop.ahead(Duration::HOUR)).await.map(drop),
        1 => order::confirm_due(&shop.ahead(8 * Duration::DAY)).await.map(drop),
        2 => points::expire(&shop.ahead(400 * Duration::DAY)).await.map(drop),
        _ => coupon::expire(&shop.ahead(10 * Duration::DAY)).await.map(drop),
    }
}

impl Yard {
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().expect("what was seen"))
    }
}
