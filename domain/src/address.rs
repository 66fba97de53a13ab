//! Delivery addresses of members: several, one of them the default.

use contract::{
    Failure,
    address::{Address, AddressId, MAX_ADDRESSES},
};

use sqlx::PgConnection;

use crate::{Result, Shop, member::Shopper};

/// An address that a member keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAddress {
    /// The address.
    pub address_id: AddressId,
    /// Who takes the parcel.
    pub recipient: String,
    /// Bare digits.
    pub phone: String,
    /// Five digits.
    pub postcode: String,
    /// Street and number.
    pub line1: String,
    /// Floor, room and the like; may be empty.
    pub line2: String,
    /// Whether the checkout proposes it.
    pub is_default: bool,
}

/// One's own addresses, the default first, then the newest.
///
/// # Errors
/// Where the database is away.
pub async fn list(shop: &Shop, by: &Shopper) -> Result<Vec<KeptAddress>> {
    Ok(sqlx::query_as!(
        KeptAddress,
        "select address_id, recipient, phone, postcode, line1, line2, is_default
         from address where member_id = $1 order by is_default desc, address_id desc",
        by.id()
    )
    .fetch_all(&shop.db)
    .await?)
}

/// One of one's own addresses.
///
/// # Errors
/// [`Failure::NotFound`], for another member's too.
pub async fn get(shop: &Shop, by: &Shopper, id: AddressId) -> Result<KeptAddress> {
    let found = sqlx::query_as!(
        KeptAddress,
        "select address_id, recipient, phone, postcode, line1, line2, is_default
         from address where member_id = $1 and address_id = $2",
        by.id(),
        id
    )
    .fetch_optional(&shop.db)
    .await?;
    Ok(found.ok_or(Failure::NotFound)?)
}

/// Keeps a new address; the first becomes the default. One that is kept already, to the letter,
/// is not kept twice.
///
/// # Errors
/// [`Failure::TooManyAddresses`].
pub async fn add(shop: &Shop, by: &Shopper, new: &Address) -> Result<AddressId> {
    Ok(add_or_find(shop, by, new).await?.0)
}

/// The same, and whether it was not kept before.
///
/// # Errors
/// [`Failure::TooManyAddresses`].
pub async fn add_or_find(shop: &Shop, by: &Shopper, new: &Address) -> Result<(AddressId, bool)> {
    let mut tx = shop.db.begin().await?;
    take_turn(&mut tx, by).await?;
    let kept = sqlx::query_scalar!(
        "select address_id from address
         where member_id = $1 and (recipient, phone, postcode, line1, line2) = ($2, $3, $4, $5, $6)",
        by.id(),
        new.recipient,
        new.phone,
        new.postcode,
        new.line1,
        new.line2
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(kept) = kept {
        return Ok((kept, false));
    }
    let added = sqlx::query_scalar!(
        "insert into address (member_id, recipient, phone, postcode, line1, line2, is_default)
         select $1, $2, $3, $4, $5, $6, not exists (select from address where member_id = $1 and is_default)
         where (select count(*) from address where member_id = $1) < $7
         returning address_id",
        by.id(),
        new.recipient,
        new.phone,
        new.postcode,
        new.line1,
        new.line2,
        MAX_ADDRESSES
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::TooManyAddresses)?;
    tx.commit().await?;
    Ok((added, true))
}

/// Changes to one member's addresses happen one after the other: their number and their one
/// default depend on all of them. Weak enough not to hold up the member's orders.
async fn take_turn(conn: &mut PgConnection, by: &Shopper) -> Result<()> {
    sqlx::query!("select from member where member_id = $1 for no key update", by.id()).execute(conn).await?;
    Ok(())
}

/// Edits one of one's own addresses. Orders keep the address they were placed with.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn edit(shop: &Shop, by: &Shopper, id: AddressId, new: &Address) -> Result<()> {
    let edited = sqlx::query!(
        "update address set recipient = $3, phone = $4, postcode = $5, line1 = $6, line2 = $7
         where member_id = $1 and address_id = $2",
        by.id(),
        id,
        new.recipient,
        new.phone,
        new.postcode,
        new.line1,
        new.line2
    )
    .execute(&shop.db)
    .await?;
    found(edited.rows_affected())
}

/// Makes one of one's own addresses the default.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn make_default(shop: &Shop, by: &Shopper, id: AddressId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    take_turn(&mut tx, by).await?;
    sqlx::query!(
        "update address set is_default = false where member_id = $1 and is_default and address_id <> $2",
        by.id(),
        id
    )
    .execute(&mut *tx)
    .await?;
    let made =
        sqlx::query!("update address set is_default = true where member_id = $1 and address_id = $2", by.id(), id)
            .execute(&mut *tx)
            .await?;
    // Dropping the transaction takes the first step back.
    found(made.rows_affected())?;
    tx.commit().await?;
    Ok(())
}

/// Removes one of one's own addresses; the newest of the others takes over as default.
///
/// # Errors
/// [`Failure::NotFound`].
pub async fn remove(shop: &Shop, by: &Shopper, id: AddressId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    take_turn(&mut tx, by).await?;
    let removed =
        sqlx::query!("delete from address where member_id = $1 and address_id = $2 returning is_default", by.id(), id)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(Failure::NotFound)?;
    if removed.is_default {
        sqlx::query!(
            "update address set is_default = true
             where address_id = (select max(address_id) from address where member_id = $1)",
            by.id()
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

fn found(rows: u64) -> Result<()> {
    if rows == 0 { Err(Failure::NotFound.into()) } else { Ok(()) }
}
