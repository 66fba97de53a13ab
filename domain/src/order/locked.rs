//! An order as loaded to be changed, behind its lock.

use contract::{
    Failure, Won,
    coupon::CouponId,
    member::MemberId,
    order::{FulfillmentStatus, OrderId, OrderStatus, PaymentStatus},
    product::ProductId,
    refund::PaidLine,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Result, words::read};

/// An order, its lines and its deliveries.
#[derive(Debug, Clone)]
pub(crate) struct Locked {
    pub id: OrderId,
    pub member: MemberId,
    pub status: OrderStatus,
    pub payment: PaymentStatus,
    pub total: Won,
    pub points_used: Won,
    pub coupon: Option<CouponId>,
    pub held_until: Option<OffsetDateTime>,
    pub placed_at: OffsetDateTime,
    /// By product id.
    pub lines: Vec<PaidLine>,
    /// Points promised for each line, in percent.
    pub rates: Vec<i32>,
    pub parts: Vec<Part>,
}

/// One seller's part of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub delivery: Uuid,
    pub seller: i64,
    pub fee: Won,
    pub status: FulfillmentStatus,
}

impl Locked {
    /// Copies of a seller that were neither canceled nor returned.
    pub(crate) fn kept_of(&self, seller: i64) -> i32 {
        self.lines.iter().filter(|line| line.seller == seller).map(|line| line.kept).sum()
    }

    /// Whether all that is kept has been delivered, and something is.
    pub(crate) fn is_delivered(&self) -> bool {
        let mut kept = self.parts.iter().filter(|part| self.kept_of(part.seller) > 0).peekable();
        kept.peek().is_some() && kept.all(|part| part.status == FulfillmentStatus::Delivered)
    }

    /// The part with a seller's goods.
    pub(crate) fn part_of(&self, seller: i64) -> Result<Part> {
        let part = self.parts.iter().find(|part| part.seller == seller);
        Ok(*part.ok_or(Failure::NotFound)?)
    }

    /// The products of the order.
    pub(crate) fn products(&self) -> Vec<ProductId> {
        self.lines.iter().map(|line| line.product).collect()
    }
}

/// Locks one's own order. All changes of an order stand in line here; what they lock further, they
/// lock in the order of stock, wallet, coupon.
///
/// # Errors
/// [`Failure::NotFound`], for another member's too.
pub(crate) async fn lock(conn: &mut PgConnection, id: OrderId, by: MemberId) -> Result<Locked> {
    let locked = lock_any(conn, id).await?;
    if locked.member == by { Ok(locked) } else { Err(Failure::NotFound.into()) }
}

/// Locks anybody's order.
///
/// # Errors
/// [`Failure::NotFound`].
pub(crate) async fn lock_any(conn: &mut PgConnection, id: OrderId) -> Result<Locked> {
    let order = sqlx::query!(
        r#"select member_id, order_status, payment_status, total as "total!", points_used, coupon_id,
                  held_until, placed_at
           from "order" where order_id = $1 for update"#,
        id
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Failure::NotFound)?;
    let lines = sqlx::query!(
        r#"select product_id, seller_id, unit_price, quantity, quantity - canceled - returned as "kept!", discount,
                  earn_percent
           from order_line where order_id = $1 order by product_id"#,
        id
    )
    .fetch_all(&mut *conn)
    .await?;
    let parts = sqlx::query!(
        "select delivery_id, seller_id, fee, fulfillment_status from delivery where order_id = $1 order by seller_id",
        id
    )
    .fetch_all(conn)
    .await?;
    Ok(Locked {
        id,
        member: order.member_id,
        status: read(&order.order_status)?,
        payment: read(&order.payment_status)?,
        total: order.total,
        points_used: order.points_used,
        coupon: order.coupon_id,
        held_until: order.held_until,
        placed_at: order.placed_at,
        rates: lines.iter().map(|line| line.earn_percent).collect(),
        lines: lines
            .into_iter()
            .map(|line| PaidLine {
                product: line.product_id,
                seller: line.seller_id,
                unit_price: line.unit_price,
                quantity: line.quantity,
                kept: line.kept,
                discount: line.discount,
            })
            .collect(),
        parts: parts
            .into_iter()
            .map(|part| {
                let status = read(&part.fulfillment_status)?;
                Ok(Part { delivery: part.delivery_id, seller: part.seller_id, fee: part.fee, status })
            })
            .collect::<Result<_>>()?,
    })
}
