//! Products as those who sell them change them.

use contract::{
    Failure, Won,
    form::{Check, Flaw, Flaws},
    product::{
        ProductId, ProductStatus,
        form::{Facts, ProductForm, price},
    },
    trail::Act,
};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::status;
use crate::{
    Error, Result, Shop,
    event::{self, NewEvent},
    inventory,
    member::Operator,
    ranking,
    retry::retry,
    trail,
};

/// A product as its seller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The product.
    pub id: ProductId,
    /// Whose it is.
    pub seller: i64,
    /// What is known of it.
    pub facts: Facts,
    /// Whether it was ever ordered.
    pub sold: bool,
    /// Counts its changes.
    pub version: i32,
    /// When it was changed last, in UTC.
    pub updated_at: OffsetDateTime,
}

struct Stored {
    product_id: ProductId,
    seller_id: i64,
    category_id: i64,
    title: String,
    original_title: String,
    author: String,
    published_year: i32,
    isbn: String,
    description: String,
    list_price: Won,
    sale_price: Won,
    earn_percent: Option<i32>,
    status: String,
    version: i32,
    updated_at: OffsetDateTime,
    sold: bool,
}

/// One product that one runs, read or, for a change, locked. Its lock lets those who order it write
/// their lines.
macro_rules! own {
    ($lock:literal, $id:expr, $seller:expr) => {
        sqlx::query_as!(
            Stored,
            "select product_id, seller_id, category_id, title, original_title, author, published_year, isbn, description,
                    list_price, sale_price, earn_percent, status, version, updated_at,
                    exists (select from stock_movement m where m.product_id = p.product_id and m.order_id is not null)
                        as \"sold!\"
             from product p where product_id = $1 and ($2::bigint is null or seller_id = $2) "
                + $lock,
            $id,
            $seller
        )
    };
}

/// One product.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's too.
pub async fn own(shop: &Shop, by: &Operator, id: ProductId) -> Result<Own> {
    let found = own!("", id, by.seller()).fetch_optional(&shop.db).await?;
    Ok(found.map(Own::from).ok_or(Failure::NotFound)?)
}

async fn lock(conn: &mut PgConnection, by: &Operator, id: ProductId) -> Result<Own> {
    let found = own!("for no key update", id, by.seller()).fetch_optional(conn).await?;
    Ok(found.map(Own::from).ok_or(Failure::NotFound)?)
}

impl From<Stored> for Own {
    fn from(stored: Stored) -> Self {
        let facts = Facts {
            title: stored.title,
            original_title: stored.original_title,
            author: stored.author,
            published_year: stored.published_year,
            isbn: stored.isbn,
            category: stored.category_id,
            description: stored.description,
            list_price: stored.list_price,
            sale_price: stored.sale_price,
            earn_percent: stored.earn_percent,
            status: status(&stored.status),
        };
        Self {
            id: stored.product_id,
            seller: stored.seller_id,
            facts,
            sold: stored.sold,
            version: stored.version,
            updated_at: stored.updated_at,
        }
    }
}

/// Changes a product, based on its `version`.
///
/// # Errors
/// [`Failure::Invalid`] with every flaw of the form, [`Failure::NotFound`] for another seller's product,
/// [`Failure::EditedMeanwhile`] where it was changed since the form was shown.
pub async fn save(shop: &Shop, by: &Operator, id: ProductId, version: i32, form: &ProductForm) -> Result<()> {
    let facts = form.facts()?;
    retry("save product", || change(shop, by, id, version, |_| Ok(facts.clone()))).await
}

/// Changes what a product costs and whether it is sold, based on its `version`.
///
/// # Errors
/// As [`save`].
pub async fn save_line(
    shop: &Shop,
    by: &Operator,
    id: ProductId,
    version: i32,
    typed_price: &str,
    typed_status: &str,
) -> Result<()> {
    let mut check = Check::default();
    let sale_price = check.field("sale_price", price(typed_price));
    let status = check.field("status", ProductStatus::parse(typed_status).ok_or(Flaw::Choice));
    let (Some(sale_price), Some(status)) = (sale_price, status) else { return Err(check.refuse().into()) };
    let priced = |own: &Own| {
        if sale_price > own.facts.list_price {
            return Err(flawed("sale_price", Flaw::AboveListPrice).into());
        }
        Ok(Facts { sale_price, status, ..own.facts.clone() })
    };
    retry("save product", || change(shop, by, id, version, priced)).await
}

