//! Products as those who sell them find them.

use contract::{
    Won,
    product::{ProductId, ProductStatus, isbn::digits},
    table::{Cursor, Rows},
};
use time::OffsetDateTime;

use super::{literal, pairs, status, words};
use crate::{Result, Shop, member::Operator};

/// How far products are counted: beyond it there are so many and more.
pub const COUNTED: i64 = 10_000;

/// Which products to list; what is empty asks for nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words of title and author, or an ISBN.
    pub typed: String,
    /// Of one status alone.
    pub status: Option<ProductStatus>,
    /// Of one category alone.
    pub category: Option<i64>,
    /// Of one seller alone; whoever runs a seller sees their own anyway.
    pub seller: Option<i64>,
    /// Those alone of which few copies are available, or none.
    pub short: bool,
}

/// The order of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By title.
    Title,
    /// By title, turned round.
    TitleDown,
    /// The cheapest first.
    Price,
    /// The dearest first.
    PriceDown,
    /// Those first of which the fewest are available.
    Stock,
    /// Those first of which the most are available.
    StockDown,
    /// Those first that were changed longest ago.
    Changed,
    /// Those first that were changed last.
    ChangedDown,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 10] = [
        Self::Newest,
        Self::Oldest,
        Self::Title,
        Self::TitleDown,
        Self::Price,
        Self::PriceDown,
        Self::Stock,
        Self::StockDown,
        Self::Changed,
        Self::ChangedDown,
    ];

    /// Its word in a URL.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Newest => "new-desc",
            Self::Oldest => "new",
            Self::Title => "title",
            Self::TitleDown => "title-desc",
            Self::Price => "price",
            Self::PriceDown => "price-desc",
            Self::Stock => "stock",
            Self::StockDown => "stock-desc",
            Self::Changed => "changed",
            Self::ChangedDown => "changed-desc",
        }
    }

    /// Reads the word; anything unknown is the list's own order.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|order| order.word() == word).unwrap_or_default()
    }

    fn key(self, row: &Row) -> Cursor {
        let value = match self {
            Self::Newest | Self::Oldest => String::new(),
            Self::Title | Self::TitleDown => row.title.clone(),
            Self::Price | Self::PriceDown => row.sale_price.to_string(),
            Self::Stock | Self::StockDown => row.available.to_string(),
            // As exactly as it is stored.
            Self::Changed | Self::ChangedDown => (row.updated_at.unix_timestamp_nanos() / 1_000).to_string(),
        };
        Cursor { value, id: row.id.to_string() }
    }
}

/// A product in the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The product.
    pub id: ProductId,
    /// Its title.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// Its ISBN.
    pub isbn: String,
    /// Whether it is sold.
    pub status: ProductStatus,
    /// Price on the cover, in won.
    pub list_price: Won,
    /// Price to pay, in won.
    pub sale_price: Won,
    /// Copies that can be bought.
    pub available: i32,
    /// From so many available copies down, stock is low.
    pub low_at: i32,
    /// Whether it was ever ordered.
    pub sold: bool,
    /// Who sells it.
    pub seller: String,
    /// Counts its changes.
    pub version: i32,
    /// When it was changed last, in UTC.
    pub updated_at: OffsetDateTime,
}

struct Read {
    id: ProductId,
    title: String,
    author: String,
    isbn: String,
    status: String,
    list_price: Won,
    sale_price: Won,
    available: i32,
    low_at: i32,
    sold: bool,
    seller: String,
    version: i32,
    updated_at: OffsetDateTime,
}

/// The list in one order, from a row on. The page is picked by what filters and orders alone, and only
/// its rows are read whole.
macro_rules! listing {
    ($beyond:literal, $order:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Read,
            "select p.product_id as id, p.title, p.author, p.isbn, p.status, p.list_price, p.sale_price,
                    s.available as \"available!\", s.low_at, v.name as seller, p.version, p.updated_at,
                    exists (select from stock_movement m where m.product_id = p.product_id and m.order_id is not null)
                        as \"sold!\"
             from (
                 select p.product_id from product p join stock s using (product_id)
                 where ($1::bigint is null or p.seller_id = $1)
                   and ($2::text is null or p.status = $2)
                   and ($3::bigint is null or p.category_id = $3)
                   and ($4::text is null or replace(p.isbn, '-', '') = $4)
                   and ($5::text[] is null or p.search_text like all ($5))
                   and ($6::text[] is null or bigrams(p.search_text) @> $6)
                   and (not $7 or p.product_id = any(array(
                       select few.product_id from stock few where few.available <= few.low_at)))
                   and "
                + $beyond
                + " order by "
                + $order
                + " limit $8
             ) as picked
             join product p using (product_id) join stock s using (product_id) join seller v using (seller_id)
             order by "
                + $order,
            $($argument),+
        )
    };
}

