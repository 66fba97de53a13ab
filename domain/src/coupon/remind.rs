//! Coupons that run out soon.

use serde_json::json;
use time::Duration;

use crate::{
    Result, Shop,
    event::{self, NewEvent},
};

/// So long before it runs out, a coupon's owner is told.
const AHEAD: Duration = Duration::days(3);

/// Appends `coupon.expiring` for each coupon that runs out within three days, once, a hundred at
/// most. Answers how many: call it again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn remind(shop: &Shop) -> Result<usize> {
    let now = shop.now();
    let mut tx = shop.db.begin().await?;
    let due = sqlx::query!(
        "with due as (
             select coupon_id from coupon
             where status = 'available' and reminded_at is null and expires_at > $1 and expires_at <= $2
             order by expires_at limit 100 for update skip locked
         )
         update coupon c set reminded_at = $1
         from due, coupon_campaign g
         where c.coupon_id = due.coupon_id and g.campaign_id = c.campaign_id
         returning c.coupon_id, c.member_id, c.expires_at, g.name",
        now,
        now + AHEAD
    )
    .fetch_all(&mut *tx)
    .await?;
    let events = due.iter().map(|coupon| NewEvent {
        name: "coupon.expiring",
        subject: coupon.coupon_id.to_string(),
        payload: json!({
            "coupon_id": coupon.coupon_id, "member_id": coupon.member_id, "name": coupon.name,
            "expires_at": coupon.expires_at.unix_timestamp_nanos() / 1_000_000,
        }),
    });
    event::append(&mut tx, &events.collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(due.len())
}
