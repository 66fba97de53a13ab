//! The cards that members have registered. The gateway keeps them; the shop keeps a token, the
//! brand and the last four digits.

use contract::{
    Failure,
    form::Flaws,
    member::MemberId,
    payment::{MOST_CARDS, MethodId, card_name},
};
use time::OffsetDateTime;
use tracing::instrument;
use uuid::Uuid;

use super::gateway::{Back, Denial};
use crate::{Result, Shop, error::OnConstraint, member::Shopper};

/// A registered card.
#[derive(Debug, Clone)]
pub struct Card {
    /// The card.
    pub id: MethodId,
    /// Its brand.
    pub brand: String,
    /// The last four digits of its number.
    pub last4: String,
    /// What the member calls it; may be empty.
    pub name: String,
    /// Whether it is the one that is proposed.
    pub is_default: bool,
    /// When it was registered, in UTC.
    pub created_at: OffsetDateTime,
}

/// One's own registered cards, the proposed one first.
///
/// # Errors
/// Where the database is away.
pub async fn cards(shop: &Shop, by: &Shopper) -> Result<Vec<Card>> {
    Ok(sqlx::query_as!(
        Card,
        "select method_id as id, brand, last4, name, is_default, created_at from payment_method
         where member_id = $1 and removed_at is null order by is_default desc, method_id desc",
        by.id()
    )
    .fetch_all(&shop.db)
    .await?)
}

/// The gateway's page for registering a card. It comes back to `/my/cards/return?next=…&authKey=…`,
/// or to `/my/cards?refused=1`. `next` stands in the address as it is: encode it before.
///
/// # Errors
/// [`Failure::TooManyCards`], [`Failure::GatewayUnavailable`] where there is none.
pub async fn registration(shop: &Shop, by: &Shopper, origin: &str, next: &str) -> Result<String> {
    let gateway = shop.gateway()?;
    if has_most(shop, by.id()).await? {
        return Err(Failure::TooManyCards.into());
    }
    let back =
        Back { success: format!("{origin}/my/cards/return?next={next}"), fail: format!("{origin}/my/cards?refused=1") };
    Ok(gateway.registration(customer(shop, by.id()).await?, &back))
}

/// Registers the card that a registration came back with. The first one is proposed from then on.
///
/// # Errors
/// [`Failure::PaymentRefused`], [`Failure::TooManyCards`], [`Failure::GatewayUnavailable`].
#[instrument(skip_all, fields(member = by.id()))]
pub async fn register(shop: &Shop, by: &Shopper, word: &str) -> Result<MethodId> {
    let gateway = shop.gateway()?;
    if has_most(shop, by.id()).await? {
        return Err(Failure::TooManyCards.into());
    }
    let customer = customer(shop, by.id()).await?;
    let card = gateway.register(customer, word).await.map_err(|denial| match denial {
        Denial::Refused(_) | Denial::Already(_) => Failure::PaymentRefused,
        Denial::Unanswered(error) => {
            tracing::warn!(%error, "a card could not be registered");
            Failure::GatewayUnavailable
        }
    })?;
    // The member's row is the lock: of two first cards one is proposed, and the most is the most.
    let mut tx = shop.db.begin().await?;
    sqlx::query!("select member_id from payment_customer where member_id = $1 for update", by.id())
        .fetch_one(&mut *tx)
        .await?;
    let added = sqlx::query_scalar!(
        "insert into payment_method (method_id, member_id, token, brand, last4, is_default, created_at)
         select $1, $2, $3, $4, $5,
                not exists (select from payment_method where member_id = $2 and removed_at is null and is_default), $6
         where (select count(*) from payment_method where member_id = $2 and removed_at is null) < $7
         on conflict (token) do update set brand = excluded.brand, removed_at = null,
             is_default = payment_method.is_default or excluded.is_default
         where payment_method.member_id = $2
         returning method_id",
        Uuid::now_v7(),
        by.id(),
        card.token,
        card.brand,
        card.last4,
        shop.now(),
        MOST_CARDS
    )
    .fetch_optional(&mut *tx)
    .await
    .on_constraint("payment_method_last4_check", || Failure::GatewayUnavailable)?;
    tx.commit().await?;
    if let Some(id) = added {
        return Ok(id);
    }
    // Somebody else's it cannot be, but one that came twice it can.
    let kept = sqlx::query_scalar!(
        "select method_id from payment_method where token = $1 and member_id = $2 and removed_at is null",
        card.token,
        by.id()
    );
    if let Some(id) = kept.fetch_optional(&shop.db).await? {
        return Ok(id);
    }
    if let Err(error) = gateway.forget(&card.token).await {
        tracing::warn!(%error, "the gateway keeps a card that the shop does not");
    }
    Err(Failure::TooManyCards.into())
}

