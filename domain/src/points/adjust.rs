//! Corrections of a balance by staff.

use contract::{
    Failure, Won,
    form::{Check, Flaw, line, number},
    member::MemberId,
    trail::Act,
    when::kst_date,
};
use serde_json::json;
use sqlx::PgConnection;
use time::Date;
use uuid::Uuid;

use super::{NEVER, ledger, same, take};
use crate::{
    Result, Shop,
    member::{Operator, Staff},
    retry::retry,
    trail,
};

/// Corrects a member's balance by `amount` points, up or down, with its reason, as typed. Points
/// that staff give never run out; those that they take go by the nearest expiry. The same key
/// again changes nothing.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form, [`Failure::NotFound`] for no such member,
/// [`Failure::InsufficientPoints`] where the wallet holds less than is taken.
pub async fn adjust(shop: &Shop, by: &Staff, key: Uuid, member: MemberId, amount: &str, reason: &str) -> Result<()> {
    let mut check = Check::default();
    let most = shop.policy.points.wallet_max;
    let amount = check.field(
        "amount",
        number(amount, -most, most).and_then(|read| if read == 0 { Err(Flaw::Required) } else { Ok(read) }),
    );
    let reason = check.field("reason", line(reason, 100));
    let (Some(amount), Some(reason)) = (amount, reason) else { return Err(check.refuse().into()) };
    retry("adjust points", || adjust_once(shop, by, key, member, amount, &reason)).await
}

async fn adjust_once(shop: &Shop, by: &Staff, key: Uuid, member: MemberId, amount: Won, reason: &str) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let mut wallet = ledger::lock(&mut tx, &[member]).await?.remove(&member).ok_or(Failure::NotFound)?;
    let adjusted = sqlx::query!(
        "insert into points_entry (member_id, kind, amount, balance_after, idempotency_key, reason, by_member, created_at)
         select $1, 'adjust', $2, $3::bigint, $4, $5, $6, $7 where $3 >= 0
         on conflict on constraint points_entry_idempotency_key do nothing",
        member,
        amount,
        wallet.balance + amount,
        key,
        reason,
        by.id(),
        at
    )
    .execute(&mut *tx)
    .await?;
    if adjusted.rows_affected() == 0 {
        let before = sqlx::query_scalar!(
            "select amount from points_entry where member_id = $1 and idempotency_key = $2",
            member,
            key
        );
        return match before.fetch_optional(&mut *tx).await? {
            None => Err(Failure::InsufficientPoints.into()),
            Some(before) => same(before, amount),
        };
    }
    let (mut days, mut changes) = (vec![NEVER], vec![amount]);
    if amount < 0 {
        let taken = take(&mut wallet.lots, -amount, kst_date(at)).ok_or(Failure::InsufficientPoints)?;
        (days, changes) = taken.into_iter().map(|lot| (lot.expires_on, -lot.amount)).unzip();
    }
    change_lots(&mut tx, member, &days, &changes).await?;
    sqlx::query!("update points_wallet set balance = balance + $2 where member_id = $1", member, amount)
        .execute(&mut *tx)
        .await?;
    let told = trail::Change {
        act: Act::PointsAdjusted,
        subject: member.to_string(),
        seller: None,
        before: json!({ "balance": wallet.balance }),
        after: json!({ "balance": wallet.balance + amount, "reason": reason }),
    };
    trail::record(&mut tx, &Operator::from(by), at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

async fn change_lots(conn: &mut PgConnection, member: MemberId, days: &[Date], changes: &[Won]) -> Result<()> {
    // An update for what is taken: the row that an insert proposes would already break the check.
    sqlx::query!(
        "update points_lot l set remaining = l.remaining + new.change
         from unnest($2::date[], $3::bigint[]) as new (expires_on, change)
         where l.member_id = $1 and l.expires_on = new.expires_on and new.change < 0",
        member,
        days,
        changes
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into points_lot as l (member_id, expires_on, remaining)
         select $1, expires_on, change from unnest($2::date[], $3::bigint[]) as new (expires_on, change)
         where change > 0
         on conflict (member_id, expires_on) do update set remaining = l.remaining + excluded.remaining",
        member,
        days,
        changes
    )
    .execute(conn)
    .await?;
    Ok(())
}
