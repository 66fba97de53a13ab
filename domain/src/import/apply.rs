//! Applying a file: one transaction, in which a few statements per thousand rows do it all.

use contract::{Failure, import::ImportState, trail::Act};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{
    check::sums,
    end,
    work::{Job, hold},
};
use crate::{Error, Result, Shop, error::OnConstraint, event, inventory, member::Operator, product, ranking, trail};

/// Rows that one statement applies.
const ROWS: i64 = 500;

/// Applies all rows of a file, or none: where a product has moved since it was compared, its row is
/// told instead.
pub(super) async fn run(shop: &Shop, job: &Job) -> Result<()> {
    let by = Operator::again(shop, job.by).await?.filter(|by| by.seller() == job.seller);
    // Whoever asked for it may do so no more.
    let Some(by) = by else { return end(shop, job.id, ImportState::Failed, None).await };
    match all(shop, job, &by).await {
        // Another product took an ISBN just now: comparing anew finds out which.
        Err(Error::Refused(Failure::EditedMeanwhile)) => compare_anew(shop, job).await,
        outcome => outcome,
    }
}

async fn all(shop: &Shop, job: &Job, by: &Operator) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    // More rows are locked and written here than by any request.
    sqlx::query!("select set_config('statement_timeout', '60s', true)").fetch_one(&mut *tx).await?;
    if moved(&mut tx, job).await? > 0 {
        sums(&mut tx, job, at).await?;
        tx.commit().await?;
        return Ok(());
    }
    let (mut done, mut moved, mut back) = (0, Vec::new(), Vec::new());
    for step in [Step::Change, Step::Add] {
        let mut after = 0;
        loop {
            let applied = match step {
                Step::Change => change(&mut tx, job, after, at).await,
                Step::Add => add(&mut tx, job, by, after, at).await,
            };
            let applied = applied
                .on_constraint("product_isbn_key", || Failure::EditedMeanwhile)
                .on_constraint("product_isbn_digits_key", || Failure::EditedMeanwhile)?;
            let Some(last) = applied.iter().map(|row| row.line).max() else { break };
            after = last;
            done += i64::try_from(applied.len()).unwrap_or_default();
            moved.extend(applied.iter().filter(|row| row.is_elsewhere()).map(|row| row.product));
            back.extend(applied.iter().filter(|row| row.is_back()).map(|row| row.product));
            let told: Vec<trail::Change> = applied.into_iter().map(Applied::told).collect();
            trail::record(&mut tx, by, at, &told).await?;
            // On a connection of its own: what this transaction writes nobody sees yet.
            hold(shop, job, done).await?;
        }
    }
    ranking::recategorize(&mut tx, &moved).await?;
    set_low_at(&mut tx, job).await?;
    let again = product::back_on_sale(&mut tx, &back).await?;
    event::append(&mut tx, &again).await?;
    let ended = sqlx::query!(
        "update product_import set state = 'applied', ended_at = $3, holder = null, held_until = null
         where product_import_id = $1 and holder = $2 and state = 'applying'",
        job.id,
        job.holder,
        at
    );
    if ended.execute(&mut *tx).await?.rows_affected() == 0 {
        return Err(Failure::StatusChanged.into());
    }
    tx.commit().await?;
    Ok(())
}

#[derive(Clone, Copy)]
enum Step {
    Change,
    Add,
}

