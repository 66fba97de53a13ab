//! Tells sellers that their stock runs out, and shoppers that what they wait for is back.

use async_trait::async_trait;
use contract::{notification::Notice, product::ProductId};
use serde::Deserialize;
use sqlx::PgConnection;

use crate::{
    Result, Shop,
    event::{Event, Reader},
    notification::{Told, tell},
    wish,
};

/// The reader `stock_alert`.
#[derive(Debug, Clone, Copy)]
pub struct StockAlert;

#[async_trait]
impl Reader for StockAlert {
    fn name(&self) -> &'static str {
        "stock_alert"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["stock.low", "stock.depleted", "stock.restocked"]
    }

    async fn store(&self, shop: &Shop, conn: &mut PgConnection, events: &[Event]) -> Result<()> {
        let crossings = events
            .iter()
            .map(|event| Ok((event, Crossing::deserialize(&event.payload)?)))
            .collect::<Result<Vec<_>>>()?;
        let (back, short): (Vec<_>, Vec<_>) =
            crossings.into_iter().partition(|(event, _)| event.name == "stock.restocked");
        let mut told = to_sellers(conn, &short).await?;
        told.extend(to_wishers(conn, &back).await?);
        tell(conn, &told, shop.now()).await
    }
}

#[derive(Deserialize)]
struct Crossing {
    product_id: ProductId,
    available: i32,
}

/// What the sellers of these products are told, each who is there to be told.
async fn to_sellers(conn: &mut PgConnection, crossings: &[(&Event, Crossing)]) -> Result<Vec<Told>> {
    if crossings.is_empty() {
        return Ok(Vec::new());
    }
    let products: Vec<ProductId> = crossings.iter().map(|(_, crossing)| crossing.product_id).collect();
    let sellers = sqlx::query!(
        r#"select c.position as "position!", v.member_id as "member_id!", p.title
           from unnest($1::bigint[]) with ordinality as c (product_id, position)
           join product p using (product_id) join seller v using (seller_id)
           where v.member_id is not null order by c.position"#,
        &products
    )
    .fetch_all(conn)
    .await?;
    let told = sellers.into_iter().filter_map(|seller| {
        let at = usize::try_from(seller.position - 1).ok()?;
        let (event, crossing) = crossings.get(at)?;
        let (product, title) = (crossing.product_id, seller.title);
        let notice = if event.name == "stock.low" {
            Notice::StockLow { product, title, available: crossing.available }
        } else {
            Notice::StockDepleted { product, title }
        };
        Some(Told { event: event.id, member: seller.member_id, at: event.at, notice })
    });
    Ok(told.collect())
}

/// What those who wait for these products are told, whose wishes end with it.
async fn to_wishers(conn: &mut PgConnection, crossings: &[(&Event, Crossing)]) -> Result<Vec<Told>> {
    let products: Vec<ProductId> = crossings.iter().map(|(_, crossing)| crossing.product_id).collect();
    let granted = wish::grant(conn, &products).await?;
    let told = granted.into_iter().filter_map(|wish| {
        // Of a product that came back twice, the first time tells.
        let (event, _) = crossings.iter().find(|(_, crossing)| crossing.product_id == wish.product)?;
        let notice = Notice::Restocked { product: wish.product, title: wish.title };
        Some(Told { event: event.id, member: wish.member, at: event.at, notice })
    });
    Ok(told.collect())
}
