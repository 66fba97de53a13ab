//! Properties of the pure decision.

use std::collections::{BTreeMap, BTreeSet};

use contract::{
    Failure, Won,
    cart::Totals,
    coupon::{Benefit, CouponStatus, PricedLine, Terms},
    order::SeenLine,
    when::kst_date,
};
use domain::{
    Policy,
    coupon::Kept,
    order::{Checkout, Decision, Destination, Listed, Loaded, decide},
    points::{Lot, NEVER, Wallet, spendable},
};
use proptest::prelude::*;
use time::{Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;

const NOW: OffsetDateTime = datetime!(2026-11-21 03:00 UTC);

const MEMBERS: i64 = 4;
const PRODUCTS: i64 = 5;
const COUPONS: u128 = 6;

fn listed() -> impl Strategy<Value = Listed> {
    (1..3_i64, 0..20_i64, prop::bool::weighted(0.9), 0..12_i32).prop_map(|(seller, price, on_sale, available)| Listed {
        seller,
        title: String::new(),
        author: String::new(),
        price: price * 1_000,
        on_sale,
        available,
        category: seller,
        earn_percent: None,
    })
}

/// Points in up to three lots, one of which may have run out.
fn wallet() -> impl Strategy<Value = Wallet> {
    (0..100_000_i64, 0..60_000_i64, 0..5_000_i64).prop_map(|(forever, soon, over)| {
        let today = kst_date(NOW);
        let lots = vec![
            Lot { expires_on: today - Duration::DAY, amount: over },
            Lot { expires_on: today, amount: soon },
            Lot { expires_on: NEVER, amount: forever },
        ];
        Wallet { balance: forever + soon + over, lots }
    })
}

fn kept() -> impl Strategy<Value = Kept> {
    (0..MEMBERS, 1..20_000_i64, 0..30_000_i64, prop::bool::weighted(0.8), prop::bool::weighted(0.8)).prop_map(
        |(member, amount, min_order, available, fresh)| Kept {
            member,
            terms: Terms { benefit: Benefit::Amount(amount), min_order, products: vec![], categories: vec![] },
            status: if available { CouponStatus::Available } else { CouponStatus::Used },
            expires_at: if fresh { NOW + Duration::DAY } else { NOW },
        },
    )
}

prop_compose! {
    fn loaded()(
        products in prop::collection::btree_map(0..PRODUCTS, listed(), 3..=5),
        wallets in prop::collection::btree_map(0..MEMBERS, wallet(), 4),
        coupons in prop::collection::btree_map(0..COUPONS, kept(), 0..=6),
        carts in prop::collection::btree_map(
            0..MEMBERS,
            prop::collection::btree_map(0..PRODUCTS, 1..6_i32, 0..4).prop_map(|lines| lines.into_iter().collect::<Vec<_>>()),
            0..=4,
        ),
        placed in prop::collection::btree_map((0..MEMBERS, 0..3_u128), any::<u128>(), 0..2),
    ) -> Loaded {
        Loaded {
            unpaid: BTreeMap::new(),
            products,
            wallets,
            coupons: coupons.into_iter().map(|(id, kept)| (Uuid::from_u128(id), kept)).collect(),
            carts,
            placed: placed.into_iter().map(|((member, key), id)| ((member, Uuid::from_u128(key)), Uuid::from_u128(id))).collect(),
            addresses: (0..MEMBERS).map(|member| ((member, member), Destination::default())).collect(),
        }
    }
}

/// Mostly what the shopper's page showed, sometimes stale or forged.
#[derive(Debug, Clone)]
enum Form {
    Fresh,
    OtherTotal,
    OtherPrice,
    OtherAddress,
    Twin,
    Partly,
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        8 => Just(Form::Fresh),
        1 => Just(Form::OtherTotal),
        1 => Just(Form::OtherPrice),
        1 => Just(Form::OtherAddress),
        1 => Just(Form::Twin),
        2 => Just(Form::Partly),
    ]
}

/// What a coupon takes off these lines, if it can be used now.
fn off(loaded: &Loaded, member: i64, coupon: Uuid, seen: &[SeenLine]) -> Option<Won> {
    let kept = loaded.coupons.get(&coupon)?;
    let usable = kept.member == member && kept.status == CouponStatus::Available && kept.expires_at > NOW;
    let lines: Vec<PricedLine> = seen
        .iter()
        .map(|line| PricedLine {
            product: line.product,
            category: 0,
            amount: line.unit_price * Won::from(line.quantity),
        })
        .collect();
    let parts = kept.terms.discount(&lines).ok().filter(|_| usable)?;
    Some(parts.iter().sum())
}

