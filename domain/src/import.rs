//! Products by file: a CSV file is read into rows of the database, compared with what there is, and
//! applied as a whole or not at all. Each step outlives the instance that began it, but for the
//! reading, which is told as broken off.

mod apply;
mod check;
mod decide;
pub mod export;
mod read;
mod spool;
mod stage;
mod work;

use contract::{
    Failure,
    import::{ImportState, Wrong},
    sheet::SheetFlaw,
    table::{Cursor, Rows},
};
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Result, Shop,
    member::Operator,
    words::{read, word},
};

pub use spool::Spool;
pub use stage::{Taken, broke_off, take_in};
pub use work::{forget, work};

/// A file of products, and how far it is.
#[derive(Debug, Clone)]
pub struct Import {
    /// The import.
    pub id: Uuid,
    /// Who sent it.
    pub by_name: String,
    /// What the file is called.
    pub file_name: String,
    /// Its bytes.
    pub bytes: i64,
    /// How far it is.
    pub state: ImportState,
    /// Why it is no table, where it is refused.
    pub refusal: Option<SheetFlaw>,
    /// Names in its header that are none of ours.
    pub ignored: Vec<String>,
    /// Rows that were read.
    pub rows: i32,
    /// Of the step under way: bytes read, rows checked, or rows applied.
    pub done: i64,
    /// Rows that are new products.
    pub added: i32,
    /// Rows that change a product.
    pub changed: i32,
    /// Rows whose product is so already.
    pub unchanged: i32,
    /// Rows with something wrong.
    pub wrong: i32,
    /// When it came, in UTC.
    pub created_at: OffsetDateTime,
    /// When its last step ended, in UTC.
    pub ended_at: Option<OffsetDateTime>,
}

impl Import {
    /// Products that it would touch.
    pub const fn touched(&self) -> i32 {
        self.added + self.changed
    }

    /// Whether it can be applied.
    pub fn is_ready(&self) -> bool {
        self.state == ImportState::Checked && self.wrong == 0 && self.touched() > 0
    }

    /// How far the step under way is, and how far it goes.
    pub fn progress(&self) -> (i64, i64) {
        match self.state {
            ImportState::Reading => (self.done, self.bytes),
            ImportState::Applying => (self.done, self.touched().into()),
            _ => (self.done, self.rows.into()),
        }
    }
}

/// A row as the table holds it.
struct Stored {
    product_import_id: Uuid,
    by_name: String,
    file_name: String,
    bytes: i64,
    state: String,
    refusal: Option<String>,
    ignored: Vec<String>,
    rows: i32,
    done: i64,
    added: i32,
    changed: i32,
    unchanged: i32,
    wrong: i32,
    created_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
}

impl TryFrom<Stored> for Import {
    type Error = crate::Error;

    fn try_from(row: Stored) -> Result<Self> {
        Ok(Self {
            id: row.product_import_id,
            by_name: row.by_name,
            file_name: row.file_name,
            bytes: row.bytes,
            state: read(&row.state)?,
            refusal: row.refusal.as_deref().map(read).transpose()?,
            ignored: row.ignored,
            rows: row.rows,
            done: row.done,
            added: row.added,
            changed: row.changed,
            unchanged: row.unchanged,
            wrong: row.wrong,
            created_at: row.created_at,
            ended_at: row.ended_at,
        })
    }
}

/// The files of the seller who asks, or of all for the staff, newest first.
///
/// # Errors
/// Where the database is away.
pub async fn list(shop: &Shop, by: &Operator, after: Option<&Cursor>, limit: i64) -> Result<Rows<Import>> {
    let rows = sqlx::query_as!(
        Stored,
        r#"select i.product_import_id, m.name as by_name, i.file_name, i.bytes, i.state, i.refusal, i.ignored, i.rows,
                  i.done, i.added, i.changed, i.unchanged, i.wrong, i.created_at, i.ended_at
           from product_import i join member m on m.member_id = i.by_member
           where i.product_import_id < $1 and ($2::bigint is null or i.seller_id = $2)
           order by i.product_import_id desc limit $3"#,
        after.and_then(Cursor::id::<Uuid>).unwrap_or(Uuid::max()),
        by.seller(),
        limit + 1
    )
    .fetch_all(&shop.db)
    .await?;
    let rows = rows.into_iter().map(Import::try_from).collect::<Result<Vec<_>>>()?;
    Ok(Rows::cut(rows, limit, |import| Cursor { value: String::new(), id: import.id.to_string() }))
}

