//! Everything at once, over two handles as two instances would have them, on so few members and
//! products that everybody is in everybody's way: what was accepted is in the books, once, and
//! nobody hears of a deadlock.

mod doing;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use contract::{
    claim::ClaimId,
    coupon::{CampaignId, CouponId},
    member::MemberId,
    order::OrderId,
    product::ProductId,
};
use domain::{
    Error, Policy, Result, Shop,
    member::{Operator, Shopper, Staff, recognize},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    dice::{Dice, seed},
    fixture::{assert_books_add_up, buyer, number, product},
    retries::Retries,
};

const TASKS: u64 = 16;
/// Of each task, at most;
const DEEDS: usize = 150;
/// and for so long.
const WHILE: Duration = Duration::from_secs(8);

/// What all of them share.
struct Yard {
    shops: [Shop; 2],
    members: Vec<(Shopper, i64)>,
    staff: Staff,
    operator: Operator,
    products: Vec<ProductId>,
    campaigns: Vec<CampaignId>,
    seen: Mutex<Seen>,
}

/// What was accepted.
#[derive(Default)]
struct Seen {
    /// The member's place in the yard, and the order.
    orders: Vec<(usize, OrderId)>,
    claims: Vec<(usize, OrderId, ClaimId)>,
    copies: i64,
    charged: i64,
    received: i64,
    paid: Vec<OrderId>,
    confirmed: Vec<OrderId>,
    cancels: Vec<Uuid>,
    coupons: Vec<CouponId>,
    /// How often each answer was given.
    answers: BTreeMap<String, u32>,
}

#[sqlx::test(migrator = "domain::MIGRATIONS")]
async fn a_storm_over_two_handles_loses_nothing(_: PgPoolOptions, options: PgConnectOptions) -> Result<()> {
    let (seed, retries) = (seed(), Retries::default());
    println!("MADANG_SEED={seed}");
    let listening = retries.listen();
    let yard = Arc::new(Yard::open(options).await?);
    let (mut tasks, began) = (JoinSet::new(), Instant::now());
    for task in 0..TASKS {
        let (yard, mut dice) = (Arc::clone(&yard), Dice(seed.wrapping_add(task)));
        tasks.spawn(async move {
            for _ in (0..DEEDS).take_while(|_| began.elapsed() < WHILE) {
                let shop = &yard.shops[dice.below(2)];
                let (what, answer) = doing::something(&yard, shop, &mut dice).await;
                yard.note(what, answer);
            }
        });
    }
    tasks.join_all().await;
    drop(listening);
    println!("done again: {:?}", retries.all());
    let seen = yard.with(std::mem::take);
    println!("{:#?}", seen.answers);
    let deadlocks: u64 =
        retries.all().iter().filter(|((_, cause), _)| cause == "deadlock").map(|(_, count)| count).sum();
    assert_eq!(deadlocks, 0, "locks are taken in one order: {:?}", retries.all());
    let shop = &yard.shops[0];
    assert_books_add_up(shop).await;
    let count = |query: &'static str| number(shop, query);
    assert_eq!(count(r#"select count(*) from "order""#).await, len(&seen.orders));
    assert_eq!(count("select coalesce(sum(quantity), 0)::bigint from order_line").await, seen.copies);
    assert_eq!(
        count("select coalesce(sum(amount), 0)::bigint from points_entry where kind = 'charge'").await,
        seen.charged
    );
    assert_eq!(
        count("select sum(on_hand_delta)::bigint from stock_movement where kind = 'received'").await,
        seen.received
    );
    assert_eq!(count("select count(*) from coupon").await, len(&seen.coupons));
    assert_eq!(count("select count(*) from claim").await, len(&seen.claims));
    let found =
        |query: &'static str, ids: &[Uuid]| sqlx::query_scalar::<_, i64>(query).bind(ids.to_vec()).fetch_one(&shop.db);
    let paid = "select count(*) from unnest($1) id where not exists (select from payment where order_id = id)";
    assert_eq!(found(paid, &seen.paid).await?, 0);
    let confirmed =
        r#"select count(*) from unnest($1) id join "order" on order_id = id where order_status <> 'confirmed'"#;
    assert_eq!(found(confirmed, &seen.confirmed).await?, 0);
    let canceled = "select count(*) from unnest($1) key where 1 <>
                        (select count(*) from order_change where idempotency_key = key)";
    assert_eq!(found(canceled, &seen.cancels).await?, 0);
    Ok(())
}

impl Yard {
    async fn open(options: PgConnectOptions) -> Result<Self> {
        let pool = || PgPoolOptions::new().max_connections(12).connect_with(options.clone());
        let shops = [Shop::new(pool().await?, Policy::default()), Shop::new(pool().await?, Policy::default())];
        // All connections are open before it begins, so that nobody is late.
        let mut dozing = JoinSet::new();
        for number in 0..24 {
            let db = shops[number % 2].db.clone();
            dozing.spawn(async move { sqlx::query("select pg_sleep(0.2)").execute(&db).await });
        }
        dozing.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
        let shop = &shops[0];
        let mut members = Vec::new();
        let mut seen = Seen::default();
        for name in ["one", "two", "three", "four", "five", "six"] {
            members.push(buyer(shop, &format!("{name}@example.com"), 5_000_000).await?);
            seen.charged += 5_000_000;
        }
        let mut products = Vec::new();
        for price in [4_000, 9_000, 12_000, 20_000] {
            products.push(product(shop, "책", price, 60).await);
            seen.received += 60;
        }
        let campaigns = sqlx::query_scalar(
            "insert into coupon_campaign (name, discount_kind, discount_value, quantity, starts_at, ends_at, valid_days,
                 per_member, issue_mode, created_by)
             select '쿠폰', 'percent', 10, quantity, now() - interval '1 day', now() + interval '1 day', 9, 20, 'download', 1
             from unnest(array[9, null]) quantity returning campaign_id",
        )
        .fetch_all(&shop.db)
        .await?;
        let id: MemberId = sqlx::query_scalar(
            "insert into member (email, password_hash, name, role) values ('staff@example.com', '', '직원', 'staff')
             returning member_id",
        )
        .fetch_one(&shop.db)
        .await?;
        let staff = Staff::of(&recognize(shop, id, 0).await?.expect("staff"))?;
        let operator = Operator::from(&staff);
        Ok(Self { shops, members, staff, operator, products, campaigns, seen: Mutex::new(seen) })
    }

    /// A refusal is an answer; trouble that reaches a caller is not.
    fn note(&self, what: &'static str, answer: Result<()>) {
        let answer = match answer {
            Ok(()) => "done".to_owned(),
            Err(Error::Refused(failure)) => {
                assert!(failure.status() < 500, "{what}: {failure:?}");
                failure.to_string()
            }
            Err(error) => panic!("{what}: {error:?}"),
        };
        self.with(|seen| *seen.answers.entry(format!("{what}: {answer}")).or_default() += 1);
    }
}

fn len<T>(all: &[T]) -> i64 {
    i64::try_from(all.len()).expect("a number")
}