fn checkout(loaded: &Loaded, member: i64, key: u128, order: u128, form: &Form, coupon: Option<u128>) -> Checkout {
    let mut seen: Vec<SeenLine> = loaded
        .carts
        .get(&member)
        .into_iter()
        .flatten()
        .filter_map(|(product, quantity)| {
            let unit_price = loaded.products.get(product)?.price;
            Some(SeenLine { product: *product, quantity: *quantity, unit_price })
        })
        .collect();
    let lines = seen.iter().map(|line| (loaded.products[&line.product].seller, line.unit_price, line.quantity));
    let mut expected_total = Totals::of(lines, Policy::default().delivery).total();
    let coupon = coupon.map(Uuid::from_u128);
    expected_total -= coupon.and_then(|coupon| off(loaded, member, coupon, &seen)).unwrap_or(0);
    let mut points = expected_total;
    let mut address = member;
    match form {
        Form::Fresh => {}
        Form::OtherTotal => expected_total -= 1,
        Form::OtherPrice => seen.iter_mut().for_each(|line| line.unit_price += 10),
        Form::OtherAddress => address = MEMBERS,
        Form::Twin => seen.extend(seen.clone().first()),
        Form::Partly => points /= 2,
    }
    Checkout {
        order: Uuid::from_u128(order),
        member,
        key: Uuid::from_u128(key),
        seen,
        expected_total,
        coupon,
        points,
        address,
        note: String::new(),
    }
}

