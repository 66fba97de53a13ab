//! Comparing the rows of a file with what there is, a piece at a time.

use contract::import::{Column, RowFlaw, RowOutcome, Wrong};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    decide::{Facts, There, Verdict, decide},
    work::{Job, hold},
};
use crate::{Result, Shop, retry::retry, words::word};

/// Rows that are compared at once.
const ROWS: i64 = 1_000;

/// Checks all rows of a file, from the first one.
pub(super) async fn run(shop: &Shop, job: &Job) -> Result<()> {
    let (mut after, mut done) = (0, 0);
    loop {
        let (last, count) = retry("check a file", || piece(shop, job, after)).await?;
        let Some(last) = last else { break };
        after = last;
        done += count;
        hold(shop, job, done).await?;
    }
    finish(shop, job).await
}

/// Checks the rows behind a line. Answers the last of them, and how many they are.
async fn piece(shop: &Shop, job: &Job, after: i32) -> Result<(Option<i32>, i64)> {
    // Each product is looked up by itself, as limits make sure: else a plan may read all of them.
    let rows = sqlx::query!(
        r#"select r.line, r.named_id, r.isbn, r.seller_id, r.list_price, r.sale_price,
                  r.unread as "unread: Json<Vec<Wrong>>",
                  r.title is not null as "title!", r.author is not null as "author!",
                  r.category_id is not null as "category!",
                  exists (select from seller v where v.seller_id = r.seller_id) as "seller_there!",
                  n.product_id as "named?", n.seller_id as "named_seller?",
                  i.product_id as "with_isbn?", i.seller_id as "with_isbn_seller?",
                  p.list_price as "now_list_price?", p.sale_price as "now_sale_price?",
                  p.version as "version?", s.low_at as "now_low_at?",
                  coalesce(r.status = 'draft' and p.status <> 'draft' and exists (
                      select from stock_movement m where m.product_id = p.product_id and m.order_id is not null), false)
                      as "sold!",
                  coalesce(r.digits <> replace(p.isbn, '-', ''), false)
                      or coalesce(r.title <> btrim(p.title, E' \t\r\n'), false)
                      or coalesce(r.original_title <> btrim(p.original_title, E' \t\r\n'), false)
                      or coalesce(r.author <> btrim(p.author, E' \t\r\n'), false)
                      or coalesce(r.published_year <> p.published_year, false)
                      or coalesce(r.category_id <> p.category_id, false)
                      or coalesce(r.list_price <> p.list_price, false)
                      or coalesce(r.sale_price <> p.sale_price, false)
                      or coalesce(r.status <> p.status, false)
                      or r.earn_percent is not null and r.earn_percent is distinct from p.earn_percent
                      or coalesce(r.low_at <> s.low_at, false)
                      or coalesce(r.description <> btrim(p.description, E' \t\r\n'), false) as "differs!"
           from product_import_row r
           left join lateral (
               select product_id, seller_id from product where product_id = r.named_id limit 1
           ) n on true
           left join lateral (
               select product_id, seller_id from product where replace(isbn, '-', '') = r.digits limit 1
           ) i on true
           left join lateral (
               select * from product where product_id = coalesce(r.named_id, i.product_id) limit 1
           ) p on true
           left join lateral (select low_at from stock where product_id = p.product_id limit 1) s on true
           where r.product_import_id = $1 and r.line > $2 order by r.line limit $3"#,
        job.id,
        after,
        ROWS
    )
    .fetch_all(&shop.db)
    .await?;
    let last = rows.last().map(|row| row.line);
    let there = |product: Option<i64>, seller: Option<i64>| Some(There { product: product?, seller: seller? });
    let checked = rows.into_iter().map(|row| {
        let facts = Facts {
            named_id: row.named_id,
            named: there(row.named, row.named_seller),
            isbn: row.isbn,
            with_isbn: there(row.with_isbn, row.with_isbn_seller),
            seller: row.seller_id,
            seller_there: row.seller_there,
            title: row.title,
            author: row.author,
            category: row.category,
            list_price: row.list_price,
            sale_price: row.sale_price,
            now_list_price: row.now_list_price,
            now_sale_price: row.now_sale_price,
            sold: row.sold,
            differs: row.differs,
            unread: row.unread.0,
        };
        Checked { line: row.line, version: row.version, low_at: row.now_low_at, verdict: decide(facts, job.seller) }
    });
    let checked: Vec<Checked> = checked.collect();
    store(shop, job.id, &checked).await?;
    Ok((last, i64::try_from(checked.len()).unwrap_or_default()))
}

