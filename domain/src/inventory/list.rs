//! The table of stock: what there is of everything that one runs.

use contract::{
    product::ProductId,
    stock::{StockLevel, StockOrder},
    table::{Cursor, Rows},
};

use crate::{
    Result, Shop,
    member::Operator,
    plan::planned,
    product::{literal, pairs, words},
};

/// Rows are counted up to here; one more says that there are further ones.
pub const MOST_COUNTED: i64 = 10_000;

/// What of the table is asked for.
#[derive(Debug, Clone, Default)]
pub struct StockFilter {
    /// Words of the title, the author or the ISBN, or the product's number; may be empty.
    pub search: String,
    /// Only stock at this level: of what is on sale, where it is low or depleted.
    pub level: Option<StockLevel>,
    /// Only that of this seller, where the one who asks sees others.
    pub seller: Option<i64>,
    /// By what it is ordered,
    pub order: StockOrder,
    /// and whether the largest stands first.
    pub down: bool,
}

/// A product in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockRow {
    /// The product.
    pub product: ProductId,
    /// Its title.
    pub title: String,
    /// Thirteen digits with hyphens.
    pub isbn: String,
    /// Who sells it.
    pub seller: String,
    /// Copies in the house.
    pub on_hand: i32,
    /// Of these, held for orders that are not paid yet.
    pub reserved: i32,
    /// Copies that can be bought.
    pub available: i32,
    /// From so many available copies down, stock is low.
    pub low_at: i32,
    // By which the table is ordered: a moment behind, so that the next page goes on from there.
    shown_on_hand: i32,
    shown_reserved: i32,
    shown_available: i32,
}

/// How many products there are, each number at most one more than [`MOST_COUNTED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockCounts {
    /// That the filter leaves.
    pub shown: i64,
    /// Of all: on sale and low or depleted,
    pub low: i64,
    /// on sale and depleted,
    pub depleted: i64,
    /// with copies held.
    pub held: i64,
}

/// A search as the index knows it: none where nothing was typed.
struct Search {
    pairs: Option<Vec<String>>,
    patterns: Vec<String>,
    id: Option<ProductId>,
}

impl Search {
    fn of(typed: &str) -> Self {
        let words = words(typed);
        Self {
            pairs: (!words.is_empty()).then(|| words.iter().flat_map(|word| pairs(word)).collect()),
            patterns: words.iter().map(|word| format!("%{}%", literal(word))).collect(),
            id: typed.trim().parse().ok(),
        }
    }
}

