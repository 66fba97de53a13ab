//! What programs were answered, kept for a day under the key that they asked with: whoever asks the
//! same again is answered the same, and nothing is done twice.

use contract::member::MemberId;
use time::{Duration, OffsetDateTime};

use crate::{Result, Shop};

/// How long an answer is kept.
pub const KEPT: Duration = Duration::hours(24);

/// How long whoever began may take. It is more than any request is given; afterwards whoever comes
/// with the same key goes on, for instance after a crash.
const LEASE: Duration = Duration::minutes(2);

/// A request by its key: who asks, `None` for who is not signed in, and hashes of the key and of all
/// that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who asks.
    pub caller: Option<MemberId>,
    /// The hash of the key.
    pub key: Vec<u8>,
    /// The hash of the request.
    pub fingerprint: Vec<u8>,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is to be answered now; the time names this try.
    Now(OffsetDateTime),
    /// It was answered before, with this.
    Answered(Vec<u8>),
    /// Somebody is at it.
    UnderWay,
    /// The key was used for another request.
    Another,
}

/// Draws a key out of a request that holds a password, so slowly that neither the password nor the answer
/// can be guessed from what is kept. It takes some 20 ms.
///
/// # Errors
/// [`Failure::Unavailable`] where too many wait for theirs.
///
/// [`Failure::Unavailable`]: contract::Failure::Unavailable
pub async fn stretch(shop: &Shop, secret: Vec<u8>) -> Result<[u8; 32]> {
    shop.hasher.stretch(secret).await
}

/// Begins a request, or tells what became of it.
///
/// # Errors
/// Where the database is away.
pub async fn begin(shop: &Shop, asked: &Asked) -> Result<Begun> {
    let at = now(shop);
    let caller = asked.caller.unwrap_or_default();
    let ours = sqlx::query_scalar!(
        "insert into api_reply as r (caller, key_hash, fingerprint, lease_until, created_at) values ($1, $2, $3, $4, $5)
         on conflict on constraint api_reply_pkey do update
         set fingerprint = excluded.fingerprint, lease_until = excluded.lease_until, answer = null,
             created_at = excluded.created_at
         where r.created_at < $6 or (r.lease_until < $5 and r.fingerprint = excluded.fingerprint)
         returning caller",
        caller,
        asked.key,
        asked.fingerprint,
        at + LEASE,
        at,
        at - KEPT
    );
    if ours.fetch_optional(&shop.db).await?.is_some() {
        return Ok(Begun::Now(at));
    }
    let found = sqlx::query!(
        "select fingerprint, answer from api_reply where caller = $1 and key_hash = $2",
        caller,
        asked.key
    );
    Ok(match found.fetch_optional(&shop.db).await? {
        Some(found) if found.fingerprint != asked.fingerprint => Begun::Another,
        Some(found) => found.answer.map_or(Begun::UnderWay, Begun::Answered),
        // Whoever was at it a moment ago has given it up: asked again, it begins.
        None => Begun::UnderWay,
    })
}

/// Keeps what was answered to a try.
///
/// # Errors
/// Where the database is away.
pub async fn keep(shop: &Shop, asked: &Asked, begun: OffsetDateTime, answer: &[u8]) -> Result<()> {
    sqlx::query!(
        "update api_reply set answer = $4, lease_until = null
         where caller = $1 and key_hash = $2 and created_at = $3 and answer is null",
        asked.caller.unwrap_or_default(),
        asked.key,
        begun,
        answer
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// Gives a try up: whoever asks again begins anew.
///
/// # Errors
/// Where the database is away.
pub async fn give_up(shop: &Shop, asked: &Asked, begun: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "delete from api_reply where caller = $1 and key_hash = $2 and created_at = $3 and answer is null",
        asked.caller.unwrap_or_default(),
        asked.key,
        begun
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// Sweeps answers that are kept no longer. Answers how many.
///
/// # Errors
/// Where the database is away.
pub async fn sweep(shop: &Shop) -> Result<usize> {
    let swept = sqlx::query!(
        "delete from api_reply where (caller, key_hash) in
         (select caller, key_hash from api_reply where created_at < $1 limit 1000)",
        now(shop) - KEPT
    );
    Ok(usize::try_from(swept.execute(&shop.db).await?.rows_affected()).unwrap_or(usize::MAX))
}

/// The time as finely as the database keeps it, so that a try is found again by it.
fn now(shop: &Shop) -> OffsetDateTime {
    let at = shop.now();
    at - Duration::nanoseconds(i64::from(at.nanosecond() % 1_000))
}
