//! The ranking as the orders say it, computed anew each time.

use std::{cmp::Reverse, collections::BTreeMap};

use contract::{
    product::ProductId,
    ranking::{Movement, Window},
};
use domain::{Result, Shop, ranking::best};
use time::OffsetDateTime;

use crate::fixture::number;

/// Copies of a line that was paid.
#[derive(Debug, sqlx::FromRow)]
struct Sale {
    paid_at: OffsetDateTime,
    product: ProductId,
    category: i64,
    copies: i64,
    on_sale: bool,
}

type Place = (i64, ProductId, i64, Movement);

/// Every window, of the whole shop and of each category, reads as the orders say; no event was set
/// aside on the way.
pub(super) async fn agrees(late: &Shop) -> Result<()> {
    assert_eq!(number(late, "select count(*) from dead_letter").await, 0);
    let query = sqlx::query_as::<_, Sale>(
        "select c.created_at as paid_at, product_id as product, p.category_id as category,
                (l.quantity - l.canceled)::bigint as copies, p.status = 'on_sale' as on_sale
         from order_change c join order_line l using (order_id) join product p using (product_id)
         where c.axis = 'payment' and c.to_status = 'paid'",
    );
    let sales = query.fetch_all(&late.db).await?;
    let categories: Vec<i64> =
        sqlx::query_scalar("select category_id from category order by 1").fetch_all(&late.db).await?;
    for window in Window::ALL {
        for category in std::iter::once(None).chain(categories.iter().copied().map(Some)) {
            for limit in [2, 20] {
                let ranked = best(late, window, category, limit).await?;
                let read = ranked.into_iter().map(|one| (one.place, one.card.id, one.units, one.movement));
                let mut expected = places(&sales, late.now(), window, category);
                expected.truncate(usize::try_from(limit).expect("a number"));
                assert_eq!(read.collect::<Vec<_>>(), expected, "{window:?} of {category:?}");
            }
        }
    }
    Ok(())
}

fn places(sales: &[Sale], now: OffsetDateTime, window: Window, category: Option<i64>) -> Vec<Place> {
    let hour = |at: OffsetDateTime| at.unix_timestamp().div_euclid(3_600);
    let length = i64::from(window.days()) * 24 + 1;
    // How many windows ago the hour was.
    let ago = |at| (hour(now) - hour(at)).max(0) / length;
    let of = |windows| {
        let mut units: BTreeMap<ProductId, i64> = BTreeMap::new();
        for sale in sales.iter().filter(|sale| category.is_none_or(|category| category == sale.category)) {
            if ago(sale.paid_at) == windows {
                *units.entry(sale.product).or_default() += sale.copies;
            }
        }
        let mut units: Vec<_> = units.into_iter().filter(|(_, units)| *units > 0).collect();
        units.sort_by_key(|(product, units)| (Reverse(*units), *product));
        units
    };
    let before: Vec<ProductId> = of(1).into_iter().map(|(product, _)| product).collect();
    let on_sale = |product| sales.iter().any(|sale| sale.product == product && sale.on_sale);
    let shown = of(0).into_iter().filter(|(product, _)| on_sale(*product));
    let placed = (1..).zip(shown).map(|(place, (product, units))| {
        let was = before.iter().position(|other| *other == product).map(|was| was + 1);
        let was = was.map(|was| i64::try_from(was).expect("a number"));
        let movement = match was {
            None => Movement::New,
            Some(was) if was == place => Movement::Same,
            Some(was) if was > place => Movement::Up(was - place),
            Some(was) => Movement::Down(place - was),
        };
        (place, product, units, movement)
    });
    placed.collect()
}