/// A row that was compared, and the product as it was found.
struct Checked {
    line: i32,
    version: Option<i32>,
    low_at: Option<i32>,
    verdict: Verdict,
}

async fn store(shop: &Shop, id: Uuid, checked: &[Checked]) -> Result<()> {
    let lines: Vec<i32> = checked.iter().map(|row| row.line).collect();
    let outcomes: Vec<String> = checked.iter().map(|row| word(row.verdict.outcome)).collect::<Result<_>>()?;
    let products: Vec<Option<i64>> = checked.iter().map(|row| row.verdict.product).collect();
    let versions: Vec<Option<i32>> = checked.iter().map(|row| row.version).collect();
    let low_ats: Vec<Option<i32>> = checked.iter().map(|row| row.low_at).collect();
    let wrong: Vec<Value> =
        checked.iter().map(|row| Ok(serde_json::to_value(&row.verdict.wrong)?)).collect::<Result<_>>()?;
    sqlx::query!(
        "update product_import_row r
         set outcome = new.outcome, product_id = new.product_id, seen_version = new.version, seen_low_at = new.low_at,
             wrong = new.wrong
         from unnest($2::int[], $3::text[], $4::bigint[], $5::int[], $6::int[], $7::jsonb[])
             as new (line, outcome, product_id, version, low_at, wrong)
         where r.product_import_id = $1 and r.line = new.line",
        id,
        &lines,
        &outcomes,
        &products as &[Option<i64>],
        &versions as &[Option<i32>],
        &low_ats as &[Option<i32>],
        &wrong
    )
    .execute(&shop.db)
    .await?;
    Ok(())
}

/// What only the whole file shows: rows that mean the same product. Then the sums.
async fn finish(shop: &Shop, job: &Job) -> Result<()> {
    // Read first, and written then: a plan that does both may compare every row with every other one.
    let twice = sqlx::query!(
        r#"select line, least(product_first, digits_first) as "first!", named_id, isbn,
                  coalesce(product_first < line, false) as "same_product!"
           from (
               select line, named_id, isbn,
                      case when product_id is not null then min(line) over (partition by product_id) end as product_first,
                      case when digits is not null then min(line) over (partition by digits) end as digits_first
               from product_import_row where product_import_id = $1
           ) firsts
           where least(product_first, digits_first) < line"#,
        job.id
    )
    .fetch_all(&shop.db)
    .await?;
    let lines: Vec<i32> = twice.iter().map(|row| row.line).collect();
    let wrong: Vec<Value> = twice
        .into_iter()
        .map(|row| {
            let flaw = RowFlaw::Twice { line: row.first.into() };
            let wrong = match row.named_id.filter(|_| row.same_product) {
                Some(id) => Wrong { column: Column::Id, flaw, typed: id.to_string() },
                None => Wrong { column: Column::Isbn, flaw, typed: row.isbn.unwrap_or_default() },
            };
            Ok(serde_json::to_value(wrong)?)
        })
        .collect::<Result<_>>()?;
    let mut tx = shop.db.begin().await?;
    sqlx::query!(
        "update product_import_row r set outcome = 'wrong', wrong = r.wrong || new.wrong
         from unnest($2::int[], $3::jsonb[]) as new (line, wrong)
         where r.product_import_id = $1 and r.line = new.line",
        job.id,
        &lines,
        &wrong
    )
    .execute(&mut *tx)
    .await?;
    sums(&mut tx, job, shop.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes down what the rows come to, and that the file is checked now.
pub(super) async fn sums(conn: &mut PgConnection, job: &Job, at: time::OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update product_import i
         set state = 'checked', ended_at = $3, holder = null, held_until = null,
             added = sum.added, changed = sum.changed, unchanged = sum.unchanged, wrong = sum.wrong
         from (
             select count(*) filter (where outcome = $4)::int as added, count(*) filter (where outcome = $5)::int as changed,
                    count(*) filter (where outcome = $6)::int as unchanged, count(*) filter (where outcome = $7)::int as wrong
             from product_import_row where product_import_id = $1
         ) sum
         where i.product_import_id = $1 and i.holder = $2",
        job.id,
        job.holder,
        at,
        word(RowOutcome::Added)?,
        word(RowOutcome::Changed)?,
        word(RowOutcome::Unchanged)?,
        word(RowOutcome::Wrong)?
    )
    .execute(conn)
    .await?;
    Ok(())
}
