//! Who holds copies of a product: orders that are not paid yet, and exchanges that were approved.

use contract::{order::OrderId, product::ProductId};
use time::OffsetDateTime;

use super::get;
use crate::{Result, Shop, member::Operator, plan::planned};

/// Holds that are shown at most.
pub const MOST_SHOWN: i64 = 100;

/// Copies that are held.
#[derive(Debug, Clone)]
pub struct Hold {
    /// The order that they are held for.
    pub order: OrderId,
    /// How many.
    pub copies: i32,
    /// Until then, in UTC; an exchange holds them until it is done.
    pub until: Option<OffsetDateTime>,
    /// Whether its payment is being checked, for which they stay held.
    pub checking: bool,
}

/// The holds on a product: the one that ends first stands first, those of exchanges last;
/// [`MOST_SHOWN`] at most.
///
/// # Errors
/// [`contract::Failure::NotFound`] for another seller's product.
pub async fn holds(shop: &Shop, by: &Operator, product: ProductId) -> Result<Vec<Hold>> {
    get(shop, by, product).await?;
    let mut tx = planned(shop).await?;
    Ok(sqlx::query_as!(
        Hold,
        r#"select order_id as "order!", copies as "copies!", until, checking as "checking!" from (
               select o.order_id, l.quantity as copies, o.held_until as until, o.payment_status = 'unknown' as checking
               from "order" o join order_line l using (order_id)
               where o.order_status = 'pending_payment' and l.product_id = $1
               union all
               select c.order_id, l.quantity, null, false
               from claim c join claim_line l using (claim_id)
               where c.kind = 'exchange' and c.status in ('approved', 'collecting', 'inspected') and l.product_id = $1
           ) held
           order by until, order_id limit $2"#,
        product,
        MOST_SHOWN
    )
    .fetch_all(&mut *tx)
    .await?)
}
