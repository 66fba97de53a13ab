//! Stock taking: what was counted comes in as a file, is looked at, and is taken as a whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Seek},
};

use contract::{
    Failure,
    form::{Flaw, line},
    product::ProductId,
    sheet::SheetFlaw,
    stock::{self, MovementKind},
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{Result, Shop, member::Operator, sheet::Sheet};

mod apply;

pub use apply::{apply, look_again};

/// Lines of a file, at most.
pub const MOST_LINES: usize = 10_000;

/// Flaws that are kept of a file: who has more has another file.
const MOST_FLAWS: usize = 500;

/// So long what was counted is kept.
const KEPT: Duration = Duration::days(30);

/// A cell that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The line of the file.
    pub line: i32,
    /// The column.
    pub field: String,
    /// Why.
    pub flaw: Flaw,
}

/// What was counted, as it stands now.
#[derive(Debug, Clone)]
pub struct Take {
    /// Its id.
    pub id: Uuid,
    /// When its file came, in UTC.
    pub created_at: OffsetDateTime,
    /// When it was taken, in UTC.
    pub applied_at: Option<OffsetDateTime>,
    /// What is wrong with its file, five hundred at most; nothing is taken then.
    pub flaws: Vec<Fault>,
    /// Products that were counted.
    pub counted: i64,
    /// Of these, those where the count is another than what was on hand.
    pub differing: i64,
    /// Copies that come in,
    pub more: i64,
    /// and that go.
    pub fewer: i64,
    /// Products whose stock moved since it was looked at.
    pub moved: i64,
    /// Products of which fewer were counted than are held.
    pub held: i64,
}

impl Take {
    /// Whether it can be taken now.
    pub const fn is_open(&self) -> bool {
        self.applied_at.is_none() && self.flaws.is_empty() && self.moved == 0 && self.held == 0 && self.differing > 0
    }
}

/// One product that was counted.
#[derive(Debug, Clone)]
pub struct TakeRow {
    /// The product.
    pub product: ProductId,
    /// Its title.
    pub title: String,
    /// The line of the file.
    pub line: i32,
    /// What was counted.
    pub counted: i32,
    /// What was on hand when it was looked at.
    pub seen: i32,
    /// What is on hand now.
    pub on_hand: i32,
    /// What of it is held.
    pub reserved: i32,
    /// Why it was counted.
    pub reason: String,
}

/// A line as it was read.
struct Line {
    line: i32,
    id: Option<ProductId>,
    isbn: Option<String>,
    counted: i32,
    reason: String,
}

