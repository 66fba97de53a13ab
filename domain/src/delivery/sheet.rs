//! Files of tracking numbers: read and kept, and each row checked against how its order stands.

use std::{
    collections::BTreeMap,
    io::{Read, Seek},
};

use contract::{
    Failure,
    delivery::{RowFlaw, Waybill, tracking_number},
    form::line,
    order::{OrderId, Stage, first_id, read_order_number},
    sheet::SheetFlaw,
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, UtcOffset};
use uuid::Uuid;

use crate::{Result, Shop, member::Operator, sheet, words::read};

/// Rows that a file may have.
pub const MOST_ROWS: usize = 10_000;

/// A row as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedRow {
    /// The line of the file, from 1.
    pub line: u64,
    /// The order's number, or its id.
    pub order: String,
    /// Whose part, by name or id; may be empty.
    pub seller: String,
    /// Who brings it.
    pub carrier: String,
    /// Its number there.
    pub number: String,
}

/// Reads the rows of a file. Columns are known by their Korean and their English names.
///
/// # Errors
/// [`Failure::Sheet`].
pub fn read_rows(file: impl Read + Seek) -> Result<Vec<TypedRow>> {
    const COLUMNS: [[&str; 2]; 4] =
        [["주문번호", "order number"], ["판매자", "seller"], ["택배사", "carrier"], ["운송장번호", "tracking number"]];
    let mut sheet = sheet::Sheet::open(file)?;
    let [order, seller, carrier, number] =
        COLUMNS.map(|names| names.into_iter().find(|name| sheet.has(name)).unwrap_or_default());
    if [order, carrier, number].contains(&"") {
        return Err(Failure::Sheet(SheetFlaw::ColumnMissing).into());
    }
    let mut rows = Vec::new();
    while let Some(row) = sheet.next()? {
        if rows.len() == MOST_ROWS {
            return Err(Failure::Sheet(SheetFlaw::TooManyRows).into());
        }
        // What is longer than this is none of these.
        let cell = |name| row.get(name).unwrap_or_default().chars().filter(|c| !c.is_control()).take(60).collect();
        let (order, seller, carrier, number) = (cell(order), cell(seller), cell(carrier), cell(number));
        rows.push(TypedRow { line: row.line, order, seller, carrier, number });
    }
    if rows.is_empty() {
        return Err(Failure::Sheet(SheetFlaw::Empty).into());
    }
    Ok(rows)
}

/// Keeps the rows of a file to be looked at, for a day. Answers its id.
///
/// # Errors
/// Where the database is away.
pub async fn keep(shop: &Shop, by: &Operator, rows: &[TypedRow]) -> Result<Uuid> {
    let (id, at) = (Uuid::now_v7(), shop.now());
    sqlx::query!(
        "with old as (delete from ship_sheet where by_member = $2 and created_at < $4::timestamptz - interval '1 day')
         insert into ship_sheet (ship_sheet_id, by_member, rows, created_at) values ($1, $2, $3, $4)",
        id,
        by.id(),
        serde_json::to_value(rows)?,
        at
    )
    .execute(&shop.db)
    .await?;
    Ok(id)
}

/// A file that was kept, as it can be shipped right now.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Its rows, in their order.
    pub rows: Vec<CheckedRow>,
    /// Whether it was shipped before.
    pub shipped: bool,
}

impl Sheet {
    /// The rows that keep the others from being shipped.
    pub fn flawed(&self) -> impl Iterator<Item = (&TypedRow, RowFlaw)> {
        self.rows.iter().filter_map(|row| Some((&row.typed, row.found.as_ref().err().copied()?)))
    }
}

/// A row, and what it ships or why it does not.
#[derive(Debug, Clone)]
pub struct CheckedRow {
    /// As it stands in the file.
    pub typed: TypedRow,
    /// What it ships.
    pub found: Result<Found, RowFlaw>,
}

/// What a row ships.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The order.
    pub order: OrderId,
    /// Whose part.
    pub seller: i64,
    /// The seller's name.
    pub seller_name: String,
    /// The delivery that the part is.
    pub(super) delivery: Uuid,
    /// By what.
    pub waybill: Waybill,
}

/// A file that one has kept oneself.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn sheet(shop: &Shop, by: &Operator, id: Uuid) -> Result<Sheet> {
    let kept = sqlx::query!(
        "select rows, shipped_at from ship_sheet where ship_sheet_id = $1 and by_member = $2",
        id,
        by.id()
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::NotFound)?;
    let rows: Vec<TypedRow> = serde_json::from_value(kept.rows)?;
    Ok(Sheet { rows: check(shop, by, rows).await?, shipped: kept.shipped_at.is_some() })
}

/// A part as it is loaded to be checked.
struct PartNow {
    seller: i64,
    seller_name: String,
    delivery: Uuid,
    stage: Stage,
    booked: bool,
}

