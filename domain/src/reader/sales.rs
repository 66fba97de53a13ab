//! Sums up what is sold by Korean days, and who bought it, of the whole shop and of each seller.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use contract::{Failure, Won, member::MemberId, order::OrderId, product::ProductId};
use serde::{Deserialize, de::Error as _};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::ranking::paid_at;
use crate::{
    Result, Shop,
    event::{Event, Reader},
    sales::{Copies, Counted, begin, count},
    visit::{Mark, Step, note},
};

/// The reader.
#[derive(Debug, Clone, Copy)]
pub struct Sales;

#[derive(Deserialize)]
struct Placed {
    order_id: OrderId,
    member_id: MemberId,
    /// Milliseconds since 1970.
    at: i64,
}

#[derive(Deserialize)]
struct Paid {
    member_id: MemberId,
    lines: Vec<Line>,
    at: i64,
}

#[derive(Deserialize)]
struct Line {
    seller_id: i64,
    quantity: i64,
    unit_price: Won,
    /// Of all copies.
    discount: Won,
}

/// What was canceled, or returned.
#[derive(Deserialize)]
struct Undone {
    order_id: OrderId,
    /// Whether it had been paid: of what was not, nothing was counted.
    paid: bool,
    whole: bool,
    #[serde(default)]
    lines: Vec<Back>,
    /// Sellers of whom nothing is kept any more.
    #[serde(default)]
    ended: Vec<i64>,
}

#[derive(Deserialize)]
struct Back {
    product_id: ProductId,
    quantity: i64,
    /// The price of all copies.
    goods: Won,
    discount: Won,
}

#[async_trait]
impl Reader for Sales {
    fn name(&self) -> &'static str {
        "sales"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["order.placed", "order.paid", "order.canceled", "order.returned"]
    }

    async fn store(&self, shop: &Shop, conn: &mut PgConnection, events: &[Event]) -> Result<()> {
        let mut counted = Counted::default();
        let (mut placed, mut undone, mut people) = (Vec::new(), Vec::new(), Vec::new());
        for event in events {
            match event.name.as_str() {
                "order.placed" => placed.push(Placed::deserialize(&event.payload)?),
                "order.paid" => {
                    let paid = Paid::deserialize(&event.payload)?;
                    let at = time(paid.at)?;
                    let own = paid.lines.iter().map(|line| line.seller_id);
                    people.extend(Mark::of_member(Step::Paid, at, paid.member_id, own));
                    let lines = paid.lines.iter().map(|line| Copies {
                        seller: line.seller_id,
                        copies: line.quantity,
                        won: line.unit_price * line.quantity - line.discount,
                    });
                    counted.paid(at, &lines.collect::<Vec<_>>());
                }
                _ => undone.push(Undone::deserialize(&event.payload)?),
            }
        }
        undone.retain(|order| order.paid);
        let orders = placed.iter().map(|order| order.order_id).chain(undone.iter().map(|order| order.order_id));
        let sellers = sellers(conn, &orders.collect::<Vec<_>>()).await?;
        for order in placed {
            let own = sellers.get(&order.order_id).ok_or(Failure::NotFound)?;
            let at = time(order.at)?;
            people.extend(Mark::of_member(Step::Order, at, order.member_id, own.values().copied()));
            counted.placed(at, own.values().copied().collect());
        }
        take_out(conn, &mut counted, &undone, &sellers).await?;
        count(shop, conn, &counted).await?;
        note(shop, conn, people).await
    }
}

/// Whose each product of an order is.
type Sellers = BTreeMap<OrderId, BTreeMap<ProductId, i64>>;

async fn sellers(conn: &mut PgConnection, orders: &[OrderId]) -> Result<Sellers> {
    let orders: BTreeSet<OrderId> = orders.iter().copied().collect();
    let rows = sqlx::query!(
        "select order_id, product_id, seller_id from order_line where order_id = any($1)",
        &orders.into_iter().collect::<Vec<_>>()
    );
    let mut sellers = Sellers::new();
    for row in rows.fetch_all(conn).await? {
        sellers.entry(row.order_id).or_default().insert(row.product_id, row.seller_id);
    }
    Ok(sellers)
}

async fn take_out(conn: &mut PgConnection, counted: &mut Counted, undone: &[Undone], sellers: &Sellers) -> Result<()> {
    if undone.is_empty() {
        return Ok(());
    }
    let orders: Vec<OrderId> = undone.iter().map(|order| order.order_id).collect();
    let paid_at = paid_at(conn, &orders).await?;
    let begin = begin(conn).await?;
    for order in undone {
        let at = *paid_at.get(&order.order_id).ok_or(Failure::NotFound)?;
        if at <= begin {
            continue;
        }
        let own = sellers.get(&order.order_id).ok_or(Failure::NotFound)?;
        let lines: Option<Vec<Copies>> = order
            .lines
            .iter()
            .map(|line| {
                let seller = *own.get(&line.product_id)?;
                Some(Copies { seller, copies: line.quantity, won: line.goods - line.discount })
            })
            .collect();
        counted.undone(at, &lines.ok_or(Failure::NotFound)?, &order.ended, order.whole);
    }
    Ok(())
}

fn time(milliseconds: i64) -> Result<OffsetDateTime> {
    let time = OffsetDateTime::from_unix_timestamp(milliseconds.div_euclid(1_000));
    Ok(time.map_err(serde_json::Error::custom)?)
}
