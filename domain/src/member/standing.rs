//! Who may come in, and who belongs to the staff. Nobody decides about themselves, and whoever
//! decides is still of the staff when it is done: so the last one always stays.

use contract::{
    Failure,
    form::{Flaws, line},
    member::MemberId,
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;

use super::{Operator, Staff};
use crate::{Result, Shop, notification, retry::retry, trail};

/// Members that are blocked, or let in, at once.
pub const MOST_AT_ONCE: usize = 1_000;

/// Blocks members, for a reason: their sessions and the streams of their open pages end at once,
/// and none comes back to life when they are let in again. Who is blocked already stays so. Answers
/// how many were blocked.
///
/// # Errors
/// [`Failure::Invalid`] without a reason, [`Failure::OwnAccount`] where one's own is among them,
/// [`Failure::NotFound`] where one of them does not exist, [`Failure::BadRequest`] for more than
/// [`MOST_AT_ONCE`].
pub async fn block(shop: &Shop, by: &Staff, members: &[MemberId], reason: &str) -> Result<usize> {
    let reason = line(reason, 200).map_err(|flaw| Failure::Invalid(Flaws::one("reason", flaw)))?;
    let members = distinct(members)?;
    if members.contains(&by.id()) {
        return Err(Failure::OwnAccount.into());
    }
    retry("block members", || block_once(shop, by, &members, &reason)).await
}

async fn block_once(shop: &Shop, by: &Staff, members: &[MemberId], reason: &str) -> Result<usize> {
    let mut tx = shop.db.begin().await?;
    still_staff(&mut tx, by).await?;
    exist(&mut tx, members).await?;
    let blocked = sqlx::query_scalar!(
        "update member set status = 'blocked', password_generation = password_generation + 1
         where member_id in (select member_id from member where member_id = any($1) and status = 'active'
                             order by member_id for no key update)
         returning member_id",
        members
    )
    .fetch_all(&mut *tx)
    .await?;
    let told: Vec<_> = blocked
        .iter()
        .map(|member| trail::Change {
            act: Act::MemberBlocked,
            subject: member.to_string(),
            seller: None,
            before: json!({ "status": "active" }),
            after: json!({ "status": "blocked", "reason": reason }),
        })
        .collect();
    trail::record(&mut tx, &Operator::from(by), shop.now(), &told).await?;
    // A stream asks who it tells before each word: this one ends those of the blocked.
    sqlx::query!(
        r#"select pg_notify($2, member::text)::text as "told" from unnest($1::bigint[]) as member"#,
        &blocked,
        notification::CHANNEL
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(blocked.len())
}

/// Lets members in again; they sign in anew. Who is not blocked stays so. Answers how many were let
/// in.
///
/// # Errors
/// As [`block`], but for a reason.
pub async fn unblock(shop: &Shop, by: &Staff, members: &[MemberId]) -> Result<usize> {
    let members = distinct(members)?;
    retry("unblock members", || unblock_once(shop, by, &members)).await
}

async fn unblock_once(shop: &Shop, by: &Staff, members: &[MemberId]) -> Result<usize> {
    let mut tx = shop.db.begin().await?;
    still_staff(&mut tx, by).await?;
    exist(&mut tx, members).await?;
    let let_in = sqlx::query_scalar!(
        "update member set status = 'active'
         where member_id in (select member_id from member where member_id = any($1) and status = 'blocked'
                             order by member_id for no key update)
         returning member_id",
        members
    )
    .fetch_all(&mut *tx)
    .await?;
    let told: Vec<_> = let_in
        .iter()
        .map(|member| trail::Change {
            act: Act::MemberUnblocked,
            subject: member.to_string(),
            seller: None,
            before: json!({ "status": "blocked" }),
            after: json!({ "status": "active" }),
        })
        .collect();
    trail::record(&mut tx, &Operator::from(by), shop.now(), &told).await?;
    tx.commit().await?;
    Ok(let_in.len())
}

/// Gives a member the staff's role, or takes it: who sells goes on selling. There already, it stays
/// so.
///
/// # Errors
/// [`Failure::OwnAccount`] for one's own, [`Failure::NotFound`], [`Failure::StatusChanged`] for a
/// member who is blocked.
pub async fn set_staff(shop: &Shop, by: &Staff, member: MemberId, staff: bool) -> Result<()> {
    if member == by.id() {
        return Err(Failure::OwnAccount.into());
    }
    retry("set role", || set_staff_once(shop, by, member, staff)).await
}

async fn set_staff_once(shop: &Shop, by: &Staff, member: MemberId, staff: bool) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    still_staff(&mut tx, by).await?;
    let before = sqlx::query!(
        r#"select role, status = 'active' as "active!", exists (select from seller where member_id = $1) as "sells!"
           from member where member_id = $1 for no key update"#,
        member
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    if staff && !before.active {
        return Err(Failure::StatusChanged.into());
    }
    let role = match (staff, before.role.as_str()) {
        (true, _) => "staff",
        (false, "staff") if before.sells => "seller",
        (false, "staff") => "shopper",
        (false, other) => other,
    };
    sqlx::query!("update member set role = $2 where member_id = $1", member, role).execute(&mut *tx).await?;
    let told = trail::Change {
        act: Act::MemberRoleChanged,
        subject: member.to_string(),
        seller: None,
        before: json!({ "role": before.role }),
        after: json!({ "role": role }),
    };
    trail::record(&mut tx, &Operator::from(by), shop.now(), &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether whoever holds a session from just before a member was blocked is that member. Nobody
/// else is told that there is such a member.
///
/// # Errors
/// Where the database is away.
pub async fn was_blocked(shop: &Shop, id: MemberId, generation: i32) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from member where member_id = $1 and status = 'blocked'
                          and password_generation = $2::int + 1) as "is!""#,
        id,
        generation
    );
    Ok(found.fetch_one(&shop.db).await?)
}

/// Makes those who decide about members take turns, and turns away who is not of the staff any
/// more: of two who block each other one is left.
async fn still_staff(conn: &mut PgConnection, by: &Staff) -> Result<()> {
    let staff = sqlx::query_scalar!(
        "select member_id from member where role = 'staff' and status = 'active' order by member_id for no key update"
    )
    .fetch_all(conn)
    .await?;
    if staff.contains(&by.id()) { Ok(()) } else { Err(Failure::NotFound.into()) }
}

async fn exist(conn: &mut PgConnection, members: &[MemberId]) -> Result<()> {
    let found = sqlx::query_scalar!(r#"select count(*) as "count!" from member where member_id = any($1)"#, members)
        .fetch_one(conn)
        .await?;
    if usize::try_from(found).is_ok_and(|found| found == members.len()) {
        Ok(())
    } else {
        Err(Failure::NotFound.into())
    }
}

fn distinct(members: &[MemberId]) -> Result<Vec<MemberId>> {
    let mut members = members.to_vec();
    members.sort_unstable();
    members.dedup();
    if members.is_empty() || members.len() > MOST_AT_ONCE { Err(Failure::BadRequest.into()) } else { Ok(members) }
}
