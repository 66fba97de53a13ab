//! Coupons: campaigns by staff, and the coupons that members get, hold and use.

mod affected;
pub mod batch;
mod campaign;
mod copies;
mod issue;
pub(crate) mod ledger;
mod remind;
mod table;
mod tally;

use contract::{
    Won,
    coupon::{Benefit, CampaignId, CouponId, CouponStatus, PricedLine, Terms, Unusable},
    member::MemberId,
};
use time::OffsetDateTime;

pub use affected::{Affected, Priced, affected};
pub use campaign::{Campaign, MOST_USED, check, create, find, resume, stop};
pub use copies::{Copies, Held, copies, restore, revoke};
pub(crate) use issue::welcome;
pub use issue::{Offer, download, give, offers, redeem};
pub use ledger::Kept;
pub use remind::remind;
pub use table::{CampaignFilter, list};
pub use tally::{Tallies, Tally, tally};

use crate::{
    Result, Shop,
    member::{Shopper, Staff},
    words::read,
};

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
    of(shop, by.id()).await
}

/// A member's coupons, in the same way.
///
/// # Errors
/// Where the database is away.
pub async fn of_member(shop: &Shop, _by: &Staff, member: MemberId) -> Result<Vec<Coupon>> {
    of(shop, member).await
}

async fn of(shop: &Shop, member: MemberId) -> Result<Vec<Coupon>> {
    let rows = sqlx::query!(
        "select coupon_id, campaign_id, name, discount_kind, discount_value, max_discount, min_order, products, categories,
                status, expires_at
         from coupon join coupon_campaign using (campaign_id)
         where member_id = $1 order by coupon_id desc limit 200",
        member
    )
    .fetch_all(&shop.db)
    .await?;
    let now = shop.now();
    rows.into_iter()
        .map(|row| {
            let status: CouponStatus = read(&row.status)?;
            let over = status == CouponStatus::Available && row.expires_at <= now;
            Ok(Coupon {
                id: row.coupon_id,
                campaign: row.campaign_id,
                name: row.name,
                terms: Terms {
                    benefit: benefit(&row.discount_kind, row.discount_value, row.max_discount),
                    min_order: row.min_order,
                    products: row.products,
                    categories: row.categories,
                },
                status: if over { CouponStatus::Expired } else { status },
                expires_at: row.expires_at,
            })
        })
        .collect()
}

/// A coupon beside what it does to a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The coupon.
    pub coupon: Coupon,
    /// What comes off, in won, or why nothing does.
    pub discount: Result<Won, Unusable>,
}

/// One's own usable coupons beside what each does to these lines: the best first, those that
/// cannot be used last. Of two that take off as much, the one that ends earlier is better.
///
/// # Errors
/// Where the database is away.
pub async fn choices(shop: &Shop, by: &Shopper, lines: &[PricedLine]) -> Result<Vec<Choice>> {
    let now = shop.now();
    let usable = mine(shop, by).await?.into_iter().filter(|coupon| coupon.is_usable(now));
    let mut choices: Vec<Choice> = usable
        .map(|coupon| {
            let discount = coupon.terms.discount(lines).map(|parts| parts.iter().sum());
            Choice { coupon, discount }
        })
        .collect();
    choices.sort_by_key(|choice| {
        (std::cmp::Reverse(*choice.discount.as_ref().unwrap_or(&-1)), choice.coupon.expires_at, choice.coupon.id)
    });
    Ok(choices)
}

/// Takes away the coupons whose time is over. Answers how many.
///
/// # Errors
/// Where the database is away.
pub async fn expire(shop: &Shop) -> Result<usize> {
    let over = sqlx::query!(
        "update coupon set status = 'expired'
         where coupon_id in (select coupon_id from coupon where status = 'available' and expires_at <= $1
                             order by coupon_id limit 1000 for update skip locked)",
        shop.now()
    )
    .execute(&shop.db)
    .await?;
    Ok(usize::try_from(over.rows_affected()).unwrap_or(usize::MAX))
}

pub(crate) fn benefit(kind: &str, value: i64, max: Option<Won>) -> Benefit {
    if kind == "percent" { Benefit::Percent { percent: value, max } } else { Benefit::Amount(value) }
}