/// The query of the table in one order. The order is part of the text, so that each has its index
/// and each is checked.
macro_rules! listing {
    ($own:literal, $behind:literal, $order:literal, $search:expr, $seller:expr, $level:expr, $after:expr, $limit:expr) => {
        sqlx::query_as!(
            StockRow,
            "select p.product_id as product, p.title, p.isbn, v.name as seller, s.on_hand, s.reserved,
                    s.available as \"available!\", s.low_at,
                    w.on_hand as shown_on_hand, w.reserved as shown_reserved, w.available as shown_available
             from stock_shown w join stock s using (product_id) join product p using (product_id)
                  join seller v on v.seller_id = p.seller_id
             where ($1::text[] is null or p.product_id = $3
                    or (bigrams(p.search_text) @> $1 and p.search_text like all ($2)))
               and ($1::text[] is null or $4::bigint is null or p.seller_id = $4)
               and (not $5 or w.available <= w.low_at) and (not $6 or w.available <= 0) and (not $7 or w.reserved > 0)
               and (not ($5 or $6) or p.status = 'on_sale')
               and ($4::bigint is null or "
                + $own
                + ") and ($9::bigint is null or "
                + $behind
                + ") order by "
                + $order
                + " limit $10",
            $search.pairs.as_deref(),
            &$search.patterns,
            $search.id,
            $seller,
            $level == Some(StockLevel::Low),
            $level == Some(StockLevel::Depleted),
            $level == Some(StockLevel::Held),
            $after.0,
            $after.1,
            $limit
        )
    };
}

/// A page of the table, those behind `after`: `limit` at most.
///
/// # Errors
/// Where the database is away.
pub async fn page(
    shop: &Shop,
    by: &Operator,
    filter: &StockFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<StockRow>> {
    let search = Search::of(&filter.search);
    let seller = by.seller().or(filter.seller);
    let level = filter.level;
    let after = place(filter.order, after);
    let most = limit + 1;
    let mut tx = planned(shop).await?;
    macro_rules! rows {
        ($behind:literal, $order:literal) => {
            rows!("w.seller_id = $4", $behind, $order)
        };
        ($own:literal, $behind:literal, $order:literal) => {
            listing!($own, $behind, $order, search, seller, level, after, most).fetch_all(&mut *tx).await?
        };
    }
    let rows = match (filter.order, filter.down) {
        (StockOrder::Id, false) => {
            rows!(
                "(w.product_id > $9 and s.product_id > $9 and p.product_id > $9 and $8::text is null)",
                "w.product_id"
            )
        }
        (StockOrder::Id, true) => {
            rows!(
                "(w.product_id < $9 and s.product_id < $9 and p.product_id < $9 and $8::text is null)",
                "w.product_id desc"
            )
        }
        // The title stands in another table, and its index holds that one's seller.
        (StockOrder::Title, false) => {
            rows!("p.seller_id = $4", "(p.title, p.product_id) > ($8::text, $9)", "p.title, p.product_id")
        }
        (StockOrder::Title, true) => {
            rows!("p.seller_id = $4", "(p.title, p.product_id) < ($8::text, $9)", "p.title desc, p.product_id desc")
        }
        (StockOrder::Available, false) => {
            rows!("(w.available, w.product_id) > ($8::text::int, $9)", "w.available, w.product_id")
        }
        (StockOrder::Available, true) => {
            rows!("(w.available, w.product_id) < ($8::text::int, $9)", "w.available desc, w.product_id desc")
        }
        (StockOrder::OnHand, false) => {
            rows!("(w.on_hand, w.product_id) > ($8::text::int, $9)", "w.on_hand, w.product_id")
        }
        (StockOrder::OnHand, true) => {
            rows!("(w.on_hand, w.product_id) < ($8::text::int, $9)", "w.on_hand desc, w.product_id desc")
        }
        (StockOrder::Reserved, false) => {
            rows!("(w.reserved, w.product_id) > ($8::text::int, $9)", "w.reserved, w.product_id")
        }
        (StockOrder::Reserved, true) => {
            rows!("(w.reserved, w.product_id) < ($8::text::int, $9)", "w.reserved desc, w.product_id desc")
        }
    };
    Ok(Rows::cut(rows, limit, |row| Cursor { value: value(filter.order, row), id: row.product.to_string() }))
}

/// Value and id to go on behind; a cursor that does not fit the order asks for the first page.
fn place(order: StockOrder, after: Option<&Cursor>) -> (Option<String>, Option<ProductId>) {
    let Some((id, after)) = after.and_then(|after| Some((after.id()?, after))) else { return (None, None) };
    match order {
        StockOrder::Id => (None, Some(id)),
        StockOrder::Title => (Some(after.value.clone()), Some(id)),
        _ => match after.value::<i32>() {
            Some(value) => (Some(value.to_string()), Some(id)),
            None => (None, None),
        },
    }
}

fn value(order: StockOrder, row: &StockRow) -> String {
    match order {
        StockOrder::Id => String::new(),
        StockOrder::Title => row.title.clone(),
        StockOrder::Available => row.shown_available.to_string(),
        StockOrder::OnHand => row.shown_on_hand.to_string(),
        StockOrder::Reserved => row.shown_reserved.to_string(),
    }
}

/// How many products there are.
///
/// # Errors
/// Where the database is away.
pub async fn counts(shop: &Shop, by: &Operator, filter: &StockFilter) -> Result<StockCounts> {
    let search = Search::of(&filter.search);
    let mut tx = planned(shop).await?;
    let counts = sqlx::query_as!(
        StockCounts,
        r#"select (select count(*) from (
                       select from stock_shown w join product p using (product_id)
                       where ($1::text[] is null or p.product_id = $3
                              or (bigrams(p.search_text) @> $1 and p.search_text like all ($2)))
                         and ($4::bigint is null or (p.seller_id = $4 and w.seller_id = $4))
                         and (not $5 or w.available <= w.low_at) and (not $6 or w.available <= 0)
                         and (not $7 or w.reserved > 0) and (not ($5 or $6) or p.status = 'on_sale')
                       limit 10001) x) as "shown!",
                  (select count(*) from (
                       select from stock_shown w join product p using (product_id)
                       where p.status = 'on_sale' and w.available <= w.low_at and ($4::bigint is null or w.seller_id = $4) limit 10001) x) as "low!",
                  (select count(*) from (
                       select from stock_shown w join product p using (product_id)
                       where p.status = 'on_sale' and w.available <= 0 and ($4::bigint is null or w.seller_id = $4) limit 10001) x) as "depleted!",
                  (select count(*) from (
                       select from stock_shown w
                       where w.reserved > 0 and ($4::bigint is null or w.seller_id = $4) limit 10001) x) as "held!""#,
        search.pairs.as_deref(),
        &search.patterns,
        search.id,
        by.seller().or(filter.seller),
        filter.level == Some(StockLevel::Low),
        filter.level == Some(StockLevel::Depleted),
        filter.level == Some(StockLevel::Held)
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(counts)
}

/// Every seller with its name, for who sees them all; none for a seller.
///
/// # Errors
/// Where the database is away.
pub async fn sellers(shop: &Shop, by: &Operator) -> Result<Vec<(i64, String)>> {
    if by.seller().is_some() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!("select seller_id, name from seller order by name, seller_id limit 500");
    Ok(rows.fetch_all(&shop.db).await?.into_iter().map(|row| (row.seller_id, row.name)).collect())
}

/// The titles of products that one runs, of those that were named, by id.
///
/// # Errors
/// Where the database is away.
pub async fn titles(shop: &Shop, by: &Operator, products: &[ProductId]) -> Result<Vec<(ProductId, String)>> {
    let rows = sqlx::query!(
        "select p.product_id, p.title from product p join stock s using (product_id)
         where p.product_id = any($1) and ($2::bigint is null or p.seller_id = $2) order by p.product_id",
        products,
        by.seller()
    )
    .fetch_all(&shop.db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.title)).collect())
}
