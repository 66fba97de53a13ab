//! What a campaign has come to: where its coupons stand, and what was sold with them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use contract::{Won, coupon::CampaignId};

use crate::{Result, Shop, member::Staff};

/// A tally is good for so many times as long as it took to add up: however large a campaign, looking
/// at it takes a twentieth of one connection at most.
const WORTH: u32 = 20;

/// What took less is added up anew each time.
const CHEAP: Duration = Duration::from_millis(50);

/// What one campaign has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Coupons that members can use.
    pub available: i64,
    /// Kept for orders that are not paid.
    pub held: i64,
    /// Used.
    pub used: i64,
    /// Their time is over.
    pub expired: i64,
    /// Taken back.
    pub revoked: i64,
    /// What was given as discount and not taken back by a refund, in won.
    pub discount: Won,
    /// What was paid for orders with a coupon and not given back, in won.
    pub turnover: Won,
}

/// Tallies that are still good.
#[derive(Debug, Clone, Default)]
pub struct Tallies(Arc<Mutex<BTreeMap<CampaignId, (Tally, Instant)>>>);

impl Tallies {
    fn get(&self, id: CampaignId) -> Option<Tally> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (_, until)| *until > Instant::now());
        kept.get(&id).map(|(tally, _)| *tally)
    }

    fn keep(&self, id: CampaignId, tally: Tally, took: Duration) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(id, (tally, Instant::now() + took * WORTH));
    }
}

/// What a campaign has come to; a large one may be some seconds old.
///
/// # Errors
/// Where the database is away.
pub async fn tally(shop: &Shop, _by: &Staff, id: CampaignId) -> Result<Tally> {
    if let Some(tally) = shop.tallies.get(id) {
        return Ok(tally);
    }
    let began = Instant::now();
    let tally = sqlx::query_as!(
        Tally,
        r#"with standing as (
               select status, count(*) as count from coupon where campaign_id = $1 group by status
           ), late as (
               -- Their time is over, and nobody has taken them away yet.
               select count(*) as count from coupon
               where campaign_id = $1 and status = 'available' and expires_at <= $2
           ), sold as (
               select coalesce(sum(o.discount_total - coalesce(r.discount, 0)), 0)::bigint as discount,
                      coalesce(sum(o.total - o.refunded_total), 0)::bigint as turnover
               from coupon c join "order" o using (order_id)
               left join lateral (select sum(discount) as discount from refund
                                  where o.refunded_total > 0 and refund.order_id = o.order_id) r on true
               where c.campaign_id = $1 and c.status = 'used'
           )
           select coalesce((select count from standing where status = 'available'), 0) - late.count as "available!",
                  coalesce((select count from standing where status = 'held'), 0) as "held!",
                  coalesce((select count from standing where status = 'used'), 0) as "used!",
                  coalesce((select count from standing where status = 'expired'), 0) + late.count as "expired!",
                  coalesce((select count from standing where status = 'revoked'), 0) as "revoked!",
                  sold.discount as "discount!", sold.turnover as "turnover!"
           from late, sold"#,
        id,
        shop.now()
    )
    .fetch_one(&shop.db)
    .await?;
    let took = began.elapsed();
    if took > CHEAP {
        shop.tallies.keep(id, tally, took);
    }
    Ok(tally)
}
