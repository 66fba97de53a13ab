//! Confirming a purchase: by hand, or by itself some days after the delivery.

use contract::{
    Failure, Won,
    order::{Actor, OrderId, OrderStatus},
    points::earned,
    when::kst_date,
};
use serde_json::json;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use tracing::instrument;

use super::{Locked, Turn, lock, lock_any, record};
use crate::{
    Result, Shop,
    event::{self, NewEvent},
    member::Shopper,
    points::{NEVER, ledger as points},
    retry::retry,
};

/// Confirms one's own purchase, which earns points and ends returning. A confirmed one stays so.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::NotDelivered`], [`Failure::ClaimOpen`],
/// [`Failure::AlreadyCanceled`], [`Failure::OrderExpired`].
#[instrument(skip_all, fields(order = %order))]
pub async fn confirm(shop: &Shop, by: &Shopper, order: OrderId) -> Result<()> {
    retry("confirm", || async {
        let mut tx = shop.db.begin().await?;
        let locked = lock(&mut tx, order, by.id()).await?;
        if finish(shop, &mut tx, &locked, (Actor::Shopper, Some(by.id()))).await? {
            tx.commit().await?;
        }
        Ok(())
    })
    .await
}

/// Confirms the purchases whose days are over, a hundred at most; those with a claim under way
/// wait. Answers how many: call it again while there were some.
///
/// # Errors
/// Where the database is away.
pub async fn confirm_due(shop: &Shop) -> Result<usize> {
    let due = sqlx::query_scalar!(
        r#"select order_id from "order" o where order_status = 'placed' and confirm_at <= $1
             and not exists (select from claim c where c.order_id = o.order_id
                             and c.status in ('requested', 'approved', 'collecting', 'inspected'))
           order by confirm_at limit 100"#,
        shop.now()
    )
    .fetch_all(&shop.db)
    .await?;
    let mut confirmed = 0;
    for order in due {
        match retry("confirm by itself", || confirm_one(shop, order)).await {
            Ok(done) => confirmed += usize::from(done),
            // One that cannot be confirmed must not keep the others.
            Err(error) => tracing::error!(%error, %order, "a purchase was not confirmed"),
        }
    }
    Ok(confirmed)
}

async fn confirm_one(shop: &Shop, order: OrderId) -> Result<bool> {
    let mut tx = shop.db.begin().await?;
    let locked = lock_any(&mut tx, order).await?;
    match finish(shop, &mut tx, &locked, (Actor::System, None)).await {
        Ok(true) => tx.commit().await?,
        Ok(false) => return Ok(false),
        // It changed while this waited for its lock.
        Err(crate::Error::Refused(_)) => return Ok(false),
        Err(error) => return Err(error),
    }
    Ok(true)
}

/// Answers whether there is something to commit.
async fn finish(shop: &Shop, conn: &mut PgConnection, order: &Locked, by: (Actor, Option<i64>)) -> Result<bool> {
    match order.status {
        OrderStatus::Placed => {}
        OrderStatus::Confirmed => return Ok(false),
        OrderStatus::PendingPayment => return Err(Failure::NotDelivered.into()),
        OrderStatus::Canceled => return Err(Failure::AlreadyCanceled.into()),
        OrderStatus::Expired => return Err(Failure::OrderExpired.into()),
    }
    if !order.is_delivered() {
        return Err(Failure::NotDelivered.into());
    }
    let open = sqlx::query_scalar!(
        r#"select exists (select from claim where order_id = $1
               and status in ('requested', 'approved', 'collecting', 'inspected')) as "open!""#,
        order.id
    );
    if open.fetch_one(&mut *conn).await? {
        return Err(Failure::ClaimOpen.into());
    }
    let at = shop.now();
    let amount: Won = order.lines.iter().zip(&order.rates).map(|(line, percent)| earned(line.net(), *percent)).sum();
    let last_day = kst_date(at).checked_add(Duration::days(shop.policy.points.earn_days)).unwrap_or(NEVER);
    points::earn(conn, order.member, order.id, amount, last_day, at).await?;
    sqlx::query!(
        r#"update "order" set order_status = 'confirmed', points_earned = $2 where order_id = $1"#,
        order.id,
        amount
    )
    .execute(&mut *conn)
    .await?;
    record(conn, &[Turn::order(order.id, Some(order.status), OrderStatus::Confirmed, by)], at).await?;
    event::append(conn, &[confirmed_event(order, amount, at)]).await?;
    Ok(true)
}

fn confirmed_event(order: &Locked, points: Won, at: OffsetDateTime) -> NewEvent {
    let payload = json!({
        "order_id": order.id, "member_id": order.member, "points_earned": points,
        "at": at.unix_timestamp_nanos() / 1_000_000,
    });
    NewEvent { name: "order.confirmed", subject: order.id.to_string(), payload }
}

/// Sets when the purchase confirms itself, once all that is kept of it is delivered.
pub(crate) async fn schedule_confirmation(
    conn: &mut PgConnection,
    order: OrderId,
    after: Duration,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        r#"update "order" o set confirm_at = (
               select case when bool_and(fulfillment_status = 'delivered') then coalesce(max(delivered_at), $3) end
               from delivery d
               where d.order_id = $1
                 and exists (select from order_line l where l.order_id = $1 and l.seller_id = d.seller_id
                             and l.quantity > l.canceled + l.returned)
           ) + make_interval(secs => $2)
           where order_id = $1"#,
        order,
        after.as_seconds_f64(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}
