//! The coupons that members have.

use contract::{
    Failure,
    coupon::{CampaignId, CouponId, CouponStatus, Terms},
    member::MemberId,
    table::{Cursor, Rows},
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::benefit;
use crate::{
    Result, Shop, keyset,
    member::{Shopper, Staff},
    words::read,
};

/// Coupons that are shown in one piece.
const SHOWN: i64 = 200;

/// A member's coupon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// The coupon.
    pub id: CouponId,
    /// Its campaign.
    pub campaign: CampaignId,
    /// What members read.
    pub name: String,
    /// What comes off, and from what.
    pub terms: Terms,
    /// Where it stands.
    pub status: CouponStatus,
    /// When it was issued, in UTC.
    pub issued_at: OffsetDateTime,
    /// It can be used until then, in UTC.
    pub expires_at: OffsetDateTime,
}

impl Coupon {
    /// Whether it can be used at this time.
    pub fn is_usable(&self, now: OffsetDateTime) -> bool {
        self.status == CouponStatus::Available && self.expires_at > now
    }
}

/// One's own coupons, the newest first, two hundred at most.
///
/// # Errors
/// Where the database is away.
pub async fn mine(shop: &Shop, by: &Shopper) -> Result<Vec<Coupon>> {
    list(shop, by.id(), None, SHOWN).await
}

/// A member's coupons, in the same way.
///
/// # Errors
/// Where the database is away.
pub async fn of_member(shop: &Shop, _by: &Staff, member: MemberId) -> Result<Vec<Coupon>> {
    list(shop, member, None, SHOWN).await
}

/// A page of one's own coupons, the newest first, those behind `after`: `limit` at most.
///
/// # Errors
/// Where the database is away.
pub async fn page(shop: &Shop, by: &Shopper, after: Option<&Cursor>, limit: i64) -> Result<Rows<Coupon>> {
    let rows = list(shop, by.id(), after, limit + 1).await?;
    Ok(Rows::cut(rows, limit, |row| keyset::cursor(row.issued_at, row.id)))
}

/// One of one's own coupons.
///
/// # Errors
/// [`Failure::NotFound`], for another member's too.
pub async fn own(shop: &Shop, by: &Shopper, id: CouponId) -> Result<Coupon> {
    one(shop, Some(by.id()), id).await
}

/// Anybody's coupon.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn given(shop: &Shop, _by: &Staff, id: CouponId) -> Result<Coupon> {
    one(shop, None, id).await
}

async fn list(shop: &Shop, member: MemberId, after: Option<&Cursor>, limit: i64) -> Result<Vec<Coupon>> {
    let before = keyset::moment(after).zip(after.and_then(Cursor::id::<CouponId>));
    // None was issued later than that.
    let (at, id) = before.unwrap_or((shop.now() + Duration::days(36_500), Uuid::max()));
    let rows = sqlx::query_as!(
        Row,
        "select coupon_id, campaign_id, name, discount_kind, discount_value, max_discount, min_order, products, categories,
                status, issued_at, expires_at
         from coupon join coupon_campaign using (campaign_id)
         where member_id = $1 and (issued_at, coupon_id) < ($2, $3)
         order by issued_at desc, coupon_id desc limit $4",
        member,
        at,
        id,
        limit
    )
    .fetch_all(&shop.db)
    .await?;
    rows.into_iter().map(|row| row.read(shop.now())).collect()
}

async fn one(shop: &Shop, member: Option<MemberId>, id: CouponId) -> Result<Coupon> {
    let row = sqlx::query_as!(
        Row,
        "select coupon_id, campaign_id, name, discount_kind, discount_value, max_discount, min_order, products, categories,
                status, issued_at, expires_at
         from coupon join coupon_campaign using (campaign_id)
         where coupon_id = $1 and ($2::bigint is null or member_id = $2)",
        id,
        member
    )
    .fetch_optional(&shop.db)
    .await?;
    row.ok_or(Failure::NotFound)?.read(shop.now())
}

struct Row {
    coupon_id: CouponId,
    campaign_id: CampaignId,
    name: String,
    discount_kind: String,
    discount_value: i64,
    max_discount: Option<i64>,
    min_order: i64,
    products: Vec<i64>,
    categories: Vec<i64>,
    status: String,
    issued_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

impl Row {
    fn read(self, now: OffsetDateTime) -> Result<Coupon> {
        let status: CouponStatus = read(&self.status)?;
        let over = status == CouponStatus::Available && self.expires_at <= now;
        Ok(Coupon {
            id: self.coupon_id,
            campaign: self.campaign_id,
            name: self.name,
            terms: Terms {
                benefit: benefit(&self.discount_kind, self.discount_value, self.max_discount),
                min_order: self.min_order,
                products: self.products,
                categories: self.categories,
            },
            status: if over { CouponStatus::Expired } else { status },
            issued_at: self.issued_at,
            expires_at: self.expires_at,
        })
    }
}