async fn check(shop: &Shop, by: &Operator, rows: Vec<TypedRow>) -> Result<Vec<CheckedRow>> {
    let orders = orders(shop, &rows).await?;
    let ids: Vec<OrderId> = orders.values().copied().collect();
    let parts = parts(shop, by, &ids).await?;
    let mut seen: BTreeMap<Uuid, u64> = BTreeMap::new();
    let checked = rows.into_iter().map(|typed| {
        let order = orders.get(&plain(&typed.order)).copied();
        let found = order.ok_or(RowFlaw::OrderUnknown).and_then(|order| {
            let found = check_row(order, parts.get(&order).map(Vec::as_slice).unwrap_or_default(), &typed)?;
            match seen.get(&found.delivery) {
                Some(line) => Err(RowFlaw::Twice(*line)),
                None => {
                    seen.insert(found.delivery, typed.line);
                    Ok(found)
                }
            }
        });
        CheckedRow { typed, found }
    });
    Ok(checked.collect())
}

fn check_row(order: OrderId, parts: &[PartNow], typed: &TypedRow) -> Result<Found, RowFlaw> {
    let part = match (parts, typed.seller.as_str()) {
        ([], _) => return Err(RowFlaw::OrderUnknown),
        ([part], "") => part,
        (_, "") => return Err(RowFlaw::SellerNeeded),
        (parts, named) => parts
            .iter()
            .find(|part| part.seller_name == named || part.seller.to_string() == named)
            .ok_or(RowFlaw::SellerUnknown)?,
    };
    let carrier = line(&typed.carrier, 30).map_err(RowFlaw::Carrier)?;
    let number = tracking_number(&typed.number).map_err(RowFlaw::Number)?;
    if !part.stage.waits() {
        return Err(RowFlaw::Stage(part.stage));
    }
    if part.booked {
        return Err(RowFlaw::Booked);
    }
    let (seller, seller_name, delivery) = (part.seller, part.seller_name.clone(), part.delivery);
    Ok(Found { order, seller, seller_name, delivery, waybill: Waybill { carrier, number } })
}

/// As orders are told apart by what was typed.
fn plain(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_lowercase()
}

/// The orders of the numbers and ids in a file. Their days are read once, whatever the rows.
async fn orders(shop: &Shop, rows: &[TypedRow]) -> Result<BTreeMap<String, OrderId>> {
    let korea = UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC);
    let mut found: BTreeMap<String, OrderId> = BTreeMap::new();
    let mut days: Vec<OffsetDateTime> = Vec::new();
    let (mut numbers, mut tails) = (Vec::new(), Vec::new());
    for row in rows {
        if let Ok(id) = Uuid::parse_str(&row.order) {
            found.insert(plain(&row.order), id);
        } else if let Some((day, tail)) = read_order_number(&row.order) {
            days.push(day.midnight().assume_offset(korea));
            numbers.push(plain(&row.order));
            tails.push(tail);
        }
    }
    let hour = Duration::HOUR;
    let first: Vec<OrderId> = days.iter().map(|day| first_id(*day - hour)).collect();
    let last: Vec<OrderId> = days.iter().map(|day| first_id(*day + Duration::DAY + hour)).collect();
    let known = sqlx::query!(
        r#"with asked as (
               select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
                   as asked (first, last, number, tail, day)
           ), candidate as materialized (
               select o.order_id, o.placed_at, right(o.order_id::text, 8) as tail
               from (select distinct first, last from asked) day
               join "order" o on o.order_id >= day.first and o.order_id < day.last
           )
           select a.number as "number!", c.order_id
           from asked a join candidate c using (tail)
           where c.placed_at >= a.day and c.placed_at < a.day + interval '1 day'"#,
        &first,
        &last,
        &numbers,
        &tails,
        &days
    )
    .fetch_all(&shop.db)
    .await?;
    found.extend(known.into_iter().map(|row| (row.number, row.order_id)));
    Ok(found)
}

async fn parts(shop: &Shop, by: &Operator, orders: &[OrderId]) -> Result<BTreeMap<OrderId, Vec<PartNow>>> {
    let rows = sqlx::query!(
        r#"select d.order_id, d.delivery_id, d.seller_id, s.name, d.stage,
                  exists (select from parcel p where p.delivery_id = d.delivery_id and p.tracking_number is not null
                          and not p.by_hand and p.canceled_at is null) as "booked!"
           from delivery d join seller s using (seller_id)
           where d.order_id = any($1) and ($2::bigint is null or d.seller_id = $2) order by d.order_id, d.seller_id"#,
        orders,
        by.seller()
    )
    .fetch_all(&shop.db)
    .await?;
    let mut parts: BTreeMap<OrderId, Vec<PartNow>> = BTreeMap::new();
    for row in rows {
        parts.entry(row.order_id).or_default().push(PartNow {
            seller: row.seller_id,
            seller_name: row.name,
            delivery: row.delivery_id,
            stage: read(&row.stage)?,
            booked: row.booked,
        });
    }
    Ok(parts)
}
