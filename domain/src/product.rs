//! Products as shoppers find and see them, and as those who sell them run them.

pub mod bulk;
mod create;
mod edit;
mod find;
mod list;

use std::collections::BTreeMap;

use contract::{
    Failure, Won,
    listing::{PAGE_SIZE, Sort, pages},
    points::earned,
    product::{ProductCard, ProductId, ProductStatus},
};

use crate::{Result, Shop, member::Operator};

pub use create::create;
pub(crate) use edit::back_on_sale;
pub use edit::{Own, Touched, own, save, save_line, touched};
pub use find::{Found, Wanted, find};
pub use list::{COUNTED, Filter, Order, Row, Seller, counts, list, sellers};

/// A branch of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// The category.
    pub category_id: i64,
    /// Its word in a URL.
    pub slug: String,
    /// Its Korean name.
    pub name_ko: String,
    /// Its English name.
    pub name_en: String,
}

/// Every category, in the order of the menu.
///
/// # Errors
/// Where the database is away.
pub async fn categories(shop: &Shop) -> Result<Vec<Category>> {
    Ok(sqlx::query_as!(Category, "select category_id, slug, name_ko, name_en from category order by position")
        .fetch_all(&shop.db)
        .await?)
}

/// One page of a listing.
#[derive(Debug, Clone)]
pub struct Page {
    /// The products on it.
    pub cards: Vec<ProductCard>,
    /// Products in the whole listing.
    pub count: i64,
    /// Pages of the whole listing.
    pub pages: i64,
}

/// The query of a listing in one order. The order is part of the text, so that each has its
/// index and each is checked.
macro_rules! listing {
    ($order:literal, $category:expr, $offset:expr) => {
        sqlx::query_as!(
            ProductCard,
            "select p.product_id as id, p.title, p.author, p.list_price, p.sale_price, s.available as \"available!\", p.cover
             from product p join stock s using (product_id)
             where p.status = 'on_sale' and p.category_id = $1
             order by "
                + $order
                + " limit $2 offset $3",
            $category,
            PAGE_SIZE,
            $offset
        )
    };
}

/// A page of a category.
///
/// # Errors
/// Where the database is away.
pub async fn in_category(shop: &Shop, category: i64, sort: Sort, page: i64) -> Result<Page> {
    let offset = (page - 1) * PAGE_SIZE;
    let cards = match sort {
        Sort::Recent => listing!("p.created_at desc, p.product_id desc", category, offset).fetch_all(&shop.db).await,
        Sort::PriceLow => listing!("p.sale_price, p.product_id", category, offset).fetch_all(&shop.db).await,
        Sort::PriceHigh => listing!("p.sale_price desc, p.product_id desc", category, offset).fetch_all(&shop.db).await,
        Sort::Title => listing!("p.title, p.product_id", category, offset).fetch_all(&shop.db).await,
    }?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from product where status = 'on_sale' and category_id = $1"#,
        category
    )
    .fetch_one(&shop.db)
    .await?;
    Ok(Page { cards, count, pages: pages(count) })
}

/// The newest arrivals of the whole shop.
///
/// # Errors
/// Where the database is away.
pub async fn recent(shop: &Shop, limit: i64) -> Result<Vec<ProductCard>> {
    Ok(sqlx::query_as!(
        ProductCard,
        r#"select p.product_id as id, p.title, p.author, p.list_price, p.sale_price, s.available as "available!",
                  p.cover
           from product p join stock s using (product_id)
           where p.status = 'on_sale' order by p.created_at desc, p.product_id desc limit $1"#,
        limit
    )
    .fetch_all(&shop.db)
    .await?)
}

/// The most words of a search that count.
const MAX_WORDS: usize = 8;

/// A page of the products whose title, author or ISBN hold every word typed. Spaces and hyphens
/// inside them do not count; titles that begin with the words come first.
///
/// # Errors
/// Where the database is away.
pub async fn search(shop: &Shop, typed: &str, sort: Sort, page: i64) -> Result<Page> {
    let words: Vec<String> = words(typed);
    if words.is_empty() {
        return Ok(Page { cards: Vec::new(), count: 0, pages: 1 });
    }
    let patterns: Vec<String> = words.iter().map(|word| format!("%{}%", literal(word))).collect();
    let pairs: Vec<String> = words.iter().flat_map(|word| pairs(word)).collect();
    let begins = format!("{}%", literal(&words.concat()));
    let rows = sqlx::query!(
        r#"select p.product_id as id, p.title, p.author, p.list_price, p.sale_price, s.available as "available!",
                  p.cover, count(*) over () as "count!"
           from product p join stock s using (product_id)
           where p.status = 'on_sale' and bigrams(p.search_text) @> $1 and p.search_text like all ($2)
           order by
               case $3 when 'price_low' then p.sale_price when 'price_high' then -p.sale_price end,
               case $3 when 'title' then p.title end,
               not p.search_text like $4, p.created_at desc, p.product_id desc
           limit $5 offset $6"#,
        &pairs,
        &patterns,
        sort.word(),
        begins,
        PAGE_SIZE,
        (page - 1) * PAGE_SIZE
    )
    .fetch_all(&shop.db)
    .await?;
    let count = rows.first().map_or(0, |row| row.count);
    let cards = rows.into_iter().map(|row| ProductCard {
        id: row.id,
        title: row.title,
        author: row.author,
        list_price: row.list_price,
        sale_price: row.sale_price,
        available: row.available,
        cover: row.cover,
    });
    Ok(Page { cards: cards.collect(), count, pages: pages(count) })
}

