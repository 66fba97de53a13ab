//! Claiming what is due. A claim is a lease: whoever dies over it is followed by another, and no
//! transaction is open while a message is under way.

use contract::subscription::{DeliveryId, MOST, SubscriptionId};
use time::{Duration, OffsetDateTime};

use super::Secret;
use crate::{Result, Shop};

/// How long a message may be under way until somebody else sends it.
pub const LEASE: Duration = Duration::seconds(60);

/// Messages under way to one endpoint at once, where it takes them; to one that does not, a single one.
pub const PER_ENDPOINT: i64 = 4;

/// Messages of one seller under way in a lane at once: a part of it, so that slow endpoints leave room to the
/// others, and one for each endpoint that a seller may have, so that none waits for the queues of the rest.
const PER_SELLER: i64 = MOST;

/// Which endpoints: those that do not take messages have slots of their own, so that they keep none from
/// the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Those that took what was sent last.
    Well,
    /// Those that did not.
    Failing,
}

impl Lane {
    /// Messages that an instance has under way at once.
    const fn slots(self) -> i64 {
        match self {
            Self::Well => 64,
            Self::Failing => 32,
        }
    }
}

/// A message to send.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Its `webhook-id`.
    pub id: DeliveryId,
    /// Whose endpoint it goes to.
    pub subscription: SubscriptionId,
    /// The seller.
    pub seller: i64,
    /// Where to.
    pub url: String,
    /// What it says: JSON.
    pub body: String,
    /// What signs it; during a rotation two.
    pub secrets: Vec<Secret>,
    /// Which attempt this is, from one on.
    pub attempt: i32,
    /// Tells this claim from others of the same message.
    pub(super) leased_until: OffsetDateTime,
    /// Its line among the attempts.
    pub(super) noted: i64,
}

/// Claims messages that are due in a lane, as far as it has room beside those that are under way `here` already,
/// each told by its seller. Of each endpoint and each seller only a few go at once: first those of whom least
/// is under way, and among equals what waits longest.
///
/// # Errors
/// Where the database is away.
pub async fn claim(shop: &Shop, lane: Lane, here: &[i64]) -> Result<Vec<Sending>> {
    let now = shop.now();
    let free = lane.slots().saturating_sub(i64::try_from(here.len()).unwrap_or(i64::MAX)).max(0);
    let at_once = match lane {
        Lane::Well => PER_ENDPOINT,
        Lane::Failing => 1,
    };
    // From one endpoint to the next by the index, past what waits there: a long queue costs no more than
    // a short one. Only what is claimed is locked.
    let rows = sqlx::query!(
        r#"with recursive waiting (subscription_id) as (
               (select subscription_id from subscription_delivery where status = 'pending'
                order by subscription_id limit 1)
               union all
               select (select d.subscription_id from subscription_delivery d
                       where d.status = 'pending' and d.subscription_id > w.subscription_id
                       order by d.subscription_id limit 1)
               from waiting w where w.subscription_id is not null
           ), endpoint as (
               select s.subscription_id, s.seller_id, (
                          select count(*) from subscription_delivery u
                          where u.subscription_id = s.subscription_id and u.leased_until > $1
                      ) as under_way
               from waiting w
               join subscription s using (subscription_id)
               join seller v using (seller_id)
               join member m using (member_id)
               where s.status = 'active' and s.removed_at is null and m.status = 'active'
                 and (s.failing_since is not null) = $4
           ), turn as (
               select d.message_id, d.next_attempt_at,
                      coalesce(h.count, 0) + row_number() over (
                          partition by e.seller_id
                          order by e.under_way + d.rank, d.next_attempt_at, d.message_id) as nth
               from endpoint e
               left join (
                   select seller_id, count(*) from unnest($6::bigint[]) as here (seller_id) group by seller_id
               ) h using (seller_id)
               cross join lateral (
                   select q.message_id, q.next_attempt_at,
                          row_number() over (order by q.next_attempt_at, q.message_id) as rank
                   from subscription_delivery q
                   where q.subscription_id = e.subscription_id and q.status = 'pending' and q.next_attempt_at <= $1
                   order by q.next_attempt_at, q.message_id
                   limit greatest($3 - e.under_way, 0)
               ) d
           ), next as (
               select message_id from turn where nth <= $7 order by nth, next_attempt_at limit $5
           ), due as materialized (
               select q.message_id from subscription_delivery q
               where q.message_id in (select message_id from next) and q.status = 'pending' and q.next_attempt_at <= $1
               for update skip locked
           ), sent as (
               update subscription_delivery d
               set attempts = d.attempts + 1, leased_until = $2, next_attempt_at = $2,
                   first_attempt_at = coalesce(d.first_attempt_at, $1), last_attempt_at = $1
               from due, subscription s
               where d.message_id = due.message_id and s.subscription_id = d.subscription_id
               returning d.message_id, d.subscription_id, s.seller_id, d.body, d.attempts, d.leased_until, s.url, s.secret,
                         case when s.previous_until > $1 then s.previous_secret end as previous_secret
           ), noted as (
               insert into subscription_attempt (message_id, began_at) select message_id, $1 from sent
               returning message_id, attempt_id
           )
           select s.message_id as "message_id!", s.subscription_id as "subscription_id!",
                  s.seller_id as "seller_id!", s.body as "body!", s.attempts as "attempts!", s.leased_until as "leased_until!", s.url as "url!", s.secret as "secret!",
                  s.previous_secret as "previous_secret?", n.attempt_id as "noted!"
           from sent s join noted n using (message_id)"#,
        now,
        now + LEASE,
        at_once,
        lane == Lane::Failing,
        free,
        here,
        PER_SELLER
    )
    .fetch_all(&shop.db)
    .await?;
    let sendings = rows.into_iter().map(|row| Sending {
        id: row.message_id,
        subscription: row.subscription_id,
        seller: row.seller_id,
        url: row.url,
        body: row.body,
        secrets: [Some(row.secret), row.previous_secret].into_iter().flatten().map(Secret::stored).collect(),
        attempt: row.attempts,
        leased_until: row.leased_until,
        noted: row.noted,
    });
    Ok(sendings.collect())
}
