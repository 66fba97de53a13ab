//! Reading the first places.

use std::collections::BTreeMap;

use contract::{
    Won,
    product::{ProductCard, ProductId},
    ranking::{Movement, Ranked, Window},
};

use super::top::{Candidate, Place, top};
use crate::{Result, Shop};

/// How many of each list are read at first for each place that is asked for.
const DEPTH: i64 = 4;

/// The best sellers of a window, of the whole shop or of a category: at most `limit`, without what
/// is not on sale. Of those sold equally often the older product comes first.
///
/// # Errors
/// Where the database is away.
pub async fn best(shop: &Shop, window: Window, category: Option<i64>, limit: i64) -> Result<Vec<Ranked>> {
    let limit = limit.max(1);
    let mut depth = DEPTH * limit;
    let places = loop {
        let candidates = candidates(shop, window.days(), category, depth).await?;
        let (read, wanted) = (usize::try_from(depth).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(1));
        match top(&candidates, read, wanted) {
            Some(places) => break places,
            // The lists end, so this does.
            None => depth *= 4,
        }
    };
    describe(shop, window.days(), category, places).await
}

/// The first `$depth` of the hours that are over and of the hour that runs, of the shop or of a
/// category, so that each has its index.
macro_rules! candidates {
    ($of_settled:literal, $of_running:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Candidate,
            "with hour as materialized (select until from ranking_window where days = $1),
             settled as materialized (
                 select product_id, units from ranking_total
                 where days = $1 and ago = 0 and units > 0 "
                + $of_settled
                + " order by units desc, product_id limit $2
             ), running as materialized (
                 select b.product_id, b.units from sales_bucket b "
                + $of_running
                + " where b.bucket = (select until from hour) and b.units > 0
                 order by b.units desc, b.product_id limit $2
             )
             select product_id as \"id!\",
                    (select status = 'on_sale' from product p where p.product_id = c.product_id) as \"on_sale!\",
                    coalesce(settled, (select units from ranking_total t
                                       where t.days = $1 and t.ago = 0 and t.product_id = c.product_id), 0)
                        as \"settled!\",
                    coalesce(running, (select units from sales_bucket b
                                       where b.bucket = (select until from hour) and b.product_id = c.product_id), 0)
                        as \"running!\",
                    settled is not null as \"among_settled!\", running is not null as \"among_running!\"
             from (select product_id, s.units as settled, r.units as running
                   from settled s full join running r using (product_id)) as c",
            $($argument),+
        )
    };
}

async fn candidates(shop: &Shop, days: i32, category: Option<i64>, depth: i64) -> Result<Vec<Candidate>> {
    let candidates = match category {
        None => candidates!("", "", days, depth).fetch_all(&shop.db).await,
        Some(category) => {
            candidates!(
                "and category_id = $3",
                "join product p on p.product_id = b.product_id and p.category_id = $3",
                days,
                depth,
                category
            )
            .fetch_all(&shop.db)
            .await
        }
    };
    Ok(candidates?)
}

/// A product as it is described.
struct Row {
    id: ProductId,
    title: String,
    author: String,
    list_price: Won,
    sale_price: Won,
    available: i32,
    cover: Option<String>,
    units_before: Option<i64>,
    ahead_before: i64,
}

/// What products are, and who stood before each in the window before, of the shop or of a category.
macro_rules! described {
    ($of_other:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Row,
            "select p.product_id as id, p.title, p.author, p.list_price, p.sale_price, s.available as \"available!\",
                    p.cover, b.units as \"units_before?\",
                    (select count(*) from ranking_total o
                     where o.days = $1 and o.ago = 1 and o.units >= b.units
                       and (o.units > b.units or o.product_id < b.product_id) "
                + $of_other
                + ") as \"ahead_before!\"
             from product p join stock s using (product_id)
             left join ranking_total b on b.days = $1 and b.ago = 1 and b.product_id = p.product_id and b.units > 0
             where p.product_id = any($2)",
            $($argument),+
        )
    };
}

async fn describe(shop: &Shop, days: i32, category: Option<i64>, places: Vec<Place>) -> Result<Vec<Ranked>> {
    let ids: Vec<ProductId> = places.iter().map(|(id, _)| *id).collect();
    let rows = match category {
        None => described!("", days, &ids).fetch_all(&shop.db).await,
        Some(category) => described!("and o.category_id = $3", days, &ids, category).fetch_all(&shop.db).await,
    }?;
    let mut rows: BTreeMap<ProductId, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
    let ranked = (1..).zip(places).filter_map(|(place, (id, units))| {
        let row = rows.remove(&id)?;
        let movement = Movement::of(row.units_before.map(|_| row.ahead_before + 1), place);
        let card = ProductCard {
            id,
            title: row.title,
            author: row.author,
            list_price: row.list_price,
            sale_price: row.sale_price,
            available: row.available,
            cover: row.cover,
        };
        Some(Ranked { place, card, units, movement })
    });
    Ok(ranked.collect())
}
