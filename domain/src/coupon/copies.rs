//! The coupons of a campaign: who has them, and taking one back.

use contract::{
    Failure,
    coupon::{CampaignId, CouponId, CouponStatus},
    form::{Flaws, line},
    member::MemberId,
    order::OrderId,
    table::{Cursor, Rows},
    trail::Act,
};
use serde_json::json;
use time::OffsetDateTime;

use crate::{
    Result, Shop,
    member::{Operator, Staff},
    plan::planned,
    product::literal,
    trail,
    words::{read, word},
};

/// Which coupons are asked for.
#[derive(Debug, Clone, Default)]
pub struct Copies {
    /// How the address of their owner begins; may be empty.
    pub email: String,
    /// Only those that stand so.
    pub status: Option<CouponStatus>,
}

/// A coupon as a member has it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The coupon.
    pub id: CouponId,
    /// Whose it is,
    pub member: MemberId,
    /// by name,
    pub name: String,
    /// and by address.
    pub email: String,
    /// Where it stands.
    pub status: CouponStatus,
    /// When it was issued, in UTC.
    pub issued_at: OffsetDateTime,
    /// It can be used until then, in UTC.
    pub expires_at: OffsetDateTime,
    /// The order that holds or used it.
    pub order: Option<OrderId>,
    /// Why it was taken back; empty where it was not.
    pub reason: String,
}

/// The coupons of a campaign, the newest first, those behind `after`: `limit` at most.
///
/// # Errors
/// Where the database is away.
pub async fn copies(
    shop: &Shop,
    _by: &Staff,
    campaign: CampaignId,
    filter: &Copies,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Held>> {
    let email = filter.email.trim().to_lowercase();
    let email = (!email.is_empty()).then(|| format!("{}%", literal(&email)));
    let now = shop.now();
    let mut tx = planned(shop).await?;
    let rows = sqlx::query!(
        "select c.coupon_id, c.member_id, m.name, m.email, c.status, c.issued_at, c.expires_at, c.order_id, c.revoke_reason
         from coupon c join member m using (member_id)
         where c.campaign_id = $1 and ($2::text is null or m.email like $2) and ($3::text is null or c.status = $3)
           and ($4::uuid is null or c.coupon_id < $4)
         order by c.coupon_id desc limit $5",
        campaign,
        email,
        filter.status.map(word).transpose()?,
        after.and_then(Cursor::id::<CouponId>),
        limit + 1
    )
    .fetch_all(&mut *tx)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let status: CouponStatus = read(&row.status)?;
        let over = status == CouponStatus::Available && row.expires_at <= now;
        Ok(Held {
            id: row.coupon_id,
            member: row.member_id,
            name: row.name,
            email: row.email,
            status: if over { CouponStatus::Expired } else { status },
            issued_at: row.issued_at,
            expires_at: row.expires_at,
            order: row.order_id,
            reason: row.revoke_reason,
        })
    });
    let rows = rows.collect::<Result<_>>()?;
    Ok(Rows::cut(rows, limit, |row: &Held| Cursor { value: String::new(), id: row.id.to_string() }))
}

/// Takes a coupon back that can still be used, with its reason. Taken back before, it stays so.
///
/// # Errors
/// [`Failure::Invalid`] for the reason, [`Failure::NotFound`], [`Failure::StatusChanged`] where it is
/// held, used or over.
pub async fn revoke(shop: &Shop, by: &Staff, campaign: CampaignId, id: CouponId, reason: &str) -> Result<()> {
    let reason = line(reason, 100).map_err(|flaw| Failure::Invalid(Flaws::one("reason", flaw)))?;
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let coupon = locked(&mut tx, campaign, id).await?;
    if coupon.status == CouponStatus::Revoked {
        return Ok(());
    }
    if coupon.status != CouponStatus::Available || coupon.expires_at <= at {
        return Err(Failure::StatusChanged.into());
    }
    sqlx::query!(
        "update coupon set status = 'revoked', revoked_at = $2, revoke_reason = $3 where coupon_id = $1",
        id,
        at,
        reason
    )
    .execute(&mut *tx)
    .await?;
    let told = trail::Change {
        act: Act::CouponRevoked,
        subject: id.to_string(),
        seller: None,
        before: json!({ "status": "available" }),
        after: json!({ "status": "revoked", "reason": reason, "campaign": campaign, "member": coupon.member }),
    };
    trail::record(&mut tx, &Operator::from(by), at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives back a coupon that was taken back; where its time is over, it has run out. Given back before,
/// it stays so.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn restore(shop: &Shop, by: &Staff, campaign: CampaignId, id: CouponId) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let coupon = locked(&mut tx, campaign, id).await?;
    if coupon.status != CouponStatus::Revoked {
        return Ok(());
    }
    let status = if coupon.expires_at > at { "available" } else { "expired" };
    sqlx::query!(
        "update coupon set status = $2, revoked_at = null, revoke_reason = '' where coupon_id = $1",
        id,
        status
    )
    .execute(&mut *tx)
    .await?;
    let told = trail::Change {
        act: Act::CouponRestored,
        subject: id.to_string(),
        seller: None,
        before: json!({ "status": "revoked" }),
        after: json!({ "status": status, "campaign": campaign, "member": coupon.member }),
    };
    trail::record(&mut tx, &Operator::from(by), at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

struct Locked {
    member: MemberId,
    status: CouponStatus,
    expires_at: OffsetDateTime,
}

async fn locked(conn: &mut sqlx::PgConnection, campaign: CampaignId, id: CouponId) -> Result<Locked> {
    let row = sqlx::query!(
        "select member_id, status, expires_at from coupon where coupon_id = $1 and campaign_id = $2 for update",
        id,
        campaign
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Failure::NotFound)?;
    Ok(Locked { member: row.member_id, status: read(&row.status)?, expires_at: row.expires_at })
}
