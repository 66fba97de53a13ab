//! From a file to rows of the database, a piece at a time.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use contract::{
    Failure, Won,
    form::{Flaw, Flaws},
    import::{Column, ImportState, MOST_ROWS},
    sheet::SheetFlaw,
};
use sqlx::types::Json;
use tokio::sync::mpsc::{self, Sender};
use uuid::Uuid;

use super::{
    Spool, end,
    read::{Categories, Draft},
    work::HELD,
};
use crate::{Error, Result, Shop, member::Operator, product, sheet::Sheet};

/// Rows, and bytes of text, that are stored at once.
const ROWS: usize = 1_000;
const BYTES: usize = 2 * 1024 * 1024;

/// Names in a header that are none of ours: so many are told.
const IGNORED: usize = 10;

/// A file that has come in whole.
#[derive(Debug)]
pub struct Taken {
    /// The import.
    pub id: Uuid,
    file: File,
    holder: Uuid,
}

/// Takes a file that has come in; it has to be read then.
///
/// # Errors
/// [`Failure::Invalid`] where no file was chosen, [`Failure::Sheet`] where it is too large.
pub async fn take_in(shop: &Shop, by: &Operator, file_name: &str, spool: Spool) -> Result<Taken> {
    let (file, bytes) = spool.close().await?;
    if bytes == 0 && file_name.is_empty() {
        return Err(Failure::Invalid(Flaws::one("sheet", Flaw::Required)).into());
    }
    let (id, holder) = (Uuid::now_v7(), Uuid::now_v7());
    let now = shop.now();
    sqlx::query!(
        "insert into product_import
             (product_import_id, by_member, seller_id, file_name, bytes, state, created_at, holder, held_until)
         values ($1, $2, $3, $4, $5, 'reading', $6, $7, $8)",
        id,
        by.id(),
        by.seller(),
        name(file_name),
        bytes,
        now,
        holder,
        now + HELD
    )
    .execute(&shop.db)
    .await?;
    Ok(Taken { id, file, holder })
}

