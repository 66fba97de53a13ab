//! What other domains do to wallets, inside their transactions and behind the wallets' locks.

use std::collections::BTreeMap;

use contract::{Won, member::MemberId, order::OrderId};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::lot::{Lot, Use, give_back};
use crate::Result;

/// A wallet as loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wallet {
    /// All of it, in won.
    pub balance: Won,
    /// The same by the day that it runs out.
    pub lots: Vec<Lot>,
}

/// Locks wallets, in the order of their members.
pub(crate) async fn lock(conn: &mut PgConnection, members: &[MemberId]) -> Result<BTreeMap<MemberId, Wallet>> {
    let wallets = sqlx::query!(
        "select member_id, balance from points_wallet where member_id = any($1) order by member_id for update",
        members
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut wallets: BTreeMap<MemberId, Wallet> =
        wallets.into_iter().map(|row| (row.member_id, Wallet { balance: row.balance, lots: Vec::new() })).collect();
    // Lots change behind their wallet's lock alone.
    let lots = sqlx::query!(
        "select member_id, expires_on, remaining from points_lot where member_id = any($1) and remaining > 0
         order by member_id, expires_on",
        members
    )
    .fetch_all(conn)
    .await?;
    for row in lots {
        if let Some(wallet) = wallets.get_mut(&row.member_id) {
            wallet.lots.push(Lot { expires_on: row.expires_on, amount: row.remaining });
        }
    }
    Ok(wallets)
}

/// Adds what was charged, which never runs out, under a key that is used once. Answers whether the
/// wallet, of at most `most` won, had room.
pub(crate) async fn charge(
    conn: &mut PgConnection,
    member: MemberId,
    amount: Won,
    most: Won,
    key: Uuid,
    at: OffsetDateTime,
) -> Result<bool> {
    let charged = sqlx::query!(
        "with charged as (
             update points_wallet set balance = balance + $2
             where member_id = $1 and balance <= $3::bigint - $2
             returning balance
         ), lot as (
             insert into points_lot as l (member_id, expires_on, remaining) select $1, '9999-12-31', $2 from charged
             on conflict (member_id, expires_on) do update set remaining = l.remaining + excluded.remaining
         )
         insert into points_entry (member_id, kind, amount, balance_after, idempotency_key, created_at)
         select $1, 'charge', $2, balance, $4, $5 from charged",
        member,
        amount,
        most,
        key,
        at
    )
    .execute(conn)
    .await?;
    Ok(charged.rows_affected() > 0)
}

/// Points paid for an order.
#[derive(Debug, Clone)]
pub(crate) struct Spending {
    pub member: MemberId,
    pub order: OrderId,
    /// What is taken, by lot.
    pub taken: Vec<Lot>,
    /// The balance afterwards, in won.
    pub balance_after: Won,
}

/// Writes spendings, in their order. Those that spend nothing leave no trace.
pub(crate) async fn spend(conn: &mut PgConnection, spendings: &[Spending], at: OffsetDateTime) -> Result<()> {
    let parts = || spendings.iter().flat_map(|one| one.taken.iter().map(move |lot| (one, lot)));
    let orders: Vec<OrderId> = parts().map(|(one, _)| one.order).collect();
    let members: Vec<MemberId> = parts().map(|(one, _)| one.member).collect();
    let days: Vec<Date> = parts().map(|(_, lot)| lot.expires_on).collect();
    let amounts: Vec<Won> = parts().map(|(_, lot)| lot.amount).collect();
    let balances: Vec<Won> = parts().map(|(one, _)| one.balance_after).collect();
    if orders.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with part as (
             select * from unnest($1::uuid[], $2::bigint[], $3::date[], $4::bigint[], $5::bigint[])
                 with ordinality as new (order_id, member_id, expires_on, amount, balance_after, position)
         ), lot as (
             update points_lot l set remaining = l.remaining - sum.amount
             from (select member_id, expires_on, sum(amount)::bigint as amount from part group by 1, 2) sum
             where l.member_id = sum.member_id and l.expires_on = sum.expires_on
         ), used as (
             insert into points_use as u (order_id, expires_on, amount) select order_id, expires_on, amount from part
             on conflict (order_id, expires_on) do update set amount = u.amount + excluded.amount
         ), wallet as (
             update points_wallet w set balance = w.balance - sum.amount
             from (select member_id, sum(amount)::bigint as amount from part group by 1) sum
             where w.member_id = sum.member_id
         )
         insert into points_entry (member_id, kind, amount, balance_after, order_id, created_at)
         select member_id, 'spend', -sum(amount)::bigint, balance_after, order_id, $6
         from part group by member_id, order_id, balance_after order by min(position)",
        &orders,
        &members,
        &days,
        &amounts,
        &balances,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives back `amount` won of what an order spent, to the days that they came from. The wallet is
/// locked here. Answers how much came back: no more than was spent.
pub(crate) async fn restore(
    conn: &mut PgConnection,
    member: MemberId,
    order: OrderId,
    amount: Won,
    at: OffsetDateTime,
) -> Result<Won> {
    sqlx::query!("select balance from points_wallet where member_id = $1 for update", member)
        .fetch_one(&mut *conn)
        .await?;
    let mut uses =
        sqlx::query_as!(Use, "select expires_on, amount, restored from points_use where order_id = $1", order)
            .fetch_all(&mut *conn)
            .await?;
    let back = give_back(&mut uses, amount);
    let total: Won = back.iter().map(|lot| lot.amount).sum();
    if total == 0 {
        return Ok(0);
    }
    let days: Vec<Date> = back.iter().map(|lot| lot.expires_on).collect();
    let amounts: Vec<Won> = back.iter().map(|lot| lot.amount).collect();
    sqlx::query!(
        "with part as (
             select * from unnest($3::date[], $4::bigint[]) as new (expires_on, amount)
         ), lot as (
             insert into points_lot as l (member_id, expires_on, remaining) select $1, expires_on, amount from part
             on conflict (member_id, expires_on) do update set remaining = l.remaining + excluded.remaining
         ), used as (
             update points_use u set restored = u.restored + part.amount
             from part where u.order_id = $2 and u.expires_on = part.expires_on
         ), wallet as (
             update points_wallet set balance = balance + $5 where member_id = $1 returning balance
         )
         insert into points_entry (member_id, kind, amount, balance_after, order_id, created_at)
         select $1, 'restore', $5, balance, $2, $6 from wallet",
        member,
        order,
        &days,
        &amounts,
        total,
        at
    )
    .execute(conn)
    .await?;
    Ok(total)
}

/// Adds what a confirmed purchase earned, good through `expires_on`.
pub(crate) async fn earn(
    conn: &mut PgConnection,
    member: MemberId,
    order: OrderId,
    amount: Won,
    expires_on: Date,
    at: OffsetDateTime,
) -> Result<()> {
    if amount == 0 {
        return Ok(());
    }
    sqlx::query!(
        "with wallet as (
             update points_wallet set balance = balance + $3 where member_id = $1 returning balance
         ), lot as (
             insert into points_lot as l (member_id, expires_on, remaining) select $1, $4, $3 from wallet
             on conflict (member_id, expires_on) do update set remaining = l.remaining + excluded.remaining
         )
         insert into points_entry (member_id, kind, amount, balance_after, order_id, expires_on, created_at)
         select $1, 'earn', $3, balance, $2, $4, $5 from wallet",
        member,
        order,
        amount,
        expires_on,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}
