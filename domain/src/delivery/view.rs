//! Parcels as people see them.

use std::collections::BTreeMap;

use contract::delivery::CheckpointStatus;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Result, Shop, order::Detail, words::read};

/// A parcel on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelView {
    /// The delivery that it is.
    pub delivery: Uuid,
    /// Who brings it; empty while only a message of the carrier has told of it.
    pub carrier: String,
    /// Its number at the carrier.
    pub number: String,
    /// Whether its seller sends it, of which no carrier tells.
    pub by_hand: bool,
    /// How it went, oldest first by the carrier's clock.
    pub checkpoints: Vec<CheckpointView>,
}

/// A checkpoint of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointView {
    /// How far it had come.
    pub status: CheckpointStatus,
    /// Where; may be empty.
    pub place: String,
    /// When, in UTC.
    pub at: OffsetDateTime,
}

/// The parcels of an order that have a number, in the order of its deliveries. One that was called
/// off, or is to be as its goods went by hand, is left out, unless the carrier had it by then; the one
/// that they went by stands for it. Whoever may see the order may see these.
///
/// # Errors
/// Where the database is away.
pub async fn parcels(shop: &Shop, order: &Detail) -> Result<Vec<ParcelView>> {
    let deliveries: Vec<Uuid> = order.deliveries.iter().map(|part| part.id).collect();
    let rows = sqlx::query!(
        r#"select p.delivery_id, coalesce(carrier, '') as "carrier!", tracking_number as "number!", status as "status?",
                  place as "place?", at as "at?"
           from parcel p left join checkpoint c using (delivery_id)
           where p.delivery_id = any($1) and tracking_number is not null
             and (canceled_at is null and not by_hand
                  or exists (select from checkpoint t where t.delivery_id = p.delivery_id and t.status <> 'label_created'))
           order by c.at"#,
        &deliveries
    )
    .fetch_all(&shop.db)
    .await?;
    let mut found: BTreeMap<Uuid, ParcelView> = by_hand(shop, &deliveries).await?;
    for row in rows {
        let parcel = found.entry(row.delivery_id).or_insert_with(|| ParcelView {
            delivery: row.delivery_id,
            carrier: row.carrier,
            number: row.number,
            by_hand: false,
            checkpoints: Vec::new(),
        });
        if let (Some(status), Some(place), Some(at)) = (row.status, row.place, row.at) {
            parcel.checkpoints.push(CheckpointView { status: read(&status)?, place, at });
        }
    }
    let mut parcels: Vec<ParcelView> = deliveries.iter().filter_map(|delivery| found.remove(delivery)).collect();
    for parcel in &mut parcels {
        // At the same time, the way a parcel goes.
        parcel.checkpoints.sort_by_key(|checkpoint| (checkpoint.at, checkpoint.status));
    }
    Ok(parcels)
}

/// What sellers send themselves, of which no carrier tells.
async fn by_hand(shop: &Shop, deliveries: &[Uuid]) -> Result<BTreeMap<Uuid, ParcelView>> {
    let rows = sqlx::query!(
        "select delivery_id, carrier, tracking_number from hand_parcel where delivery_id = any($1)",
        deliveries
    )
    .fetch_all(&shop.db)
    .await?;
    let parcel =
        |delivery, carrier, number| ParcelView { delivery, carrier, number, by_hand: true, checkpoints: Vec::new() };
    Ok(rows
        .into_iter()
        .map(|row| (row.delivery_id, parcel(row.delivery_id, row.carrier, row.tracking_number)))
        .collect())
}