/// Writes down that a file broke off on its way in, so that who sent it finds that told.
///
/// # Errors
/// Where the database is away.
pub async fn broke_off(shop: &Shop, by: &Operator, file_name: &str) -> Result<()> {
    sqlx::query!(
        "insert into product_import (product_import_id, by_member, seller_id, file_name, bytes, state, created_at, ended_at)
         values ($1, $2, $3, $4, 0, 'cut_off', $5, $5)",
        Uuid::now_v7(),
        by.id(),
        by.seller(),
        name(file_name),
        shop.now()
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// The last part of a path, as far as it can be shown.
fn name(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(100).collect()
}

impl Taken {
    /// Reads the file into the database, and lets it be checked then. What is no table is told as
    /// such, and leaves nothing.
    pub async fn read(self, shop: Shop) {
        let id = self.id;
        let Err(error) = self.stage(&shop).await else { return };
        let (state, refusal) = match error {
            Error::Refused(Failure::Sheet(flaw)) => (ImportState::Refused, Some(flaw)),
            // Somebody else has told it as broken off.
            Error::Refused(_) => return,
            error => {
                tracing::error!(error = ?error, import = %id, "a file of products was not read");
                (ImportState::CutOff, None)
            }
        };
        // Where this fails too, it is told once nobody holds it any more.
        if let Err(error) = end(&shop, id, state, refusal).await {
            tracing::warn!(%error, import = %id, "how the reading ended was not written down");
        }
    }

    async fn stage(self, shop: &Shop) -> Result<()> {
        let Self { id, file, holder } = self;
        let categories = Categories::new(product::categories(shop).await?);
        let at = Arc::new(AtomicU64::new(0));
        let file = Counted { file, at: at.clone() };
        // One piece is read while the one before is stored.
        let (send, mut pieces) = mpsc::channel(1);
        let reading = tokio::task::spawn_blocking(move || read(file, &categories, &send));
        let mut rows = 0;
        while let Some(piece) = pieces.recv().await {
            rows += piece.len();
            store(shop, id, &piece).await?;
            let done = i64::try_from(at.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
            hold(shop, id, holder, rows, done).await?;
        }
        let ignored = reading.await??;
        if rows == 0 {
            return Err(Failure::Sheet(SheetFlaw::Empty).into());
        }
        sqlx::query!(
            "update product_import
             set state = 'checking', done = 0, ignored = $3, holder = null, held_until = null
             where product_import_id = $1 and holder = $2 and state = 'reading'",
            id,
            holder,
            &ignored
        )
        .execute(&shop.db)
        .await?;
        Ok(())
    }
}

/// Reads all rows, off the async threads. Answers the names in the header that mean nothing.
fn read(file: Counted, categories: &Categories, send: &Sender<Vec<Draft>>) -> Result<Vec<String>> {
    let mut sheet = Sheet::open(file)?;
    let known = |name: &str| Column::parse(name).map(|column| (column, name.to_owned()));
    let columns: Vec<(Column, String)> = sheet.columns().filter_map(known).collect();
    if !columns.iter().any(|(column, _)| matches!(column, Column::Id | Column::Isbn)) {
        return Err(Failure::Sheet(SheetFlaw::ColumnMissing).into());
    }
    let meant: BTreeSet<Column> = columns.iter().map(|(column, _)| *column).collect();
    if meant.len() < columns.len() {
        return Err(Failure::Sheet(SheetFlaw::ColumnTwice).into());
    }
    let unknown = sheet.columns().filter(|name| !name.is_empty() && Column::parse(name).is_none());
    let ignored = unknown.take(IGNORED).map(|name| name.chars().take(40).collect()).collect();
    let (mut piece, mut size, mut rows, mut line) = (Vec::new(), 0, 0, 0);
    while let Some(row) = sheet.next()? {
        rows += 1;
        if rows > MOST_ROWS {
            return Err(Failure::Sheet(SheetFlaw::TooManyRows).into());
        }
        // Where lines end in an odd way they are not counted: the rows still stand in order.
        line = i32::try_from(row.line).unwrap_or(i32::MAX).max(line + 1);
        let draft = Draft::read(line, categories, |column| {
            let name = columns.iter().find(|(own, _)| *own == column).map(|(_, name)| name);
            name.and_then(|name| row.get(name))
        });
        size += draft.size();
        piece.push(draft);
        if piece.len() >= ROWS || size >= BYTES {
            size = 0;
            // Whoever stores them has stopped: so does this.
            if send.blocking_send(std::mem::take(&mut piece)).is_err() {
                return Ok(ignored);
            }
        }
    }
    if !piece.is_empty() {
        let _ = send.blocking_send(piece);
    }
    Ok(ignored)
}

async fn store(shop: &Shop, id: Uuid, piece: &[Draft]) -> Result<()> {
    fn column<T: Clone>(piece: &[Draft], of: impl Fn(&Draft) -> &T) -> Vec<T> {
        piece.iter().map(|draft| of(draft).clone()).collect()
    }
    let lines: Vec<i32> = column(piece, |draft| &draft.line);
    let unread: Vec<Json<_>> = piece.iter().map(|draft| Json(&draft.unread)).collect();
    sqlx::query!(
        "insert into product_import_row (product_import_id, line, named_id, seller_id, isbn, title, original_title, author,
             published_year, category_id, list_price, sale_price, status, earn_percent, low_at, on_hand, description,
             unread)
         select $1, * from unnest($2::int[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
             $9::int[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::int[], $15::int[], $16::int[],
             $17::text[], $18::jsonb[])",
        id,
        &lines,
        &column(piece, |draft| &draft.named_id) as &[Option<i64>],
        &column(piece, |draft| &draft.seller) as &[Option<i64>],
        &column(piece, |draft| &draft.isbn) as &[Option<String>],
        &column(piece, |draft| &draft.title) as &[Option<String>],
        &column(piece, |draft| &draft.original_title) as &[Option<String>],
        &column(piece, |draft| &draft.author) as &[Option<String>],
        &column(piece, |draft| &draft.published_year) as &[Option<i32>],
        &column(piece, |draft| &draft.category) as &[Option<i64>],
        &column(piece, |draft| &draft.list_price) as &[Option<Won>],
        &column(piece, |draft| &draft.sale_price) as &[Option<Won>],
        &column(piece, |draft| &draft.status) as &[Option<String>],
        &column(piece, |draft| &draft.earn_percent) as &[Option<i32>],
        &column(piece, |draft| &draft.low_at) as &[Option<i32>],
        &column(piece, |draft| &draft.on_hand) as &[Option<i32>],
        &column(piece, |draft| &draft.description) as &[Option<String>],
        &unread as &[Json<&Vec<contract::import::Wrong>>]
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// Tells how far the reading is, and that somebody does it.
async fn hold(shop: &Shop, id: Uuid, holder: Uuid, rows: usize, done: i64) -> Result<()> {
    let held = sqlx::query!(
        "update product_import set rows = $3, done = $4, held_until = $5
         where product_import_id = $1 and holder = $2 and state = 'reading'",
        id,
        holder,
        i32::try_from(rows).unwrap_or(i32::MAX),
        done,
        shop.now() + HELD
    );
    match held.execute(&shop.db).await?.rows_affected() {
        0 => Err(Failure::StatusChanged.into()),
        _ => Ok(()),
    }
}

/// A file that tells how far it was read.
struct Counted {
    file: File,
    at: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.at.fetch_add(count.try_into().unwrap_or_default(), Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = self.file.seek(to)?;
        self.at.store(at, Ordering::Relaxed);
        Ok(at)
    }
}
