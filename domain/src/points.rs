//! The points wallet: every change is an entry with the balance after it, and what is left lies in
//! lots by the day that it runs out.

mod adjust;
mod expire;
pub(crate) mod ledger;
mod lot;
mod to_earn;

use contract::{Failure, Won, member::MemberId, points::PointsKind, when::kst_date};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

pub use adjust::adjust;
pub use expire::expire;
pub use ledger::Wallet;
pub(crate) use lot::take;
pub use lot::{Lot, NEVER, spendable};
pub(crate) use to_earn::expect;
pub use to_earn::to_earn;

use crate::{
    Error, Result, Shop,
    member::{Shopper, Staff},
    retry::retry,
    words::read,
};

/// Entries on one page of the history.
pub const PAGE: i64 = 20;

/// One's own balance, in won.
///
/// # Errors
/// Where the database is away.
pub async fn balance(shop: &Shop, by: &Shopper) -> Result<Won> {
    let balance = sqlx::query_scalar!("select balance from points_wallet where member_id = $1", by.id())
        .fetch_one(&shop.db)
        .await?;
    Ok(balance)
}

/// Charges one's own wallet with an amount already read by the policy. The same key again
/// changes nothing.
///
/// # Errors
/// [`Failure::AlreadySent`] for the same key with another amount, [`Failure::WalletFull`] where the wallet would hold more than the policy allows.
pub async fn charge(shop: &Shop, by: &Shopper, key: Uuid, amount: Won) -> Result<()> {
    retry("charge", || charge_once(shop, by, key, amount)).await
}

async fn charge_once(shop: &Shop, by: &Shopper, key: Uuid, amount: Won) -> Result<()> {
    let mut conn = shop.db.acquire().await?;
    let (most, at) = (shop.policy.points.wallet_max, shop.now());
    let charged = ledger::charge(&mut conn, by.id(), amount, most, key, at).await;
    drop(conn);
    match charged {
        // Full, perhaps by this very charge when it was sent before.
        Ok(false) => match charged_before(shop, by, key).await? {
            None => Err(Failure::WalletFull.into()),
            Some(before) => same(before, amount),
        },
        // The statement as a whole was undone: the first charge under this key stands alone.
        Err(Error::Database(sqlx::Error::Database(error)))
            if error.constraint() == Some("points_entry_idempotency_key") =>
        {
            match charged_before(shop, by, key).await? {
                None => Err(Failure::Unavailable.into()),
                Some(before) => same(before, amount),
            }
        }
        Ok(true) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The amount that was charged under a key before.
async fn charged_before(shop: &Shop, by: &Shopper, key: Uuid) -> Result<Option<Won>> {
    let before = sqlx::query_scalar!(
        "select amount from points_entry where member_id = $1 and idempotency_key = $2",
        by.id(),
        key
    );
    Ok(before.fetch_optional(&shop.db).await?)
}

/// A form sent again must say the same.
pub(crate) fn same<T: PartialEq>(before: T, now: T) -> Result<()> {
    if before == now { Ok(()) } else { Err(Failure::AlreadySent.into()) }
}

/// One's own points that run out within `days` days, by day.
///
/// # Errors
/// Where the database is away.
pub async fn expiring(shop: &Shop, by: &Shopper, days: i64) -> Result<Vec<Lot>> {
    let today = kst_date(shop.now());
    let until = today.checked_add(time::Duration::days(days)).unwrap_or(today);
    Ok(sqlx::query_as!(
        Lot,
        "select expires_on, remaining as amount from points_lot
         where member_id = $1 and remaining > 0 and expires_on between $2 and $3 order by expires_on",
        by.id(),
        today,
        until
    )
    .fetch_all(&shop.db)
    .await?)
}

/// One change of a balance.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Orders entries in time.
    pub id: i64,
    /// Why the balance changed.
    pub kind: PointsKind,
    /// By how much, in won.
    pub amount: Won,
    /// The balance afterwards, in won.
    pub balance_after: Won,
    /// The order it belongs to.
    pub order_id: Option<Uuid>,
    /// Why staff corrected it; may be empty.
    pub reason: String,
    /// The last Korean day of earned points.
    pub expires_on: Option<Date>,
    /// When, in UTC.
    pub created_at: OffsetDateTime,
}

/// One's own entries, newest first, those older than `before` where it is given: at most `limit` and
/// one more, which tells that there are further ones.
///
/// # Errors
/// Where the database is away.
pub async fn history(shop: &Shop, by: &Shopper, before: Option<i64>, limit: i64) -> Result<Vec<Entry>> {
    entries(shop, by.id(), before, limit).await
}

/// A member's entries in the same way, at most [`PAGE`] and one more.
///
/// # Errors
/// Where the database is away.
pub async fn history_of(shop: &Shop, _by: &Staff, member: MemberId, before: Option<i64>) -> Result<Vec<Entry>> {
    entries(shop, member, before, PAGE).await
}

async fn entries(shop: &Shop, member: MemberId, before: Option<i64>, limit: i64) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        "select points_entry_id, kind, amount, balance_after, order_id, reason, expires_on, created_at
         from points_entry where member_id = $1 and points_entry_id < $2
         order by points_entry_id desc limit $3",
        member,
        before.unwrap_or(i64::MAX),
        limit + 1
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Entry {
                id: row.points_entry_id,
                kind: read(&row.kind)?,
                amount: row.amount,
                balance_after: row.balance_after,
                order_id: row.order_id,
                reason: row.reason,
                expires_on: row.expires_on,
                created_at: row.created_at,
            })
        })
        .collect()
}
