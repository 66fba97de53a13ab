//! What orders do to coupons, inside their transactions.

use std::collections::BTreeMap;

use contract::{
    coupon::{CouponId, CouponStatus, Terms},
    member::MemberId,
    order::OrderId,
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::benefit;
use crate::{
    Result,
    words::{read, word},
};

/// A coupon as loaded for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Whose it is.
    pub member: MemberId,
    /// What comes off, and from what.
    pub terms: Terms,
    /// Where it stands.
    pub status: CouponStatus,
    /// It can be used until then, in UTC.
    pub expires_at: OffsetDateTime,
}

/// Locks coupons, in the order of their ids.
pub(crate) async fn lock(conn: &mut PgConnection, ids: &[CouponId]) -> Result<BTreeMap<CouponId, Kept>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query!(
        "select coupon_id, member_id, discount_kind, discount_value, max_discount, min_order, products, categories,
                status, expires_at
         from coupon c join coupon_campaign using (campaign_id)
         where coupon_id = any($1) order by coupon_id for update of c",
        ids
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let terms = Terms {
                benefit: benefit(&row.discount_kind, row.discount_value, row.max_discount),
                min_order: row.min_order,
                products: row.products,
                categories: row.categories,
            };
            let (member, expires_at) = (row.member_id, row.expires_at);
            Ok((row.coupon_id, Kept { member, terms, status: read(&row.status)?, expires_at }))
        })
        .collect()
}

/// Ties coupons to the orders that hold or use them.
pub(crate) async fn take(conn: &mut PgConnection, taken: &[(CouponId, OrderId, CouponStatus)]) -> Result<()> {
    if taken.is_empty() {
        return Ok(());
    }
    let ids: Vec<CouponId> = taken.iter().map(|(id, ..)| *id).collect();
    let orders: Vec<OrderId> = taken.iter().map(|(_, order, _)| *order).collect();
    let statuses: Vec<String> = taken.iter().map(|(.., status)| word(*status)).collect::<Result<_>>()?;
    sqlx::query!(
        "update coupon c set status = new.status, order_id = new.order_id
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as new (coupon_id, order_id, status)
         where c.coupon_id = new.coupon_id",
        &ids,
        &orders,
        &statuses
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives the coupon of an order back: available again, or expired where its time is over.
pub(crate) async fn release(
    conn: &mut PgConnection,
    order: OrderId,
    coupon: CouponId,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "update coupon set status = case when expires_at > $3 then 'available' else 'expired' end, order_id = null
         where coupon_id = $1 and order_id = $2 and status in ('held', 'used')",
        coupon,
        order,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}
