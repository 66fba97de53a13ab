//! Movements of stock, of one product or of all that one runs, and taking the last one back.

use contract::{
    Failure,
    product::ProductId,
    stock::MovementKind,
    table::{Cursor, Rows},
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    bulk::decide,
    get,
    store::{Decided, key_of, lock, store},
};
use crate::{
    Result, Shop,
    member::Operator,
    plan::planned,
    retry::retry,
    words::{read, word},
};

/// Which movements are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct MovementFilter {
    /// Only those of this product.
    pub product: Option<ProductId>,
    /// Only of this kind.
    pub kind: Option<MovementKind>,
    /// Only of the last days.
    pub days: Option<i64>,
    /// Only of this seller's products, where the one who asks sees others.
    pub seller: Option<i64>,
}

/// One change of a product's stock.
#[derive(Debug, Clone)]
pub struct Movement {
    /// Orders movements in time.
    pub id: i64,
    /// The product.
    pub product: ProductId,
    /// Its title.
    pub title: String,
    /// Why it changed.
    pub kind: MovementKind,
    /// The change of what is on hand.
    pub on_hand: i32,
    /// The change of what is reserved.
    pub reserved: i32,
    /// The order it belongs to.
    pub order_id: Option<Uuid>,
    /// Why, in a word or as typed.
    pub reason: String,
    /// Who moved it; empty for the shop itself.
    pub by_name: String,
    /// Whether it takes another one back.
    pub undoes: bool,
    /// When, in UTC.
    pub created_at: OffsetDateTime,
}

/// Movements, newest first, those behind `after`: `limit` at most.
///
/// # Errors
/// [`Failure::NotFound`] for another seller's product.
pub async fn movements(
    shop: &Shop,
    by: &Operator,
    filter: MovementFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Rows<Movement>> {
    if let Some(product) = filter.product {
        get(shop, by, product).await?;
    }
    let days = filter.days.filter(|days| (1..=3_650).contains(days));
    let mut tx = planned(shop).await?;
    let rows = sqlx::query!(
        r#"select v.stock_movement_id, v.product_id, p.title, v.kind, v.on_hand_delta, v.reserved_delta, v.order_id, v.reason,
                  coalesce(m.name, '') as "by_name!", v.undoes is not null as "undoes!", v.created_at
           from stock_movement v join product p using (product_id) left join member m on m.member_id = v.by_member
           where ($1::bigint is null or v.product_id = $1) and ($2::bigint is null or p.seller_id = $2)
             and ($3::text is null or v.kind = $3) and ($4::timestamptz is null or v.created_at >= $4)
             and ($5::bigint is null or v.stock_movement_id < $5)
           order by v.stock_movement_id desc limit $6"#,
        filter.product,
        by.seller().or(filter.seller),
        filter.kind.map(word).transpose()?,
        days.map(|days| shop.now() - Duration::days(days)),
        after.and_then(Cursor::id::<i64>),
        limit + 1
    )
    .fetch_all(&mut *tx)
    .await?;
    let rows = rows.into_iter().map(|row| {
        Ok(Movement {
            id: row.stock_movement_id,
            product: row.product_id,
            title: row.title,
            kind: read(&row.kind)?,
            on_hand: row.on_hand_delta,
            reserved: row.reserved_delta,
            order_id: row.order_id,
            reason: row.reason,
            by_name: row.by_name,
            undoes: row.undoes,
            created_at: row.created_at,
        })
    });
    let rows = rows.collect::<Result<_>>()?;
    Ok(Rows::cut(rows, limit, |row: &Movement| Cursor { value: String::new(), id: row.id.to_string() }))
}

/// The last change of a product's stock that one made oneself, where it can still be taken back: its
/// id, and the change of what is on hand.
///
/// # Errors
/// Where the database is away.
pub async fn last_own(shop: &Shop, by: &Operator, product: ProductId) -> Result<Option<(i64, i32)>> {
    let last = sqlx::query!(
        r#"select v.stock_movement_id, v.on_hand_delta,
                  v.undoes is null and not exists (select from stock_movement u where u.undoes = v.stock_movement_id)
                      as "open!"
           from stock_movement v join product p using (product_id)
           where v.product_id = $1 and v.order_id is null and v.by_member = $2 and ($3::bigint is null or p.seller_id = $3)
           order by v.stock_movement_id desc limit 1"#,
        product,
        by.id(),
        by.seller()
    )
    .fetch_optional(&shop.db)
    .await?;
    Ok(last.filter(|last| last.open).map(|last| (last.stock_movement_id, last.on_hand_delta)))
}

/// Takes back the last change of a product's stock that one made oneself, by a movement against it.
/// Taken back before, it stays so.
///
/// # Errors
/// [`Failure::NotFound`] where it is not one's own; [`Failure::StatusChanged`] where it is not the last
/// one any more; [`Failure::OutOfStock`] where fewer are available than came in.
pub async fn undo(shop: &Shop, by: &Operator, product: ProductId, movement: i64) -> Result<()> {
    retry("undo a movement", || undo_once(shop, by, product, movement)).await
}

async fn undo_once(shop: &Shop, by: &Operator, product: ProductId, movement: i64) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let stock = lock(&mut tx, by, &[product]).await?.pop().ok_or(Failure::NotFound)?;
    let last = sqlx::query!(
        "select stock_movement_id, on_hand_delta, reason, undoes from stock_movement
         where product_id = $1 and order_id is null and by_member = $2 order by stock_movement_id desc limit 1",
        product,
        by.id()
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    if last.undoes == Some(movement) {
        return Ok(());
    }
    if last.stock_movement_id != movement || last.undoes.is_some() {
        return Err(Failure::StatusChanged.into());
    }
    let delta = -last.on_hand_delta;
    decide(&stock, delta)?;
    // The movement itself is the key: whoever undoes it, it is undone once.
    let key = key_of(Uuid::from_u128(0x0900_0000_0000_7000_8000_0000_0000_0000), movement);
    let one = Decided { stock, kind: MovementKind::Adjusted, delta, reason: last.reason, key, undoes: Some(movement) };
    store(&mut tx, by, at, &[one]).await?;
    tx.commit().await?;
    Ok(())
}
