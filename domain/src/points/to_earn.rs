//! Points that are still to be earned: what purchases that are paid will give when they are
//! confirmed.

use std::collections::BTreeMap;

use contract::{Won, member::MemberId, order::OrderId, points::earned, refund::PaidLine};
use sqlx::PgConnection;

use crate::{Result, Shop, member::Shopper};

/// What one's own purchases will earn if they are kept as they are, in won. Follows them within
/// moments.
///
/// # Errors
/// Where the database is away.
pub async fn to_earn(shop: &Shop, by: &Shopper) -> Result<Won> {
    let sum = sqlx::query_scalar!(
        r#"select coalesce(sum(amount), 0)::bigint as "sum!" from points_to_earn where member_id = $1"#,
        by.id()
    );
    Ok(sum.fetch_one(&shop.db).await?)
}

/// Computes anew what these orders will earn, as they are now; by the arithmetic of confirming.
pub(crate) async fn expect(conn: &mut PgConnection, orders: &[OrderId]) -> Result<()> {
    let rows = sqlx::query!(
        r#"select o.order_id, o.member_id, l.product_id, l.seller_id, l.unit_price, l.quantity,
                  l.quantity - l.canceled - l.returned as "kept!", l.discount, l.earn_percent
           from "order" o join order_line l using (order_id)
           where o.order_id = any($1) and o.order_status = 'placed'"#,
        orders
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut expected: BTreeMap<OrderId, (MemberId, Won)> = BTreeMap::new();
    for row in rows {
        let line = PaidLine {
            product: row.product_id,
            seller: row.seller_id,
            unit_price: row.unit_price,
            quantity: row.quantity,
            kept: row.kept,
            discount: row.discount,
        };
        let (_, amount) = expected.entry(row.order_id).or_insert((row.member_id, 0));
        *amount += earned(line.net(), row.earn_percent);
    }
    expected.retain(|_, (_, amount)| *amount > 0);
    let gone: Vec<OrderId> = orders.iter().filter(|order| !expected.contains_key(order)).copied().collect();
    let members: Vec<MemberId> = expected.values().map(|(member, _)| *member).collect();
    let amounts: Vec<Won> = expected.values().map(|(_, amount)| *amount).collect();
    let kept: Vec<OrderId> = expected.into_keys().collect();
    sqlx::query!(
        "with gone as (delete from points_to_earn where order_id = any($1))
         insert into points_to_earn (order_id, member_id, amount)
         select * from unnest($2::uuid[], $3::bigint[], $4::bigint[])
         on conflict (order_id) do update set amount = excluded.amount",
        &gone,
        &kept,
        &members,
        &amounts
    )
    .execute(conn)
    .await?;
    Ok(())
}
