//! A comparison from its beginning to its end, by whichever instance claims it: the gateway's
//! transactions are read page by page, compared in the database, and what only the shop has is
//! looked up once more.

use std::sync::Arc;

use contract::{Won, payment::PaymentId, system::begins};
use time::{Date, Duration};
use uuid::Uuid;

use super::{
    super::{
        back::pg,
        gateway::{ChargeStatus, Denial, Gateway, Transaction},
    },
    compare,
};
use crate::{Error, Result, Shop, words::word};

/// Pages that are read at most: with a thousand on each, a million transactions.
const MOST_PAGES: usize = 1_000;

/// Whoever is at a run says so again before this time is over.
const CLAIM: Duration = Duration::minutes(15);

/// How often a run is begun before it is given up.
const ATTEMPTS: i32 = 5;

/// What only the shop has is looked up so often at most: of more, something else is wrong.
const LOOKS: i64 = 100;

/// A run that is this instance's for a while.
struct Claimed {
    id: i64,
    first_day: Date,
    last_day: Date,
    attempts: i32,
}

/// Why a run stops.
enum Stop {
    /// The gateway does not tell.
    Silent(String),
    /// Something here is wrong.
    Broken(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

/// Does the next comparison that was asked for, where there is a gateway. Answers how many came to
/// their end: call it again while there were some.
///
/// # Errors
/// Where the database is away; another try follows.
pub async fn work(shop: &Shop) -> Result<usize> {
    let Some(gateway) = &shop.gateway else { return Ok(0) };
    let Some(run) = claim(shop).await? else { return Ok(0) };
    match compare_all(shop, gateway, &run).await {
        Ok(()) => Ok(1),
        Err(Stop::Silent(error)) => {
            tracing::warn!(run = run.id, error, "the gateway does not tell its transactions");
            put_off(shop, &run, &error).await?;
            Ok(0)
        }
        Err(Stop::Broken(error)) => {
            put_off(shop, &run, "the shop's own database").await?;
            Err(error)
        }
    }
}

async fn claim(shop: &Shop) -> Result<Option<Claimed>> {
    Ok(sqlx::query_as!(
        Claimed,
        "update reconciliation set status = 'running', started_at = coalesce(started_at, $1), attempts = attempts + 1,
             fetched = 0, try_at = $1::timestamptz + $2
         where reconciliation_id = (
             select reconciliation_id from reconciliation where status in ('queued', 'running') and try_at <= $1
             order by try_at limit 1 for update skip locked)
         returning reconciliation_id as id, first_day, last_day, attempts",
        shop.now(),
        pg(CLAIM)
    )
    .fetch_optional(&shop.db)
    .await?)
}

/// Tries again later, or gives up.
async fn put_off(shop: &Shop, run: &Claimed, error: &str) -> Result<()> {
    let over = run.attempts >= ATTEMPTS;
    let pause = Duration::seconds(15) * 2_i32.pow(run.attempts.clamp(0, 6).unsigned_abs());
    sqlx::query!(
        "update reconciliation set status = case when $3 then 'failed' else 'queued' end, error = $2,
             finished_at = case when $3 then $4::timestamptz end, try_at = $4::timestamptz + $5
         where reconciliation_id = $1 and status = 'running'",
        run.id,
        error,
        over,
        shop.now(),
        pg(pause)
    )
    .execute(&shop.db)
    .await?;
    compare::clear(&shop.db, run.id).await
}

async fn compare_all(shop: &Shop, gateway: &Arc<dyn Gateway>, run: &Claimed) -> Result<(), Stop> {
    // Whoever was at it before may have come halfway.
    compare::clear(&shop.db, run.id).await?;
    let (from, until) = (begins(run.first_day), begins(run.last_day) + Duration::DAY);
    let mut after: Option<String> = None;
    for page in 0.. {
        if page == MOST_PAGES {
            return Err(Stop::Silent("more transactions than can be compared".to_owned()));
        }
        let told = gateway.transactions(from, until, after.as_deref()).await;
        let told = told.map_err(|denial| Stop::Silent(denial.to_string()))?;
        keep(shop, run.id, &told.transactions).await?;
        if told.next.is_none() || told.next == after {
            break;
        }
        after = told.next;
    }
    compare::compare(shop, run.id, from, until).await?;
    look_up(shop, gateway, run.id).await?;
    compare::finish(shop, run.id, from, until).await?;
    Ok(())
}

/// Keeps a page of what the gateway has told, and says that somebody is at it.
async fn keep(shop: &Shop, run: i64, told: &[Transaction]) -> Result<()> {
    let keys: Vec<String> = told.iter().map(|one| one.key.clone()).collect();
    let payments: Vec<Option<Uuid>> = told.iter().map(|one| Uuid::try_parse(&one.order).ok()).collect();
    let gateway_keys: Vec<String> = told.iter().map(|one| one.payment_key.clone()).collect();
    let orders: Vec<String> = told.iter().map(|one| one.order.clone()).collect();
    let moneys: Vec<String> = told.iter().map(|one| word(one.money)).collect::<Result<_>>()?;
    let amounts: Vec<Won> = told.iter().map(|one| one.amount).collect();
    let times: Vec<time::OffsetDateTime> = told.iter().map(|one| one.at).collect();
    sqlx::query!(
        "with kept as (
             insert into reconciliation_transaction
                 (reconciliation_id, transaction_key, payment_id, gateway_key, gateway_order, money, amount, at)
             select $1, t.* from unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                                        $8::timestamptz[]) as t
             on conflict do nothing returning 1
         )
         update reconciliation set fetched = fetched + (select count(*) from kept), try_at = $9::timestamptz + $10
         where reconciliation_id = $1",
        run,
        &keys,
        &payments as &[Option<Uuid>],
        &gateway_keys,
        &orders,
        &moneys,
        &amounts,
        &times,
        shop.now(),
        pg(CLAIM)
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// Looks up what only the shop has: around midnight the two sides may differ about the day alone.
async fn look_up(shop: &Shop, gateway: &Arc<dyn Gateway>, run: i64) -> Result<(), Stop> {
    for alone in compare::ours_alone(shop, run, LOOKS).await? {
        let found = gateway.find(alone.payment).await;
        let charge = match found {
            Ok(Some(charge)) => charge,
            Ok(None) => continue,
            Err(Denial::Refused(code) | Denial::Already(code) | Denial::Unanswered(code)) => {
                return Err(Stop::Silent(code));
            }
        };
        let taken = matches!(charge.status, ChargeStatus::Done | ChargeStatus::Canceled);
        let there = if !taken {
            None
        } else if alone.back {
            Some(charge.amount - charge.balance).filter(|gone| *gone >= alone.all_back).map(|_| alone.ours)
        } else {
            Some(charge.amount)
        };
        compare::found(shop, alone.id, alone.ours, there).await?;
    }
    Ok(())
}

/// What only the shop has.
pub(super) struct Alone {
    /// The difference.
    pub(super) id: i64,
    pub(super) payment: PaymentId,
    /// Whether the money went back.
    pub(super) back: bool,
    pub(super) ours: Won,
    /// All of it that went back here, in won.
    pub(super) all_back: Won,
}