/// What a product's page shows.
#[derive(Debug, Clone)]
pub struct Product {
    /// The product.
    pub id: ProductId,
    /// Its title.
    pub title: String,
    /// Its title in its own language, or empty.
    pub original_title: String,
    /// Who wrote it.
    pub author: String,
    /// The year of first publication; negative before Christ.
    pub published_year: i32,
    /// Thirteen digits with hyphens.
    pub isbn: String,
    /// A sentence or more.
    pub description: String,
    /// Price on the cover, in won.
    pub list_price: Won,
    /// Price to pay, in won.
    pub sale_price: Won,
    /// Whether it is sold.
    pub status: ProductStatus,
    /// Copies that can be bought right now.
    pub available: i32,
    /// What a copy earns at its price, in points.
    pub earns: Won,
    /// What it earns, in percent; `None` for the shop's own rate.
    pub earn_percent: Option<i32>,
    /// Who sells it.
    pub seller: String,
    /// The same as an id.
    pub seller_id: i64,
    /// Its category.
    pub category: Category,
    /// Counts its changes.
    pub version: i32,
}

/// A product, sold or not, as everybody may see it; a draft is not there.
///
/// # Errors
/// Where the database is away.
pub async fn get(shop: &Shop, id: ProductId) -> Result<Option<Product>> {
    Ok(any(shop, id, None).await?.filter(|product| product.status != ProductStatus::Draft))
}

/// A product as everybody will see it, shown to those who run it, a draft too.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn preview(shop: &Shop, by: &Operator, id: ProductId) -> Result<Product> {
    Ok(any(shop, id, by.seller()).await?.ok_or(Failure::NotFound)?)
}

/// A product as whoever asks may see it: a draft is there for those who run it, and for nobody else.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn seen(shop: &Shop, by: Option<&Operator>, id: ProductId) -> Result<Product> {
    let product = any(shop, id, None).await?.ok_or(Failure::NotFound)?;
    let runs = by.is_some_and(|by| by.seller().is_none_or(|own| own == product.seller_id));
    if product.status == ProductStatus::Draft && !runs { Err(Failure::NotFound.into()) } else { Ok(product) }
}

async fn any(shop: &Shop, id: ProductId, seller: Option<i64>) -> Result<Option<Product>> {
    let row = sqlx::query!(
        r#"select p.product_id, p.title, p.original_title, p.author, p.published_year, p.isbn, p.description,
                  p.list_price, p.sale_price, p.status, p.earn_percent, p.version, s.available as "available!",
                  v.seller_id, v.name as seller, c.category_id, c.slug, c.name_ko, c.name_en
           from product p
           join stock s using (product_id) join seller v using (seller_id) join category c using (category_id)
           where p.product_id = $1 and ($2::bigint is null or p.seller_id = $2)"#,
        id,
        seller
    )
    .fetch_optional(&shop.db)
    .await?;
    Ok(row.map(|row| Product {
        id: row.product_id,
        title: row.title,
        original_title: row.original_title,
        author: row.author,
        published_year: row.published_year,
        isbn: row.isbn,
        description: row.description,
        list_price: row.list_price,
        sale_price: row.sale_price,
        status: status(&row.status),
        available: row.available,
        earns: earned(row.sale_price, row.earn_percent.unwrap_or(shop.policy.points.earn_percent)),
        earn_percent: row.earn_percent,
        seller: row.seller,
        seller_id: row.seller_id,
        version: row.version,
        category: Category { category_id: row.category_id, slug: row.slug, name_ko: row.name_ko, name_en: row.name_en },
    }))
}

/// The titles of products, by id.
///
/// # Errors
/// Where the database is away.
pub async fn titles(shop: &Shop, ids: &[ProductId]) -> Result<BTreeMap<ProductId, String>> {
    let rows = sqlx::query!("select product_id, title from product where product_id = any($1)", ids)
        .fetch_all(&shop.db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.title)).collect())
}

/// Other products of the same author, then of the same category.
///
/// # Errors
/// Where the database is away.
pub async fn related(shop: &Shop, to: &Product, limit: i64) -> Result<Vec<ProductCard>> {
    Ok(sqlx::query_as!(
        ProductCard,
        r#"select p.product_id as id, p.title, p.author, p.list_price, p.sale_price, s.available as "available!",
                  p.cover
           from product p join stock s using (product_id)
           where p.status = 'on_sale' and p.category_id = $1 and p.product_id <> $2
           order by p.author = $3 desc, p.created_at desc, p.product_id desc limit $4"#,
        to.category.category_id,
        to.id,
        to.author,
        limit
    )
    .fetch_all(&shop.db)
    .await?)
}

/// The words of a search as the index knows them: lower case, without hyphens.
pub(crate) fn words(typed: &str) -> Vec<String> {
    typed
        .split_whitespace()
        .map(|word| word.to_lowercase().chars().filter(|c| *c != '-' && !c.is_control()).take(60).collect::<String>())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .collect()
}

/// Neighboring characters, two by two; none for a single character.
pub(crate) fn pairs(word: &str) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    characters.windows(2).map(|pair| pair.iter().collect()).collect()
}

/// The word as a pattern that matches just itself.
pub(crate) fn literal(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The column's check leaves no other words.
fn status(word: &str) -> ProductStatus {
    match word {
        "draft" => ProductStatus::Draft,
        "on_sale" => ProductStatus::OnSale,
        "suspended" => ProductStatus::Suspended,
        _ => ProductStatus::Archived,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_read_as_the_index_was_written() {
        assert_eq!(words("  Crime  AND 979-11-0 - "), ["crime", "and", "979110"]);
        assert_eq!(pairs("어린왕자"), ["어린", "린왕", "왕자"]);
        assert_eq!(pairs("책"), Vec::<String>::new());
        assert_eq!(literal("100%_\\"), "100\\%\\_\\\\");
    }
}