/// One file.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn get(shop: &Shop, by: &Operator, id: Uuid) -> Result<Import> {
    let found = sqlx::query_as!(
        Stored,
        r#"select i.product_import_id, m.name as by_name, i.file_name, i.bytes, i.state, i.refusal, i.ignored, i.rows,
                  i.done, i.added, i.changed, i.unchanged, i.wrong, i.created_at, i.ended_at
           from product_import i join member m on m.member_id = i.by_member
           where i.product_import_id = $1 and ($2::bigint is null or i.seller_id = $2)"#,
        id,
        by.seller()
    );
    found.fetch_optional(&shop.db).await?.ok_or(Failure::NotFound)?.try_into()
}

/// A row with something wrong.
#[derive(Debug, Clone)]
pub struct WrongRow {
    /// The line of the file that it begins on.
    pub line: i32,
    /// Its title, where it has one.
    pub title: String,
    /// What is wrong, in the order of the columns.
    pub wrong: Vec<Wrong>,
}

/// The rows of a file that have something wrong, in its order.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's file too.
pub async fn wrong_rows(
    shop: &Shop,
    by: &Operator,
    id: Uuid,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<WrongRow>> {
    get(shop, by, id).await?;
    let rows = sqlx::query!(
        r#"select line, coalesce(title, '') as "title!", wrong as "wrong: Json<Vec<Wrong>>" from product_import_row
           where product_import_id = $1 and outcome = 'wrong' and line > $2 order by line limit $3"#,
        id,
        after.and_then(Cursor::id::<i32>).unwrap_or_default(),
        limit + 1
    )
    .fetch_all(&shop.db)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let mut wrong = row.wrong.0;
        wrong.sort_by_key(|one| one.column);
        WrongRow { line: row.line, title: row.title, wrong }
    });
    Ok(Rows::cut(rows.collect(), limit, |row| Cursor { value: String::new(), id: row.line.to_string() }))
}

/// Lets a file that was checked be applied, soon and by itself. Asked twice it is applied once.
///
/// # Errors
/// [`Failure::NotFound`] for another seller's file; [`Failure::StatusChanged`] where it is not
/// ready to be applied.
pub async fn apply(shop: &Shop, by: &Operator, id: Uuid) -> Result<()> {
    let begun = sqlx::query!(
        "update product_import set state = 'applying', done = 0, attempts = 0, holder = null, held_until = null
         where product_import_id = $1 and ($2::bigint is null or seller_id = $2)
           and state = 'checked' and wrong = 0 and added + changed > 0",
        id,
        by.seller()
    );
    if begun.execute(&shop.db).await?.rows_affected() == 1 {
        return Ok(());
    }
    match get(shop, by, id).await?.state {
        ImportState::Applying | ImportState::Applied => Ok(()),
        _ => Err(Failure::StatusChanged.into()),
    }
}

/// Compares the rows of a file anew with what there is.
///
/// # Errors
/// [`Failure::NotFound`] for another seller's file; [`Failure::StatusChanged`] where its rows are
/// not there any more, or not yet.
pub async fn check_again(shop: &Shop, by: &Operator, id: Uuid) -> Result<()> {
    let begun = sqlx::query!(
        "update product_import set state = 'checking', done = 0, attempts = 0, holder = null, held_until = null
         where product_import_id = $1 and ($2::bigint is null or seller_id = $2) and state in ('checked', 'failed')",
        id,
        by.seller()
    );
    if begun.execute(&shop.db).await?.rows_affected() == 1 {
        return Ok(());
    }
    match get(shop, by, id).await?.state {
        ImportState::Checking => Ok(()),
        _ => Err(Failure::StatusChanged.into()),
    }
}

/// Ends a file whose rows nobody needs.
async fn end(shop: &Shop, id: Uuid, state: ImportState, refusal: Option<SheetFlaw>) -> Result<()> {
    sqlx::query!(
        "update product_import set state = $2, refusal = $3, ended_at = $4, holder = null, held_until = null
         where product_import_id = $1",
        id,
        word(state)?,
        refusal.map(word).transpose()?,
        shop.now()
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}