/// Locks every product that will change, in the order of their ids, and tells the rows whose product
/// is not as it was when it was compared. Answers how many those are.
async fn moved(conn: &mut PgConnection, job: &Job) -> Result<usize> {
    // Read first, and written then: a plan that does both may compare every row with every other one.
    let mut lines = sqlx::query_scalar!(
        r#"with locked as (
               select r.line, p.version <> r.seen_version or s.low_at <> r.seen_low_at
                          or ($2::bigint is not null and p.seller_id <> $2) as moved
               from product_import_row r
               join product p on p.product_id = r.product_id join stock s on s.product_id = p.product_id
               where r.product_import_id = $1 and r.outcome = 'changed'
               order by p.product_id for no key update of p
           )
           select line as "line!" from locked where moved"#,
        job.id,
        job.seller
    )
    .fetch_all(&mut *conn)
    .await?;
    let taken = sqlx::query_scalar!(
        "select r.line from product_import_row r
         cross join lateral (select from product p where replace(p.isbn, '-', '') = r.digits limit 1) taken
         where r.product_import_id = $1 and r.outcome = 'added'",
        job.id
    )
    .fetch_all(&mut *conn)
    .await?;
    lines.extend(taken);
    if lines.is_empty() {
        return Ok(0);
    }
    sqlx::query!(
        "update product_import_row r
         set outcome = 'wrong', wrong = r.wrong || jsonb_build_object(
             'column', case when r.named_id is null then 'isbn' else 'id' end, 'flaw', 'moved',
             'typed', coalesce(r.named_id::text, r.isbn, ''))
         from unnest($2::int[]) as new (line)
         where r.product_import_id = $1 and r.line = new.line",
        job.id,
        &lines
    )
    .execute(conn)
    .await?;
    Ok(lines.len())
}

/// A row that was applied.
struct Applied {
    line: i32,
    product: i64,
    seller: i64,
    before: Value,
    after: Value,
}

impl Applied {
    /// Whether it was in another category before.
    fn is_elsewhere(&self) -> bool {
        self.before.get("category").is_some_and(|before| Some(before) != self.after.get("category"))
    }

    /// Whether it is sold now, and was not before.
    fn is_back(&self) -> bool {
        let sold = |facts: &Value| facts.get("status").and_then(Value::as_str) == Some("on_sale");
        self.before.get("status").is_some() && !sold(&self.before) && sold(&self.after)
    }

    fn told(self) -> trail::Change {
        trail::Change {
            act: Act::ProductImported,
            subject: self.product.to_string(),
            seller: Some(self.seller),
            before: self.before,
            after: self.after,
        }
    }
}

/// Changes the products of the rows behind a line. What a row leaves out stays.
async fn change(conn: &mut PgConnection, job: &Job, after: i32, at: OffsetDateTime) -> Result<Vec<Applied>> {
    Ok(sqlx::query_as!(
        Applied,
        r#"with part as (
               select * from product_import_row
               where product_import_id = $1 and outcome = 'changed' and line > $2 order by line limit $3
           ), old as (
               select p.*, s.low_at, c.slug from part join product p using (product_id)
               join stock s using (product_id) join category c on c.category_id = p.category_id
           ), new as (
               update product p
               set isbn = case when r.digits = replace(p.isbn, '-', '') then p.isbn else coalesce(r.isbn, p.isbn) end,
                   title = coalesce(r.title, p.title),
                   original_title = coalesce(r.original_title, p.original_title),
                   author = coalesce(r.author, p.author),
                   published_year = coalesce(r.published_year, p.published_year),
                   category_id = coalesce(r.category_id, p.category_id),
                   list_price = coalesce(r.list_price, p.list_price),
                   sale_price = coalesce(r.sale_price, p.sale_price),
                   status = coalesce(r.status, p.status),
                   earn_percent = coalesce(r.earn_percent, p.earn_percent),
                   description = coalesce(r.description, p.description),
                   version = p.version + 1, updated_at = $4
               from part r where p.product_id = r.product_id
               returning p.*, r.line, r.low_at
           )
           select new.line as "line!", new.product_id as "product!", new.seller_id as "seller!",
                  jsonb_build_object('isbn', old.isbn, 'title', old.title, 'original_title', old.original_title,
                      'author', old.author, 'published_year', old.published_year, 'category', old.slug,
                      'list_price', old.list_price, 'sale_price', old.sale_price, 'status', old.status,
                      'earn_percent', old.earn_percent, 'low_at', old.low_at,
                      'description', case when new.description <> old.description then old.description end)
                      as "before!",
                  jsonb_build_object('isbn', new.isbn, 'title', new.title, 'original_title', new.original_title,
                      'author', new.author, 'published_year', new.published_year, 'category', c.slug,
                      'list_price', new.list_price, 'sale_price', new.sale_price, 'status', new.status,
                      'earn_percent', new.earn_percent, 'low_at', coalesce(new.low_at, old.low_at),
                      'description', case when new.description <> old.description then new.description end)
                      as "after!"
           from new join old using (product_id) join category c on c.category_id = new.category_id
           order by 1"#,
        job.id,
        after,
        ROWS,
        at
    )
    .fetch_all(conn)
    .await?)
}