async fn change(
    shop: &Shop,
    by: &Operator,
    id: ProductId,
    version: i32,
    to: impl Fn(&Own) -> Result<Facts>,
) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let own = lock(&mut tx, by, id).await?;
    let facts = to(&own)?;
    // Sent again, it stands there already.
    if facts == own.facts {
        return Ok(());
    }
    if own.version != version {
        return Err(Failure::EditedMeanwhile.into());
    }
    if !own.facts.status.may_become(facts.status, own.sold) {
        return Err(flawed("status", Flaw::Choice).into());
    }
    sqlx::query!(
        "update product set category_id = $2, title = $3, original_title = $4, author = $5, published_year = $6, isbn = $7,
             description = $8, list_price = $9, sale_price = $10, earn_percent = $11, status = $12,
             version = version + 1, updated_at = $13
         where product_id = $1",
        id,
        facts.category,
        facts.title,
        facts.original_title,
        facts.author,
        facts.published_year,
        facts.isbn,
        facts.description,
        facts.list_price,
        facts.sale_price,
        facts.earn_percent,
        facts.status.word(),
        at
    )
    .execute(&mut *tx)
    .await
    .map_err(|error| named(error.into()))?;
    if facts.category != own.facts.category {
        ranking::recategorize(&mut tx, &[id]).await?;
    }
    if facts.status == ProductStatus::OnSale && own.facts.status != ProductStatus::OnSale {
        let back = back_on_sale(&mut tx, &[id]).await?;
        event::append(&mut tx, &back).await?;
    }
    let told = trail::Change {
        act: Act::ProductChanged,
        subject: id.to_string(),
        seller: Some(own.seller),
        before: serde_json::to_value(&own.facts)?,
        after: serde_json::to_value(&facts)?,
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// What tells those who wait for products that these can be bought again, now that they are sold
/// again. While they were not, nobody was told that copies came. The lock on their stock keeps copies
/// from coming unseen.
pub(crate) async fn back_on_sale(conn: &mut PgConnection, products: &[ProductId]) -> Result<Vec<NewEvent>> {
    let rows = sqlx::query!(
        r#"select s.product_id, s.available as "available!", s.low_at,
                  exists (select from restock_wish w where w.product_id = s.product_id) as "waited_for!"
           from stock s where s.product_id = any($1) order by s.product_id for share of s"#,
        products
    )
    .fetch_all(conn)
    .await?;
    let back = rows.into_iter().filter(|row| row.available > 0 && row.waited_for);
    Ok(back.filter_map(|row| inventory::ledger::crossed(row.product_id, 0, row.available, row.low_at)).collect())
}

/// A field that somebody changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Its name, as in [`Facts`].
    pub field: String,
    /// Who changed it last.
    pub by_name: String,
    /// When, in UTC.
    pub at: OffsetDateTime,
}

/// What of a product was changed since a version of it, each field once.
///
/// # Errors
/// Where the database is away.
pub async fn touched(shop: &Shop, own: &Own, since: i32) -> Result<Vec<Touched>> {
    // Each change counts once and is told once.
    let changes = i64::from(own.version.saturating_sub(since)).clamp(0, 100);
    Ok(sqlx::query_as!(
        Touched,
        r#"select distinct on (changed.field) changed.field as "field!", m.name as by_name, t.at
           from (select trail_id, at, by_member, after from trail
                 where subject = $1 and act = any('{product_changed,product_restored}') order by trail_id desc limit $2) t
           cross join lateral jsonb_object_keys(t.after) as changed (field)
           join member m on m.member_id = t.by_member
           order by changed.field, t.trail_id desc"#,
        own.id.to_string(),
        changes
    )
    .fetch_all(&shop.db)
    .await?)
}

/// What the constraints of a product's facts say.
pub(super) fn named(error: Error) -> Error {
    let constraint = match &error {
        Error::Database(sqlx::Error::Database(error)) => error.constraint().map(str::to_owned),
        _ => None,
    };
    match constraint.as_deref() {
        Some("product_isbn_key" | "product_isbn_digits_key") => flawed("isbn", Flaw::IsbnTaken).into(),
        Some("product_category_id_fkey") => flawed("category", Flaw::Choice).into(),
        _ => error,
    }
}

pub(super) fn flawed(field: &str, flaw: Flaw) -> Failure {
    Failure::Invalid(Flaws::one(field, flaw))
}

/// What of a product changed, for the trail: its words alone.
pub(super) fn standing(status: ProductStatus, sale_price: Won, category: i64) -> Value {
    serde_json::json!({ "status": status, "sale_price": sale_price, "category": category })
}
