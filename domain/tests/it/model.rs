//! Random lives of a small shop against a model of it.
//!
//! The model is a second writing of the rules, made to be simple and not to be fast: maps of plain
//! values, statuses as words, one thing after the other, undone by keeping a copy. It shares no
//! arithmetic and no decision with the domain. What happens (three members, two sellers, four
//! products, two campaigns) is drawn at random and done to both; after every step both have said
//! the same, the reason of a refusal included, and everything that can be seen of the shop is the
//! same in both. At the end of each life the audit finds nothing.
//!
//! `MADANG_SEED` runs the lives of a seed again, `PROPTEST_CASES` sets how many.

mod books;
mod buying;
mod hand;
mod op;
mod open;
mod rules;
mod run;
mod sending;

use contract::{
    order::{DeliveryPolicy, OrderPolicy},
    points::PointsPolicy,
};
use domain::{Policy, Shop};
use proptest::{
    prelude::ProptestConfig,
    test_runner::{RngAlgorithm, TestError, TestRng, TestRunner},
};
use sqlx::PgPool;
use tokio::runtime::Handle;

use crate::dice::seed;

/// About twenty seconds of them.
const CASES: u32 = 100;

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn the_shop_does_what_a_naive_writing_of_its_rules_does(db: PgPool) {
    let policy = Policy {
        points: PointsPolicy {
            wallet_max: rules::WALLET_MAX,
            earn_percent: i32::try_from(rules::EARN_PERCENT).expect("a percentage"),
            earn_days: rules::EARN_DAYS,
            ..PointsPolicy::default()
        },
        delivery: DeliveryPolicy { fee: rules::FEE, free_from: rules::FREE_FROM, return_fee: rules::FEE },
        order: OrderPolicy {
            hold_minutes: rules::HOLD,
            confirm_days: rules::CONFIRM / rules::DAY,
            unpaid_max: i64::try_from(rules::UNPAID).expect("a number"),
            ..OrderPolicy::default()
        },
    };
    let shop = Shop::new(db, policy);
    let (seed, here) = (seed(), Handle::current());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let cases = std::env::var("PROPTEST_CASES").map_or(CASES, |cases| cases.parse().expect("a number of cases"));
    let config =
        ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() };
    let lives = move || {
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let outcome = runner.run(&op::life(), |life| here.block_on(run::live(&shop, life)));
        match outcome {
            Ok(()) => {}
            // The reason tells what was done, in fewer lines than the sequence itself.
            Err(TestError::Fail(reason, _) | TestError::Abort(reason)) => panic!("MADANG_SEED={seed}: {reason}"),
        }
    };
    tokio::task::spawn_blocking(lives).await.expect("the lives agree");
}
