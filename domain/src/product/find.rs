//! Products as programs find them: by cursor, so that the last part costs what the first one does.

use contract::{
    Won,
    form::Flaw,
    listing::Sort,
    product::{ProductCard, ProductId},
    table::{Cursor, Rows},
};
use time::OffsetDateTime;

use super::{edit::flawed, list::COUNTED, literal, pairs, words};
use crate::{
    Result, Shop,
    keyset::{cursor, moment},
    plan::planned,
};

/// Which products to find; what is empty asks for all that are on sale.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Words that title, author or ISBN hold. Spaces and hyphens inside them do not count.
    pub typed: String,
    /// Of one category alone.
    pub category: Option<i64>,
}

/// A part of what was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its products, and where the next ones begin.
    pub cards: Rows<ProductCard>,
    /// How many were found in all, counted up to [`COUNTED`] and one more, which tells that there are
    /// further ones.
    pub count: i64,
}

struct Read {
    id: ProductId,
    title: String,
    author: String,
    list_price: Won,
    sale_price: Won,
    available: i32,
    cover: Option<String>,
    created_at: OffsetDateTime,
}

/// What was found, in one order, from a product on. The part is picked by what filters and orders alone,
/// and only its products are read whole.
macro_rules! found {
    ($behind:literal, $order:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Read,
            "select p.product_id as id, p.title, p.author, p.list_price, p.sale_price, s.available as \"available!\",
                    p.cover, p.created_at
             from (
                 select p.product_id from product p
                 where p.status = 'on_sale' and ($1::bigint is null or p.category_id = $1)
                   and ($2::text[] is null or p.search_text like all ($2))
                   and ($3::text[] is null or bigrams(p.search_text) @> $3)
                   and "
                + $behind
                + " order by "
                + $order
                + " limit $4
             ) as picked
             join product p using (product_id) join stock s using (product_id)
             order by "
                + $order,
            $($argument),+
        )
    };
}

/// Finds products that are on sale: `limit` at most, those behind `after`.
///
/// # Errors
/// [`Failure::Invalid`](contract::Failure::Invalid) on `cursor`, which is none of this order.
pub async fn find(shop: &Shop, wanted: &Wanted, sort: Sort, after: Option<&Cursor>, limit: i64) -> Result<Found> {
    let words = words(&wanted.typed);
    let id: Option<ProductId> = behind(after, Cursor::id)?;
    if words.is_empty() && !wanted.typed.trim().is_empty() {
        return Ok(Found { cards: Rows { rows: Vec::new(), next: None }, count: 0 });
    }
    // Nothing to look for asks for everything, and not for what holds nothing.
    let patterns: Vec<String> = words.iter().map(|word| format!("%{}%", literal(word))).collect();
    let pairs: Vec<String> = words.iter().flat_map(|word| pairs(word)).collect();
    let patterns = Some(patterns).filter(|patterns| !patterns.is_empty());
    let pairs = Some(pairs).filter(|pairs| !pairs.is_empty());
    let mut tx = planned(shop).await?;
    macro_rules! rows {
        ($behind:literal, $order:literal, $value:expr) => {
            found!($behind, $order, wanted.category, patterns.as_deref(), pairs.as_deref(), limit + 1, id, $value)
                .fetch_all(&mut *tx)
                .await?
        };
    }
    let price = || behind(after, Cursor::value::<Won>);
    let rows = match sort {
        Sort::Recent => rows!(
            "($6::timestamptz is null or (p.created_at, p.product_id) < ($6, $5))",
            "p.created_at desc, p.product_id desc",
            behind(after, arrived)?
        ),
        Sort::PriceLow => rows!(
            "($6::bigint is null or (p.sale_price, p.product_id) > ($6, $5))",
            "p.sale_price, p.product_id",
            price()?
        ),
        Sort::PriceHigh => rows!(
            "($6::bigint is null or (p.sale_price, p.product_id) < ($6, $5))",
            "p.sale_price desc, p.product_id desc",
            price()?
        ),
        Sort::Title => rows!(
            "($6::text is null or (p.title, p.product_id) > ($6, $5))",
            "p.title, p.product_id",
            after.map(|after| after.value.clone())
        ),
    };
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from product p
               where p.status = 'on_sale' and ($1::bigint is null or p.category_id = $1)
                 and ($2::text[] is null or p.search_text like all ($2))
                 and ($3::text[] is null or bigrams(p.search_text) @> $3)
               limit $4) as few"#,
        wanted.category,
        patterns.as_deref(),
        pairs.as_deref(),
        COUNTED + 1
    )
    .fetch_one(&mut *tx)
    .await?;
    let Rows { rows, next } = Rows::cut(rows, limit, |row| key(sort, row));
    Ok(Found { cards: Rows { rows: rows.into_iter().map(ProductCard::from).collect(), next }, count })
}

fn behind<T>(after: Option<&Cursor>, read: impl Fn(&Cursor) -> Option<T>) -> Result<Option<T>> {
    match after {
        None => Ok(None),
        Some(after) => Ok(Some(read(after).ok_or_else(|| flawed("cursor", Flaw::Format))?)),
    }
}

/// No product came before 1970, and the database knows no time long before it.
fn arrived(after: &Cursor) -> Option<OffsetDateTime> {
    moment(Some(after)).filter(|at| *at >= OffsetDateTime::UNIX_EPOCH)
}

fn key(sort: Sort, row: &Read) -> Cursor {
    match sort {
        Sort::Recent => cursor(row.created_at, row.id),
        Sort::PriceLow | Sort::PriceHigh => Cursor { value: row.sale_price.to_string(), id: row.id.to_string() },
        Sort::Title => Cursor { value: row.title.clone(), id: row.id.to_string() },
    }
}

impl From<Read> for ProductCard {
    fn from(read: Read) -> Self {
        Self {
            id: read.id,
            title: read.title,
            author: read.author,
            list_price: read.list_price,
            sale_price: read.sale_price,
            available: read.available,
            cover: read.cover,
        }
    }
}
