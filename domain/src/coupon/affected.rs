//! Which products a coupon takes something off, and what they cost then.

use contract::{
    Won,
    coupon::{Benefit, PricedLine, Terms, Unusable},
    product::ProductId,
};

use crate::{Result, Shop, member::Staff, plan::planned};

/// Products are counted up to here; one more says that there are further ones.
const MOST_COUNTED: i64 = 10_000;

/// Products that are shown.
const SHOWN: i64 = 20;

/// A price that falls by more than so many percent is worth a warning.
const STEEP: i64 = 50;

/// A product, and what the coupon alone does to one copy.
#[derive(Debug, Clone)]
pub struct Priced {
    /// The product.
    pub product: ProductId,
    /// Its title.
    pub title: String,
    /// Its category's Korean name,
    pub category_ko: String,
    /// and the English one.
    pub category_en: String,
    /// The price of a copy, in won.
    pub price: Won,
    /// The same with the coupon, or why nothing comes off.
    pub after: Result<Won, Unusable>,
}

impl Priced {
    /// Whether the coupon makes it free.
    pub fn is_free(&self) -> bool {
        self.after == Ok(0)
    }

    /// Whether it takes more than half off.
    pub fn is_steep(&self) -> bool {
        self.after.as_ref().is_ok_and(|after| (self.price - after) * 100 > self.price * STEEP)
    }
}

/// The products that a coupon applies to.
#[derive(Debug, Clone)]
pub struct Affected {
    /// How many are on sale; one more than ten thousand says: more.
    pub count: i64,
    /// Of these, how many one copy of which is free,
    pub free: i64,
    /// or costs less than half.
    pub steep: i64,
    /// The first of those that reach the least order, the cheapest first.
    pub first: Vec<Priced>,
}

impl Affected {
    /// Whether there may be more products than were counted.
    pub const fn is_more(count: i64) -> bool {
        count > MOST_COUNTED
    }
}

/// The products on sale that terms apply to.
///
/// # Errors
/// Where the database is away.
pub async fn affected(shop: &Shop, _by: &Staff, terms: &Terms) -> Result<Affected> {
    let everything = terms.products.is_empty() && terms.categories.is_empty();
    // From which price down a copy is free, or costs less than half: what comes off grows slower than
    // the price, or as fast.
    let (free_to, steep_to) = bounds(terms.benefit);
    let mut tx = planned(shop).await?;
    // One copy of what is cheaper than the least order shows nothing.
    let rows = sqlx::query!(
        r#"select p.product_id, p.title, p.category_id, c.name_ko, c.name_en, p.sale_price
           from product p join category c using (category_id)
           where p.status = 'on_sale' and ($1 or p.product_id = any($2) or p.category_id = any($3))
             and p.sale_price >= $5
           order by p.sale_price, p.product_id limit $4"#,
        everything,
        &terms.products,
        &terms.categories,
        SHOWN,
        terms.min_order
    )
    .fetch_all(&mut *tx)
    .await?;
    let counts = sqlx::query!(
        r#"select (select count(*) from (
                       select from product p
                       where p.status = 'on_sale' and ($1 or p.product_id = any($2) or p.category_id = any($3))
                       limit 10001) x) as "count!",
                  (select count(*) from (
                       select from product p
                       where p.status = 'on_sale' and ($1 or p.product_id = any($2) or p.category_id = any($3))
                         and p.sale_price between greatest($4::bigint, 1) and $5 limit 10001) x) as "free!",
                  (select count(*) from (
                       select from product p
                       where p.status = 'on_sale' and ($1 or p.product_id = any($2) or p.category_id = any($3))
                         and p.sale_price between greatest($4::bigint, 1) and $6 limit 10001) x) as "steep!""#,
        everything,
        &terms.products,
        &terms.categories,
        terms.min_order,
        free_to,
        steep_to
    )
    .fetch_one(&mut *tx)
    .await?;
    let first = rows.into_iter().map(|row| {
        let line = PricedLine { product: row.product_id, category: row.category_id, amount: row.sale_price };
        Priced {
            product: row.product_id,
            title: row.title,
            category_ko: row.name_ko,
            category_en: row.name_en,
            price: row.sale_price,
            after: terms.discount(&[line]).map(|off| row.sale_price - off.iter().sum::<Won>()),
        }
    });
    Ok(Affected { count: counts.count, free: counts.free, steep: counts.steep, first: first.collect() })
}

/// The highest price at which a copy is free, and at which it costs less than half; 0 for none.
fn bounds(benefit: Benefit) -> (Won, Won) {
    match benefit {
        Benefit::Amount(amount) => (amount, amount.saturating_mul(2) - 1),
        Benefit::Percent { percent, max } => {
            let most = max.unwrap_or(Won::MAX);
            let free = if percent >= 100 { most } else { 0 };
            let steep = if percent > STEEP { most.saturating_mul(2).saturating_sub(1) } else { 0 };
            (free, steep)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_price_within_the_bounds_is_free_or_falls_by_half(
            percent in 1..=100_i64,
            max in prop::option::of(1..20_000_i64),
            amount in 1..20_000_i64,
            by_amount in any::<bool>(),
            price in 200..60_000_i64,
        ) {
            let benefit = if by_amount { Benefit::Amount(amount) } else { Benefit::Percent { percent, max } };
            let (free_to, steep_to) = bounds(benefit);
            let after = price - benefit.of(price);
            prop_assert_eq!(after == 0, price <= free_to);
            prop_assert_eq!((price - after) * 100 > price * STEEP, price <= steep_to);
        }
    }
}