prop_compose! {
    fn batch()(loaded in loaded(), wishes in prop::collection::vec((0..MEMBERS, 0..3_u128, form(), prop::option::weighted(0.3, 0..COUPONS)), 0..12))
        -> (Loaded, Vec<Checkout>)
    {
        let batch = (1_000..).zip(&wishes).map(|(order, (member, key, form, coupon))| checkout(&loaded, *member, *key, order, form, *coupon));
        let batch = batch.collect();
        (loaded, batch)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_batch_never_oversells_and_never_overdraws((loaded, batch) in batch()) {
        let decisions = decide(loaded.clone(), &batch, Policy::default(), NOW);
        prop_assert_eq!(decisions.len(), batch.len());
        let mut sold: BTreeMap<i64, i32> = BTreeMap::new();
        let mut spent: BTreeMap<i64, Won> = BTreeMap::new();
        let mut of_lot: BTreeMap<(i64, time::Date), Won> = BTreeMap::new();
        let mut used: BTreeSet<Uuid> = BTreeSet::new();
        for decision in &decisions {
            if let Decision::Placed(order) = decision {
                for line in &order.lines {
                    *sold.entry(line.product).or_default() += line.quantity;
                }
                *spent.entry(order.member).or_default() += order.points();
                prop_assert_eq!(order.balance_after, loaded.wallets[&order.member].balance - spent[&order.member]);
                prop_assert!(order.points() <= order.total());
                prop_assert_eq!(order.is_paid(), order.points() == order.total());
                for lot in &order.spent {
                    *of_lot.entry((order.member, lot.expires_on)).or_default() += lot.amount;
                }
                if let Some(coupon) = order.coupon {
                    prop_assert!(used.insert(coupon), "a coupon is used once");
                    let kept = &loaded.coupons[&coupon];
                    prop_assert!(kept.member == order.member && kept.status == CouponStatus::Available);
                }
            }
        }
        for (product, copies) in sold {
            prop_assert!(copies <= loaded.products[&product].available);
        }
        for ((member, day), points) in of_lot {
            let lot = loaded.wallets[&member].lots.iter().find(|lot| lot.expires_on == day).expect("a lot");
            prop_assert!(points <= lot.amount && day >= kst_date(NOW));
        }
        for (member, points) in spent {
            prop_assert!(points <= spendable(&loaded.wallets[&member].lots, kst_date(NOW)));
        }
    }

    #[test]
    fn an_order_is_the_whole_cart_at_the_price_that_was_seen((loaded, batch) in batch()) {
        let decisions = decide(loaded.clone(), &batch, Policy::default(), NOW);
        for (checkout, decision) in batch.iter().zip(decisions) {
            if let Decision::Placed(order) = decision {
                let lines: Vec<SeenLine> = order
                    .lines
                    .iter()
                    .map(|line| SeenLine { product: line.product, quantity: line.quantity, unit_price: line.unit_price })
                    .collect();
                prop_assert_eq!(&lines, &checkout.seen);
                prop_assert_eq!(order.total(), checkout.expected_total);
                let sellers: BTreeSet<i64> = order.lines.iter().map(|line| line.seller).collect();
                prop_assert!(order.fees.keys().eq(&sellers));
                prop_assert!(order.lines.iter().all(|line| loaded.products[&line.product].on_sale));
            }
        }
    }

    #[test]
    fn a_key_makes_one_order_whatever_is_sent_under_it((loaded, batch) in batch()) {
        let decisions = decide(loaded.clone(), &batch, Policy::default(), NOW);
        let mut orders = loaded.placed.clone();
        for (checkout, decision) in batch.iter().zip(decisions) {
            let key = (checkout.member, checkout.key);
            match decision {
                Decision::Placed(order) => prop_assert!(orders.insert(key, order.order).is_none()),
                Decision::Replayed(order) => prop_assert_eq!(orders.get(&key), Some(&order)),
                Decision::Refused(_) => prop_assert!(!orders.contains_key(&key)),
            }
        }
    }

    #[test]
    fn a_batch_decides_as_its_checkouts_would_one_after_the_other((loaded, batch) in batch()) {
        let together = decide(loaded.clone(), &batch, Policy::default(), NOW);
        let mut now = loaded;
        for (checkout, expected) in batch.iter().zip(together) {
            let alone = decide(now.clone(), std::slice::from_ref(checkout), Policy::default(), NOW);
            prop_assert_eq!(&alone[0], &expected);
            if let Decision::Placed(order) = expected {
                for line in &order.lines {
                    now.products.get_mut(&line.product).expect("it was sold").available -= line.quantity;
                }
                let wallet = now.wallets.get_mut(&order.member).expect("a wallet");
                wallet.balance = order.balance_after;
                for spent in &order.spent {
                    wallet.lots.iter_mut().filter(|lot| lot.expires_on == spent.expires_on).for_each(|lot| lot.amount -= spent.amount);
                }
                order.coupon.map(|coupon| now.coupons.remove(&coupon));
                now.placed.insert((order.member, order.key), order.order);
                now.carts.remove(&order.member);
            }
        }
    }

    #[test]
    fn refusals_come_in_a_fixed_order((loaded, batch) in batch()) {
        for (checkout, decision) in batch.iter().zip(batch.iter().map(|one| decide(loaded.clone(), std::slice::from_ref(one), Policy::default(), NOW).remove(0))) {
            let expected = first_reason(&loaded, checkout);
            match decision {
                Decision::Placed(_) => prop_assert_eq!(expected, None),
                Decision::Refused(failure) => prop_assert_eq!(expected, Some(failure)),
                Decision::Replayed(_) => prop_assert!(loaded.placed.contains_key(&(checkout.member, checkout.key))),
            }
        }
    }
}

/// The documented order of reasons, written a second time and naively.
fn first_reason(loaded: &Loaded, checkout: &Checkout) -> Option<Failure> {
    let fresh = self::checkout(loaded, checkout.member, 0, 0, &Form::Fresh, checkout.coupon.map(|id| id.as_u128()));
    let listed = |line: &SeenLine| &loaded.products[&line.product];
    if fresh.seen.is_empty() {
        Some(Failure::CartEmpty)
    } else if fresh.seen != checkout.seen {
        Some(Failure::CartChanged)
    } else if let Some(line) =
        fresh.seen.iter().find(|line| !listed(line).on_sale || line.quantity > listed(line).available)
    {
        Some(if listed(line).on_sale { Failure::OutOfStock } else { Failure::NotOnSale })
    } else if checkout.address != checkout.member {
        Some(Failure::AddressGone)
    } else if checkout.coupon.is_some_and(|id| off(loaded, checkout.member, id, &fresh.seen).is_none()) {
        Some(Failure::CouponUnusable)
    } else if fresh.expected_total != checkout.expected_total {
        Some(Failure::CartChanged)
    } else if spendable(&loaded.wallets[&checkout.member].lots, kst_date(NOW)) < checkout.points {
        Some(Failure::InsufficientPoints)
    } else {
        None
    }
}
