//! Products as a file that can be sent back in.

use contract::{
    Won,
    product::{ProductId, ProductStatus},
    table::{Cursor, Rows},
};

use crate::{
    Result, Shop,
    member::Operator,
    product::{literal, pairs, words},
    words::word,
};

/// Which products go out: those of the list of products under the same filters.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words of title, author or ISBN; all where it is empty.
    pub search: String,
    /// Of one status alone.
    pub status: Option<ProductStatus>,
    /// Of one category alone.
    pub category: Option<i64>,
    /// Of one seller alone.
    pub seller: Option<i64>,
    /// Only those of which few copies are left.
    pub low: bool,
}

/// A product as it goes out.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The product.
    pub id: ProductId,
    /// Whose it is.
    pub seller: i64,
    /// Thirteen digits with hyphens.
    pub isbn: String,
    /// Its title.
    pub title: String,
    /// Its title in its own language, or empty.
    pub original_title: String,
    /// Who wrote it.
    pub author: String,
    /// The year of first publication; negative before Christ.
    pub published_year: i32,
    /// The category's word in a URL.
    pub category: String,
    /// Price on the cover, in won.
    pub list_price: Won,
    /// Price to pay, in won.
    pub sale_price: Won,
    /// The word of its status.
    pub status: String,
    /// Points for a purchase, in percent; `None` for the shop's own rate.
    pub earn_percent: Option<i32>,
    /// From so many available copies down, stock is low.
    pub low_at: i32,
    /// Copies in the house.
    pub on_hand: i32,
    /// A sentence or more.
    pub description: String,
}

/// The products that one runs, by id.
///
/// # Errors
/// Where the database is away.
pub async fn rows(
    shop: &Shop,
    by: &Operator,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Exported>> {
    let after = after.and_then(Cursor::id::<ProductId>).unwrap_or_default();
    let words = words(&filter.search);
    let status = filter.status.map(word).transpose()?;
    // Told of both tables: else each page may read the stock from its beginning.
    let rows = if words.is_empty() {
        sqlx::query_as!(
            Exported,
            r#"select p.product_id as id, p.seller_id as seller, p.isbn, p.title, p.original_title, p.author,
                      p.published_year, c.slug as category, p.list_price, p.sale_price, p.status, p.earn_percent, s.low_at,
                      s.on_hand, p.description
               from product p join stock s using (product_id) join category c using (category_id)
               where p.product_id > $1 and s.product_id > $1 and ($2::bigint is null or p.seller_id = $2)
                 and ($3::bigint is null or p.seller_id = $3) and ($4::text is null or p.status = $4)
                 and ($5::bigint is null or p.category_id = $5) and (not $6 or s.available <= s.low_at)
               order by p.product_id limit $7"#,
            after,
            by.seller(),
            filter.seller,
            status,
            filter.category,
            filter.low,
            limit + 1
        )
        .fetch_all(&shop.db)
        .await?
    } else {
        let patterns: Vec<String> = words.iter().map(|word| format!("%{}%", literal(word))).collect();
        let pairs: Vec<String> = words.iter().flat_map(|word| pairs(word)).collect();
        sqlx::query_as!(
            Exported,
            r#"select p.product_id as id, p.seller_id as seller, p.isbn, p.title, p.original_title, p.author,
                      p.published_year, c.slug as category, p.list_price, p.sale_price, p.status, p.earn_percent, s.low_at,
                      s.on_hand, p.description
               from product p join stock s using (product_id) join category c using (category_id)
               where bigrams(p.search_text) @> $8 and p.search_text like all ($9)
                 and p.product_id > $1 and s.product_id > $1 and ($2::bigint is null or p.seller_id = $2)
                 and ($3::bigint is null or p.seller_id = $3) and ($4::text is null or p.status = $4)
                 and ($5::bigint is null or p.category_id = $5) and (not $6 or s.available <= s.low_at)
               order by p.product_id limit $7"#,
            after,
            by.seller(),
            filter.seller,
            status,
            filter.category,
            filter.low,
            limit + 1,
            &pairs,
            &patterns
        )
        .fetch_all(&shop.db)
        .await?
    };
    Ok(Rows::cut(rows, limit, |row| Cursor { value: String::new(), id: row.id.to_string() }))
}
