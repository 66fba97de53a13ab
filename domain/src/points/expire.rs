//! Points that run out.

use contract::when::kst_date;

use crate::{Result, Shop, retry::retry};

/// Takes away the points that ran out, of a hundred wallets at most. Answers how many wallets
/// changed: call it again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn expire(shop: &Shop) -> Result<usize> {
    retry("expire points", || expire_once(shop)).await
}

async fn expire_once(shop: &Shop) -> Result<usize> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    // Wallets that are busy are left for the next time.
    let members = sqlx::query_scalar!(
        "select w.member_id from points_wallet w
         where exists (select from points_lot l where l.member_id = w.member_id and l.expires_on < $1)
         order by w.member_id limit 100 for update skip locked",
        kst_date(at)
    )
    .fetch_all(&mut *tx)
    .await?;
    // A statement of its own: behind the locks, it sees what the last holder left.
    sqlx::query!(
        "with gone as (
             delete from points_lot where member_id = any($1) and expires_on < $2 returning member_id, remaining
         ), sum as (
             select member_id, sum(remaining)::bigint as amount from gone group by member_id having sum(remaining) > 0
         ), wallet as (
             update points_wallet w set balance = w.balance - sum.amount from sum where w.member_id = sum.member_id
             returning w.member_id, w.balance
         )
         insert into points_entry (member_id, kind, amount, balance_after, created_at)
         select member_id, 'expire', -sum.amount, balance, $3 from wallet join sum using (member_id)",
        &members,
        kst_date(at),
        at
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(members.len())
}
