//! Properties of the pure decision.

use std::collections::{BTreeMap, BTreeSet};

use contract::{
    Failure, Won,
    cart::Totals,
    order::{DeliveryPolicy, SeenLine},
};
use domain::order::{Checkout, Decision, Destination, Listed, Loaded, decide};
use proptest::prelude::*;
use uuid::Uuid;

const POLICY: DeliveryPolicy = DeliveryPolicy { fee: 3_000, free_from: 15_000 };

const MEMBERS: i64 = 4;
const PRODUCTS: i64 = 5;

fn listed() -> impl Strategy<Value = Listed> {
    (1..3_i64, 0..20_i64, prop::bool::weighted(0.9), 0..12_i32).prop_map(|(seller, price, on_sale, available)| Listed {
        seller,
        title: String::new(),
        author: String::new(),
        price: price * 1_000,
        on_sale,
        available,
    })
}

prop_compose! {
    fn loaded()(
        products in prop::collection::btree_map(0..PRODUCTS, listed(), 3..=5),
        balances in prop::collection::btree_map(0..MEMBERS, 0..200_000_i64, 4),
        carts in prop::collection::btree_map(
            0..MEMBERS,
            prop::collection::btree_map(0..PRODUCTS, 1..6_i32, 0..4).prop_map(|lines| lines.into_iter().collect::<Vec<_>>()),
            0..=4,
        ),
        placed in prop::collection::btree_map((0..MEMBERS, 0..3_u128), any::<u128>(), 0..2),
    ) -> Loaded {
        Loaded {
            products,
            balances,
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
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        8 => Just(Form::Fresh),
        1 => Just(Form::OtherTotal),
        1 => Just(Form::OtherPrice),
        1 => Just(Form::OtherAddress),
        1 => Just(Form::Twin),
    ]
}

fn checkout(loaded: &Loaded, member: i64, key: u128, order: u128, form: &Form) -> Checkout {
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
    let mut expected_total = Totals::of(lines, POLICY).total();
    let mut address = member;
    match form {
        Form::Fresh => {}
        Form::OtherTotal => expected_total -= 1,
        Form::OtherPrice => seen.iter_mut().for_each(|line| line.unit_price += 10),
        Form::OtherAddress => address = MEMBERS,
        Form::Twin => seen.extend(seen.clone().first()),
    }
    Checkout {
        order: Uuid::from_u128(order),
        member,
        key: Uuid::from_u128(key),
        seen,
        expected_total,
        address,
        note: String::new(),
    }
}

prop_compose! {
    fn batch()(loaded in loaded(), wishes in prop::collection::vec((0..MEMBERS, 0..3_u128, form()), 0..12))
        -> (Loaded, Vec<Checkout>)
    {
        let batch = (1_000..).zip(&wishes).map(|(order, (member, key, form))| checkout(&loaded, *member, *key, order, form));
        let batch = batch.collect();
        (loaded, batch)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_batch_never_oversells_and_never_overdraws((loaded, batch) in batch()) {
        let decisions = decide(loaded.clone(), &batch, POLICY);
        prop_assert_eq!(decisions.len(), batch.len());
        let mut sold: BTreeMap<i64, i32> = BTreeMap::new();
        let mut spent: BTreeMap<i64, Won> = BTreeMap::new();
        for decision in &decisions {
            if let Decision::Placed(order) = decision {
                for line in &order.lines {
                    *sold.entry(line.product).or_default() += line.quantity;
                }
                *spent.entry(order.member).or_default() += order.total();
                prop_assert_eq!(order.balance_after, loaded.balances[&order.member] - spent[&order.member]);
            }
        }
        for (product, copies) in sold {
            prop_assert!(copies <= loaded.products[&product].available);
        }
        for (member, points) in spent {
            prop_assert!(points <= loaded.balances[&member]);
        }
    }

    #[test]
    fn an_order_is_the_whole_cart_at_the_price_that_was_seen((loaded, batch) in batch()) {
        let decisions = decide(loaded.clone(), &batch, POLICY);
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
        let decisions = decide(loaded.clone(), &batch, POLICY);
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
        let together = decide(loaded.clone(), &batch, POLICY);
        let mut now = loaded;
        for (checkout, expected) in batch.iter().zip(together) {
            let alone = decide(now.clone(), std::slice::from_ref(checkout), POLICY);
            prop_assert_eq!(&alone[0], &expected);
            if let Decision::Placed(order) = expected {
                for line in &order.lines {
                    now.products.get_mut(&line.product).expect("it was sold").available -= line.quantity;
                }
                now.balances.insert(order.member, order.balance_after);
                now.placed.insert((order.member, order.key), order.order);
                now.carts.remove(&order.member);
            }
        }
    }

    #[test]
    fn refusals_come_in_a_fixed_order((loaded, batch) in batch()) {
        for (checkout, decision) in batch.iter().zip(batch.iter().map(|one| decide(loaded.clone(), std::slice::from_ref(one), POLICY).remove(0))) {
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
    let fresh = self::checkout(loaded, checkout.member, 0, 0, &Form::Fresh);
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
    } else if fresh.expected_total != checkout.expected_total {
        Some(Failure::CartChanged)
    } else if loaded.balances.get(&checkout.member).copied().unwrap_or(0) < fresh.expected_total {
        Some(Failure::InsufficientPoints)
    } else {
        None
    }
}