/// The products that one runs: `limit` at most, those behind `after`.
///
/// # Errors
/// Where the database is away.
pub async fn list(
    shop: &Shop,
    by: &Operator,
    filter: &Filter,
    order: Order,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Row>> {
    let seller = by.seller().or(filter.seller);
    let status = filter.status.map(ProductStatus::word);
    let number = digits(&filter.typed);
    let words = if number.is_some() { Vec::new() } else { words(&filter.typed) };
    let patterns: Vec<String> = words.iter().map(|word| format!("%{}%", literal(word))).collect();
    let pairs: Vec<String> = words.iter().flat_map(|word| pairs(word)).collect();
    // Nothing to look for asks for everything, and not for what holds nothing.
    let patterns = Some(patterns).filter(|patterns| !patterns.is_empty());
    let pairs = Some(pairs).filter(|pairs| !pairs.is_empty());
    let id: Option<ProductId> = after.and_then(Cursor::id);
    macro_rules! rows {
        ($beyond:literal, $order:literal $(, $value:expr)?) => {
            listing!(
                $beyond, $order, seller, status, filter.category, number, patterns.as_deref(), pairs.as_deref(),
                filter.short, limit + 1, id $(, $value)?
            )
            .fetch_all(&shop.db)
            .await?
        };
    }
    let title = after.map(|after| after.value.clone());
    let price: Option<Won> = after.and_then(Cursor::value);
    let available: Option<i32> = after.and_then(Cursor::value);
    let changed = after.and_then(Cursor::value).and_then(time_of);
    let read = match order {
        Order::Newest => rows!("($9::bigint is null or p.product_id < $9)", "p.product_id desc"),
        Order::Oldest => rows!("($9::bigint is null or p.product_id > $9)", "p.product_id"),
        Order::Title => {
            rows!("($10::text is null or (p.title, p.product_id) > ($10, $9))", "p.title, p.product_id", title)
        }
        Order::TitleDown => rows!(
            "($10::text is null or (p.title, p.product_id) < ($10, $9))",
            "p.title desc, p.product_id desc",
            title
        ),
        Order::Price => rows!(
            "($10::bigint is null or (p.sale_price, p.product_id) > ($10, $9))",
            "p.sale_price, p.product_id",
            price
        ),
        Order::PriceDown => rows!(
            "($10::bigint is null or (p.sale_price, p.product_id) < ($10, $9))",
            "p.sale_price desc, p.product_id desc",
            price
        ),
        Order::Stock => rows!(
            "($10::int is null or (s.available, s.product_id) > ($10, $9))",
            "s.available, s.product_id",
            available
        ),
        Order::StockDown => rows!(
            "($10::int is null or (s.available, s.product_id) < ($10, $9))",
            "s.available desc, s.product_id desc",
            available
        ),
        Order::Changed => rows!(
            "($10::timestamptz is null or (p.updated_at, p.product_id) > ($10, $9))",
            "p.updated_at, p.product_id",
            changed
        ),
        Order::ChangedDown => rows!(
            "($10::timestamptz is null or (p.updated_at, p.product_id) < ($10, $9))",
            "p.updated_at desc, p.product_id desc",
            changed
        ),
    };
    let rows = read.into_iter().map(Row::from).collect();
    Ok(Rows::cut(rows, limit, |row| order.key(row)))
}

/// A time that a cursor holds, in microseconds since 1970.
fn time_of(micros: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()
}

impl From<Read> for Row {
    fn from(read: Read) -> Self {
        Self {
            id: read.id,
            title: read.title,
            author: read.author,
            isbn: read.isbn,
            status: status(&read.status),
            list_price: read.list_price,
            sale_price: read.sale_price,
            available: read.available,
            low_at: read.low_at,
            sold: read.sold,
            seller: read.seller,
            version: read.version,
            updated_at: read.updated_at,
        }
    }
}

/// How many products of each status one runs, or one seller has; counted up to [`COUNTED`] and one
/// more, which tells that there are further ones.
///
/// # Errors
/// Where the database is away.
pub async fn counts(shop: &Shop, by: &Operator, seller: Option<i64>) -> Result<Vec<(ProductStatus, i64)>> {
    let statuses: Vec<String> = ProductStatus::ALL.iter().map(|status| status.word().to_owned()).collect();
    let counts = sqlx::query_scalar!(
        r#"select (select count(*) from (
                       select from product p
                       where p.status = named.status and ($2::bigint is null or p.seller_id = $2) limit $3
                   ) as few) as "count!"
           from unnest($1::text[]) with ordinality as named (status, position) order by position"#,
        &statuses,
        by.seller().or(seller),
        COUNTED + 1
    )
    .fetch_all(&shop.db)
    .await?;
    Ok(ProductStatus::ALL.into_iter().zip(counts).collect())
}

/// Who sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seller {
    /// The seller.
    pub id: i64,
    /// Their name.
    pub name: String,
}

/// The sellers whose products one runs, by name, a thousand at most.
///
/// # Errors
/// Where the database is away.
pub async fn sellers(shop: &Shop, by: &Operator) -> Result<Vec<Seller>> {
    Ok(sqlx::query_as!(
        Seller,
        "select seller_id as id, name from seller where $1::bigint is null or seller_id = $1
         order by name, seller_id limit 1000",
        by.seller()
    )
    .fetch_all(&shop.db)
    .await?)
}
