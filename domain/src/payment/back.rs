//! Money that goes back to cards: written down with what it belongs to, then asked of the gateway
//! until it has gone.

use std::sync::Arc;

use contract::{Won, order::OrderId, payment::PaymentId};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::gateway::{Denial, Gateway};
use crate::{Result, Shop};

/// No answer within this time is none: as long as the adapter waits for one, and more.
pub(super) const ANSWER: Duration = Duration::seconds(15);

/// The longest pause between two tries.
const PAUSE: Duration = Duration::minutes(5);

/// What a card has paid for an order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CardLeft {
    pub payment: PaymentId,
    /// What of it was not asked back, in won.
    pub left: Won,
}

/// What a card has paid for an order, if one has. The order is locked.
pub(crate) async fn card_left(conn: &mut PgConnection, order: OrderId) -> Result<Option<CardLeft>> {
    let left = sqlx::query_as!(
        CardLeft,
        r#"select payment_id as payment,
                  amount - coalesce((select sum(c.amount)::bigint from payment_cancel c where c.payment_id = p.payment_id), 0)
                      as "left!"
           from payment p where order_id = $1 and method = 'card' and status = 'paid'"#,
        order
    );
    Ok(left.fetch_optional(conn).await?)
}

/// Writes down that `amount` won have to go back to the card of a payment.
pub(crate) async fn ask_back(
    conn: &mut PgConnection,
    payment: PaymentId,
    refund: Option<Uuid>,
    amount: Won,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into payment_cancel (payment_cancel_id, request_key, payment_id, refund_id, amount, try_at, created_at)
         values ($1, $1, $2, $3, $4, $5, $5)",
        Uuid::now_v7(),
        payment,
        refund,
        amount,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct Due {
    id: Uuid,
    request: Uuid,
    key: String,
    payment: PaymentId,
    amount: Won,
    attempts: i32,
}

/// Gives money back to cards, as it was asked for: twenty at most, each until it went back. Answers
/// how many did: call it again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn give_back(shop: &Shop) -> Result<usize> {
    let Some(gateway) = &shop.gateway else { return Ok(0) };
    // Claimed for as long as an answer may take; two instances do not ask for the same one. And of
    // one payment one after the other: a gateway refuses two at once.
    let due = sqlx::query_as!(
        Due,
        r#"update payment_cancel c set attempts = attempts + 1, try_at = $1::timestamptz + $2
           from payment p
           where p.payment_id = c.payment_id and c.payment_cancel_id in (
               select payment_cancel_id from payment_cancel d where status = 'requested' and try_at <= $1
                 and not exists (select from payment_cancel e where e.payment_id = d.payment_id
                                 and e.status = 'requested' and e.payment_cancel_id < d.payment_cancel_id)
               order by try_at limit 20 for update skip locked)
           returning payment_cancel_id as id, request_key as request, coalesce(gateway_key, '') as "key!", c.payment_id as payment, c.amount,
               attempts"#,
        shop.now(),
        pg(ANSWER)
    )
    .fetch_all(&shop.db)
    .await?;
    // One that is slow to answer does not keep the others.
    let mut asked = JoinSet::new();
    for one in due {
        let (shop, gateway) = (shop.clone(), Arc::clone(gateway));
        asked.spawn(async move { ask(&shop, &gateway, &one).await });
    }
    let mut done = 0;
    while let Some(answered) = asked.join_next().await {
        done += usize::from(answered??);
    }
    Ok(done)
}

/// Asks for one of them. Answers whether it went back.
async fn ask(shop: &Shop, gateway: &Arc<dyn Gateway>, one: &Due) -> Result<bool> {
    let mut request = one.request;
    let answer = match gateway.cancel(&one.key, request, one.amount, "refund").await {
        Ok(_) => Ok(()),
        Err(Denial::Refused(code)) => {
            request = Uuid::now_v7();
            Err(code)
        }
        // What is not there any more has gone back; its answer was lost.
        Err(Denial::Already(code)) => match gateway.find(one.payment).await {
            Ok(Some(charge)) if charge.balance == 0 => Ok(()),
            _ => Err(code),
        },
        Err(denial) => Err(denial.to_string()),
    };
    if let Err(error) = &answer {
        metrics::counter!("madang_card_refund_failures_total").increment(1);
        tracing::warn!(
            payment = %one.payment, amount = one.amount, attempts = one.attempts, %error,
            "money did not go back to a card yet"
        );
    }
    let pause = (Duration::seconds(1) * 2_i32.pow(one.attempts.clamp(0, 9).unsigned_abs())).min(PAUSE);
    let gone = answer.is_ok();
    sqlx::query!(
        "update payment_cancel set error = coalesce($2, ''),
             status = case when $2::text is null then 'done' else status end,
             done_at = case when $2::text is null then $3::timestamptz end, try_at = $3::timestamptz + $4,
             request_key = $5
         where payment_cancel_id = $1 and status = 'requested'",
        one.id,
        answer.err(),
        shop.now(),
        pg(pause),
        request
    )
    .execute(&shop.db)
    .await?;
    Ok(gone)
}

/// Money that cards wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// How many times money was asked back that did not go yet.
    pub count: i64,
    /// How much together, in won.
    pub amount: Won,
    /// Since when the oldest waits, in UTC; none where nothing does.
    pub since: Option<OffsetDateTime>,
}

/// What is on its way back to cards, of all orders and charges.
///
/// # Errors
/// Where the database is away.
pub async fn owed(shop: &Shop) -> Result<Owed> {
    let owed = sqlx::query_as!(
        Owed,
        r#"select count(*) as "count!", coalesce(sum(amount), 0)::bigint as "amount!", min(created_at) as since
           from payment_cancel where status = 'requested'"#
    );
    Ok(owed.fetch_one(&shop.db).await?)
}

/// A span as Postgres reads it.
pub(super) fn pg(span: Duration) -> sqlx::postgres::types::PgInterval {
    let microseconds = i64::try_from(span.whole_microseconds()).unwrap_or(i64::MAX);
    sqlx::postgres::types::PgInterval { months: 0, days: 0, microseconds }
}
