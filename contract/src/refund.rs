//! Refunds: what comes back for copies that are canceled or returned, to the won.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Failure, Won, claim::Fault, order::DeliveryPolicy, product::ProductId};

/// A line of a paid order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidLine {
    /// The product.
    pub product: ProductId,
    /// Who sold it.
    pub seller: i64,
    /// The price for one, in won.
    pub unit_price: Won,
    /// Copies bought.
    pub quantity: i32,
    /// Copies that were neither canceled nor returned.
    pub kept: i32,
    /// The discount on all copies bought, in won.
    pub discount: Won,
}

impl PaidLine {
    /// The discount on the first `copies` of the line, in won: its share, rounded down. What is
    /// refunded for copies is the difference of two such shares, so that however a line is undone,
    /// the parts add up to its whole discount.
    pub fn share(&self, copies: i32) -> Won {
        if self.quantity <= 0 {
            return 0;
        }
        let share = i128::from(self.discount) * i128::from(copies) / i128::from(self.quantity);
        Won::try_from(share).unwrap_or(0)
    }

    /// What is paid for the copies kept, in won.
    pub fn net(&self) -> Won {
        self.unit_price.saturating_mul(self.kept.into()).saturating_sub(self.share(self.kept))
    }
}

/// Copies of one line that are undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    /// The product.
    pub product: ProductId,
    /// Copies.
    pub quantity: i32,
    /// Their price, in won.
    pub goods: Won,
    /// Their part of the discount, in won.
    pub discount: Won,
}

/// The arithmetic of a refund.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The copies that are undone.
    pub lines: Vec<RefundLine>,
    /// Their price, in won.
    pub goods: Won,
    /// Their part of the discount, in won; it comes off.
    pub discount: Won,
    /// Delivery fees that come back, in won.
    pub delivery: Won,
    /// What the way back costs, in won; it comes off.
    pub return_fee: Won,
}

impl Refund {
    /// What comes back, in won.
    pub const fn amount(&self) -> Won {
        self.goods - self.discount + self.delivery - self.return_fee
    }
}