/// Adds the products of the rows behind a line, with their opening stock. What a row leaves out is
/// as of a form that was left alone: a draft at the price on its cover.
async fn add(
    conn: &mut PgConnection,
    job: &Job,
    by: &Operator,
    after: i32,
    at: OffsetDateTime,
) -> Result<Vec<Applied>> {
    Ok(sqlx::query_as!(
        Applied,
        r#"with part as (
               select * from product_import_row
               where product_import_id = $1 and outcome = 'added' and line > $2 order by line limit $3
           ), new as (
               insert into product (seller_id, category_id, title, original_title, author, published_year, isbn,
                   description, list_price, sale_price, status, earn_percent, created_at, updated_at)
               select coalesce($5, seller_id), category_id, title, coalesce(original_title, ''), author,
                   coalesce(published_year, extract(year from $4 at time zone 'Asia/Seoul')::int), isbn,
                   coalesce(description, ''), list_price, coalesce(sale_price, list_price), coalesce(status, 'draft'),
                   earn_percent, $4, $4
               from part order by line
               returning *
           ), stocked as (
               insert into stock (product_id, on_hand, low_at)
               select new.product_id, coalesce(r.on_hand, 0), coalesce(r.low_at, 5) from new join part r using (isbn)
               returning product_id, on_hand, low_at
           ), moved as (
               insert into stock_movement (product_id, kind, on_hand_delta, by_member, reason, created_at)
               select product_id, 'received', on_hand, $6, 'opening', $4 from stocked where on_hand > 0
           )
           select r.line as "line!", new.product_id as "product!", new.seller_id as "seller!",
                  '{}'::jsonb as "before!",
                  jsonb_build_object('isbn', new.isbn, 'title', new.title, 'original_title', new.original_title,
                      'author', new.author, 'published_year', new.published_year, 'category', c.slug,
                      'list_price', new.list_price, 'sale_price', new.sale_price, 'status', new.status,
                      'earn_percent', new.earn_percent, 'low_at', s.low_at, 'on_hand', s.on_hand,
                      'description', new.description) as "after!"
           from new join part r using (isbn) join stocked s on s.product_id = new.product_id
           join category c on c.category_id = new.category_id
           order by 1"#,
        job.id,
        after,
        ROWS,
        at,
        job.seller,
        by.id()
    )
    .fetch_all(conn)
    .await?)
}

/// Sets from how many copies down stock is low. Last, since orders wait for the stock that is locked.
async fn set_low_at(conn: &mut PgConnection, job: &Job) -> Result<()> {
    let set = sqlx::query_scalar!(
        "with due as (
             select s.product_id, r.low_at from product_import_row r join stock s using (product_id)
             where r.product_import_id = $1 and r.outcome = 'changed' and r.low_at <> s.low_at
             order by s.product_id for update of s
         )
         update stock s set low_at = due.low_at from due where s.product_id = due.product_id
         returning s.product_id",
        job.id
    )
    .fetch_all(&mut *conn)
    .await?;
    inventory::show(conn, &set).await
}

/// Lets a file be compared anew.
async fn compare_anew(shop: &Shop, job: &Job) -> Result<()> {
    sqlx::query!(
        "update product_import set state = 'checking', done = 0, holder = null, held_until = null
         where product_import_id = $1 and holder = $2",
        job.id,
        job.holder
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}