/// Renames one's own card, and makes it the proposed one where that is asked for.
///
/// # Errors
/// [`Failure::Invalid`], [`Failure::CardGone`].
pub async fn change(shop: &Shop, by: &Shopper, card: MethodId, name: &str, default: bool) -> Result<()> {
    let name = card_name(name).map_err(|flaw| Failure::Invalid(Flaws::one("name", flaw)))?;
    let mut tx = shop.db.begin().await?;
    sqlx::query!("select member_id from payment_customer where member_id = $1 for update", by.id())
        .fetch_optional(&mut *tx)
        .await?;
    let named = sqlx::query!(
        "update payment_method set name = $3 where method_id = $1 and member_id = $2 and removed_at is null",
        card,
        by.id(),
        name
    )
    .execute(&mut *tx)
    .await?;
    if named.rows_affected() == 0 {
        return Err(Failure::CardGone.into());
    }
    if default {
        // Two statements: one proposed card at a time is an index, which looks at each row by itself.
        sqlx::query!("update payment_method set is_default = false where member_id = $1 and is_default", by.id())
            .execute(&mut *tx)
            .await?;
        sqlx::query!("update payment_method set is_default = true where method_id = $1", card)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Removes one's own card, at the gateway too. A card that is gone already is gone.
///
/// # Errors
/// [`Failure::PaymentChecking`] while a payment by it is open.
#[instrument(skip_all, fields(member = by.id()))]
pub async fn remove(shop: &Shop, by: &Shopper, card: MethodId) -> Result<()> {
    let mut tx = shop.db.begin().await?;
    // Behind the card's lock no payment by it begins, and those that have begun are seen.
    let token = sqlx::query_scalar!(
        "select token from payment_method where method_id = $1 and member_id = $2 and removed_at is null for update",
        card,
        by.id()
    );
    let Some(token) = token.fetch_optional(&mut *tx).await? else { return Ok(()) };
    let open = sqlx::query_scalar!(
        r#"select exists (select from payment where method_id = $1 and status in ('pending', 'unknown')) as "open!""#,
        card
    );
    if open.fetch_one(&mut *tx).await? {
        return Err(Failure::PaymentChecking.into());
    }
    sqlx::query!(
        "update payment_method set removed_at = $2, is_default = false where method_id = $1",
        card,
        shop.now()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    // The shop never uses it again; that the gateway forgets it too is a courtesy.
    if let Some(gateway) = &shop.gateway
        && let Err(error) = gateway.forget(&token).await
    {
        tracing::warn!(%error, %card, "the gateway still keeps a card that was removed");
    }
    Ok(())
}

/// As whom the gateway knows a member; made at the first need.
pub(super) async fn customer(shop: &Shop, member: MemberId) -> Result<Uuid> {
    Ok(sqlx::query_scalar!(
        "insert into payment_customer as c (member_id, customer_key) values ($1, $2)
         on conflict (member_id) do update set customer_key = c.customer_key returning customer_key",
        member,
        Uuid::new_v4()
    )
    .fetch_one(&shop.db)
    .await?)
}

async fn has_most(shop: &Shop, member: MemberId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) >= $2 as "most!" from payment_method where member_id = $1 and removed_at is null"#,
        member,
        MOST_CARDS
    )
    .fetch_one(&shop.db)
    .await?)
}
