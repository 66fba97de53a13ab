//! The rules of a discount.

use proptest::prelude::*;

use super::*;

const fn line(product: ProductId, category: CategoryId, amount: Won) -> PricedLine {
    PricedLine { product, category, amount }
}

const fn terms(benefit: Benefit, min_order: Won) -> Terms {
    Terms { benefit, min_order, products: Vec::new(), categories: Vec::new() }
}

#[test]
fn a_percentage_stops_at_its_maximum() {
    let capped = terms(Benefit::Percent { percent: 10, max: Some(3_000) }, 0);
    assert_eq!(capped.discount(&[line(1, 1, 20_000)]), Ok(vec![2_000]));
    assert_eq!(capped.discount(&[line(1, 1, 90_000)]), Ok(vec![3_000]));
}

#[test]
fn an_amount_takes_off_no_more_than_the_price() {
    assert_eq!(terms(Benefit::Amount(5_000), 0).discount(&[line(1, 1, 3_000)]), Ok(vec![3_000]));
}

#[test]
fn a_coupon_applies_to_its_products_and_categories_alone() {
    let scoped = Terms { products: vec![1], categories: vec![7], ..terms(Benefit::Amount(3_000), 20_000) };
    let lines = [line(1, 3, 10_000), line(2, 7, 20_000), line(3, 3, 99_000)];
    assert_eq!(scoped.discount(&lines), Ok(vec![1_000, 2_000, 0]));
    assert_eq!(scoped.discount(&lines[2..]), Err(Unusable::OutOfScope));
    assert_eq!(scoped.discount(&lines[..1]), Err(Unusable::BelowMinimum { missing: 10_000 }));
    assert_eq!(scoped.discount(&[]), Err(Unusable::OutOfScope));
}

#[test]
fn what_is_left_goes_to_the_largest_remainders() {
    assert_eq!(split(100, &[1, 1, 1]), vec![34, 33, 33]);
    assert_eq!(split(10, &[5_000, 15_000]), vec![3, 7]);
    assert_eq!(split(5, &[]), Vec::<Won>::new());
    assert_eq!(split(5, &[0, 0]), vec![0, 0]);
}

#[test]
fn the_edges_of_64_bits_do_not_overflow() {
    let all = terms(Benefit::Percent { percent: 100, max: None }, 0);
    assert_eq!(all.discount(&[line(1, 1, i64::MAX)]), Ok(vec![i64::MAX]));
    assert_eq!(terms(Benefit::Amount(i64::MAX), 0).discount(&[line(1, 1, 10)]), Ok(vec![10]));
    assert_eq!(terms(Benefit::Amount(i64::MIN), 0).discount(&[line(1, 1, 10)]), Err(Unusable::Nothing));
    assert!(all.discount(&[line(1, 1, i64::MAX), line(2, 1, i64::MAX)]).is_ok());
}

prop_compose! {
    fn some_terms()(
        percent in prop::option::of(1..=100_i64),
        value in 1..200_000_i64,
        max in prop::option::of(1..50_000_i64),
        min_order in 0..60_000_i64,
        products in prop::collection::vec(1..6_i64, 0..3),
        categories in prop::collection::vec(1..4_i64, 0..2),
    ) -> Terms {
        let benefit = percent.map_or(Benefit::Amount(value), |percent| Benefit::Percent { percent, max });
        Terms { benefit, min_order, products, categories }
    }
}

fn lines() -> impl Strategy<Value = Vec<PricedLine>> {
    prop::collection::vec((1..6_i64, 1..4_i64, 0..99_999_i64), 0..8).prop_map(|lines| {
        lines.into_iter().map(|(product, category, amount)| line(product, category, amount)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_parts_add_up_and_none_exceeds_its_line(terms in some_terms(), lines in lines()) {
        if let Ok(parts) = terms.discount(&lines) {
            let base: Won = lines.iter().filter(|line| terms.applies_to(line)).map(|line| line.amount).sum();
            prop_assert_eq!(parts.len(), lines.len());
            prop_assert_eq!(parts.iter().sum::<Won>(), terms.benefit.of(base));
            prop_assert!(base >= terms.min_order);
            for (part, line) in parts.iter().zip(&lines) {
                prop_assert!((0..=line.amount).contains(part));
                prop_assert!(terms.applies_to(line) || *part == 0);
            }
        }
    }

    #[test]
    fn a_split_is_within_one_won_of_the_exact_share(amount in 0..1_000_000_i64, weights in prop::collection::vec(0..99_999_i64, 1..9)) {
        let sum: i64 = weights.iter().sum();
        let parts = split(amount, &weights);
        prop_assert_eq!(parts.iter().sum::<Won>(), if sum == 0 { 0 } else { amount });
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!(sum == 0 || (part * sum - amount * weight).abs() < sum);
        }
    }
}
