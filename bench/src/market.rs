//! Who there is to order and what there is to buy, dealt out to shoppers.

use std::vec::IntoIter;

use contract::{
    Won,
    cart::Totals,
    order::{DeliveryPolicy, SeenLine},
    product::ProductId,
};
use sqlx::PgPool;
use tower_sessions::session::Id;
use uuid::Uuid;

use crate::{
    Outcome,
    options::{warm_up, with_warm_up},
    shopper::Shopper,
};

/// Steps through the products: prime, so that every product's turn comes.
const STEPS: [usize; 2] = [7_919, 104_729];

/// What is in the carts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goods {
    /// Two products each, over all of them.
    Spread,
    /// One and the same product.
    Hot,
}

/// The shoppers of one row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Crowd {
    /// They order first and are not counted.
    pub warm_up: Vec<Shopper>,
    /// They are.
    pub counted: Vec<Shopper>,
}

impl Crowd {
    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Shopper> {
        self.warm_up.iter().chain(&self.counted)
    }
}

/// The seeded shop.
pub(crate) struct Market {
    products: Vec<Product>,
    members: IntoIter<(i64, i64)>,
    dealt: usize,
}

struct Product {
    id: ProductId,
    seller: i64,
    price: Won,
}

impl Market {
    /// Reads what was seeded.
    pub(crate) async fn read(db: &PgPool) -> Outcome<Self> {
        let products: Vec<(i64, i64, i64)> =
            sqlx::query_as("select product_id, seller_id, sale_price from product order by product_id")
                .fetch_all(db)
                .await?;
        // Mixed, as people are: neighbors in the tables do not come at the same time.
        let members: Vec<(i64, i64)> = sqlx::query_as(
            "select member_id, address_id from member join address using (member_id) where is_default
             order by hashint8(member_id), member_id",
        )
        .fetch_all(db)
        .await?;
        let products = products.into_iter().map(|(id, seller, price)| Product { id, seller, price }).collect();
        Ok(Self { products, members: members.into_iter(), dealt: 0 })
    }

    /// The next members as a crowd that will place so many orders.
    pub(crate) fn crowd(&mut self, orders: usize, goods: Goods) -> Outcome<Crowd> {
        let mut all = Vec::with_capacity(with_warm_up(orders));
        for _ in 0..with_warm_up(orders) {
            all.push(self.shopper(goods)?);
        }
        let counted = all.split_off(warm_up(orders));
        Ok(Crowd { warm_up: all, counted })
    }

    fn shopper(&mut self, goods: Goods) -> Outcome<Shopper> {
        let (member, address) = self.members.next().ok_or("there are not enough members")?;
        let turn = self.dealt;
        self.dealt += 1;
        let mut bought: Vec<(&Product, i32)> = match goods {
            Goods::Spread => self.pair(turn).map(|product| (product, 1)).into(),
            Goods::Hot => vec![(&self.products[0], 1)],
        };
        // One copy or two, in turn.
        if turn % 2 == 1 {
            bought[0].1 = 2;
        }
        // As the checkout writes them.
        bought.sort_by_key(|(product, _)| product.id);
        let lines = bought.iter().map(|(product, quantity)| (product.seller, product.price, *quantity));
        let total = Totals::of(lines, DeliveryPolicy::default()).total();
        let lines = bought.iter().map(|(product, quantity)| SeenLine {
            product: product.id,
            quantity: *quantity,
            unit_price: product.price,
        });
        Ok(Shopper { member, address, key: Uuid::now_v7(), session: Id::default(), lines: lines.collect(), total })
    }

    /// Two different products.
    fn pair(&self, turn: usize) -> [&Product; 2] {
        let count = self.products.len();
        let first = turn * STEPS[0] % count;
        let second = (first + 1 + turn * STEPS[1] % (count - 1)) % count;
        [&self.products[first], &self.products[second]]
    }
}
