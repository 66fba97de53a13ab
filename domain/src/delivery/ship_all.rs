//! Shipping all rows of a file, or none: one statement per table, however many rows there are.

use contract::{
    Failure,
    member::MemberId,
    order::{FulfillmentStatus, OrderId},
    trail::Act,
};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use tracing::instrument;
use uuid::Uuid;

use super::sheet::{Found, sheet};
use crate::{
    Result, Shop,
    event::{self, NewEvent},
    member::Operator,
    order::{Turn, record},
    retry::retry,
    trail,
    words::read,
};

/// Ships what a file that one has kept names, `expected` parts as the button said. A file that was
/// shipped before stays so. Answers how many parts it ships.
///
/// # Errors
/// [`Failure::NotFound`]; [`Failure::StatusChanged`] where a row cannot be shipped, or no longer;
/// then nothing is.
#[instrument(skip_all, fields(sheet = %id))]
pub async fn ship_all(shop: &Shop, by: &Operator, id: Uuid, expected: usize) -> Result<usize> {
    retry("ship a sheet", || ship_once(shop, by, id, expected)).await
}

async fn ship_once(shop: &Shop, by: &Operator, id: Uuid, expected: usize) -> Result<usize> {
    let sheet = sheet(shop, by, id).await?;
    if sheet.shipped {
        return Ok(sheet.rows.len());
    }
    let found = sheet.rows.into_iter().map(|row| row.found.map_err(|_| Failure::StatusChanged));
    let found: Vec<Found> = found.collect::<Result<_, _>>()?;
    if found.len() != expected {
        return Err(Failure::StatusChanged.into());
    }
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let mut parts = lock(&mut tx, &found).await?;
    parts.retain(|part| part.kept && part.from.may_become(FulfillmentStatus::Shipped));
    if parts.len() != found.len() {
        return Err(Failure::StatusChanged.into());
    }
    let shipped =
        sqlx::query!("update ship_sheet set shipped_at = $2 where ship_sheet_id = $1 and shipped_at is null", id, at);
    if shipped.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(found.len());
    }
    send(&mut tx, by, &found, at).await?;
    tell(&mut tx, by, &parts, &found, at).await?;
    tx.commit().await?;
    Ok(found.len())
}

/// A part behind its order's lock.
struct Shipping {
    order: OrderId,
    member: MemberId,
    seller: i64,
    delivery: Uuid,
    from: FulfillmentStatus,
    /// Whether its order is paid and something of it is kept.
    kept: bool,
}

async fn lock(conn: &mut PgConnection, found: &[Found]) -> Result<Vec<Shipping>> {
    let orders: Vec<OrderId> = found.iter().map(|found| found.order).collect();
    let deliveries: Vec<Uuid> = found.iter().map(|found| found.delivery).collect();
    sqlx::query!(r#"select order_id from "order" where order_id = any($1) order by order_id for update"#, &orders)
        .fetch_all(&mut *conn)
        .await?;
    let rows = sqlx::query!(
        r#"select d.order_id, o.member_id, d.seller_id, d.delivery_id, d.fulfillment_status,
                  o.order_status = 'placed'
                  and exists (select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                              and l.quantity > l.canceled + l.returned)
                  and not exists (select from parcel p where p.delivery_id = d.delivery_id
                                  and p.tracking_number is not null and not p.by_hand and p.canceled_at is null)
                      as "kept!"
           from delivery d join "order" o using (order_id) where d.delivery_id = any($1) order by d.delivery_id"#,
        &deliveries
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let from = read(&row.fulfillment_status)?;
            let (order, member, seller, delivery) = (row.order_id, row.member_id, row.seller_id, row.delivery_id);
            Ok(Shipping { order, member, seller, delivery, from, kept: row.kept })
        })
        .collect()
}

async fn send(conn: &mut PgConnection, by: &Operator, found: &[Found], at: OffsetDateTime) -> Result<()> {
    let deliveries: Vec<Uuid> = found.iter().map(|found| found.delivery).collect();
    let carriers: Vec<String> = found.iter().map(|found| found.waybill.carrier.clone()).collect();
    let numbers: Vec<String> = found.iter().map(|found| found.waybill.number.clone()).collect();
    sqlx::query!(
        "update delivery set fulfillment_status = 'shipped', shipped_at = $2 where delivery_id = any($1)",
        &deliveries,
        at
    )
    .execute(&mut *conn)
    .await?;
    // As where one goes by hand: what was requested for them and not answered yet is called off.
    sqlx::query!(
        "update parcel set by_hand = true
         where delivery_id = any($1) and carrier is null and tracking_number is null",
        &deliveries
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into hand_parcel (delivery_id, carrier, tracking_number, by_member, noted_at)
         select delivery_id, carrier, number, $4, $5
         from unnest($1::uuid[], $2::text[], $3::text[]) as sent (delivery_id, carrier, number)
         on conflict (delivery_id) do update
             set carrier = excluded.carrier, tracking_number = excluded.tracking_number,
                 by_member = excluded.by_member, noted_at = excluded.noted_at",
        &deliveries,
        &carriers,
        &numbers,
        by.id(),
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn tell(
    conn: &mut PgConnection,
    by: &Operator,
    parts: &[Shipping],
    found: &[Found],
    at: OffsetDateTime,
) -> Result<()> {
    let shipped = FulfillmentStatus::Shipped;
    let who = (by.actor(), Some(by.id()));
    let turns: Vec<Turn> =
        parts.iter().map(|part| Turn::fulfillment(part.order, part.delivery, part.from, shipped, who)).collect();
    record(conn, &turns, at).await?;
    let waybills: std::collections::BTreeMap<Uuid, _> =
        found.iter().map(|found| (found.delivery, &found.waybill)).collect();
    let told: Vec<trail::Change> = parts
        .iter()
        .map(|part| {
            let waybill = waybills.get(&part.delivery);
            trail::Change {
                act: Act::DeliveryAdvanced,
                subject: part.order.to_string(),
                seller: Some(part.seller),
                before: json!({ "status": part.from }),
                after: json!({
                    "status": shipped, "carrier": waybill.map(|waybill| &waybill.carrier),
                    "number": waybill.map(|waybill| &waybill.number),
                }),
            }
        })
        .collect();
    trail::record(conn, by, at, &told).await?;
    let events: Vec<NewEvent> = parts
        .iter()
        .map(|part| {
            let payload = json!({
                "order_id": part.order, "member_id": part.member, "seller_id": part.seller,
                "delivery_id": part.delivery, "at": at.unix_timestamp_nanos() / 1_000_000,
            });
            NewEvent { name: "parcel.shipped", subject: part.order.to_string(), payload }
        })
        .collect();
    event::append(conn, &events).await
}
