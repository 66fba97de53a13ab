//! Parcels: what the carrier has to be asked, and what it answered.

use contract::order::OrderId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Result, Shop, retry::retry};

/// What the carrier has to be asked for one delivery: to take a parcel, or to let go of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    /// The delivery; asked for again under this id, the carrier answers the same.
    pub delivery: Uuid,
    /// Its number, where the carrier has told it.
    pub number: Option<String>,
    /// Whether the carrier has answered the request itself.
    pub booked: bool,
    /// Whether it has to be called off, as nothing of it is kept or its goods went by hand: it is
    /// asked for only to learn a number that was lost.
    pub off: bool,
    /// Who takes it.
    pub recipient: String,
    /// Bare digits.
    pub phone: String,
    /// Five digits.
    pub postcode: String,
    /// Street and number, floor and room.
    pub address: String,
    /// A word to the carrier; may be empty.
    pub note: String,
}

/// What is to be asked now that these deliveries were accepted and something of these orders was
/// canceled. Told again, it answers what is still to be asked: nothing for a parcel that is booked
/// or called off, was canceled before it was requested, or went by hand before.
///
/// That a parcel is requested is stored first: an answer that is lost is asked for again, even
/// where the order is canceled or went by hand by then, and no parcel is left behind at the carrier.
///
/// # Errors
/// Where the database is away.
pub async fn errands(shop: &Shop, accepted: &[Uuid], canceled: &[OrderId]) -> Result<Vec<Errand>> {
    retry("request parcels", || request(shop, accepted)).await?;
    retry("parcels to ask for", || open(shop, accepted, canceled)).await
}

async fn request(shop: &Shop, accepted: &[Uuid]) -> Result<()> {
    sqlx::query!(
        r#"insert into parcel (delivery_id, requested_at)
           select d.delivery_id, $2 from delivery d join "order" o using (order_id)
           where d.delivery_id = any($1) and d.fulfillment_status = 'preparing' and o.order_status = 'placed'
             and exists (select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                         and l.quantity > l.canceled + l.returned)
           order by d.delivery_id
           -- Who ships by hand meanwhile comes before this, or finds the parcel.
           for share of d
           on conflict do nothing"#,
        accepted,
        shop.now()
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

async fn open(shop: &Shop, accepted: &[Uuid], canceled: &[OrderId]) -> Result<Vec<Errand>> {
    let errands = sqlx::query_as!(
        Errand,
        r#"select delivery_id as delivery, tracking_number as number, carrier is not null as "booked!", off as "off!",
                  recipient, phone, postcode, concat_ws(' ', line1, nullif(line2, '')) as "address!",
                  delivery_note as note
           from parcel p
           join delivery d using (delivery_id)
           join "order" o using (order_id)
           cross join lateral (
               -- What has left cannot be called off: it comes back through a claim.
               select p.by_hand or d.fulfillment_status = 'preparing' and not exists (
                   select from order_line l where l.order_id = d.order_id and l.seller_id = d.seller_id
                   and l.quantity > l.canceled + l.returned) as off
           ) kept
           where p.canceled_at is null
             and (d.delivery_id = any($1) and (p.carrier is null or p.by_hand) or d.order_id = any($2) and off)
           order by delivery_id"#,
        accepted,
        canceled
    )
    .fetch_all(&shop.db)
    .await?;
    Ok(errands)
}

/// Says that goods go by hand, in the transaction that holds their order's lock: a parcel that was
/// requested for them, and of which the carrier has told nothing, is not theirs.
pub(super) async fn by_hand(conn: &mut PgConnection, delivery: Uuid) -> Result<()> {
    sqlx::query!(
        "update parcel set by_hand = true where delivery_id = $1 and carrier is null and tracking_number is null",
        delivery
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A parcel that the carrier has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// The number that counts: the first one that the carrier told.
    pub number: String,
    /// Whether it has to be called off, as its goods went by hand meanwhile.
    pub off: bool,
}

/// Stores what the carrier answered to a request.
///
/// # Errors
/// Where the database is away, or has no such request.
pub async fn booked(shop: &Shop, delivery: Uuid, carrier: &str, number: &str) -> Result<Booked> {
    retry("book parcel", || async {
        let kept = sqlx::query_as!(
            Booked,
            r#"update parcel
               set carrier = coalesce(carrier, $2), tracking_number = coalesce(tracking_number, $3)
               where delivery_id = $1
               returning tracking_number as "number!", by_hand as off"#,
            delivery,
            carrier,
            number
        );
        Ok(kept.fetch_one(&shop.db).await?)
    })
    .await
}

/// Stores that a parcel was called off.
///
/// # Errors
/// Where the database is away.
pub async fn called_off(shop: &Shop, delivery: Uuid) -> Result<()> {
    retry("call parcel off", || async {
        sqlx::query!(
            "update parcel set canceled_at = $2 where delivery_id = $1 and canceled_at is null",
            delivery,
            shop.now()
        )
        .execute(&shop.db)
        .await?;
        Ok(())
    })
    .await
}
