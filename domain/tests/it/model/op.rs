//! What may happen in a shop, at random. Orders, claims and the like are told by a number that is
//! read when it is their turn, so that whatever remains of a sequence while it shrinks makes sense.

use contract::Won;
use proptest::prelude::*;

use super::rules::{Book, Campaign, DAY, Minute};

/// A shop as it opens, and what happens in it.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) books: Vec<Book>,
    pub(super) campaigns: Vec<Campaign>,
    pub(super) ops: Vec<Op>,
}

/// Which one of those that there are, counted back from the newest.
pub(super) type Pick = usize;

#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) member: i64,
    pub(super) lines: Vec<(i64, i32)>,
    pub(super) coupon: Option<Pick>,
    /// What of the total is paid by points, in percent.
    pub(super) points: Won,
    pub(super) twist: Twist,
}

/// What is wrong with a checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twist {
    Nothing,
    OtherTotal,
    OtherCopies,
    OtherAddress,
    /// The form of the member's last order is sent again.
    SameForm,
}

#[derive(Debug, Clone)]
pub(super) enum Op {
    Place(Vec<Wish>),
    Pay {
        order: Pick,
        stranger: bool,
    },
    Cancel {
        order: Pick,
        lines: Option<Vec<(usize, i32)>>,
        stranger: bool,
        again: bool,
        wrong_refund: bool,
    },
    Deliver {
        order: Pick,
        seller: i64,
        to: Option<&'static str>,
        by: Option<i64>,
    },
    /// All of it at once, or what one seller sends.
    Arrive {
        order: Pick,
        alone: Option<i64>,
    },
    Claim {
        order: Pick,
        lines: Vec<(usize, i32)>,
        exchange: bool,
        fault: &'static str,
        /// The order arrives just before.
        arrives: bool,
        stranger: bool,
        again: bool,
    },
    /// So many steps of a claim, the last of them perhaps another one than the next.
    Advance {
        claim: Pick,
        steps: usize,
        to: Option<&'static str>,
        fault: Option<&'static str>,
        resalable: bool,
        by: Option<i64>,
    },
    Withdraw {
        claim: Pick,
        stranger: bool,
    },
    Confirm {
        order: Pick,
        stranger: bool,
    },
    Charge {
        member: i64,
        amount: Won,
        again: bool,
    },
    Adjust {
        member: i64,
        amount: Won,
    },
    Download {
        member: i64,
        campaign: i64,
        again: bool,
    },
    Stop {
        campaign: i64,
    },
    Stock {
        product: i64,
        delta: i32,
        by: Option<i64>,
        again: bool,
    },
    Count {
        product: i64,
        counted: i32,
        late: bool,
        by: Option<i64>,
    },
    Price {
        product: i64,
        price: Won,
    },
    Sell {
        product: i64,
        on_sale: bool,
    },
    Wait(Minute),
    ExpireOrders,
    ExpirePoints,
    ExpireCoupons,
    ConfirmDue,
}

pub(super) fn life() -> impl Strategy<Value = Life> {
    let opening = prop::collection::vec(wish(), 3);
    let ops = (prop::sample::subsequence(downloads(), 0..=6), opening, prop::collection::vec(op(), 20..50));
    (prop::collection::vec(book(), 4), prop::collection::vec(campaign(), 2), ops).prop_map(
        |(mut books, campaigns, (mut ops, opening, others))| {
            // Two sellers with two products each.
            books.iter_mut().zip([1, 1, 2, 2]).for_each(|(book, seller)| book.seller = seller);
            ops.push(Op::Place(opening));
            ops.extend(others);
            Life { books, campaigns, ops }
        },
    )
}

/// Everybody has a coupon of each campaign, or some have.
fn downloads() -> Vec<Op> {
    let all = (1..=3).flat_map(|member| (1..=2).map(move |campaign| (member, campaign)));
    all.map(|(member, campaign)| Op::Download { member, campaign, again: false }).collect()
}

fn price() -> impl Strategy<Value = Won> {
    prop_oneof![4 => 1..20_000_i64, 1 => Just(0), 1 => Just(5_000), 1 => Just(15_000)]
}

prop_compose! {
    fn book()(price in price(), on_hand in prop_oneof![1 => 0..5_i32, 3 => 5..40_i32], category in 1..=2_i64, earn in prop::option::weighted(0.3, 0..=100_i64)) -> Book {
        Book { seller: 1, category, price, earn, on_sale: true, on_hand, reserved: 0 }
    }
}

prop_compose! {
    fn campaign()(
        percent in any::<bool>(),
        value in 1..=100_i64,
        max in prop::option::of(1..9_000_i64),
        min_order in prop_oneof![Just(0), 1..9_000_i64],
        products in prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(1..=4_i64, 1..3)],
        categories in prop_oneof![3 => Just(Vec::new()), 1 => Just(vec![1])],
        quantity in prop::option::weighted(0.8, 1..8_i32),
        per_member in 1..3_usize,
        valid_days in 1..4_i64,
        days in 1..6_i64,
    ) -> Campaign {
        let value = if percent { value } else { value * 300 };
        let ends_at = days * DAY;
        Campaign {
            percent, value, max: max.filter(|_| percent), min_order, products, categories, quantity, per_member,
            valid_days, ends_at, issued: 0, stopped: false,
        }
    }
}

fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        16 => Just(Twist::Nothing),
        1 => Just(Twist::OtherTotal),
        1 => Just(Twist::OtherCopies),
        1 => Just(Twist::OtherAddress),
        1 => Just(Twist::SameForm),
    ]
}

prop_compose! {
    fn wish()(
        member in 1..=3_i64,
        lines in prop_oneof![20 => 1..4_usize, 1 => Just(0)].prop_flat_map(|size| prop::collection::btree_map(1..=4_i64, 1..5_i32, size)),
        coupon in prop::option::of(0..4_usize),
        points in prop_oneof![4 => Just(100), 1 => Just(0), 2 => 1..100_i64],
        twist in twist(),
    ) -> Wish {
        Wish { member, lines: lines.into_iter().collect(), coupon, points, twist }
    }
}

/// A line of the order by its place in it, and copies: now and then one too many, or none.
fn some_lines() -> impl Strategy<Value = Vec<(usize, i32)>> {
    prop::collection::vec((0..3_usize, prop_oneof![9 => 1..4_i32, 1 => Just(0)]), 1..3)
}

fn rarely() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.08)
}

fn by() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![2 => Just(None), 1 => (1..=2_i64).prop_map(Some)]
}

fn fault() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["buyer", "seller", "carrier"])
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![10 => purchase(), 12 => afterwards(), 5 => house(), 4 => time()]
}

fn purchase() -> impl Strategy<Value = Op> {
    let order = 0..4_usize;
    let lines = prop::option::weighted(0.6, some_lines());
    prop_oneof![
        8 => prop::collection::vec(wish(), 1..4).prop_map(Op::Place),
        3 => (order.clone(), rarely()).prop_map(|(order, stranger)| Op::Pay { order, stranger }),
        5 => (order, lines, rarely(), rarely(), rarely()).prop_map(|(order, lines, stranger, again, wrong_refund)| {
            Op::Cancel { order, lines, stranger, again, wrong_refund }
        }),
        3 => (1..=3_i64, 1..=2_i64, rarely()).prop_map(|(member, campaign, again)| Op::Download { member, campaign, again }),
    ]
}

fn afterwards() -> impl Strategy<Value = Op> {
    let order = 0..4_usize;
    let parts = vec!["unfulfilled", "preparing", "shipped", "delivered", "returned"];
    let claims = vec!["requested", "approved", "collecting", "inspected", "completed", "rejected", "withdrawn"];
    let other = |words| prop::option::weighted(0.25, prop::sample::select(words));
    prop_oneof![
        2 => (order.clone(), 1..=2_i64, other(parts), by()).prop_map(|(order, seller, to, by)| Op::Deliver { order, seller, to, by }),
        3 => (order.clone(), by()).prop_map(|(order, alone)| Op::Arrive { order, alone }),
        6 => (order.clone(), some_lines(), any::<bool>(), fault(), prop::bool::weighted(0.6), rarely(), rarely()).prop_map(
            |(order, lines, exchange, fault, arrives, stranger, again)| {
                Op::Claim { order, lines, exchange, fault, arrives, stranger, again }
            }
        ),
        8 => (0..3_usize, 1..5_usize, other(claims), prop::option::of(fault()), any::<bool>(), by()).prop_map(
            |(claim, steps, to, fault, resalable, by)| Op::Advance { claim, steps, to, fault, resalable, by }
        ),
        1 => (0..3_usize, rarely()).prop_map(|(claim, stranger)| Op::Withdraw { claim, stranger }),
        2 => (order, rarely()).prop_map(|(order, stranger)| Op::Confirm { order, stranger }),
    ]
}

fn house() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (1..=3_i64, 1..90_000_i64, rarely()).prop_map(|(member, amount, again)| Op::Charge { member, amount, again }),
        1 => (1..=3_i64, -40_000..40_000_i64).prop_map(|(member, amount)| Op::Adjust { member, amount }),
        4 => (1..=4_i64, -6..9_i32, by(), rarely())
            .prop_filter("a change", |(_, delta, ..)| *delta != 0)
            .prop_map(|(product, delta, by, again)| Op::Stock { product, delta, by, again }),
        1 => (1..=4_i64, 0..12_i32, rarely(), by()).prop_map(|(product, counted, late, by)| Op::Count { product, counted, late, by }),
        1 => (1..=4_i64, price()).prop_map(|(product, price)| Op::Price { product, price }),
        1 => (1..=4_i64, prop::bool::weighted(0.8)).prop_map(|(product, on_sale)| Op::Sell { product, on_sale }),
        1 => (1..=2_i64).prop_map(|campaign| Op::Stop { campaign }),
    ]
}

fn time() -> impl Strategy<Value = Op> {
    let wait = prop::sample::select(vec![7, 30, 31, 12 * 60, DAY, 2 * DAY, 3 * DAY]);
    prop_oneof![
        3 => wait.prop_map(Op::Wait),
        1 => Just(Op::ExpireOrders),
        1 => Just(Op::ExpirePoints),
        1 => Just(Op::ExpireCoupons),
        1 => Just(Op::ConfirmDue),
    ]
}
