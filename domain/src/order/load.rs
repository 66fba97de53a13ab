//! Loads everything that a batch of checkouts depends on, and locks what it will change.

use std::collections::{BTreeMap, BTreeSet};

use contract::{
    Won,
    address::AddressId,
    coupon::CouponId,
    member::MemberId,
    order::{OrderId, SeenLine},
    product::ProductId,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Checkout;
use crate::{
    Result,
    coupon::ledger::{self as coupons, Kept},
    points::{Wallet, ledger as points},
};

/// A product as it stands on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Who sells it.
    pub seller: i64,
    /// Its title.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// The price for one, in won.
    pub price: Won,
    /// Whether it is sold.
    pub on_sale: bool,
    /// Copies that can be bought.
    pub available: i32,
    /// Its category.
    pub category: i64,
    /// What it earns, in percent, where that is its own rate.
    pub earn_percent: Option<i32>,
}

/// Where an order goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destination {
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
}

/// All that [`decide`](super::decide) looks at.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The products named by the checkouts and the carts.
    pub products: BTreeMap<ProductId, Listed>,
    /// The points of each member.
    pub wallets: BTreeMap<MemberId, Wallet>,
    /// How many unpaid orders each member has, where a checkout would add one.
    pub unpaid: BTreeMap<MemberId, i64>,
    /// The coupons named by the checkouts.
    pub coupons: BTreeMap<CouponId, Kept>,
    /// The orders that were placed before under the same keys.
    pub placed: BTreeMap<(MemberId, Uuid), OrderId>,
    /// What each member's cart holds now: the product and the copies.
    pub carts: BTreeMap<MemberId, Vec<(ProductId, i32)>>,
    /// The addresses named by the checkouts, if they belong to the member.
    pub addresses: BTreeMap<(MemberId, AddressId), Destination>,
}

impl Loaded {
    /// The member's cart at today's prices.
    pub(super) fn cart(&self, member: MemberId) -> Vec<SeenLine> {
        let lines = self.carts.get(&member).into_iter().flatten();
        lines
            .filter_map(|&(product, quantity)| {
                let unit_price = self.products.get(&product)?.price;
                Some(SeenLine { product, quantity, unit_price })
            })
            .collect()
    }
}

/// Locks, always in this order and each in the order of ids, so that batches wait for one another
/// instead of deadlocking: cart lines, stock, wallets, coupons. Behind its wallet's lock a member's
/// checkouts run one after the other, so that the key of one is seen by the next.
///
/// # Errors
/// Where the database is away.
pub async fn load(conn: &mut PgConnection, batch: &[Checkout]) -> Result<Loaded> {
    let members: BTreeSet<MemberId> = batch.iter().map(|checkout| checkout.member).collect();
    let members: Vec<MemberId> = members.into_iter().collect();
    let coupons: BTreeSet<CouponId> = batch.iter().filter_map(|checkout| checkout.coupon).collect();
    let coupons: Vec<CouponId> = coupons.into_iter().collect();
    let carts = carts(conn, &members).await?;
    let in_carts = carts.values().flatten().map(|(product, _)| *product);
    let seen = batch.iter().flat_map(|checkout| &checkout.seen).map(|line| line.product);
    let products: BTreeSet<ProductId> = seen.chain(in_carts).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    Ok(Loaded {
        carts,
        products: shelf(conn, &products).await?,
        wallets: points::lock(conn, &members).await?,
        unpaid: unpaid(conn, batch).await?,
        coupons: coupons::lock(conn, &coupons).await?,
        placed: placed(conn, batch).await?,
        addresses: addresses(conn, batch).await?,
    })
}

async fn carts(conn: &mut PgConnection, members: &[MemberId]) -> Result<BTreeMap<MemberId, Vec<(ProductId, i32)>>> {
    let rows = sqlx::query!(
        r#"select c.member_id as "member_id!", l.product_id, l.quantity
           from cart c join cart_line l using (cart_id)
           where c.member_id = any($1)
           order by l.cart_id, l.product_id
           for update of l"#,
        members
    )
    .fetch_all(conn)
    .await?;
    let mut carts: BTreeMap<MemberId, Vec<(ProductId, i32)>> = BTreeMap::new();
    for row in rows {
        carts.entry(row.member_id).or_default().push((row.product_id, row.quantity));
    }
    Ok(carts)
}

async fn shelf(conn: &mut PgConnection, products: &[ProductId]) -> Result<BTreeMap<ProductId, Listed>> {
    let rows = sqlx::query!(
        r#"select s.product_id, s.available as "available!", p.seller_id, p.category_id, p.title, p.author,
                  p.sale_price, p.earn_percent,
                  p.status = 'on_sale' as "on_sale!"
           from stock s join product p using (product_id)
           where s.product_id = any($1)
           order by s.product_id
           for update of s"#,
        products
    )
    .fetch_all(conn)
    .await?;
    let listed = rows.into_iter().map(|row| {
        let listed = Listed {
            seller: row.seller_id,
            title: row.title,
            author: row.author,
            price: row.sale_price,
            on_sale: row.on_sale,
            available: row.available,
            category: row.category_id,
            earn_percent: row.earn_percent,
        };
        (row.product_id, listed)
    });
    Ok(listed.collect())
}

async fn unpaid(conn: &mut PgConnection, batch: &[Checkout]) -> Result<BTreeMap<MemberId, i64>> {
    let held = batch.iter().filter(|checkout| checkout.points < checkout.expected_total);
    let members: Vec<MemberId> = held.map(|checkout| checkout.member).collect();
    if members.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query!(
        r#"select member_id, count(*) as "count!" from "order"
           where order_status = 'pending_payment' and member_id = any($1) group by member_id"#,
        &members
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.member_id, row.count)).collect())
}

async fn placed(conn: &mut PgConnection, batch: &[Checkout]) -> Result<BTreeMap<(MemberId, Uuid), OrderId>> {
    let members: Vec<MemberId> = batch.iter().map(|checkout| checkout.member).collect();
    let keys: Vec<Uuid> = batch.iter().map(|checkout| checkout.key).collect();
    let rows = sqlx::query!(
        r#"select o.member_id, o.idempotency_key, o.order_id
           from "order" o
           join unnest($1::bigint[], $2::uuid[]) as asked (member_id, idempotency_key)
             on o.member_id = asked.member_id and o.idempotency_key = asked.idempotency_key"#,
        &members,
        &keys
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.member_id, row.idempotency_key), row.order_id)).collect())
}

async fn addresses(
    conn: &mut PgConnection,
    batch: &[Checkout],
) -> Result<BTreeMap<(MemberId, AddressId), Destination>> {
    let members: Vec<MemberId> = batch.iter().map(|checkout| checkout.member).collect();
    let ids: Vec<AddressId> = batch.iter().map(|checkout| checkout.address).collect();
    let rows = sqlx::query!(
        "select a.member_id, a.address_id, a.recipient, a.phone, a.postcode, a.line1, a.line2
         from address a
         join unnest($1::bigint[], $2::bigint[]) as asked (member_id, address_id)
           on a.member_id = asked.member_id and a.address_id = asked.address_id",
        &members,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let addresses = rows.into_iter().map(|row| {
        let destination = Destination {
            recipient: row.recipient,
            phone: row.phone,
            postcode: row.postcode,
            line1: row.line1,
            line2: row.line2,
        };
        ((row.member_id, row.address_id), destination)
    });
    Ok(addresses.collect())
}
