//! The order of a product's pictures, and what is said of each.

use contract::{
    Failure,
    form::{Flaws, optional_line},
    picture::{ALT_MAX, PictureId},
    product::ProductId,
    trail::Act,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Held, hold, settle};
use crate::{Result, Shop, member::Operator, retry::retry, trail};

/// Where a picture goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// One place nearer to the first.
    Up,
    /// One place nearer to the last.
    Down,
    /// Before all others.
    First,
}

impl Step {
    fn apply(self, order: &mut Vec<PictureId>, at: usize) {
        match self {
            Self::Up if at > 0 => order.swap(at, at - 1),
            Self::Down if at + 1 < order.len() => order.swap(at, at + 1),
            Self::First => {
                let picture = order.remove(at);
                order.insert(0, picture);
            }
            // Where it should go it is already.
            Self::Up | Self::Down => {}
        }
    }
}

/// Takes a picture a step along the order. The first one stands for the product in listings.
///
/// # Errors
/// [`Failure::NotFound`], for another seller's product too.
pub async fn arrange(shop: &Shop, by: &Operator, product: ProductId, picture: PictureId, step: Step) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, by, product).await?;
    let place = held.order.iter().position(|id| *id == picture).ok_or(Failure::NotFound)?;
    let mut order = held.order.clone();
    step.apply(&mut order, place);
    sqlx::query!(
        "update picture set position = new.position
         from unnest($1::uuid[]) with ordinality as new (picture_id, position)
         where picture.picture_id = new.picture_id and picture.position <> new.position",
        &order
    )
    .execute(&mut *tx)
    .await?;
    settle(&mut tx, product).await?;
    let told = trail::Change {
        act: Act::PicturesOrdered,
        subject: product.to_string(),
        seller: Some(held.seller),
        before: Held::told(&held.order),
        after: Held::told(&order),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

/// Says what can be seen on a picture, for who cannot see it; nothing typed is fine.
///
/// # Errors
/// [`Failure::Invalid`], or [`Failure::NotFound`] for another seller's product.
pub async fn describe(shop: &Shop, by: &Operator, product: ProductId, picture: PictureId, alt: &str) -> Result<()> {
    let alt = optional_line(alt, ALT_MAX).map_err(|flaw| Failure::Invalid(Flaws::one("alt", flaw)))?;
    retry("describe a picture", || describe_once(shop, by, product, picture, &alt)).await
}

async fn describe_once(shop: &Shop, by: &Operator, product: ProductId, picture: PictureId, alt: &str) -> Result<()> {
    let at = shop.now();
    let mut tx = shop.db.begin().await?;
    let held = hold(&mut tx, by, product).await?;
    let before = sqlx::query_scalar!(
        r#"update picture set alt = $3 from (select picture_id, alt from picture where picture_id = $1) old
           where picture.picture_id = old.picture_id and product_id = $2 and removed_at is null
           returning old.alt as "before!""#,
        picture,
        product,
        alt
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Failure::NotFound)?;
    let told = trail::Change {
        act: Act::PictureDescribed,
        subject: product.to_string(),
        seller: Some(held.seller),
        before: json!({ "alt": before }),
        after: json!({ "alt": alt }),
    };
    trail::record(&mut tx, by, at, &[told]).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_step_moves_one_picture_and_none_off_the_end() {
        let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
        for (step, at, expected) in [
            (Step::Up, 2, [a, c, b]),
            (Step::Up, 0, [a, b, c]),
            (Step::Down, 0, [b, a, c]),
            (Step::Down, 2, [a, b, c]),
            (Step::First, 2, [c, a, b]),
            (Step::First, 0, [a, b, c]),
        ] {
            let mut order = vec![a, b, c];
            step.apply(&mut order, at);
            assert_eq!(order, expected, "{step:?} {at}");
        }
    }
}
