//! Reading the first places.

use contract::{
    Won,
    product::{ProductCard, ProductId},
    ranking::{Movement, Ranked, Window},
};

use crate::{Result, Shop};

/// A product as the queries read it.
struct Row {
    units: i64,
    id: ProductId,
    title: String,
    author: String,
    list_price: Won,
    sale_price: Won,
    available: i32,
    units_before: Option<i64>,
    ahead_before: i64,
}

/// The query of the first places, of the shop or of a category, so that each has its index. It
/// reads down the index until it has enough, and counts for each of these few who stood before it
/// in the window before; both are products, however many orders there were.
macro_rules! places {
    ($of_total:literal, $of_other:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Row,
            "select t.units, p.product_id as id, p.title, p.author, p.list_price, p.sale_price,
                    s.available as \"available!\", b.units as \"units_before?\",
                    (select count(*) from ranking_total o
                     where o.days = $1 and o.ago = 1 and o.units >= b.units
                       and (o.units > b.units or o.product_id < b.product_id) "
                + $of_other
                + ") as \"ahead_before!\"
             from ranking_total t
             join product p using (product_id)
             join stock s using (product_id)
             left join ranking_total b on b.days = $1 and b.ago = 1 and b.product_id = t.product_id and b.units > 0
             where t.days = $1 and t.ago = 0 and t.units > 0 and p.status = 'on_sale' "
                + $of_total
                + " order by t.units desc, t.product_id limit $2",
            $($argument),+
        )
    };
}

/// The best sellers of a window, of the whole shop or of a category: at most `limit`, without what
/// is not on sale. Of those sold equally often the older product comes first.
///
/// # Errors
/// Where the database is away.
pub async fn best(shop: &Shop, window: Window, category: Option<i64>, limit: i64) -> Result<Vec<Ranked>> {
    let days = window.days();
    let rows = match category {
        None => places!("", "", days, limit).fetch_all(&shop.db).await,
        Some(category) => {
            places!("and t.category_id = $3", "and o.category_id = $3", days, limit, category).fetch_all(&shop.db).await
        }
    }?;
    let ranked = (1..).zip(rows).map(|(place, row)| Ranked {
        place,
        card: ProductCard {
            id: row.id,
            title: row.title,
            author: row.author,
            list_price: row.list_price,
            sale_price: row.sale_price,
            available: row.available,
        },
        units: row.units,
        movement: Movement::of(row.units_before.map(|_| row.ahead_before + 1), place),
    });
    Ok(ranked.collect())
}