/// What comes back for `taken` copies (product and number) of an order with these lines and these
/// delivery fees per seller.
///
/// A seller's delivery fee comes back when nothing of that seller is kept and it is not the
/// buyer's doing. The buyer's own fault costs the return fee, but never more than comes back.
/// `fault` is `None` for what is canceled before it ships.
///
/// # Errors
/// [`Failure::TooManyCopies`] where no copies are named, or more than are kept.
pub fn refund(
    lines: &[PaidLine],
    fees: &[(i64, Won)],
    taken: &[(ProductId, i32)],
    fault: Option<Fault>,
    policy: DeliveryPolicy,
) -> Result<Refund, Failure> {
    let products: BTreeSet<ProductId> = taken.iter().map(|(product, _)| *product).collect();
    if taken.is_empty() || products.len() != taken.len() {
        return Err(Failure::TooManyCopies);
    }
    let mut refund = Refund::default();
    let mut kept: Vec<PaidLine> = lines.to_vec();
    let mut sellers: BTreeSet<i64> = BTreeSet::new();
    for &(product, copies) in taken {
        let line = kept.iter_mut().find(|line| line.product == product).ok_or(Failure::TooManyCopies)?;
        if copies < 1 || copies > line.kept {
            return Err(Failure::TooManyCopies);
        }
        let left = line.kept - copies;
        let goods = line.unit_price.checked_mul(copies.into()).ok_or(Failure::TotalTooLarge)?;
        let discount = line.share(line.kept) - line.share(left);
        line.kept = left;
        sellers.insert(line.seller);
        refund.goods += goods;
        refund.discount += discount;
        refund.lines.push(RefundLine { product, quantity: copies, goods, discount });
    }
    let gone = |seller: &i64| kept.iter().all(|line| line.seller != *seller || line.kept == 0);
    match fault {
        Some(Fault::Buyer) => refund.return_fee = policy.return_fee.clamp(0, refund.goods - refund.discount),
        None | Some(Fault::Seller | Fault::Carrier) => {
            refund.delivery =
                fees.iter().filter(|(seller, _)| sellers.contains(seller) && gone(seller)).map(|(_, fee)| fee).sum();
        }
    }
    Ok(refund)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy() -> DeliveryPolicy {
        DeliveryPolicy::default()
    }

    const fn line(product: ProductId, seller: i64, unit_price: Won, quantity: i32, discount: Won) -> PaidLine {
        PaidLine { product, seller, unit_price, quantity, kept: quantity, discount }
    }

    #[test]
    fn a_part_gives_back_its_price_less_its_discount() {
        let lines = [line(1, 1, 10_000, 3, 1_000), line(2, 1, 5_000, 1, 166)];
        let part = refund(&lines, &[(1, 3_000)], &[(1, 1)], None, policy()).expect("a refund");
        assert_eq!((part.goods, part.discount, part.delivery, part.amount()), (10_000, 334, 0, 9_666));
    }

    #[test]
    fn the_fee_comes_back_with_the_sellers_last_copy() {
        let lines = [line(1, 1, 10_000, 1, 0), line(2, 2, 5_000, 1, 0)];
        let fees = [(1, 3_000), (2, 3_000)];
        let whole = refund(&lines, &fees, &[(1, 1)], None, policy()).expect("a refund");
        assert_eq!(whole.amount(), 13_000);
        let damaged = refund(&lines, &fees, &[(1, 1)], Some(Fault::Carrier), policy()).expect("a refund");
        assert_eq!(damaged.amount(), 13_000);
    }

    #[test]
    fn whoever_changed_their_mind_pays_the_way_back_but_never_more_than_comes_back() {
        let lines = [line(1, 1, 10_000, 1, 0), line(2, 1, 2_000, 1, 500)];
        let dear = refund(&lines, &[(1, 3_000)], &[(1, 1)], Some(Fault::Buyer), policy()).expect("a refund");
        assert_eq!((dear.delivery, dear.return_fee, dear.amount()), (0, 3_000, 7_000));
        let cheap = refund(&lines, &[(1, 3_000)], &[(2, 1)], Some(Fault::Buyer), policy()).expect("a refund");
        assert_eq!((cheap.return_fee, cheap.amount()), (1_500, 0));
    }

    #[test]
    fn more_than_is_kept_is_refused() {
        let lines = [line(1, 1, 10_000, 2, 0)];
        for taken in [vec![(1, 3)], vec![(1, 0)], vec![(1, -1)], vec![(9, 1)], vec![(1, 1), (1, 1)], vec![]] {
            assert_eq!(refund(&lines, &[], &taken, None, policy()), Err(Failure::TooManyCopies), "{taken:?}");
        }
        let edge = [line(1, 1, i64::MAX, 2, 0)];
        assert_eq!(refund(&edge, &[], &[(1, 2)], None, policy()), Err(Failure::TotalTooLarge));
    }

    prop_compose! {
        fn some_line()(price in 0..50_000_i64, quantity in 1..9_i32, percent in 0..=100_i64, seller in 1..3_i64) -> PaidLine {
            line(0, seller, price, quantity, price * i64::from(quantity) * percent / 100)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Undone bit by bit in any order, an order gives back exactly what was paid.
        #[test]
        fn the_parts_of_an_undone_order_add_up_to_what_was_paid(
            lines in prop::collection::vec(some_line(), 1..5),
            picks in prop::collection::vec((any::<prop::sample::Index>(), 1..9_i32), 0..12),
        ) {
            let mut lines = lines;
            lines.iter_mut().zip(1..).for_each(|(line, product)| line.product = product);
            let fees = [(1, 3_000), (2, 2_500)];
            let sellers: BTreeSet<i64> = lines.iter().map(|line| line.seller).collect();
            let paid: Won = lines.iter().map(PaidLine::net).sum::<Won>()
                + fees.iter().filter(|(seller, _)| sellers.contains(seller)).map(|(_, fee)| fee).sum::<Won>();
            let mut back = 0;
            let rest: Vec<(prop::sample::Index, i32)> = picks;
            let mut undo = |lines: &mut Vec<PaidLine>, at: usize, copies: i32| {
                let copies = copies.min(lines[at].kept);
                if copies > 0 {
                    let part = refund(lines, &fees, &[(lines[at].product, copies)], None, policy()).expect("a refund");
                    back += part.amount();
                    lines[at].kept -= copies;
                }
            };
            for (index, copies) in rest {
                let at = index.index(lines.len());
                undo(&mut lines, at, copies);
            }
            for at in 0..lines.len() {
                undo(&mut lines, at, i32::MAX);
            }
            prop_assert_eq!(back, paid);
        }
    }
}
