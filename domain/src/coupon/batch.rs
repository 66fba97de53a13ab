//! Coupons for chosen members: chosen first, then looked at, then issued in sets.

mod choose;
mod run;

use contract::{Failure, coupon::CampaignId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Result, Shop, member::Staff};

pub use choose::{MOST_CHOSEN, MOST_LINES, MOST_TYPED, Wanted, by_address, by_file, by_filter};
pub use run::{confirm, go_on, run};

/// Addresses of nobody that are told.
const TOLD: i32 = 100;

/// Members who were chosen for a coupon, and what became of it.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its id, of the form that chose them.
    pub id: Uuid,
    /// The campaign.
    pub campaign: CampaignId,
    /// When they were chosen, in UTC.
    pub created_at: OffsetDateTime,
    /// Whether they shall get their coupons.
    pub confirmed: bool,
    /// Whether all of them were decided about.
    pub done: bool,
    /// How many were chosen.
    pub chosen: i32,
    /// How many got a coupon.
    pub issued: i32,
    /// How many had as many as one may have.
    pub had: i32,
    /// How many got none, since none was left or the campaign was closed.
    pub missed: i32,
    /// Of those who were not decided about, how many have as many as one may have.
    pub have_now: i64,
    /// How many coupons are left; `None` where there is no limit.
    pub left: Option<i32>,
    /// Whether coupons of the campaign are issued now.
    pub open: bool,
    /// How many addresses belong to nobody,
    pub unknown: i32,
    /// and the first of them.
    pub unknown_first: Vec<String>,
}

impl Batch {
    /// Those who were decided about.
    pub const fn decided(&self) -> i32 {
        self.issued + self.had + self.missed
    }

    /// How many coupons would be issued now.
    pub fn would_issue(&self) -> i64 {
        let wanting = (i64::from(self.chosen - self.decided()) - self.have_now).max(0);
        self.left.map_or(wanting, |left| wanting.min(left.into()))
    }
}

/// Members who were chosen.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn find(shop: &Shop, _by: &Staff, campaign: CampaignId, id: Uuid) -> Result<Batch> {
    let row = sqlx::query!(
        r#"select b.created_at, b.confirmed_at is not null as "confirmed!", b.done_at is not null as "done!", b.chosen,
                  b.issued, b.had, b.missed, b.unknown[:$4] as "unknown_first!", cardinality(b.unknown) as "unknown!",
                  k.quantity - k.issued as "left",
                  k.starts_at <= $3 and k.ends_at > $3 and k.stopped_at is null as "open!",
                  case when b.done_at is null then
                      (select count(*) from coupon_batch_member w
                       where w.coupon_batch_id = b.coupon_batch_id
                         and (select count(*) from coupon c where c.campaign_id = b.campaign_id
                              and c.member_id = w.member_id) >= k.per_member)
                  else 0 end as "have_now!"
           from coupon_batch b join coupon_campaign k using (campaign_id)
           where b.coupon_batch_id = $1 and b.campaign_id = $2"#,
        id,
        campaign,
        shop.now(),
        TOLD
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::NotFound)?;
    Ok(Batch {
        id,
        campaign,
        created_at: row.created_at,
        confirmed: row.confirmed,
        done: row.done,
        chosen: row.chosen,
        issued: row.issued,
        had: row.had,
        missed: row.missed,
        have_now: row.have_now,
        left: row.left,
        open: row.open,
        unknown: row.unknown,
        unknown_first: row.unknown_first,
    })
}