/// Reads a file of counts: `id` or `isbn`, `counted`, and `reason`, for which `reason` stands where a
/// line has none. Nothing is taken yet. The same id again is the same file.
///
/// # Errors
/// [`Failure::Sheet`] where it is no table, or has more than [`MOST_LINES`].
pub async fn draft(
    shop: &Shop,
    by: &Operator,
    id: Uuid,
    file: impl Read + Seek + Send + 'static,
    reason: &str,
) -> Result<()> {
    let reason = reason.to_owned();
    let (lines, mut faults) = tokio::task::spawn_blocking(move || parse(file, &reason)).await??;
    let ids: Vec<ProductId> = lines.iter().filter_map(|line| line.id).collect();
    let isbns: Vec<String> = lines.iter().filter_map(|line| line.isbn.clone()).collect();
    let mut tx = shop.db.begin().await?;
    let known = sqlx::query!(
        r#"select p.product_id, replace(p.isbn, '-', '') as "isbn!", s.on_hand
           from product p join stock s using (product_id)
           where (p.product_id = any($1) or replace(p.isbn, '-', '') = any($2))
             and ($3::bigint is null or p.seller_id = $3)"#,
        &ids,
        &isbns,
        by.seller()
    )
    .fetch_all(&mut *tx)
    .await?;
    let by_isbn: BTreeMap<&str, ProductId> = known.iter().map(|row| (row.isbn.as_str(), row.product_id)).collect();
    let on_hand: BTreeMap<ProductId, i32> = known.iter().map(|row| (row.product_id, row.on_hand)).collect();
    let (mut seen, mut rows) = (BTreeSet::new(), Vec::new());
    for line in lines {
        let named = line.isbn.as_ref().map(|isbn| by_isbn.get(isbn.as_str()).copied());
        let (field, product) = match (line.id, named) {
            // Where both stand they have to name the same.
            (Some(id), Some(named)) if named != Some(id) => ("isbn", None),
            (Some(id), _) => ("id", Some(id)),
            (None, named) => ("isbn", named.flatten()),
        };
        match product.and_then(|product| Some((product, *on_hand.get(&product)?))) {
            None => faults.push(Fault { line: line.line, field: field.to_owned(), flaw: Flaw::Unknown }),
            Some((product, _)) if !seen.insert(product) => {
                faults.push(Fault { line: line.line, field: field.to_owned(), flaw: Flaw::Repeated });
            }
            Some((product, on_hand)) => rows.push((product, line, on_hand)),
        }
    }
    faults.sort_by_key(|fault| fault.line);
    faults.truncate(MOST_FLAWS);
    let at = shop.now();
    sqlx::query!("delete from stock_take where created_at < $1", at - KEPT).execute(&mut *tx).await?;
    let written = sqlx::query!(
        "insert into stock_take (stock_take_id, by_member, seller_id, created_at, flaws) values ($1, $2, $3, $4, $5)
         on conflict (stock_take_id) do nothing",
        id,
        by.id(),
        by.seller(),
        at,
        serde_json::to_value(&faults)?
    )
    .execute(&mut *tx)
    .await?;
    if written.rows_affected() == 0 {
        return find(shop, by, id).await.map(drop);
    }
    let products: Vec<ProductId> = rows.iter().map(|(product, ..)| *product).collect();
    let lines: Vec<i32> = rows.iter().map(|(_, line, _)| line.line).collect();
    let counted: Vec<i32> = rows.iter().map(|(_, line, _)| line.counted).collect();
    let on_hand: Vec<i32> = rows.iter().map(|(.., on_hand)| *on_hand).collect();
    let reasons: Vec<String> = rows.into_iter().map(|(_, line, _)| line.reason).collect();
    sqlx::query!(
        "insert into stock_take_row (stock_take_id, product_id, line, counted, seen, reason)
         select $1, * from unnest($2::bigint[], $3::int[], $4::int[], $5::int[], $6::text[])",
        id,
        &products,
        &lines,
        &counted,
        &on_hand,
        &reasons
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Reads the lines, and what is wrong with them.
fn parse(file: impl Read + Seek, reason: &str) -> Result<(Vec<Line>, Vec<Fault>)> {
    let mut sheet = Sheet::open(file)?;
    if !(sheet.has("id") || sheet.has("isbn")) || !sheet.has("counted") {
        return Err(Failure::Sheet(SheetFlaw::ColumnMissing).into());
    }
    let (mut lines, mut faults, mut count) = (Vec::new(), Vec::new(), 0);
    while let Some(row) = sheet.next()? {
        count += 1;
        if count > MOST_LINES {
            return Err(Failure::Sheet(SheetFlaw::TooManyRows).into());
        }
        let number = i32::try_from(row.line).unwrap_or(i32::MAX);
        let mut fault = |field: &str, flaw: Flaw| {
            faults.push(Fault { line: number, field: field.to_owned(), flaw });
        };
        let cell = |column: &str| row.get(column).filter(|cell| !cell.is_empty());
        let id = match cell("id").map(|cell| contract::form::number(cell, 1, i64::MAX)).transpose() {
            Ok(id) => id,
            Err(flaw) => {
                fault("id", flaw);
                continue;
            }
        };
        let isbn = cell("isbn").map(|cell| cell.chars().filter(|c| *c != '-' && *c != ' ').collect::<String>());
        let counted = stock::count(row.get("counted").unwrap_or_default()).map_err(|flaw| fault("counted", flaw));
        let reason = line(cell("reason").unwrap_or(reason), 100).map_err(|flaw| fault("reason", flaw));
        if id.is_none() && isbn.is_none() {
            fault(if row.get("id").is_some() { "id" } else { "isbn" }, Flaw::Required);
        } else if let (Ok(counted), Ok(reason)) = (counted, reason) {
            lines.push(Line { line: number, id, isbn, counted, reason });
        }
    }
    if count == 0 {
        return Err(Failure::Sheet(SheetFlaw::Empty).into());
    }
    Ok((lines, faults))
}

/// What was counted, as it stands now. Only who brought its file sees it.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn find(shop: &Shop, by: &Operator, id: Uuid) -> Result<Take> {
    let row = sqlx::query!(
        r#"select t.created_at, t.applied_at, t.flaws, sum.*
           from stock_take t
           cross join lateral (
               select count(*) as "counted!", count(*) filter (where r.counted <> r.seen) as "differing!",
                      coalesce(sum(greatest(r.counted - r.seen, 0)), 0) as "more!",
                      coalesce(sum(greatest(r.seen - r.counted, 0)), 0) as "fewer!",
                      count(*) filter (where s.on_hand <> r.seen) as "moved!",
                      count(*) filter (where r.counted < s.reserved) as "held!"
               from stock_take_row r join stock s using (product_id) where r.stock_take_id = t.stock_take_id
           ) sum
           where t.stock_take_id = $1 and t.by_member = $2 and t.seller_id is not distinct from $3"#,
        id,
        by.id(),
        by.seller()
    )
    .fetch_optional(&shop.db)
    .await?
    .ok_or(Failure::NotFound)?;
    Ok(Take {
        id,
        created_at: row.created_at,
        applied_at: row.applied_at,
        flaws: serde_json::from_value(row.flaws)?,
        counted: row.counted,
        differing: row.differing,
        more: row.more,
        fewer: row.fewer,
        moved: row.moved,
        held: row.held,
    })
}

/// The products that keep a count from being taken, first; then those where it differs: so many at
/// most.
///
/// # Errors
/// Where the database is away.
pub async fn rows(shop: &Shop, take: &Take, limit: i64) -> Result<Vec<TakeRow>> {
    Ok(sqlx::query_as!(
        TakeRow,
        r#"select r.product_id as product, p.title, r.line, r.counted, r.seen, s.on_hand, s.reserved, r.reason
           from stock_take_row r join product p using (product_id) join stock s using (product_id)
           where r.stock_take_id = $1 and (r.counted <> r.seen or (s.on_hand <> r.seen and $3) or r.counted < s.reserved)
           order by (s.on_hand <> r.seen and $3) desc, (r.counted < s.reserved) desc, r.line limit $2"#,
        take.id,
        limit,
        take.applied_at.is_none()
    )
    .fetch_all(&shop.db)
    .await?)
}

/// The kind of movement that a count is.
const KIND: MovementKind = MovementKind::Adjusted;
