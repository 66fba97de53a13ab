//! Coupons: campaigns by staff, and the coupons that members get, hold and use.

mod affected;
pub mod batch;
mod campaign;
mod copies;
mod issue;
pub(crate) mod ledger;
mod own;
mod remind;
mod table;
mod tally;

use contract::{
    Won,
    coupon::{Benefit, PricedLine, Unusable},
};

pub use affected::{Affected, Priced, affected};
pub use campaign::{Campaign, MOST_USED, check, create, find, resume, stop};
pub use copies::{Copies, Held, copies, restore, revoke};
pub(crate) use issue::welcome;
pub use issue::{Offer, download, give, offers, redeem};
pub use ledger::Kept;
pub use own::{Coupon, given, mine, of_member, own, page};
pub use remind::remind;
pub use table::{CampaignFilter, list};
pub use tally::{Tallies, Tally, tally};

use crate::{Result, Shop, member::Shopper};

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
