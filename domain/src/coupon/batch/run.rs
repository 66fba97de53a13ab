//! Issuing to chosen members, so many in one transaction: never more than there are, and to nobody
//! more than one may have.

use std::time::{Duration, Instant};

use contract::{
    Failure,
    coupon::{CampaignId, CouponId},
    member::MemberId,
    trail::Act,
};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Result, Shop,
    coupon::{campaign::record, issue::issued_event},
    event,
    member::Staff,
    retry::retry,
};

/// Members who are decided about in one transaction, which holds the campaign.
const CHUNK: i64 = 5_000;

/// Who confirmed waits so long at most; the rest goes on without them.
const PATIENCE: Duration = Duration::from_secs(3);

/// Lets chosen members have their coupons: as many as are decided about within some seconds, the others
/// by [`run`]. Confirmed before, it stays so.
///
/// # Errors
/// [`Failure::NotFound`]; [`Failure::CampaignClosed`] where none is issued now.
pub async fn confirm(shop: &Shop, by: &Staff, campaign: CampaignId, id: Uuid) -> Result<()> {
    retry("confirm a batch", || confirm_once(shop, by, campaign, id)).await?;
    let began = Instant::now();
    while began.elapsed() < PATIENCE && go_on(shop, id).await? > 0 {}
    Ok(())
}

async fn confirm_once(shop: &Shop, by: &Staff, campaign: CampaignId, id: Uuid) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let batch = sqlx::query!(
        r#"select b.confirmed_at, b.chosen,
                  k.starts_at <= $3 and k.ends_at > $3 and k.stopped_at is null as "open!"
           from coupon_batch b join coupon_campaign k using (campaign_id)
           where b.coupon_batch_id = $1 and b.campaign_id = $2 for update of b"#,
        id,
        campaign,
        at
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    if batch.confirmed_at.is_some() {
        return Ok(());
    }
    if !batch.open {
        return Err(Failure::CampaignClosed.into());
    }
    sqlx::query!("update coupon_batch set confirmed_at = $2 where coupon_batch_id = $1", id, at)
        .execute(&mut *tx)
        .await?;
    let after = json!({ "batch": id, "members": batch.chosen });
    record(&mut tx, shop, by, Act::CouponsIssued, campaign, json!({}), after).await?;
    tx.commit().await?;
    Ok(())
}

/// Decides about the next members of every batch that was confirmed. Answers about how many: call it
/// again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn run(shop: &Shop) -> Result<usize> {
    let open = sqlx::query_scalar!(
        "select coupon_batch_id from coupon_batch where confirmed_at is not null and done_at is null
         order by confirmed_at limit 10"
    )
    .fetch_all(&shop.db)
    .await?;
    let mut decided = 0;
    for id in open {
        decided += go_on(shop, id).await?;
    }
    Ok(decided)
}

/// Decides about the next members of one batch. Answers about how many.
///
/// # Errors
/// Where the database is away.
pub async fn go_on(shop: &Shop, id: Uuid) -> Result<usize> {
    retry("issue to a batch", || go_on_once(shop, id)).await
}

async fn go_on_once(shop: &Shop, id: Uuid) -> Result<usize> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    // The batch first, then its campaign: two who go on with one do so one after the other.
    let batch = sqlx::query!(
        "select campaign_id from coupon_batch
         where coupon_batch_id = $1 and confirmed_at is not null and done_at is null for update",
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(batch) = batch else { return Ok(0) };
    let campaign = sqlx::query!(
        r#"select quantity - issued as "left", per_member, valid_days,
                  starts_at <= $2 and ends_at > $2 and stopped_at is null as "open!"
           from coupon_campaign where campaign_id = $1 for update"#,
        batch.campaign_id,
        at
    )
    .fetch_one(&mut *tx)
    .await?;
    let waiting = sqlx::query_as!(
        Waiting,
        r#"select w.member_id as member, coalesce(c.number, 0) as "number!"
           from (select member_id from coupon_batch_member where coupon_batch_id = $1 order by member_id limit $3) w
           left join lateral (select max(number) as number from coupon
                              where campaign_id = $2 and member_id = w.member_id) c on true
           order by w.member_id"#,
        id,
        batch.campaign_id,
        CHUNK
    )
    .fetch_all(&mut *tx)
    .await?;
    let left =
        if campaign.open { campaign.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(0)) } else { 0 };
    let decided = decide(&waiting, left, campaign.per_member);
    issue(&mut tx, batch.campaign_id, &decided.issued, at, campaign.valid_days).await?;
    let members: Vec<MemberId> = waiting.iter().map(|one| one.member).collect();
    sqlx::query!("delete from coupon_batch_member where coupon_batch_id = $1 and member_id = any($2)", id, &members)
        .execute(&mut *tx)
        .await?;
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    sqlx::query!(
        "update coupon_batch set issued = issued + $2, had = had + $3, missed = missed + $4,
             done_at = case when exists (select from coupon_batch_member where coupon_batch_id = $1) then null
                            else $5::timestamptz end
         where coupon_batch_id = $1",
        id,
        count(decided.issued.len()),
        count(decided.had),
        count(decided.missed),
        at
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(waiting.len())
}

/// Who waits for a coupon, with the number of the last one that they have.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    member: MemberId,
    number: i32,
}

/// What was decided about those who wait.
#[derive(Debug, Default)]
struct Decided {
    issued: Vec<Waiting>,
    had: usize,
    missed: usize,
}

fn decide(waiting: &[Waiting], left: usize, per_member: i32) -> Decided {
    let mut decided = Decided::default();
    for one in waiting {
        if one.number >= per_member {
            decided.had += 1;
        } else if decided.issued.len() >= left {
            decided.missed += 1;
        } else {
            decided.issued.push(*one);
        }
    }
    decided
}

async fn issue(
    conn: &mut sqlx::PgConnection,
    campaign: CampaignId,
    issued: &[Waiting],
    at: OffsetDateTime,
    valid_days: i32,
) -> Result<()> {
    if issued.is_empty() {
        return Ok(());
    }
    let ids: Vec<CouponId> = issued.iter().map(|_| Uuid::now_v7()).collect();
    let members: Vec<MemberId> = issued.iter().map(|one| one.member).collect();
    let numbers: Vec<i32> = issued.iter().map(|one| one.number + 1).collect();
    sqlx::query!(
        "with issued as (
             insert into coupon (coupon_id, campaign_id, member_id, number, issued_at, expires_at)
             select coupon_id, $1, member_id, number, $5, $6
             from unnest($2::uuid[], $3::bigint[], $4::int[]) as new (coupon_id, member_id, number)
             returning 1
         )
         update coupon_campaign set issued = issued + (select count(*) from issued) where campaign_id = $1",
        campaign,
        &ids,
        &members,
        &numbers,
        at,
        at + time::Duration::days(valid_days.into())
    )
    .execute(&mut *conn)
    .await?;
    let events: Vec<_> = ids.iter().zip(&members).map(|(id, member)| issued_event(*id, campaign, *member)).collect();
    event::append(conn, &events).await
}
