//! Orders of the queue with all that a row shows.

use std::collections::BTreeMap;

use contract::{
    Won,
    order::{OrderId, OrderStatus, PaymentStatus, Stage},
};
use time::OffsetDateTime;

use crate::{
    Result, Shop,
    member::Operator,
    order::{OrderLineView, read::lines},
    words::read,
};

/// An order in the queue. A seller's holds their own part alone.
#[derive(Debug, Clone)]
pub struct QueueRow {
    /// The order.
    pub id: OrderId,
    /// When it was placed, in UTC.
    pub placed_at: OffsetDateTime,
    /// Its own status.
    pub status: OrderStatus,
    /// Where its money stands.
    pub payment: PaymentStatus,
    /// Where it stands, or the seller's part of it.
    pub stage: Stage,
    /// What it comes to as ordered, or the seller's part, in won.
    pub total: Won,
    /// Who ordered, and their e-mail address; both empty for a seller.
    pub buyer: (String, String),
    /// Who takes the parcels.
    pub recipient: String,
    /// Bare digits.
    pub phone: String,
    /// Five digits.
    pub postcode: String,
    /// Street and number.
    pub line1: String,
    /// Floor, room and the like; may be empty.
    pub line2: String,
    /// A word to the carrier; may be empty.
    pub note: String,
    /// What was bought.
    pub lines: Vec<OrderLineView>,
    /// One for each seller.
    pub parts: Vec<PartRow>,
}

impl QueueRow {
    /// What of it is kept; of an order of which nothing is, all that was bought.
    pub fn goods(&self) -> impl Iterator<Item = &OrderLineView> {
        let nothing = self.copies() == 0;
        self.lines.iter().filter(move |line| nothing || line.kept() > 0)
    }

    /// Copies that are kept.
    pub fn copies(&self) -> i32 {
        self.lines.iter().map(OrderLineView::kept).sum()
    }

    /// What of its sum is canceled or returned, in won: goods less their discount, and the fee of a
    /// part that was canceled whole.
    pub fn undone(&self) -> Won {
        let goods: Won = self.lines.iter().map(|line| bought(line) - line.paid().net()).sum();
        let fees = self.parts.iter().filter_map(|part| {
            let own: Vec<_> = self.lines.iter().filter(|line| line.seller == part.seller).collect();
            let whole = own.iter().all(|line| line.canceled == line.quantity);
            whole.then(|| part.total - own.iter().map(|line| bought(line)).sum::<Won>())
        });
        goods + fees.sum::<Won>()
    }
}

fn bought(line: &OrderLineView) -> Won {
    line.unit_price * Won::from(line.quantity) - line.discount
}

/// One seller's part of an order in the queue.
#[derive(Debug, Clone)]
pub struct PartRow {
    /// The seller.
    pub seller: i64,
    /// The seller's name.
    pub seller_name: String,
    /// Where it stands.
    pub stage: Stage,
    /// Its goods less their discount, and its fee, in won.
    pub total: Won,
    /// Who brings it; empty while nobody does.
    pub carrier: String,
    /// Its number there; empty without one.
    pub number: String,
    /// Whether the carrier has taken it under a number of its own.
    pub booked: bool,
}

/// The rows of these orders, in their order.
pub(super) async fn read_rows(shop: &Shop, by: &Operator, ids: &[OrderId]) -> Result<Vec<QueueRow>> {
    let found = sqlx::query!(
        r#"select o.order_id, o.placed_at, o.order_status, o.payment_status, o.stage, o.total as "total!",
                  m.name, m.email, o.recipient, o.phone, o.postcode, o.line1, o.line2, o.delivery_note
           from "order" o join member m using (member_id) where o.order_id = any($1)"#,
        ids
    )
    .fetch_all(&shop.db)
    .await?;
    let mut lines = lines(shop, ids).await?;
    let mut parts = parts(shop, by, ids).await?;
    let mut rows: BTreeMap<OrderId, QueueRow> = BTreeMap::new();
    for row in found {
        let id = row.order_id;
        let parts = parts.remove(&id).unwrap_or_default();
        let mut lines = lines.remove(&id).unwrap_or_default();
        let (mut stage, mut total, mut buyer) = (read(&row.stage)?, row.total, (row.name, row.email));
        if let (Some(seller), Some(own)) = (by.seller(), parts.first()) {
            lines.retain(|line| line.seller == seller);
            (stage, total, buyer) = (own.stage, own.total, Default::default());
        }
        let row = QueueRow {
            id,
            placed_at: row.placed_at,
            status: read(&row.order_status)?,
            payment: read(&row.payment_status)?,
            stage,
            total,
            buyer,
            recipient: row.recipient,
            phone: row.phone,
            postcode: row.postcode,
            line1: row.line1,
            line2: row.line2,
            note: row.delivery_note,
            lines,
            parts,
        };
        rows.insert(id, row);
    }
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

async fn parts(shop: &Shop, by: &Operator, ids: &[OrderId]) -> Result<BTreeMap<OrderId, Vec<PartRow>>> {
    let rows = sqlx::query!(
        r#"select d.order_id, d.seller_id, s.name, d.stage, d.total as "total!",
                  coalesce(h.carrier, p.carrier, '') as "carrier!",
                  coalesce(h.tracking_number, p.tracking_number, '') as "number!",
                  (h.delivery_id is null and p.tracking_number is not null) as "booked!"
           from delivery d
           join seller s using (seller_id)
           left join hand_parcel h using (delivery_id)
           left join parcel p on p.delivery_id = d.delivery_id and not p.by_hand and p.canceled_at is null
           where d.order_id = any($1) and ($2::bigint is null or d.seller_id = $2)
           order by d.order_id, d.seller_id"#,
        ids,
        by.seller()
    )
    .fetch_all(&shop.db)
    .await?;
    let mut parts: BTreeMap<OrderId, Vec<PartRow>> = BTreeMap::new();
    for row in rows {
        parts.entry(row.order_id).or_default().push(PartRow {
            seller: row.seller_id,
            seller_name: row.name,
            stage: read(&row.stage)?,
            total: row.total,
            carrier: row.carrier,
            number: row.number,
            booked: row.booked,
        });
    }
    Ok(parts)
}

/// The rows of orders that were chosen, without those that one may not see.
///
/// # Errors
/// Where the database is away.
pub async fn chosen(shop: &Shop, by: &Operator, ids: &[OrderId]) -> Result<Vec<QueueRow>> {
    let mut rows = read_rows(shop, by, ids).await?;
    rows.retain(|row| !row.parts.is_empty());
    Ok(rows)
}
